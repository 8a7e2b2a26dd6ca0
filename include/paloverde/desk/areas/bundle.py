"""The bundle of a request: what it would hand out and what stands in its way, then built as long work."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlencode

import msgspec
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from paloverde.bundles.scratch import scratch
from paloverde.desk import showing
from paloverde.desk.areas.letter_fields import cost_fields, sheet_of
from paloverde.desk.areas.request_frame import Given, as_shown, line, request_of, shown, told
from paloverde.desk.asked import Wrong
from paloverde.desk.files import taken
from paloverde.desk.jobs import JOBS, Progress
from paloverde.desk.rights import Act
from paloverde.desk.typed import Field, Typed, carried
from paloverde.desk.visit import Here, Pages, Visit
from paloverde.desk.wording import plain
from paloverde.errors import PersonNeeded
from paloverde.installation.outgoing import bundle_of
from paloverde.installation.preview import Preview
from paloverde.installation.response_checks import Wish
from paloverde.requests.events import Noted, Produced
from paloverde.requests.request import Request

pages = Pages()
_PIECE = 1 << 20  # bytes
_CHANGED = "Something changed since you looked: this is what would go out now. Look again, then build it."


def _fields() -> list[Field]:
    return [
        Field("with_log", "Release the log of what is withheld, too", "tick"),
        Field("by_name", "Print a character that no font has by its name, in place of refusing it", "tick"),
        *cost_fields(),
    ]


@pages.page("/requests/{number}/bundle", Act.BUILD_BUNDLES)
def preview(visit: Here, number: str) -> Response:
    """What would be handed out as everything stands now. Nothing is built."""
    request, fields = request_of(visit, number), _fields()
    return _page(visit, request, Typed(visit.request.query_params, fields))


@pages.form("/requests/{number}/bundle", Act.BUILD_BUNDLES)
def build(visit: Here, number: str, given: Given) -> Response:
    """Build what was shown, as long work."""
    request, fields = request_of(visit, number), _fields()
    typed = Typed(given, fields)
    try:
        wish = _wish(typed)
    except Wrong as error:
        return _page(visit, request, typed, {error.field: told(error)})
    if first := _looked_for_first(visit, number, typed):
        return first
    seen = str(given.get("seen", ""))
    if seen != _hash(visit.city.responses.preview(number, visit.by, wish), wish):
        return _page(visit, request, typed, {"": _CHANGED} if seen else {})
    city, by = visit.city, visit.by

    def work(progress: Progress) -> str:
        try:
            with scratch() as folder:
                city.responses.build(number, folder / "response.zip", by, progress, wish)
        except PersonNeeded as error:
            raise PersonNeeded(plain(str(error))) from error
        return f"/requests/{number}/delivery"

    path = JOBS.start(
        visit,
        f"The bundle of {number}",
        f"{number} {seen}",
        work,
        again=f"/requests/{number}/bundle",
        act=Act.BUILD_BUNDLES,
    )
    return visit.go(path)


@pages.form("/requests/{number}/bundle/{sha256}/take", Act.BUILD_BUNDLES)
def take(visit: Here, number: str, sha256: str) -> Response:
    """The file itself: to look into it, to write it on a disc. The file of the request tells who took it."""
    made = request_of(visit, number).bundle(sha256)
    if made is None:
        raise HTTPException(404)
    visit.pace("export")
    working = ExitStack()  # left when the last piece is sent
    try:
        file = working.enter_context(scratch()) / "bundle.zip"
        visit.city.vault.store.fetch(bundle_of(visit.city.cabinet, number, sha256), file)
        words = f"{made.bundle.name} was taken as a file at the desk, SHA-256 {sha256}."
        visit.city.requests.file(number, Noted(by=visit.by, at=visit.city.requests.now(), note=words))
    except BaseException:
        working.close()
        raise
    return taken(made.bundle.name, _pieces(working, file), "application/zip")


def _pieces(working: ExitStack, file: Path) -> Iterator[bytes]:
    with working, file.open("rb") as opened:
        while piece := opened.read(_PIECE):
            yield piece


def _looked_for_first(visit: Visit, number: str, typed: Typed) -> Response | None:
    """The page of the work that looks for what stands in the way, where a page cannot; None where it can."""
    checks, by = visit.city.responses.checks, visit.by
    if not checks.are_long(number):
        return None
    page = f"/requests/{number}/bundle?{urlencode(carried(typed.values))}"

    def work(progress: Progress) -> str:
        checks.check(number, by, progress)
        return page

    what = f"What stands in the way of the bundle of {number}"
    return visit.go(JOBS.start(visit, what, number, work, again=page, act=Act.BUILD_BUNDLES))


def _page(visit: Visit, request: Request, typed: Typed, wrong: dict[str, str] | None = None) -> Response:
    wrong, number = dict(wrong or {}), request.number
    if first := _looked_for_first(visit, number, typed):
        return first
    lacks, hash_ = "", ""
    seen: Preview | None = None
    try:
        wish = _wish(typed)
        seen = visit.city.responses.preview(number, visit.by, wish)
        hash_ = _hash(seen, wish)
    except Wrong as error:
        wrong.setdefault(error.field, told(error))
    except PersonNeeded as error:
        lacks = told(error)
    return shown(
        visit,
        number,
        "request_bundle.html",
        "bundle",
        "/bundle",
        status=400 if wrong else 200,
        **as_shown(_fields(), typed.values, wrong),
        lacks=lacks,
        seen=seen,
        hash=hash_,
        tables=_tables(seen) if seen else [],
        responsible=[line(f"{name}, {title}") for name, title in seen.responsible] if seen else [],
        refusals=[plain(refusal) for refusal in seen.refusals] if seen else [],
        unverified=[plain(one) for one in seen.unverified] if seen else [],
        pairs=carried(typed.values),
        made=[_made(request, one) for one in request.all(Produced)],
    )


def _tables(seen: Preview) -> list[tuple[str, str, list[tuple[str, int]]]]:
    """The numbers: caption, heading, rows."""
    tables = (
        ("What would go out", "What", seen.counts),
        ("Records by account", "Account", seen.accounts),
        ("Kept back, by law", "Under", seen.exemptions),
    )
    return [
        (caption, head, [(showing.name(name), number) for name, number in rows.items()])
        for caption, head, rows in tables
        if rows
    ]


def _made(request: Request, made: Produced) -> dict[str, object]:
    return {
        "name": made.bundle.name,
        "sha256": made.bundle.sha256,
        "records": made.records,
        "by": made.by.name,
        "at": made.at,
        "is_replaced": request.is_replaced(made),
    }


def _wish(typed: Typed) -> Wish:
    return Wish(
        with_log=typed.is_ticked("with_log"), by_name=typed.is_ticked("by_name"), sheet=sheet_of(typed)
    )


def _hash(seen: Preview, wish: Wish) -> str:
    """Of what was shown, and how it is wanted."""
    return hashlib.sha256(msgspec.json.encode((seen, wish), order="sorted")).hexdigest()
