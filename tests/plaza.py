"""Plaza: a tiny invented site on loopback, and its platform, to test capture without any real site's habits.

`PlazaSite` is a real HTTP server. Its posts and comments can be changed between two nights; `broken`
makes chosen paths answer something else.
"""

from __future__ import annotations

import gzip
import json
import threading
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from paloverde.errors import PermissionMissing, RateLimited, TryAgain
from paloverde.platforms.capability import Capability, Given, Subject
from paloverde.platforms.conversation import (
    Answer,
    Budget,
    Call,
    Conversation,
    Found,
    Gap,
    Listing,
    Look,
    NotThere,
    Older,
    Request,
    Response,
    Seen,
    Verdict,
)
from paloverde.records import Account, Kind, Medium, Poster, Reading, Record, Visibility

TOKEN = "plaza-token-7f3a9c/secret+x"
ACCOUNT = Account("plaza-palmaria", "plaza", "100", "City of Palma Ria")
PAGE = 3


class PlazaSite:
    """The site's content: `posts[id]` and `comments[post id][id]` are dicts of fields."""

    def __init__(self) -> None:
        self.posts: dict[str, dict[str, Any]] = {}
        self.comments: dict[str, dict[str, dict[str, Any]]] = {}
        self.files: dict[str, bytes] = {}
        self.files_are = "image/png"  # how files are declared
        self.broken: dict[str, tuple[int, bytes]] = {}
        self.once_broken: dict[str, list[tuple[int, bytes]]] = {}
        self.asked: list[str] = []
        self.quota: int | None = None  # how many more questions are answered before the site asks to wait
        self.url = ""
        self._posted = datetime(2026, 11, 1, 18, tzinfo=UTC)

    def post(self, id_: str, text: str, **more: Any) -> None:
        self._posted += timedelta(hours=1)
        who = {"name": "City of Palma Ria", "id": "100"}
        self.posts[id_] = {"id": id_, "text": text, "at": self._posted.isoformat(), "who": who, **more}

    def comment(self, post: str, id_: str, text: str, name: str = "Rosa Quintero", **more: Any) -> None:
        self._posted += timedelta(minutes=1)
        who = {"name": name, "id": f"u-{name.split(maxsplit=1)[0].lower()}"}
        item = {"id": id_, "text": text, "at": self._posted.isoformat(), "who": who, "on": post, **more}
        self.comments.setdefault(post, {})[id_] = item

    def find(self, id_: str) -> dict[str, Any] | None:
        for items in (self.posts, *self.comments.values()):
            if id_ in items:
                return items[id_]
        return None

    def answer(self, path: str, query: dict[str, list[str]]) -> tuple[int, Any]:
        if path.startswith("/items/"):
            item = self.find(path.removeprefix("/items/"))
            return (200, item) if item else (404, {"error": "no such item"})
        items = self.posts if path == "/posts" else self.comments.get(path.split("/")[2], {})
        start = int(query.get("after", ["0"])[0])
        page = list(items.values())[start : start + PAGE]
        body: dict[str, Any] = {"items": page, "total": len(items)}
        if start + PAGE < len(items):
            body["next"] = f"{self.url}{path}?after={start + PAGE}&access_token={TOKEN}"
            body["after"] = str(start + PAGE)
        return 200, body


