"""election-words: comments for or against a candidate or measure in the days of its election (P-31).

Both sides are looked for and counted alike, and a person decides: a comment for one side and one against it
are to be treated the same. A name alone takes no side, so that it is flagged only where an election has no
words of the sides.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from paloverde.watch.book import Book
from paloverde.watch.check import Check, Finding, Weight
from paloverde.watch.comments.listed import quoted, spans_of
from paloverde.watch.comments.public import is_kept_back, is_of_the_public
from paloverde.watch.comments.terms import Occurrence, Terms
from paloverde.watch.register import Entered
from paloverde.watch.registers.moderation_cases import ELECTIONS, Election
from paloverde.watch.seen import Seen


class Side(StrEnum):
    """Which side words take."""

    SUPPORT = "support"
    OPPOSE = "oppose"
    BOTH = "both sides"
    UNTOLD = "no side told"


class Spoken(NamedTuple):
    """That a comment speaks of an election, on which side by its words alone, and in which words."""

    election: Entered[Election]
    side: Side
    places: Sequence[tuple[int, int]]


class _Role(NamedTuple):
    election: str
    what: str  # name, support or oppose


def spoken_of(seen: Seen, book: Book) -> list[Spoken]:
    """The elections that a comment speaks of, in their days; those whose name it only mentions left out."""
    day = seen.said_on
    found: dict[str, list[Occurrence[_Role]]] = {}
    for one in _terms(book).places(seen.text):
        found.setdefault(one.of.election, []).append(one)
    entries = book.of(ELECTIONS)
    spoken = (_spoken(entries[id_], of) for id_, of in found.items() if entries[id_].entry.is_open_on(day))
    return [one for one in spoken if one is not None]


def _spoken(election: Entered[Election], found: Sequence[Occurrence[_Role]]) -> Spoken | None:
    said = {one.of.what for one in found}
    if "name" not in said:
        return None
    side = _SIDES[("support" in said, "oppose" in said)]
    if side is Side.UNTOLD and election.entry.supporting:
        return None
    return Spoken(election, side, sorted((one.start, one.end) for one in found))


_SIDES = {
    (True, False): Side.SUPPORT,
    (False, True): Side.OPPOSE,
    (True, True): Side.BOTH,
    (False, False): Side.UNTOLD,
}


@lru_cache(maxsize=4)  # a round has one book
def _terms(book: Book) -> Terms[_Role]:
    elections = book.of(ELECTIONS).items()
    return Terms(
        (_Role(id_, what), words, ())
        for id_, one in elections
        for what, words in (
            ("name", one.entry.names),
            ("support", one.entry.supporting),
            ("oppose", one.entry.opposing),
        )
    )


def _electing(seen: Seen, book: Book) -> Iterator[Finding]:
    if not book.of(ELECTIONS) or not is_of_the_public(seen) or is_kept_back(seen):
        return
    for one in spoken_of(seen, book):
        spans = spans_of(seen.text, one.places)
        side = "" if one.side is Side.UNTOLD else f" By its words alone it is of: {one.side.value}."
        yield ELECTION_WORDS.in_item(
            seen,
            f"{quoted(spans)}: this speaks of {one.election.entry.title} in the days of its election.{side}",
            "Read it in its thread. A person decides, never a filter; whoever acts on one side acts "
            "alike on the other (report “election-skew”). What is hidden or removed is cited under "
            "V.B.4(b) in Removed content. Nothing was hidden here.",
            weight=Weight.ADVICE,
            spans=spans,
            rule=f"{ELECTIONS.name}/{one.election.id}#{one.election.number}",
            which=one.election.id,
        )


ELECTION_WORDS = Check(
    name="election-words",
    title="For or against a candidate or measure",
    version=1,
    clauses=("P-31",),
    says="What the public says on a City account in the days of an election, where it has a name of a "
    "candidate or measure and words of support or opposition from the register of elections. Irony, "
    "pictures and other words are not understood, and words of a side may be about something else in the "
    "same comment.",
    answered_by=("public_affairs", "clerk", "counsel"),
    of_item=_electing,
)
