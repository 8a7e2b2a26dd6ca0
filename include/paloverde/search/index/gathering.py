"""The rows of sealed parts as documents: what filters, counts and the order of the documents need of each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from paloverde.archive.schema import REMOVED
from paloverde.records import PACIFIC
from paloverde.search.hits import COLUMNS
from paloverde.search.index.layout import (
    CODED,
    I32,
    I64,
    NO_TIME,
    U32,
    U64,
    UNDATED,
    Arrays,
    Covered,
    Mask,
)
from paloverde.search.index.segment import HAS_BITS, HAS_LINK
from paloverde.search.matching import has_media

REMOVAL = ("removed_at", "confirmed_by", "cause", "cause_reason", "retain_until")
_ITEM = ("account", "kind", "native_id")
_TIES = ("thread_id", "parent_id")
_SHELVED = ("account", "platform", "kind", "visibility", "provenance")  # in the order of the documents
_DAY, _HOUR = 86_400_000_000, 3_600_000_000  # microseconds
_REMOVALS = pa.schema([REMOVED.field(name) for name in (*_ITEM, "version_sha256", *REMOVAL)])
Column = npt.NDArray[Any]


class Batch(NamedTuple):
    """The rows of a part (`hits.COLUMNS`), and what they say of removals where it has such."""

    part: Covered
    rows: pa.Table
    removals: pa.Table


class Gathered(NamedTuple):
    """The columns of the documents in their order, and for each row, through all parts, its document."""

    columns: Arrays
    values: dict[str, list[str | None]]
    number: U32


class Gathering:
    """Takes the rows of parts, and puts them in order at the end."""

    def __init__(self) -> None:
        self.parts: list[Covered] = []
        self.size = 0
        self._columns: list[dict[str, Column]] = []
        self._codes: dict[str, dict[str | None, int]] = {name: {} for name in CODED}
        self._ties: list[U64] = []
        self._tied: list[U32] = []  # of each tie its row
        self._removals = [_REMOVALS.empty_table()]
        self._of_removals: list[U32] = []

    def add(self, batches: Sequence[Batch], rows: pa.Table, links: U32) -> None:
        """Take some parts: `rows` are those of all of them, `links` the numbers of rows with an address."""
        posted, observed = _moments(rows["posted_at"]), _moments(rows["observed_at"])
        media = _media(rows["media"])
        media["has"][links] |= np.uint8(HAS_LINK)
        sizes = [len(batch.rows) for batch in batches]
        numbers = np.arange(len(self.parts), len(self.parts) + len(batches), dtype=np.uint32)
        self._columns.append(
            {
                **{name: self._coded(name, rows[name]) for name in CODED},
                "posted_at": posted,
                "observed_at": observed,
                "part": np.repeat(numbers, sizes),
                "row": np.concatenate([np.arange(size, dtype=np.uint32) for size in sizes]),
                "of_run": np.repeat(np.array([batch.part.of_run for batch in batches], np.int32), sizes),
                **media,
                "item": _hashes(rows, _ITEM),
                "version": _hashes(rows, (*_ITEM, "version_sha256")),
            }
        )
        names, tied = _ties(rows)
        self._ties.append(names)
        self._tied.append(tied + np.uint32(self.size))
        self._removals += [batch.removals for batch in batches if len(batch.removals)]
        self._of_removals.append(np.repeat(numbers, [len(batch.removals) for batch in batches]))
        self.parts += [batch.part for batch in batches]
        self.size += len(rows)

    def finish(self) -> Gathered:
        """Everything in the order of the documents; see `segment`."""
        values = {name: _sorted_values(codes) for name, codes in self._codes.items()}
        columns = self._together(values)
        order = _order(columns)
        number = np.empty(len(order), np.uint32)
        number[order] = np.arange(len(order), dtype=np.uint32)
        for name, column in columns.items():
            columns[name] = column[order]
        arrays = {f"document.{name}": column for name, column in columns.items()}
        arrays |= {"group.starts": _groups(columns), **_sorted(columns["item"], columns["time"])}
        arrays |= self._sorted_ties(number)
        return Gathered(arrays, values, number)

    def removals(self) -> pa.Table:
        """What is known of removals; see `segment.Segment`."""
        table = pa.concat_tables(self._removals).combine_chunks()
        part = np.concatenate([np.empty(0, np.uint32), *self._of_removals])
        first = np.searchsorted(part, part)  # the number of the first row of the same part
        of_run = np.array([one.of_run for one in self.parts], np.int32)
        more: dict[str, Column] = {
            "item": _hashes(table, _ITEM),
            "part": part,
            "row": (np.arange(len(part)) - first).astype(np.uint32),
            "of_run": of_run[part],
        }
        for name, column in more.items():
            table = table.append_column(name, pa.array(column))
        return table

    def _sorted_ties(self, number: U32) -> Arrays:
        """See `columns.Ties`."""
        names = np.concatenate([np.empty(0, np.uint64), *self._ties])
        documents = number[np.concatenate([np.empty(0, np.uint32), *self._tied])]
        order = np.lexsort((documents, names))
        return {"tie.names": names[order], "tie.documents": documents[order]}

    def _coded(self, name: str, column: pa.ChunkedArray) -> U32:
        """The codes of a column's values; those not met before get one."""
        encoded = pc.dictionary_encode(column.combine_chunks(), null_encoding="encode")
        codes = self._codes[name]
        known = [codes.setdefault(value, len(codes)) for value in encoded.dictionary.to_pylist()]
        found: U32 = np.array(known, np.uint32)[encoded.indices.to_numpy()]
        return found

    def _together(self, values: dict[str, list[str | None]]) -> dict[str, Column]:
        columns: dict[str, Column] = {}
        for name in list(self._columns[0]):
            columns[name] = np.concatenate([some.pop(name) for some in self._columns])
        for name, sorted_values in values.items():
            place = {value: code for code, value in enumerate(sorted_values)}
            codes = np.array([place[value] for value in self._codes[name]], CODED[name])
            columns[name] = codes[columns[name]]
        posted = columns["posted_at"]
        day = _pacific_days(posted)
        return columns | {
            "day": day,
            "month": _months(day),
            "observed_day": _pacific_days(columns["observed_at"]),
            "time": np.where(posted == NO_TIME, columns["observed_at"], posted),
        }


