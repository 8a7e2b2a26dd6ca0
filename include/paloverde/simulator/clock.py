"""A clock that can be moved."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta


class Clock:
    """The city's time, in UTC, to the second.

    A standing clock (`running=False`) moves only when told to; a running one also follows the wall.
    """

    def __init__(self, start: datetime, *, running: bool = False) -> None:
        if start.tzinfo is None:
            raise ValueError(
                "The city's clock needs a time with a time zone, such as 2026-11-20T22:00:00-08:00."
            )
        self._start = start.astimezone(UTC)
        self._running = running
        self._set_at = time.monotonic()

    @property
    def running(self) -> bool:
        return self._running

    def now(self) -> datetime:
        passed = time.monotonic() - self._set_at if self._running else 0.0
        return (self._start + timedelta(seconds=passed)).replace(microsecond=0)

    def move(self, seconds: float) -> datetime:
        """Moves forward by `seconds` (back, where negative) and returns the new time."""
        return self.set(self.now() + timedelta(seconds=seconds))

    def set(self, moment: datetime) -> datetime:
        if moment.tzinfo is None:
            raise ValueError(
                "The city's clock needs a time with a time zone, such as 2026-11-20T22:00:00-08:00."
            )
        self._start = moment.astimezone(UTC)
        self._set_at = time.monotonic()
        return self.now()
