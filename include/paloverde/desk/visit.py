"""Somebody at the desk, and what one page or form of it may do.

The desk has two doors: Airflow's sign-in, where it stands in Airflow's frame, and its own. Behind either, a
page is a function of a `Visit`: who is there, the City's installation, and how to answer.

    pages = Pages()

    @pages.page("/holds", Act.SEE_HOLDS)
    def holds(visit: Here) -> Response:
        return visit.show("holds.html", title="Holds", holds=visit.city.holds.all())

    @pages.form("/holds/{hold}/release", Act.ORDER_HOLDS)
    def release(visit: Here, hold: str, why: Annotated[str, Form()]) -> Response:
        ...
        return visit.go(f"/holds/{hold}", told="The hold is released.")

Every route names its act (`desk_app` refuses others at its start); a form is taken from our own page alone.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Callable
from typing import Annotated, Any, NamedTuple, Protocol, TypeVar

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from fastapi.routing import APIRoute

from paloverde.desk.frame import page
from paloverde.desk.paces import Paces
from paloverde.desk.people import Person
from paloverde.desk.rights import Act, accounts_of, may
from paloverde.errors import PersonNeeded
from paloverde.installation import Installation
from paloverde.retention.holds import By

FORM_TOKEN = "form_token"  # noqa: S105 - the name of a field
TOLD = "paloverde_told"  # the cookie with what the next page tells
_MOST_TOLD = 1_000  # characters
_HALF = 32  # letters of a form's token: 128 bits that are used once, and 128 that prove them
Handler = TypeVar("Handler", bound=Callable[..., Any])


class NotAllowed(Exception):
    """The person's role does not have it. `args` is the sentence."""


class Visitor(NamedTuple):
    """Somebody who is signed in. `session` is a secret of this sign-in, to which forms are bound."""

    person: Person
    session: str


class Door(Protocol):
    """Where people come in."""

    @property
    def framed(self) -> bool:
        """Whether pages stand in Airflow's frame, which has a menu and a way out of its own."""

    async def visitor(self, request: Request) -> Visitor | None:
        """Who is there; None where nobody is signed in, any more or yet."""

    def sign_in(self, onward: str) -> str:
        """The address of the sign-in page, which leads on to `onward` afterwards."""


class Desk(NamedTuple):
    """What all pages share."""

    city: Callable[[], Installation]
    door: Door
    paces: Paces


class Visit:
    """One request of somebody who is signed in and may do the act that its route names."""

    def __init__(self, request: Request, desk: Desk, visitor: Visitor) -> None:
        self.request, self._desk = request, desk
        self.person, self._session = visitor.person, visitor.session

    @property
    def city(self) -> Installation:
        """The City's installation, open."""
        return self._desk.city()

    @property
    def by(self) -> By:
        """Who acts, as papers and the ledger name the person."""
        who = self.person
        return By(who.name, who.role.value, f"desk ({who.username})", who.username)

    @property
    def actor(self) -> str:
        return self.by.actor

    def may(self, act: Act, account: str | None = None) -> bool:
        return may(self.person, act, account)

    def need(self, act: Act, account: str | None = None) -> None:
        """Refuse where the person may not: for what only part of a page, or one account, needs."""
        if not self.may(act, account):
            raise NotAllowed(refusal(self.person, act, account))

    def opens(self, path: str) -> bool:
        """Whether the desk has a page of that address, and the person may open it."""
        place = path.partition("?")[0]
        found = (
            route
            for route in self.request.app.routes
            if isinstance(route, APIRoute) and "GET" in route.methods and route.path_regex.match(place)
        )
        page = next(found, None)
        return page is not None and self.may((page.openapi_extra or {})["act"])

    def accounts(self, asked: tuple[str, ...] = ()) -> tuple[str, ...]:
        """The accounts a look is narrowed to; empty means all."""
        return accounts_of(self.person, asked)

    def pace(self, what: str) -> None:
        """Count a costly look; raises `TooFast` where one person takes too many in a minute."""
        self._desk.paces.take(self.person.username, what)

    def url(self, path: str) -> str:
        """An address of the desk, wherever it is mounted."""
        return f"{self.request.scope.get('root_path', '')}{path}"

    def show(self, template: str, status: int = 200, **facts: Any) -> HTMLResponse:
        """A page. `title` is among the facts; what the last form told is shown on top, once."""
        told = unsealed(self._session, self.request.cookies.get(TOLD, ""))
        content = page(
            template,
            {"visit": self, "told": told, "form_token": form_token(self._session)} | facts,
            framed=self._desk.door.framed,
        )
        response = HTMLResponse(content, status)
        if told:
            response.delete_cookie(TOLD, path=self.url("/"))
        return response

    def go(self, path: str, told: str = "") -> Response:
        """After a form: on to a page, which tells what came of it."""
        response = RedirectResponse(self.url(path), 303)
        if told:
            value = sealed(self._session, told[:_MOST_TOLD])
            secure = self.request.url.scheme == "https"
            response.set_cookie(
                TOLD, value, path=self.url("/"), max_age=60, httponly=True, samesite="strict", secure=secure
            )
        return response


