"""How often somebody may fail to sign in before they must wait.

Airflow's UI is one process and keeps it in memory; the desk's own service may be several, and keeps it in the
database.
"""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import Protocol

from sqlalchemy import Engine, delete, insert, select

from paloverde.state.books import changing
from paloverde.state.tables import FAILED_SIGN_INS

WINDOW_SECONDS = 300.0
PER_PERSON_AND_PLACE = 5
PER_PERSON = 50  # a guess spread over many addresses
PER_PLACE = 20  # many usernames from one address
_MOST_KEYS = 10_000
_TABLE = FAILED_SIGN_INS


class Failures(Protocol):
    """The failed sign-ins of the last minutes."""

    def must_wait(self, username: str, place: str) -> int:
        """Seconds to wait before the next try; 0 when it may be made now."""

    def failed(self, username: str, place: str) -> None:
        """Count one."""

    def succeeded(self, username: str, place: str) -> None:
        """Whoever knew the password starts anew from that place; the other counts stay."""


@dataclass
class Attempts:
    """Failed sign-ins of the last five minutes, by username and by the address they came from."""

    clock: Callable[[], float]
    _failures: dict[tuple[str, str], deque[float]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def must_wait(self, username: str, place: str) -> int:
        """Seconds to wait before the next try; 0 when it may be made now."""
        now = self.clock()
        with self._lock:
            return max(self._wait(key, most, now) for key, most in _limits(username, place))

    def failed(self, username: str, place: str) -> None:
        now = self.clock()
        with self._lock:
            self._forget_old(now)
            for key, _ in _limits(username, place):
                self._failures.setdefault(key, deque(maxlen=PER_PERSON)).append(now)

    def succeeded(self, username: str, place: str) -> None:
        """Whoever knew the password starts anew from that place; the other counts stay."""
        with self._lock:
            self._failures.pop(_limits(username, place)[0][0], None)

    def _wait(self, key: tuple[str, str], most: int, now: float) -> int:
        return _seconds([now - moment for moment in self._failures.get(key, ())], most)

    def _forget_old(self, now: float) -> None:
        if len(self._failures) < _MOST_KEYS:
            return
        old = [key for key, moments in self._failures.items() if moments[-1] <= now - WINDOW_SECONDS]
        for key in old:
            del self._failures[key]


class KeptAttempts:
    """The same in the database, for all processes of the desk's own service."""

    def __init__(self, books: Engine, clock: Callable[[], datetime]) -> None:
        self._books, self._clock = books, clock

    def must_wait(self, username: str, place: str) -> int:
        now = self._clock()
        with self._books.connect() as connection:
            waits = []
            for key, most in _limits(username, place):
                asked = select(_TABLE.c.failed_at).where(_TABLE.c.whose == _hashed(key))
                found = connection.execute(asked.order_by(_TABLE.c.failed_at)).scalars()
                waits.append(_seconds([(now - moment).total_seconds() for moment in found], most))
        return max(waits)

    def failed(self, username: str, place: str) -> None:
        now = self._clock()
        with changing(self._books) as connection:
            old = now - timedelta(seconds=WINDOW_SECONDS)
            connection.execute(delete(_TABLE).where(_TABLE.c.failed_at <= old))
            keys = [_hashed(key) for key, _ in _limits(username, place)]
            connection.execute(insert(_TABLE), [{"whose": key, "failed_at": now} for key in keys])

    def succeeded(self, username: str, place: str) -> None:
        key = _hashed(_limits(username, place)[0][0])
        with changing(self._books) as connection:
            connection.execute(delete(_TABLE).where(_TABLE.c.whose == key))


def _seconds(ages: Sequence[float], most: int) -> int:
    """How long to wait after failures that are so many seconds old, oldest first."""
    recent = [age for age in ages if age < WINDOW_SECONDS]
    return max(1, round(WINDOW_SECONDS - recent[-most])) if len(recent) >= most else 0


def _hashed(key: tuple[str, str]) -> str:
    return hashlib.sha256("\0".join(key).encode()).hexdigest()


def _limits(username: str, place: str) -> list[tuple[tuple[str, str], int]]:
    """What is counted, the narrowest first. Where no username is known, the place alone is."""
    if not username:
        return [(("", place), PER_PLACE)]
    return [
        ((username, place), PER_PERSON_AND_PLACE),
        ((username, ""), PER_PERSON),
        (("", place), PER_PLACE),
    ]
