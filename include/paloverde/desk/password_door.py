"""Changing a password before signing in: for whoever has one that IT gave, and for all who know theirs.

The page lies beside the sign-in page, at both doors. It signs in nobody who does not know the password.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Form, Request, status
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from paloverde.desk.passwords import Choice, Unfit
from paloverde.desk.people import Person
from paloverde.desk.sign_in import (
    CHANGE_PATH,
    Doorkeeper,
    Entrance,
    Refused,
    password_page,
    place_of,
    refuse_passwords,
    refuse_strange_forms,
    sign_in_page,
)
from paloverde.errors import PaloverdeError

# Gives somebody the password of their choice; `Unfit` where it is not taken.
Change = Callable[[Person, Choice], Person]
_NOT_NOW = (
    "Your password cannot be changed just now, and the one until now stays. Try again in a minute; if it "
    "stays so, tell IT: the server's log says why."
)
_LOG = logging.getLogger(__name__)


def password_pages(doorkeeper: Doorkeeper, entrance: Entrance, change: Change) -> APIRouter:
    """`GET` and `POST` of the page."""
    router = APIRouter(default_response_class=HTMLResponse)

    @router.get(entrance.path + CHANGE_PATH)
    def show(request: Request, next: str = "") -> HTMLResponse:  # noqa: A002 - as the sign-in page has it
        try:
            refuse_passwords(entrance)
        except Refused as refused:
            return sign_in_page(request, entrance, next, refused=refused)
        return password_page(request, entrance, next)

    @router.post(entrance.path + CHANGE_PATH)
    def choose(
        request: Request,
        username: Annotated[str, Form()] = "",
        current: Annotated[str, Form()] = "",
        new: Annotated[str, Form()] = "",
        again: Annotated[str, Form()] = "",
        next: Annotated[str, Form()] = "",  # noqa: A002
    ) -> Response:
        place = place_of(request)
        try:
            refuse_strange_forms(request)
            refuse_passwords(entrance)
            person = doorkeeper.known(username, current, place)
            changed = _changed(change, person, Choice(current, new, again))
        except Refused as refused:
            return password_page(request, entrance, next, username, refused)
        _LOG.info("%s changed the password, and signed in from %s.", changed.username, place)
        onward = entrance.onward(request, next)
        response = RedirectResponse(onward, 303, headers={"Cache-Control": "no-store"})
        entrance.open(request, response, changed)
        return response

    return router


def _changed(change: Change, person: Person, choice: Choice) -> Person:
    try:
        return change(person, choice)
    except Unfit as unfit:
        raise Refused(str(unfit), status.HTTP_400_BAD_REQUEST) from None
    except PaloverdeError as error:
        _LOG.error("The password of %s was not changed: %s", person.username, error)
        raise Refused(_NOT_NOW, status.HTTP_503_SERVICE_UNAVAILABLE) from None
