"""The people who come by single sign-on: a role by their groups, one name for good, and one identity.

The issuer may let people change their own names, and somebody may have a line in the users file besides. Two
people who must agree are told apart by names and usernames, so that the name and username of the first time
stay until IT changes them, and nobody comes by two ways as two people: who looks like somebody of the users
file is let in only once IT has said whether it is that person (`paloverde desk same`, `paloverde desk name`).

Nothing of this is copied into a session: each request asks here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from sqlalchemy import Connection, Engine, Row, delete, insert, select, update

from paloverde.desk.groups import NoRole, Roles
from paloverde.desk.people import People, Person, Role, people_of
from paloverde.errors import BadQuestion
from paloverde.retention.holds import person as as_told_apart
from paloverde.settings import Settings
from paloverde.state.books import changing
from paloverde.state.tables import NEWCOMERS

_LONGEST = 100  # characters of a name or username
_NOBODY = ""  # what IT has said: it is nobody of the users file
_T = NEWCOMERS.c
_ENDED = "IT has taken your sign-in at this desk away. Ask IT if that is not meant."


class Newcomer(NamedTuple):
    """Somebody as they were known at the last sign-in, with the role that their group has now.

    `same_as` is the username in the users file of whom IT says that it is the same person; `looks_like` that
    of somebody who may be, of whom IT has said nothing.
    """

    username: str
    name: str
    role: Role | None
    last_at: datetime
    same_as: str
    looks_like: str


class Newcomers:
    """Everybody who came so far."""

    def __init__(self, books: Engine, clock: Callable[[], datetime], people: People, roles: Roles) -> None:
        self._books, self._clock, self._people, self._roles = books, clock, people, roles

    def arrive(self, issuer: str, claims: Mapping[str, Any]) -> tuple[str, Person]:
        """Who signs in: what a session keeps of them, and the person. Raises `NoRole`, with the reason."""
        subject = _hashed(f"{issuer}\n{claims['sub']}")
        try:
            group = self._roles.group(claims)
        except NoRole:
            self._set(subject, group_name="")  # open sessions of theirs end, too
            raise
        with changing(self._books) as connection:
            self._note(connection, subject, issuer, claims, group)
        person = self.find(subject)
        if person is None:
            row = self._row(subject)
            raise NoRole(_ENDED if row is None or row.same_as else _doubled(row.name))
        return subject, person

    def find(self, subject: str) -> Person | None:
        """Who somebody is and what they may, now; None where they are not let in any more.

        Whom IT says to be somebody of the users file is that person, in name and role.
        """
        row = self._row(subject)
        role = self._roles.of(row.group_name) if row is not None else None
        if row is None or role is None:
            return None
        if row.same_as:
            return self._people.find(row.same_as)
        return None if self._double(row) else Person(row.username, row.name, role, "")

    def all(self) -> list[Newcomer]:
        """Everybody, by username."""
        with self._books.connect() as connection:
            rows = connection.execute(select(NEWCOMERS).order_by(_T.username)).all()
        return [
            Newcomer(
                row.username,
                row.name,
                self._roles.of(row.group_name),
                row.last_at,
                row.same_as or "",
                self._double(row),
            )
            for row in rows
        ]

    def rename(self, username: str, name: str) -> None:
        """Give somebody another name, which says that it is nobody of the users file.

        `BadQuestion` where it is the name of somebody else.
        """
        name = _plain(name) or username
        holders = [one.username for one in self._people.all() if _same(one.name, name)]
        holders += [one.username for one in self.all() if _same(one.name, name) and one.username != username]
        if holders:
            raise BadQuestion(
                f"{name} is the name of {holders[0]} already, and two people who must agree are told apart "
                "by their names: give one that nobody else has. That somebody is a person of the users file "
                "is said with `paloverde desk same`."
            )
        self._change(username, update(NEWCOMERS).values(name=name, same_as=_NOBODY))

    def unite(self, username: str, listed: str) -> None:
        """Say that somebody is the person of that username in the users file."""
        if self._people.find(listed) is None:
            raise BadQuestion(f"Nobody signs in as {listed!r}: see who does with `paloverde users list`.")
        self._change(username, update(NEWCOMERS).values(same_as=listed))

    def forget(self, username: str) -> None:
        """Make a username free: the next sign-in under it counts as the first."""
        self._change(username, delete(NEWCOMERS))

    def _note(
        self, connection: Connection, subject: str, issuer: str, claims: Mapping[str, Any], group: str
    ) -> None:
        """Note a sign-in. `NoRole` where somebody else has come under that username before."""
        now, email = self._clock(), _plain(claims.get("email")).lower()
        again = update(NEWCOMERS).where(_T.subject == subject)
        if connection.execute(again.values(group_name=group, email=email, last_at=now)).rowcount:
            return
        username = username_of(issuer, claims)
        if connection.execute(select(_T.subject).where(_T.username == username)).first() is not None:
            raise NoRole(
                f"Somebody else has signed in as {username} before. IT can make the name free again, "
                "once it is sure who you are."
            )
        connection.execute(
            insert(NEWCOMERS).values(
                subject=subject,
                username=username,
                name=_plain(claims.get("name")) or username,
                email=email,
                group_name=group,
                first_at=now,
                last_at=now,
            )
        )

    def _double(self, row: Row[Any]) -> str:
        """The username of somebody of the users file who may be the same person; empty where nobody is.

        A name may be given there later, too, so that this is looked up again each time.
        """
        if row.same_as:
            return ""
        named = {address.partition("@")[0] for address in (row.username, row.email)} - {""}
        for one in self._people.all():
            if _same(one.name, row.name) or (row.same_as is None and one.username in named):
                return one.username
        return ""

    def _row(self, subject: str) -> Row[Any] | None:
        with self._books.connect() as connection:
            return connection.execute(select(NEWCOMERS).where(_T.subject == subject)).first()

    def _set(self, subject: str, **values: Any) -> None:
        with changing(self._books) as connection:
            connection.execute(update(NEWCOMERS).where(_T.subject == subject).values(**values))

    def _change(self, username: str, change: Any) -> None:
        with changing(self._books) as connection:
            if not connection.execute(change.where(_T.username == username)).rowcount:
                raise BadQuestion(
                    f"Nobody has come by single sign-on as {username!r}: see who has with `paloverde desk "
                    "people`."
                )


def newcomers_of(settings: Settings, books: Engine, clock: Callable[[], datetime]) -> Newcomers:
    """The people of a city's single sign-on. Where it is not set up (any more) no group has a role."""
    groups = settings.oidc_roles if settings.oidc_issuer is not None else None
    return Newcomers(books, clock, people_of(settings), Roles(settings.oidc_claim, groups or ()))


def username_of(issuer: str, claims: Mapping[str, Any]) -> str:
    """A username with an @ in it: none of the users file has one, so that nobody can pass for another."""
    given = (_plain(claims.get(name)).replace(" ", "") for name in ("preferred_username", "upn", "email"))
    username = next(filter(None, given), "") or _hashed(claims["sub"])[:16]
    username = username.lower()[:_LONGEST]
    return username if "@" in username else f"{username}@{urlsplit(issuer).hostname}"


def _doubled(name: str) -> str:
    return (
        f"Somebody named {name}, or with your username, signs in with a password already, and nobody may "
        "count as two people. If that is you, sign in with the password, or ask IT to make both ways one; if "
        "it is somebody else, ask IT to tell the two of you apart."
    )


def _same(name: str, other: str) -> bool:
    return as_told_apart(name) == as_told_apart(other)


def _hashed(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: object) -> str:
    """A claim as one line that can be printed; nothing in it steers the direction of writing."""
    text = value if isinstance(value, str) else ""
    shown = "".join(letter if letter.isprintable() else " " for letter in text)
    return " ".join(shown.split())[:_LONGEST]
