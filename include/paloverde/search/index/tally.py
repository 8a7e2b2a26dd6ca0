"""Counting the hits of an index by account, kind and month, each version once, without a look at each.

A document is a row, and a version can have several rows: the same item in a later run, the copy of a removed
one. `Twins` says which documents those are, in the order in which `search.answer` takes them: the first of a
version that answers is the hit.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from functools import cache, cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from paloverde.search.index.arrow import taken
from paloverde.search.index.layout import U32, UNDATED, Mask
from paloverde.search.index.mapped import ahead_for
from paloverde.search.index.opening import Index
from paloverde.search.index.places import member
from paloverde.search.index.segment import Segment

Numbers = npt.NDArray[np.int64]
_BITS = 64  # documents of one word of bits


class Sums(NamedTuple):
    """Hits by what they are counted by."""

    hits: int
    undated: int
    per_account: Counter[str]
    per_kind: Counter[str]
    per_month: Counter[str]


class Twins:
    """The documents (`segments`, `documents`) of an index whose version has others, by version."""

    def __init__(self, index: Index) -> None:
        self._index = index
        versions = np.concatenate([np.empty(0, np.uint32), *(kin.versions for kin in index.kin)])
        several = np.flatnonzero(np.bincount(versions, minlength=1)[versions] > 1)
        chosen = several[np.argsort(versions[several], kind="stable")]
        ends = np.cumsum([len(kin.documents) for kin in index.kin])
        documents = np.concatenate([np.empty(0, np.uint32), *(kin.documents for kin in index.kin)])
        self.segments = np.searchsorted(ends, chosen, side="right")
        self.documents, self.versions = documents[chosen], versions[chosen]
        self._of = [np.flatnonzero(self.segments == number) for number in range(len(index.segments))]

    def leave_first(self, masks: Sequence[Mask]) -> list[Mask]:
        """The masks with only the first of each version; those that have no twin stay as they are."""
        hit = np.zeros(len(self.versions), dtype=bool)
        for mask, places in zip(masks, self._of, strict=True):
            hit[places] = mask[self.documents[places]]
        found = np.flatnonzero(hit)
        if not (self.versions[found[1:]] == self.versions[found[:-1]]).any():
            return [*masks]
        found = found[np.argsort(self._order[found])]
        versions = self.versions[found]
        later = np.zeros(len(hit), dtype=bool)
        later[found[1:][versions[1:] == versions[:-1]]] = True
        return [
            self._without(mask, places[later[places]]) for mask, places in zip(masks, self._of, strict=True)
        ]

    @cached_property
    def _order(self) -> Numbers:
        """Of each document its number in the order of versions, and in each of them of places."""
        parts, rows = np.empty(len(self.versions), np.int64), np.empty(len(self.versions), np.int64)
        ranks = _ranks(self._index)
        for segment, rank, places in zip(self._index.segments, ranks, self._of, strict=True):
            if len(places):
                columns, documents = segment.columns, self.documents[places]
                parts[places] = rank[ahead_for(columns.part, len(places))[documents]]
                rows[places] = ahead_for(columns.row, len(places))[documents]
        numbers = np.empty(len(self.versions), np.int64)
        numbers[np.lexsort((rows, parts, self.versions))] = np.arange(len(numbers))
        return numbers

    def _without(self, mask: Mask, places: Numbers) -> Mask:
        if not len(places):
            return mask
        less = mask.copy()
        less[self.documents[places]] = False
        return less


def items(index: Index, masks: Sequence[Mask]) -> int:
    """How many items the documents are of."""
    seen = np.zeros(index.items, dtype=bool)
    found = 0
    for mask, kin in zip(masks, index.kin, strict=True):
        of_kin = kin.items.compress(taken(mask, kin.documents))
        found += int(np.count_nonzero(mask)) - len(of_kin)
        seen[of_kin.astype(np.intp)] = True  # numpy takes twice as long with other types
    return found + int(np.count_nonzero(seen))


def items_of_few(index: Index, several: Iterable[U32]) -> int:
    """How many items some documents of each segment (sorted) are of, without a look at all others."""
    alone, shared = 0, [np.empty(0, np.uint32)]
    for documents, kin in zip(several, index.kin, strict=True):
        has_kin = member(documents, kin.documents)
        alone += int(np.count_nonzero(~has_kin))
        shared.append(kin.items[np.searchsorted(kin.documents, documents[has_kin])])
    return alone + len(np.unique(np.concatenate(shared)))


def sums(segment: Segment, mask: Mask) -> Sums:
    """The hits of a segment by account, kind and month: from where its groups begin."""
    groups, values = segment.groups, segment.values
    counts = np.diff(_before(mask, groups.starts))
    months, which = segment.months
    by_month = np.bincount(which, counts, len(months)).astype(np.int64)
    return Sums(
        hits=int(counts.sum()),
        undated=int(counts[groups.month == UNDATED].sum()),
        per_account=_named(values["account"], np.bincount(groups.account, counts)),
        per_kind=_named(values["kind"], np.bincount(groups.kind, counts)),
        per_month=_named([_month(month) for month in months.tolist()], by_month),
    )


def together(several: Iterable[Sums]) -> Sums:
    """The sums of several segments as one."""
    hits = undated = 0
    per_account, per_kind, per_month = Counter[str](), Counter[str](), Counter[str]()
    for one in several:
        hits, undated = hits + one.hits, undated + one.undated
        per_account.update(one.per_account)
        per_kind.update(one.per_kind)
        per_month.update(one.per_month)
    return Sums(hits, undated, per_account, per_kind, per_month)


def _before(mask: Mask, places: U32) -> Numbers:
    """How many hits lie before each place: whole words of bits, and of its own word the bits before it."""
    bits = np.zeros(len(mask) // _BITS + 1, "<u8")
    packed = np.packbits(mask, bitorder="little")
    bits.view(np.uint8)[: len(packed)] = packed
    whole = np.cumsum(np.bitwise_count(bits), dtype=np.int64) - np.bitwise_count(bits)
    word, bit = places // np.uint32(_BITS), (places % np.uint32(_BITS)).astype(np.uint64)
    inside = np.bitwise_count(bits[word] & ((np.uint64(1) << bit) - np.uint64(1)))
    return np.asarray(whole[word] + inside, np.int64)


def _named(values: Sequence[str | None], counts: npt.NDArray[np.number]) -> Counter[str]:
    return Counter({str(values[code]): int(counts[code]) for code in np.flatnonzero(counts).tolist()})


@cache
def _month(month: int) -> str:
    return "undated" if month == UNDATED else f"{date(month // 12, month % 12 + 1, 1):%Y-%m}"


def _ranks(index: Index) -> list[Numbers]:
    """Of each segment's parts, their place among all: records before copies of removed items, by run."""
    named = [
        (part.role != "records", part.of_run, part.key, number, at)
        for number, segment in enumerate(index.segments)
        for at, part in enumerate(segment.covered)
    ]
    ranks = [np.zeros(len(segment.covered), np.int64) for segment in index.segments]
    for rank, (*_, number, at) in enumerate(sorted(named)):
        ranks[number][at] = rank
    return ranks
