"""What was said, in a file of the home: it is needed most when the database does not answer."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import msgspec

from paloverde.alarms.news import Known
from paloverde.errors import TryAgain

_FILE, _LOCK = "alerts.json", "alerts.lock"


class Memory(msgspec.Struct, frozen=True):
    """What is known after the last round, when that was, and why it could not be said; "" where it was.

    `posted` names what the webhook has and a mailbox has not: the next round writes to the mailbox alone.
    """

    known: dict[str, Known] = {}
    round_at: datetime | None = None
    trouble: str = ""
    posted: frozenset[str] = frozenset()


def remembered(home: Path) -> Memory:
    """What the last round left. A file that cannot be read is as none: everything is said anew."""
    try:
        return msgspec.json.decode((home / _FILE).read_bytes(), type=Memory)
    except (FileNotFoundError, msgspec.MsgspecError):
        return Memory()


def remember(home: Path, memory: Memory) -> None:
    """Keep it, whole or not at all, readable by this user only."""
    draft = home / f".{_FILE}.{os.getpid()}"
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(msgspec.json.encode(memory))
        os.fsync(file.fileno())
    draft.replace(home / _FILE)


@contextmanager
def one_round(home: Path) -> Iterator[None]:
    """Keep a second round out, so that nothing is said twice; `TryAgain` where one is at work."""
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (home / _LOCK).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise TryAgain("Another round of alerts is at work; wait for it, then try again.") from None
        yield
