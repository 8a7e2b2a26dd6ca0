"""Draft declarations of the custodian of records (rulebook T-15 to T-22). Pure.

The system fills in the figures that it knows and leaves open what only a person can say: who declares, what
they know themselves, and every conclusion. Nothing here is signed. One draft may stand on several grounds of
one court; whoever declares before both makes two.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from paloverde.errors import BadQuestion
from paloverde.productions.papers.evidence import Evidence
from paloverde.productions.papers.figures import claimed_back, figures, sources
from paloverde.records import archive_day
from paloverde.requests.paper import Block, Facts, Grid, Heading, Paper, Paragraph, Points
from paloverde.retention.rules import Seen
from paloverde.wording import some, spoken

_FILE = Path(__file__).with_name("declarations.toml")
_FIGURE = re.compile(r"\{(\w+)\}")
_MOST_GAPS = 300  # on paper; how many there are is said
_DRAFT = (
    "Draft for counsel. It is not signed, and nobody has declared it. What stands in [brackets] only the "
    "person who declares can say; leave out what that person does not know."
)


class Ground(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of declaration. `court` is "state" or "federal"; `seen` whether its section was read."""

    id: str
    title: str
    cite: str
    seen: Seen
    verified_by: str
    verified_on: str
    court: str
    says: tuple[str, ...]

    @property
    def warning(self) -> str:
        """What counsel must know of the template before using it; "" where counsel has verified it."""
        if self.verified_by and self.verified_on:
            return ""
        what = "from memory, to be looked up" if self.seen is Seen.MEMORY else "read in a public source"
        return f"Counsel has not verified this template. {self.cite}: {what}."


class Perjury(msgspec.Struct, frozen=True):
    """The clause of a court, and the law that gives it."""

    says: str
    cite: str


def _read() -> tuple[Mapping[str, Ground], Mapping[str, Perjury]]:
    tables: dict[str, Any] = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    clauses = msgspec.convert(tables.pop("perjury"), dict[str, Perjury])
    return {id_: msgspec.convert({"id": id_, **row}, Ground) for id_, row in tables.items()}, clauses


GROUNDS, _CLAUSES = _read()


def declaration(grounds: Sequence[str], evidence: Evidence) -> Paper:
    """The draft on these grounds of `GROUNDS`.

    `BadQuestion` where none is named, there is none of a name, or they are for two courts.
    """
    chosen = tuple(_ground(name) for name in dict.fromkeys(grounds))
    if not chosen:
        raise BadQuestion(f"Name the ground of the declaration: {', '.join(GROUNDS)}.")
    if len({ground.court for ground in chosen}) > 1:
        raise BadQuestion(
            "State and federal courts ask for another clause of perjury each: draft two declarations, one "
            "for the grounds of each court."
        )
    title = "; ".join(ground.title for ground in chosen)
    return Paper(f"DRAFT: {title}", tuple(_blocks(title, chosen, evidence)))


def _ground(name: str) -> Ground:
    if name not in GROUNDS:
        raise BadQuestion(f"There is no declaration “{name}”: choose of {', '.join(GROUNDS)}.")
    return GROUNDS[name]


def _blocks(title: str, grounds: Sequence[Ground], evidence: Evidence) -> Iterator[Block]:
    production = evidence.production
    values = {figure.name: figure.value for figure in figures(evidence)} | {"agency": production.agency}
    yield Heading(f"DRAFT: {title}", 1)
    yield Paragraph(_DRAFT)
    for ground in grounds:
        yield from [Paragraph(ground.warning)] if ground.warning else []
    yield Facts(
        (
            ("Matter", production.matter),
            ("Production", production.name),
            ("Made for", "; ".join(ground.cite for ground in grounds)),
            ("Volumes written on", spoken(archive_day(production.made_at))),
        )
    )
    if claimed := claimed_back(evidence.claimed):
        yield Paragraph(f"{claimed} [Whether this declaration may still rest on them is for counsel to say.]")
    for ground in grounds:
        yield Heading("Statements" if len(grounds) == 1 else f"Statements: {ground.title}")
        yield Points(tuple(_filled(sentence, values) for sentence in ground.says))
    clause = _CLAUSES[grounds[0].court]
    yield Paragraph(f"{clause.says} ({clause.cite})")
    yield Facts((("Signed at", "[place]"), ("On", "[date]"), ("Signature", "[not signed]")))
    yield accounts_table(evidence)
    yield from not_captured(evidence)
    sentences = [sentence for ground in grounds for sentence in ground.says]
    used = dict.fromkeys(name for sentence in sentences for name in _FIGURE.findall(sentence))
    yield sources("Where each figure comes from", used, evidence)


def accounts_table(evidence: Evidence) -> Grid:
    """The accounts of a production: what of each is in it, and when and how it was captured."""
    rows = [
        (
            f"{one.account} ({one.platform})",
            f"{one.records:,}",
            f"{one.runs:,}: {one.first} to {one.last}",
            f"{spoken(one.since)} to {spoken(one.until)}",
            "; ".join(one.ways),
            ", ".join(one.versions),
        )
        for one in evidence.accounts
    ]
    headings = ("Account", "Records", "Runs", "Captured", "How it came", "Program")
    return Grid("Accounts of this production", headings, rows)


def not_captured(evidence: Evidence) -> Iterator[Block]:
    """What the archive may lack, in plain words; that nothing is on record is said, too."""
    yield Heading("What may be missing")
    lacking = tuple(dict.fromkeys((*evidence.gaps, *evidence.report.limits)))
    if lacking:
        yield Points(lacking[:_MOST_GAPS])
    else:
        yield Paragraph("No gap of the accounts that were searched is on record.")
    if len(lacking) > _MOST_GAPS:
        more = some(len(lacking) - _MOST_GAPS, "more gap is", "more gaps are")
        yield Paragraph(f"{more} on record in the archive.")


def _filled(sentence: str, values: Mapping[str, str]) -> str:
    return _FIGURE.sub(lambda found: values[found[1]], sentence)
