"""What passes between a client and a simulated site."""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass, field, replace
from typing import Any


@dataclass(frozen=True, slots=True)
class Ask:
    """One request. `path` is below the site's prefix; `base` is the site's absolute address."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]  # names in lower case
    base: str
    body: bytes = b""
    raw: str = ""  # the query as it came over the wire

    def without(self, *names: str) -> Ask:
        return replace(self, query={k: v for k, v in self.query.items() if k not in names})

    def having(self, **values: str) -> Ask:
        return replace(self, query={**self.query, **values})


@dataclass(slots=True)
class Reply:
    r"""An answer before it is bytes.

    `payload` becomes JSON (`ascii`: with \u escapes and \/ as Facebook writes it), unless `body` holds the
    exact bytes. `keep` sends only so many bytes of the encoded body and hangs up; `drop` hangs up at once.
    """

    status: int = 200
    payload: Any = None
    body: bytes | None = None
    headers: dict[str, str] = field(default_factory=dict)
    ascii: bool = False
    delay: float = 0.0
    keep: float | None = None
    drop: bool = False


@dataclass(frozen=True, slots=True)
class Encoded:
    status: int
    headers: list[tuple[str, str]]
    chunks: list[bytes]
    hang_up: bool


CHUNK = 1400  # about one packet
CHUNKED_ABOVE = 4096


def json_bytes(payload: Any, *, ascii_only: bool) -> bytes:
    text = json.dumps(payload, ensure_ascii=ascii_only, separators=(",", ":"))
    return (text.replace("/", "\\/") if ascii_only else text).encode()


def encode(reply: Reply, ask: Ask) -> Encoded:
    """The exact bytes: gzip where the client takes it, chunked where long, cut where a fault says so."""
    body = reply.body if reply.body is not None else json_bytes(reply.payload, ascii_only=reply.ascii)
    headers = list(reply.headers.items())
    if reply.body is None and "gzip" in ask.headers.get("accept-encoding", ""):
        body = gzip.compress(body, 6, mtime=0)
        headers.append(("Content-Encoding", "gzip"))
    chunked = reply.body is None and len(body) > CHUNKED_ABOVE
    headers.append(("Transfer-Encoding", "chunked") if chunked else ("Content-Length", str(len(body))))
    sent = body if reply.keep is None else body[: int(len(body) * reply.keep)]
    if not chunked:
        return Encoded(reply.status, headers, [sent], reply.keep is not None)
    chunks = [_framed(sent[i : i + CHUNK]) for i in range(0, len(sent), CHUNK)]
    if reply.keep is None:
        chunks.append(b"0\r\n\r\n")
    return Encoded(reply.status, headers, chunks, reply.keep is not None)


def _framed(piece: bytes) -> bytes:
    return f"{len(piece):x}\r\n".encode() + piece + b"\r\n"