def refusal(person: Person, act: Act, account: str | None = None) -> str:
    """Why somebody may not, and who can help."""
    role = person.role.value.replace("_", " ")
    if account and may(person, act):
        return f"Your sign-in does not open the account {account}. IT can change that."
    return f"You are signed in as {role}, and that role may not {act.value}. IT can tell who may."


def form_token(session: str) -> str:
    """What a form of ours carries; who does not know the session cannot make it.

    It is another one each time: one that stood on every page could be guessed letter by letter from how well
    pages compress (the BREACH attack), since a page also repeats what its address says.
    """
    once = secrets.token_hex(_HALF // 2)
    return once + _second_half(session, once)


def is_form_token(session: str, given: str) -> bool:
    """Whether a form carries a token of this session."""
    expected = _second_half(session, given[:_HALF])
    return hmac.compare_digest(given[_HALF:].encode(), expected.encode())


def _second_half(session: str, once: str) -> str:
    made = hmac.new(session.encode(), b"paloverde desk form " + once.encode(), hashlib.sha256)
    return made.hexdigest()[:_HALF]


def sealed(session: str, text: str) -> str:
    """A text for a cookie, that only this session can have made."""
    body = base64.urlsafe_b64encode(text.encode()).decode()
    return f"{_mark(session, body)}.{body}"


def unsealed(session: str, value: str) -> str:
    """The text; nothing where it is not of this session."""
    mark, _, body = value.partition(".")
    if not body or not hmac.compare_digest(mark.encode(), _mark(session, body).encode()):
        return ""
    return base64.urlsafe_b64decode(body.encode()).decode()


def _mark(session: str, body: str) -> str:
    return hmac.new(session.encode(), b"paloverde desk told " + body.encode(), hashlib.sha256).hexdigest()


class Pages(APIRouter):
    """Routes of the desk, each with its act."""

    def page(self, path: str, act: Act) -> Callable[[Handler], Handler]:
        """A page that is looked at."""
        return self._route(path, act, "GET", _allowed(act))

    def form(self, path: str, act: Act) -> Callable[[Handler], Handler]:
        """A form that changes something."""
        return self._route(path, act, "POST", _allowed(act), _from_us)

    def _route(self, path: str, act: Act, method: str, *guards: Any) -> Callable[[Handler], Handler]:
        def add(handler: Handler) -> Handler:
            self.add_api_route(
                path,
                handler,
                methods=[method],
                response_model=None,
                dependencies=[Depends(guard) for guard in guards],
                openapi_extra={"act": act},
            )
            return handler

        return add


def _allowed(act: Act) -> Callable[[Request], None]:
    def allowed(request: Request) -> None:
        visit = visit_of(request)
        if not visit.may(act):
            raise NotAllowed(refusal(visit.person, act))

    return allowed


async def _from_us(request: Request) -> None:
    """Refuse a form that another site's page sent, or an old one of another sign-in."""
    form = await request.form()
    is_our_token = is_form_token(request.state.visitor.session, str(form.get(FORM_TOKEN, "")))
    strange = request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none")
    if strange or not is_our_token:
        raise PersonNeeded("This form is out of date: open the page again and repeat what you did.")


def visit_of(request: Request) -> Visit:
    """The visit of a request that the door let in."""
    return Visit(request, request.app.state.desk, request.state.visitor)


Here = Annotated[Visit, Depends(visit_of)]
