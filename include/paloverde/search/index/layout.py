"""How an index lies on the disk: names, forms, and one container of arrays per segment.

    <index folder>/                 0700: private messages lie in it
        current.json                which segments stand (`Shelf`); replaced by rename, so that it is whole
        lock                        held by the one who refreshes
        segments/<name>/
            segment.json            what the segment covers (`About`); written last
            arrays.bin              every array of the segment, one after the other
            rows.arrow              the rows that a page shows, in the order of the documents
            removals.arrow          what is known of the removals, one row per removed item
        kin/<name>.bin              which documents are of one item or version (`Kin`), and which were removed

All of it is derived: it can be thrown away and built again from the sealed records.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import numpy as np
import numpy.typing as npt

from paloverde.search.hits import COLUMNS
from paloverde.search.index.mapped import mapped

FORMAT = 3
BLOCK = 16  # positions: each passage begins at a multiple of it, behind at least one that is free
CURRENT, LOCK, SEGMENTS, KIN = "current.json", "lock", "segments", "kin"
ABOUT, ARRAYS, ROWS, REMOVALS = "segment.json", "arrays.bin", "rows.arrow", "removals.arrow"
UNDATED = np.iinfo(np.int32).max  # the posted day of a document that has none
NO_TIME = np.iinfo(np.int64).min  # a moment that is not known
SIGN_CODES = ("", "#", "@")
# Columns of few values, as codes: a byte for what our own code names, more for what sites do.
CODED: dict[str, type[np.unsignedinteger[Any]]] = {
    "account": np.uint16,
    "platform": np.uint8,
    "kind": np.uint8,
    "visibility": np.uint8,
    "provenance": np.uint8,
    "language": np.uint16,
    "poster_missing": np.uint16,
    "exchange_key": np.uint32,
}
STORED = tuple(name for name in COLUMNS if name not in CODED)  # what lies in rows.arrow
_ALIGNED = 64
_FOLDER, _FILE = 0o700, 0o600

U8 = npt.NDArray[np.uint8]
U16 = npt.NDArray[np.uint16]
U32 = npt.NDArray[np.uint32]
U64 = npt.NDArray[np.uint64]
I32 = npt.NDArray[np.int32]
I64 = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Arrays = dict[str, npt.NDArray[Any]]
T = TypeVar("T")


class Damaged(Exception):
    """A file of the index is not what it should be: the segment is thrown away and built again."""


class Covered(msgspec.Struct, frozen=True):
    """A sealed part whose rows lie in a segment; see `archive.reader.SealedPart`."""

    key: str
    version_id: str
    sha256: str
    size: int
    role: str  # records or removed
    account: str
    day: date
    sequence: int
    of_run: int
    rows: int

    @property
    def name(self) -> tuple[str, str, int]:
        """What tells it from every other part of the archive."""
        return self.key, self.version_id, self.sequence


class Lies(msgspec.Struct, frozen=True):
    """Where an array lies in the container."""

    dtype: str
    start: int
    count: int

    @property
    def stop(self) -> int:
        """Before which byte it ends."""
        return self.start + self.count * np.dtype(self.dtype).itemsize

    def of(self, whole: U8) -> npt.NDArray[Any]:
        """The array itself, in the bytes of the container."""
        return whole[self.start : self.stop].view(self.dtype)


class About(msgspec.Struct, frozen=True, kw_only=True):
    """What a segment says of itself. `values` are the dictionaries of its coded columns."""

    format: int
    documents: int
    parts: list[Covered]
    values: dict[str, list[str | None]]
    arrays: dict[str, Lies]
    files: dict[str, tuple[int, str]]  # size and sha256 of each other file


class Shelf(msgspec.Struct, frozen=True):
    """Which segments stand, oldest first, and the file of their kin. `number` grows with every change."""

    format: int
    number: int
    segments: list[str]
    kin: str


def write_arrays(path: Path, arrays: Iterable[tuple[str, npt.NDArray[Any]]]) -> dict[str, Lies]:
    """Write arrays by name one after the other into a new file, as they come, and say where each lies."""
    lies: dict[str, Lies] = {}
    with path.open("xb") as file:
        path.chmod(_FILE)
        for name, array in arrays:
            file.write(b"\0" * (-file.tell() % _ALIGNED))
            lies[name] = Lies(array.dtype.str, file.tell(), len(array))
            file.write(np.ascontiguousarray(array).data.cast("B") if len(array) else b"")
        file.write(b"\0")  # a file that is mapped cannot be empty
    return lies


def open_arrays(path: Path, lies: Mapping[str, Lies]) -> Arrays:
    """The arrays of a file, mapped into memory and read only; `Damaged` where they do not lie in it."""
    whole = mapped(path)
    if any(one.stop >= len(whole) for one in lies.values()):
        raise Damaged(f"{path} is shorter than it should be")
    return {name: one.of(whole) for name, one in lies.items()}


def make_folder(path: Path) -> Path:
    """A folder that only this program's user reads."""
    path.mkdir(mode=_FOLDER, parents=True, exist_ok=True)
    path.chmod(_FOLDER)
    return path


def read_struct(path: Path, type_: type[T]) -> T:
    """A JSON file of the index; `Damaged` where it cannot be read as that."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=type_)
    except (OSError, msgspec.MsgspecError) as error:
        raise Damaged(f"{path} cannot be read: {error}") from error
