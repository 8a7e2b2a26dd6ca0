"""What the tests of moderation are shown: lists that two people approved, removals, and what was cited."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from paloverde.capture.removal import SAID_HIDDEN
from paloverde.records import Kind
from paloverde.retention.dossier import Cited, FiledPaper, Paper, RemovalFact, subject_of
from paloverde.retention.facts import ItemId
from paloverde.watch.book import Book
from paloverde.watch.register import Entered
from paloverde.watch.registers.moderation import Letter, ListApproval, Office, WordList
from paloverde.watch.registers.moderation_cases import Election
from paloverde.watch.seen import Seen
from watching import NOON, book, seen

EARLIER = NOON - timedelta(days=30)
MEASURE_B = Election(
    id="measure-b",
    title="Measure B",
    names=("Measure B",),
    opens_on=date(2026, 11, 1),
    closes_on=date(2026, 11, 30),
    supporting=("vote yes",),
    opposing=("vote no",),
)


def words(guideline: str = "c", *terms: str, id_: str = "", **known: Any) -> WordList:
    """A list of one guideline: of invented bad words, unless it is said otherwise."""
    return WordList(id_ or f"list-{guideline}", Letter(guideline), terms or ("frack", "blast it"), **known)


def filed(
    entry: WordList, at: datetime = EARLIER, *, by: str = "pat", number: int = 1, withdrawn: str = ""
) -> Entered[WordList]:
    """A version of a list as Pat of Public Affairs filed it."""
    return Entered(entry.id, entry, number, at, by, withdrawn)


def approved(
    of: Entered[WordList], at: datetime | None = None, by: Sequence[str] = ("cora", "cleo")
) -> list[Entered[ListApproval]]:
    """Approvals of a version: the first is counsel's."""
    moment, offices = at or of.at, (Office.COUNSEL, Office.CLERK, Office.CITY_MANAGER)
    return [
        Entered(f"WLA-{of.id}-{of.number}-{office}", ListApproval(of.id, of.number, office), 1, moment, who)
        for who, office in zip(by, offices, strict=False)
    ]


def listing(*lists: WordList, day: date = date(2026, 11, 20), **entries: Sequence[Any]) -> Book:
    """The registers, with these lists approved a month ago."""
    versions = [filed(one) for one in lists]
    approvals = [one for version in versions for one in approved(version)]
    more = {name.replace("_", "-"): of for name, of in entries.items()}
    return book(day, {"word-lists": versions, "word-list-approvals": approvals, **more})


def comment(text: str, native_id: str = "1", **known: Any) -> Seen:
    """What Ruth says under a post of the City."""
    return seen(text, **{"kind": Kind.COMMENT, "native_id": native_id, "thread_id": "post-1", **known})


def removed(
    one: Seen, at: datetime = NOON, *, cause: str = "city", confirmed_by: str = SAID_HIDDEN
) -> RemovalFact:
    """That a comment was found hidden (or, confirmed otherwise, gone)."""
    item = ItemId(one.account.slug, one.kind, one.native_id)
    return RemovalFact(
        item, at, at, cause, date(2028, 11, 20), one.visibility.value, None, confirmed_by, one.posted_at
    )


def papers(of: Sequence[RemovalFact], *told: Paper) -> dict[str, list[FiledPaper]]:
    """The same papers in each dossier."""
    filed_ = [FiledPaper(number, NOON, "cleo", paper) for number, paper in enumerate(told, 1)]
    return {subject_of(fact.item): filed_ for fact in of}


def cited(*letters: str, reviewer: str = "Cleo Marsh") -> Cited:
    return Cited(letters, reviewer)
