"""Waiting for the owner of what is decided in the database and not yet stored.

Whoever wrote such a row down is just storing it, unless it was killed. If a bystander stored it at the same
moment, S3 would keep two locked versions of one object, of which one could not be deleted for years.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable

OWNER_SECONDS = 2.0  # an owner that lives has stored a seal or an entry by then, mostly in a tenth of it
_FIRST_PAUSE = 0.02  # seconds; each is longer than the one before
_LONGEST_PAUSE = 0.5


def is_left(is_pending: Callable[[], bool], patience: float) -> bool:
    """Whether something stays pending for `patience` seconds, or up to twice as long.

    How long exactly is drawn, so that of several bystanders one finds it done by another.
    """
    ends, pause = time.monotonic() + patience * random.uniform(1, 2), _FIRST_PAUSE  # noqa: S311
    while is_pending():
        if time.monotonic() >= ends:
            return True
        time.sleep(min(pause, max(0.0, ends - time.monotonic())))
        pause = min(pause * 1.7, _LONGEST_PAUSE)
    return False
