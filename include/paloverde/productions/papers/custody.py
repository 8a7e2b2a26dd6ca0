"""The chain of custody: what happened to the records of a production, by the archive's own ledger. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from paloverde.productions.document import Production
from paloverde.productions.papers.concerning import Line
from paloverde.productions.papers.evidence import Checked, Claimed, Head
from paloverde.productions.papers.figures import claimed_back, in_words
from paloverde.requests.paper import Block, Facts, Grid, Heading, Paper, Paragraph, Points
from paloverde.wording import brief, ended, some

_MOST_ROWS = 500  # of one table on paper; the rest is in the ledger, and the paper says so
_DRAFT = "Draft for counsel: not signed. Every line names the ledger entry that it is read from."
_LEFT_OUT = (
    "Counsel’s own work: searches, single decisions of the review, drafts, advice.",
    "What was done with the same records in other matters and in records requests.",
    "Looks at public records.",
    "What people did outside of the archive’s program, of which it cannot know.",
)


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """A document in the table: its numbers, what it is, and the run that recorded it. `sha256` is that of its
    native file in the volumes, "" where it has none; `is_same` whether the archive sealed it by that.
    """

    begin: str
    end: str
    what: str
    account: str
    run: int
    sha256: str
    is_same: bool = False


class Chain(msgspec.Struct, frozen=True, kw_only=True):
    """All entries that concern the records. `looks` are looks at a private one, `looks_at_all` those at all
    that was found for the production, counted and not named; `checks` how many checks of stored objects the
    ledger notes, of which `checked` has some; `entries` how far the ledger was read. All `documents` are
    counted, and the first are in `places`.
    """

    production: Production
    about: str  # "documents PDC0000001 to PDC0000120", or one of them
    documents: int
    places: tuple[Place, ...]
    runs: int
    named: int
    captured: tuple[Line, ...]
    checked: tuple[Line, ...]
    checks: int
    compared: Checked
    held: tuple[Line, ...]
    hold: str
    handled: tuple[Line, ...]
    looks: int
    looks_at_all: int
    entries: int
    head: Head | None = None
    claimed: tuple[Claimed, ...] = ()


def chain_of_custody(chain: Chain) -> Paper:
    """The paper. Every line names the ledger entry that it is read from."""
    title = f"DRAFT: Chain of custody of {chain.about}"
    return Paper(title, tuple(_blocks(title, chain)))


def _blocks(title: str, chain: Chain) -> Iterator[Block]:
    yield Heading(title, 1)
    yield Paragraph(_DRAFT)
    yield Facts(tuple(_facts(chain)))
    if told := claimed_back(chain.claimed):
        yield Paragraph(told)
    yield Paragraph(
        "The ledger is a list in which each entry names the one before it by its SHA-256 and is signed. The "
        "program noted these entries when what they tell of was done; of anything else it cannot know."
    )
    yield from _documents(chain)
    yield from _table("Captured", chain.captured, "No capture of them is on record.")
    yield Paragraph(_told(chain))
    yield from _table("Stored objects read again", chain.checked, "No check is on record.")
    yield Paragraph(_compared(chain))
    none = (
        f"Nothing about the hold {chain.hold} is on record." if chain.hold else "It was ordered from no hold."
    )
    yield from _table("Kept from deletion", chain.held, none)
    yield from _table("Chosen, written and handed over", chain.handled, "Nothing is on record.")
    yield Paragraph(
        f"Noted looks at private records: {chain.looks:,} at a single one of these documents, "
        f"{chain.looks_at_all:,} at all that was found for this production. Who looked, and when, stands in "
        "the ledger."
    )
    yield Heading("What is not told here")
    yield Points(_LEFT_OUT)


def _facts(chain: Chain) -> Iterator[tuple[str, str]]:
    production, head = chain.production, chain.head
    yield "Matter", production.matter
    yield "Production", production.name
    yield "Read from", f"the ledger of {production.agency}'s archive, through entry {chain.entries:,}"
    yield (
        "Root in the load files",
        production.root or "none: no head of the ledger was signed when it was built",
    )
    if head is not None:
        counted = f"entries 1 to {head.size:,}, {head.counts:,} of {some(chain.runs, 'run')} among them"
        yield "What it covers", counted


def _documents(chain: Chain) -> Iterator[Block]:
    yield Heading("Documents")
    rows = [
        (
            one.begin if one.begin == one.end else f"{one.begin} to {one.end}",
            one.what,
            one.account,
            f"{one.run:,}",
            one.sha256 or "no native file is produced",
            "yes" if one.is_same else "",
        )
        for one in chain.places
    ]
    headings = ("Numbers", "What", "Account", "Run", "SHA-256 of its native file", "As sealed")
    yield Grid("The documents, and the run that recorded each", headings, rows)
    if chain.documents > len(rows):
        rest = some(chain.documents - len(rows), "more document is", "more documents are")
        yield Paragraph(f"{rest} in the load files, with run and SHA-256 alike.")


def _told(chain: Chain) -> str:
    told = f"{chain.named:,} of {some(chain.runs, 'run')} of these documents"
    return f"The ledger names the seals of {told}. The SHA-256 of each seal is in the load files (RUNSEAL)."


def _compared(chain: Chain) -> str:
    noted = some(chain.checks, "check of stored objects is", "checks of stored objects are")
    which = (
        "; of several the first, the last and each that found damage stand above" if chain.checks > 2 else ""
    )
    told = f"{noted} noted since the first of these runs{which}."
    return ended(f"{told} Objects of these runs: {in_words(chain.compared)}")


def _table(caption: str, lines: Sequence[Line], none: str) -> Iterator[Block]:
    yield Heading(caption)
    if not lines:
        yield Paragraph(none)
        return
    yield Grid(caption, ("Entry", "When", "What", "Who"), list(_rows(lines[:_MOST_ROWS])))
    if len(lines) > _MOST_ROWS:
        yield Paragraph(f"And {some(len(lines) - _MOST_ROWS, 'more entry', 'more entries')} in the ledger.")


def _rows(lines: Iterable[Line]) -> Iterator[tuple[str, str, str, str]]:
    for one in lines:
        yield f"{one.number:,}", brief(one.at), one.what, one.who
