"""The desk as a service of its own, for cities whose clerks have no sign-in to Airflow.

Sign-in and single sign-on stand before the desk; behind its door a session of `desk.sessions` says who is
there.
"""

from __future__ import annotations

import base64
import logging
from datetime import timedelta
from typing import NamedTuple
from urllib.parse import urlencode

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import Engine
from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Receive, Scope, Send

from paloverde.desk.app import desk_app
from paloverde.desk.areas import PAGES
from paloverde.desk.attempts import KeptAttempts
from paloverde.desk.newcomers import Newcomers, NoRole, Roles
from paloverde.desk.oidc import Client, Issuer, NotProven, Way, new_way
from paloverde.desk.opened import Opened
from paloverde.desk.people import People, Person
from paloverde.desk.rights import Act
from paloverde.desk.sessions import Sessions
from paloverde.desk.sign_in import Doorkeeper, Refused, guard, own_page, sign_in_page, sign_in_pages
from paloverde.desk.visit import Here, Pages, Visitor
from paloverde.errors import PaloverdeError, Unreachable
from paloverde.platforms.conversation import Clock
from paloverde.settings import Settings

SIGN_IN, START, BACK = "/sign-in", "/sign-in/city", "/sign-in/back"
_WAY_SECONDS = 600  # from leaving for the issuer to coming back
_AWAY = "The City's sign-on does not answer just now. Try again in a minute; if it stays so, tell IT."
_AGAIN = "This sign-in was begun in another window or too long ago. Begin again."
_LOG = logging.getLogger(__name__)


class Cookie(NamedTuple):
    """A cookie of ours. Over TLS its name begins with `__Host-`: no other machine of the City can set it."""

    plain: str
    tls: bool

    def name(self, request: Request) -> str:
        return f"__Host-{self.plain}" if self._is_tls(request) else self.plain

    def given(self, request: Request) -> str:
        return request.cookies.get(self.name(request), "")

    def give(self, request: Request, response: Response, value: str, seconds: int | None = None) -> None:
        response.set_cookie(
            self.name(request),
            value,
            max_age=seconds,
            path="/",
            httponly=True,
            samesite="lax",
            secure=self._is_tls(request),
        )

    def take(self, request: Request, response: Response) -> None:
        response.delete_cookie(
            self.name(request), path="/", httponly=True, samesite="lax", secure=self._is_tls(request)
        )

    def _is_tls(self, request: Request) -> bool:
        return self.tls or request.url.scheme == "https"


class OwnDoor:
    """Lets in whose cookie opens a session."""

    framed = False

    def __init__(self, sessions: Sessions, cookie: Cookie) -> None:
        self._sessions, self._cookie = sessions, cookie

    async def visitor(self, request: Request) -> Visitor | None:
        secret = self._cookie.given(request)
        if not secret:
            return None
        try:
            return await run_in_threadpool(self._sessions.visitor, secret)
        except PaloverdeError as error:  # nobody is let in; the sign-in page says that nobody can be
            _LOG.error("It cannot be found out who is signed in: %s", error)
            return None

    def sign_in(self, onward: str) -> str:
        return f"{SIGN_IN}?{urlencode({'next': onward})}" if onward else SIGN_IN


class OwnEntrance:
    """Opens the desk's own sessions."""

    path = SIGN_IN

    def __init__(self, settings: Settings, sessions: Sessions, cookie: Cookie) -> None:
        self.passwords = settings.desk_passwords
        self._is_offered = settings.oidc_issuer is not None
        self._sessions, self._cookie = sessions, cookie

    def elsewhere(self, asked: str) -> str:
        if not self._is_offered:
            return ""
        return f"{START}?{urlencode({'next': asked})}" if asked else START

    def onward(self, request: Request, asked: str) -> str:
        del request
        return own_page(asked)

    def open(
        self, request: Request, response: Response, person: Person, *, is_newcomer: bool = False
    ) -> None:
        """Begin a session with a secret of its own; whatever the browser had before is over."""
        if old := self._cookie.given(request):
            self._sessions.end(old)
        secret = self._sessions.begin(person, is_newcomer=is_newcomer)
        self._cookie.give(request, response, secret)


class Service:
    """Two applications: sign-in, open to everybody, and the desk, which lets in who is signed in."""

    def __init__(self, sign_in: ASGIApp, desk: ASGIApp) -> None:
        self._sign_in, self._desk = sign_in, desk

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        is_outside = path == SIGN_IN or path.startswith(f"{SIGN_IN}/")
        await (self._sign_in if is_outside else self._desk)(scope, receive, send)


