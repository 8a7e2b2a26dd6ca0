"""Pictures and videos: kept in flat memory, tried again when they could not be had, found by a search."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from paloverde.archive.seal import Role
from paloverde.search.answer import search
from plazacity import City

FIRST, SECOND, THIRD, FOURTH = (date(2026, 11, 20) + timedelta(days=n) for n in range(4))
PNG = b"\x89PNG the park"


def pictures(city: City) -> list[dict[str, object]]:
    tables = [city.archive.table(sealed.part) for sealed in city.archive.parts(Role.RECORDS)]
    return [row["media"][0] for table in tables for row in table.to_pylist() if row["media"]]


@pytest.fixture
def late(city: City) -> City:
    """A city whose first night could not have one picture."""
    city.site.post("m1", "The park opens", media=[f"{city.site.url}/files/park.png"])
    city.night(FIRST)
    return city


def test_a_picture_that_was_not_had_is_tried_again_and_found_by_a_search(late: City) -> None:
    assert [gap.stream for gap in late.gaps()] == ["media"]
    report, _ = late.night(SECOND)
    assert (report.new_versions, len(pictures(late))) == (0, 1)
    late.site.files["/files/park.png"] = PNG
    report, _ = late.night(THIRD)
    assert (report.new_versions, report.gaps) == (0, [])
    before, after = pictures(late)
    assert before["not_captured"] == "the site no longer gives the file (HTTP 404)"
    assert late.archive.media(str(after["sha256"])) == PNG
    (hit,) = search(late.archive, "park").hits
    assert (hit.date, [kept.sha256 for kept in hit.media]) == (FIRST, [after["sha256"]])
    assert late.gaps() == []


def test_a_picture_that_came_is_not_asked_for_again(late: City) -> None:
    late.site.files["/files/park.png"] = PNG
    late.night(SECOND)
    late.site.asked.clear()
    late.night(THIRD)
    assert "/files/park.png" not in late.site.asked
    assert len(pictures(late)) == 2


def test_what_is_removed_is_held_with_the_picture_that_came_later(late: City) -> None:
    late.site.files["/files/park.png"] = PNG
    late.night(SECOND)
    del late.site.posts["m1"]
    late.night(THIRD)
    assert late.check(THIRD).removed == ["m1"]
    (sealed,) = late.archive.parts(Role.REMOVED)
    (row,) = late.archive.table(sealed.part).to_pylist()
    assert row["media"][0]["sha256"] == hashlib.sha256(PNG).hexdigest()


def test_an_edit_without_the_picture_ends_the_search_for_it(late: City) -> None:
    late.site.posts["m1"].update(text="The park is closed", media=[])
    late.night(SECOND)
    late.site.asked.clear()
    late.night(THIRD)
    assert not [path for path in late.site.asked if path.startswith("/files")]
    assert late.gaps() == []


def test_one_of_several_that_comes_is_kept_and_the_rest_is_tried_on(city: City) -> None:
    names = [f"/files/{n}.png" for n in range(3)]
    city.site.post("m1", "Three", media=[city.site.url + name for name in names])
    city.night(FIRST)
    for night, name in zip((SECOND, THIRD, FOURTH), names, strict=True):
        city.site.files[name] = name.encode()
        city.night(night)
    (hit,) = search(city.archive, "Three").hits
    assert [kept.sha256 for kept in hit.media] == [
        hashlib.sha256(name.encode()).hexdigest() for name in names
    ]


PAGE = b"\n<!DOCTYPE html><html><title>Sign in to Plaza</title></html>"
IN_PLACE = "the site answered with a web page in place of the file"


@pytest.mark.parametrize(
    ("body", "declared"), [(PAGE, "image/png"), (PNG, "text/html; charset=utf-8"), (PAGE, "text/html")]
)
def test_a_web_page_in_place_of_a_picture_is_not_kept_as_one_and_tried_again(
    city: City, body: bytes, declared: str
) -> None:
    city.site.post("m1", "The park opens", media=[f"{city.site.url}/files/park.png"])
    city.site.files["/files/park.png"], city.site.files_are = body, declared
    report, _ = city.night(FIRST)
    assert report.gaps == [f"media: 1 pictures or videos were not captured: {IN_PLACE}"]
    assert city.archive.parts(Role.MEDIA) == []
    city.site.files["/files/park.png"], city.site.files_are = PNG, "image/png"
    assert city.night(SECOND)[0].gaps == []
    before, after = pictures(city)
    assert (before["sha256"], before["not_captured"]) == (None, IN_PLACE)
    assert city.archive.media(str(after["sha256"])) == PNG


@pytest.mark.parametrize("type_", ["file", "document", "a type that nobody knows"])
def test_an_attachment_that_is_a_web_page_is_kept(city: City, type_: str) -> None:
    url = f"{city.site.url}/files/agenda.html"
    city.site.post("m1", "The agenda", media=[url], media_type=type_)
    city.site.files["/files/agenda.html"], city.site.files_are = PAGE, "text/html"
    assert city.night(FIRST)[0].gaps == []
    (kept,) = pictures(city)
    assert city.archive.media(str(kept["sha256"])) == PAGE


def test_a_drawing_that_is_written_as_text_is_a_picture(city: City) -> None:
    drawing = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>'
    city.site.post("m1", "The seal", media=[f"{city.site.url}/files/seal.svg"])
    city.site.files["/files/seal.svg"], city.site.files_are = drawing, "image/svg+xml"
    assert city.night(FIRST)[0].gaps == []


MEGABYTE = 1024 * 1024
VIDEO = 120 * MEGABYTE


@contextmanager
def a_video() -> Iterator[str]:
    piece = os.urandom(MEGABYTE)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(VIDEO))
            self.end_headers()
            for _ in range(VIDEO // MEGABYTE):
                self.wfile.write(piece)

        def log_message(self, *_: object) -> None:
            """Silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/video"
    server.shutdown()
    server.server_close()


_FETCH = """
import sys
from pathlib import Path
from datetime import UTC, datetime, timedelta
from functools import partial
from paloverde.archive.layout import media_key
from paloverde.archive.seal import Role
from paloverde.archive.store import open_store
from paloverde.capture.media import from_the_site
from paloverde.capture.spool import Spool
from paloverde.platforms.line import Line, Rules
from paloverde.platforms.network import Limits
from paloverde.records import Medium
from plaza import Plaza
store = open_store(f"file://{sys.argv[2]}/archive")
now = lambda: datetime.now(UTC)
def peak():  # of this program alone: what getrusage says is inherited from whoever started it
    return int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0])
before = peak()
limits, rules = Limits(max_media=2**32), Rules(loopback=True)
with Spool() as spool, Line(Plaza(), "http://127.0.0.1:9", "t", clock=now, limits=limits, rules=rules) as line:
    kept = from_the_site(line, spool).keep(Medium(sys.argv[1]))
    (part,) = spool.store(store, now() + timedelta(days=800))
    store.check(part.stored)
print(kept.size, part.sha256 == kept.sha256, peak() - before)
"""


def test_a_large_video_takes_flat_memory_from_the_site_into_the_store(tmp_path: Path) -> None:
    with a_video() as url:
        done = subprocess.run(
            [sys.executable, "-c", _FETCH, url, tmp_path], capture_output=True, text=True, check=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "TMPDIR": str(tmp_path)},
        )  # fmt: skip
    size, same, kilobytes = done.stdout.split()
    assert (int(size), same) == (VIDEO, "True")
    assert int(kilobytes) < 30 * 1024
