"""An index beside the archive that it was made of: what it covers of it now, and which documents answer.

    asking = Asking(archive, index)
    masks = asking.find(tree, include_private=False, through=None)       # one for each segment

What stands no longer (destroyed, written again) is left out at once, whatever the index still holds; what the
index does not hold yet is `uncovered`, for the caller to read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property, partial
from typing import Any, NamedTuple, TypeVar

import msgspec
import numpy as np
import numpy.typing as npt
import pyarrow as pa
from sqlalchemy import func, select

from paloverde.archive.reader import Archive, SealedPart
from paloverde.archive.seal import Role
from paloverde.search.index.answered import Answered, Asked
from paloverde.search.index.arrow import integers
from paloverde.search.index.evaluating import View, answering
from paloverde.search.index.gathering import hashes_of
from paloverde.search.index.layout import U64, Covered, Mask
from paloverde.search.index.mapped import ahead
from paloverde.search.index.opening import Index
from paloverde.search.index.segment import Segment
from paloverde.search.index.tally import Twins
from paloverde.search.scan import Name, name_of
from paloverde.search.tree import Node
from paloverde.state.tables import PARTS, RUNS

_SEARCHED = (Role.RECORDS.value, Role.REMOVED.value)
_ITEM = ("account", "kind", "native_id")
_AT_ONCE = 500  # keys in one query
_KEPT = 256  # things that are remembered between two runs
Out = TypeVar("Out")


class Coverage(msgspec.Struct, frozen=True):
    """How far a search relied on the index. It holds what sealed runs 1 to `through` brought; `newer` later
    runs brought what it does not hold yet.
    """

    through: int
    newer: int

    def __str__(self) -> str:
        covers = (
            f"The index covers sealed runs 1 to {self.through:,}"
            if self.through
            else "The index covers nothing"
        )
        if not self.newer:
            return f"{covers}; nothing is newer."
        return (
            f"{covers}; {self.newer:,} newer {'one was' if self.newer == 1 else 'ones were'} read directly."
        )


class Now(NamedTuple):
    """What of the archive the index covers, at the head of the chain that was then."""

    head: int
    standing: frozenset[Name]  # covered parts that stand
    alive: list[Mask | None]  # of each segment, the documents that stand; None where all do
    uncovered: list[SealedPart]
    removed: list[tuple[int, U64]]  # of each uncovered part of removed items: its run, and the items


class Asking:
    """One opened index and its archive; several threads may ask at once."""

    def __init__(self, archive: Archive, index: Index) -> None:
        self.archive, self.index = archive, index
        self._now: Now | None = None
        self._views: tuple[Now, int, list[View]] | None = None
        self._kept: tuple[int, dict[object, object]] = (0, {})
        self.answered = Answered()

    @cached_property
    def twins(self) -> Twins:
        return Twins(self.index)

    def look(self, last: int, now: Now | None = None) -> Look:
        """A look at what runs to `last` brought, as it stands now, or stood when that was asked."""
        now = now or self.now()
        known = self._views
        if known is None or known[0] is not now or known[1] != last:
            removed = zip(self.index.segments, _removed(self.index, now, last), strict=True)
            views = [View(one, mask, np.flatnonzero(mask).astype(np.uint32), {}) for one, mask in removed]
            self._views = known = (now, last, views)
        views = [view._replace(said={}) for view in known[2]]
        return Look(self, now, views, last)

    def now(self) -> Now:
        """How the index and the archive compare; looked up again when another run was sealed."""
        with self.archive.books.connect() as connection:
            query = select(func.max(RUNS.c.sequence)).where(~RUNS.c.pending)
            head = connection.execute(query).scalar() or 0
        known = self._now
        if known is None or known.head != head:
            self._now = known = _compared(self.archive, self.index, head)
        return known

    def kept(self, name: object, make: Callable[[], Out]) -> Out:
        """What depends on the sealed runs alone, made once for each head of the chain that `now` saw last."""
        head = (self._now or self.now()).head
        if self._kept[0] != head or len(self._kept[1]) >= _KEPT:
            self._kept = (head, {})
        known = self._kept[1]
        if name not in known:
            known[name] = make()
        return known[name]  # type: ignore[return-value]


class Look:
    """The index as one question sees it: `views` are its segments, `last` is the last run that counts."""

    def __init__(self, asking: Asking, now: Now, views: Sequence[View], last: int) -> None:
        self.index, self.now, self.views, self.last = asking.index, now, views, last
        self._answered = asking.answered

    @property
    def coverage(self) -> Coverage:
        """What the index holds of the runs to `last`."""
        missing = {part.sequence for part in self.now.uncovered if part.of_run <= self.last}
        return Coverage(min(missing) - 1 if missing else self.last, len(missing))

    def find(self, tree: Node, *, include_private: bool) -> list[Mask]:
        """The documents that answer, of each segment: every row of every version, as far as it stands."""
        asked = Asked(self.now.head, self.last, include_private, tree)
        found = self._answered.find(asked)
        if found is None:
            part = self._answered.find_part(asked)
            among = self._among(include_private=include_private) if part is None else part[0]
            rest = tree if part is None else part[1]
            found = self.index.sharing.each(partial(_answering, rest), self.views, among)
            self._answered.keep(asked, found)
        return found

    def _among(self, *, include_private: bool) -> list[Mask | None]:
        """Of each segment the documents that may answer; None where all may."""
        found: list[Mask | None] = []
        for view, alive in zip(self.views, self.now.alive, strict=True):
            among = alive if include_private else _both(alive, view.segment.open_to_all)
            if view.segment.last_run > self.last:
                among = _both(among, ahead(view.segment.columns.of_run) <= self.last)
            found.append(among)
        return found

    def rows(self, masks: Iterable[Mask]) -> dict[Name, list[int]]:
        """Of each covered part that has some: the rows that answer."""
        found: dict[Name, list[int]] = {}
        for segment, mask in zip(self.index.segments, masks, strict=True):
            documents = np.flatnonzero(mask)
            parts, rows = segment.columns.part[documents], segment.columns.row[documents]
            order = np.lexsort((rows, parts))
            parts, rows = parts[order], rows[order]
            ends = np.searchsorted(parts, np.arange(len(segment.covered) + 1))
            for number in np.unique(parts).tolist():
                found[segment.covered[number].name] = rows[ends[number] : ends[number + 1]].tolist()
        return found

    def only(
        self, masks: Iterable[Mask], telling: Iterable[tuple[Covered, pa.Table]]
    ) -> dict[Name, list[int]]:
        """The rows that answer of each covered part that has some; none of those that tell of a removal."""
        return {part.name: list[int]() for part, _ in telling} | self.rows(masks)

    def removed_items(self, masks: Iterable[Mask]) -> U64:
        """Those items of the documents that were found hidden or removed."""
        found = [
            view.segment.columns.item[np.flatnonzero(mask & view.removed)]
            for view, mask in zip(self.views, masks, strict=True)
        ]
        return np.unique(np.concatenate([np.empty(0, np.uint64), *found]))

    def telling(self, items: U64) -> list[tuple[Covered, pa.Table]]:
        """What the covered parts tell of the removal of these items, in the order of runs."""
        found: list[tuple[Covered, pa.Table]] = []
        for segment in self.index.segments if len(items) else ():
            told = np.isin(_column(segment.removals, "item"), items)
            told &= _column(segment.removals, "of_run") <= self.last
            if not told.any():
                continue
            rows = segment.removals.take(integers(np.flatnonzero(told)))
            parts = _column(rows, "part")
            found += [
                (segment.covered[part], rows.take(integers(np.flatnonzero(parts == part))))
                for part in np.unique(parts).tolist()
                if segment.covered[part].name in self.now.standing
            ]
        return sorted(found, key=lambda one: (one[0].of_run, one[0].key))


def _answering(tree: Node, view: View, among: Mask | None) -> Mask:
    found = answering(tree, view, among=among)
    return found if among is None else found & among


def _both(one: Mask | None, other: Mask) -> Mask:
    return other if one is None else one & other


def items_in(archive: Archive, parts: Iterable[SealedPart]) -> list[tuple[SealedPart, U64]]:
    """The items of each of these parts, as the index names them."""
    return [(part, _items(archive.table(part.part, _ITEM))) for part in parts]


def _items(table: pa.Table) -> U64:
    names = list(zip(*(table[name].to_pylist() for name in _ITEM), strict=True))
    return hashes_of([(account or "", kind or "", native_id or "") for account, kind, native_id in names])


def _compared(archive: Archive, index: Index, head: int) -> Now:
    covered = {part.name for segment in index.segments for part in segment.covered}
    there = standing(archive)
    uncovered = parts_named(archive, there - covered)
    told = [part for part in uncovered if part.part.role is Role.REMOVED]
    return Now(
        head,
        frozenset(covered & there),
        [_alive(segment, there) for segment in index.segments],
        uncovered,
        [(part.of_run, items) for part, items in items_in(archive, told)],
    )


def standing(archive: Archive) -> set[Name]:
    """The names of all parts that are searched and that stand: what else is known of them, few are asked."""
    named = select(PARTS.c.key, PARTS.c.version_id, PARTS.c.sequence).where(PARTS.c.role.in_(_SEARCHED))
    with archive.books.connect() as connection:
        return {(row[0], row[1], row[2]) for row in connection.execute(named)}


def parts_named(archive: Archive, names: Iterable[tuple[object, ...]]) -> list[SealedPart]:
    """These parts, records before removed items, in the order of their runs."""
    wanted = {*names}
    keys = sorted({str(name[0]) for name in wanted})
    found = [
        part
        for start in range(0, len(keys), _AT_ONCE)
        for part in archive.parts_where(select(PARTS).where(PARTS.c.key.in_(keys[start : start + _AT_ONCE])))
        if name_of(part) in wanted
    ]
    return sorted(found, key=lambda part: (part.part.role is Role.REMOVED, part.of_run, part.part.key))


def _alive(segment: Segment, there: Iterable[tuple[object, ...]]) -> Mask | None:
    stands = np.array([part.name in there for part in segment.covered], dtype=bool)
    return None if stands.all() else np.asarray(stands[ahead(segment.columns.part)], dtype=bool)


def _removed(index: Index, now: Now, last: int) -> list[Mask]:
    """Of each segment, the documents whose items were found removed by runs to `last`."""
    newer = [items for of_run, items in now.removed if of_run <= last]
    whole = all(alive is None for alive in now.alive) and all(
        part.of_run <= last
        for segment in index.segments
        for part in segment.covered
        if part.role == Role.REMOVED.value
    )
    known = [] if whole else [_told(segment, now.standing, last) for segment in index.segments]
    items = np.unique(np.concatenate([np.empty(0, np.uint64), *newer, *known]))
    masks = []
    for segment, kin in zip(index.segments, index.kin, strict=True):
        mask = np.zeros(segment.documents, dtype=bool)
        if whole:
            mask[kin.removed] = True
        if len(items):
            mask[segment.of_items(items)] = True
        mask.flags.writeable = False  # many questions share it
        masks.append(mask)
    return masks


def _told(segment: Segment, standing: frozenset[Name], last: int) -> U64:
    """The items whose removal the standing parts of a segment tell."""
    if not len(segment.removals):
        return np.empty(0, np.uint64)
    stands = np.array([part.name in standing and part.of_run <= last for part in segment.covered], dtype=bool)
    return np.asarray(_column(segment.removals, "item")[stands[_column(segment.removals, "part")]], np.uint64)


def _column(table: pa.Table, name: str) -> npt.NDArray[Any]:
    nothing = np.empty(0, str(table.schema.field(name).type))
    return np.concatenate([nothing, *map(np.from_dlpack, table[name].chunks)])
