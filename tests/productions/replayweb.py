"""ReplayWeb.page, the web archive format's own player, in a real browser over an archive on disk.

The browser reaches everything but our server through our server as its proxy, which gives nothing and writes
down what it was asked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from playwright.sync_api import FrameLocator, Page, expect

from desk.browsers import browsing

FOLDER = Path(__file__).parents[2] / ".replayweb"
_HOME = b"""<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Player</title>
<script src="/ui.js"></script></head><body><replay-app-main></replay-app-main></body></html>"""
_SCRIPT, _PAGE, _ARCHIVE = "text/javascript", "text/html; charset=utf-8", "application/wacz"
_OF_THE_BROWSER = ("content-autofill.googleapis.com:443",)  # asked by itself wherever there is a form
_PATIENCE = 30_000  # milliseconds
_RANGE = re.compile(r"bytes=(\d*)-(\d*)")


class Player:
    """The player with an archive in it; `elsewhere` is what anything in it wanted from other places."""

    def __init__(self, page: Page, address: str, elsewhere: list[str]) -> None:
        self.page, self.elsewhere = page, elsewhere
        self._address = f"{address}/?source={address}/archive.wacz"
        self.page.goto(f"{self._address}#view=pages")
        self._titles = self.page.locator("wr-page-entry .page-title keyword-mark")
        expect(self._titles.first).to_be_visible(timeout=_PATIENCE)

    def listed(self, pages: int) -> set[str]:
        """The titles of so many pages, as the player lists them."""
        self.page.goto(f"{self._address}#view=pages")
        expect(self._titles).to_have_count(pages, timeout=_PATIENCE)
        return {*self._titles.evaluate_all("all => all.map(one => one.title)")}

    def opened(self, url: str) -> FrameLocator:
        """A page of the archive, loaded in the player."""
        self.page.goto(f"{self._address}#view=pages&url={url}")
        self.page.reload()  # to the browser it is the same page: only what stands behind the # is another
        inside = self.page.frame_locator("iframe[name=___wb_replay_top_frame]")
        expect(inside.locator("main h1")).to_be_visible(timeout=_PATIENCE)
        return inside


def picture_in(page: FrameLocator) -> tuple[int, int]:
    """Width and height of the one picture on a page, as it was loaded."""
    shown = page.locator("img")
    expect(shown).to_have_js_property("complete", value=True, timeout=_PATIENCE)
    width, height = shown.evaluate("one => [one.naturalWidth, one.naturalHeight]")
    return width, height


@contextmanager
def playing(archive: Path) -> Iterator[Player]:
    """An archive in the player; the test is skipped where the player or a browser is not there."""
    if not (FOLDER / "ui.js").exists():
        pytest.skip("ReplayWeb.page is not here: `make replayweb` gets it")
    elsewhere: list[str] = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Server, archive, elsewhere))
    Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}"
    try:
        with browsing() as browser:
            context = browser.new_context(proxy={"server": address, "bypass": "127.0.0.1"})
            yield Player(context.new_page(), address, elsewhere)
            context.close()
    finally:
        server.shutdown()
        server.server_close()


class _Server(BaseHTTPRequestHandler):
    """The player's two scripts, its page and the archive, of which it reads pieces."""

    protocol_version = "HTTP/1.1"

    def __init__(self, archive: Path, elsewhere: list[str], *given: object) -> None:
        self._archive, self._elsewhere = archive, elsewhere
        super().__init__(*given)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        if not path.startswith("/"):
            self._refuse()
        elif path == "/archive.wacz":
            self._piece(self._archive.read_bytes())
        elif path in ("/ui.js", "/sw.js"):
            self._send(200, _SCRIPT, (FOLDER / path[1:]).read_bytes())
        elif path == "/":
            self._send(200, _PAGE, _HOME)
        else:
            self._send(404, _PAGE, b"")

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_CONNECT(self) -> None:
        self._refuse()

    def log_message(self, *_: object) -> None:
        pass

    def _refuse(self) -> None:
        if self.path not in _OF_THE_BROWSER:
            self._elsewhere.append(f"{self.command} {self.path}")
        self._send(403, _PAGE, b"There is nothing elsewhere.")

    def _piece(self, body: bytes) -> None:
        asked = _RANGE.fullmatch(self.headers.get("Range", ""))
        if asked is None:
            self._send(200, _ARCHIVE, body)
            return
        first, last = asked.groups()
        begin = int(first) if first else max(0, len(body) - int(last))
        end = min(int(last) + 1, len(body)) if first and last else len(body)
        self._send(206, _ARCHIVE, body[begin:end], f"bytes {begin}-{end - 1}/{len(body)}")

    def _send(self, status: int, type_: str, body: bytes, range_: str = "") -> None:
        self.send_response(status)
        self.send_header("Content-Type", type_)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Accept-Ranges", "bytes")
        if range_:
            self.send_header("Content-Range", range_)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
