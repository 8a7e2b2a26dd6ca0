"""The desk inside Airflow: behind Airflow's sign-in, in Airflow's frame, mounted at `/paloverde`.

Airflow does not guard what a plugin mounts; the desk guards itself (`desk.app`), and asks Airflow who is
there.
"""

from __future__ import annotations

import hashlib
import os

from airflow.api_fastapi.app import get_auth_manager, get_cookie_path
from airflow.api_fastapi.auth.managers.base_auth_manager import COOKIE_NAME_JWT_TOKEN
from airflow.api_fastapi.core_api.security import resolve_user_from_token
from fastapi import FastAPI, HTTPException, Request
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from paloverde.desk.app import desk_app
from paloverde.desk.areas import PAGES
from paloverde.desk.opened import Opened
from paloverde.desk.visit import Visitor
from paloverde.installation import Installation, Purpose, open_installation
from paloverde.orchestration.airflow_rest import MARK, STARTED_BY, mark_of
from paloverde.orchestration.auth import CityUser
from paloverde.settings import load

ROUTE = "records"  # Airflow's page with the desk in its frame is /plugin/records, followed by the desk's path


class AirflowDoor:
    """Lets in whoever Airflow knows, by its token; forms are bound to that token."""

    framed = True

    async def visitor(self, request: Request) -> Visitor | None:
        token = _token(request)
        if not token:
            return None
        try:
            user = await resolve_user_from_token(token)
        except HTTPException:  # 401 or 403: made up, ended, signed out, or of somebody who was removed
            return None
        if not isinstance(user, CityUser):
            return None
        session = hashlib.sha256(b"paloverde desk session " + token.encode()).hexdigest()
        return Visitor(user.person, session)

    def sign_in(self, onward: str) -> str:
        """Airflow's sign-in page; afterwards the page stands in Airflow's frame, which has its address."""
        framed = f"{get_cookie_path().rstrip('/')}/plugin/{ROUTE}{onward}" if onward else None
        return get_auth_manager().get_url_login(next_url=framed)


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


def _open() -> Installation:
    return open_installation(load(os.environ), purpose=Purpose.WORK)  # a page that is read begins no archive


def airflows_desk() -> FastAPI:
    """The desk as Airflow's web server mounts it."""
    app = desk_app(Opened(_open), AirflowDoor(), PAGES)
    app.add_middleware(Marked)
    return app


app = airflows_desk()
