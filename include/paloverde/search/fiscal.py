"""Days that words name: a month, the City's fiscal year, last month. No clock: the day of asking is given."""

from __future__ import annotations

import difflib
import re
from datetime import date, timedelta
from typing import NamedTuple

from paloverde.search.lexemes import Mendable

# The City's annual reports close on June 30: "for the fiscal year ended June 30" (City of Palm Desert, Annual
# Comprehensive Financial Report, every year).
FISCAL_YEAR_BEGINS = (7, 1)
MONTHS = (
    *("january", "february", "march", "april", "may", "june", "july"),
    *("august", "september", "october", "november", "december"),
)
RELATIVE = (
    *("today", "yesterday", "this month", "last month", "this year", "last year"),
    *("this fiscal year", "last fiscal year"),
)
_FIRST_YEAR, _LAST_YEAR = 1970, 2199  # beyond these a year is a slip of the finger
_DAY = re.compile(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?")
_MONTH = re.compile(r"([a-z]{3,})\.? (\d{4})")
_FISCAL = re.compile(r"(?:fiscal year|fy) ?(\d{4})(?:[-–/](\d{2}|\d{4}))?")
_HOW = 'Write a day, month or year as in 2025-01-31, 2025-01 or 2025, or "last month", "fiscal year 2024-25"'


class Period(NamedTuple):
    """The first and the last day of it, and what it is called where its days do not say that."""

    first: date
    last: date
    called: str = ""


def period(words: str, today: date | None) -> Period:
    """The days that words name, counted from `today`; raises `Mendable`."""
    said = " ".join(words.lower().split())
    if said in RELATIVE:
        if today is None:
            raise Mendable(
                f"“{said}” counts from the day of asking, and this question is kept and asked again",
                "Write the days, as in 2025-01-31",
            )
        return _relative(said, today)
    if match := _FISCAL.fullmatch(said):
        return _fiscal(said, match[1], match[2])
    if match := _MONTH.fullmatch(said):
        return _month(said, match[1], match[2])
    return _calendar(said, _DAY.fullmatch(said))


def stretch(words: str, today: date | None) -> Period:
    """A period, or all days from the first of one to the last of another: `2025-01..2025-06`."""
    first, dots, last = words.partition("..")
    if not dots:
        return period(words, today)
    one, other = period(first, today), period(last, today)
    if one.first > other.last:
        raise Mendable(f"{first} is after {last}", "Exchange them, or mend one")
    called = " to ".join(period.called for period in (one, other) if period.called)
    return Period(one.first, other.last, called)


def fiscal_year(begins_in: int) -> Period:
    """The City's fiscal year that begins in that calendar year."""
    first = date(begins_in, *FISCAL_YEAR_BEGINS)
    return Period(first, date(begins_in + 1, *FISCAL_YEAR_BEGINS) - timedelta(days=1))


def _relative(said: str, today: date) -> Period:
    if said in ("today", "yesterday"):
        day = today - timedelta(days=said == "yesterday")
        return Period(day, day, said)
    back, unit = int(said.startswith("last ")), said.split(" ", 1)[1]
    if unit == "fiscal year":
        begun = today.year - (today < date(today.year, *FISCAL_YEAR_BEGINS))
        return fiscal_year(begun - back)._replace(called=said)
    if unit == "year":
        return _months(today.year - back, 1, 12)._replace(called=said)
    year, month = divmod(today.year * 12 + today.month - 1 - back, 12)
    return _months(year, month + 1, 1)._replace(called=said)


def _fiscal(said: str, first: str, last: str | None) -> Period:
    begins = _year(first)
    if last is None:
        raise Mendable(
            f"“{said}” may begin or end in {first}",
            f"Write both years, as in fiscal year {first}-{(begins + 1) % 100:02}",
        )
    if int(last) not in (begins + 1, (begins + 1) % 100):
        raise Mendable(
            f"no fiscal year goes from {first} to {last}",
            f"Write fiscal year {first}-{(begins + 1) % 100:02}",
        )
    return fiscal_year(begins)._replace(called=f"fiscal year {first}-{(begins + 1) % 100:02}")


def _month(said: str, name: str, year: str) -> Period:
    number = next((number for number, month in enumerate(MONTHS, 1) if month.startswith(name)), None)
    if number is None:
        near = difflib.get_close_matches(name, MONTHS, 1)
        raise Mendable(f"“{said}” is no month", f"Did you mean {near[0]} {year}" if near else _HOW)
    return _months(_year(year), number, 1)


def _calendar(said: str, match: re.Match[str] | None) -> Period:
    if match is None:
        raise Mendable(f"“{said}” is no day, month or year", _meant(said))
    year, month, day = _year(match[1]), match[2], match[3]
    try:
        if day is not None:
            exactly = date(year, int(month), int(day))
            return Period(exactly, exactly)
        return _months(year, int(month or 1), 1 if month else 12)
    except ValueError:
        raise Mendable(f"{said} is no day of the calendar", _HOW) from None


def _months(year: int, month: int, number: int) -> Period:
    """Whole calendar months; `ValueError` where there is no such month."""
    after, last = divmod(year * 12 + month - 1 + number, 12)
    return Period(date(year, month, 1), date(after, last + 1, 1) - timedelta(days=1))


def _year(text: str) -> int:
    if not _FIRST_YEAR <= int(text) <= _LAST_YEAR:
        raise Mendable(f"{text} is no year of an archive", f"Write a year from {_FIRST_YEAR} to {_LAST_YEAR}")
    return int(text)


def _meant(said: str) -> str:
    whole = next((one for one in RELATIVE if one.split()[0] == said and " " in one), None)
    near = [whole] if whole else [] if "week" in said else difflib.get_close_matches(said, RELATIVE, 1)
    return f'Did you mean "{near[0]}", with its quotation marks' if near else _HOW
