"""The sites without sockets: what a request over the network would bring, byte by byte, and the store that may die.

Answers go through the simulator's own wire encoding (gzip, chunks, announced lengths, the site's clock), so that
nothing reaches the product that a socket would not bring. Each request takes a second of the city's time.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterator
from datetime import datetime
from email.utils import format_datetime
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from paloverde.archive.store.interface import Grade, Standing, Store, Stored
from paloverde.errors import Unreachable
from paloverde.platforms import network
from paloverde.platforms.network import Fetched
from paloverde.simulator.control import Desk
from paloverde.simulator.sites import SERVED
from paloverde.simulator.wire import Ask, Encoded, Reply, encode

ADDRESS = "http://127.0.0.1:9"
LONGEST = 60.0  # seconds that a request may take


class Killed(BaseException):
    """The process ends here: no handler of the product may see it."""


class Wire:
    """A transport (`paloverde.platforms.network.Transport`) into the city of one desk.

    `meanwhile` holds what happens in the city when the night's n-th request comes; `kill_at` ends the process
    there. `reframed` lets a cut gzip body arrive with the length of what is left, as a broken proxy would send it.
    """

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.requests = self.count = 0
        self.kill_at: int | None = None
        self.meanwhile: dict[int, Callable[[], None]] = {}
        self.reframed = False

    def begin(self) -> None:
        """Counts from here."""
        self.count, self.kill_at, self.reframed = 0, None, False
        self.meanwhile.clear()

    def sleep(self, seconds: float) -> None:
        """Waiting passes the city's time, in whole seconds: what is left of one depends on this machine."""
        self.desk.city.clock.move(math.ceil(seconds))

    def fetch(
        self, url: str, headers: dict[str, str], most: int, method: str = "GET", sent: bytes = b""
    ) -> Fetched:
        self.requests += 1
        self.count += 1
        self.desk.city.clock.move(1)
        if happening := self.meanwhile.pop(self.count, None):
            happening()
        if self.count == self.kill_at:
            raise Killed
        ask, prefix = _ask(url, headers, method, sent)
        reply = self.desk.switchboard.answer(self.desk.city, SERVED[prefix], ask)
        if reply.delay:
            self.sleep(reply.delay)
        if reply.drop or reply.delay > LONGEST:
            raise Unreachable("127.0.0.1 did not answer properly: the connection was closed")
        return self._sent(encode(reply, ask), reply, most)

    def save(self, url: str, headers: dict[str, str], most: int, into: Path) -> Fetched:
        """The same, with the body of a good answer in a new file."""
        got = self.fetch(url, headers, most)
        if got.status == 200:
            into.write_bytes(got.body)
            got = Fetched(got.status, got.reason, got.headers, b"")
        return got

    def close(self) -> None:
        """There is no connection."""

    def _sent(self, encoded: Encoded, reply: Reply, most: int) -> Fetched:
        named = {name.lower(): value for name, value in encoded.headers}
        named["date"] = format_datetime(self.desk.city.clock.now(), usegmt=True)
        named.setdefault("content-type", "application/json; charset=utf-8")
        body = b"".join(encoded.chunks)
        reframed = self.reframed and "content-encoding" in named
        if named.get("transfer-encoding") == "chunked":
            body = _unchunked(body, whole=reframed)
        elif reframed:
            named["content-length"] = str(len(body))
        check_length(named, body)
        if len(body) > most:
            raise Unreachable("the answer is larger than is allowed")
        return Fetched(encoded.status, "OK" if encoded.status == 200 else "", named, body)


def check_length(headers: dict[str, str], body: bytes) -> None:
    """Refuses a body that is shorter than it was announced, as the product's own transport does."""
    network.check_length(headers, body)


def _ask(url: str, headers: dict[str, str], method: str, sent: bytes) -> tuple[Ask, str]:
    parts = urlsplit(url)
    prefix, _, rest = parts.path.lstrip("/").partition("/")
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    lower = {name.lower(): value for name, value in headers.items()}
    return Ask(method, f"/{rest}", query, lower, f"{ADDRESS}/{prefix}", sent, parts.query), prefix


def _unchunked(body: bytes, *, whole: bool) -> bytes:
    """The pieces of a chunked body (RFC 9112 section 7.1); `whole` accepts one without its end."""
    pieces: list[bytes] = []
    at = 0
    while at < len(body):
        line, _, _ = body[at:].partition(b"\r\n")
        size, start = int(line, 16), at + len(line) + 2
        if not size:
            return b"".join(pieces)
        pieces.append(body[start : start + size])
        at = start + size + 2
    if not whole:
        raise Unreachable("127.0.0.1 did not answer properly: the body was cut short")
    return b"".join(pieces)


class FragileStore:
    """A store that dies once, at the `nth` object whose key begins with `prefix`: before it is kept or after."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.prefix: str | None = None
        self.nth, self.after = 1, False
        self._counting = threading.Lock()  # a run stores several objects at a time

    def die_at(self, prefix: str | None, nth: int = 1, *, after: bool = False) -> None:
        self.prefix, self.nth, self.after = prefix, nth, after

    @property
    def grade(self) -> Grade:
        return self._store.grade

    @property
    def description(self) -> str:
        return self._store.description

    def put(
        self, key: str, body: bytes, *, locked_until: datetime | None, sha256: str | None = None
    ) -> Stored:
        dies = self.prefix is not None and key.startswith(self.prefix) and self._is_due()
        if dies and not self.after:
            raise Killed
        stored = self._store.put(key, body, locked_until=locked_until, sha256=sha256)
        if dies:
            raise Killed
        return stored

    def _is_due(self) -> bool:
        with self._counting:
            self.nth -= 1
            return self.nth == 0

    def get(self, stored: Stored) -> bytes:
        return self._store.get(stored)

    def check(self, stored: Stored) -> None:
        self._store.check(stored)

    def fetch(self, stored: Stored, path: Path) -> None:
        self._store.fetch(stored, path)

    def standing(self, stored: Stored) -> Standing:
        return self._store.standing(stored)

    def find(self, key: str) -> Stored | None:
        return self._store.find(key)

    def extend(self, stored: Stored, locked_until: datetime) -> None:
        self._store.extend(stored, locked_until)

    def set_legal_hold(self, stored: Stored, on: bool) -> None:
        self._store.set_legal_hold(stored, on)

    def walk(self, prefix: str) -> Iterator[Stored]:
        return self._store.walk(prefix)
