"""The web service behind links: one page and one file for each, and nothing else. It knows no list.

Every address that opens nothing gives the same answer, whether it never was, is over, was revoked or is used
up. What is not kept: whoever asks. Only a client that tries many wrong addresses is remembered, for a minute
and in memory.
"""

from __future__ import annotations

import asyncio
import base64
import ipaddress
import logging
import os
import re
import time
from collections.abc import Callable, Mapping
from typing import Protocol
from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, Response
from starlette.types import Receive, Scope, Send

from paloverde.desk.delivery_pages import HEADERS, nothing_page, offer_page, trouble_page, wait_page
from paloverde.desk.ranges import Unsatisfiable, wanted
from paloverde.errors import PaloverdeError
from paloverde.requests.links import PATH, Handing, Offer

_SECRET = re.compile(r"[A-Za-z0-9_-]{43}")
_PIECE = 256 * 1024  # bytes sent at a time
_LOOK_AGAIN_SECONDS = 2.0  # how soon a download ends whose link is revoked
_METHODS = ["GET", "HEAD"]
_LOG = logging.getLogger("paloverde.desk.delivery")


class Source(Protocol):
    """Where links are known and counted."""

    @property
    def office(self) -> str:
        """Whom to ask, as pages print it."""

    def offer(self, secret: str) -> Offer | None:
        """What the link of that secret opens; None where it opens nothing. `left` is 0 where only what was
        begun can be resumed.
        """

    def begin(self, secret: str, first: int, last: int) -> Handing | None:
        """Count these bytes before one of them is sent; None where the link opens nothing any more."""

    def goes_on(self, handing: Handing) -> bool:
        """Whether the link still stands."""

    def ended(self, handing: Handing, sent: int) -> None:
        """Note how many bytes were sent, and close the file."""


