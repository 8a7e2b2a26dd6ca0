"""The sign-in page: the same at Airflow's door and at the desk's own, which differ in what they open.

No script runs on the page. The session cookie cannot be read by scripts (HttpOnly), is not sent along by
other sites' forms (SameSite=Lax), and goes over TLS only where the page itself did.
"""

from __future__ import annotations

import logging
from threading import BoundedSemaphore
from typing import Annotated, Protocol
from urllib.parse import urlsplit

from fastapi import APIRouter, FastAPI, Form, Request, status
from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from paloverde.desk.attempts import Failures
from paloverde.desk.people import Person
from paloverde.desk.sign_in_page import HEADERS, change_page, page
from paloverde.desk.unsent import UNSENT
from paloverde.errors import PaloverdeError

log = logging.getLogger(__name__)

WRONG = "The username or the password is not right. Check both and try again; IT can give you a new password."
ELSEWHERE = "This form was sent from another site. Sign in on this page."
BROKEN = "Nobody can sign in just now: the list of users cannot be read. Tell IT; the server's log says why."
NO_PASSWORDS = "Nobody signs in here with a password: use the City’s account."
FIRST = "This password is the one that IT gave you: choose one of your own on the sign-in page first."
CHANGE_PATH = "/password"  # after the path of the sign-in page: where a password is changed
# Each check takes 64 MiB and a core for a moment: two at a time, whatever comes in.
_TURN = BoundedSemaphore(2)
_LARGEST_FORM = 16_384
_LONGEST_NAME = 31 + 1 + 64  # of a city, a slash, a username


class Refused(Exception):
    """A sign-in that is not to be. `sentence` says why; `code` is the HTTP status."""

    def __init__(self, sentence: str, code: int, wait: int = 0) -> None:
        super().__init__(sentence)
        self.sentence, self.code = sentence, code
        self.headers = {"Retry-After": str(wait)} if wait else {}


class FirstPassword(Refused):
    """The password is right, and one that IT gave: it signs nobody in, and is changed first."""

    def __init__(self) -> None:
        super().__init__(FIRST, status.HTTP_403_FORBIDDEN)


class Entrance(Protocol):
    """What a door does with whoever has signed in. `path` is its sign-in page; `elsewhere` gives the address
    of the City's single sign-on, empty where there is none; without `passwords` that is the only way.
    """

    @property
    def path(self) -> str: ...

    @property
    def passwords(self) -> bool: ...

    def elsewhere(self, asked: str) -> str: ...

    def onward(self, request: Request, asked: str) -> str:
        """Where to go after signing in: a page of this server, never another."""

    def open(self, request: Request, response: Response, person: Person) -> None:
        """Begin a session, and give the browser its cookie."""


class Known(Protocol):
    """Who may sign in: `people.People`, or those of many cities."""

    def find(self, username: str, /) -> Person | None: ...

    def check(self, username: str, password: str, /) -> Person | None: ...


class Doorkeeper:
    """Lets in whoever knows a password, and makes those wait who guess."""

    def __init__(self, people: Known, attempts: Failures) -> None:
        self._people = people
        self._attempts = attempts

    def admit(self, username: str, password: str, place: str) -> Person:
        """The person, signed in, or `Refused`."""
        person = self.known(username, password, place)
        if person.temporary:
            raise FirstPassword
        log.info("%s signed in from %s.", person.username, place)
        return person

    def known(self, username: str, password: str, place: str) -> Person:
        """Whose username and password these are, a first password, too; or `Refused`."""
        username = username.strip().lower()[:_LONGEST_NAME]
        refuse_guesses(self._attempts, username, place)
        with _TURN:
            refuse_guesses(self._attempts, username, place)  # others may have guessed while this one waited
            person = self._people.check(username, password)
            if person is None:
                self._attempts.failed(username, place)
        if person is None:
            known = self._people.find(username) is not None  # a typed-in password must not reach the log
            log.warning(
                "Sign-in refused for %s from %s.", username if known else "an unknown username", place
            )
            raise Refused(WRONG, status.HTTP_401_UNAUTHORIZED)
        self._attempts.succeeded(username, place)
        return person