@contextmanager
def plaza() -> Iterator[PlazaSite]:
    """A running site."""
    site = PlazaSite()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # else each answer waits 40 ms for the acknowledgment of its head

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            site.asked.append(self.path)
            if parts.path.startswith("/files/"):
                body = site.files.get(parts.path)
                self._send(200 if body else 404, body or b"gone", site.files_are)
                return
            if site.quota == 0:
                self._send(429, b'{"error": "quota"}', "application/json", ("Retry-After", "3600"))
                return
            site.quota = None if site.quota is None else site.quota - 1
            fault = (site.once_broken.get(parts.path) or [None]).pop(0) or site.broken.get(parts.path)
            if fault:
                self._send(*fault, "application/json")
                return
            if self.headers["Authorization"] != f"Bearer {TOKEN}":
                self._send(401, b'{"error": "who are you"}', "application/json")
                return
            status, found = site.answer(parts.path, parse_qs(parts.query))
            self._send(status, json.dumps(found).encode(), "application/json")

        def _send(self, status: int, body: bytes, kind: str, *more: tuple[str, str]) -> None:
            zipped = gzip.compress(body) if kind == "application/json" and len(body) > 100 else None
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Set-Cookie", "session=abc")
            for header in more:
                self.send_header(*header)
            if zipped:
                self.send_header("Content-Encoding", "gzip")
            self.send_header("Content-Length", str(len(zipped or body)))
            self.end_headers()
            self.wfile.write(zipped or body)

        def log_message(self, *_: object) -> None:
            """Silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    site.url = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield site
    server.shutdown()
    server.server_close()


class Plaza:
    """The platform of the site: posts, then the comments of each."""

    name = "plaza"
    title = "Plaza"
    gives: Mapping[Subject, Capability] = dict.fromkeys(Subject, Capability(Given.CAPTURED))
    budgets: tuple[Budget, ...] = ()
    older = Older()
    hiding = None

    def comments_of(self, account: Account, posts: Sequence[str]) -> Conversation:
        yield from ()

    def night(self, account: Account, since: datetime | None) -> Conversation:
        posts = yield from self._listing("/posts", "posts", "", Kind.POST)
        for post in posts:
            yield from self._listing(f"/comments/{post}", "comments", post, Kind.COMMENT)

    def _listing(
        self, path: str, stream: str, of: str, kind: Kind
    ) -> Generator[Request | Found | Listing | Gap, Response | None, list[str]]:
        ids: list[str] = []
        declared, after = None, None
        while True:
            params = (("after", after),) if after else ()
            try:
                response = yield Request(path, params, f"{stream} of {of}" if of else stream)
            except RateLimited:
                raise
            except (TryAgain, PermissionMissing) as error:
                yield Gap(stream, kind, str(error), of)
                yield Listing(stream, kind, complete=False, got=len(ids), of=of, reason=str(error))
                return ids
            assert response is not None
            page = json.loads(response.body)
            reading = self.read(response.body)
            ids += [record.native_id for record in reading.records]
            declared, after = page["total"], page.get("after")
            yield Found(reading.records, stream=stream, of=of)
            if after is None:
                yield Listing(stream, kind, complete=True, got=len(ids), of=of, declared=declared)
                return ids

    def look_up(
        self, account: Account, items: list[tuple[Kind, str]]
    ) -> Generator[Request | Seen, Response | None, None]:
        for _, native_id in items:
            try:
                response = yield Request(f"/items/{native_id}", purpose=f"item {native_id}")
            except NotThere:
                yield Seen(native_id, Look.GONE, "the site says that there is no such item")
                continue
            except (TryAgain, PermissionMissing) as error:
                yield Seen(native_id, Look.UNKNOWN, str(error))
                continue
            assert response is not None
            hidden = json.loads(response.body).get("hidden")
            yield Seen(native_id, Look.HIDDEN if hidden else Look.PRESENT)

    def judge(self, answer: Answer, now: datetime) -> Verdict:
        calls = {200: Call.GOOD, 401: Call.CREDENTIAL_DEAD, 403: Call.FORBIDDEN, 404: Call.NOT_FOUND}
        if answer.status == 429:
            return Verdict(Call.WAIT, "too many requests", float(answer.headers.get("retry-after", "1")))
        if answer.status == 200 and not answer.body.startswith(b"{"):
            return Verdict(Call.NONSENSE, "that is no JSON")
        return Verdict(calls.get(answer.status, Call.AGAIN), f"HTTP {answer.status}")

    def authorize(self, request: Request, token: str) -> tuple[dict[str, str], dict[str, str]]:
        return {"Authorization": f"Bearer {token}"}, {}

    def pace(self, answer: Answer, now: datetime) -> float:
        return 0.0

    def lane(self, request: Request) -> str:
        return ""

    def cost(self, request: Request) -> int:
        return 1

    def sweep(self, account: Account, since: datetime, watched: Sequence[str]) -> Conversation:
        posts = yield from self._listing("/posts", "posts", "", Kind.POST)
        for post in dict.fromkeys((*posts[-PAGE:], *watched)):
            yield from self._listing(f"/comments/{post}", "comments", post, Kind.COMMENT)

    def canary(self, account: Account) -> Generator[Request, Response | None, str]:
        yield Request("/posts", purpose="a sign of life")
        return "Plaza"

    def read(self, payload: bytes) -> Reading:
        return Reading([_record(item) for item in json.loads(payload)["items"]])


def _record(item: dict[str, Any]) -> Record:
    who = item["who"]
    kind = Kind.COMMENT if "on" in item else Kind.POST
    visibility = Visibility.HIDDEN if item.get("hidden") else Visibility.PUBLIC
    return Record(
        platform="plaza",
        kind=Kind(item.get("kind", kind)),
        native_id=item["id"],
        payload=json.dumps(item).encode(),
        parent_id=item.get("on"),
        thread_id=item.get("on") or item["id"],
        text=item["text"],
        posted_at=datetime.fromisoformat(item["at"]),
        posted_text=item["at"],
        poster=Poster(name=who["name"], id=who["id"]),
        visibility=Visibility(item.get("visibility", visibility)),
        media=tuple(Medium(url, item.get("media_type", "photo")) for url in item.get("media", ())),
    )
