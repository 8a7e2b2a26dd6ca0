"""Writing the zip of a bundle: in a fixed order, with fixed times, hashed on the way, whole or not at all."""

from __future__ import annotations

import hashlib
import io
import os
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from glob import escape
from pathlib import Path
from typing import IO

import msgspec

from paloverde.bundles.scratch import clear_left, held
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
    """A file of the bundle as its lists name it; `sha512` is "" where no list wants it."""

    path: str
    sha256: str
    sha512: str
    size: int


class Box:
    """An open bundle, all of it in the folder `base`. Files are written in the order in which they come."""

    def __init__(self, zipped: zipfile.ZipFile, base: str, look: Look, *, with_sha512: bool = True) -> None:
        self._zip, self._base, self._look = zipped, base, look
        self._kinds = ("sha256", "sha512") if with_sha512 else ("sha256",)
        self.files: list[Packed] = []

    def add(self, path: str, body: bytes | Path | Iterable[bytes]) -> Packed:
        """Add a file: bytes, pieces of them, or one that lies on disk."""
        hashes, size = [hashlib.new(kind) for kind in self._kinds], 0
        with _waiting(body) as waiting:
            for chunk in _pieces(body):
                if not isinstance(body, bytes):
                    waiting.write(chunk)
                size += len(chunk)
                for digest in hashes:
                    digest.update(chunk)
            waiting.seek(0)
            self._look(path, waiting)
            waiting.seek(0)
            self._write(path, waiting, size)
        sha256, sha512 = [*(digest.hexdigest() for digest in hashes), ""][:2]
        done = Packed(path, sha256, sha512, size)
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


def _waiting(body: bytes | Path | Iterable[bytes]) -> IO[bytes]:
    """Where a file waits while it is looked at."""
    return io.BytesIO(body) if isinstance(body, bytes) else tempfile.SpooledTemporaryFile(_IN_MEMORY)


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
def sealed_file(out: Path, base: str, look: Look, *, with_sha512: bool = True) -> Iterator[Box]:
    """A new zip at `out`, there only when whole and on disk. What is there already is never overwritten."""
    if out.exists():
        raise BadSetting(_THERE.format(out))
    temporary = out.with_name(f".{out.name}.{os.getpid()}")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        clear_left(half for half in out.parent.glob(f".{escape(out.name)}.*") if half.suffix[1:].isdigit())
        with temporary.open("xb") as file, held(temporary):
            with zipfile.ZipFile(file, "w", compresslevel=6) as zipped:
                yield Box(zipped, base, look, with_sha512=with_sha512)
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