def service(settings: Settings, opened: Opened, books: Engine, clock: Clock) -> Service:
    """The whole service. `books` is the database of sessions."""
    people, sessions = People(settings.home / "users.json"), sessions_of(settings, books, clock)
    tls = (settings.desk_address or "").startswith("https://")
    cookie = Cookie("paloverde_session", tls)
    entrance = OwnEntrance(settings, sessions, cookie)
    app = FastAPI(title="Sign in", docs_url=None, redoc_url=None, openapi_url=None)
    app.include_router(sign_in_pages(Doorkeeper(people, KeptAttempts(books, clock)), entrance))
    if settings.oidc_issuer is not None:
        app.include_router(_single_sign_on(settings, entrance, books, clock, Cookie("paloverde_way", tls)))
    guard(app, entrance)
    desk = desk_app(opened, OwnDoor(sessions, cookie), [*PAGES, _leaving(sessions, cookie)])
    return Service(app, desk)


def sessions_of(settings: Settings, books: Engine, clock: Clock) -> Sessions:
    """The sessions, as long as the settings let them be."""
    idle, longest = timedelta(minutes=settings.desk_idle_minutes), timedelta(hours=settings.desk_hours)
    return Sessions(books, People(settings.home / "users.json"), clock, idle, longest)


def _leaving(sessions: Sessions, cookie: Cookie) -> Pages:
    pages = Pages()

    @pages.form("/sign-out", Act.LOOK)
    def sign_out(visit: Here) -> Response:
        """End the session, for the browser and for whoever has copied its cookie."""
        sessions.end(cookie.given(visit.request))
        response = RedirectResponse(SIGN_IN, 303)
        cookie.take(visit.request, response)
        return response

    return pages


def _single_sign_on(
    settings: Settings, entrance: OwnEntrance, books: Engine, clock: Clock, cookie: Cookie
) -> APIRouter:
    router, client = APIRouter(), _client(settings)
    issuer = Issuer(client, loopback=settings.allow_loopback_sites, now=lambda: clock().timestamp())
    roles, newcomers = Roles(settings.oidc_claim, settings.oidc_roles or ()), Newcomers(books, clock)

    @router.get(START)
    def start(request: Request, next: str = "") -> Response:  # noqa: A002 - as the sign-in page has it
        try:
            way = new_way()
            response = RedirectResponse(issuer.address(way), 303, headers={"Cache-Control": "no-store"})
        except Unreachable as error:
            _LOG.error("%s", error)
            return sign_in_page(entrance, next, refused=Refused(_AWAY, 503))
        cookie.give(request, response, _written(way, own_page(next)), _WAY_SECONDS)
        return response

    @router.get(BACK)
    def back(request: Request) -> Response:
        way, onward = _read(cookie.given(request))
        try:
            claims = issuer.identity(way, dict(request.query_params))
            person = newcomers.person(client.issuer, claims, roles.of(claims))
        except NotProven as error:
            _LOG.warning("Single sign-on refused: %s.", error)
            response: Response = sign_in_page(entrance, onward, refused=Refused(_AGAIN, 403))
        except NoRole as error:
            response = sign_in_page(entrance, onward, refused=Refused(str(error), 403))
        except Unreachable as error:
            _LOG.error("%s", error)
            response = sign_in_page(entrance, onward, refused=Refused(_AWAY, 503))
        else:
            _LOG.info("%s signed in by single sign-on.", person.username)
            response = RedirectResponse(own_page(onward), 303, headers={"Cache-Control": "no-store"})
            entrance.open(request, response, person, is_newcomer=True)
        cookie.take(request, response)
        return response

    return router


def _client(settings: Settings) -> Client:
    secret = settings.oidc_client_secret.reveal() if settings.oidc_client_secret else ""
    return Client(
        settings.oidc_issuer or "", settings.oidc_client_id or "", secret, f"{settings.desk_address}{BACK}"
    )


def _written(way: Way, onward: str) -> str:
    """A way as its cookie holds it; it ends with the page that was asked for."""
    return ".".join([*way, base64.urlsafe_b64encode(onward.encode()).decode().rstrip("=")])


def _read(text: str) -> tuple[Way | None, str]:
    """The way of a cookie and the page that it leads to; no way where the cookie is not one of ours."""
    state, _, rest = text.partition(".")
    nonce, _, rest = rest.partition(".")
    verifier, _, onward = rest.partition(".")
    if not (state and nonce and verifier):
        return None, ""
    try:
        page = base64.urlsafe_b64decode(onward + "=" * (-len(onward) % 4)).decode()
    except ValueError:
        return None, ""
    return Way(state, nonce, verifier), page