class Wrongs:
    """How often a client asked for what is not there: more than `most` times in `seconds`, and it waits.

    In memory alone. An IPv6 client is its /64. The oldest is forgotten where there are too many.
    """

    def __init__(
        self, most: int = 20, seconds: float = 60.0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._most, self._seconds, self._clock = most, seconds, clock
        self._seen: dict[str, tuple[float, int]] = {}

    def is_over(self, client: str) -> bool:
        began, count = self._seen.get(_network(client), (0.0, 0))
        return count >= self._most and self._clock() - began < self._seconds

    def note(self, client: str) -> None:
        key, now = _network(client), self._clock()
        began, count = self._seen.pop(key, (now, 0))
        self._seen[key] = (now, 1) if now - began >= self._seconds else (began, count + 1)
        if len(self._seen) > 10_000:
            del self._seen[next(iter(self._seen))]


class Sending(Response):
    """Sends part of an open file and notes how much of it went out, whatever ends it."""

    def __init__(self, handing: Handing, source: Source, status: int, headers: Mapping[str, str]) -> None:
        super().__init__(status_code=status, headers=dict(headers))
        self._handing, self._source = handing, source

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        del scope
        gone, sent = asyncio.ensure_future(_gone(receive)), 0
        try:
            await send(
                {"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers}
            )
            looked = time.monotonic()
            while piece := await asyncio.to_thread(self._piece, sent):
                if time.monotonic() - looked >= _LOOK_AGAIN_SECONDS:
                    looked = time.monotonic()
                    if not await asyncio.to_thread(self._source.goes_on, self._handing):
                        return
                await send({"type": "http.response.body", "body": piece, "more_body": True})
                if gone.done():
                    return
                sent += len(piece)
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            gone.cancel()
            await asyncio.shield(asyncio.to_thread(self._source.ended, self._handing, sent))

    def _piece(self, sent: int) -> bytes:
        at = self._handing.first + sent
        return os.pread(self._handing.file, min(_PIECE, self._handing.last + 1 - at), at)


def delivery_app(source: Source, wrongs: Wrongs | None = None) -> FastAPI:
    """The service. It has no documentation pages, no list, and one answer for all that is not there."""
    app = FastAPI(title="Records", docs_url=None, redoc_url=None, openapi_url=None)
    desk = _Desk(source, wrongs or Wrongs())
    app.add_api_route(f"{PATH}{{secret}}", desk.page, methods=_METHODS, response_model=None)
    app.add_api_route(f"{PATH}{{secret}}/file", desk.file, methods=_METHODS, response_model=None)
    app.add_exception_handler(404, desk.elsewhere)
    app.add_exception_handler(405, desk.elsewhere)
    app.add_exception_handler(PaloverdeError, desk.trouble)
    app.add_exception_handler(Exception, desk.trouble)
    return app


class _Desk:
    """The two routes, and what all others answer."""

    def __init__(self, source: Source, wrongs: Wrongs) -> None:
        self._source, self._wrongs = source, wrongs

    def page(self, request: Request, secret: str) -> Response:
        """What the link opens, in words. It counts nothing: mail programs open links by themselves."""
        found = self._offer(request, secret)
        if isinstance(found, Response):
            return found
        if not found.left:
            return self._nothing(request)
        return _html(offer_page(found, secret), 200)

    def file(self, request: Request, secret: str) -> Response:
        """The file, or the part of it that is asked for."""
        found = self._offer(request, secret)
        if isinstance(found, Response):
            return found
        headers = _of_file(found)
        try:
            part = wanted(
                request.headers.get("range"), request.headers.get("if-range"), found.size, headers["ETag"]
            )
        except Unsatisfiable:
            return Response(status_code=416, headers=HEADERS | {"Content-Range": f"bytes */{found.size}"})
        if request.method == "HEAD":
            return Response(headers=headers | {"Content-Length": str(found.size)})
        first, last = part or (0, found.size - 1)
        handing = self._source.begin(secret, first, last)
        if handing is None:
            return self._nothing(request)
        headers |= {"Content-Length": str(last - first + 1)}
        if part is None:
            return Sending(handing, self._source, 200, headers)
        return Sending(
            handing, self._source, 206, headers | {"Content-Range": f"bytes {first}-{last}/{found.size}"}
        )

    def elsewhere(self, request: Request, error: Exception) -> Response:
        """Any other address, or another method."""
        del request, error
        return _html(nothing_page(self._source.office), 404)

    def trouble(self, request: Request, error: Exception) -> Response:
        """Told in the log, without the address, which holds the secret."""
        del request
        _LOG.error("A link could not be served: %s", error)
        return _html(trouble_page(self._source.office), 503)

    def _offer(self, request: Request, secret: str) -> Offer | Response:
        client = request.client.host if request.client else ""
        if self._wrongs.is_over(client):
            return _html(wait_page(self._source.office), 429, {"Retry-After": "60"})
        found = self._source.offer(secret) if _SECRET.fullmatch(secret) else None
        return found or self._nothing(request)

    def _nothing(self, request: Request) -> Response:
        self._wrongs.note(request.client.host if request.client else "")
        return _html(nothing_page(self._source.office), 404)


async def _gone(receive: Receive) -> None:
    """Returns when whoever asked has gone."""
    while (await receive())["type"] != "http.disconnect":
        pass


def _html(page: str, status: int, more: Mapping[str, str] | None = None) -> Response:
    return HTMLResponse(page, status, headers=HEADERS | dict(more or {}))


def _of_file(offer: Offer) -> dict[str, str]:
    """The headers of the file: its name, its digest (RFC 9530), a strong tag for resuming."""
    digest = base64.b64encode(bytes.fromhex(offer.sha256)).decode()
    plain, exact = re.sub(r"[^A-Za-z0-9._-]", "_", offer.file), quote(offer.file, safe="")
    return HEADERS | {
        "Content-Type": "application/zip",
        "Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{exact}",
        "Accept-Ranges": "bytes",
        "ETag": f'"{offer.sha256}"',
        "Repr-Digest": f"sha-256=:{digest}:",
        "X-Accel-Buffering": "no",  # a web server before this must not take the whole for whoever asks
    }


def _network(client: str) -> str:
    """What a client is known by: its address, or the network of an IPv6 one."""
    try:
        address = ipaddress.ip_address(client)
    except ValueError:
        return client
    return client if address.version == 4 else str(ipaddress.ip_network((address, 64), strict=False))
