"""The only door to the network: one HTTP request at a time, and the bytes as they came over the wire."""

from __future__ import annotations

import logging
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol
from urllib.parse import urlencode, urlsplit

import msgspec
import requests
import urllib3

from paloverde.errors import Unreachable
from paloverde.unanswered import innermost, named

_CHUNK = 64 * 1024
_MOST_OF_A_FORM = 1024 * 1024

# At DEBUG it prints every address whole, and some hold credentials.
logging.getLogger("urllib3.connectionpool").setLevel(logging.INFO)
_LEAST_RATE = 256 * 1024  # bytes a second at which a large file may take longer than a request's deadline
_GOOD = 200


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

    def fetch(
        self, url: str, headers: dict[str, str], most: int, method: str = "GET", sent: bytes = b""
    ) -> Fetched:
        """The answer, its body not larger than `most` bytes; redirects are not followed."""

    def save(self, url: str, headers: dict[str, str], most: int, into: Path) -> Fetched:
        """The same, with the body of a good answer (HTTP 200) in the new file `into` and none in memory."""

    def close(self) -> None: ...


class Http:
    """The real transport."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._session = requests.Session()
        self._session.trust_env = False  # no netrc, no proxy from the surroundings

    def fetch(
        self, url: str, headers: dict[str, str], most: int, method: str = "GET", sent: bytes = b""
    ) -> Fetched:
        deadline = time.monotonic() + self._limits.deadline
        with self._asked(url, headers, method, sent or None) as got:
            body = b"".join(_read(got.raw, deadline, most))
            answered = _headers_of(got)
            check_length(answered, body)
            return Fetched(got.status_code, got.reason or "", answered, body)

    def save(self, url: str, headers: dict[str, str], most: int, into: Path) -> Fetched:
        deadline = time.monotonic() + self._limits.deadline
        with self._asked(url, headers) as got:
            answered = _headers_of(got)
            if got.status_code == _GOOD:
                _check_size(answered, _write(_read(got.raw, deadline, most, _LEAST_RATE), into))
            return Fetched(got.status_code, got.reason or "", answered, b"")

    def send_form(self, method: str, url: str, headers: dict[str, str], form: dict[str, str]) -> Fetched:
        """The decoded answer to a form (body of a POST, query of a GET): for token endpoints.

        Raises `Unreachable` where no whole answer came; its message names the host and nothing of the form.
        """
        deadline = time.monotonic() + self._limits.deadline
        asked = f"{url}?{urlencode(form)}" if method == "GET" else url
        with self._asked(asked, headers, method, None if method == "GET" else form) as got:
            body = b"".join(_read(got.raw, deadline, _MOST_OF_A_FORM))
            answered = _headers_of(got)
            check_length(answered, body)
            plain = decode(body, answered.get("content-encoding", ""), self._limits)
            return Fetched(got.status_code, got.reason or "", answered, plain)

    @contextmanager
    def _asked(
        self,
        url: str,
        headers: dict[str, str],
        method: str = "GET",
        form: dict[str, str] | bytes | None = None,
    ) -> Iterator[requests.Response]:
        """The answer as it begins to come; whatever goes wrong with it is said in one sentence."""
        try:
            with self._session.request(
                method,
                url,
                data=form,
                headers=headers,
                stream=True,
                allow_redirects=False,
                timeout=min(30.0, self._limits.deadline),
            ) as got:
                yield got
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            raise Unreachable(f"{urlsplit(url).hostname} did not answer properly: {_plain(error)}") from None

    def close(self) -> None:
        self._session.close()


def post(url: str, body: bytes, content_type: str, deadline: float, most: int) -> Fetched:
    """The answer to one POST of some bytes: for services that are no site (timestamps, witnesses).

    `deadline` is in seconds, `most` the largest answer in bytes. `Unreachable` where no whole one came.
    """
    line = Http(Limits(deadline=deadline))
    try:
        headers = {"Content-Type": content_type, "Accept-Encoding": "identity"}
        return line.fetch(url, headers, most, "POST", body)
    finally:
        line.close()


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


def _read(
    raw: urllib3.BaseHTTPResponse, deadline: float, most: int, least_rate: float = float("inf")
) -> Iterator[bytes]:
    """The body in pieces as they arrive, within the size that is allowed, and by the deadline.

    What comes no slower than `least_rate` (bytes a second) may take as long as it needs.
    """
    size = 0
    while True:
        piece = raw.read1(_CHUNK, decode_content=False)
        if not piece:
            return
        size += len(piece)
        if size > most:
            raise Unreachable(f"the answer is larger than the {most // 2**20} MiB that are allowed")
        if time.monotonic() > deadline + size / least_rate:
            raise Unreachable("the answer took longer than the deadline of one request")
        yield piece


def _write(pieces: Iterator[bytes], into: Path) -> int:
    """Write the pieces to a new file; its size."""
    size = 0
    with into.open("xb") as file:
        for piece in pieces:
            try:
                size += file.write(piece)
            except OSError as error:
                raise Unreachable(
                    f"the disk did not take the file ({error.strerror}: {into.parent}); make room there"
                ) from error
    return size


def _headers_of(got: requests.Response) -> dict[str, str]:
    return {name.lower(): value for name, value in got.headers.items()}


def check_length(headers: dict[str, str], body: bytes) -> None:
    """Raise `Unreachable` where a body is not as long as its head announced (RFC 9110 section 8.6)."""
    _check_size(headers, len(body))


def _check_size(headers: dict[str, str], size: int) -> None:
    declared = headers.get("content-length", "")
    if declared.isdigit() and int(declared) != size:
        raise Unreachable(f"the answer was cut short: {size:,} of {int(declared):,} bytes came")


def _plain(error: Exception) -> str:
    """The innermost reason of a transport error, without the address that libraries print."""
    reason = innermost(error)
    return named(reason) or str(reason).split(" (Caused by")[0] or type(reason).__name__
