"""A form that comes from somebody whose sign-in is over: what they typed is kept until they are back."""

from __future__ import annotations

import logging
import re

from fastapi import Request
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.types import Message

from paloverde.desk.forms import is_strange, place
from paloverde.desk.visitor import Desk
from paloverde.errors import PaloverdeError

_MOST_READ = 2 * 1024 * 1024  # bytes of a stranger's form: its fields stand before its files
_BOUNDARY = re.compile(r'boundary="?([^";,\s]+)')
_LOG = logging.getLogger("paloverde.desk")


async def kept(request: Request, desk: Desk) -> str:
    """The address at the desk at which the form stands filled in again; nothing where it is not kept.

    Whoever sends it is not known: but the form says whose page it stood on, sealed by the desk.
    """
    if is_strange(request) or not _keeps(request):
        return ""
    try:
        async with Request(request.scope, _Beginning(request)).form() as form:
            return await run_in_threadpool(_put, request, desk, form)
    except HTTPException:  # no form that can be read
        return ""
    except (PaloverdeError, OSError) as error:
        _LOG.error("What somebody typed whose sign-in was over could not be kept: %s", error)
        return ""


def _put(request: Request, desk: Desk, form: FormData) -> str:
    shelf = desk.unsent()
    origin = shelf.origin(form)
    return shelf.keep(origin, place(request), form) if origin else ""


def _keeps(request: Request) -> bool:
    """Whether it goes to a form of the desk that may be kept."""
    routes = [one for one in request.app.routes if isinstance(one, APIRoute) and "POST" in one.methods]
    found = next((one for one in routes if one.path_regex.match(place(request))), None)
    return found is not None and (found.openapi_extra or {})["keeps"]


class _Beginning:
    """The first part of what is sent; the rest is taken from the line and thrown away."""

    def __init__(self, request: Request) -> None:
        self._receive, self._left = request.receive, _MOST_READ
        found = _BOUNDARY.search(request.headers.get("content-type", ""))
        self._end = f"\r\n--{found[1]}--\r\n".encode() if found else b""

    async def __call__(self) -> Message:
        message = await self._receive()
        if message["type"] != "http.request":
            return message
        body = message.get("body", b"")[: self._left]
        self._left -= len(body)
        if self._left:
            return {**message, "body": body}
        while message.get("more_body"):
            message = await self._receive()
        return {"type": "http.request", "body": body + self._end, "more_body": False}
