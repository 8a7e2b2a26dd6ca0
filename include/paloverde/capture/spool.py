"""Files of a run on local disk until the run is known to be new: only then are they stored.

A run writes its parts here as it goes, so that memory stays flat, and an equal run that is already
sealed leaves nothing behind in the locked store.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Self

import msgspec

from paloverde.archive.seal import Part, Role
from paloverde.archive.store.interface import Store
from paloverde.errors import Unreachable

_UPLOADS_AT_ONCE = 8
_IN_PIECES = 4 * 1024 * 1024  # bytes above which a file goes to the store piece by piece
FOLDER = "paloverde-run-"
_JUST_MADE = 60  # seconds in which a new folder may not be locked yet


class Spooled(msgspec.Struct, frozen=True):
    """A file that waits: its part lacks only the version id that the store will give."""

    part: Part
    path: Path
    locked_until: datetime | None  # its own lock, where it is longer than that of the run


class Spool:
    """The waiting files of one run, in the order in which they were written."""

    def __init__(self) -> None:
        _clear_leftovers()
        self._folder = tempfile.TemporaryDirectory(prefix=FOLDER)
        self._life = _lock(Path(self._folder.name))
        self._files: dict[str, Spooled] = {}
        self._given = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._folder.cleanup()
        os.close(self._life)

    def vacant(self) -> Path:
        """Where a file may be written that is then given to `adopt`."""
        self._given += 1
        return Path(self._folder.name) / f"file-{self._given}"

    def add(
        self,
        role: Role,
        key_of: Callable[[str], str],
        body: bytes,
        *,
        rows: int = 0,
        undated: int = 0,
        bounds: tuple[datetime | None, datetime | None] = (None, None),
        locked_until: datetime | None = None,
    ) -> str:
        """Keep `body` for later under the key that `key_of` makes of its sha256; returns the key."""
        sha256 = hashlib.sha256(body).hexdigest()
        key, path = key_of(sha256), self.vacant()
        try:
            path.write_bytes(body)
        except OSError as error:
            raise Unreachable(
                f"The disk did not take the files of this run ({error.strerror}: {self._folder.name}). "
                "Make room there and run the same night again; nothing that is sealed has changed."
            ) from error
        part = Part(role, key, "", sha256, len(body), rows, undated, *bounds)
        self._files.setdefault(key, Spooled(part, path, locked_until))
        return key

    def adopt(self, role: Role, key_of: Callable[[str], str], path: Path) -> Part:
        """Keep a file, written at a `vacant` place, for later; it is never in memory as a whole."""
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        part = Part(role, key_of(sha256), "", sha256, path.stat().st_size)
        if part.key in self._files:
            path.unlink()
        return self._files.setdefault(part.key, Spooled(part, path, None)).part

    def store(self, store: Store, locked_until: datetime) -> list[Part]:
        """Store every file, several at a time, and give the parts for the seal."""

        def put(file: Spooled) -> Part:
            until = max(locked_until, file.locked_until or locked_until)
            body = file.path if file.part.size > _IN_PIECES else file.path.read_bytes()
            stored = store.put(file.part.key, body, locked_until=until, sha256=file.part.sha256)
            return msgspec.structs.replace(file.part, version_id=stored.version_id)

        with ThreadPoolExecutor(_UPLOADS_AT_ONCE) as uploads:
            return list(uploads.map(put, self._files.values()))


def _clear_leftovers() -> None:
    """Remove what killed runs left: it is in nobody's way, but it holds private messages.

    A run that lives holds the lock of its folder. Its age would not tell: clocks are set, and nights wait.
    """
    for folder in Path(tempfile.gettempdir()).glob(f"{FOLDER}*"):
        with suppress(OSError):  # another user's, a living run's, or another run clears it at this moment
            if time.time() - folder.stat().st_mtime > _JUST_MADE:
                life = _lock(folder)
                try:
                    shutil.rmtree(folder)
                finally:
                    os.close(life)


def _lock(folder: Path) -> int:
    """Lock a folder for as long as the descriptor is open; `BlockingIOError` where another has."""
    life = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(life, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(life)
        raise
    return life
