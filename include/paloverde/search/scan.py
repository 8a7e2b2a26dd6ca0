"""Putting a question to sealed records, one part at a time: the truth that any index is measured against."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from sys import intern
from typing import Any, NamedTuple

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from paloverde.archive.reader import Archive, SealedPart
from paloverde.archive.seal import Role
from paloverde.errors import Suspicious
from paloverde.records import is_kept_private
from paloverde.search.ahead import ahead
from paloverde.search.hits import COLUMNS, Hit, Kept, snippet
from paloverde.search.index import arrow
from paloverde.search.matching import Row, answers, marks, places
from paloverde.search.removals import Removals
from paloverde.search.scope import PRIVATE_KINDS
from paloverde.search.selection import POSTER, Rows, may_answer, posters_of, texts_of
from paloverde.search.tree import (
    Field,
    Has,
    LinkedTo,
    Node,
    Posted,
    PostedBy,
    Removed,
    Term,
    leaves,
    terms,
)

_SMALL = 64  # rows from which pre-selection pays
_DESCRIPTIONS, _TYPES = "media.list.element.alt_text", "media.list.element.type"
_ALIKE = frozenset(
    {
        "account", "platform", "kind", "parent_id", "thread_id", "poster_name", "poster_username",
        "poster_id", "poster_missing", "visibility", "language", "exchange_key", "provenance", "drift",
    }
)  # fmt: skip
Name = tuple[str, str, int]


class Hold(NamedTuple):
    """A hit, and which terms of the question (by number) it holds."""

    hit: Hit
    terms: frozenset[int]


class Scan:
    """One question over many parts.

    `only` names the rows that answer of those parts that an index covers: no other row of them is read.
    """

    def __init__(
        self,
        archive: Archive,
        tree: Node,
        removals: Removals,
        *,
        include_private: bool,
        only: Mapping[Name, list[int]] | None = None,
    ) -> None:
        self.archive, self.tree, self.removals, self.include_private = (
            archive,
            tree,
            removals,
            include_private,
        )
        self.columns = columns_for(tree)
        self.terms = list(terms(tree))
        self.only = only or {}

    def records(self, parts: Iterable[SealedPart]) -> Iterator[Hold]:
        """The answers among sealed records."""
        told = (part for part in parts if self.only.get(name_of(part)) != [])
        for holds in ahead(self._of_part, told):
            yield from holds

    def removed(self) -> Iterator[Hold]:
        """The answers among the copies kept of removed items."""
        table, places_ = self.removals.table, self.removals.places
        asked = [number for number, place in enumerate(places_) if self._is_asked(*place)]
        sure = self.sure(_take(table, asked))
        numbers = [asked[number] for number in sure]
        self._refuse_a_difference(places_[number] for number in sorted({*asked} - {*numbers}))
        rows = arrow.rows(_take(table, numbers).select(COLUMNS))
        yield from self.holds(rows, [places_[number] for number in numbers])

    def _of_part(self, part: SealedPart) -> list[Hold]:
        told = self.only.get(name_of(part))
        if told is not None:
            rows = arrow.rows(_take(self.archive.table(part.part, COLUMNS), told))
            places_ = [(part, row) for row in told]
            self._refuse_a_difference(
                place for place, row in zip(places_, rows, strict=True) if not self._may_be_seen(row)
            )
            return list(self.holds(rows, places_, told=True))
        sure = self.sure(self.archive.table(part.part, self.columns))
        if not sure:
            return []
        whole = _take(self.archive.table(part.part, COLUMNS), sure)
        return list(self.holds(arrow.rows(whole), [(part, row) for row in sure]))

    def _may_be_seen(self, row: Mapping[str, Any]) -> bool:
        return self.include_private or not is_kept_private(row["kind"], row["visibility"])

    def _is_asked(self, part: SealedPart, row: int) -> bool:
        told = self.only.get(name_of(part))
        return told is None or row in told

    def _refuse_a_difference(self, places_: Iterable[tuple[SealedPart, int]]) -> None:
        """Whatever an index says answers must answer: else its counts and its silence are worth nothing."""
        for part, row in places_:
            if name_of(part) in self.only:
                raise Suspicious(
                    f"The search index says that row {row} of {part.part.key} answers, and the sealed record "
                    "does not. IT builds the index again (`paloverde index rebuild`); until then `paloverde "
                    "search --no-index` answers."
                )

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
        if len(table) >= _SMALL:
            texts = texts_of(table) if self._asks(Term, LinkedTo) else None
            posters = posters_of(table) if self._asks(PostedBy) else None
            may = may_answer(self.tree, table, texts, posters)
            chosen = chosen if may is None else chosen & may
        return chosen

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
                media=[medium.get("type") for medium in media[number] or ()],
            )

    def holds(
        self, rows: Iterable[dict[str, Any]], sources: Sequence[tuple[SealedPart, int]], *, told: bool = False
    ) -> Iterator[Hold]:
        """Rows that answer, with all of `hits.COLUMNS`, as hits; `sources` says where each of them lies.

        Those that an index has `told` are asked whether they do.
        """
        for (part, number), row in zip(sources, rows, strict=True):
            seen = self._seen(row)
            if told and not answers(self.tree, seen):
                self._refuse_a_difference([(part, number)])
            found = marks(self.tree, seen.passages)
            held = frozenset(i for i, term in enumerate(self.terms) if places(term, seen.passages))
            yield Hold(self._hit(row, part, number, found, seen.passages.texts), held)

    def _seen(self, row: dict[str, Any]) -> Row:
        """A whole row as a question sees it."""
        item = (row["account"], row["kind"], row["native_id"])
        return Row(
            row,
            row["posted_at"],
            row["observed_at"],
            _described(row["media"]),
            removed=item in self.removals.by_item,
            media=[medium["type"] for medium in row["media"] or ()],
        )

    def _hit(
        self, row: dict[str, Any], part: SealedPart, number: int, found: list[Any], texts: tuple[str, ...]
    ) -> Hit:
        where = found[0].passage if found else 0
        shown = [mark._replace(passage=0) for mark in found if mark.passage == where]
        piece = snippet(texts[where], shown)
        return Hit(
            **{name: _plain(name, value) for name, value in row.items() if name != "media"},
            media=[Kept(**medium) for medium in row["media"] or ()],
            removed=self.removals.of(row),
            snippet=msgspec.structs.replace(piece, where="description") if where else piece,
            marks=[(mark.start, mark.end) for mark in found if mark.passage == 0],
            part=part.part.key,
            row=number,
            sequence=part.sequence,
        )


def name_of(part: SealedPart) -> Name:
    """What tells a part from every other in the archive: its key and version, and the run that sealed it."""
    return part.part.key, part.part.version_id, part.sequence


def of_role(parts: Iterable[SealedPart], role: Role) -> list[SealedPart]:
    """Those of a role, each once, in the order in which a scan of the whole archive meets them."""
    chosen = {name_of(part): part for part in parts if part.part.role is role}
    return sorted(chosen.values(), key=lambda part: (part.of_run, part.part.key))


def columns_for(tree: Node) -> list[str]:
    """The columns that a question has to look at."""
    asked = list(leaves(tree))
    wanted = {"kind", "visibility"} | {leaf.name for leaf in asked if isinstance(leaf, Field)}
    if any(isinstance(leaf, Term | LinkedTo) for leaf in asked):
        wanted |= {"text", _DESCRIPTIONS}
    for leaf in asked:
        if isinstance(leaf, Has):
            wanted.add("text" if leaf.what == "link" else _TYPES)
    if any(isinstance(leaf, PostedBy) for leaf in asked):
        wanted |= set(POSTER)
    if any(isinstance(leaf, Posted) for leaf in asked):
        wanted |= {"posted_at", "observed_at"}
    if any(isinstance(leaf, Removed) for leaf in asked):
        wanted |= {"account", "native_id"}
    return sorted(wanted)


def _take(table: pa.Table, rows: list[int]) -> pa.Table:
    return table.take(arrow.integers(np.array(rows, np.int64)))


def _described(media: list[dict[str, Any]] | None) -> list[str]:
    return [medium["alt_text"] for medium in media or () if medium.get("alt_text")]


def _plain(name: str, value: Any) -> Any:
    """A value of a hit. Strings that many hits say alike are one in memory, however many hits there are."""
    if isinstance(value, datetime):
        return value.astimezone(UTC)
    return intern(value) if name in _ALIKE and value is not None else value
