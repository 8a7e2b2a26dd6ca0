"""Many stretches of one array, taken together."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from paloverde.search.index.layout import I64, U32
from paloverde.search.index.mapped import ahead, ahead_for

_SHORT, _MANY = 512, 16  # values of a stretch, and stretches
_SHARE = 16  # with one in so many of all between them asked for, all are read


def stretches(first: U32, after: U32) -> U32:
    """The numbers from each `first` to before its `after`, one after the other."""
    return _numbered(first, after).astype(np.uint32)


def _numbered(first: U32, after: U32) -> I64:
    counts = (after - first).astype(np.int64)
    found = np.repeat(first - (np.cumsum(counts) - counts), counts)
    found += np.arange(len(found))
    return found


def together(bounds: U32, forms: U32) -> tuple[U32, U32]:
    """Where what several forms (sorted) have begins and ends: of many together for those that follow each
    other.
    """
    if len(forms) <= _MANY:
        ahead_for(bounds, len(forms))
        return bounds[forms], bounds[forms + np.uint32(1)]
    gaps = np.flatnonzero(np.diff(forms) != 1)
    firsts, lasts = forms[np.append(0, gaps + 1)], forms[np.append(gaps, len(forms) - 1)]
    ahead_for(bounds, len(firsts))
    return bounds[firsts], bounds[lasts + np.uint32(1)]


def pieces(values: U32, first: U32, after: U32) -> Iterator[U32]:
    """These stretches of values: each long one by itself, and the short ones together."""
    short = after - first < _SHORT if len(first) > _MANY else np.zeros(len(first), dtype=bool)
    wanted = int((after - first).sum(dtype=np.int64))
    between = values[first[0] : after[-1]] if len(first) else values[:0]
    is_most = len(first) > 1 and wanted * _SHARE > len(between)
    if is_most:
        ahead(between)
    elif short.any():
        ahead_for(between, len(first))
    if short.any():
        yield values[_numbered(first[short], after[short])]
    long = [
        values[begin:end] for begin, end in zip(first[~short].tolist(), after[~short].tolist(), strict=True)
    ]
    yield from long if is_most else [*map(ahead, long)]  # all are asked for before the first is read
