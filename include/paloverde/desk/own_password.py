"""Somebody gives themselves another password: it is judged, their sign-ins end, the ledger tells of it."""

from __future__ import annotations

import logging

from paloverde.desk.leaked import has_leaked
from paloverde.desk.passwords import Choice, Unfit, refuse_guessed, refuse_unfit
from paloverde.desk.people import People, Person
from paloverde.desk.sessions import sessions_of
from paloverde.errors import PaloverdeError
from paloverde.installation import Installation
from paloverde.retention.holds import By
from paloverde.settings import Settings

WHAT = "password changed"
_LEAKED = (
    "This password stands in a list of those that leaked elsewhere, and is tried before others. Choose "
    "another one."
)
_LOG = logging.getLogger(__name__)


def change_password(
    people: People,
    person: Person,
    choice: Choice,
    settings: Settings | None,
    city: Installation | None,
    actor: str = "",
) -> Person:
    """The person with the new password. That the current one is right was seen before.

    `settings` are those of the person's city: those who see to all cities have none. `city` is the archive
    whose ledger is told, where there is one; of the desk, where no other `actor` is said. Raises `Unfit` with
    what is to be changed.
    """
    refuse_unfit(choice)
    refuse_weak(choice.new, person, settings)
    if city is not None:
        city.changes.notice()  # what a hand has changed in the file is not told of this person
    changed = people.choose(person, choice.new)
    if city is not None:
        by = By(person.name, person.role.value, f"desk ({person.username})", person.username)
        _tell(city, person.username, actor or by.actor)
    return changed


def refuse_weak(password: str, person: Person, settings: Settings | None) -> None:
    """`Unfit` where others would guess a password, by what it is made of or since it leaked elsewhere."""
    refuse_guessed(password, person, settings.agency_name if settings else "")
    if settings and settings.leaked_passwords and has_leaked(password, settings.leaked_passwords):
        raise Unfit(_LEAKED)


def _tell(city: Installation, username: str, actor: str) -> None:
    """End what single sign-on has opened, too, and note it. The password is changed whatever comes of it."""
    try:
        sessions_of(city.settings, city.vault.books, city.vault.clock).end_all(username)
        city.changes.tell(WHAT, actor, username=username)
    except PaloverdeError as error:
        _LOG.error("The ledger could not be told of a new password of %s; it will be: %s", username, error)
