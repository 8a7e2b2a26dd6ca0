"""Writing the zip of a bundle: in a fixed order, with fixed times, hashed on the way, whole or not at all."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec

from paloverde.errors import BadSetting

_TIME = (1980, 1, 1, 0, 0, 0)  # the first that a zip can say; the time of sealing is in the manifest
_READ_ONLY = 0o100644 << 16
_UNIX = 3
_IN_MEMORY = 8 << 20  # larger files wait on disk
_CHUNK = 1 << 20
_THERE = "{} is there already, and a bundle is never overwritten. Give another name."


class Packed(msgspec.Struct, frozen=True):
    """A file of the bundle as its manifest names it."""

    path: str
    sha256: str
    size: int


class Box:
    """An open bundle. Files are added in the order of their names; the manifest and its signature come
    last.
    """

    def __init__(self, zipped: zipfile.ZipFile) -> None:
        self._zip = zipped
        self.files: list[Packed] = []

    def add(self, path: str, body: bytes | Iterable[bytes], *, packed: bool = True) -> Packed:
        """Add a file; `packed` deflates it, which pictures and Parquet do not need."""
        with tempfile.SpooledTemporaryFile(_IN_MEMORY) as waiting:
            digest, size = hashlib.sha256(), 0
            for chunk in (body,) if isinstance(body, bytes) else body:
                waiting.write(chunk)
                digest.update(chunk)
                size += len(chunk)
            waiting.seek(0)
            # With the size known beforehand every Python writes the same head; else 3.11.2 writes another.
            info = zipfile.ZipInfo(path, _TIME)
            info.create_system, info.external_attr, info.file_size = _UNIX, _READ_ONLY, size
            info.compress_type = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
            with self._zip.open(info, "w") as file:
                shutil.copyfileobj(waiting, file, _CHUNK)
        done = Packed(path, digest.hexdigest(), size)
        self.files.append(done)
        return done


@contextmanager
def sealed_file(out: Path) -> Iterator[Box]:
    """A new zip at `out`, there only when whole and on disk. What is there already is never overwritten."""
    if out.exists():
        raise BadSetting(_THERE.format(out))
    temporary = out.with_name(f".{out.name}.{os.getpid()}")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        yield from _written(temporary)
        _publish(temporary, out)
    except OSError as error:
        raise BadSetting(
            f"The bundle {out} cannot be written: {error.strerror or error}. "
            "Make room there, or choose another place."
        ) from error
    finally:
        with suppress(NotADirectoryError):
            temporary.unlink(missing_ok=True)


def _publish(temporary: Path, out: Path) -> None:
    """Give the file its name, unless somebody else took the name in the meantime."""
    try:
        os.link(temporary, out)
    except FileExistsError as error:
        raise BadSetting(_THERE.format(out)) from error


def _written(temporary: Path) -> Iterator[Box]:
    """The open box, and after it every byte on disk."""
    with temporary.open("xb") as file:
        with zipfile.ZipFile(file, "w", compresslevel=6) as zipped:
            yield Box(zipped)
        file.flush()
        os.fsync(file.fileno())


def digest_of(path: Path) -> str:
    """SHA-256 of a file on disk."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
