"""Putting a question to sealed records, one part at a time: the truth that any index is measured against."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from itertools import groupby
from typing import Any, NamedTuple, TypeVar

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import select

from paloverde.archive.reader import Archive, SealedPart
from paloverde.archive.schema import REMOVED
from paloverde.records import Provenance
from paloverde.search.hits import COLUMNS, Hit, Kept, Removal, snippet
from paloverde.search.matching import Row, answers, marks, places
from paloverde.search.scope import PRIVATE_KINDS
from paloverde.search.selection import POSTER, Rows, may_answer, posters_of, texts_of
from paloverde.search.tree import Field, Near, Node, Posted, PostedBy, Removed, Term, leaves, terms
from paloverde.state.tables import ITEMS

_WORKERS = 2  # parts that are fetched and pre-selected ahead, and so the most that lie in memory
_SMALL = 64  # rows from which pre-selection pays
_REMOVAL = ("removed_at", "confirmed_by", "cause", "cause_reason", "retain_until")
_BATCH = 500  # ids that are looked up in the register at once
_DESCRIPTIONS = "media.list.element.alt_text"
Item = tuple[str, str, str]
In = TypeVar("In")
Out = TypeVar("Out")


class Removals(NamedTuple):
    """All that is known of removed items: their rows, the part of each row, and the marks by item."""

    table: pa.Table
    parts: list[SealedPart]
    by_item: dict[Item, Removal]
    versions: frozenset[tuple[Item, str]]  # the words that each was found removed with

    def of(self, row: Mapping[str, Any]) -> Removal | None:
        """The removal of a row's item, and whether it speaks of the words in this row.

        Words that only an import tells inherit nothing: the site never showed them under that id.
        """
        item = (row["account"], row["kind"], row["native_id"])
        mark = self.by_item.get(item)
        if mark is None:
            return None
        is_shown = row["provenance"] in (None, Provenance.API.value)
        is_moved_in = row["provenance"] == Provenance.RECORDS.value
        own = is_shown or (is_moved_in and (item, row["version_sha256"]) in self.versions)
        return msgspec.structs.replace(mark, of_these_words=own)


class Hold(NamedTuple):
    """A hit, and which terms of the question (by number) it holds."""

    hit: Hit
    terms: frozenset[int]


class Scan:
    """One question over many parts. `rows` counts the rows that were looked at."""

    def __init__(self, archive: Archive, tree: Node, removals: Removals, *, include_private: bool) -> None:
        self.archive, self.tree, self.removals, self.include_private = (
            archive,
            tree,
            removals,
            include_private,
        )
        self.columns = columns_for(tree)
        self.terms = list(terms(tree))
        self.rows = 0

    def records(self, parts: Iterable[SealedPart]) -> Iterator[Hold]:
        """The answers among sealed records."""
        for rows, holds in ahead(self._of_part, parts):
            self.rows += rows
            yield from holds

    def removed(self) -> Iterator[Hold]:
        """The answers among the copies kept of removed items."""
        table = self.removals.table
        self.rows += len(table)
        sure = self.sure(table)
        yield from self._holds(_take(table, sure), [(self.removals.parts[number], 0) for number in sure])

    def _of_part(self, part: SealedPart) -> tuple[int, list[Hold]]:
        table = self.archive.table(part.part, self.columns)
        sure = self.sure(table)
        if not sure:
            return len(table), []
        whole = _take(self.archive.table(part.part, COLUMNS), sure)
        return len(table), list(self._holds(whole, [(part, number) for number in sure]))

    def sure(self, table: pa.Table) -> list[int]:
        """The numbers of the rows that answer."""
        numbers = np.flatnonzero(self._selected(table)).tolist()
        rows = self._rows(_take(table, numbers))
        return [number for number, row in zip(numbers, rows, strict=True) if answers(self.tree, row)]

    def _selected(self, table: pa.Table) -> Rows:
        chosen = np.ones(len(table), dtype=bool)
        if not self.include_private:
            private = pc.is_in(table["kind"], value_set=pa.array(PRIVATE_KINDS))
            private = pc.or_(
                private, pc.fill_null(pc.equal(table["visibility"], "private"), fill_value=False)
            )
            chosen &= ~np.asarray(private.to_numpy(zero_copy_only=False), dtype=bool)
        if len(table) >= _SMALL and self.reads_texts:
            posters = posters_of(table) if self._asks(PostedBy) else None
            may = may_answer(self.tree, table, texts_of(table), posters)
            chosen = chosen if may is None else chosen & may
        return chosen

    @property
    def reads_texts(self) -> bool:
        return "text" in self.columns

    def _asks(self, *kinds: type) -> bool:
        return any(isinstance(leaf, kinds) for leaf in leaves(self.tree))

    def _rows(self, table: pa.Table) -> Iterator[Row]:
        names = [name for name in table.column_names if name not in ("posted_at", "observed_at", "media")]
        columns = [table[name].to_pylist() for name in names]
        nothing: list[Any] = [None] * len(table)
        posted, observed, media = (
            table[name].to_pylist() if name in table.column_names else nothing
            for name in ("posted_at", "observed_at", "media")
        )
        for number, values in enumerate(zip(*columns, strict=True)):
            row = dict(zip(names, values, strict=True))
            item = (row.get("account") or "", row.get("kind") or "", row.get("native_id") or "")
            yield Row(
                row,
                posted[number],
                observed[number] or datetime.now(UTC),
                _described(media[number]),
                removed=item in self.removals.by_item,
            )

    def _holds(self, table: pa.Table, sources: Sequence[tuple[SealedPart, int]]) -> Iterator[Hold]:
        for (part, number), row in zip(sources, table.select(COLUMNS).to_pylist(), strict=True):
            passages = Row(row, None, row["observed_at"], _described(row["media"])).passages
            found = marks(self.tree, passages)
            held = frozenset(i for i, term in enumerate(self.terms) if places(term, passages))
            yield Hold(self._hit(row, part, number, found, passages.texts), held)

    def _hit(
        self, row: dict[str, Any], part: SealedPart, number: int, found: list[Any], texts: tuple[str, ...]
    ) -> Hit:
        where = found[0].passage if found else 0
        shown = [mark._replace(passage=0) for mark in found if mark.passage == where]
        piece = snippet(texts[where], shown)
        return Hit(
            **{name: _utc(value) for name, value in row.items() if name != "media"},
            media=[Kept(**medium) for medium in row["media"] or ()],
            removed=self.removals.of(row),
            snippet=msgspec.structs.replace(piece, where="description") if where else piece,
            marks=[(mark.start, mark.end) for mark in found if mark.passage == 0],
            part=part.part.key,
            row=number,
            sequence=part.sequence,
        )


def read_removals(archive: Archive, parts: Sequence[SealedPart]) -> Removals:
    """The rows and marks of removed items; of several marks of one item the latest stands."""
    names = [*COLUMNS, *_REMOVAL]
    read = list(zip(parts, ahead(lambda part: archive.table(part.part, names), parts), strict=True))
    empty = pa.schema([REMOVED.field(name) for name in names]).empty_table()
    table = pa.concat_tables([empty, *(table for _, table in read)], promote_options="default")
    of_rows = [part for part, one in read for _ in range(len(one))]
    marked: dict[Item, Removal] = {}
    versions: set[tuple[Item, str]] = set()
    for row in table.select(["account", "kind", "native_id", "version_sha256", *_REMOVAL]).to_pylist():
        item = (row["account"], row["kind"], row["native_id"])
        versions.add((item, row["version_sha256"]))
        mark = Removal(**{name: _utc(row[name]) for name in _REMOVAL})
        before = marked.get(item)
        if before is None or (mark.removed_at or _START) >= (before.removed_at or _START):
            marked[item] = mark
    first = _first_seen(archive, marked)
    known = {item: msgspec.structs.replace(mark, first_seen=first.get(item)) for item, mark in marked.items()}
    return Removals(table, of_rows, known, frozenset(versions))


def _first_seen(archive: Archive, items: Iterable[Item]) -> dict[Item, datetime]:
    """When each of these items was archived first, as the register says."""
    found: dict[Item, datetime] = {}
    with archive.books.connect() as connection:
        for place, group in groupby(sorted(items), key=lambda item: item[:2]):
            ids = [native_id for _, _, native_id in group]
            for start in range(0, len(ids), _BATCH):
                query = select(ITEMS.c.native_id, ITEMS.c.first_seen).where(
                    ITEMS.c.account == place[0],
                    ITEMS.c.kind == place[1],
                    ITEMS.c.native_id.in_(ids[start : start + _BATCH]),
                )
                found |= {(*place, row.native_id): row.first_seen for row in connection.execute(query)}
    return found


_START = datetime.min.replace(tzinfo=UTC)


def columns_for(tree: Node) -> list[str]:
    """The columns that a question has to look at."""
    asked = list(leaves(tree))
    wanted = {"kind", "visibility"} | {leaf.name for leaf in asked if isinstance(leaf, Field)}
    if any(isinstance(leaf, Term | Near | PostedBy) for leaf in asked):
        wanted |= {"text", _DESCRIPTIONS}
    if any(isinstance(leaf, PostedBy) for leaf in asked):
        wanted |= set(POSTER)
    if any(isinstance(leaf, Posted) for leaf in asked):
        wanted |= {"posted_at", "observed_at"}
    if any(isinstance(leaf, Removed) for leaf in asked):
        wanted |= {"account", "native_id"}
    return sorted(wanted)


def ahead(work: Callable[[In], Out], items: Iterable[In]) -> Iterator[Out]:
    """The result of each item, in order, worked on by a few threads, never more than those few ahead."""
    with ThreadPoolExecutor(_WORKERS) as pool:
        waiting: deque[Future[Out]] = deque()
        for item in items:
            waiting.append(pool.submit(work, item))
            if len(waiting) > _WORKERS:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _take(table: pa.Table, rows: list[int]) -> pa.Table:
    return table.take(pa.array(rows, pa.int64()))


def _described(media: list[dict[str, Any]] | None) -> list[str]:
    return [medium["alt_text"] for medium in media or () if medium["alt_text"]]


def _utc(value: Any) -> Any:
    return value.astimezone(UTC) if isinstance(value, datetime) else value
