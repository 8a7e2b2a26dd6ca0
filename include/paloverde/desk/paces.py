"""How often one person may do what costs much, such as a search. In memory, for each process."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Mapping
from threading import Lock
from types import MappingProxyType

WINDOW_SECONDS = 60.0
PER_WINDOW: Mapping[str, int] = MappingProxyType({"search": 60, "export": 10})


class TooFast(Exception):
    """Too many in a minute; `seconds` until the next."""

    def __init__(self, what: str, seconds: int) -> None:
        super().__init__(what)
        self.seconds = seconds


class Paces:
    """What each person did in the last minute."""

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, per_window: Mapping[str, int] = PER_WINDOW
    ) -> None:
        self._clock, self._per_window = clock, per_window
        self._done: dict[tuple[str, str], deque[float]] = {}
        self._lock = Lock()

    def take(self, username: str, what: str) -> None:
        """Count one; `TooFast` where it is one too many."""
        now, most = self._clock(), self._per_window[what]
        with self._lock:
            done = self._done.setdefault((username, what), deque(maxlen=most))
            if len(done) == most and done[0] > now - WINDOW_SECONDS:
                raise TooFast(what, max(1, round(done[0] + WINDOW_SECONDS - now)))
            done.append(now)
