"""Searches that are kept, and hits that are taken away as a file."""

from __future__ import annotations

import csv
import io
import os
import re
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import msgspec
from fastapi import Depends, Request
from fastapi.responses import Response, StreamingResponse
from starlette.datastructures import FormData

from paloverde.bundles.tables import cell
from paloverde.desk import showing
from paloverde.desk.areas.search import HERE, form, look
from paloverde.desk.asked import Asked, Wrong, asked_again, asked_of
from paloverde.desk.jobs import JOBS, Progress
from paloverde.desk.rights import Act
from paloverde.desk.visit import Here, Pages, Visit
from paloverde.errors import BadQuestion
from paloverde.installation import Installation
from paloverde.installation.records import is_private
from paloverde.installation.searches import Saved
from paloverde.records import PACIFIC, archive_day
from paloverde.search.hits import SCHEMA, Hit, as_row
from paloverde.search.question import Question
from paloverde.search.scope import Scope

pages = Pages()
AT_ONCE = 2_000  # hits that are sent while somebody waits; more are made ready by long work
MOST = 100_000  # hits in a file
_PER_PAGE = 20
_SECONDS = 0.3  # that may be spent on counting what is new before the page is shown
_KEPT_FOR = 24 * 3600  # seconds that a file waits to be taken
_COLUMNS = ("private", *(name for name in SCHEMA.names if name != "media"), "files")
_ID = re.compile(r"[0-9a-f]{32}")


async def _form_of(request: Request) -> FormData:
    return await request.form()


Given = Annotated[FormData, Depends(_form_of)]


