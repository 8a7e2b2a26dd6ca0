"""A way to a PostgreSQL server on which one operation goes wrong: a proxy on a unix socket, in a process of its own.

An operation is what a client sends up to a Sync or as a simple query (PostgreSQL documentation, "Message Flow"), and
the opening of a session. Of the ten faults these have a meaning: both drops, an error in place of the answer (the
server is shut down: "500"; a lock is not to be had: "503" and "429"), an answer cut short, a server that never
answers, and death before and after. A bit turned in an answer has none: the protocol carries no checksum of its own,
which is why it runs over a unix socket or TLS.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import struct
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from faults.httpproxy import Armed, kill
from paloverde.orchestration.tether import follow_parent

FAULTS = ("drop before", "drop after", "shut down", "busy", "truncate", "hang", "kill before", "kill after")
HANG_SECONDS = 0.4  # then the run is killed, as Airflow kills a task at the end of its time
_SOCKET = ".s.PGSQL.5432"
_CONTROL = ".control"
_ENDS = (b"S", b"Q")  # a Sync, a simple query
_STARTUP_CODE = 196608  # protocol 3.0


class PgProxy:
    """The running proxy, as the test speaks to it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def instead_of(self, url: str) -> str:
        """The same database, by this way."""
        return f"{url.partition('?')[0]}?host={self._folder}"

    def arm(self, nth: int = 0, fault: str = "", pid: int = 0) -> None:
        self._ask({"nth": nth, "fault": fault, "pid": pid})

    def told(self) -> dict[str, Any]:
        return self._ask({})

    def _ask(self, wish: dict[str, Any]) -> dict[str, Any]:
        with socket.socket(socket.AF_UNIX) as asking:
            asking.connect(str(self._folder / _CONTROL))
            asking.sendall(json.dumps(wish).encode() + b"\n")
            told: dict[str, Any] = json.loads(asking.makefile().readline())
        return told


@contextmanager
def proxy_to(server: Path) -> Iterator[PgProxy]:
    """A proxy before the server whose socket lies in a folder."""
    folder = Path(tempfile.mkdtemp(prefix="pgway-"))
    sockets = []
    for name in (_SOCKET, _CONTROL):
        listening = socket.socket(socket.AF_UNIX)
        listening.bind(str(folder / name))
        listening.listen(64)
        sockets.append(listening)
    pid = os.fork()
    if pid == 0:
        follow_parent()
        try:
            _Way(server / _SOCKET).serve(*sockets)
        finally:
            os._exit(0)
    for listening in sockets:
        listening.close()
    try:
        yield PgProxy(folder)
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        shutil.rmtree(folder)


class _Way:
    def __init__(self, server: Path) -> None:
        self._server = server
        self._armed = Armed()

    def serve(self, clients: socket.socket, control: socket.socket) -> None:
        threading.Thread(target=self._control, args=(control,), daemon=True).start()
        while True:
            client, _ = clients.accept()
            threading.Thread(target=self._session, args=(client,), daemon=True).start()

    def _control(self, control: socket.socket) -> None:
        while True:
            asking, _ = control.accept()
            with asking:
                wish = json.loads(asking.makefile().readline())
                if wish:
                    self._armed = Armed(**wish)
                told = {"seen": self._armed.seen, "struck": self._armed.struck}
                asking.sendall(json.dumps(told).encode() + b"\n")

    def _session(self, client: socket.socket) -> None:
        with client, socket.socket(socket.AF_UNIX) as server, suppress(OSError, EOFError):
            server.connect(str(self._server))
            self._exchange(_startup(client), "connect", client, server)
            while (asked := _operation(client)) is not None:
                self._exchange(*asked, client, server)

    def _exchange(self, sent: bytes, words: str, client: socket.socket, server: socket.socket) -> None:
        """One operation and its answer, or what becomes of them. Raises EOFError where the session ends."""
        now = self._armed
        fault = now.note(words)
        if fault == "kill before":
            kill(now.pid)
        if fault in ("drop before", "kill before"):
            raise EOFError
        if fault == "shut down" or (fault == "busy" and words == "connect"):
            client.sendall(_error("FATAL", "57P01", "terminating connection due to administrator command"))
            raise EOFError
        if fault == "busy":
            client.sendall(_error("ERROR", "55P03", "could not obtain lock") + _READY_FAILED)
            return
        server.sendall(sent)
        answer = _answer(server)
        if fault == "kill after":
            kill(now.pid)
        if fault == "hang":
            time.sleep(HANG_SECONDS)
            kill(now.pid)
        if fault in ("drop after", "kill after", "hang"):
            raise EOFError
        client.sendall(answer[: len(answer) // 2] if fault == "truncate" else answer)
        if fault == "truncate":
            raise EOFError


_READY_FAILED = b"Z" + struct.pack("!i", 5) + b"E"


def _error(severity: str, state: str, message: str) -> bytes:
    fields = b"".join(
        kind + text.encode() + b"\0"
        for kind, text in ((b"S", severity), (b"V", severity), (b"C", state), (b"M", message))
    )
    return b"E" + struct.pack("!i", len(fields) + 5) + fields + b"\0"


def _read(source: socket.socket, size: int) -> bytes:
    pieces = b""
    while len(pieces) < size:
        piece = source.recv(size - len(pieces))
        if not piece:
            raise EOFError
        pieces += piece
    return pieces


def _startup(client: socket.socket) -> bytes:
    """The first message; requests for encryption are declined."""
    while True:
        head = _read(client, 8)
        size, code = struct.unpack("!ii", head)
        rest = _read(client, size - 8)
        if code == _STARTUP_CODE or code >> 16 == 3:
            return head + rest
        client.sendall(b"N")


def _message(source: socket.socket) -> tuple[bytes, bytes]:
    head = _read(source, 5)
    return head[:1], head + _read(source, struct.unpack("!i", head[1:])[0] - 4)


def _operation(client: socket.socket) -> tuple[bytes, str] | None:
    """What the client sends up to the next Sync, and its statement in words; None where it takes its leave."""
    whole, words = b"", ""
    while True:
        kind, message = _message(client)
        if kind == b"X":
            return None
        whole += message
        if kind in (b"P", b"Q") and not words:
            words = _words(message[5:], named=kind == b"P")
        if kind in _ENDS:
            return whole, words or "prepared statement"


def _words(body: bytes, *, named: bool) -> str:
    text = body.split(b"\0")[1 if named else 0].decode(errors="replace").replace(",", " ")
    words = text.split()
    upper = [word.upper() for word in words]
    at = {"SELECT": "FROM", "INSERT": "INTO", "UPDATE": "UPDATE", "DELETE": "FROM"}.get(
        upper[0] if upper else "", ""
    )
    return f"{upper[0]} {words[upper.index(at) + 1]}" if at in upper[:-1] else " ".join(words[:2])


def _answer(server: socket.socket) -> bytes:
    """What the server says up to its next ReadyForQuery, or the end of the session."""
    whole = b""
    while True:
        try:
            kind, message = _message(server)
        except EOFError:
            return whole
        whole += message
        if kind == b"Z":
            return whole
