"""Somebody's own password. Who came by the City's single sign-on has none here."""

from __future__ import annotations

from typing import Annotated

from fastapi import Form, status
from fastapi.responses import Response

from paloverde.desk.attempts import KeptAttempts
from paloverde.desk.own_password import change_password
from paloverde.desk.passwords import Choice, Unfit
from paloverde.desk.people import Person, people_of
from paloverde.desk.rights import Act
from paloverde.desk.sign_in import Doorkeeper, Refused, place_of
from paloverde.desk.sign_in_page import HINT
from paloverde.desk.visit import Here, NotThere, Pages, Visit

pages = Pages()
_NOT_IT = "This is not your password. Type it again."
_CHANGED = "Your password is changed. All your other sign-ins ended."
_ELSEWHERE = (
    "You came by the City’s account, and its password is changed there: the City’s own sign-in page says how."
)


@pages.page("/password", Act.OWN_PASSWORD)
def my_password(visit: Here) -> Response:
    """The form."""
    return _shown(visit)


@pages.form("/password", Act.OWN_PASSWORD, keeps=False)
def change_my_password(
    visit: Here,
    current: Annotated[str, Form()] = "",
    new: Annotated[str, Form()] = "",
    again: Annotated[str, Form()] = "",
) -> Response:
    """Change it. This sign-in goes on under the new one."""
    _refuse_without(visit)
    try:
        person = refuse_another(visit, current)
        settings, choice = visit.city.settings, Choice(current, new, again)
        changed = change_password(people_of(settings), person, choice, settings, visit.city)
    except Refused as refused:
        return _shown(visit, current=refused.sentence)
    except Unfit as unfit:
        return _shown(visit, new=str(unfit))
    response = visit.go("/password")
    visitor = visit.desk.door.anew(visit.request, response, changed)
    Visit(visit.request, visit.desk, visitor).tell(response, _CHANGED)
    return response


def refuse_another(visit: Visit, password: str) -> Person:
    """The person as the users file has them; `Refused` where that is not the password. Guessing is slowed
    down as at the door.
    """
    vault, settings = visit.city.vault, visit.city.settings
    doorkeeper = Doorkeeper(people_of(settings), KeptAttempts(vault.books, vault.clock))
    try:
        return doorkeeper.known(visit.person.username, password, place_of(visit.request))
    except Refused as refused:
        if refused.code == status.HTTP_401_UNAUTHORIZED:
            raise Refused(_NOT_IT, refused.code) from None
        raise


def _shown(visit: Visit, current: str = "", new: str = "") -> Response:
    _refuse_without(visit)
    return visit.show(
        "my_password.html",
        400 if current or new else 200,
        title="Your password",
        errors={"current": current, "new": new},
        hint=HINT,
    )


def _refuse_without(visit: Visit) -> None:
    if not visit.by_password:
        raise NotThere(_ELSEWHERE)
