"""What the sealed runs tell of themselves, kept in memory: read once, and followed on.

    runs = Told(books).now()      # all sealed runs, in order

Seals never change, so a later look reads those that came since, and checks that they follow from the last one
it knew (`archive.chain`). A county seals a hundred thousand runs a year; a search asks of all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from hashlib import sha256
from sys import intern
from threading import Lock
from typing import NamedTuple

from sqlalchemy import Connection, Engine, select

from paloverde.archive.chain import chained
from paloverde.archive.gaps import Met, met
from paloverde.archive.keys import key_register
from paloverde.archive.seal import FIRST, Draft, Role, RunKind, Seal
from paloverde.state.tables import RUNS


class Lack(NamedTuple):
    """What a run could not get, and the name by which the archive knows such a gap."""

    name: str
    met: Met


class ToldRun(NamedTuple):
    """A sealed run without its lists of objects. `previous` is the SHA-256 of the seal before it; `earliest`
    and `latest` bound when the records that it brought were posted, None where it brought no dated one.
    """

    sequence: int
    previous: str
    account: str
    platform: str
    day: date
    kind: RunKind
    lacks: tuple[Lack, ...]
    earliest: datetime | None
    latest: datetime | None


class Told:
    """The sealed runs of an archive; several threads may ask at once."""

    def __init__(self, books: Engine) -> None:
        self._books, self._turn = books, Lock()
        self._runs: Sequence[ToldRun] = []
        self._last = FIRST  # the SHA-256 of the last seal among them
        self._days: dict[date, date] = {}  # each day once in memory

    def now(self) -> Sequence[ToldRun]:
        """All that are sealed now, in order; what was answered before stays as it was.

        `ArchiveDamaged` where a seal that was not known yet was altered, or does not follow from the last.
        """
        with self._turn, self._books.connect() as connection:
            if self._runs and _digest(connection, self._runs[-1].sequence) != self._last:
                self._runs, self._last = [], FIRST  # another database: it was restored, or made anew
            new = [*map(self._run, self._newer(connection))]
            if new:
                self._runs = [*self._runs, *new]
                self._last = _digest(connection, new[-1].sequence)
            return self._runs

    def _newer(self, connection: Connection) -> Iterator[Seal]:
        """The seals after the last one that is known."""
        after = self._runs[-1].sequence if self._runs else 0
        query = select(RUNS.c.key, RUNS.c.body).where(~RUNS.c.pending, RUNS.c.sequence > after)
        rows = connection.execute(query.order_by(RUNS.c.sequence))
        register = key_register(connection)
        for seal, key in chained(((key, body.encode()) for key, body in rows), after=self._last):
            register.refuse_seal(seal, key)
            yield seal

    def _run(self, seal: Seal) -> ToldRun:
        run = seal.run
        account = intern(run.account)
        return ToldRun(
            seal.sequence,
            seal.previous,
            account,
            intern(run.platform),
            self._days.setdefault(run.day, run.day),
            run.kind,
            tuple(Lack(one.name(account), one) for one in met(run)),
            *_posted(run),
        )


def _digest(connection: Connection, sequence: int) -> str:
    """The SHA-256 of the seal with this number; "" where none is sealed."""
    query = select(RUNS.c.body).where(RUNS.c.sequence == sequence, ~RUNS.c.pending)
    body = connection.execute(query).scalar()
    return "" if body is None else sha256(body.encode()).hexdigest()


def _posted(run: Draft) -> tuple[datetime | None, datetime | None]:
    parts = [part for part in run.parts if part.role is Role.RECORDS]
    return (
        min(_dated(part.earliest for part in parts), default=None),
        max(_dated(part.latest for part in parts), default=None),
    )


def _dated(moments: Iterable[datetime | None]) -> Iterator[datetime]:
    return (moment for moment in moments if moment is not None)
