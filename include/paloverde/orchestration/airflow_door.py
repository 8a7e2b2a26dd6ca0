"""The desk inside Airflow: behind Airflow's sign-in, in Airflow's frame, mounted at `/paloverde`.

Airflow does not guard what a plugin mounts; the desk guards itself (`desk.app`), and asks Airflow who is
there.
"""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Mapping

import msgspec
from airflow.api_fastapi.app import get_auth_manager, get_cookie_path
from airflow.api_fastapi.auth.managers.base_auth_manager import COOKIE_NAME_JWT_TOKEN
from airflow.api_fastapi.core_api.security import resolve_user_from_token
from fastapi import FastAPI, HTTPException, Request, Response
from msgspec.structs import replace
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from paloverde.desk.app import desk_app
from paloverde.desk.areas import PAGES
from paloverde.desk.opened import Opened
from paloverde.desk.people import Person
from paloverde.desk.visit import Visitor
from paloverde.orchestration.airflow_rest import MARK, STARTED_BY, mark_of
from paloverde.orchestration.auth import CityAuthManager, CityUser
from paloverde.orchestration.cities import City, served
from paloverde.orchestration.residents import city_and_username, name_in, opening
from paloverde.orchestration.sign_in import give_token

ROUTE = "records"  # Airflow's page with the desk in its frame is /plugin/records, followed by the desk's path


class AirflowDoor:
    """Lets in whoever Airflow knows as somebody of this city, by its token; forms are bound to that token."""

    framed = True

    def __init__(self, city: City = None) -> None:
        self._city = city

    async def visitor(self, request: Request) -> Visitor | None:
        token = _token(request)
        person = await _known(token)
        if person is None:
            return None
        city, username = city_and_username(person.username)
        if city != self._city:
            return None
        return Visitor(replace(person, username=username), _session(token))

    def sign_in(self, onward: str) -> str:
        """Airflow's sign-in page; afterwards the page stands in Airflow's frame, which has its address."""
        framed = f"{get_cookie_path().rstrip('/')}/plugin/{ROUTE}{onward}" if onward else None
        return get_auth_manager().get_url_login(next_url=framed)

    def anew(self, request: Request, response: Response, person: Person) -> Visitor:
        manager = get_auth_manager()
        if not isinstance(manager, CityAuthManager):
            raise TypeError(f"The desk stands behind {CityAuthManager.__name__} alone, not {type(manager)}.")
        token = manager.issue(replace(person, username=name_in(self._city, person.username)), "api")
        give_token(request, response, token)
        return Visitor(person, _session(token))


class Desks:
    """Leads each person to the desk of the city that their token names, true or not: the desk's door looks.

    So what somebody typed whose sign-in is over is kept by the desk on which they typed it. Whoever is of no
    city finds the sign-in.
    """

    def __init__(self, desks: Mapping[City, ASGIApp]) -> None:
        self._desks = desks

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        city, _ = city_and_username(_claimed(_token(Request(scope))) if scope["type"] == "http" else "")
        desk = self._desks.get(city) or next(iter(self._desks.values()))
        await desk(scope, receive, send)


class Marked:
    """Shows with every answer, refusals too, who started this Airflow: see `airflow_rest`."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def marking(message: Message) -> None:
            secret = os.environ.get(STARTED_BY)
            if secret and message["type"] == "http.response.start":
                MutableHeaders(scope=message)[MARK] = mark_of(secret)
            await send(message)

        await self._app(scope, receive, marking)


def _token(request: Request) -> str:
    """What a program sends as a header counts before the cookie, as everywhere in Airflow."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else request.cookies.get(COOKIE_NAME_JWT_TOKEN, "")


class _Claims(msgspec.Struct):
    """What a token of Airflow's says, as far as it leads somewhere."""

    sub: str = ""


def _claimed(token: str) -> str:
    """The name that a token was given for, or that somebody made up; "" where it is no token."""
    try:
        claims = token.split(".")[1]
        said = base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4))
        return msgspec.json.decode(said, type=_Claims).sub
    except (IndexError, ValueError, msgspec.DecodeError, RecursionError):
        return ""


def _session(token: str) -> str:
    """What forms are bound to: told by the token, which it does not tell."""
    return hashlib.sha256(b"paloverde desk session " + token.encode()).hexdigest()


async def _known(token: str) -> Person | None:
    """Whom Airflow knows by a token, under the name that they signed in with."""
    try:
        user = await resolve_user_from_token(token) if token else None
    except HTTPException:  # 401 or 403: made up, ended, signed out, or of somebody who was removed
        return None
    return user.person if isinstance(user, CityUser) else None


def airflows_desk() -> FastAPI:
    """The desk as Airflow's web server mounts it: of the one city, or of each."""
    desks = {city: desk_app(Opened(opening(city)), AirflowDoor(city), PAGES) for city in served()}
    if len(desks) == 1:
        app = next(iter(desks.values()))
    else:
        app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
        app.mount("/", Desks(desks))
    app.add_middleware(Marked)
    return app


app = airflows_desk()