@pages.page("/search/kept", Act.SEARCH)
def kept(visit: Here, page: int = 1) -> Response:
    """The searches that are kept, and what is new since."""
    all_ = [one for one in visit.city.searches.all() if _is_open(visit, one)]
    last = max(1, -(-len(all_) // _PER_PAGE))
    page = max(1, min(page, last))
    some = all_[(page - 1) * _PER_PAGE : page * _PER_PAGE]
    rows = [_row(one, now) for one, now in zip(some, _counted(visit, some), strict=True)]
    return visit.show(
        "search_kept.html",
        title="Kept searches",
        here=HERE,
        rows=rows,
        page=page,
        pages=last,
        counting=any(row["news"] == _NOT_YET for row in rows),
    )


@pages.form("/search/keep", Act.SEARCH)
def keep(visit: Here, given: Given) -> Response:
    """Keep a search under a name."""
    asked = asked_of(given)
    try:
        saved = visit.city.searches.keep(str(given.get("name", "")), look(visit, asked, 1, 1), visit.by)
    except Wrong as error:
        return form(visit, asked, {error.field: str(error)}, status=400)
    return visit.go("/search/kept", told=f"The search “{showing.name(saved.name)}” is kept.")


@pages.form("/search/kept/{id_}/drop", Act.SEARCH)
def drop(visit: Here, id_: str) -> Response:
    """Take a search off the list."""
    searches = visit.city.searches
    if not _is_open(visit, searches.get(id_.replace("\0", ""))):
        raise BadQuestion("No search of that name is kept, or it was taken off the list.")
    saved = searches.drop(id_, visit.by)
    return visit.go("/search/kept", told=f"The search “{showing.name(saved.name)}” is off the list.")


@pages.form("/search/export", Act.SEARCH)
def export(visit: Here, given: Given) -> Response:
    """The hits of a search as a table for a spreadsheet: at once, or made ready by long work."""
    asked = asked_of(given)
    try:
        visit.pace("export")
        hits = _number_to_take(visit, asked)
        question, scope = _put(visit, asked)
    except Wrong as error:
        return form(visit, asked, {error.field: str(error)}, status=400)
    city, actor, reason = visit.city, visit.actor, asked.reason
    if hits <= AT_ONCE:
        answer = city.searches.taken_away(question, scope, actor, reason)
        return _file(csv_lines(answer.hits), city.vault.clock(), is_private_=scope.include_private)

    def work(progress: Progress) -> str:
        progress(f"The {hits:,} hits are read from the sealed records.")
        answer = city.searches.taken_away(question, scope, actor, reason)
        return _written(city, progress, answer.hits, is_private_=scope.include_private)

    subject = f"{visit.person.username}: {asked.query}"
    again = f"/search?{asked.query}"
    return visit.go(JOBS.start(visit, "A file of hits", subject, work, again=again))


@pages.page("/search/taken/{id_}", Act.SEARCH)
def taken(visit: Here, id_: str) -> Response:
    """A file of hits that long work has made ready, for whoever asked for it."""
    job = JOBS.find(visit.city.vault.books, id_) if _ID.fullmatch(id_) else None
    found = None
    if job is not None and job.username == visit.person.username:
        found = next(_folder(visit.city).glob(f"{id_}*.csv"), None)
    if found is None:
        sentence = "This file is not kept any more: it waits for a day. Search again, and take it again."
        return visit.show("told.html", 404, title="Not here", here=HERE, sentence=sentence)
    is_private_ = found.stem.endswith("-private")
    if is_private_:
        visit.need(Act.SEE_PRIVATE)
    visit.pace("export")
    return _file(_pieces(found), visit.city.vault.clock(), is_private_=is_private_)


def csv_lines(hits: Iterable[Hit]) -> Iterator[bytes]:
    """RFC 4180 with a byte order mark. What a spreadsheet could take for a formula has an apostrophe."""
    yield "\ufeff".encode() + _line(_COLUMNS)
    for hit in hits:
        row: dict[str, Any] = as_row(hit)
        row["private"] = "private" if is_private(hit) else ""
        row["files"] = " ".join(kept.sha256 for kept in hit.media if kept.sha256)
        yield _line([cell(row[name]) for name in _COLUMNS])


_NOT_YET = "It is being counted."


def _row(saved: Saved, now: int | None) -> dict[str, Any]:
    again = asked_again(saved.question, saved.scope)
    return {
        "id": saved.id,
        "name": showing.name(saved.name),
        "question": showing.name(saved.question, 500),
        "scope": _scope_in_words(saved.scope),
        "by": saved.by.name,
        "at": saved.at,
        "hits": saved.hits,
        "news": _news(saved, now),
        "path": f"/search?{again.query}",
    }


def _news(saved: Saved, now: int | None) -> str:
    if saved.scope.include_private:
        return "It looks at private records: run it again to see, and say why."
    if now is None:
        return _NOT_YET
    if now == saved.hits:
        return "Nothing new."
    more = now - saved.hits
    return f"{more:,} new" if more > 0 else f"{-more:,} fewer: records were destroyed under the schedule"


def _counted(visit: Visit, some: list[Saved]) -> Iterator[int | None]:
    """How many hits each has now; None where there was no time yet. Each is counted once after each night."""
    index, began = visit.city.index.asking(), time.monotonic()
    if index is not None:
        index.now()
    for saved in some:
        if saved.scope.include_private or (index is None and time.monotonic() - began > _SECONDS):
            yield None
        elif index is None:
            yield _number(visit, saved)
        elif time.monotonic() - began <= _SECONDS:
            yield index.kept(("kept search", saved.id), lambda one=saved: _number(visit, one))  # type: ignore[misc]
        else:
            yield None


def _number(visit: Visit, saved: Saved) -> int:
    bounds: dict[str, Any] = msgspec.structs.asdict(saved.scope)
    seen = visit.city.overview(saved.question, visit.actor, per_page=1, **bounds)
    return seen.counts.hits


def _scope_in_words(scope: Scope) -> str:
    told = [
        *scope.accounts,
        *(showing.kind_in_words(kind) for kind in scope.kinds),
        *scope.platforms,
        *([f"from {scope.since}"] if scope.since else []),
        *([f"to {scope.until}"] if scope.until else []),
        *(["private records too"] if scope.include_private else []),
    ]
    return showing.name(", ".join(told), 300) or "all accounts"


def _is_open(visit: Visit, saved: Saved) -> bool:
    """Whether somebody may see a kept search: those of private records, and those of other accounts, not."""
    if saved.scope.include_private and not visit.may(Act.SEE_PRIVATE):
        return False
    mine = visit.accounts()
    return not mine or (bool(saved.scope.accounts) and set(saved.scope.accounts) <= set(mine))


def _number_to_take(visit: Visit, asked: Asked) -> int:
    """How many hits a search has, as long as a file can hold them."""
    hits = look(visit, asked, 1, 1).counts.hits
    if hits > MOST:
        raise Wrong(
            "q",
            f"These are {hits:,} hits, and a file holds at most {MOST:,}. Narrow the days or the accounts, "
            "and take several files.",
        )
    return hits


def _put(visit: Visit, asked: Asked) -> tuple[Question, Scope]:
    today = archive_day(visit.city.vault.clock())
    return asked.question(today), asked.scope(visit.accounts(asked.accounts))


def _line(cells: Iterable[str]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerow(cells)
    return text.getvalue().encode()


def _file(lines: Iterator[bytes], now: datetime, *, is_private_: bool) -> Response:
    """A table as a file to keep, sent as it is made."""
    name = f"hits-{now.astimezone(PACIFIC):%Y%m%d-%H%M}{'-private' if is_private_ else ''}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(lines, media_type="text/csv; charset=utf-8", headers=headers)


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as opened:
        while piece := opened.read(1 << 20):
            yield piece


def _folder(city: Installation) -> Path:
    return city.settings.home / "desk" / "hits"


def _written(city: Installation, progress: Progress, hits: list[Hit], *, is_private_: bool) -> str:
    """Write a table for whoever comes to take it within a day; the page on which it is taken."""
    folder = _folder(city)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    _clear(folder)
    path = folder / f"{progress.id}{'-private' if is_private_ else ''}.csv"
    draft = path.with_suffix(".draft")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
        for number, line in enumerate(csv_lines(hits)):
            stream.write(line)
            progress(f"{number:,} of {len(hits):,} hits are written.", number / len(hits))
    draft.replace(path)
    return f"/search/taken/{progress.id}"


def _clear(folder: Path) -> None:
    """Throw away what nobody took."""
    for path in folder.iterdir():
        with suppress(FileNotFoundError):  # another job was as quick
            if path.stat().st_mtime < time.time() - _KEPT_FOR:
                path.unlink()