def _sorted_values(codes: dict[str | None, int]) -> list[str | None]:
    return sorted(codes, key=lambda value: (value is not None, value or ""))


def _order(columns: dict[str, Column]) -> npt.NDArray[np.int64]:
    shelf = np.zeros(len(columns["item"]), np.uint64)
    for name in _SHELVED:
        shelf = (shelf << np.uint64(8 * columns[name].itemsize)) | columns[name]
    shelf = (shelf << np.uint64(1)) | (columns["posted_at"] == NO_TIME)
    keys = ("row", "part", "version", "item", "time")
    return np.lexsort((*(columns[name] for name in keys), shelf))


def _groups(columns: dict[str, Column]) -> U32:
    """Where each stretch of the same account, platform, kind, visibility, provenance and month begins."""
    size = len(columns["item"])
    is_new = np.ones(size, np.bool_)
    if size:
        same = [columns[name][1:] == columns[name][:-1] for name in (*_SHELVED, "month")]
        is_new[1:] = ~np.logical_and.reduce(same)
    return np.append(np.flatnonzero(is_new), size).astype(np.uint32)


def _sorted(items: U64, times: I64) -> Arrays:
    order = np.argsort(items, kind="stable").astype(np.uint32)
    by_time = np.argsort(times, kind="stable").astype(np.uint32)
    return {"document.by_item": order, "document.items": items[order], "document.by_time": by_time}


def _moments(column: pa.ChunkedArray) -> I64:
    return np.asarray(pc.fill_null(column.cast(pa.int64()), NO_TIME).to_numpy(), np.int64)


