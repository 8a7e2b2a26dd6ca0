"""A register as a table: taken away for a spreadsheet, and taken in from one, all of it or nothing."""

from __future__ import annotations

from typing import Any

from fastapi.responses import Response

from paloverde.desk.areas.watch_frame import HERE
from paloverde.desk.areas.watch_kept import entries_of, kept_by, path_of, register_of
from paloverde.desk.files import brought_alone, taken
from paloverde.desk.jobs import JOBS, Progress
from paloverde.desk.rights import Act
from paloverde.desk.steps import Given, Step, done, form
from paloverde.desk.typed import Field, Typed
from paloverde.desk.visit import Here, Pages
from paloverde.records import archive_day
from paloverde.watch import sheet
from paloverde.watch.register import Register
from paloverde.watch.sheet import Sheet
from paloverde.wording import some

pages = Pages()
_AT_ONCE = 25  # rows that are filed while somebody waits: each is a locked paper of its own
_FILE = Field(
    "document", "The table", "file", "A CSV file in UTF-8. A spreadsheet saves it as “CSV UTF-8”.", True
)
_READS = (
    f"“{sheet.ENTRY}” names the entry that a row changes; where it is empty, the row is a new entry.",
    "A list has one on each line of its cell.",
    "Where one row is wrong, nothing is filed, and each mistake is named by its line.",
    "An entry that is in no row stays as it is.",
)


@pages.page("/watch/registers/{name}/table", Act.SEE_WATCH)
def table(visit: Here, name: str) -> Response:
    """The register as a table for a spreadsheet."""
    visit.pace("export")
    mine = register_of(name)
    body = b"".join(sheet.lines(mine, entries_of(visit, mine)))
    day = archive_day(visit.city.vault.clock())
    return taken(f"{mine.name}-{day:%Y%m%d}.csv", body, "text/csv; charset=utf-8")


@pages.page("/watch/registers/{name}/file", Act.KEEP_REGISTERS)
def file(visit: Here, name: str) -> Response:
    """The form that takes entries in from a table."""
    return form(visit, _taking(kept_by(visit, name)))


@pages.form("/watch/registers/{name}/file", Act.KEEP_REGISTERS)
def filed(visit: Here, name: str, given: Given) -> Response:
    """File what a table says, where nothing in it is wrong; a long one as long work."""
    mine = kept_by(visit, name)

    def do(_: Typed) -> Response:
        with brought_alone(given) as path:
            body = path.read_bytes()
        watch, actor, role = visit.city.watch, visit.actor, visit.person.role.value
        if len(watch.read_table(name, body, role).rows) <= _AT_ONCE:
            return visit.go(path_of(mine), told=_told(mine, watch.take_in(name, body, actor, role)))

        def work(progress: Progress) -> str:
            watch.take_in(name, body, actor, role, progress)
            return path_of(mine)

        what, again = f"Entries for {mine.title}"[:80], f"{path_of(mine)}/file"
        return visit.go(JOBS.start(visit, what, mine.name, work, again=again, act=Act.KEEP_REGISTERS))

    return done(visit, _taking(mine), given, do)


def _told(mine: Register[Any], read: Sheet) -> str:
    changed = sum(1 for row in read.rows if row.entry)
    new = len(read.rows) - changed
    told = [
        some(new, "new entry", "new entries"),
        f"{some(changed, 'entry', 'entries')} changed",
        f"{some(read.same, 'row')} that {'says' if read.same == 1 else 'say'} what stood there",
    ]
    return f"{mine.title}: {', '.join(told)}."


def _taking(mine: Register[Any]) -> Step:
    columns = ", ".join(f"“{field.label}”" for field in mine.fields)
    return Step(
        f"{mine.title}: take entries in from a table", HERE, f"{path_of(mine)}/file", "Take them in",
        path_of(mine), f"Back to the register “{mine.title}”", (_FILE,),
        lead=(f"Its first line has the words of the columns: “{sheet.ENTRY}”, {columns}.", *_READS),
        links=(("The register as such a table", f"{path_of(mine)}/table"),),
    )  # fmt: skip
