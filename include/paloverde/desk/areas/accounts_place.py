"""What IT looks up about this installation: the settings in force, and who may sign in."""

from __future__ import annotations

import re
from typing import NamedTuple

from fastapi.responses import Response
from sqlalchemy.engine import URL

from paloverde.desk.areas.accounts import HERE
from paloverde.desk.newcomers import newcomers_of
from paloverde.desk.people import Person, Role, people_of
from paloverde.desk.rights import Act
from paloverde.desk.showing import name
from paloverde.desk.visit import Here, Pages, Visit
from paloverde.settings import SETTINGS, Setting, Settings

pages = Pages()
_LONGEST = 400  # characters of a value
_PASSWORD = re.compile(r"//[^/]*@")  # should somebody have put one into an address


class Row(NamedTuple):
    """A setting in force. Of a secret it says only whether there is one."""

    variable: str
    value: str
    help: str


class Signing(NamedTuple):
    """Somebody who may sign in."""

    username: str
    name: str
    role: str
    limited: str
    how: str


@pages.page("/installation/settings", Act.SEE_INSTALLATION)
def settings(visit: Here) -> Response:
    """Every setting, as it is in force."""
    rows = [_row(setting, visit.city.settings) for setting in SETTINGS]
    return visit.show("accounts_settings.html", title="Settings in force", here=HERE, rows=rows)


@pages.page("/installation/people", Act.SEE_INSTALLATION)
def people(visit: Here) -> Response:
    """Who may sign in, as what, and how that is changed."""
    return visit.show(
        "accounts_people.html",
        title="Who may sign in",
        here=HERE,
        people=_people(visit),
        roles=[role.value for role in Role],
        signs_on=visit.city.settings.oidc_issuer is not None,
    )


def _row(setting: Setting, given: Settings) -> Row:
    value = getattr(given, setting.name)
    if isinstance(value, URL):
        told = value.set(query={}).render_as_string()  # without the password
    elif setting.secret:
        told = "not set" if value is None else "set (a secret)"
    elif isinstance(value, tuple):
        told = ", ".join(map(str, value)) or "not set"
    else:
        told = "not set" if value is None else _yes_or_no(value)
    told = _PASSWORD.sub("//••••@", told)
    return Row(setting.variable, name(told, _LONGEST), setting.help.replace("`", ""))


def _yes_or_no(value: object) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


def _people(visit: Visit) -> list[Signing]:
    city = visit.city
    found = [
        _signing(one.username, one.name, one.role, ", ".join(one.accounts) or "all", _how(one))
        for one in people_of(city.settings).all()
    ]
    came = newcomers_of(city.settings, city.vault.books, city.vault.clock).all()
    return found + [_signing(one.username, one.name, one.role, "all", "single sign-on") for one in came]


def _how(one: Person) -> str:
    return "the password that IT gave, not changed yet" if one.temporary else "password"


def _signing(username: str, told: str, role: Role | None, limited: str, how: str) -> Signing:
    named = role.words if role else "none any more"
    return Signing(name(username), name(told), named, name(limited, _LONGEST), how)
