"""Arrow arrays of numbers and texts, and rows of tables, made without pandas.

`pa.array` and `to_pylist` of moments load all of it, only to ask for its version: half a second for the first
question of a process.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_UNSIGNED = {1: pa.uint8(), 2: pa.uint16(), 4: pa.uint32(), 8: pa.uint64()}
Places = npt.NDArray[np.uint16] | npt.NDArray[np.uint32]
Some = TypeVar("Some", np.bool_, np.uint8, np.uint16, np.uint32, np.uint64)


def integers(values: npt.NDArray[np.integer[Any]]) -> pa.Array:
    """Whole numbers, without a copy where they are of 64 bits."""
    whole = np.ascontiguousarray(values, np.int64)
    return pa.Array.from_buffers(pa.int64(), len(whole), [None, pa.py_buffer(whole)])


def taken(
    values: npt.NDArray[Some], at: npt.NDArray[np.uint16] | npt.NDArray[np.uint32]
) -> npt.NDArray[Some]:
    """The values at these places, all of which there are. Numpy takes two or three times as long."""
    found = pc.take(_plain(values), _plain(at), boundscheck=False)
    return np.from_dlpack(found).view(values.dtype)


def _plain(values: npt.NDArray[Any]) -> pa.Array:
    """Values as an array of Arrow, without a copy; true and false are bytes."""
    whole = np.ascontiguousarray(values)
    return pa.Array.from_buffers(_UNSIGNED[whole.itemsize], len(whole), [None, pa.py_buffer(whole)])


def texts(values: Sequence[str | None]) -> pa.Array:
    """Texts, and null for None."""
    written = [(value or "").encode() for value in values]
    ends = np.cumsum([0, *map(len, written)]).astype(np.int32)
    known = np.packbits([value is not None for value in values], bitorder="little")
    buffers = [pa.py_buffer(part) for part in (ends, b"".join(written), known)]
    return pa.StringArray.from_buffers(len(written), *buffers)


def rows(table: pa.Table) -> list[dict[str, Any]]:
    """The rows of a table by the names of their columns; moments are in UTC."""
    columns = [_listed(column) for column in table.columns]
    return [dict(zip(table.column_names, values, strict=True)) for values in zip(*columns, strict=True)]


def _listed(column: pa.ChunkedArray) -> list[Any]:
    if column.type != pa.timestamp("us", "UTC"):
        return list(column.to_pylist())
    moments = column.cast(pa.int64()).to_pylist()
    return [None if moment is None else _EPOCH + moment * _MICROSECOND for moment in moments]
