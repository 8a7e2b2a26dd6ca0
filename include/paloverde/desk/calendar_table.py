"""A month of an account's nights as a table: weeks as rows, Sunday first, as calendars in the City hang."""

from __future__ import annotations

import re
from calendar import Calendar as Weeks
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from sqlalchemy import Engine

from paloverde.archive.gaps import KnownGap
from paloverde.installation.history import Day, State, month, span

_MONTH = re.compile(r"(20[0-9]{2})-(0[1-9]|1[0-2])")
_SUNDAY = 6
LEGEND: Mapping[State, str] = {
    State.WHOLE: "complete: the night asked for everything and had all that the site gives",
    State.FILLED: "filled: the night had gaps, and later runs had the same in full",
    State.GAPS: "gaps: something could not be had or was not asked for, and is still open",
    State.NONE: "none: nothing was archived for this day",
}


class Cell(NamedTuple):
    """A day of the table; `state` is None where no night is due."""

    day: date
    state: State | None
    words: str


class Calendar(NamedTuple):
    """A month as weeks of seven cells, None outside of the month. Months are written YYYY-MM, "" for none."""

    title: str
    weeks: list[list[Cell | None]]
    before: str
    after: str
    counts: dict[State, int]

    @property
    def sentence(self) -> str:
        """The month in numbers, for whoever does not look at the table."""
        told = [f"{number} {_counted(state)}" for state, number in self.counts.items() if number]
        return f"{self.title}: {', '.join(told) if told else 'no night was due'}."


def _counted(state: State) -> str:
    """What nights of a state are called beside their number, be it one or several."""
    return "with gaps" if state is State.GAPS else LEGEND[state].partition(":")[0]


def calendar(books: Engine, slug: str, asked: str, today: date, gaps: Sequence[KnownGap]) -> Calendar:
    """The month that was asked for (YYYY-MM), or the newest with a night."""
    begun, newest = span(books, slug)
    first = _first_of(asked) or (newest or today).replace(day=1)
    days = {one.day: one for one in month(books, slug, first, today, gaps)}
    weeks = [
        [_cell(days[day]) if day in days else None for day in week]
        for week in Weeks(_SUNDAY).monthdatescalendar(first.year, first.month)
    ]
    counts = {state: sum(one.state is state for one in days.values()) for state in State}
    before, after = first - timedelta(days=1), max(days) + timedelta(days=1)
    return Calendar(
        f"{first:%B %Y}",
        weeks,
        f"{before:%Y-%m}" if begun is not None and begun < first else "",
        f"{after:%Y-%m}" if after <= today else "",
        counts,
    )


def _first_of(asked: str) -> date | None:
    found = _MONTH.fullmatch(asked)
    return date(int(found[1]), int(found[2]), 1) if found else None


def _cell(one: Day) -> Cell:
    words = LEGEND[one.state].partition(":")[0] if one.state else "no night due"
    return Cell(one.day, one.state, words)
