"""The desk: one application, mounted in Airflow's web server or served by itself (`paloverde desk serve`).

Deny by default: who is not signed in gets to no route, each route names the act that a role must have, and
each form carries the token of its session. Pages load nothing from elsewhere and run no script but ours.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from fastapi.routing import APIRoute
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from paloverde.desk.answers import Answers
from paloverde.desk.drafts import Done
from paloverde.desk.frame import STATIC, headers, page, version
from paloverde.desk.paces import Paces, TooFast
from paloverde.desk.rights import Act
from paloverde.desk.stranger import kept
from paloverde.desk.visit import Desk, Door, NotAllowed, NotThere, Pages, visit_of
from paloverde.desk.wording import plain
from paloverde.errors import PaloverdeError, PersonNeeded, TryAgain
from paloverde.installation import Installation

_LARGEST_FORM = 64 * 1024 * 1024  # bytes: a scanned resolution, an export of some pages
_LOG = logging.getLogger("paloverde.desk")
_TROUBLE = (
    "The desk could not do this just now. Nothing is lost. Try again in a minute; if it stays so, tell IT."
)


def desk_app(
    city: Callable[[], Installation], door: Door, areas: Sequence[Pages], paces: Paces | None = None
) -> FastAPI:
    """The application. `city` gives the installation, open."""
    app = FastAPI(title="Paloverde", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.desk = Desk(city, door, paces or Paces())
    for area in areas:
        app.include_router(area)
    _refuse_open_routes(app)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    app.add_exception_handler(NotAllowed, _not_allowed)
    app.add_exception_handler(NotThere, _not_there)
    app.add_exception_handler(TooFast, _too_fast)
    app.add_exception_handler(HTTPException, _elsewhere)
    app.add_exception_handler(RequestValidationError, _misread)
    app.add_exception_handler(PaloverdeError, _refused)
    app.add_exception_handler(Exception, _trouble)
    app.add_middleware(Answers, desk=app.state.desk)
    app.add_middleware(Threshold, desk=app.state.desk)  # around all others
    return app


def routes_of(app: FastAPI) -> list[APIRoute]:
    """The routes with a handler of ours."""
    return [route for route in app.routes if isinstance(route, APIRoute)]


def _refuse_open_routes(app: FastAPI) -> None:
    for route in routes_of(app):
        if "act" not in (route.openapi_extra or {}):
            raise TypeError(f"{route.path} names no act: declare it with Pages.page or Pages.form.")


class Threshold:
    """Lets in who is signed in, before anything of a request is read, and gives each answer its headers."""

    def __init__(self, app: ASGIApp, desk: Desk) -> None:
        self._app, self._desk = app, desk

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        sending = _with_headers(send, request, self._desk.door)
        answer = None if _is_static(request) else await self._stopped(request)
        await (answer or self._app)(scope, receive, sending)

    async def _stopped(self, request: Request) -> Response | None:
        """An answer to whom the desk is not open; None where it is."""
        visitor = await self._desk.door.visitor(request)
        if request.method == "POST" and (refused := _too_large(request)):
            return refused
        if visitor is None:
            return await self._to_sign_in(request)
        request.state.visitor = visitor
        return None

    async def _to_sign_in(self, request: Request) -> Response:
        """The way to the sign-in page. Nothing can lead out of Airflow's frame, so there it is told."""
        door, place = self._desk.door, request.headers.get("sec-fetch-dest", "")  # old browsers do not say
        unsent = await kept(request, self._desk) if request.method == "POST" else ""
        root = request.scope.get("root_path", "")
        address = door.sign_in(f"{root}{unsent}" if unsent else _asked(request))
        if (request.method == "GET" or unsent) and (place == "document" or not door.framed):
            return RedirectResponse(address, 303)
        leads_out = place not in ("iframe", "frame")
        told = {
            "title": "You are not signed in",
            "address": address if leads_out else "",
            "framed": door.framed,
            "kept": bool(unsent),
            "is_lost": request.method == "POST" and not unsent,
        }
        return HTMLResponse(page("signed_out.html", told, framed=True), 401)


def _asked(request: Request) -> str:
    """The page that was asked for, with the question in its address; nothing where a form was sent."""
    if request.method != "GET":
        return ""
    path, query = request.url.path, request.url.query
    return f"{path}?{query}" if query else path


