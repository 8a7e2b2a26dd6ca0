"""Whose turn it is to ask a site about an account: one run at a time, whatever process or machine it is on.

A turn is kept in the database and ends by itself: a run that was killed stops nobody for long. No connection
is held while it lasts.
"""

from __future__ import annotations

import itertools
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import msgspec
from sqlalchemy import Engine, bindparam, select, text

from paloverde.errors import TryAgain
from paloverde.platforms.conversation import Clock
from paloverde.records import PACIFIC
from paloverde.state.books import changing
from paloverde.state.tables import TURNS, UtcTime

_TAKE = text(
    "INSERT INTO turns (account, holder, ends_at) VALUES (:account, :holder, :ends_at) "
    "ON CONFLICT (account) DO UPDATE SET holder = excluded.holder, ends_at = excluded.ends_at "
    "WHERE turns.ends_at <= :now OR turns.holder = :dead"
).bindparams(bindparam("ends_at", type_=UtcTime()), bindparam("now", type_=UtcTime()))
_RENEW = timedelta(minutes=1)
_number = itertools.count()


class Swept(msgspec.Struct, frozen=True):
    """When an account was last swept without trouble, and how many units of the site's budgets it took."""

    at: datetime
    cost: int


class Turn:
    """A turn that is held; `keep` it while the work goes on."""

    def __init__(self, books: Engine, account: str, holder: str, length: timedelta, clock: Clock) -> None:
        self._books, self._account, self._holder = books, account, holder
        self._length, self._clock = length, clock
        self._renewed = clock()

    def keep(self) -> None:
        """Move the end on; at most once a minute in the database.

        Raises `TryAgain` where it ended meanwhile and another run has taken it: two would work at once.
        """
        if self._clock() - self._renewed >= _RENEW:
            self._renewed = self._clock()
            if not self._end_at(self._renewed + self._length):
                raise TryAgain(
                    f"The turn of {self._account} ended while this was at work, and another run has it now: "
                    "this one stops here; do the same again later."
                )

    def give(self) -> None:
        """End it."""
        self._end_at(self._clock())

    def _end_at(self, moment: datetime) -> bool:
        """Whether the turn was still this one's."""
        mine = (TURNS.c.account == self._account, TURNS.c.holder == self._holder)
        with changing(self._books) as connection:
            return bool(connection.execute(TURNS.update().where(*mine).values(ends_at=moment)).rowcount)


@contextmanager
def turn(
    books: Engine, account: str, what: str, length: timedelta, clock: Clock, *, wait: float = 120.0
) -> Iterator[Turn]:
    """The turn of an account for one run (`what`: night, sweep), waited for up to `wait` seconds.

    Raises `TryAgain` where another run still holds it then.
    """
    holder = f"{what} {socket.gethostname()[:40]} {os.getpid()} {next(_number)}"
    deadline = time.monotonic() + wait
    while (other := _take(books, account, holder, length, clock)) is not None:
        if time.monotonic() > deadline:
            raise TryAgain(other)
        time.sleep(0.5)
    mine = Turn(books, account, holder, length, clock)
    try:
        yield mine
    finally:
        mine.give()


def taken(books: Engine, account: str, now: datetime) -> str | None:
    """What is running for an account now, in one sentence; None where nothing is."""
    with books.connect() as connection:
        row = connection.execute(select(TURNS).where(TURNS.c.account == account)).first()
    if row is None or row.ends_at <= now or _is_dead(row.holder):
        return None
    return (
        f"A {row.holder.split()[0]} of {account} is running; if it was killed, its turn ends by itself at "
        f"{row.ends_at.astimezone(PACIFIC):%H:%M}."
    )


def last_sweep(books: Engine, account: str) -> Swept | None:
    """The last sweep of an account that met no trouble."""
    with books.connect() as connection:
        row = connection.execute(select(TURNS).where(TURNS.c.account == account)).first()
    return None if row is None or row.swept_at is None else Swept(row.swept_at, row.sweep_cost or 0)


def note_sweep(books: Engine, account: str, swept: Swept) -> None:
    """Write down a sweep that met no trouble; whoever swept holds the account's turn, so its row is there."""
    with changing(books) as connection:
        connection.execute(
            TURNS.update().where(TURNS.c.account == account).values(swept_at=swept.at, sweep_cost=swept.cost)
        )


def _take(books: Engine, account: str, holder: str, length: timedelta, clock: Clock) -> str | None:
    """Take the turn; where another run has it, the sentence that says so."""
    now = clock()
    with books.connect() as connection:
        before = connection.execute(select(TURNS.c.holder).where(TURNS.c.account == account)).scalar()
    values = {
        "account": account,
        "holder": holder,
        "ends_at": now + length,
        "now": now,
        "dead": before if before and _is_dead(before) else "",
    }
    with changing(books) as connection:
        if connection.execute(_TAKE, values).rowcount:
            return None
    return taken(books, account, now) or f"Another run of {account} has just ended; try again."


def _is_dead(holder: str) -> bool:
    """Whether a holder was a process of this machine that is no more."""
    _, machine, process, _ = holder.split(" ")
    if machine != socket.gethostname()[:40]:
        return False
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False
