"""Which documents of several segments are of one item or version, and which items were removed.

Written anew after each change: of ten million documents it takes a few seconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np

from paloverde.search.index.layout import U32, U64, Arrays, make_folder, write_arrays
from paloverde.search.index.opening import AboutKin, Kin
from paloverde.search.index.segment import Segment
from paloverde.search.index.wholly import write_whole


def write_kin(folder: Path, name: str, segments: Sequence[Segment]) -> None:
    """Write the kin of these segments under a new name; see `opening.Kin`."""
    arrays: Arrays = {}
    kin, items, versions = kin_of(segments)
    for number, one in enumerate(kin):
        arrays |= {f"{number}.{field}": getattr(one, field) for field in Kin.__struct_fields__}
    make_folder(folder)
    (folder / f"{name}.bin").unlink(missing_ok=True)
    about = AboutKin(items, versions, write_arrays(folder / f"{name}.bin", arrays.items()))
    write_whole(folder / f"{name}.json", msgspec.json.encode(about))


def kin_of(segments: Sequence[Segment]) -> tuple[list[Kin], int, int]:
    """The kin of each segment, and how many items and versions they number."""
    shared = _repeated([segment.sorted_items for segment in segments])
    found = [_sharing(segment, shared) for segment in segments]
    items = np.concatenate([np.empty(0, np.uint32), *(items for _, items in found)])
    theirs = [
        segment.columns.version[documents] for segment, (documents, _) in zip(segments, found, strict=True)
    ]
    versions, count = _numbered(items, np.concatenate([np.empty(0, np.uint64), *theirs]))
    told = [segment.removals["item"].to_numpy() for segment in segments]
    removed = np.unique(np.concatenate([np.empty(0, np.uint64), *told]))
    kin, before = [], 0
    for segment, (documents, of_item) in zip(segments, found, strict=True):
        of_version = versions[before : before + len(documents)]
        kin.append(Kin(documents, of_item, of_version, segment.of_items(removed)))
        before += len(documents)
    return kin, len(shared), count


def _numbered(items: U32, versions: U64) -> tuple[U32, int]:
    """A number for each distinct version of an item, and how many there are."""
    order = np.lexsort((versions, items))
    is_new = np.ones(len(order), np.bool_)
    is_new[1:] = np.diff(items[order]).astype(np.bool_) | (versions[order][1:] != versions[order][:-1])
    numbers = np.empty(len(order), np.uint32)
    numbers[order] = np.cumsum(is_new) - 1
    return numbers, int(is_new.sum())


def _repeated(of_segments: Sequence[U64]) -> U64:
    """The items that more than one document is of, sorted."""
    items = np.concatenate([np.empty(0, np.uint64), *of_segments])
    items.sort()
    return np.unique(items[1:][items[1:] == items[:-1]])


def _sharing(segment: Segment, shared: U64) -> tuple[U32, U32]:
    """The documents (sorted) of these items, and the number of the item of each."""
    items = segment.sorted_items
    if not len(shared) or not len(items):
        return np.empty(0, np.uint32), np.empty(0, np.uint32)
    place = np.minimum(np.searchsorted(shared, items), len(shared) - 1).astype(np.uint32)
    is_shared = shared[place] == items
    documents, numbers = segment.by_item[is_shared], place[is_shared]
    order = np.argsort(documents)
    return documents[order], numbers[order]
