"""Somebody who is signed in at the desk, and how a page of it answers them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from html import escape
from typing import Any, NamedTuple, Protocol

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from fastapi.routing import APIRoute

from paloverde.desk.frame import page
from paloverde.desk.paces import Paces
from paloverde.desk.people import Person
from paloverde.desk.refilled import refilled
from paloverde.desk.rights import MAY, Act, accounts_of, may
from paloverde.desk.tokens import form_token, sealed, unsealed
from paloverde.desk.unsent import UNSENT, Shelf, Unsent
from paloverde.installation import Installation
from paloverde.retention.holds import By

TOLD = "paloverde_told"  # the cookie with what the next page tells
_MOST_TOLD = 1_000  # characters
_MAIN = '<main id="main" tabindex="-1">'
_LONGEST = 2_000  # characters of an address that a form is found at again


class NotAllowed(Exception):
    """The person's role does not have it. `args` is the sentence."""


class NotThere(Exception):
    """What stood there is gone. `args` is the sentence."""


class Visitor(NamedTuple):
    """Somebody who is signed in. `session` is a secret of this sign-in, to which forms are bound;
    `by_password` says that a password opened it, and not the City's single sign-on.
    """

    person: Person
    session: str
    by_password: bool = True


class Door(Protocol):
    """Where people come in."""

    @property
    def framed(self) -> bool:
        """Whether pages stand in Airflow's frame, which has a menu and a way out of its own."""

    async def visitor(self, request: Request) -> Visitor | None:
        """Who is there; None where nobody is signed in, any more or yet."""

    def sign_in(self, onward: str) -> str:
        """The address of the sign-in page, which leads on to `onward` afterwards."""

    def anew(self, request: Request, response: Response, person: Person) -> Visitor:
        """Begin the sign-in anew, after it was ended with all others by a new password: the answer gives the
        browser what opens it.
        """


class Desk(NamedTuple):
    """What all pages share."""

    city: Callable[[], Installation]
    door: Door
    paces: Paces

    def unsent(self) -> Shelf:
        """The forms that were not taken because a sign-in was over."""
        return Shelf(self.city().settings.home / "desk")


class Visit:
    """One request of somebody who is signed in and may do the act that its route names."""

    def __init__(self, request: Request, desk: Desk, visitor: Visitor) -> None:
        self.request, self.desk = request, desk
        self.person, self.session, self.by_password = visitor

    @property
    def city(self) -> Installation:
        """The City's installation, open."""
        return self.desk.city()

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
        self.desk.paces.take(self.person.username, what)

    def url(self, path: str) -> str:
        """An address of the desk, wherever it is mounted."""
        return f"{self.request.scope.get('root_path', '')}{path}"

    @property
    def here(self) -> str:
        """The address at the desk at which this page is found again."""
        if answer := self._state().get("answer"):  # of a form: see `desk.answers`
            return f"/answers/{answer}"
        path, query = self.request.scope["path"], self.request.url.query
        path = str(path).removeprefix(self.request.scope.get("root_path", ""))
        return f"{path}?{query}" if query and len(query) < _LONGEST else path

    def show(self, template: str, status: int = 200, **facts: Any) -> HTMLResponse:
        """A page. `title` is among the facts; what the last form told is shown on top, once."""
        unsent = self._unsent()
        told = unsealed(self.session, self.request.cookies.get(TOLD, "")) or (
            _waited(unsent) if unsent else ""
        )
        content = page(
            template,
            {
                "visit": self,
                "told": told,
                "form_token": self.token,
                "form_from": self._mark,
                "chosen": self._state().get("files", {}),
            }
            | facts,
            framed=self.desk.door.framed,
        )
        response = HTMLResponse(self._filled(content, unsent), status)
        if told:
            response.delete_cookie(TOLD, path=self.url("/"))
        return response

    def refilled(self, content: str) -> str:
        """A page that was made before, with the form filled in that its address names."""
        unsent = self._unsent()
        if unsent is None:
            return content
        told = f'{_MAIN}\n<div class="usa-alert" role="status"><p>{escape(_waited(unsent))}</p></div>'
        return self._filled(content.replace(_MAIN, told, 1), unsent)

    def go(self, path: str, told: str = "") -> Response:
        """After a form: on to a page, which tells what came of it."""
        return self.onward(self.url(path), told)

    def onward(self, location: str, told: str) -> Response:
        """The same to an address as a browser has it."""
        response = RedirectResponse(location, 303)
        if told:
            self.tell(response, told)
        return response

    def tell(self, response: Response, told: str) -> None:
        """Have the next page tell what came of a form."""
        self.request.state.told = told[:_MOST_TOLD]
        value = sealed(self.session, told[:_MOST_TOLD])
        secure = self.request.url.scheme == "https"
        response.set_cookie(
            TOLD, value, path=self.url("/"), max_age=60, httponly=True, samesite="strict", secure=secure
        )

    def once(self, answer: Response, onward: str) -> Response:
        """An answer to a form that holds a secret: it is shown, and kept no longer. Whoever goes back to it
        comes to the page `onward`.
        """
        self.request.state.once = onward
        return answer

    def token(self) -> str:
        """The token of one form, with a number of its own."""
        return form_token(self.session)

    def _state(self) -> Mapping[str, Any]:
        """What was found out about this request so far: see `desk.answers`, `desk.forms`."""
        found: Mapping[str, Any] = self.request.scope.get("state", {})
        return found

    def _mark(self) -> str:
        return self.desk.unsent().mark(self.person.username, self.here)

    def _unsent(self) -> Unsent | None:
        """The form of somebody's that this page is asked to show filled in."""
        id_ = self.request.query_params.get(UNSENT, "") if "query_string" in self.request.scope else ""
        return self.desk.unsent().get(id_, self.person.username) if id_ else None

    def _filled(self, content: str, unsent: Unsent | None) -> str:
        return refilled(content, self.url(unsent.action), unsent.fields) if unsent else content


def _waited(unsent: Unsent) -> str:
    """What stands on top of a page with a form that was not taken."""
    files = ", ".join(unsent.files)
    again = f" Choose the file again: {files}." if len(unsent.files) == 1 else ""
    again = f" Choose the files again: {files}." if len(unsent.files) > 1 else again
    return (
        "Your sign-in was over when you sent this form, and nothing was filed. What you had typed stands in "
        f"it again.{again} Look at it, and press the button once more."
    )


def refusal(person: Person, act: Act, account: str | None = None) -> str:
    """Why somebody may not, and who can help."""
    role = person.role.words
    if account and may(person, act):
        return f"Your sign-in does not open the account {account}. IT can change that."
    if person.accounts and act in MAY[person.role]:
        names = ", ".join(person.accounts)
        return (
            f"Your sign-in opens the records of {names} alone, and with it you may not {act.value}: that "
            "concerns all accounts. IT can change that."
        )
    return f"You are signed in as {role}, and that role may not {act.value}. IT can tell who may."
