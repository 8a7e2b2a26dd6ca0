"""The City's installation as a long-lived server has it: open, and opened anew now and then.

An opening notices what changed since (another signing key, a store that was lost), so that none is kept for
ever. Whoever is served meanwhile keeps the one they have.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from threading import Lock

from paloverde.errors import PaloverdeError, TryAgain
from paloverde.installation import Installation

_LASTS_SECONDS = 600.0
_CLOSED = "The archive cannot be opened just now. Tell IT: the server's log says why."
_LOG = logging.getLogger("paloverde.desk")


class Closed(TryAgain):
    """The archive cannot be opened. What is wrong is in the log, where IT reads it, and not on the page."""


class Opened:
    """Gives the installation; raises `Closed` where it cannot be opened."""

    def __init__(
        self, opening: Callable[[], Installation], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._opening, self._clock = opening, clock
        self._city: Installation | None = None
        self._until = 0.0
        self._lock = Lock()

    def __call__(self) -> Installation:
        with self._lock:
            if self._city is None or self._clock() >= self._until:
                self._city = None
                self._city = self._open()
                self._until = self._clock() + _LASTS_SECONDS
            return self._city

    def _open(self) -> Installation:
        try:
            return self._opening()
        except PaloverdeError as error:
            _LOG.error("The archive could not be opened: %s", error)
            raise Closed(_CLOSED) from error
