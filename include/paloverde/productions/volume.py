"""A volume of a production: one zip that is filled file by file, each hashed as it is written.

    VOL001/DATA/VOL001.dat .opt .xml .csv .jsonl .parquet    load files and tables
    VOL001/NATIVES/0001/PDC0000001.json                      what a site sent of a record, or the file itself
    VOL001/TEXT/0001/PDC0000001.txt                          the words, UTF-8
    VOL001/IMAGES/0001/PDC0000001.pdf                        the pages, each with its Bates number
    VOL001/RSMF/PDC0000001.rsmf                              a thread and a Pacific day each
    VOL001/WACZ/VOL001.wacz  VOL001/PDF/PDC0000001.pdf

A volume is there whole or not at all, so that who was interrupted goes on after the last whole one. Every
file is looked through for what is kept back before it is packed, as those of a bundle are. Paths have
letters, digits and `/_.-` only: load files know no way to write a comma in a path.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from paloverde.bundles.box import Box, Look, sealed_file
from paloverde.bundles.scratch import scratch

FILES = "FILES.json"  # the list of a volume; it does not name itself
PER_FOLDER = 1000  # files: more in one folder are slow to open on the other side
_PATH = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]*(/[A-Za-z0-9_-][A-Za-z0-9_.-]*)*")
_CHUNK = 1 << 20


class Written(msgspec.Struct, frozen=True):
    """A file of a volume, `path` from the volume's folder. MD5 only because review platforms ask for it."""

    path: str
    sha256: str
    md5: str
    size: int


class Parts(msgspec.Struct, frozen=True):
    """The files of one document in its volume; `rsmf` is the path of the slice that holds it, "" for none."""

    native: Written | None = None
    text: Written | None = None
    image: Written | None = None
    rsmf: str = ""


class Volume:
    """An open volume of the name `name`, with the files written so far in `files`."""

    def __init__(self, box: Box, name: str, folder: Path) -> None:
        self._box, self.name, self._folder = box, name, folder
        self.files: list[Written] = []
        self._waiting: list[tuple[str, Path]] = []

    @property
    def size(self) -> int:
        """Bytes of the files written so far, before packing."""
        return sum(file.size for file in self.files)

    def add(self, path: str, body: bytes | Path | Iterable[bytes]) -> Written:
        """Write one file: bytes, pieces of them, or what lies on disk."""
        if not _PATH.fullmatch(path):
            raise ValueError(f"{path!r} is no path of a volume")
        md5 = hashlib.md5(usedforsecurity=False)
        if isinstance(body, bytes):
            md5.update(body)
            packed = self._box.add(path, body)
        else:
            packed = self._box.add(path, _hashed(body, md5.update))
        written = Written(path, packed.sha256, md5.hexdigest(), packed.size)
        self.files.append(written)
        return written

    def later(self, path: str) -> Path:
        """Where a file may grow on disk while others are written; it is added when the volume is closed."""
        waiting = self._folder / f"{len(self._waiting)}"
        self._waiting.append((path, waiting))
        return waiting

    def close(self) -> None:
        """Add what grew beside, then the list of files."""
        for path, waiting in self._waiting:
            self.add(path, waiting)
            waiting.unlink()
        listed = sorted(self.files, key=lambda file: file.path)
        self._box.add(FILES, msgspec.json.format(msgspec.json.encode(listed)))

    def path_of(self, kind: str, number: int, name: str) -> str:
        """Where the `number`th document (from 1) of the volume has a file: NATIVES/0001/PDC0000001.jpg."""
        return f"{kind}/{(number - 1) // PER_FOLDER + 1:04d}/{name}"


@contextmanager
def filling(out: Path, name: str, look: Look) -> Iterator[Volume]:
    """A new volume as the zip `out`, there when it is whole and on disk. `look` is shown every file.

    `BadSetting` where it is there already or cannot be written.
    """
    with sealed_file(out, name, look, with_sha512=False) as box, scratch() as folder:
        volume = Volume(box, name, folder)
        yield volume
        volume.close()


def _hashed(body: Path | Iterable[bytes], update: Callable[[bytes], None]) -> Iterator[bytes]:
    for piece in _pieces(body):
        update(piece)
        yield piece


def _pieces(body: Path | Iterable[bytes]) -> Iterator[bytes]:
    if isinstance(body, Path):
        with body.open("rb") as file:
            yield from iter(lambda: file.read(_CHUNK), b"")
    else:
        yield from body
