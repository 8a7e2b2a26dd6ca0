"""Writing the zip of a bundle: in a fixed order, with fixed times, hashed on the way, whole or not at all."""

from __future__ import annotations

import hashlib
import os
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

import msgspec

from paloverde.errors import BadSetting

_TIME = (1980, 1, 1, 0, 0, 0)  # the first that a zip can say; the time of sealing is in bag-info.txt
_READ_ONLY = 0o100644 << 16
_UNIX = 3
_IN_MEMORY = 8 << 20  # larger files wait on disk
_CHUNK = 1 << 20
_PACKED = (".csv", ".html", ".json", ".jsonl", ".py", ".txt")  # the others are small already, or stay as such
_THERE = "{} is there already, and a bundle is never overwritten. Give another name."
Look = Callable[[str, IO[bytes]], None]  # is shown every file, at its beginning, before it is packed


class Packed(msgspec.Struct, frozen=True):
    """A file of the bundle as its lists name it."""

    path: str
    sha256: str
    sha512: str
    size: int


class Box:
    """An open bundle, all of it in the folder `base`. Files are written in the order in which they come."""

    def __init__(self, zipped: zipfile.ZipFile, base: str, look: Look) -> None:
        self._zip, self._base, self._look = zipped, base, look
        self.files: list[Packed] = []

    def add(self, path: str, body: bytes | Path | Iterable[bytes]) -> Packed:
        """Add a file: bytes, pieces of them, or one that lies on disk."""
        with tempfile.SpooledTemporaryFile(_IN_MEMORY) as waiting:
            hashes, size = (hashlib.sha256(), hashlib.sha512()), 0
            for chunk in _pieces(body):
                waiting.write(chunk)
                size += len(chunk)
                for digest in hashes:
                    digest.update(chunk)
            waiting.seek(0)
            self._look(path, waiting)
            waiting.seek(0)
            self._write(path, waiting, size)
        done = Packed(path, hashes[0].hexdigest(), hashes[1].hexdigest(), size)
        self.files.append(done)
        return done

    def _write(self, path: str, waiting: IO[bytes], size: int) -> None:
        # With the size known beforehand every Python writes the same head; else 3.11.2 writes another.
        info = zipfile.ZipInfo(f"{self._base}/{path}", _TIME)
        info.create_system, info.external_attr, info.file_size = _UNIX, _READ_ONLY, size
        info.compress_type = zipfile.ZIP_DEFLATED if path.endswith(_PACKED) else zipfile.ZIP_STORED
        with self._zip.open(info, "w") as file:
            while chunk := waiting.read(_CHUNK):
                file.write(chunk)


def _pieces(body: bytes | Path | Iterable[bytes]) -> Iterator[bytes]:
    if isinstance(body, bytes):
        yield body
    elif isinstance(body, Path):
        with body.open("rb") as file:
            while chunk := file.read(_CHUNK):
                yield chunk
    else:
        yield from body


@contextmanager
def sealed_file(out: Path, base: str, look: Look) -> Iterator[Box]:
    """A new zip at `out`, there only when whole and on disk. What is there already is never overwritten."""
    if out.exists():
        raise BadSetting(_THERE.format(out))
    temporary = out.with_name(f".{out.name}.{os.getpid()}")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("xb") as file:
            with zipfile.ZipFile(file, "w", compresslevel=6) as zipped:
                yield Box(zipped, base, look)
            file.flush()
            os.fsync(file.fileno())
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


def digest_of(path: Path) -> str:
    """SHA-256 of a file on disk."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
