"""The site of the load test: the posts and replies of many accounts, in pages that lie ready, over HTTP.

    python bench/loadsite.py FOLDER          prints its address, and serves until it is ended

Nothing but what a request costs is its own: the bytes were made before.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from subprocess import PIPE, Popen
from typing import Any
from urllib.parse import parse_qs, urlsplit

from pages import PAGE, pages
from paloverde.platforms.conversation import Conversation, Found, Listing, Older, Request
from paloverde.platforms.x import X
from paloverde.platforms.x.read import read_page
from paloverde.records import Account, Kind


def accounts(number: int) -> list[Account]:
    """The city's accounts at that site."""
    return [Account(f"x-department-{n:03}", "x", str(n), f"department_{n:03}") for n in range(number)]


def fill(folder: Path, number: int, records: int) -> None:
    """Make the pages of so many accounts with so many records each, where they are not there yet."""
    each = -(-records // PAGE)
    for account in accounts(number):
        place = folder / account.native_id
        if place.exists():
            continue
        half = folder / "half"
        half.mkdir(parents=True, exist_ok=True)
        first = int(account.native_id) * each
        for at, body in enumerate(pages(records, seed=first, first=first), first):
            (half / _token(at)).write_bytes(body)
        (half / _token(first)).rename(half / "first")
        half.rename(place)


def _token(page: int) -> str:
    return f"token{page:09}"


class Replies(X):
    """X, asked for the posts and replies of an account alone, all of them each night."""

    older = Older()  # nothing is left to ask about

    def night(self, account: Account, since: Any) -> Conversation:
        del since
        got, token = 0, None
        while True:
            more = (("pagination_token", token),) if token else ()
            asked = Request(
                f"/2/users/{account.native_id}/tweets", (("max_results", str(PAGE)), *more), "posts"
            )
            response = yield asked
            assert response is not None
            page = read_page(response.body)
            got += len(page.records)
            yield Found(page.records, page.unread, "posts")
            token = page.next_token
            if token is None:
                yield Listing("posts", Kind.POST, complete=True, got=got)
                return


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    folder: Path

    def do_GET(self) -> None:
        asked = urlsplit(self.path)
        account = asked.path.split("/")[3]
        token = parse_qs(asked.query).get("pagination_token", ["first"])[0]
        body = (self.folder / account / token).read_bytes()
        self.send_response(200)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Quiet."""


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The site in a process of its own, until the block ends; its address."""
    with Popen([sys.executable, __file__, str(folder)], stdin=PIPE, stdout=PIPE, text=True) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        process.communicate("")


def main(folder: Path) -> None:
    _Handler.folder = folder
    with ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as server:
        server.daemon_threads = True
        print(f"http://127.0.0.1:{server.server_address[1]}", flush=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        sys.stdin.read()  # ends when whoever started this one does
        server.shutdown()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
