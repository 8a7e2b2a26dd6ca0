"""The pages that answer a form, each under an address of its own: loaded again and gone back to as any page.

A browser cannot go back to the answer of a form without sending the form once more. So the answer is kept for
a day, sealed, for whoever it was made for, and the browser is led to it. One that holds a secret is kept
until it was shown.
"""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Callable
from pathlib import Path

import msgspec
from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from paloverde.desk.drafts import Drafts
from paloverde.desk.rights import Act
from paloverde.desk.strongbox import Strongbox
from paloverde.desk.tokens import is_form_token
from paloverde.desk.visitor import Desk, NotAllowed, Visit, refusal
from paloverde.errors import BadQuestion, PaloverdeError

_KEPT = (200, 400, 409)  # the statuses of answers that say what is next
_TOKEN = re.compile(r'(?<=name="form_token" value=")[0-9a-f]{64}(?=")')
_LOG = logging.getLogger("paloverde.desk")
_GONE = "What stood here is not kept any more: it was for a day, and for whoever sent the form. Begin again."


class _Answer(msgspec.Struct, frozen=True):
    """A page. One that holds a secret is gone once it was shown: `once` is the page that is led to then."""

    act: str
    status: int
    body: str
    once: str = ""


class Answers:
    """Keeps the pages that answer a form, and leads to them."""

    def __init__(self, app: ASGIApp, desk: Desk) -> None:
        self._app, self._desk = app, desk

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "POST":
            await self._app(scope, receive, send)
            return
        answer = secrets.token_hex(16)
        scope.setdefault("state", {})["answer"] = answer
        taken = _Taken(send)
        await self._app(scope, receive, taken)
        if taken.start is None:
            return
        try:
            led = await run_in_threadpool(self._kept, scope, answer, taken.start, bytes(taken.body))
        except (PaloverdeError, OSError) as error:
            _LOG.warning("A page could not be kept, and cannot be gone back to: %s", error)
            await send(taken.start)
            await send({"type": "http.response.body", "body": bytes(taken.body)})
            return
        await led(scope, receive, send)

    def _kept(self, scope: Scope, id_: str, start: Message, body: bytes) -> Response:
        request = Request(scope)
        visit = Visit(request, self._desk, request.state.visitor)
        act: Act = (scope["route"].openapi_extra or {}).get("act", Act.LOOK) if "route" in scope else Act.LOOK
        home = visit.city.settings.home / "desk"
        once = str(getattr(request.state, "once", ""))
        kept = _Answer(act.value, start["status"], Strongbox(home).seal(body), once)
        _drafts(home).put(id_, visit.person.username, kept)
        led = RedirectResponse(visit.url(f"/answers/{id_}"), 303)
        cookies = [pair for pair in start["headers"] if pair[0].lower() == b"set-cookie"]
        led.raw_headers += cookies
        return led


class _Taken:
    """What is sent on at once, and a page that is kept back: `start` is set where it is one."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.start: Message | None = None
        self.body = bytearray()

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start" and _is_page(message):
            self.start = message
        elif self.start is None:
            await self._send(message)
        else:
            self.body += message.get("body", b"")


def _is_page(message: Message) -> bool:
    kinds = [value for name, value in message["headers"] if name.lower() == b"content-type"]
    return message["status"] in _KEPT and bool(kinds) and kinds[0].startswith(b"text/html")


def answer(visit: Visit, id_: str) -> Response:
    """A kept page, for whoever it was made for, as long as they may do what it is about."""
    home, username = visit.city.settings.home / "desk", visit.person.username
    kept, _ = _drafts(home).get(id_, username, _Answer)
    if not visit.may(Act(kept.act)):
        raise NotAllowed(refusal(visit.person, Act(kept.act)))
    body = Strongbox(home).open(kept.body)
    if body is None:
        raise BadQuestion(_GONE)
    if kept.once:
        _drafts(home).done(id_, username, kept.once)
    return HTMLResponse(visit.refilled(_TOKEN.sub(_anew(visit), body.decode())), kept.status)


def _anew(visit: Visit) -> Callable[[re.Match[str]], str]:
    """The forms of a page that was made in an earlier sign-in get tokens of this one."""
    return lambda found: found[0] if is_form_token(visit.session, found[0]) else visit.token()


def _drafts(home: Path) -> Drafts:
    return Drafts(home / "answers")