def _too_large(request: Request) -> Response | None:
    """An answer to a form that is too large, or that does not say how large it is."""
    given = Headers(scope=request.scope)
    length = given.get("content-length", "")
    if not length.isdecimal() or "transfer-encoding" in given:
        return PlainTextResponse("The desk takes only what says beforehand how large it is.", 411)
    if int(length) > _LARGEST_FORM:
        return PlainTextResponse("This file is too large for the desk: 64 MB at the most.", 413)
    return None


def _is_static(request: Request) -> bool:
    path = request.scope["path"].removeprefix(request.scope.get("root_path", ""))
    return str(path).startswith("/static/")


def _with_headers(send: Send, request: Request, door: Door) -> Send:
    """Gives each answer the headers of the desk: nothing of a page is kept by a browser."""
    if_there = _kept(request)

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            kept = ("Cache-Control", if_there if message["status"] in (200, 304) else "no-store")
            more = [*headers(framed=door.framed), kept]
            named = [(name.lower().encode(), value.encode()) for name, value in more]
            message["headers"] = [*message.get("headers", []), *named]
        await send(message)

    return sending


def _kept(request: Request) -> str:
    """How long a browser keeps a file of ours: for good where its address says which one it is."""
    if not _is_static(request):
        return "no-store"
    return "public, max-age=31536000, immutable" if request.url.query == version() else "no-cache"


def _told(request: Request, title: str, sentence: str, status: int) -> Response:
    if getattr(request.state, "visitor", None) is None:  # style sheets and scripts are open to everybody
        return HTMLResponse(page("trouble.html", {"title": title, "sentence": sentence}, framed=True), status)
    return visit_of(request).show("told.html", status, title=title, sentence=sentence)


def _not_allowed(request: Request, error: Exception) -> Response:
    visit = visit_of(request)
    if request.method == "GET" and visit.here == "/" and visit.may(Act.REPORT_CONTENT):
        return visit.go("/report")  # of the desk's first page an employee sees nothing: theirs is this one
    _LOG.warning("%s (%s) was refused %s", visit.person.username, visit.person.role, _asked_for(request))
    return _told(request, "Not for this role", str(error), 403)


def _asked_for(request: Request) -> str:
    """A request as the log has it: its address is written as it was sent, and begins no line of its own."""
    return f"{request.method} {quote(request.url.path)}"


def _not_there(request: Request, error: Exception) -> Response:
    return _told(request, "Not here", str(error), 404)


def _too_fast(request: Request, error: Exception) -> Response:
    seconds = error.seconds if isinstance(error, TooFast) else 60
    sentence = f"That was a lot in one minute. Wait {seconds} seconds, then try again."
    answer = _told(request, "A moment, please", sentence, 429)
    answer.headers["Retry-After"] = str(seconds)
    return answer


def _elsewhere(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 404
    sentence = "There is no such page at the desk. The menu leads to all that there are."
    return _told(request, "Not here", sentence, status)


def _misread(request: Request, error: Exception) -> Response:
    fields = error.errors() if isinstance(error, RequestValidationError) else []
    names = ", ".join(sorted({str(field["loc"][-1]).replace("_", " ") for field in fields}))
    sentence = f"Something is missing or not in the form it needs: {names}. Go back and fill it in."
    return _told(request, "Not filled in", sentence, 400)


def _refused(request: Request, error: Exception) -> Response:
    if isinstance(error, Done):
        return visit_of(request).go(error.path, told=str(error))
    if isinstance(error, PersonNeeded):
        return _told(request, "That was not done", plain(error), 400)
    _LOG.error("%s: %s", _asked_for(request), error)
    if isinstance(error, TryAgain):
        return _told(request, "Not just now", plain(error), 503)
    return _told(request, "Something is wrong", plain(error), 500)


def _trouble(request: Request, error: Exception) -> Response:
    """A fault of ours: the log says what, the page does not. No other part of the desk sees this answer."""
    _LOG.error("%s", _asked_for(request), exc_info=error)
    content = page("trouble.html", {"title": "Something is wrong", "sentence": _TROUBLE}, framed=True)
    given = dict(headers(framed=request.app.state.desk.door.framed))
    return HTMLResponse(content, 500, headers=given | {"Cache-Control": "no-store"})
