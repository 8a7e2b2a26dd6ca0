"""A way to an S3 server on which one request goes wrong: a proxy in a process of its own.

It counts requests in the order in which they arrive. `arm` names the one that goes wrong and how; nothing else is
changed on the way. A process of its own, so that whoever forks the process under test forks no thread of it.
"""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from paloverde.orchestration.tether import follow_parent

CONTROL = "/_fault"
FAULTS = (
    "drop before", "drop after", "500", "503", "429", "hang", "truncate", "bit flip", "kill before", "kill after",
)  # fmt: skip
# Not one request, but this one and all that follow: refused; late; later than a client waits.
DOWN, SLOW, STUCK = "down", "slow", "stuck"
_LASTING = (DOWN, SLOW, STUCK)
SLOW_SECONDS = 0.4  # a hundred times what the server takes
HANG_SECONDS = 2.0  # longer than the client of the tests waits
_CODES = {"500": "InternalError", "503": "SlowDown", "429": "TooManyRequests"}
Head = list[tuple[str, str]]


@dataclass
class Armed:
    """What is to go wrong: the `nth` request from now, and whom a kill meets."""

    nth: int = 0
    fault: str = ""
    pid: int = 0
    seen: list[str] = field(default_factory=list)
    struck: bool = False
    bent: list[str] = field(default_factory=list)  # versions that read wrong each time
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, operation: str) -> str:
        """Counts a request; the fault that strikes it, "" for none."""
        with self.lock:
            self.seen.append(operation)
            here = len(self.seen)
            strikes = here == self.nth or (self.fault in _LASTING and 0 < self.nth <= here)
            self.struck = self.struck or strikes
            return self.fault if strikes else ""


class Proxy:
    """The running proxy, as the test speaks to it."""

    def __init__(self, endpoint: str) -> None:
        self.endpoint = endpoint
        self._at = urlsplit(endpoint).netloc

    def arm(self, nth: int = 0, fault: str = "", pid: int = 0) -> None:
        """Counts from here; with `nth` at 0 nothing goes wrong."""
        self._ask("POST", {"nth": nth, "fault": fault, "pid": pid})

    def bend(self, versions: list[str]) -> None:
        """From now on these versions read wrong by one bit, each time."""
        self._ask("POST", {"bent": versions})

    def told(self) -> dict[str, Any]:
        """What was seen since then, in order, and whether the fault struck."""
        return self._ask("GET")

    def _ask(self, method: str, wish: dict[str, Any] | None = None) -> dict[str, Any]:
        asking = http.client.HTTPConnection(self._at, timeout=30)
        asking.request(method, CONTROL, json.dumps(wish) if wish else None)
        told: dict[str, Any] = json.loads(asking.getresponse().read())
        asking.close()
        return told


@contextmanager
def proxy_to(target: str) -> Iterator[Proxy]:
    """A proxy before the server at `target`."""
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind(("127.0.0.1", 0))
    listening.listen(64)
    address = listening.getsockname()
    pid = os.fork()
    if pid == 0:
        follow_parent()
        try:
            _serve(listening, target)
        finally:
            os._exit(0)
    listening.close()
    try:
        yield Proxy(f"http://127.0.0.1:{address[1]}")
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


