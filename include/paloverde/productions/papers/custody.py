"""The chain of custody: what happened to the records of a production, by the archive's own ledger. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

import msgspec

from paloverde.productions.document import Production
from paloverde.requests.paper import Block, Facts, Grid, Heading, Paper, Paragraph
from paloverde.wording import brief, some

_MOST_ROWS = 500  # of one table on paper; the rest is in the ledger, and the paper says so


class Entry(msgspec.Struct, frozen=True):
    """A ledger entry about the records: its number, when, what in words, and who; "" where the name is not
    for the other side.
    """

    number: int
    at: datetime
    what: str
    who: str = ""


class Chain(msgspec.Struct, frozen=True, kw_only=True):
    """All entries that concern the records. `private_looks` are looks at private records, counted and not
    named; `head` is the size of the signed head up to which the ledger was read.
    """

    production: Production
    about: str  # "documents PDC0000001 to PDC0000120", or one of them
    captured: tuple[Entry, ...]
    checked: tuple[Entry, ...]
    held: tuple[Entry, ...]
    handled: tuple[Entry, ...]
    private_looks: int
    head: int


def chain_of_custody(chain: Chain) -> Paper:
    """The paper. Every line names the ledger entry that it is read from."""
    title = f"Chain of custody: {chain.about}"
    return Paper(title, tuple(_blocks(title, chain)))


def _blocks(title: str, chain: Chain) -> Iterator[Block]:
    production = chain.production
    yield Heading(title, 1)
    yield Facts(
        (
            ("Matter", production.matter),
            ("Production", production.name),
            ("Read from", f"the ledger of {production.agency}'s archive, through entry {chain.head:,}"),
            ("Its root", production.root or "no signed head"),
        )
    )
    yield Paragraph(
        "Each line is an entry of the ledger, in which nothing can be changed or taken out without its "
        "being seen. It says what the archive's program noted; what people did outside of it, it "
        "cannot know."
    )
    yield from _table("Captured", chain.captured, "No capture is on record.")
    yield from _table("Stored objects compared with their seals", chain.checked, "No check is on record.")
    yield from _table("Kept from deletion", chain.held, "No hold is on record.")
    yield from _table("Searched, reviewed, written and handed over", chain.handled, "Nothing is on record.")
    yield Paragraph(
        f"Private records of the accounts were looked at {some(chain.private_looks, 'time')}. Who "
        "looked, when and why is in the ledger."
    )


def _table(caption: str, entries: Iterable[Entry], none: str) -> Iterator[Block]:
    rows = [(f"{one.number:,}", brief(one.at), one.what, one.who) for one in entries]
    yield Heading(caption)
    if not rows:
        yield Paragraph(none)
        return
    yield Grid(caption, ("Entry", "When", "What", "Who"), rows[:_MOST_ROWS])
    if len(rows) > _MOST_ROWS:
        yield Paragraph(f"And {some(len(rows) - _MOST_ROWS, 'more entry', 'more entries')} in the ledger.")
