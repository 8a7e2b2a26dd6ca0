"""What a requester is asked to pay: nothing, unless the law's two grounds hold and a worksheet shows the sum.

Search, review and redaction are never charged, and the archive's own exports cost nothing: a charge needs the
ground C1 or C2 of `costs.toml` with the facts that make it true, and lines of work (Gov. Code 7922.575(b);
National Lawyers Guild v. City of Hayward). Amounts are whole cents.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import ROUND_DOWN, Decimal
from enum import StrEnum
from functools import cache
from pathlib import Path

import msgspec

from paloverde.requests.paper import Block, Facts, Grid, Heading, Paper, Paragraph

_FILE = Path(__file__).with_name("costs.toml")


class Work(StrEnum):
    """The kinds of work that a line may be about; there is none for searching, reviewing or redacting."""

    COMPILATION = "data compilation"
    EXTRACTION = "data extraction"
    PROGRAMMING = "programming"
    COMPUTER = "computer services"
    OFF_SCHEDULE = "producing a scheduled record early"


class Line(msgspec.Struct, frozen=True):
    """One line of the worksheet: `hours` of somebody at `rate_cents` an hour."""

    work: Work
    what: str
    by: str  # title or position of whoever does it
    hours: Decimal
    rate_cents: int

    @property
    def cents(self) -> int:
        """The amount, never rounded up."""
        return int((self.hours * self.rate_cents).to_integral_value(ROUND_DOWN))


class Sheet(msgspec.Struct, frozen=True):
    """What is charged. As it comes it charges nothing. `facts` say what makes the ground true here."""

    ground: str = ""
    facts: str = ""
    lines: tuple[Line, ...] = ()
    stated_cents: int | None = None  # a sum that somebody states; None is the sum of the lines

    @property
    def worked_cents(self) -> int:
        """The sum of the worksheet."""
        return sum(line.cents for line in self.lines)

    @property
    def cents(self) -> int:
        """What the requester is asked to pay."""
        return self.worked_cents if self.stated_cents is None else self.stated_cents


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A ground for a charge, or work that is not charged; `words` give it away in a description."""

    says: str
    cite: str
    effective_from: date
    seen: str
    words: tuple[str, ...] = ()
    verified_by: str = ""
    verified_on: str = ""

    @property
    def is_verified(self) -> bool:
        """Whether counsel has confirmed it, by name and day."""
        return bool(self.verified_by and self.verified_on)


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    ground: Mapping[str, Rule]
    refused: Mapping[str, Rule]


@cache
def table() -> _Table:
    """The shipped rules of costs."""
    return msgspec.convert(tomllib.loads(_FILE.read_text(encoding="utf-8")), _Table)


def grounds_on(day: date) -> dict[str, Rule]:
    """The grounds for a charge that are in force on a day, by code."""
    return {code: rule for code, rule in table().ground.items() if rule.effective_from <= day}


def wrongs(sheet: Sheet, day: date) -> Iterator[str]:
    """Why a sheet may not be charged, each as one sentence; nothing where nothing is charged."""
    if not sheet.cents and not sheet.lines:
        return
    grounds = grounds_on(day)
    if sheet.ground not in grounds:
        named = f"{sheet.ground!r} is none of them" if sheet.ground else "none is named"
        yield f"A charge needs a ground in force, {' or '.join(grounds)}, and {named}."
    elif not sheet.facts.strip():
        yield f"The ground {sheet.ground} says nothing of this request: no facts are given."
    if not sheet.lines:
        yield f"{dollars(sheet.cents)} is asked for, and no worksheet line shows how it comes about."
    elif sheet.cents > sheet.worked_cents:
        worked = dollars(sheet.worked_cents)
        yield f"{dollars(sheet.cents)} is asked for, and the worksheet comes to {worked}."
    for line in sheet.lines:
        yield from _of_line(line)


def _of_line(line: Line) -> Iterator[str]:
    if line.hours <= 0 or line.rate_cents <= 0:
        yield f"The line “{line.what}” has no hours or no rate above zero."
    if not (line.what.strip() and line.by.strip()):
        yield f"A line of {line.work.value} does not say what is done, or the position of whoever does it."
    for rule in table().refused.values():
        if re.search(rf"\b({'|'.join(rule.words)})", line.what, re.IGNORECASE):
            yield f"The line “{line.what}” cannot be charged: {rule.says} ({rule.cite})."


def dollars(cents: int) -> str:
    """An amount as letters print it: $1,234.05."""
    return f"${cents // 100:,}.{cents % 100:02d}"


def sentence(sheet: Sheet, day: date) -> str:
    """What the copy costs and why, in one or two sentences."""
    if not sheet.cents:
        return "The copy costs $0.00. Nothing is charged for searching, reviewing, redacting or copying."
    rule = grounds_on(day).get(sheet.ground)
    why = f"{rule.says} ({rule.cite}): {sheet.facts}" if rule else sheet.facts
    return f"The copy costs {dollars(sheet.cents)}. {why.rstrip('.')}."


def worksheet(sheet: Sheet) -> tuple[Block, ...]:
    """The lines and their sum as a table; nothing where there are none."""
    if not sheet.lines:
        return ()
    rows = [
        (
            line.work.value,
            line.what,
            line.by,
            f"{line.hours:f}",
            dollars(line.rate_cents),
            dollars(line.cents),
        )
        for line in sheet.lines
    ]
    rows.append(("Total", "", "", "", "", dollars(sheet.cents)))
    headings = ("Work", "What is done", "By", "Hours", "Rate an hour", "Amount")
    return (Grid("Worksheet", headings, tuple(rows)),)


def cost_sheet(sheet: Sheet, number: str, agency: str, day: date) -> Paper:
    """The cost sheet of a request, as it lies in the bundle."""
    title = f"Cost sheet of records request {number}"
    head = Facts(
        (("Agency", agency), ("Request", number), ("Charged to the requester", dollars(sheet.cents)))
    )
    return Paper(title, (Heading(title, 1), head, Paragraph(sentence(sheet, day)), *worksheet(sheet)))
