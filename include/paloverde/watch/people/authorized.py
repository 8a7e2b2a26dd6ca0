"""Posts and comments of the City that somebody published without a grant for the account (V.A.5)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache

from paloverde.records import Kind
from paloverde.watch.book import Book
from paloverde.watch.check import Check, Finding, Weight, as_quoted
from paloverde.watch.people.publishers import Publisher, people_named, person_known_as, publishers
from paloverde.watch.registers.accounts import AccountClass, class_of, papers_of
from paloverde.watch.registers.authorizing import GRANTS, may_answer, may_post
from paloverde.watch.registers.people import PEOPLE
from paloverde.watch.seen import Seen
from paloverde.wording import short

_KINDS = (Kind.POST, Kind.STORY, Kind.COMMENT, Kind.EVENT, Kind.ALBUM)


def _look(seen: Seen, book: Book) -> Iterable[Finding]:
    if seen.kind not in _KINDS or not seen.is_by_the_account:
        return
    told, began = publishers(seen), _began(book).get(seen.account.slug)
    # An account for which nobody was ever granted anything is for the review of access: once, not for each
    # post of it. Of the days before its first grant the register says nothing.
    day = seen.said_on
    if not told or began is None or day < began:
        return
    if class_of(book, seen.account) is not AccountClass.CITY:
        return
    papers = papers_of(book, seen.account.slug)
    tools = papers.publishing_tools if papers else ()
    for publisher in told:
        if publisher.id not in tools:
            yield from _of_publisher(seen, publisher, day, book)


def _of_publisher(seen: Seen, publisher: Publisher, day: date, book: Book) -> Iterable[Finding]:
    person = person_known_as(book, seen.account.platform, publisher.id)
    could = (may_answer if seen.kind is Kind.COMMENT else may_post)(book, seen.account.slug, day)
    if not person:
        yield _unknown(
            seen, publisher, day, [one for one in people_named(book, publisher.name) if one in could]
        )
    elif person not in could:
        name = book.of(PEOPLE)[person].entry.name
        yield _finding(
            seen,
            f"{name} ({person}) published on {seen.account.slug} on {short(day)} ({as_quoted(seen.item)}), "
            "and no grant for that is on file for that day. There may be more of the same week.",
            "If it was right, enter the grant with its first day in the register “Who may post”; else take "
            "the access away at the site, and look at what was published.",
            f"{person} {_week(day)}",
            Weight.WARNING,
        )


def _unknown(seen: Seen, publisher: Publisher, day: date, namesakes: list[str]) -> Finding:
    """Somebody whom the register of people does not know by that id."""
    known_as = f"{seen.account.platform}:{publisher.id}"
    known = as_quoted(known_as)
    who = f"{as_quoted(publisher.name)} ({known})" if publisher.name else known
    said = (
        f"{who} published on {seen.account.slug} on {short(day)} ({as_quoted(seen.item)}), and the register "
        "of people does not know that id. There may be more of the same week."
    )
    todo = f"If it is one of the authorized people, add “{known}” to that person's entry. "
    if namesakes:
        todo += f"It may be {', '.join(namesakes)}, who bears that name and had a grant."
    else:
        todo += (
            "If it is a program that publishes for the City, enter the id in the papers of the account. "
            "Else take the access away at the site at once, and look at what was published."
        )
    return _finding(
        seen, said, todo, f"{known_as} {_week(day)}", Weight.ADVICE if namesakes else Weight.WARNING
    )


def _finding(seen: Seen, said: str, todo: str, which: str, weight: Weight) -> Finding:
    """One for each publisher, account and week: thirty answers by one person are one thing to look into, and
    somebody who goes on after it was answered is told again.
    """
    return AUTHORIZED_PUBLISHER.found(
        seen.account.slug,
        said,
        todo,
        account=seen.account.slug,
        weight=weight,
        which=which,
        links=(seen.item,),
    )


def _week(day: date) -> str:
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"


@lru_cache(maxsize=4)  # a round reads one book, for every item of it
def _began(book: Book) -> Mapping[str, date]:
    """The first day of a grant, by the account for which somebody was ever granted something."""
    first: dict[str, date] = {}
    for one in book.of(GRANTS).values():
        first[one.entry.account] = min(one.entry.since, first.get(one.entry.account, date.max))
    return first


AUTHORIZED_PUBLISHER = Check(
    name="authorized-publisher",
    title="Only authorized users publish",
    version=1,
    clauses=("P-15", "C-01"),
    says=(
        "Compares who published in the City's name, where the site says so, with the grants of that day, "
        "and flags somebody without one, once for each person, account and week. Days before the first "
        "grant of an account are not compared. Facebook says it of posts and comments, LinkedIn of comments "
        "alone. X, Instagram, YouTube and Nextdoor never do: of their posts nobody can tell from the "
        "archive who published them, and only the review of access watches who could."
    ),
    answered_by=("clerk", "public_affairs"),
    of_item=_look,
)
