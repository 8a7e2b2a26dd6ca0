"""The desk inside Airflow: behind Airflow's sign-in, in Airflow's frame, mounted at `/paloverde`.

Airflow does not guard what a plugin mounts; the desk guards itself (`desk.app`), and asks Airflow who is
there.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping

from airflow.api_fastapi.app import get_auth_manager, get_cookie_path
from airflow.api_fastapi.auth.managers.base_auth_manager import COOKIE_NAME_JWT_TOKEN
from airflow.api_fastapi.core_api.security import resolve_user_from_token
from fastapi import FastAPI, HTTPException, Request
from msgspec.structs import replace
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from paloverde.desk.app import desk_app
from paloverde.desk.areas import PAGES
from paloverde.desk.opened import Opened
from paloverde.desk.people import Person
from paloverde.desk.visit import Visitor
from paloverde.installation import Installation, Purpose, open_installation
from paloverde.orchestration.airflow_rest import MARK, STARTED_BY, mark_of
from paloverde.orchestration.auth import CityUser
from paloverde.orchestration.cities import City, served
from paloverde.orchestration.residents import city_and_username
from paloverde.settings import load, load_city

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
        session = hashlib.sha256(b"paloverde desk session " + token.encode()).hexdigest()
        return Visitor(replace(person, username=username), session)

    def sign_in(self, onward: str) -> str:
        """Airflow's sign-in page; afterwards the page stands in Airflow's frame, which has its address."""
        framed = f"{get_cookie_path().rstrip('/')}/plugin/{ROUTE}{onward}" if onward else None
        return get_auth_manager().get_url_login(next_url=framed)


class Desks:
    """Leads each person to the desk of their own city; whoever is of none finds the sign-in."""

    def __init__(self, desks: Mapping[City, ASGIApp]) -> None:
        self._desks = desks

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        person = await _known(_token(Request(scope))) if scope["type"] == "http" else None
        city, _ = city_and_username(person.username) if person else (None, "")
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


async def _known(token: str) -> Person | None:
    """Whom Airflow knows by a token, under the name that they signed in with."""
    try:
        user = await resolve_user_from_token(token) if token else None
    except HTTPException:  # 401 or 403: made up, ended, signed out, or of somebody who was removed
        return None
    return user.person if isinstance(user, CityUser) else None


def opening(city: City) -> Callable[[], Installation]:
    """A page that is read begins no archive."""

    def opened() -> Installation:
        settings = load_city(city, os.environ) if city else load(os.environ)
        return open_installation(settings, purpose=Purpose.WORK)

    return opened


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
