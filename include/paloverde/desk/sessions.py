"""Who is signed in at the desk's own service: rows of the database, each behind a secret in one browser.

The database keeps the SHA-256 of the secret alone, so that nobody who reads it can sit down as somebody else.
A session ends by itself, by signing out, by a new password, and when its person leaves the users file.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple

import msgspec
from sqlalchemy import Engine, delete, insert, or_, select, update

from paloverde.desk.people import People, Person, stamp_of
from paloverde.desk.visit import Visitor
from paloverde.state.books import changing
from paloverde.state.tables import SESSIONS

_NOTED = timedelta(minutes=1)  # how exactly it is known when somebody was seen last
_T = SESSIONS.c


class Open(NamedTuple):
    """A session that lasts, as IT sees it."""

    username: str
    began_at: datetime
    seen_at: datetime


class Sessions:
    """The open sessions. Times without use (`idle`) and in all (`longest`) are the City's to set."""

    def __init__(
        self,
        books: Engine,
        people: People,
        clock: Callable[[], datetime],
        idle: timedelta,
        longest: timedelta,
    ) -> None:
        self._books, self._people, self._clock = books, people, clock
        self._idle, self._longest = idle, longest

    def begin(self, person: Person, *, is_newcomer: bool = False) -> str:
        """A new session; the secret that opens it, for one browser's cookie.

        A newcomer stands in no users file (single sign-on), so the row says who it is.
        """
        secret, now = secrets.token_urlsafe(32), self._clock()
        with changing(self._books) as connection:
            over = or_(_T.ends_at <= now, _T.seen_at <= now - self._idle)
            connection.execute(delete(SESSIONS).where(over))
            connection.execute(
                insert(SESSIONS).values(
                    secret_sha256=_hash(secret),
                    username=person.username,
                    stamp="" if is_newcomer else stamp_of(person),
                    person=msgspec.json.encode(person).decode() if is_newcomer else None,
                    began_at=now,
                    seen_at=now,
                    ends_at=now + self._longest,
                )
            )
        return secret

    def visitor(self, secret: str) -> Visitor | None:
        """Whose session it is, now; None where it is over or never was."""
        now = self._clock()
        with self._books.connect() as connection:
            row = connection.execute(select(SESSIONS).where(_T.secret_sha256 == _hash(secret))).first()
        if row is None:
            return None
        person = self._person(row.username, row.stamp, row.person)
        if person is None or now >= row.ends_at or now - row.seen_at >= self._idle:
            self.end(secret)
            return None
        if now - row.seen_at >= _NOTED:
            with changing(self._books) as connection:
                seen = update(SESSIONS).where(_T.secret_sha256 == row.secret_sha256)
                connection.execute(seen.values(seen_at=now))
        return Visitor(person, secret)

    def end(self, secret: str) -> None:
        """Sign out."""
        with changing(self._books) as connection:
            connection.execute(delete(SESSIONS).where(_T.secret_sha256 == _hash(secret)))

    def end_all(self, username: str) -> int:
        """End every session of a person, and tell how many there were."""
        with changing(self._books) as connection:
            return connection.execute(delete(SESSIONS).where(_T.username == username)).rowcount

    def open(self) -> list[Open]:
        """Every session that lasts, by person."""
        now = self._clock()
        lasts = select(_T.username, _T.began_at, _T.seen_at).where(
            _T.ends_at > now, _T.seen_at > now - self._idle
        )
        with self._books.connect() as connection:
            return [Open(*row) for row in connection.execute(lasts.order_by(_T.username, _T.began_at))]

    def _person(self, username: str, stamp: str, newcomer: str | None) -> Person | None:
        if newcomer is not None:
            return msgspec.json.decode(newcomer, type=Person)
        person = self._people.find(username)
        return person if person is not None and stamp_of(person) == stamp else None


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
