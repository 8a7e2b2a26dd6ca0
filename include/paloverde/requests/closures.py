"""The days on which City offices are closed: a table that the City adopts, never one of a library.

Which holidays a city keeps is its own resolution's to say (Gov. Code 6700 lists days that do not bind a
city), and a public office that is closed for the whole of a day makes it a holiday for computing time
(Code Civ. Proc. 12b). Saturdays and Sundays are closed without being named (Code Civ. Proc. 12a, 135).

A table is CSV in UTF-8 with the header `date,name`, one closed day a line: `2026-11-26,Thanksgiving Day`. A
spreadsheet writes the same day as 11/26/2026, the month first; that is read, too.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from itertools import groupby

import msgspec

from paloverde.archive.papers import Cabinet, Filed
from paloverde.errors import BadQuestion
from paloverde.wording import some

SERIES = "closures"
_HEADER = ["date", "name"]
_LONGEST = 256 * 1024  # bytes of a file: 40 years of holidays are 20 KiB
_SHOWN = 20  # wrong lines in one message
_A_YEAR = 366  # days: an office that is closed for longer is a mistake in the table
_SATURDAY = 5
_LONGEST_SHOWN = 40  # characters of what a message repeats
_SPREADSHEETS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # how the files of spreadsheet programs begin
_MONTH_FIRST = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})", re.ASCII)
_APART = re.compile(r"[,\t ]")  # what stands between a day that is typed and its name


class Closures(msgspec.Struct, frozen=True):
    """The closed days by date, and in `where` from which table; "" where no table was read.

    `years` are the calendar years that the table speaks of: of others nobody has said anything.
    """

    days: dict[date, str] = {}
    where: str = ""

    @property
    def years(self) -> frozenset[int]:
        return frozenset(day.year for day in self.days)

    def why_closed(self, day: date) -> str:
        """Why City offices are closed on a day; "" where they are open."""
        if day in self.days:
            return self.days[day]
        return f"{day:%A}" if day.weekday() >= _SATURDAY else ""

    def last_open(self, first: date, last: date) -> date | None:
        """The last open day from `first` to `last`, both included."""
        days = (last - timedelta(n) for n in range((last - first).days + 1))
        return next((day for day in days if not self.why_closed(day)), None)

    def next_open(self, day: date) -> date:
        """That day where it is open, else the first open day after it."""
        days = (day + timedelta(n) for n in range(_A_YEAR))
        found = next((one for one in days if not self.why_closed(one)), None)
        if found is None:
            raise BadQuestion(
                f"By {self.where or 'the table of closed days'} the City is closed for a whole year from "
                f"{day}: mend the table."
            )
        return found


NO_TABLE = Closures()


class Year(msgspec.Struct, frozen=True):
    """The closed days of one calendar year as the City adopted them: what a paper says."""

    year: int
    days: tuple[tuple[date, str], ...]
    file: str
    file_sha256: str


def read_closures(body: bytes, where: str) -> Closures:
    """The table of a CSV file. `BadQuestion` names each wrong line, and how to mend it."""
    if len(body) > _LONGEST:
        raise BadQuestion(f"{where} has {len(body):,} bytes, too many for closed days: name another file.")
    if body.startswith(_SPREADSHEETS):
        raise BadQuestion(
            f"{where} is a spreadsheet, and not its table: save it as “CSV UTF-8”, and choose that file."
        )
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadQuestion(f"{where} is no text in UTF-8: save it as “CSV UTF-8” and try again.") from None
    rows = _rows(text, where)
    _check_header(next(rows, None), where)
    return _table(rows, where)


def typed_closures(text: str, where: str) -> Closures:
    """The table that somebody typed: on each line a day and its name, a comma or a space between them."""
    lines = enumerate(text.splitlines(), 1)
    return _table(((number, _parts(line)) for number, line in lines if line.strip()), where)


def as_table(closures: Closures) -> bytes:
    """The table as its file says it."""
    told = io.StringIO()
    csv.writer(told, lineterminator="\n").writerows([_HEADER, *sorted(closures.days.items())])
    return told.getvalue().encode()


def written_day(text: str) -> date:
    """A day as people write it, 2026-11-26 or 11/26/2026. `ValueError` for any other way."""
    if found := _MONTH_FIRST.fullmatch(text):
        month, day_, year = map(int, found.groups())
        return date(year, month, day_)
    day = date.fromisoformat(text)  # which takes 20261126, too
    if text != day.isoformat():
        raise ValueError(text)
    return day


def _table(rows: Iterable[tuple[int, list[str]]], where: str) -> Closures:
    days, wrong = dict[date, str](), list[str]()
    for line, row in rows:
        trouble = _take(row, days)
        wrong += [f"line {line}: {trouble}"] if trouble else []
    if wrong:
        more = f"; and {some(len(wrong) - _SHOWN, 'line')} more" if len(wrong) > _SHOWN else ""
        raise BadQuestion(f"{where} cannot be used as it is. {'; '.join(wrong[:_SHOWN])}{more}.")
    if not days:
        raise BadQuestion(f"{where} names no closed day: write one a line, such as 2026-12-25,Christmas Day.")
    return Closures(days, where)


def _parts(line: str) -> list[str]:
    day, *name = _APART.split(line.strip(), maxsplit=1)
    return [day, *(one.strip(", \t") for one in name)]


def _rows(text: str, where: str) -> Iterator[tuple[int, list[str]]]:
    """The lines that say something, each with its number in the file."""
    reader = csv.reader(io.StringIO(text), strict=True)
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                yield reader.line_num, [cell.strip() for cell in row]
    except csv.Error as error:
        raise BadQuestion(
            f"{where} cannot be used as it is. Line {reader.line_num}: {error}; look at its quotation marks."
        ) from None


def _check_header(first: tuple[int, list[str]] | None, where: str) -> None:
    found = [cell.lower() for cell in first[1]] if first else []
    if found != _HEADER:
        mend = "; separate the columns with commas" if found and ";" in found[0] else ""
        begins = f"begins with {_cut(','.join(found))}" if found else "is empty"
        raise BadQuestion(
            f"{where} {begins}, where the header `date,name` is asked: write it into line 1{mend}."
        )


def _take(row: list[str], days: dict[date, str]) -> str:
    """Take one line in; what is wrong with it, "" where nothing is."""
    if len(row) > len(_HEADER):
        return f"it has {len(row)} columns; put a name that has a comma into quotation marks"
    written, name = [*row, ""][:2]
    try:
        day = written_day(written)
    except ValueError:
        return f"{_cut(written)} is no date; write it as 2026-11-26 or 11/26/2026, the month first"
    if not name:
        return f"{day} has no name; write after it why the City is closed"
    if day in days:
        return f"{day} is there already as {days[day]!r}; leave one of the two out"
    days[day] = name
    return ""


def _cut(text: str) -> str:
    """What somebody wrote, in a message: its beginning."""
    return repr(text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…")


def adopt(cabinet: Cabinet, table: Closures, file_sha256: str, actor: str) -> list[Filed]:
    """File a table, a paper for each year that it speaks of, in place of what that year had.

    A year that is filed with the same days already is left as it is. What other years have stays.
    """
    filed = []
    now = {year.year: year.days for year in _adopted_years(cabinet)}
    for year, of_year in groupby(sorted(table.days), key=lambda day: day.year):
        days = tuple((day, table.days[day]) for day in of_year)
        if now.get(year) != days:
            paper = Year(year, days, table.where, file_sha256)
            about = {"year": str(year), "days": str(len(days))}
            filed.append(
                cabinet.file(
                    SERIES, str(year), paper, what="closed days adopted", actor=actor, about=about,
                    for_ever=True,
                )
            )  # fmt: skip
    return filed


def adopted(cabinet: Cabinet) -> Closures:
    """All that the City has adopted; `NO_TABLE` where it has adopted nothing."""
    years = list(_adopted_years(cabinet))
    days = {day: name for year in years for day, name in year.days}
    named = ", ".join(str(year.year) for year in years)
    return Closures(days, f"the City's adopted table ({named})") if days else NO_TABLE


def _adopted_years(cabinet: Cabinet) -> Iterator[Year]:
    return (cabinet.read(filed, Year) for filed in cabinet.newest(SERIES))
