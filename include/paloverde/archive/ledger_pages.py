"""The ledger page by page, newest first, for people who read it. The chain as a whole is checked elsewhere:
each entry that is given here bears its own signature, by a key that was known when it was made.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime, timedelta

import msgspec
from sqlalchemy import Connection, Engine, Select, func, or_, select

from paloverde.archive.keys import key_register
from paloverde.archive.ledger import Entry, genuine
from paloverde.archive.log.shelf import What
from paloverde.errors import BadQuestion
from paloverde.records import archive_day
from paloverde.state.tables import LEDGER, LOG

_AT_ONCE = 500  # rows read at a time
MOST_READ = 20_000  # entries looked through for one page


class Sieve(msgspec.Struct, frozen=True):
    """Which entries are wanted: of whose name holds `actor`, whose deed holds one of `words`, of a day.

    None is of a kind of `never`.
    """

    actor: str = ""
    words: tuple[str, ...] = ()
    day: date | None = None
    never: frozenset[str] = frozenset()

    def takes(self, entry: Entry) -> bool:
        event = entry.event
        return (
            event.what not in self.never
            and self.actor.casefold() in event.actor.casefold()
            and (not self.words or any(word in event.what for word in self.words))
            and (self.day is None or archive_day(event.at) == self.day)
        )


class Leaf(msgspec.Struct, frozen=True):
    """One page. `further` is the number before which the next one begins; None at the end of the ledger.

    `is_cut`: so many entries were looked through that the page ends before it is full.
    """

    entries: list[Entry]
    further: int | None
    is_cut: bool = False


class HeadKept(msgspec.Struct, frozen=True):
    """A signed head as a list of them tells it: over how many entries, when, and who outside has seen it."""

    size: int
    made_at: datetime
    stamps: int
    witnesses: int


def newest_first(books: Engine, sieve: Sieve, most: int, before: int | None = None) -> Leaf:
    """Up to `most` entries with numbers below `before` (None: from the newest on).

    Raises `ArchiveDamaged` where one does not bear the signature that it names.
    """
    found: list[Entry] = []
    with books.connect() as connection:
        register = key_register(connection)
        read, last = 0, before
        for number, body in _rows(connection, sieve, before):
            read, last = read + 1, number
            if sieve.takes(msgspec.json.decode(body, type=Entry)):
                if len(found) == most:
                    return Leaf(found, found[-1].sequence)
                found.append(genuine(body, number, register))
            if read == MOST_READ:
                return Leaf(found, last, is_cut=True)
    return Leaf(found, None)


def entry_of(books: Engine, number: int) -> tuple[Entry, str, str]:
    """An entry, its exact bytes as text, and their SHA-256. `BadQuestion` where there is none."""
    query = select(LEDGER.c.sequence, LEDGER.c.body, LEDGER.c.sha256).where(LEDGER.c.sequence == number)
    with books.connect() as connection:
        row = connection.execute(query).first()
        if row is None:
            raise BadQuestion(f"The ledger has no entry {number:,}.")
        return genuine(row.body, row.sequence, key_register(connection)), row.body, row.sha256


def heads(books: Engine, most: int, page: int) -> tuple[list[HeadKept], int]:
    """One page of the signed heads, newest first, and how many there are in all."""
    kind = LOG.c.what == What.HEAD.value
    query = select(LOG.c.tree_size, LOG.c.made_at).where(kind).order_by(LOG.c.tree_size.desc())
    with books.connect() as connection:
        total = connection.execute(select(func.count()).select_from(LOG).where(kind)).scalar_one()
        rows = connection.execute(query.limit(most).offset((page - 1) * most)).all()
        sizes = [row.tree_size for row in rows]
        counted = (
            select(LOG.c.tree_size, LOG.c.what, func.count())
            .where(LOG.c.tree_size.in_(sizes), LOG.c.what.in_([What.TIMESTAMP.value, What.WITNESS.value]))
            .group_by(LOG.c.tree_size, LOG.c.what)
        )
        seen = {(size, what): number for size, what, number in connection.execute(counted)}
    told = [
        HeadKept(
            row.tree_size,
            row.made_at,
            seen.get((row.tree_size, What.TIMESTAMP.value), 0),
            seen.get((row.tree_size, What.WITNESS.value), 0),
        )
        for row in rows
    ]
    return told, total


def _rows(connection: Connection, sieve: Sieve, before: int | None) -> Iterator[tuple[int, str]]:
    """Candidates, newest first: what the database can leave out by itself is left out."""
    query = _narrowed(select(LEDGER.c.sequence, LEDGER.c.body), sieve).order_by(LEDGER.c.sequence.desc())
    while True:
        part = query if before is None else query.where(LEDGER.c.sequence < before)
        rows = connection.execute(part.limit(_AT_ONCE)).all()
        yield from ((row.sequence, row.body) for row in rows)
        if len(rows) < _AT_ONCE:
            return
        before = rows[-1].sequence


def _narrowed(query: Select[tuple[int, str]], sieve: Sieve) -> Select[tuple[int, str]]:
    if sieve.actor and sieve.actor.isascii():  # databases fold other letters each in its own way
        written = json.dumps(sieve.actor)[1:-1]
        query = query.where(LEDGER.c.body.icontains(written, autoescape=True))
    if sieve.day is not None:  # a Pacific day touches two days of UTC, in which entries are written
        days = (sieve.day, sieve.day + timedelta(days=1))
        query = query.where(
            or_(*(LEDGER.c.body.contains(f'"at":"{day.isoformat()}', autoescape=True) for day in days))
        )
    return query
