"""The sign-in page and the tokens for programs, mounted by Airflow at `/auth`.

No script runs on the page. The session cookie cannot be read by scripts (HttpOnly), is not sent along by
other sites' forms (SameSite=Lax), and goes over TLS only where the page itself did.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from threading import BoundedSemaphore
from typing import Annotated
from urllib.parse import urlsplit

from airflow.api_fastapi.app import get_cookie_path
from airflow.api_fastapi.auth.managers.base_auth_manager import COOKIE_NAME_JWT_TOKEN
from airflow.api_fastapi.core_api.security import is_safe_url
from airflow.configuration import conf
from fastapi import APIRouter, FastAPI, Form, HTTPException, Request, status
from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response
from pydantic import BaseModel, SecretStr
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from paloverde.desk.attempts import Attempts
from paloverde.desk.people import People, Person
from paloverde.errors import PaloverdeError
from paloverde.orchestration.sign_in_page import HEADERS, page

log = logging.getLogger(__name__)

WRONG = "The username or the password is not right. Check both and try again; IT can give you a new password."
ELSEWHERE = "This form was sent from another site. Sign in on this page."
BROKEN = (
    "Nobody can sign in just now: the list of users cannot be read. Tell IT; the API server's log says why."
)
_LARGEST_FORM = 16_384

Issue = Callable[[Person, str], str]


class _Refused(Exception):
    """A sign-in that is not to be. `args` are the sentence; `code` the HTTP status."""

    def __init__(self, sentence: str, code: int, wait: int = 0) -> None:
        super().__init__(sentence)
        self.sentence, self.code = sentence, code
        self.headers = {"Retry-After": str(wait)} if wait else {}


class _Credentials(BaseModel):
    username: str
    password: SecretStr


class Doorkeeper:
    """Lets in whoever knows a password, and makes those wait who guess."""

    def __init__(self, people: People, attempts: Attempts) -> None:
        self._people = people
        self._attempts = attempts
        # Each check takes 64 MiB and a core for a moment: two at a time, whatever comes in.
        self._turn = BoundedSemaphore(2)

    def admit(self, username: str, password: str, place: str) -> Person:
        """The person, or `_Refused`."""
        username = username.strip().lower()[:64]
        wait = self._attempts.must_wait(username, place)
        if wait:
            raise _Refused(f"Too many tries. Wait {_minutes(wait)}, then try again.", 429, wait)
        with self._turn:
            person = self._people.check(username, password)
        if person is None:
            self._attempts.failed(username, place)
            known = self._people.find(username) is not None  # a typed-in password must not reach the log
            log.warning(
                "Sign-in refused for %s from %s.", username if known else "an unknown username", place
            )
            raise _Refused(WRONG, status.HTTP_401_UNAUTHORIZED)
        self._attempts.succeeded(username, place)
        log.info("%s signed in from %s.", username, place)
        return person


def sign_in_app(people: People, attempts: Attempts, issue: Issue) -> FastAPI:
    """The application: `GET` and `POST /login` for people, `POST /token` and `/token/cli` for programs."""
    app = FastAPI(title="Sign in", docs_url=None, redoc_url=None, openapi_url=None)
    doorkeeper = Doorkeeper(people, attempts)
    app.include_router(_for_people(doorkeeper, issue))
    app.include_router(_for_programs(doorkeeper, issue))
    app.add_exception_handler(PaloverdeError, _broken)
    app.add_middleware(_SmallBodies)
    return app


def _for_people(doorkeeper: Doorkeeper, issue: Issue) -> APIRouter:
    router = APIRouter(default_response_class=HTMLResponse)

    @router.get("/login")
    def show(next: str = "") -> HTMLResponse:  # noqa: A002 - the name that Airflow's UI uses
        return HTMLResponse(page(next=next), headers=HEADERS)

    @router.post("/login")
    def sign_in(
        request: Request,
        username: Annotated[str, Form()] = "",
        password: Annotated[str, Form()] = "",
        next: Annotated[str, Form()] = "",  # noqa: A002
    ) -> Response:
        try:
            _refuse_strange_forms(request)
            person = doorkeeper.admit(username, password, _place(request))
        except _Refused as refused:
            content = page(next=next, username=username, error=refused.sentence)
            return HTMLResponse(content, refused.code, headers=HEADERS | refused.headers)
        return _with_session(RedirectResponse(_onward(request, next), 303), request, issue(person, "api"))

    return router


def _for_programs(doorkeeper: Doorkeeper, issue: Issue) -> APIRouter:
    router = APIRouter()

    @router.post("/token", status_code=201)
    @router.post("/token/cli", status_code=201)
    def token(request: Request, credentials: _Credentials) -> dict[str, str]:
        try:
            person = doorkeeper.admit(
                credentials.username, credentials.password.get_secret_value(), _place(request)
            )
        except _Refused as refused:
            raise HTTPException(refused.code, refused.sentence, refused.headers) from None
        kind = "cli" if request.url.path.endswith("/cli") else "api"
        return {"access_token": issue(person, kind)}

    return router


class _SmallBodies:
    """Turns away whatever is too large to be a sign-in, before any of it is read."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] == "POST":
            length = Headers(scope=scope).get("content-length", "")
            if not length.isdecimal() or int(length) > _LARGEST_FORM:
                await PlainTextResponse("This is too long for a sign-in.", 413)(scope, receive, send)
                return
        await self._app(scope, receive, send)


async def _broken(request: Request, error: Exception) -> Response:
    log.error("%s", error)
    if request.url.path.endswith("/login"):
        return HTMLResponse(page(error=BROKEN), 503, headers=HEADERS)
    return JSONResponse({"detail": BROKEN}, 503)


def _refuse_strange_forms(request: Request) -> None:
    """Refuse a form that another site's page sent."""
    origin = request.headers.get("origin")
    if origin and urlsplit(origin).netloc != request.headers.get("host"):
        raise _Refused(ELSEWHERE, status.HTTP_403_FORBIDDEN)
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise _Refused(ELSEWHERE, status.HTTP_403_FORBIDDEN)


def _onward(request: Request, asked: str) -> str:
    """Where to go after signing in: a page of this server, never another."""
    if not asked or not is_safe_url(asked, request=request):
        return get_cookie_path()
    parts = urlsplit(asked)
    return (parts._replace(scheme="", netloc="").geturl()) or get_cookie_path()


def _with_session(response: Response, request: Request, token: str) -> Response:
    secure = request.url.scheme == "https" or bool(conf.get("api", "ssl_cert", fallback=""))
    response.set_cookie(
        COOKIE_NAME_JWT_TOKEN, token, path=get_cookie_path(), httponly=True, samesite="lax", secure=secure
    )
    response.headers["Cache-Control"] = "no-store"
    return response


def _place(request: Request) -> str:
    return request.client.host if request.client else "nowhere"


def _minutes(seconds: int) -> str:
    return "a minute" if seconds <= 60 else f"{-(-seconds // 60)} minutes"
