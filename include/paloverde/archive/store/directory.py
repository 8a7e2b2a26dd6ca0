"""A write-once directory: the store of one machine that has no S3 server.

Objects lie under their own key (`records/account=.../x.parquet`), so that any tool can read them. An
object's lock and legal hold lie beside it in `.locks/<key>.json`. New bytes are written to `.incoming/`,
synced, linked into place without overwriting, and their folder is synced: an object is whole or absent.

Locks are kept by this code alone. Whoever may write in the directory can undo them, and the grade
says so: application-enforced.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import shutil
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from paloverde.archive.store.interface import Body, Grade, Standing, Stored
from paloverde.archive.store.rules import (
    check_bytes,
    check_hash,
    check_key,
    lock_date,
    lock_to_come,
    size_of,
    whole_second,
    write_checked,
)
from paloverde.errors import ArchiveDamaged, BadSetting, StoreCannotPromise, Unreachable

VERSION = "1"  # write-once: the first version of a key is the only one
LOCKS = ".locks"
INCOMING = ".incoming"
DAMAGED = ".damaged"  # what was found damaged and replaced: evidence, which no reader sees
STALE_SECONDS = 24 * 3600.0  # an unfinished write older than this belongs to nobody
_PIECE = 1024 * 1024  # bytes copied at a time
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_FORBIDDEN = {errno.EACCES, errno.EPERM, errno.EROFS}


class Kept(msgspec.Struct, frozen=True):
    """What is written beside an object: until when it is locked, and its legal hold."""

    locked_until: datetime | None = None
    legal_hold: bool = False


class DirectoryStore:
    """See the module; the interface is `paloverde.archive.store.interface.Store`."""

    grade = Grade.APPLICATION

    def __init__(self, root: Path) -> None:
        self.root = root.absolute()
        # Folders are made by the first write: a disk that is not mounted must not look like an empty store.
        with self.plainly("opened"):
            self._sweep()

    @property
    def description(self) -> str:
        return f"write-once directory {self.root}"

    def put(
        self, key: str, body: Body, *, locked_until: datetime | None, sha256: str | None = None
    ) -> Stored:
        digest = check_bytes(check_key(key), body, sha256)
        stored = Stored(key=key, version_id=VERSION, sha256=digest, size=size_of(body))
        with self.plainly("written"):
            here = self._path(key).exists()
            if locked_until is not None:
                until = whole_second(locked_until) if here else lock_date(locked_until, datetime.now(UTC))
                # The lock first: a crash between the two leaves a lock without an object, never the reverse.
                if not here or self._same(stored):
                    self._keep(key, locked_until=until)
            if not here:
                self._write(self._path(key), body)
        if not self._same(stored):
            raise ArchiveDamaged(
                f"{key} in the {self.description} already holds other bytes; nothing was overwritten:"
                " run the fixity check."
            )
        return stored

    def restore(self, key: str, body: Body, *, locked_until: datetime | None, legal_hold: bool) -> Stored:
        digest = check_bytes(check_key(key), body, None)
        until = lock_to_come(locked_until, datetime.now(UTC))
        with self.plainly("put back"):
            self._set_aside_a_broken_lock(key)
            self._keep(key, locked_until=until, legal_hold=legal_hold)
            self._replace(key, body)
        stored = Stored(key=key, version_id=VERSION, sha256=digest, size=size_of(body))
        self.check(stored)
        return stored

    def _replace(self, key: str, body: Body) -> None:
        """Put other bytes in place of what lies there, which moves to `.damaged/`; never is nothing there."""
        path, beside = self._path(key), self._beside()
        try:
            write_synced(beside, body)
            make_folders(path.parent)
            if path.is_symlink() or path.exists():
                evidence = self.root / DAMAGED / f"{key}.{uuid.uuid4().hex}"
                make_folders(evidence.parent)
                os.link(path, evidence, follow_symlinks=False)
                sync_folder(evidence.parent)
            beside.replace(path)
            sync_folder(path.parent)
        finally:
            beside.unlink(missing_ok=True)

    def _set_aside_a_broken_lock(self, key: str) -> None:
        try:
            self.kept(key)
        except ArchiveDamaged:
            self._sidecar(key).replace(self._beside())

    def get(self, stored: Stored) -> bytes:
        body = self._read(stored)
        check_bytes(stored.key, body, stored.sha256)
        return body

    def check(self, stored: Stored) -> None:
        check_hash(stored.key, self._hash(stored), stored.sha256)

    def fetch(self, stored: Stored, path: Path) -> None:
        write_checked(stored, self._pieces(stored), path)

    def standing(self, stored: Stored) -> Standing:
        with self.plainly("looked at"):
            size = self._existing(stored).stat().st_size
            kept = self.kept(stored.key)
        mode = Grade.APPLICATION if kept.locked_until else None
        return Standing(size=size, locked_until=kept.locked_until, mode=mode, legal_hold=kept.legal_hold)

    def find(self, key: str) -> Stored | None:
        with self.plainly("read"):
            path = self._path(check_key(key))
            if not path.is_file():
                return None
            with path.open("rb") as handle:
                digest = hashlib.file_digest(handle, "sha256").hexdigest()
                size = handle.tell()
        return Stored(key=key, version_id=VERSION, sha256=digest, size=size)

    def extend(self, stored: Stored, locked_until: datetime) -> None:
        with self.plainly("locked"):
            self._existing(stored)
            self._keep(stored.key, locked_until=whole_second(locked_until))
            kept = self.kept(stored.key).locked_until
        if kept is None or kept < locked_until:
            raise StoreCannotPromise(
                f"The {self.description} did not keep the lock of {stored.key}; check its disk."
            )

    def set_legal_hold(self, stored: Stored, on: bool) -> None:
        with self.plainly("held"):
            self._existing(stored)
            self._keep(stored.key, legal_hold=on)

    def walk(self, prefix: str) -> Iterator[Stored]:
        folder, _, begins = prefix.rpartition("/")
        with self.plainly("listed"):
            names = sorted(name for name in _names(self.root / folder) if name.startswith(begins))
        for name in names:
            key = f"{folder}/{name}" if folder else name
            if key.startswith("."):
                continue
            if self._path(key).is_dir():
                yield from self.walk(f"{key}/")
            elif found := self.find(key):
                yield found

    def places_of(self, key: str) -> tuple[Path, Path]:
        """Where an object lies, and the file of its lock beside it."""
        return self._path(check_key(key)), self._sidecar(key)

    def _path(self, key: str) -> Path:
        return self.root / key

    def _existing(self, stored: Stored) -> Path:
        path = self._path(check_key(stored.key))
        if stored.version_id != VERSION or not path.is_file():
            raise ArchiveDamaged(
                f"{stored.key} is missing from the {self.description}; run `paloverde fixity`, then "
                "`paloverde repair`."
            )
        return path

    def _read(self, stored: Stored) -> bytes:
        with self.plainly("read"):
            handle = os.open(self._existing(stored), os.O_RDONLY | os.O_NOFOLLOW)
            with os.fdopen(handle, "rb") as file:
                return file.read()

    def _pieces(self, stored: Stored) -> Iterator[bytes]:
        with self.plainly("read"):
            handle = os.open(self._existing(stored), os.O_RDONLY | os.O_NOFOLLOW)
            with os.fdopen(handle, "rb") as file:
                while piece := file.read(_PIECE):
                    yield piece

    def _same(self, stored: Stored) -> bool:
        """Whether what lies under the key, read from the disk, is what `stored` says."""
        return self._hash(stored) == stored.sha256

    def _hash(self, stored: Stored) -> str:
        """The SHA-256 of what lies under the key, read piece by piece."""
        with self.plainly("read"):
            handle = os.open(self._existing(stored), os.O_RDONLY | os.O_NOFOLLOW)
            with os.fdopen(handle, "rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest()

    def _write(self, path: Path, body: Body) -> None:
        """Put new bytes in place; where another writer was faster, its bytes stay."""
        beside = self._beside()
        try:
            write_synced(beside, body)
            make_folders(path.parent)
            try:
                os.link(beside, path)  # fails where the name is taken, unlike rename
            except FileExistsError:
                return
            sync_folder(path.parent)
        finally:
            beside.unlink(missing_ok=True)

    def kept(self, key: str) -> Kept:
        """Until when an object is locked, and its legal hold."""
        path = self._sidecar(key)
        try:
            return msgspec.json.decode(path.read_bytes(), type=Kept)
        except FileNotFoundError:
            return Kept()
        except msgspec.MsgspecError as error:
            raise ArchiveDamaged(
                f"The lock file {path} cannot be read; run `paloverde fixity`, then `paloverde repair`."
            ) from error

    def _keep(
        self, key: str, *, locked_until: datetime | None = None, legal_hold: bool | None = None
    ) -> None:
        """Write a later lock date or another legal hold; an earlier date changes nothing."""
        sidecar = self._sidecar(key)
        make_folders(sidecar.parent)
        with one_writer(sidecar.parent):
            kept = self.kept(key)
            dates = [moment for moment in (kept.locked_until, locked_until) if moment is not None]
            new = Kept(
                locked_until=max(dates, default=None),
                legal_hold=kept.legal_hold if legal_hold is None else legal_hold,
            )
            if new == kept:
                return
            beside = self._beside()
            try:
                write_synced(beside, msgspec.json.encode(new))
                beside.replace(sidecar)
            finally:
                beside.unlink(missing_ok=True)
            sync_folder(sidecar.parent)

    def _sidecar(self, key: str) -> Path:
        # Not with_suffix: `a.b` and `a.c` must not share a lock.
        return self.root / LOCKS / f"{key}.json"

    def _beside(self) -> Path:
        """A name for what is not whole yet; its folder is made with the first of them."""
        make_folders(self.root / INCOMING)
        return self.root / INCOMING / uuid.uuid4().hex

    def _sweep(self) -> None:
        """Take away what killed writers left half-written; no reader ever saw it."""
        try:
            found = list((self.root / INCOMING).iterdir())
        except FileNotFoundError:  # nothing was ever written here
            return
        for path in found:
            with suppress(FileNotFoundError):  # another process has just given it its name
                if path.stat().st_mtime < time.time() - STALE_SECONDS:
                    path.unlink()

    @contextmanager
    def plainly(self, done: str) -> Iterator[None]:
        """Say in one sentence what the operating system refused."""
        try:
            yield
        except OSError as error:
            if error.errno in _FULL:
                raise Unreachable(
                    f"The disk of {self.root} is full, nothing was {done}; make room, then try again."
                ) from error
            if error.errno in _FORBIDDEN:
                raise BadSetting(
                    f"This user may not use the {self.description}; give it the directory or set another."
                ) from error
            raise Unreachable(
                f"Something could not be {done} in the {self.description} ({error.strerror}); check the disk."
            ) from error


def _names(folder: Path) -> list[str]:
    """What lies in a folder; nothing where there is none."""
    try:
        return os.listdir(folder)  # noqa: PTH208 - a third of the time of `iterdir`, asked at each ledger entry
    except (FileNotFoundError, NotADirectoryError):
        return []


def make_folders(path: Path) -> None:
    """Make a folder and its parents, for this user only, and sync each new entry to disk."""
    if path.is_dir():
        return
    make_folders(path.parent)
    try:
        path.mkdir(mode=0o700)
    except FileExistsError:
        return
    sync_folder(path.parent)


def write_synced(path: Path, body: Body) -> None:
    """Write a new file, for this user only, and wait until it is on the disk."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        if isinstance(body, Path):
            with body.open("rb") as source:
                shutil.copyfileobj(source, file, _PIECE)
        else:
            file.write(body)
        file.flush()
        os.fsync(file.fileno())


def sync_folder(path: Path) -> None:
    """Wait until the names in a folder are on the disk."""
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def one_writer(folder: Path) -> Iterator[None]:
    """Hold the folder's lock, so that two processes do not overwrite each other's change."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
