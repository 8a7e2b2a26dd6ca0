"""The privilege log of a production in discovery: shown as it is decided now, and taken as a table."""

from __future__ import annotations

from typing import Any

import msgspec
from fastapi.responses import Response

from paloverde.desk import showing
from paloverde.desk.areas.discovery_frame import docket_of, is_last_word, shown
from paloverde.desk.areas.discovery_shelf import folder_of
from paloverde.desk.asked import page_of
from paloverde.desk.files import taken
from paloverde.desk.jobs import JOBS, Progress
from paloverde.desk.rights import Act
from paloverde.desk.visit import Here, Pages, Visit
from paloverde.desk.wording import plain
from paloverde.errors import PersonNeeded
from paloverde.installation.remembered import Remembered, archive_stands, follows
from paloverde.productions.docket import Docket
from paloverde.productions.order import Built, Noted
from paloverde.productions.privilege_log import Row, as_csv

pages = Pages()
_PER_PAGE = 50
_LONGEST = 1_000  # characters of a cell
_AT_ONCE = 500  # records whose log is made while somebody waits for a page
_NAME = "privilege-log"


class _Log(msgspec.Struct, frozen=True):
    """`has_numbers` says whether the Bates numbers of volumes stand in it."""

    rows: list[Row]
    has_numbers: bool


@pages.page("/discovery/{number}/log", Act.ORDER_PRODUCTIONS)
def log(visit: Here, number: str) -> Response:
    """Each record of which something is kept back, with each privilege that is claimed."""
    docket, rows, wrong = docket_of(visit, number), list[Row](), ""
    has_numbers = False
    try:
        found = _log(visit, docket)
        if isinstance(found, Response):
            return found
        rows, has_numbers = found.rows, found.has_numbers
    except PersonNeeded as error:
        wrong = plain(error)
    last = max(1, -(-len(rows) // _PER_PAGE))
    page = min(page_of(visit.request.query_params), last)
    return shown(
        visit,
        number,
        "discovery_log.html",
        "Privilege log",
        "/log",
        path=f"/discovery/{number}/log",
        rows=[_row(row) for row in rows[(page - 1) * _PER_PAGE : page * _PER_PAGE]],
        count=len(rows),
        page=page,
        pages=last,
        wrong=wrong,
        has_numbers=has_numbers,
    )


@pages.form("/discovery/{number}/log/take", Act.ORDER_PRODUCTIONS)
def take(visit: Here, number: str) -> Response:
    """The log as a table. The history of the production tells who took it."""
    docket = docket_of(visit, number)
    visit.pace("export")
    try:
        found = _log(visit, docket)
    except PersonNeeded as error:
        return visit.go(f"/discovery/{number}/log", told=plain(error))
    if isinstance(found, Response):
        return found
    words = f"The privilege log, {len(found.rows):,} of its rows, was taken as a file at the desk."
    visit.city.productions.file(number, Noted(by=visit.by, at=visit.city.vault.clock(), note=words))
    return taken(f"{number} privilege log.csv", as_csv(found.rows), "text/csv; charset=utf-8")


def _log(visit: Visit, docket: Docket) -> _Log | Response:
    """The log as it is decided now; the page of the work that makes it, where a page cannot.

    `BadQuestion` where a row would say what is kept back.
    """
    city, number, by = visit.city, docket.number, visit.by
    review, kept = city.productions.review(number), Remembered(city.settings.home / "found")
    folder = folder_of(city, docket) if is_last_word(docket, review) else None
    hashes = docket.last(Built) if folder else None
    basis = follows(
        number, city.productions.basis(docket, review), hashes and hashes.hashes,
        archive_stands(city.vault.books),
    )  # fmt: skip
    if (before := kept.get(number, _NAME, basis, _Log)) is not None:
        city.productions.looked_at(docket, by.actor)  # the ledger notes this look, too
        return before

    def make() -> _Log:
        made = _Log(city.production_papers.log_rows(number, by, folder), folder is not None)
        kept.keep(number, _NAME, basis, made)
        return made

    if len(review.versions) <= _AT_ONCE:
        return make()

    def work(progress: Progress) -> str:
        progress("The records are read, and what is kept back of them is listed.")
        make()
        return f"/discovery/{number}/log"

    what, page = f"The privilege log of {number}", f"/discovery/{number}/log"
    return visit.go(
        JOBS.start(visit, what, f"{number} {basis[:16]}", work, again=page, act=Act.ORDER_PRODUCTIONS)
    )


def _row(row: Row) -> dict[str, Any]:
    told = {name: showing.name(getattr(row, name), _LONGEST) for name in Row.__struct_fields__}
    return told | {"place": int(row.control_no.rpartition("-")[2])}