def sign_in_pages(doorkeeper: Doorkeeper, entrance: Entrance) -> APIRouter:
    """`GET` and `POST` of the sign-in page."""
    router = APIRouter(default_response_class=HTMLResponse)

    @router.get(entrance.path)
    def show(request: Request, next: str = "") -> HTMLResponse:  # noqa: A002 - the name that Airflow's UI uses
        return sign_in_page(request, entrance, next)

    @router.post(entrance.path)
    def sign_in(
        request: Request,
        username: Annotated[str, Form()] = "",
        password: Annotated[str, Form()] = "",
        next: Annotated[str, Form()] = "",  # noqa: A002
    ) -> Response:
        try:
            refuse_strange_forms(request)
            refuse_passwords(entrance)
            person = doorkeeper.admit(username, password, place_of(request))
        except FirstPassword:
            return password_page(request, entrance, next, username, is_first=True)
        except Refused as refused:
            return sign_in_page(request, entrance, next, username, refused)
        response = RedirectResponse(
            entrance.onward(request, next), 303, headers={"Cache-Control": "no-store"}
        )
        entrance.open(request, response, person)
        return response

    return router


def sign_in_page(
    request: Request,
    entrance: Entrance,
    asked: str = "",
    username: str = "",
    refused: Refused | None = None,
) -> HTMLResponse:
    """The page; after a refusal with its sentence."""
    content = page(
        action=_from_here(request, entrance.path),
        change=_from_here(request, entrance.path + CHANGE_PATH),
        next=asked,
        username=username,
        error=refused.sentence if refused else "",
        elsewhere=entrance.elsewhere(asked),
        passwords=entrance.passwords,
        kept=f"{UNSENT}=" in asked,
    )
    more = refused.headers if refused else {}
    return HTMLResponse(content, refused.code if refused else 200, headers=HEADERS | more)


def password_page(
    request: Request,
    entrance: Entrance,
    asked: str = "",
    username: str = "",
    refused: Refused | None = None,
    *,
    is_first: bool = False,
) -> HTMLResponse:
    """The page on which a password is changed; after a refusal with its sentence."""
    content = change_page(
        action=_from_here(request, entrance.path + CHANGE_PATH),
        back=_from_here(request, entrance.path),
        next=asked,
        username=username,
        error=refused.sentence if refused else "",
        is_first=is_first,
    )
    code = refused.code if refused else 403 if is_first else 200
    return HTMLResponse(content, code, headers=HEADERS | (refused.headers if refused else {}))


def _from_here(request: Request, path: str) -> str:
    """A page before signing in as a link of this one, wherever the application is mounted."""
    here = str(request.scope["path"]).removeprefix(request.scope.get("root_path", ""))
    return "../" * (here.count("/") - 1) + path.removeprefix("/")


def guard(app: FastAPI, entrance: Entrance) -> None:
    """What surrounds sign-in: large bodies are turned away, trouble is told in words."""

    async def broken(request: Request, error: Exception) -> Response:
        log.error("%s", error)
        if request.headers.get("content-type", "").startswith("application/json"):  # a program's
            return JSONResponse({"detail": BROKEN}, 503)
        return sign_in_page(request, entrance, refused=Refused(BROKEN, 503))

    app.add_exception_handler(PaloverdeError, broken)
    app.add_middleware(SmallBodies)


class SmallBodies:
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


def refuse_guesses(attempts: Failures, username: str, place: str) -> None:
    """`Refused` where somebody has failed too often of late; without a username only the place counts."""
    wait = attempts.must_wait(username, place)
    if wait:
        raise Refused(f"Too many tries. Wait {_minutes(wait)}, then try again.", 429, wait)


def place_of(request: Request) -> str:
    """The address that somebody comes from."""
    return request.client.host if request.client else "nowhere"


def own_page(asked: str) -> str:
    """The path of a page of this server; the first page where the address leads anywhere else.

    One slash and no second one: a browser takes two, or a backslash, for the beginning of a server's name.
    """
    is_path = asked.startswith("/") and asked[1:2] not in ("/", "\\") and asked.isprintable()
    return asked if is_path else "/"


def refuse_strange_forms(request: Request) -> None:
    """Refuse a form that another site's page sent."""
    origin = request.headers.get("origin")
    if origin and urlsplit(origin).netloc != request.headers.get("host"):
        raise Refused(ELSEWHERE, status.HTTP_403_FORBIDDEN)
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise Refused(ELSEWHERE, status.HTTP_403_FORBIDDEN)


def refuse_passwords(entrance: Entrance) -> None:
    """Refuse every password where single sign-on is the only way."""
    if not entrance.passwords:
        raise Refused(NO_PASSWORDS, status.HTTP_403_FORBIDDEN)


def _minutes(seconds: int) -> str:
    return "a minute" if seconds <= 60 else f"{-(-seconds // 60)} minutes"
