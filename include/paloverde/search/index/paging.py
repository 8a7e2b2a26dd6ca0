"""One page of hits, in the order of `hits.in_order`, without sorting all of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from operator import itemgetter
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from paloverde.search.index.arrow import rows
from paloverde.search.index.layout import I64, Mask
from paloverde.search.index.segment import Segment

_KEY = ("account", "kind", "native_id", "observed_at", "version_sha256")
_FEW = 16  # hits are sorted where at most one document in so many is one, else met in the order of time
_STEP = 1 << 14
Documents = npt.NDArray[np.int64]
Key = tuple[int, str, str, str, datetime, str]


class Place(NamedTuple):
    """A hit, what it is sorted by, and where it is: the number of a segment (-1: none) and in it.

    `row` is what the index keeps of it.
    """

    key: Key
    segment: int
    number: int
    row: dict[str, Any]


class _Early(NamedTuple):
    """The hits of a segment that may stand on a page, by time: at least as many as its end needs."""

    documents: Documents
    times: I64


def page(
    segments: Sequence[Segment], masks: Sequence[Mask], others: Sequence[Key], start: int, stop: int
) -> list[Place]:
    """The hits at `start` to before `stop`. `others` are hits that are not of the index."""
    early = [_early(segment, mask, stop) for segment, mask in zip(segments, masks, strict=True)]
    known = np.array([key[0] for key in others], np.int64)
    times = np.sort(np.concatenate([known, *(one.times for one in early)]))
    if start >= len(times):
        return []
    first, last = times[start], times[min(stop, len(times)) - 1]
    found = [
        Place(others[at], -1, at, {}) for at in np.flatnonzero((known >= first) & (known <= last)).tolist()
    ]
    for number, (segment, one) in enumerate(zip(segments, early, strict=True)):
        found += _places(number, segment, one, first, last)
    skipped = start - int(np.searchsorted(times, first))  # of those that are as early as the first
    return sorted(found, key=itemgetter(0))[skipped : skipped + stop - start]


def _places(number: int, segment: Segment, early: _Early, first: np.int64, last: np.int64) -> list[Place]:
    inside = (early.times >= first) & (early.times <= last)
    documents, times = early.documents[inside], early.times[inside]
    if not len(documents):
        return []
    shown = rows(segment.rows(documents))
    return [
        Place((time, *(row[name] for name in _KEY)), number, document, row)
        for time, document, row in zip(times.tolist(), documents.tolist(), shown, strict=True)
    ]


def _early(segment: Segment, mask: Mask, stop: int) -> _Early:
    times, hits = segment.columns.time, int(np.count_nonzero(mask))
    if hits * _FEW < len(mask) or hits <= stop:
        return _earliest(np.flatnonzero(mask), times, stop)
    found: list[Documents] = []
    have, at, by_time = 0, 0, segment.by_time
    while at < len(by_time) and (have < stop or times[by_time[at]] == times[found[-1][-1]]):
        some = by_time[at : at + _STEP]
        there = some[mask[some]].astype(np.int64)
        found += [there] if len(there) else []
        have, at = have + len(there), at + _STEP
    return _earliest(np.concatenate(found), times, stop)


def _earliest(documents: Documents, times: I64, stop: int) -> _Early:
    own = times[documents]
    if len(documents) > stop:
        chosen = own <= np.partition(own, stop - 1)[stop - 1]
        documents, own = documents[chosen], own[chosen]
    order = np.argsort(own, kind="stable")
    return _Early(documents[order], own[order])
