"""Airflow's sign-in, mounted by Airflow at `/auth`: the page of `desk.sign_in`, and tokens for programs."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from airflow.api_fastapi.app import get_cookie_path
from airflow.api_fastapi.auth.managers.base_auth_manager import COOKIE_NAME_JWT_TOKEN
from airflow.api_fastapi.core_api.security import is_safe_url
from airflow.configuration import conf
from fastapi import APIRouter, FastAPI, HTTPException, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, SecretStr

from paloverde.desk.attempts import Failures
from paloverde.desk.password_door import Change, password_pages
from paloverde.desk.people import Person
from paloverde.desk.sign_in import Doorkeeper, Known, Refused, guard, own_page, place_of, sign_in_pages

Issue = Callable[[Person, str], str]


class _Credentials(BaseModel):
    username: str
    password: SecretStr


class AirflowEntrance:
    """Opens Airflow: the session is a token of Airflow's own, in its own cookie."""

    path = "/login"
    passwords = True

    def __init__(self, issue: Issue) -> None:
        self._issue = issue

    def elsewhere(self, asked: str) -> str:
        """Airflow has no single sign-on of ours."""
        del asked
        return ""

    def onward(self, request: Request, asked: str) -> str:
        """A page of this server, which Airflow names by its full address."""
        try:
            if not asked or not is_safe_url(asked, request=request):
                return get_cookie_path()
            path = urlsplit(asked)._replace(scheme="", netloc="").geturl()
        except ValueError:  # no address at all: `http://[`
            return get_cookie_path()
        is_ours = own_page(path) == path  # what is left may name another server again: `//evil.example`
        return path if is_ours else get_cookie_path()

    def open(self, request: Request, response: Response, person: Person) -> None:
        give_token(request, response, self._issue(person, "api"))


def give_token(request: Request, response: Response, token: str) -> None:
    """Give a browser the token that opens Airflow to it."""
    secure = request.url.scheme == "https" or bool(conf.get("api", "ssl_cert", fallback=""))
    response.set_cookie(
        COOKIE_NAME_JWT_TOKEN,
        token,
        path=get_cookie_path(),
        httponly=True,
        samesite="lax",
        secure=secure,
    )


def sign_in_app(people: Known, attempts: Failures, issue: Issue, change: Change) -> FastAPI:
    """The application: `GET` and `POST` of `/login` and `/login/password` for people, `POST` of `/token` and
    `/token/cli` for programs.
    """
    app = FastAPI(title="Sign in", docs_url=None, redoc_url=None, openapi_url=None)
    doorkeeper, entrance = Doorkeeper(people, attempts), AirflowEntrance(issue)
    app.include_router(sign_in_pages(doorkeeper, entrance))
    app.include_router(password_pages(doorkeeper, entrance, change))
    app.include_router(_for_programs(doorkeeper, issue))
    app.add_api_route("/left", left, methods=["GET"], response_model=None)
    guard(app, entrance)
    return app


def left() -> Response:
    """After signing out: the browser forgets its cookie, and the pages that it would go back to. What it
    keeps of Airflow's looks (colours, columns) stays.
    """
    response = RedirectResponse(
        "login", 303, headers={"Cache-Control": "no-store", "Clear-Site-Data": '"cache"'}
    )
    for path in {get_cookie_path(), "/"}:  # older ones of Airflow's lay at the root
        response.delete_cookie(COOKIE_NAME_JWT_TOKEN, path=path, httponly=True)
    return response


def _for_programs(doorkeeper: Doorkeeper, issue: Issue) -> APIRouter:
    router = APIRouter()

    @router.post("/token", status_code=201)
    @router.post("/token/cli", status_code=201)
    def token(request: Request, credentials: _Credentials) -> dict[str, str]:
        try:
            person = doorkeeper.admit(
                credentials.username, credentials.password.get_secret_value(), place_of(request)
            )
        except Refused as refused:
            raise HTTPException(refused.code, refused.sentence, refused.headers) from None
        kind = "cli" if request.url.path.endswith("/cli") else "api"
        return {"access_token": issue(person, kind)}

    return router
