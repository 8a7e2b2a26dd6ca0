"""The door of the desk's own service: a cookie that opens a session of `desk.sessions`."""

from __future__ import annotations

import logging
from typing import NamedTuple
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from paloverde.desk.people import Person
from paloverde.desk.sessions import Sessions
from paloverde.desk.sign_in import own_page
from paloverde.desk.visit import Visitor
from paloverde.errors import PaloverdeError
from paloverde.settings import Settings

SIGN_IN, START, BACK = "/sign-in", "/sign-in/city", "/sign-in/back"
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

    def anew(self, request: Request, response: Response, person: Person) -> Visitor:
        secret = self._sessions.begin(person)
        self._cookie.give(request, response, secret)
        return Visitor(person, secret)


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

    def open(self, request: Request, response: Response, person: Person, subject: str = "") -> None:
        """Begin a session with a secret of its own; whatever the browser had before is over.

        `subject` is set for who came by single sign-on: see `desk.newcomers`.
        """
        if old := self._cookie.given(request):
            self._sessions.end(old)
        secret = self._sessions.begin(person, subject)
        self._cookie.give(request, response, secret)
