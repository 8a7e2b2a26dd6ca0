"""Comments that the public does not see, and what may have hidden them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from paloverde.capture.removal import SAID_HIDDEN
from paloverde.records import Kind, Visibility, archive_day
from paloverde.retention.dossier import Cited, FiledPaper, RemovalFact
from paloverde.watch.book import Book
from paloverde.watch.comments.public import is_of_the_public, item_of
from paloverde.watch.comments.terms import Terms
from paloverde.watch.measures import measure
from paloverde.watch.now import Now
from paloverde.watch.registers.moderation import InForce, lists_between, periods
from paloverde.watch.seen import Seen

COMMENTS = (Kind.COMMENT, Kind.POST)  # posts of others on the page too


class Hidden(NamedTuple):
    """A comment in its newest version, and when it was found hidden. `fact` is None where it is held back."""

    seen: Seen
    at: datetime
    fact: RemovalFact | None = None


def hidden_facts(now: Now, slug: str) -> Iterator[RemovalFact]:
    """What was found hidden by the page or its filter, by the site's own statement, oldest first."""
    for fact in now.removals(slug):
        if fact.item.kind in COMMENTS and fact.confirmed_by == SAID_HIDDEN:
            yield fact


def hidden(now: Now, fact: RemovalFact) -> Hidden | None:
    """The comment of such a fact; None where the archive has it no more, or the account itself said it."""
    seen = now.newest(item_of(fact))
    return Hidden(seen, fact.confirmed_at, fact) if seen is not None and is_of_the_public(seen) else None


def all_hidden(now: Now, facts: Iterable[RemovalFact]) -> list[Hidden]:
    """The comments of such facts, each by its last one, read in one pass."""
    last = {item_of(fact): fact for fact in facts}
    found = {seen.item: seen for seen in now.newest_of(last) if is_of_the_public(seen)}
    return [Hidden(found[item], fact.confirmed_at, fact) for item, fact in last.items() if item in found]


def is_shown_again(one: Hidden) -> bool:
    """Whether a later version is there for all to see."""
    return one.seen.visibility is not Visibility.HIDDEN and one.seen.observed_at > one.at


def held(now: Now, slug: str) -> Iterator[Hidden]:
    """Comments that the site holds back for review, of late."""
    since = archive_day(now.at) - timedelta(days=measure("held_days"))
    last = {seen.item: seen for seen in now.seen(slug, since, *(kind.value for kind in COMMENTS))}
    gone = {item_of(fact) for fact in now.removals(slug)}
    for seen in last.values():
        if seen.visibility is Visibility.HELD and seen.item not in gone and is_of_the_public(seen):
            yield Hidden(seen, seen.observed_at)


def lists_that_hid(one: Hidden, book: Book) -> list[InForce]:
    """The versions of lists that may have hidden a comment: set at its account, in force then, and named.

    It was hidden at some moment from when it was posted until it was found so.
    """
    seen = one.seen
    posted = min(seen.said_at, one.at)
    there = {of for of in lists_between(book, posted, one.at) if seen.account.slug in of.entry.hides_at}
    if not there:
        return []
    named = {found.of for found in _terms(book).places(seen.text)}
    return sorted(there & named, key=lambda of: of.begins)


def citation(papers: Sequence[FiledPaper]) -> Cited | None:
    """The guidelines that were cited last for a removed item."""
    return next((one.paper for one in reversed(papers) if isinstance(one.paper, Cited)), None)


@lru_cache(maxsize=4)  # a round has one book
def _terms(book: Book) -> Terms[InForce]:
    """The terms of every version of every list that ever counted."""
    return Terms((one, one.entry.terms, one.entry.domains) for one in periods(book))
