"""The reports of the watch: days are chosen, a table is made as long work, read with its notes, taken."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from urllib.parse import urlencode

import msgspec
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from paloverde.bundles.pages import visible
from paloverde.desk import showing
from paloverde.desk.areas.watch_frame import is_of, roles_in_words, shown
from paloverde.desk.asked import Wrong
from paloverde.desk.drafts import Drafts
from paloverde.desk.files import taken
from paloverde.desk.jobs import JOBS, Progress
from paloverde.desk.rights import Act
from paloverde.desk.steps import Given
from paloverde.desk.typed import Field, Typed
from paloverde.desk.visit import Here, NotAllowed, Pages, Visit
from paloverde.errors import BadQuestion
from paloverde.installation import Installation
from paloverde.records import archive_day
from paloverde.watch.report import Report, Table
from paloverde.watch.sheet import line
from paloverde.wording import some, spoken

pages = Pages()
_AT = "/watch/reports"
_USUAL = 30  # days that a report is about where nobody says anything else
_MOST_ROWS = 500  # of a table that a page shows; its file has all
_MOST_TEXT = 200_000  # characters of cells on a page
_CELL = 1_000  # characters
_FIELDS = (
    Field("since", "First day", "date", required=True),
    Field("until", "Last day", "date", required=True),
)


class Made(msgspec.Struct, frozen=True):
    """A report that was made, as it waits for whoever asked for it."""

    report: str
    since: date
    until: date
    at: datetime
    table: Table


@pages.page("/watch/reports", Act.SEE_WATCH)
def reports(visit: Here) -> Response:
    """All reports that the role may read."""
    mine = [one for one in visit.city.watch.reports.values() if is_of(visit, one.read_by)]
    return shown(visit, "watch_reports.html", "Reports of the watch", _AT, reports=mine)


@pages.page("/watch/reports/{name}", Act.SEE_WATCH)
def report(visit: Here, name: str, since: str = "", until: str = "") -> Response:
    """One report: what it says, and the days that it is to be about."""
    mine, today = _mine(visit, name), archive_day(visit.city.vault.clock())
    values = {"since": since or str(today - timedelta(days=_USUAL)), "until": until or str(today)}
    return _asking(visit, mine, values, {})


@pages.form("/watch/reports/{name}", Act.SEE_WATCH)
def make(visit: Here, name: str, given: Given) -> Response:
    """Make a report, as long work."""
    mine, typed = _mine(visit, name), Typed(given, _FIELDS)
    try:
        since, until = _days(typed)
    except Wrong as error:
        return _asking(visit, mine, typed.values, {error.field: str(error)}, status=400)
    visit.pace("export")
    city, username = visit.city, visit.person.username

    def work(progress: Progress) -> str:
        progress("The archive is read.")
        made = Made(name, since, until, city.vault.clock(), city.watch.report(name, since, until))
        _drafts(city).put(progress.id, username, made)
        return f"{_path(mine)}/made/{progress.id}"

    again = f"{_path(mine)}?{urlencode({'since': since, 'until': until})}"
    subject = f"{username}: {name} {since} {until}"
    return visit.go(JOBS.start(visit, f"Report: {mine.title}"[:80], subject, work, again=again))


@pages.page("/watch/reports/{name}/made/{id_}", Act.SEE_WATCH)
def made_(visit: Here, name: str, id_: str) -> Response:
    """A report as it was made, with the notes that explain its figures."""
    mine = _mine(visit, name)
    made = _made(visit, mine, id_)
    rows = [*_fitting(made.table)]
    days = spoken(made.since) if made.since == made.until else f"{spoken(made.since)} to {spoken(made.until)}"
    return shown(
        visit,
        "watch_made.html",
        mine.title,
        _AT,
        report=mine,
        days=days,
        made=made.at,
        columns=made.table.columns,
        rows=rows,
        rest=len(made.table.rows) - len(rows),
        count=some(len(made.table.rows), "row"),
        notes=[visible(note) for note in made.table.notes],
        file=f"{_path(mine)}/made/{id_}/file",
        again=f"{_path(mine)}?{urlencode({'since': made.since, 'until': made.until})}",
    )


@pages.page("/watch/reports/{name}/made/{id_}/file", Act.SEE_WATCH)
def file(visit: Here, name: str, id_: str) -> Response:
    """The same as a table for a spreadsheet, its notes below it."""
    mine = _mine(visit, name)
    made = _made(visit, mine, id_)
    visit.pace("export")
    body = b"".join(csv_lines(made.table))
    return taken(f"{name}-{made.since:%Y%m%d}-{made.until:%Y%m%d}.csv", body, "text/csv; charset=utf-8")


def csv_lines(table: Table) -> Iterator[bytes]:
    """RFC 4180 with a byte order mark; what a spreadsheet could take for a formula has an apostrophe."""
    yield "\ufeff".encode() + line(table.columns)
    yield from (line(row) for row in table.rows)
    yield from (line([note]) for note in ("", *table.notes) if table.notes)


def _asking(
    visit: Visit, mine: Report, values: dict[str, str], wrong: dict[str, str], *, status: int = 200
) -> Response:
    return shown(
        visit, "watch_report.html", mine.title, _AT, status=status, report=mine, path=_path(mine),
        fields=_FIELDS, values=values, wrong=wrong,
    )  # fmt: skip


def _days(typed: Typed) -> tuple[date, date]:
    since, until = typed.needed_day("since"), typed.needed_day("until")
    if since > until:
        raise Wrong("until", "The last day is before the first: exchange them.")
    return since, until


def _mine(visit: Visit, name: str) -> Report:
    """The report of that name, for whoever may read it."""
    mine = visit.city.watch.reports.get(name)
    if mine is None:
        raise HTTPException(404)
    if not is_of(visit, mine.read_by):
        readers = roles_in_words(mine.read_by, Act.SEE_WATCH)
        raise NotAllowed(f"The report “{mine.title}” is read by: {readers}.")
    return mine


def _made(visit: Visit, mine: Report, id_: str) -> Made:
    try:
        made, _ = _drafts(visit.city).get(id_, visit.person.username, Made)
    except BadQuestion:
        raise HTTPException(404) from None
    if made.report != mine.name:
        raise HTTPException(404)
    return made


def _fitting(table: Table) -> Iterator[list[str]]:
    """The rows that a page can hold, every unseen character written out."""
    left = _MOST_TEXT
    for row in table.rows[:_MOST_ROWS]:
        told = [showing.name(text, _CELL) for text in row]
        left -= sum(map(len, told))
        if left < 0:
            return
        yield told


def _path(mine: Report) -> str:
    return f"{_AT}/{mine.name}"


def _drafts(city: Installation) -> Drafts:
    return Drafts(city.settings.home / "desk" / "reports")
