"""Files of the index in memory, and what the machine is told of how they are read.

Left to itself, a machine reads what lies around each page that is touched: 128 KiB as most are set, 8 MiB as
some are. Of ten million records a question then reads gigabytes for the forty megabytes that it needs. So a
file is mapped to be read page by page, and what is needed of it at length is asked for ahead, all at once: it
comes while other work goes on.
"""

from __future__ import annotations

import mmap
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

_PAGE = mmap.PAGESIZE
_SHARE = 16  # with places in one of so many pages or more, the whole is asked for
Array = TypeVar("Array", bound=npt.NDArray[Any])


def mapped(path: Path) -> npt.NDArray[np.uint8]:
    """The bytes of a file (not an empty one), read when they are touched, and no others."""
    with path.open("rb") as file:
        whole = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    whole.madvise(mmap.MADV_RANDOM)
    return np.frombuffer(whole, np.uint8)


def ahead(array: Array) -> Array:
    """The same array; if it lies in a mapped file, the machine begins to read it."""
    root = array.base
    file = root.base.obj if isinstance(root, np.ndarray) and isinstance(root.base, memoryview) else None
    if array.nbytes > _PAGE and isinstance(file, mmap.mmap):
        start = _address(array) - _address(root)
        first = start - start % _PAGE
        file.madvise(mmap.MADV_WILLNEED, first, start + array.nbytes - first)
    return array


def ahead_for(array: Array, places: int) -> Array:
    """The same array, of which so many places, anywhere, are to be read: `ahead` unless they are few."""
    return ahead(array) if places * _PAGE * _SHARE > array.nbytes else array


def _address(array: npt.NDArray[Any]) -> int:
    return int(array.__array_interface__["data"][0])
