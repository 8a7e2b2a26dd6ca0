"""The only door to the network: one HTTP GET at a time, and the bytes as they came over the wire."""

from __future__ import annotations

import socket
import time
import zlib
from collections.abc import Iterator
from typing import Protocol
from urllib.parse import urlsplit

import msgspec
import requests
import urllib3

from paloverde.errors import Unreachable

_CHUNK = 64 * 1024


class Limits(msgspec.Struct, frozen=True):
    """What a line allows itself. Times in seconds, sizes in bytes."""

    deadline: float = 60.0  # for one request, from its start to its last byte
    attempts: int = 5
    longest_wait: float = 900.0  # a site that asks for a longer pause ends the run for now
    max_body: int = 64 * 1024 * 1024
    max_media: int = 256 * 1024 * 1024
    max_inflation: int = 200  # decoded bytes per compressed byte: more is a bomb


class Fetched(msgspec.Struct, frozen=True):
    """An answer as it came over the wire. Header names are in lower case."""

    status: int
    reason: str
    headers: dict[str, str]
    body: bytes


class Transport(Protocol):
    """Fetches one address. Raises `Unreachable` where no whole answer came."""

    def fetch(self, url: str, headers: dict[str, str], most: int) -> Fetched:
        """The answer, its body not larger than `most` bytes; redirects are not followed."""

    def close(self) -> None: ...


class Http:
    """The real transport."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._session = requests.Session()
        self._session.trust_env = False  # no netrc, no proxy from the surroundings

    def fetch(self, url: str, headers: dict[str, str], most: int) -> Fetched:
        deadline = time.monotonic() + self._limits.deadline
        try:
            with self._session.get(
                url,
                headers=headers,
                stream=True,
                allow_redirects=False,
                timeout=min(30.0, self._limits.deadline),
            ) as got:
                body = b"".join(_read(got.raw, deadline, most))
                answered = {name.lower(): value for name, value in got.headers.items()}
                _check_length(answered, body)
                return Fetched(got.status_code, got.reason or "", answered, body)
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            raise Unreachable(f"{urlsplit(url).hostname} did not answer properly: {_plain(error)}") from None

    def close(self) -> None:
        self._session.close()


def decode(body: bytes, encoding: str, limits: Limits) -> bytes:
    """The body without its content encoding, whole or not at all (RFC 9110 section 8.4).

    `requests` accepts a gzip body that was cut short; here its end mark is required.
    """
    encoding = encoding.strip().lower()
    if encoding in ("", "identity") or not body:
        return body
    if encoding not in ("gzip", "x-gzip", "deflate"):
        raise Unreachable(f"the answer is encoded in a way that was not asked for ({encoding})")
    most = min(limits.max_body, max(len(body), 1024) * limits.max_inflation)
    decoder = zlib.decompressobj(wbits=47)  # gzip or zlib, as the bytes say
    try:
        decoded = decoder.decompress(body, most)
    except zlib.error as error:
        raise Unreachable(f"the compressed answer is damaged: {error}") from None
    if decoder.unconsumed_tail:
        raise Unreachable("the compressed answer unpacks to more than is allowed")
    if not decoder.eof:
        raise Unreachable("the compressed answer was cut short")
    return decoded


def _read(raw: urllib3.BaseHTTPResponse, deadline: float, most: int) -> Iterator[bytes]:
    """The body in pieces as they arrive, within the time and size that are allowed."""
    size = 0
    while True:
        piece = raw.read1(_CHUNK, decode_content=False)
        if not piece:
            return
        size += len(piece)
        if size > most:
            raise Unreachable(f"the answer is larger than the {most // 2**20} MiB that are allowed")
        if time.monotonic() > deadline:
            raise Unreachable("the answer took longer than the deadline of one request")
        yield piece


def _check_length(headers: dict[str, str], body: bytes) -> None:
    declared = headers.get("content-length", "")
    if declared.isdigit() and int(declared) != len(body):
        raise Unreachable(f"the answer was cut short: {len(body):,} of {int(declared):,} bytes came")


def _plain(error: Exception) -> str:
    """The innermost reason of a transport error, without the address that libraries print."""
    reason: BaseException = error
    while reason.__context__ is not None:
        reason = reason.__context__
    if isinstance(reason, socket.gaierror):
        return "its name is not known (DNS)"
    if isinstance(reason, TimeoutError):
        return "it took too long"
    return str(reason).split(" (Caused by")[0] or type(reason).__name__
