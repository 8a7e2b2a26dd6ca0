"""What is known of removed items: their rows, the marks of their removal, and when each was first seen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from itertools import groupby
from typing import Any, NamedTuple

import msgspec
import pyarrow as pa
from sqlalchemy import select

from paloverde.archive.reader import Archive, SealedPart
from paloverde.archive.schema import REMOVED
from paloverde.records import Provenance
from paloverde.search.ahead import ahead
from paloverde.search.hits import COLUMNS, Removal
from paloverde.search.index import arrow
from paloverde.state.tables import ITEMS

REMOVAL = ("removed_at", "confirmed_by", "cause", "cause_reason", "retain_until")
_BATCH = 500  # ids that are looked up in the register at once
_START = datetime.min.replace(tzinfo=UTC)
Item = tuple[str, str, str]


class Removals(NamedTuple):
    """All that is known of removed items: their rows, where each of them lies, and the marks by item."""

    table: pa.Table
    places: list[tuple[SealedPart, int]]
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


def read_removals(archive: Archive, parts: Sequence[SealedPart]) -> Removals:
    """The rows and marks of removed items, from the parts that tell of them."""
    return removals_of(archive, told_by(archive, parts))


def told_by(archive: Archive, parts: Sequence[SealedPart]) -> list[tuple[SealedPart, pa.Table]]:
    """Parts of removed items, and their rows."""
    read = ahead(lambda part: archive.table(part.part, [*COLUMNS, *REMOVAL]), parts)
    return list(zip(parts, read, strict=True))


def removals_of(archive: Archive, told: Sequence[tuple[SealedPart, pa.Table]]) -> Removals:
    """The rows and marks of removed items; of several marks of one item the latest stands."""
    empty = pa.Table.from_batches([], pa.schema([REMOVED.field(name) for name in (*COLUMNS, *REMOVAL)]))
    table = pa.concat_tables([empty, *(table for _, table in told)], promote_options="default")
    places_ = [(part, row) for part, one in told for row in range(len(one))]
    marked: dict[Item, Removal] = {}
    versions: set[tuple[Item, str]] = set()
    for row in arrow.rows(table.select(["account", "kind", "native_id", "version_sha256", *REMOVAL])):
        item = (row["account"], row["kind"], row["native_id"])
        versions.add((item, row["version_sha256"]))
        mark = Removal(**{name: row[name] for name in REMOVAL})
        before = marked.get(item)
        if before is None or (mark.removed_at or _START) >= (before.removed_at or _START):
            marked[item] = mark
    first = _first_seen(archive, marked)
    known = {item: msgspec.structs.replace(mark, first_seen=first.get(item)) for item, mark in marked.items()}
    return Removals(table, places_, known, frozenset(versions))


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
