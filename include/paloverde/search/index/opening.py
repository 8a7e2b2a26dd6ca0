"""The whole index, opened: its segments, which documents are of one item or version, which were removed.

    index = open_index(folder)          # None where nothing was built yet
    for segment, kin in zip(index.segments, index.kin): ...

An answer counts versions and items, and a document is a row: `Kin` names the few documents whose item has
others in the index. Of hits, `len(hits)` less what is told there are the versions, or the items.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec

from paloverde.search.index.layout import (
    CURRENT,
    FORMAT,
    KIN,
    SEGMENTS,
    U32,
    Damaged,
    Lies,
    Shelf,
    open_arrays,
    read_struct,
)
from paloverde.search.index.mapped import ahead
from paloverde.search.index.segment import Segment
from paloverde.search.index.sharing import Sharing

_AT_ONCE = 8  # segments that are opened
_TRIES = 5


class Kin(msgspec.Struct, frozen=True):
    """Of one segment: its documents whose item has other documents in the index, and its removed ones.

    `documents` are sorted; beside each the number of its item and of its version, counted over the whole
    index from 0: equal numbers in two segments are one item, or one version. A version number that only one
    document bears is no twin. `removed` are the documents (sorted) whose item some part of removed items
    names.
    """

    documents: U32
    items: U32
    versions: U32
    removed: U32


class Index:
    """An opened index. `kin[i]` belongs to `segments[i]`; `items` and `versions` are how many there are.

    Segments that another held `before` stay open: they never change, and what was read of them is in memory.
    """

    def __init__(self, folder: Path, shelf: Shelf, before: Index | None = None) -> None:
        self.folder, self.shelf = folder, shelf
        self.sharing: Sharing = before.sharing if before else Sharing()
        held = {segment.folder: segment for segment in before.segments} if before else {}
        folders = [folder / SEGMENTS / name for name in shelf.segments]
        with ThreadPoolExecutor(_AT_ONCE) as pool:  # each waits for the disk
            self.segments: list[Segment] = list(pool.map(lambda one: held.get(one) or Segment(one), folders))
        about = read_struct(folder / KIN / f"{shelf.kin}.json", AboutKin)
        arrays = open_arrays(folder / KIN / f"{shelf.kin}.bin", about.arrays)
        for array in arrays.values():
            ahead(array)
        self.items, self.versions = about.items, about.versions
        self.kin = [
            Kin(*(arrays[f"{number}.{name}"] for name in Kin.__struct_fields__))
            for number in range(len(self.segments))
        ]

    @property
    def is_current(self) -> bool:
        """Whether no refresh has put another in its place."""
        try:
            return read_struct(self.folder / CURRENT, Shelf) == self.shelf
        except Damaged:
            return False

    @property
    def documents(self) -> int:
        return sum(segment.documents for segment in self.segments)


class AboutKin(msgspec.Struct, frozen=True):
    """Beside the arrays of the kin: how many items and versions are numbered, and where the arrays lie."""

    items: int
    versions: int
    arrays: dict[str, Lies]


def open_index(folder: Path, before: Index | None = None) -> Index | None:
    """The index in a folder, as it stands now; None where none was built. `Damaged` where it cannot be read.

    What is opened stays readable while a refresh puts another in its place; of that which was opened `before`
    the segments that stand are taken over.
    """
    if not (folder / CURRENT).is_file():
        return None
    for _ in range(_TRIES):
        shelf = read_struct(folder / CURRENT, Shelf)
        if shelf.format != FORMAT:
            raise Damaged(f"{folder} is of format {shelf.format}, and this program reads {FORMAT}")
        try:
            return Index(folder, shelf, before)
        except (Damaged, OSError):
            if read_struct(folder / CURRENT, Shelf) == shelf:  # not swept by a refresh in between
                raise
    raise Damaged(f"{folder} changes too often to be opened")
