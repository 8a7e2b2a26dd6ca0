"""Hits that are taken away as a file: a table for a spreadsheet, made at once or by long work."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

import msgspec
from fastapi.responses import Response, StreamingResponse

from paloverde.bundles.tables import cell
from paloverde.desk.areas.request_frame import Given
from paloverde.desk.areas.search import HERE, look, reason_for, refused
from paloverde.desk.asked import Asked, Wrong, asked_of
from paloverde.desk.drafts import Drafts
from paloverde.desk.jobs import JOBS, Progress
from paloverde.desk.rights import Act
from paloverde.desk.visit import Here, Pages, Visit
from paloverde.errors import BadQuestion
from paloverde.installation import Installation
from paloverde.installation.records import is_private
from paloverde.records import PACIFIC, archive_day
from paloverde.search.answer import Answer
from paloverde.search.hits import SCHEMA, Hit, as_row
from paloverde.search.question import Question
from paloverde.search.scope import Scope

pages = Pages()
AT_ONCE = 2_000  # hits that are sent while somebody waits; more are made ready by long work
MOST = 100_000  # hits in a file
_COLUMNS = ("private", *(name for name in SCHEMA.names if name != "media"), "files")


class Covers(msgspec.Struct, frozen=True):
    """What a file of hits was searched in: whoever takes it must be open to all of that when they do."""

    accounts: tuple[str, ...]
    include_private: bool


@pages.form("/search/export", Act.SEARCH)
def export(visit: Here, given: Given) -> Response:
    """The hits of a search as a table for a spreadsheet: at once, or made ready by long work."""
    asked = asked_of(given)
    try:
        visit.pace("export")
        hits = _number_to_take(visit, asked)
        question, scope = _put(visit, asked)
        reason = reason_for(visit, asked)
    except Wrong as error:
        return refused(visit, asked, error)
    city, actor, username = visit.city, visit.actor, visit.person.username
    if hits <= AT_ONCE:
        answer = city.searches.taken_away(question, scope, actor, reason)
        return _file(csv_lines(answer.hits), city.vault.clock(), is_private_=scope.include_private)

    def work(progress: Progress) -> str:
        progress(f"The {hits:,} hits are read from the sealed records.")
        answer = city.searches.taken_away(question, scope, actor, reason)
        return _written(city, progress, username, answer)

    subject = f"{username}: {asked._replace(why='').query}"
    again = f"/search?{asked.query}"
    return visit.go(JOBS.start(visit, "A file of hits", subject, work, again=again))


@pages.page("/search/taken/{id_}", Act.SEARCH)
def taken(visit: Here, id_: str) -> Response:
    """A file of hits that long work has made ready, for whoever asked for it and may still see all of it."""
    try:
        covers, _ = _drafts(visit.city).get(id_, visit.person.username, Covers)
        for account in covers.accounts:
            visit.need(Act.SEARCH, account)
            if covers.include_private:
                visit.need(Act.SEE_PRIVATE, account)
        opened = _path(visit.city, id_).open("rb")  # its bytes stay readable when the file is thrown away
    except (BadQuestion, FileNotFoundError):
        sentence = "This file is not kept any more: it waits for a day. Search again, and take it again."
        return visit.show("told.html", 404, title="Not here", here=HERE, sentence=sentence)
    visit.pace("export")
    return _file(_pieces(opened), visit.city.vault.clock(), is_private_=covers.include_private)


def csv_lines(hits: Iterable[Hit]) -> Iterator[bytes]:
    """RFC 4180 with a byte order mark. What a spreadsheet could take for a formula has an apostrophe."""
    yield "\ufeff".encode() + _line(_COLUMNS)
    for hit in hits:
        row: dict[str, Any] = as_row(hit)
        row["private"] = "private" if is_private(hit) else ""
        row["files"] = " ".join(kept.sha256 for kept in hit.media if kept.sha256)
        yield _line([cell(row[name]) for name in _COLUMNS])


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


def _pieces(opened: BinaryIO) -> Iterator[bytes]:
    with opened:
        while piece := opened.read(1 << 20):
            yield piece


def _folder(city: Installation) -> Path:
    return city.settings.home / "desk" / "hits"


def _drafts(city: Installation) -> Drafts:
    """What each file covers, for whoever asked for it; old files go with them."""
    return Drafts(_folder(city))


def _path(city: Installation, id_: str) -> Path:
    return _folder(city) / f"{id_}.csv"


def _written(city: Installation, progress: Progress, username: str, answer: Answer) -> str:
    """Write a table for whoever comes to take it within a day; the page on which it is taken."""
    accounts = (*answer.searched.accounts,)
    _drafts(city).put(progress.id, username, Covers(accounts, answer.scope.include_private))
    path, hits = _path(city, progress.id), answer.hits
    draft = path.with_suffix(".draft")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
        for number, line in enumerate(csv_lines(hits)):
            stream.write(line)
            progress(f"{number:,} of {len(hits):,} hits are written.", number / len(hits))
    draft.replace(path)
    return f"/search/taken/{progress.id}"
