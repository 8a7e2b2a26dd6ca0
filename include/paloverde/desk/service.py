"""The desk as a service of its own, for cities whose clerks have no sign-in to Airflow.

Sign-in and single sign-on stand before the desk; behind its door a session of `desk.sessions` says who is
there.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from fastapi import FastAPI
from fastapi.responses import PlainTextResponse, RedirectResponse, Response
from sqlalchemy import Engine
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from paloverde.alarms.counting import Counted, place_of
from paloverde.desk.app import desk_app
from paloverde.desk.areas import PAGES
from paloverde.desk.attempts import KeptAttempts
from paloverde.desk.figures_door import PATH as METRICS
from paloverde.desk.figures_door import FiguresDoor
from paloverde.desk.newcomers import newcomers_of
from paloverde.desk.opened import Opened
from paloverde.desk.own_door import SIGN_IN, Cookie, OwnDoor, OwnEntrance
from paloverde.desk.own_password import change_password
from paloverde.desk.password_door import password_pages
from paloverde.desk.passwords import Choice
from paloverde.desk.people import Person, people_of
from paloverde.desk.rights import Act
from paloverde.desk.sessions import Sessions, sessions_of
from paloverde.desk.sign_in import Doorkeeper, guard, sign_in_pages
from paloverde.desk.single_sign_on import SingleSignOn
from paloverde.desk.visit import Here, Pages
from paloverde.platforms.conversation import Clock
from paloverde.settings import Settings

_HERE = ("localhost", "127.0.0.1", "::1")
_OTHER_HOST = (
    "The desk is not at this address: use the one that IT gave you. IT: PALOVERDE_DESK_ADDRESS names it, and "
    "the web server before the desk must pass on the host's name."
)
# Of an answer that says nothing else itself: nothing is loaded, framed or kept.
_STRICT = {
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}

# At the end of a session a browser forgets what it may have kept of this address after all, the pages that it
# would go back to as well. Of cookies only ours is taken: "cookies" would take those of the whole domain.
FORGET = {"Clear-Site-Data": '"cache", "storage"'}


class Service:
    """Two applications: sign-in, open to everybody, and the desk, which lets in who is signed in. Beside
    them, the figures for monitoring, behind a token.

    Both answer under the desk's own address alone, and on this machine: a page of elsewhere whose name was
    made to lead here (DNS rebinding) gets nothing.
    """

    def __init__(self, sign_in: ASGIApp, desk: ASGIApp, figures: ASGIApp, address: str | None) -> None:
        self._sign_in, self._desk, self._figures = sign_in, desk, figures
        own = urlsplit(address or "").hostname
        self._hosts = (*_HERE, own) if own else _HERE

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope.get("path") == METRICS:
            await self._figures(scope, receive, _strict(send))
            return
        if scope["type"] == "http" and not self._is_here(Headers(scope=scope).get("host", "")):
            await PlainTextResponse(_OTHER_HOST, 421)(scope, receive, _strict(send))
            return
        path = scope.get("path", "")
        is_outside = path == SIGN_IN or path.startswith(f"{SIGN_IN}/")
        await (self._sign_in if is_outside else self._desk)(scope, receive, _strict(send))

    def _is_here(self, host: str) -> bool:
        try:
            return urlsplit(f"//{host}").hostname in self._hosts
        except ValueError:  # no name of a host
            return False


def _strict(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            given = MutableHeaders(scope=message)
            for name, value in _STRICT.items():
                given.setdefault(name, value)
        await send(message)

    return sending


def service(settings: Settings, opened: Opened, books: Engine, clock: Clock) -> Service:
    """The whole service. `books` is the database of sessions."""
    sessions = sessions_of(settings, books, clock)
    tls = (settings.desk_address or "").startswith("https://")
    cookie = Cookie("paloverde_session", tls)
    entrance = OwnEntrance(settings, sessions, cookie)
    outside = FastAPI(title="Sign in", docs_url=None, redoc_url=None, openapi_url=None)
    attempts = KeptAttempts(books, clock)
    people = people_of(settings)
    doorkeeper = Doorkeeper(people, attempts)
    outside.include_router(sign_in_pages(doorkeeper, entrance))

    def change(person: Person, choice: Choice) -> Person:
        return change_password(people, person, choice, settings, opened())

    outside.include_router(password_pages(doorkeeper, entrance, change))
    if settings.oidc_issuer is not None:
        way, newcomers = Cookie("paloverde_way", tls), newcomers_of(settings, books, clock)
        outside.include_router(SingleSignOn(settings, entrance, newcomers, attempts, clock, way).routes())
    guard(outside, entrance)
    desk = desk_app(opened, OwnDoor(sessions, cookie), [*PAGES, _leaving(sessions, cookie)])
    counted = Counted(lambda: place_of(settings, clock(), opened))
    figures = FiguresDoor(settings.metrics_token, counted.page)
    return Service(outside, desk, figures, settings.desk_address)


def _leaving(sessions: Sessions, cookie: Cookie) -> Pages:
    pages = Pages()

    @pages.form("/sign-out", Act.LOOK)
    def sign_out(visit: Here) -> Response:
        """End the session, for the browser and for whoever has copied its cookie."""
        sessions.end(cookie.given(visit.request))
        response = RedirectResponse(SIGN_IN, 303, headers=FORGET)
        cookie.take(visit.request, response)
        return response

    return pages
