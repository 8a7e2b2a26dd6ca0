"""What an index says and what it does not hold yet, as one: each version once, counted, and page by page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from paloverde.archive.reader import Archive, SealedPart
from paloverde.archive.schema import REMOVED
from paloverde.archive.seal import Part, Role
from paloverde.search.answer import once
from paloverde.search.counts import Counts, counts_of
from paloverde.search.hits import Hit
from paloverde.search.index import arrow
from paloverde.search.index.asking import Asking, Now, items_in
from paloverde.search.index.evaluating import held_by_all, saying
from paloverde.search.index.gathering import hashes_of
from paloverde.search.index.layout import U64, Covered
from paloverde.search.index.paging import Key, Place, page
from paloverde.search.index.segment import Segment
from paloverde.search.index.tally import items, items_of_few, sums, together
from paloverde.search.inquiry import Inquiry
from paloverde.search.removals import Removals, removals_of, told_by
from paloverde.search.scan import Hold, Name, Scan, name_of
from paloverde.search.tree import Term, terms

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
Order = tuple[bool, int, str, int]
Version = tuple[str, str, str, str]


class Placed(NamedTuple):
    """A row that answers, and where it comes among those of its version: the first of them is the hit."""

    order: Order
    hold: Hold


class Known(NamedTuple):
    """A document that answers, and where it comes among those of its version."""

    order: Order
    segment: int
    document: int


class Merged:
    """The hits of a question: `first` are those of the index, `extra` those that it does not hold yet."""

    def __init__(self, archive: Archive, inquiry: Inquiry, index: Asking, now: Now | None = None) -> None:
        self.archive, self.inquiry, self.index = archive, inquiry, index
        self.look = index.look(inquiry.last, now)
        self.every = self.look.find(inquiry.tree, include_private=inquiry.scope.include_private)
        self.first = index.twins.leave_first(self.every)
        self.extra: list[Hit] = []
        self._extra_terms: Counter[int] = Counter()
        self._uncovered = [part for part in self.look.now.uncovered if inquiry.concerns(part)]
        self.read: dict[Version, list[Placed]] = {}
        for placed in self._read_rest():
            self.read.setdefault(version_of(placed.hold.hit), []).append(placed)
        if self.read:
            self._merge()

    @property
    def number(self) -> int:
        """How many hits there are."""
        return sum(int(np.count_nonzero(mask)) for mask in self.first) + len(self.extra)

    def counts(self) -> Counts:
        """Of the index and of the rest together."""
        read = counts_of(self.extra, {})
        segments, views = self.index.index.segments, self.look.views
        found = together(map(sums, segments, self.first))
        removed = [view.gone[mask[view.gone]] for mask, view in zip(self.first, views, strict=True)]
        return Counts(
            hits=found.hits + read.hits,
            items=items(self.index.index, self.first) + len(self._new_items(self.extra)),
            removed=items_of_few(self.index.index, removed)
            + len(self._new_items([hit for hit in self.extra if hit.removed is not None])),
            undated=found.undated + read.undated,
            per_term=self._per_term(),
            per_account=_summed(found.per_account, read.per_account),
            per_kind=_summed(found.per_kind, read.per_kind),
            per_month=_summed(found.per_month, read.per_month),
        )

    def hits(self, start: int, stop: int, *, newest_first: bool = False) -> list[Hit]:
        """Those at `start` to before `stop`, whole, in the order of `hits.in_order` or the opposite one."""
        others = [_key(hit) for hit in self.extra]
        segments = self.index.index.segments
        found = page(segments, self.first, others, start, stop, newest_first=newest_first)
        versions = [(place.key[1], place.key[2], place.key[3], place.key[5]) for place in found]
        known = self._placed(found, versions)
        rows = {(place.segment, place.number): place.row for place in found}
        shown = self._shown([one for several in known.values() for one in several], rows)
        return [
            once(
                placed.hold
                for placed in sorted([*self.read.get(version, ()), *shown.get(version, ())], key=_first)
            )[0].hit
            for version in versions
        ]

    # -- what the index does not hold ----------------------------------------------------------------------

    def _read_rest(self) -> list[Placed]:
        """The rows that answer of what the index does not hold, in the order in which `search` meets them."""
        there = self._uncovered
        if not there:
            return []
        items_ = [found for _, found in items_in(self.archive, there)]
        removals, told = self._removals(np.unique(np.concatenate(items_)), there)
        scan = Scan(
            self.archive,
            self.inquiry.tree,
            removals,
            include_private=self.inquiry.scope.include_private,
            only={name: [] for name in told},
        )
        records = [part for part in there if part.part.role is Role.RECORDS]
        orders = {
            (part.part.key, part.sequence): (part.part.role is not Role.RECORDS, part.of_run)
            for part in there
        }
        return [
            Placed((*orders[hold.hit.part, hold.hit.sequence], hold.hit.part, hold.hit.row), hold)
            for source in (scan.records(records), scan.removed())
            for hold in source
        ]

    def _merge(self) -> None:
        """A version that the index holds, too, is one hit: the earlier of the two."""
        known = self.known(list(self.read))
        for version, placed in self.read.items():
            of_index = known.get(version, [])
            if of_index and min(of_index).order < placed[0].order:
                continue
            self.extra.append(placed[0].hold.hit)
            self._extra_terms.update(placed[0].hold.terms)
            for one in of_index:
                if self.first[one.segment][one.document]:
                    self.first[one.segment] = self.first[one.segment].copy()
                    self.first[one.segment][one.document] = False

    def _new_items(self, hits: Sequence[Hit]) -> set[tuple[str, str, str]]:
        """The items of these hits of which the index has none."""
        named = sorted({hit.item for hit in hits})
        hashes = hashes_of(named)
        there = [
            segment.columns.item[(documents := segment.of_items(hashes))[mask[documents]]]
            for segment, mask in zip(self.index.index.segments, self.first, strict=True)
            if named
        ]
        if not there:
            return {*named}
        new = ~np.isin(hashes, np.concatenate(there))
        return {named[number] for number in np.flatnonzero(new).tolist()}

    def _removals(self, items_: U64, parts: Sequence[SealedPart]) -> tuple[Removals, list[Name]]:
        """What these parts tell of removals, and the index of these items; and its parts that tell it."""
        told = [(_sealed(part), table) for part, table in self.look.telling(items_)]
        own = told_by(self.archive, [part for part in parts if part.part.role is Role.REMOVED])
        whole = sorted([*told, *own], key=lambda one: (one[0].of_run, one[0].part.key))
        if not whole:
            return Removals(pa.Table.from_batches([], REMOVED), [], {}, frozenset()), []
        return removals_of(self.archive, whole), [name_of(part) for part, _ in told]

    # -- what the index holds ------------------------------------------------------------------------------

    def _placed(self, found: Sequence[Place], versions: Sequence[Version]) -> dict[Version, list[Known]]:
        """As `known`; those whose item has no other document in the index need not be looked for."""
        alone: dict[Version, list[Known]] = {}
        for place, version in zip(found, versions, strict=True):
            if place.segment >= 0 and not self._has_kin(place):
                order = _order(self.index.index.segments[place.segment], place.number)
                alone[version] = [Known(order, place.segment, place.number)]
        return alone | self.known([version for version in versions if version not in alone])

    def _has_kin(self, place: Place) -> bool:
        documents = self.index.index.kin[place.segment].documents
        at = int(np.searchsorted(documents, np.uint32(place.number)))
        return at < len(documents) and int(documents[at]) == place.number

    def known(self, versions: Sequence[Version]) -> dict[Version, list[Known]]:
        """The documents of these versions that answer."""
        found: dict[Version, list[Known]] = {}
        if not versions:
            return found
        by_hash = dict(zip(hashes_of(versions).tolist(), versions, strict=True))
        hashes = hashes_of(sorted({version[:3] for version in versions}))
        for number, (segment, mask) in enumerate(zip(self.index.index.segments, self.every, strict=True)):
            documents = segment.of_items(hashes)
            documents = documents[mask[documents]]
            for document, version in zip(
                documents.tolist(), segment.columns.version[documents].tolist(), strict=True
            ):
                if version in by_hash:
                    known = Known(_order(segment, document), number, document)
                    found.setdefault(by_hash[version], []).append(known)
        return found

    def _shown(
        self, documents: Sequence[Known], rows: dict[tuple[int, int], dict[str, Any]]
    ) -> dict[Version, list[Placed]]:
        """Documents as hits, by their versions; of some the index was already asked for their rows."""
        shown: dict[Version, list[Placed]] = {}
        if not documents:
            return shown
        segments = self.index.index.segments
        missing = [one for one in documents if (one.segment, one.document) not in rows]
        for number in {one.segment for one in missing}:
            of_it = [one.document for one in missing if one.segment == number]
            found = arrow.rows(segments[number].rows(of_it))
            rows |= {(number, document): row for document, row in zip(of_it, found, strict=True)}
        removed = [one for one in documents if self.look.views[one.segment].removed[one.document]]
        items_ = [segments[one.segment].columns.item[one.document] for one in removed]
        removals, _ = self._removals(np.unique(np.array(items_, np.uint64)), self._uncovered)
        private = self.inquiry.scope.include_private
        scan = Scan(self.archive, self.inquiry.tree, removals, include_private=private)
        sources = [_source(segments[one.segment], one.document) for one in documents]
        told = scan.holds([rows[one.segment, one.document] for one in documents], sources)
        for one, hold in zip(documents, told, strict=True):
            shown.setdefault(version_of(hold.hit), []).append(Placed(one.order, hold))
        return shown

    def _per_term(self) -> dict[str, int]:
        asked: list[Term] = list(terms(self.inquiry.tree))
        by_all = held_by_all(self.inquiry.tree)
        held = Counter(self._extra_terms)
        for view, mask in zip(self.look.views, self.first, strict=True):
            for number, term in enumerate(asked):
                holding = mask if term in by_all else mask & saying(term, view)
                held[number] += int(np.count_nonzero(holding))
        return {term.written: held[number] for number, term in enumerate(asked)}


def _summed(one: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
    return dict(sorted((Counter(one) + Counter(other)).items()))


def _order(segment: Segment, document: int) -> Order:
    part = segment.covered[int(segment.columns.part[document])]
    return part.role != Role.RECORDS.value, part.of_run, part.key, int(segment.columns.row[document])


def _source(segment: Segment, document: int) -> tuple[SealedPart, int]:
    columns = segment.columns
    return _sealed(segment.covered[int(columns.part[document])]), int(columns.row[document])


def _sealed(part: Covered) -> SealedPart:
    whole = Part(Role(part.role), part.key, part.version_id, part.sha256, part.size, part.rows)
    return SealedPart(whole, part.account, part.day, part.sequence, part.of_run)


def _first(placed: Placed) -> Order:
    return placed.order


def version_of(hit: Hit) -> Version:
    """The version that a hit is."""
    return *hit.item, hit.version_sha256


def _key(hit: Hit) -> Key:
    micros = ((hit.posted_at or hit.observed_at) - _EPOCH) // _MICROSECOND
    return micros, *hit.item, hit.observed_at, hit.version_sha256
