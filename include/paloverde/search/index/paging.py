"""One page of hits, in the order of `hits.in_order` or in the opposite one, without sorting all of them.

Newest first, every time counts with the opposite sign: what is early then is what is late.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from operator import itemgetter
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from paloverde.search.index.arrow import rows
from paloverde.search.index.layout import I64, Mask
from paloverde.search.index.mapped import ahead_for
from paloverde.search.index.segment import Segment

_KEY = ("account", "kind", "native_id", "observed_at", "version_sha256")
_FEW = 16  # times as many hits as are wanted are still sorted; of more the first are met in order of time
STEP = 1 << 12  # documents that are looked at before it is asked again whether the page is full
_NEVER = np.int64(np.iinfo(np.int64).max)
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
    """The hits of a segment that may stand on a page, by signed time: at least as many as its end needs."""

    documents: Documents
    times: I64


def page(
    segments: Sequence[Segment],
    masks: Sequence[Mask],
    others: Sequence[Key],
    start: int,
    stop: int,
    *,
    newest_first: bool = False,
    step: int = STEP,
) -> list[Place]:
    """The hits at `start` to before `stop`. `others` are hits that are not of the index."""
    sign = -1 if newest_first else 1
    known = np.array([sign * key[0] for key in others], np.int64)
    early, times = _all_early(segments, masks, known, stop, sign, step)
    if start >= len(times):
        return []
    first, last = times[start], times[min(stop, len(times)) - 1]
    found = [
        Place(others[at], -1, at, {}) for at in np.flatnonzero((known >= first) & (known <= last)).tolist()
    ]
    for number, (segment, one) in enumerate(zip(segments, early, strict=True)):
        found += _places(number, segment, one, first, last)
    skipped = start - int(np.searchsorted(times, first))  # of those that are as early as the first
    return sorted(found, key=itemgetter(0), reverse=newest_first)[skipped : skipped + stop - start]


def _places(number: int, segment: Segment, early: _Early, first: np.int64, last: np.int64) -> list[Place]:
    inside = (early.times >= first) & (early.times <= last)
    documents = early.documents[inside]
    if not len(documents):
        return []
    times, shown = segment.columns.time[documents], rows(segment.rows(documents))
    return [
        Place((time, *(row[name] for name in _KEY)), number, document, row)
        for time, document, row in zip(times.tolist(), documents.tolist(), shown, strict=True)
    ]


def _all_early(
    segments: Sequence[Segment], masks: Sequence[Mask], known: I64, stop: int, sign: int, step: int
) -> tuple[list[_Early], I64]:
    """Of each segment the early hits, and all times to the end of the page, sorted, with the `known` ones."""
    early, times = [], known
    for segment, mask in zip(segments, masks, strict=True):
        until = _until(times, stop)
        early.append(_early(segment, mask, stop, until, sign, step))
        times = np.concatenate([times[times <= until], early[-1].times])
    return early, np.sort(times)


def _until(times: I64, stop: int) -> np.int64:
    """When the last hit before `stop` was, as far as times are known: no later hit is on the page."""
    return np.int64(np.partition(times, stop - 1)[stop - 1]) if len(times) >= stop else _NEVER


def _early(segment: Segment, mask: Mask, stop: int, until: np.int64, sign: int, step: int) -> _Early:
    times, by_time = segment.columns.time, segment.by_time[::sign]
    if np.count_nonzero(mask) <= _FEW * stop:
        return _earliest(np.flatnonzero(mask), times, stop, until, sign)
    found: list[Documents] = []
    have = 0
    for at in range(0, len(by_time), step):
        some = by_time[at : at + step]
        begins = times[some[0]]
        if sign * begins > until or (have >= stop and begins != times[found[-1][-1]]):
            break
        there = some[mask[some]].astype(np.int64)
        found += [there] if len(there) else []
        have += len(there)
    return _earliest(np.concatenate([np.empty(0, np.int64), *found]), times, stop, until, sign)


def _earliest(documents: Documents, times: I64, stop: int, until: np.int64, sign: int) -> _Early:
    own = sign * ahead_for(times, len(documents))[documents]
    chosen = own <= min(until, _until(own, stop))
    documents, own = documents[chosen], own[chosen]
    order = np.argsort(own, kind="stable")
    return _Early(documents[order], own[order])
