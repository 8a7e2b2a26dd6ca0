"""Draft declarations of the custodian of records (rulebook T-15 to T-22). Pure.

The system fills in the figures that it knows and leaves open what only a person can say: who declares, what
they know themselves, and every conclusion. Nothing here is signed.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from paloverde.errors import BadQuestion
from paloverde.productions.papers.evidence import Evidence, figures
from paloverde.records import archive_day
from paloverde.requests.paper import Block, Facts, Grid, Heading, Paper, Paragraph, Points
from paloverde.retention.rules import Seen
from paloverde.wording import several, spoken

_FILE = Path(__file__).with_name("declarations.toml")
_FIGURE = re.compile(r"\{(\w+)\}")
_DRAFT = (
    "Draft for counsel. It is not signed, and nobody has declared it. What stands in [brackets] only the "
    "person who declares can say; leave out what that person does not know."
)


class Ground(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of declaration. `court` is "state" or "federal"."""

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


def declaration(ground: str, evidence: Evidence) -> Paper:
    """The draft on a ground of `GROUNDS`; `BadQuestion` where there is none of that name."""
    chosen = GROUNDS.get(ground)
    if chosen is None:
        raise BadQuestion(f"There is no declaration “{ground}”: choose one of {several(list(GROUNDS))}.")
    return Paper(f"Draft: {chosen.title}", tuple(_blocks(chosen, evidence)))


def _blocks(ground: Ground, evidence: Evidence) -> Iterator[Block]:
    production = evidence.production
    told = {figure.name: figure for figure in figures(evidence)}
    values = {name: figure.value for name, figure in told.items()} | {"agency": production.agency}
    yield Heading(f"Draft: {ground.title}", 1)
    yield Paragraph(_DRAFT)
    if ground.warning:
        yield Paragraph(ground.warning)
    yield Facts(
        (
            ("Matter", production.matter),
            ("Production", production.name),
            ("Made for", ground.cite),
            ("Drafted on", spoken(archive_day(production.made_at))),
        )
    )
    yield Heading("Statements")
    yield Points(tuple(_filled(sentence, values) for sentence in ground.says))
    clause = _CLAUSES[ground.court]
    yield Paragraph(f"{clause.says} ({clause.cite})")
    yield Facts((("Signed at", "[place]"), ("On", "[date]"), ("Signature", "[not signed]")))
    yield accounts_table(evidence)
    yield from not_captured(evidence)
    used = dict.fromkeys(name for sentence in ground.says for name in _FIGURE.findall(sentence))
    yield Grid(
        "Where each figure comes from",
        ("Figure", "As stated", "Where it is read from"),
        [(name, told[name].value, told[name].source) for name in used if name in told],
    )


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
    lacking = (*evidence.gaps, *evidence.report.limits)
    if lacking:
        yield Points(lacking)
    else:
        yield Paragraph("No gap of these accounts is on record.")


def _filled(sentence: str, values: Mapping[str, str]) -> str:
    return _FIGURE.sub(lambda found: values[found[1]], sentence)
