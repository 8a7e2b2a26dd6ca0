"""How often somebody may fail to sign in before they must wait. Kept in memory: the UI is one process."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock

WINDOW_SECONDS = 300.0
PER_PERSON_AND_PLACE = 5
PER_PERSON = 50  # a guess spread over many addresses
PER_PLACE = 20  # many usernames from one address
_MOST_KEYS = 10_000


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
        recent = [moment for moment in self._failures.get(key, ()) if moment > now - WINDOW_SECONDS]
        if len(recent) < most:
            return 0
        return max(1, round(recent[-most] + WINDOW_SECONDS - now))

    def _forget_old(self, now: float) -> None:
        if len(self._failures) < _MOST_KEYS:
            return
        old = [key for key, moments in self._failures.items() if moments[-1] <= now - WINDOW_SECONDS]
        for key in old:
            del self._failures[key]


def _limits(username: str, place: str) -> list[tuple[tuple[str, str], int]]:
    return [
        ((username, place), PER_PERSON_AND_PLACE),
        ((username, ""), PER_PERSON),
        (("", place), PER_PLACE),
    ]
