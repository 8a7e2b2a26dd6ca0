"""The desk as a service of its own, for cities whose clerks have no sign-in to Airflow.

Sign-in and single sign-on stand before the desk; behind its door a session of `desk.sessions` says who is
there.
"""

from __future__ import annotations

from datetime import timedelta

from fastapi import FastAPI
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import Engine
from starlette.types import ASGIApp, Receive, Scope, Send

from paloverde.desk.app import desk_app
from paloverde.desk.areas import PAGES
from paloverde.desk.attempts import KeptAttempts
from paloverde.desk.opened import Opened
from paloverde.desk.own_door import SIGN_IN, Cookie, OwnDoor, OwnEntrance
from paloverde.desk.people import People
from paloverde.desk.rights import Act
from paloverde.desk.sessions import Sessions
from paloverde.desk.sign_in import Doorkeeper, guard, sign_in_pages
from paloverde.desk.single_sign_on import SingleSignOn
from paloverde.desk.visit import Here, Pages
from paloverde.platforms.conversation import Clock
from paloverde.settings import Settings


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
    sessions = sessions_of(settings, books, clock)
    tls = (settings.desk_address or "").startswith("https://")
    cookie = Cookie("paloverde_session", tls)
    entrance = OwnEntrance(settings, sessions, cookie)
    outside = FastAPI(title="Sign in", docs_url=None, redoc_url=None, openapi_url=None)
    outside.include_router(sign_in_pages(Doorkeeper(_people(settings), KeptAttempts(books, clock)), entrance))
    if settings.oidc_issuer is not None:
        way = Cookie("paloverde_way", tls)
        outside.include_router(SingleSignOn(settings, entrance, books, clock, way).routes())
    guard(outside, entrance)
    desk = desk_app(opened, OwnDoor(sessions, cookie), [*PAGES, _leaving(sessions, cookie)])
    return Service(outside, desk)


def sessions_of(settings: Settings, books: Engine, clock: Clock) -> Sessions:
    """The sessions, as long as the settings let them be."""
    idle, longest = timedelta(minutes=settings.desk_idle_minutes), timedelta(hours=settings.desk_hours)
    return Sessions(books, _people(settings), clock, idle, longest)


def _people(settings: Settings) -> People:
    return People(settings.home / "users.json")


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
