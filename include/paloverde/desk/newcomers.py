"""The people who come by single sign-on: a role by their groups, and one name for good.

The issuer may let people change their own names. Two people who must agree are told apart by their names, so
that the name and username of the first time stay until IT changes them (`paloverde desk name`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from sqlalchemy import Engine, Row, delete, insert, select, update

from paloverde.desk.people import Person, Role
from paloverde.errors import BadQuestion, BadSetting
from paloverde.state.books import changing
from paloverde.state.tables import NEWCOMERS

_LONGEST = 100  # characters of a name or username
_T = NEWCOMERS.c


class NoRole(Exception):
    """Somebody whom the issuer knows and the desk does not let in. The text is for them."""


class Newcomer(NamedTuple):
    """Somebody as they were known at the last sign-in."""

    username: str
    name: str
    role: Role
    last_at: datetime


class Newcomers:
    """Everybody who came so far."""

    def __init__(self, books: Engine, clock: Callable[[], datetime]) -> None:
        self._books, self._clock = books, clock

    def person(self, issuer: str, claims: Mapping[str, Any], role: Role) -> Person:
        """Who this is. Raises `NoRole` where somebody else has come under that username before."""
        subject = hashlib.sha256(f"{issuer}\n{claims['sub']}".encode()).hexdigest()
        username, now = username_of(issuer, claims), self._clock()
        with changing(self._books) as connection:
            known: Row[Any] | None = connection.execute(
                select(_T.username, _T.name).where(_T.subject == subject)
            ).first()
            if known is not None:
                again = update(NEWCOMERS).where(_T.subject == subject)
                connection.execute(again.values(role=role.value, last_at=now))
                return Person(known.username, known.name, role, "")
            taken = connection.execute(select(_T.subject).where(_T.username == username)).first()
            if taken is not None:
                raise NoRole(
                    f"Somebody else has signed in as {username} before. IT can make the name free again, "
                    "once it is sure who you are."
                )
            name = _plain(claims.get("name")) or username
            connection.execute(
                insert(NEWCOMERS).values(
                    subject=subject, username=username, name=name, role=role.value, first_at=now, last_at=now
                )
            )
        return Person(username, name, role, "")

    def all(self) -> list[Newcomer]:
        """Everybody, by username."""
        asked = select(_T.username, _T.name, _T.role, _T.last_at).order_by(_T.username)
        with self._books.connect() as connection:
            return [
                Newcomer(row.username, row.name, Role(row.role), row.last_at)
                for row in connection.execute(asked)
            ]

    def rename(self, username: str, name: str) -> None:
        """Give somebody another name, from the next sign-in on."""
        self._change(username, update(NEWCOMERS).values(name=_plain(name) or username))

    def forget(self, username: str) -> None:
        """Make a username free: the next sign-in under it counts as the first."""
        self._change(username, delete(NEWCOMERS))

    def _change(self, username: str, change: Any) -> None:
        with changing(self._books) as connection:
            if not connection.execute(change.where(_T.username == username)).rowcount:
                raise BadQuestion(f"Nobody has come by single sign-on as {username!r}.")


class Roles:
    """Which group has which role, as the setting `oidc_roles` says."""

    def __init__(self, claim: str, pairs: Sequence[str]) -> None:
        self._claim = claim
        self._roles = [(group, _role(name)) for group, _, name in (pair.rpartition("=") for pair in pairs)]

    def of(self, claims: Mapping[str, Any]) -> Role:
        """The role of the first group of the setting that somebody is in; `NoRole` where there is none."""
        given = claims.get(self._claim)
        groups = [given] if isinstance(given, str) else given if isinstance(given, list) else []
        for group, role in self._roles:
            if group in groups:
                return role
        many = isinstance(claims.get("_claim_names"), dict) and self._claim in claims["_claim_names"]
        if many:
            raise NoRole(
                "You are in so many groups that the City's sign-on names none of them. IT can give you an "
                "app role instead."
            )
        raise NoRole(
            "The City knows you, but you have no role at this desk. Ask IT to put you into the group of "
            "those who work with records."
        )


def username_of(issuer: str, claims: Mapping[str, Any]) -> str:
    """A username with an @ in it: none of the users file has one, so that nobody can pass for another."""
    given = (_plain(claims.get(name)).replace(" ", "") for name in ("preferred_username", "upn", "email"))
    username = next(filter(None, given), "") or hashlib.sha256(claims["sub"].encode()).hexdigest()[:16]
    username = username.lower()[:_LONGEST]
    return username if "@" in username else f"{username}@{urlsplit(issuer).hostname}"


def _role(name: str) -> Role:
    try:
        return Role(name)
    except ValueError:
        known = ", ".join(role.value for role in Role)
        raise BadSetting(
            f"PALOVERDE_OIDC_ROLES names the role {name!r}, but must name one of {known}."
        ) from None


def _plain(value: object) -> str:
    """A claim as one line that can be printed; nothing in it steers the direction of writing."""
    text = value if isinstance(value, str) else ""
    shown = "".join(letter if letter.isprintable() else " " for letter in text)
    return " ".join(shown.split())[:_LONGEST]
