"""Who is signed in at the desk's own service: rows of the database, each behind a secret in one browser.

The database keeps the SHA-256 of the secret alone, so that nobody who reads it can sit down as somebody else.
A session ends by itself, by signing out, by a new password, and when its person is not let in any more. It
holds no copy of anybody: who somebody is and what they may is looked up at every request.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection, Engine, delete, insert, or_, select, update

from paloverde.desk.newcomers import Newcomers, newcomers_of
from paloverde.desk.people import People, Person, people_of, stamp_of
from paloverde.desk.visit import Visitor
from paloverde.settings import Settings
from paloverde.state.books import changing
from paloverde.state.tables import NEWCOMERS, SESSIONS

MOST_AT_ONCE = 10  # sessions of one person; the one that lay idle longest makes room
_NOTED = timedelta(minutes=1)  # how exactly it is known when somebody was seen last
_T = SESSIONS.c


class Open(NamedTuple):
    """A session that lasts, as IT and its person see it."""

    username: str
    began_at: datetime
    seen_at: datetime


class Sessions:
    """The open sessions. Times without use (`idle`) and in all (`longest`) are the City's to set."""

    def __init__(
        self,
        books: Engine,
        people: People,
        newcomers: Newcomers,
        clock: Callable[[], datetime],
        idle: timedelta,
        longest: timedelta,
    ) -> None:
        self._books, self._people, self._newcomers, self._clock = books, people, newcomers, clock
        self._idle, self._longest = idle, longest

    def begin(self, person: Person, subject: str = "") -> str:
        """A new session; the secret that opens it, for one browser's cookie.

        With a `subject` the person came by single sign-on and is looked up in `newcomers`.
        """
        secret, now = secrets.token_urlsafe(32), self._clock()
        with changing(self._books) as connection:
            over = or_(_T.ends_at <= now, _T.seen_at <= now - self._idle)
            connection.execute(delete(SESSIONS).where(over))
            _make_room(connection, person.username)
            connection.execute(
                insert(SESSIONS).values(
                    secret_sha256=_hash(secret),
                    username=person.username,
                    stamp="" if subject else stamp_of(person),
                    subject=subject or None,
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
        person = self._person(row.username, row.stamp, row.subject)
        if person is None or now >= row.ends_at or now - row.seen_at >= self._idle:
            self.end(secret)
            return None
        if now - row.seen_at >= _NOTED:
            with changing(self._books) as connection:
                seen = update(SESSIONS).where(_T.secret_sha256 == row.secret_sha256)
                connection.execute(seen.values(seen_at=now))
        return Visitor(person, secret, by_password=row.subject is None)

    def end(self, secret: str) -> None:
        """Sign out."""
        with changing(self._books) as connection:
            connection.execute(delete(SESSIONS).where(_T.secret_sha256 == _hash(secret)))

    def end_all(self, username: str) -> int:
        """End every session of a person, by whichever way they came; tell how many there were."""
        known_as = or_(NEWCOMERS.c.username == username, NEWCOMERS.c.same_as == username)
        came_as = select(NEWCOMERS.c.subject).where(known_as)
        theirs = or_(_T.username == username, _T.subject.in_(came_as))
        with changing(self._books) as connection:
            return connection.execute(delete(SESSIONS).where(theirs)).rowcount

    def open(self) -> list[Open]:
        """Every session that would open the desk now, by person, the newest last."""
        now = self._clock()
        lasts = select(SESSIONS).where(_T.ends_at > now, _T.seen_at > now - self._idle)
        with self._books.connect() as connection:
            rows = connection.execute(lasts.order_by(_T.began_at)).all()
        found = ((self._person(row.username, row.stamp, row.subject), row) for row in rows)
        opening = [Open(one.username, row.began_at, row.seen_at) for one, row in found if one is not None]
        return sorted(opening, key=lambda one: one.username)

    def _person(self, username: str, stamp: str, subject: str | None) -> Person | None:
        if subject is not None:
            return self._newcomers.find(subject)
        person = self._people.find(username)
        return person if person is not None and stamp_of(person) == stamp else None


def sessions_of(settings: Settings, books: Engine, clock: Callable[[], datetime]) -> Sessions:
    """The sessions of a city's desk, as long as the settings let them be."""
    idle, longest = timedelta(minutes=settings.desk_idle_minutes), timedelta(hours=settings.desk_hours)
    newcomers = newcomers_of(settings, books, clock)
    return Sessions(books, people_of(settings), newcomers, clock, idle, longest)


def _make_room(connection: Connection, username: str) -> None:
    """End what is too much for one more session of a person: a cookie that is lost does not lie about."""
    theirs = select(_T.secret_sha256).where(_T.username == username).order_by(_T.seen_at.desc())
    kept = connection.execute(theirs).scalars().all()
    connection.execute(delete(SESSIONS).where(_T.secret_sha256.in_(kept[MOST_AT_ONCE - 1 :])))


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
