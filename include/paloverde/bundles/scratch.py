"""Folders for the while of a piece of work, and what killed processes left of theirs.

A process that is killed clears nothing away, and what it leaves may hold words that are kept back. So each
folder is locked (flock(2)) for as long as its process lives, and whoever makes the next one first removes
those of the same user whose lock is free. Half-written zips beside their target are known in the same way.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_PREFIX = "paloverde-scratch-"
_NEW = 60  # seconds: what was just made may not be locked yet


@contextmanager
def scratch() -> Iterator[Path]:
    """A new folder among the temporary files, for this user alone; it is gone after the `with`."""
    clear_left(Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"))
    with tempfile.TemporaryDirectory(prefix=_PREFIX, ignore_cleanup_errors=True) as name, held(Path(name)):
        yield Path(name)


@contextmanager
def held(path: Path) -> Iterator[None]:
    """A file or folder marked as being worked on, until this process ends or the `with` does. Where the disk
    knows no locks nothing is marked, and nothing is ever taken for left.
    """
    lock = os.open(path, os.O_RDONLY)
    try:
        with suppress(OSError):
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def clear_left(paths: Iterable[Path]) -> None:
    """Remove those of this user that nobody works on any more."""
    for path in paths:
        with suppress(OSError):  # somebody else was faster
            if _is_left(path):
                shutil.rmtree(path) if path.is_dir() else path.unlink()


def _is_left(path: Path) -> bool:
    found = path.lstat()
    if path.is_symlink() or found.st_uid != os.getuid() or time.time() - found.st_mtime < _NEW:
        return False
    lock = os.open(path, os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(lock)
    return True
