"""Sorted strings of a segment."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from paloverde.search.index.layout import U8, U32, Arrays
from paloverde.search.index.mapped import ahead


class Strings:
    """Sorted strings (by code point) in one buffer of UTF-8."""

    def __init__(self, arrays: Arrays, name: str) -> None:
        self._ends: U32 = arrays[f"{name}.ends"]
        self._letters: U8 = arrays[f"{name}.bytes"]
        self._bytes = self._letters.data

    def __len__(self) -> int:
        return len(self._ends)

    def __getitem__(self, number: int) -> bytes:
        start = int(self._ends[number - 1]) if number else 0
        return bytes(self._bytes[start : int(self._ends[number])])

    def ahead(self) -> None:
        """All of them are read now."""
        ahead(self._ends), ahead(self._letters)

    def arrow(self) -> pa.Array:
        """All of them as an Arrow array, without a copy of the letters."""
        ends = np.concatenate([np.zeros(1, np.int64), self._ends]).astype(np.int64)
        return pa.LargeStringArray.from_buffers(len(self), pa.py_buffer(ends), pa.py_buffer(self._bytes))
