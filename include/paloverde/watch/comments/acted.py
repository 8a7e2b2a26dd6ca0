"""Comments of some days, and what became of each: what the reports of moderation count."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from paloverde.capture.removal import HIDDEN_HERE, SAID_HIDDEN, Cause
from paloverde.retention.dossier import Cited, RemovalFact, cause_of, subject_of
from paloverde.watch.book import Book
from paloverde.watch.comments.electing import Side, spoken_of
from paloverde.watch.comments.hidden import COMMENTS, citation
from paloverde.watch.comments.public import begins, is_of_the_public, item_of
from paloverde.watch.comments.repeats import letters_in, same_text
from paloverde.watch.now import Now
from paloverde.watch.sampling import interval
from paloverde.watch.seen import Seen

# What the City did, or may have done. What its author or the site took away is nobody's moderation.
_OF_THE_CITY = frozenset({Cause.CITY.value, Cause.UNDETERMINED.value})
NO_LETTER = "none cited"
NOBODY = "not stated"


class Action(NamedTuple):
    """What was found hidden or removed, and what people say of it."""

    fact: RemovalFact
    cause: str
    cited: Cited | None

    @property
    def is_of_the_city(self) -> bool:
        """Whether it is known to be the City's: the site or a person says so, or a guideline is cited."""
        return self.cause == Cause.CITY.value or self.cited is not None

    @property
    def letters(self) -> tuple[str, ...]:
        return tuple(self.cited.guidelines) if self.cited else ()

    @property
    def who(self) -> str:
        """The person or rule that decided, as it was cited."""
        if self.cited is None:
            return NOBODY
        return self.cited.reviewer or (f"rule {self.cited.rule}" if self.cited.rule else NOBODY)

    @property
    def how(self) -> str:
        return "hidden" if self.fact.confirmed_by in (SAID_HIDDEN, HIDDEN_HERE) else "removed"


class Comment(NamedTuple):
    """A comment of the public, small enough to hold those of a year."""

    item: str
    account: str
    under: str
    words: str  # its beginning
    letters: int  # and digits, of the whole
    same: bytes  # alike for the same text
    sides: tuple[tuple[str, Side], ...]  # by election


class Share(NamedTuple):
    """How many of how many; `unknown` are gone, and nobody has settled why."""

    acted: int = 0
    of: int = 0
    unknown: int = 0

    def plus(self, action: Action | None) -> Share:
        """With one more comment, and what became of it."""
        is_acted = action is not None and action.is_of_the_city
        return Share(self.acted + is_acted, self.of + 1, self.unknown + (action is not None and not is_acted))

    @property
    def cells(self) -> tuple[str, str, str, str]:
        """Of how many, how many, the share, and between what the true share lies."""
        if not self.of:
            return "0", "0", "", ""
        low, high = interval(self.acted, self.of)
        return f"{self.of:,}", f"{self.acted:,}", f"{self.acted / self.of:.1%}", f"{low:.1%} to {high:.1%}"


def actions(now: Now, slug: str) -> dict[str, Action]:
    """The last thing that the City did, or may have done, to each removed comment of an account, by item."""
    papers = now.papers(slug)
    found: dict[str, Action] = {}
    for fact in now.removals(slug):
        mine = papers.get(subject_of(fact.item), ())
        cause = cause_of(fact, mine)
        if fact.item.kind in COMMENTS and cause in _OF_THE_CITY:
            found[item_of(fact)] = Action(fact, cause, citation(mine))
    return found


def comments(now: Now, book: Book, slug: str, since: date, until: date) -> list[Comment]:
    """The public's comments that were posted in some days, each as it was last seen.

    By the day on which the site says that it was posted, or else that on which it was first seen.
    """
    found: dict[str, Comment] = {}
    for seen in now.seen(slug, since, *(kind.value for kind in COMMENTS)):
        day = seen.said_on
        if is_of_the_public(seen) and since <= day <= until:
            found[seen.item] = _comment(seen, book)
    return [*found.values()]


def days_of(now: Now, book: Book, since: date, until: date) -> Iterator[tuple[Comment, Action | None]]:
    """The public's comments of some days on every account, each with what the City did to it."""
    for account in now.accounts():
        acted = actions(now, account.slug)
        for one in comments(now, book, account.slug, since, until):
            yield one, acted.get(one.item)


def _comment(seen: Seen, book: Book) -> Comment:
    folded = same_text(seen.text)
    return Comment(
        seen.item,
        seen.account.slug,
        seen.thread_id or seen.parent_id,
        begins(seen.text),
        letters_in(folded),
        hashlib.sha256(folded.encode("utf-8", "surrogatepass")).digest(),
        tuple((one.election.id, one.side) for one in spoken_of(seen, book)),
    )