def _pacific_days(moments: I64) -> I32:
    """The Pacific day of each moment, in days since 1970; UNDATED where there is none.

    Looked up once for each hour that occurs: the offset changes on full hours only.
    """
    is_known = moments != NO_TIME
    hours, which = np.unique(np.where(is_known, moments, 0) // _HOUR, return_inverse=True)
    offsets = np.array([_offset(hour) for hour in hours.tolist()], np.int64)
    local = np.where(is_known, moments, 0) + offsets[which]
    return np.where(is_known, local // _DAY, UNDATED).astype(np.int32)


def _offset(hour: int) -> int:
    """The distance of the City's time from UTC in an hour since 1970, in microseconds."""
    offset = (datetime.fromtimestamp(0, UTC) + hour * _AN_HOUR).astimezone(PACIFIC).utcoffset()
    assert offset is not None
    return offset // _MICROSECOND


_AN_HOUR, _MICROSECOND = (datetime.resolution * count for count in (_HOUR, 1))


def _months(days: I32) -> I32:
    known = np.where(days == UNDATED, 0, days)
    months = known.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) + 1970 * 12
    return np.where(days == UNDATED, UNDATED, months).astype(np.int32)


def _media(column: pa.ChunkedArray) -> dict[str, Column]:
    """Of each row: which kinds of media it has, and how many of them are not kept."""
    media = column.combine_chunks()
    parents, flat = pc.list_parent_indices(media).to_numpy(), pc.list_flatten(media)
    types = pc.dictionary_encode(pc.struct_field(flat, "type"), null_encoding="encode")
    bits = np.array([_bits(type_) for type_ in types.dictionary.to_pylist()], np.uint8)
    has = np.zeros(len(media), np.uint8)
    np.bitwise_or.at(has, parents, bits[types.indices.to_numpy()] if len(parents) else bits)
    unkept = pc.is_null(pc.struct_field(flat, "sha256")).to_numpy(zero_copy_only=False)
    missing = np.bincount(parents[unkept], minlength=len(media))
    return {"has": has, "missing": missing.clip(max=np.iinfo(np.uint16).max).astype(np.uint16)}


def _bits(type_: str | None) -> int:
    return sum(bit for what, bit in HAS_BITS.items() if bit != HAS_LINK and has_media(what, [type_]))


def _hashes(rows: pa.Table, names: Sequence[str]) -> U64:
    """The first eight bytes of BLAKE2 over some columns of each row."""
    texts = [pc.fill_null(rows[name], "") for name in names]
    return _digests(pc.binary_join_element_wise(*texts, "\0").to_pylist())


def hashes_of(items: Sequence[tuple[str, ...]]) -> U64:
    """The hash of items named by account, kind and native id, or of versions (with the sha256 besides)."""
    return _digests(["\0".join(item) for item in items])


def ties_of(ids: Sequence[str]) -> U64:
    """The hash of ids by which others are tied to a record; see `columns.Ties`."""
    return _digests(ids)


def _ties(rows: pa.Table) -> tuple[U64, U32]:
    """The ids that rows name as their thread or as what they answer, hashed, and the row of each."""
    hashes, known = zip(*(_hashed(rows[name]) for name in _TIES), strict=True)
    is_other = known[1] & ~(known[0] & (hashes[0] == hashes[1]))
    found = [np.flatnonzero(there).astype(np.uint32) for there in (known[0], is_other)]
    names = [one[numbers] for one, numbers in zip(hashes, found, strict=True)]
    return np.concatenate(names), np.concatenate(found)


def _hashed(ids: pa.ChunkedArray) -> tuple[U64, Mask]:
    """The hash of each id, and which are not null; many rows name the same one."""
    encoded = pc.dictionary_encode(pc.fill_null(ids, "").combine_chunks())
    known = pc.is_valid(ids).to_numpy()
    return _digests(encoded.dictionary.to_pylist())[encoded.indices.to_numpy()], known


def _digests(texts: Sequence[str]) -> U64:
    return np.frombuffer(
        b"".join(blake2b(text.encode(), digest_size=8).digest() for text in texts), np.uint64
    )


def shown(table: pa.Table) -> pa.Table:
    """The columns of a part that a page shows."""
    return table.select(COLUMNS)


def removal_rows(table: pa.Table) -> pa.Table:
    """What a part of removed items says of their removal; nothing where it is of others."""
    return table.select(_REMOVALS.names) if "removed_at" in table.column_names else _REMOVALS.empty_table()