def _serve(listening: socket.socket, target: str) -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler, bind_and_activate=False)
    server.socket.close()
    server.socket = listening
    server.daemon_threads = True
    _Handler.to, _Handler.armed = urlsplit(target), Armed()
    server.serve_forever(0.5)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 60
    to: SplitResult
    armed: Armed

    def strike_or_forward(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.path == CONTROL:
            self.control(body)
            return
        now = self.armed
        fault = now.note(operation(self.command, self.path))
        if fault == "kill before":
            kill(now.pid)
        if fault in ("drop before", DOWN, "kill before"):
            self.close_connection = True
        elif fault in _CODES:
            told = f"<Error><Code>{_CODES[fault]}</Code><Message>no</Message></Error>".encode()
            self.send(int(fault), [("Content-Type", "application/xml")], told)
        else:
            self.done(fault, now, self.forward(body))

    def done(self, fault: str, now: Armed, answer: tuple[int, Head, bytes]) -> None:
        """The server has done it; what becomes of its answer."""
        if fault == "kill after":
            kill(now.pid)
        if fault in ("hang", STUCK):
            time.sleep(HANG_SECONDS)
        if fault == SLOW:
            time.sleep(SLOW_SECONDS)
        if fault in ("drop after", "kill after", "hang"):
            self.close_connection = True
            return
        status, head, body = answer
        if fault == "bit flip" or (self.command == "GET" and self.asked_version() in now.bent):
            head, body = flipped(head, body)
        self.send(status, head, body, cut=fault == "truncate")

    def control(self, wish: bytes) -> None:
        if self.command == "POST":
            _Handler.armed = Armed(**json.loads(wish))
        self.send(200, [], json.dumps({"seen": self.armed.seen, "struck": self.armed.struck}).encode())

    def asked_version(self) -> str:
        return parse_qs(urlsplit(self.path).query).get("versionId", [""])[0]

    def forward(self, body: bytes) -> tuple[int, Head, bytes]:
        headers = {name: value for name, value in self.headers.items() if name.lower() != "expect"}
        onward = http.client.HTTPConnection(self.to.hostname or "", self.to.port, timeout=60)
        onward.request(self.command, self.path, body, headers)
        reply = onward.getresponse()
        told = reply.status, reply.getheaders(), reply.read()
        onward.close()
        return told

    def send(self, status: int, head: Head, body: bytes, *, cut: bool = False) -> None:
        named = {name.lower(): value for name, value in head}
        length = named.get("content-length", "0") if self.command == "HEAD" else str(len(body))
        shown = b"" if self.command == "HEAD" else body
        # The length comes first, where servers say it: an answer that is cut in its head lacks the rest.
        lines = [f"HTTP/1.1 {status} {http.client.responses.get(status, '')}", f"Content-Length: {length}"]
        lines += [f"{name}: {value}" for name, value in head if name.lower() not in _OWN_HEADERS]
        lines += ["Connection: close" if cut else "Connection: keep-alive"]
        whole = "\r\n".join([*lines, "", ""]).encode("latin-1") + shown
        if cut:  # inside the body, where there is one; else inside the head
            end = len(whole) - len(shown)
            whole = whole[: end + len(shown) // 2] if len(shown) > 1 else whole[: end // 2]
            self.close_connection = True
        with suppress(OSError):
            self.wfile.write(whole)

    do_GET = do_PUT = do_HEAD = do_POST = do_DELETE = strike_or_forward  # noqa: N815

    def log_message(self, *_: object) -> None:
        """Quiet."""

    def handle(self) -> None:
        with suppress(ConnectionError):  # of a client that was killed
            super().handle()


_OWN_HEADERS = frozenset({"content-length", "transfer-encoding", "connection"})


def operation(method: str, path: str) -> str:
    """The request in words that are the same each time it is made: method and kind of object."""
    parts = urlsplit(path)
    _, _, key = unquote(parts.path).lstrip("/").partition("/")
    question = next((name for name in ("retention", "legal-hold", "versions", "versioning", "object-lock")
                     if name in parts.query.split("=")[0].split("&")), "")  # fmt: skip
    return " ".join(word for word in (method, question, key.partition("/")[0] or "the bucket") if word)


def flipped(head: Head, body: bytes) -> tuple[Head, bytes]:
    """One bit of the answer turned: in the middle of the body; where there is none, in the version that it names."""
    if body:
        middle = len(body) // 2
        return head, body[:middle] + bytes([body[middle] ^ 1]) + body[middle + 1 :]
    wrong = [
        (name, value[:-1] + chr(ord(value[-1]) ^ 1))
        if name.lower() in ("x-amz-version-id", "etag")
        else (name, value)
        for name, value in head
    ]
    return wrong, body


def kill(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
