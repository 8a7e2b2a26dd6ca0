"""Rows of a run as Arrow tables, column by column as `archive.schema` lists them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime

import msgspec
import pyarrow as pa

from paloverde.archive.schema import MEDIA, RECORDS, SIGHTINGS, UTC_TIME
from paloverde.capture.media import Kept
from paloverde.records import Medium, Provenance, Record, Visibility


class Row(msgspec.Struct, gc=False):
    """A record with what only the run knows of it."""

    record: Record
    version_sha256: str
    stream: str
    within: str
    exchange_offset: int
    observed_at: datetime
    provenance: Provenance = Provenance.API
    is_new: bool = True  # whether the archive does not hold this version yet
    again: bool = False  # a version that it holds, written again with files that could not be fetched before
    not_captured: int | None = None  # how many files could not be fetched, where a row is written


class Sighting(msgspec.Struct, frozen=True, gc=False):
    """What was seen of one item without a record: an absence, the outcome of a direct look-up."""

    kind: str
    native_id: str
    stream: str
    within: str
    state: str
    looked_at: datetime
    how: str
    version_sha256: str = ""
    posted_at: datetime | None = None
    detail: str = ""


_STATES = {Visibility.HIDDEN: "hidden"}


def record_table(
    account: str, day: date, rows: list[Row], exchange_key: str, keep: Callable[[Medium], Kept]
) -> pa.Table:
    """The records table of these rows. `keep` says what became of each medium."""
    records = [row.record for row in rows]
    posters = [record.poster for record in records]
    size = len(rows)
    columns = {
        "account": pa.repeat(account, size),
        "date": pa.repeat(pa.scalar(day, pa.date32()), size),
        "platform": [record.platform for record in records],
        "kind": [record.kind for record in records],
        "native_id": [record.native_id for record in records],
        "parent_id": [record.parent_id for record in records],
        "thread_id": [record.thread_id for record in records],
        "version_sha256": [row.version_sha256 for row in rows],
        "text": _texts(record.text for record in records),
        "posted_at": pa.array([record.posted_at for record in records], UTC_TIME),
        "posted_text": [record.posted_text for record in records],
        "edited_at": pa.array([record.edited_at for record in records], UTC_TIME),
        "poster_name": _texts(poster.name for poster in posters),
        "poster_username": _texts(poster.username for poster in posters),
        "poster_id": [poster.id for poster in posters],
        "poster_missing": [poster.missing for poster in posters],
        "visibility": [record.visibility for record in records],
        "permalink": [record.permalink for record in records],
        "language": [record.language for record in records],
        "count": pa.array([record.count for record in records], pa.int64()),
        "media": pa.array([[_medium(m, keep) for m in record.media] for record in records], MEDIA),
        "observed_at": pa.array([row.observed_at for row in rows], UTC_TIME),
        "provenance": [row.provenance for row in rows],
        "drift": [record.drift for record in records],
        "raw": pa.array([record.payload for record in records], pa.binary()),
        "payload_sha256": [record.payload_sha256 for record in records],
        "exchange_key": pa.repeat(exchange_key, size),
        "exchange_offset": pa.array([row.exchange_offset for row in rows], pa.int64()),
        "payload_position": pa.array([record.position for record in records], pa.int64()),
    }
    return pa.table([_column(columns[field.name], field.type) for field in RECORDS], schema=RECORDS)


def seen_table(account: str, day: date, rows: list[Row]) -> pa.Table:
    """The sightings table of items that listings showed."""
    records = [row.record for row in rows]
    return _sightings(
        account,
        day,
        len(rows),
        {
            "kind": [record.kind for record in records],
            "native_id": [record.native_id for record in records],
            "stream": [row.stream for row in rows],
            "within": [row.within for row in rows],
            "state": [_STATES.get(record.visibility, "present") for record in records],
            "looked_at": [row.observed_at for row in rows],
            "how": pa.repeat("listing", len(rows)),
            "version_sha256": [row.version_sha256 for row in rows],
            "posted_at": [record.posted_at for record in records],
            "is_new_version": [row.is_new or row.again for row in rows],
            "not_captured": [row.not_captured for row in rows],
            "detail": pa.repeat("", len(rows)),
        },
    )


def sighting_table(account: str, day: date, sightings: list[Sighting]) -> pa.Table:
    """The sightings table of what was seen without a record."""
    return _sightings(
        account,
        day,
        len(sightings),
        {
            "kind": [seen.kind for seen in sightings],
            "native_id": [seen.native_id for seen in sightings],
            "stream": [seen.stream for seen in sightings],
            "within": [seen.within for seen in sightings],
            "state": [seen.state for seen in sightings],
            "looked_at": [seen.looked_at for seen in sightings],
            "how": [seen.how for seen in sightings],
            "version_sha256": [seen.version_sha256 for seen in sightings],
            "posted_at": [seen.posted_at for seen in sightings],
            "is_new_version": pa.repeat(False, len(sightings)),
            "not_captured": pa.nulls(len(sightings), pa.int32()),
            "detail": _texts(seen.detail for seen in sightings),
        },
    )


def _sightings(account: str, day: date, size: int, columns: dict[str, object]) -> pa.Table:
    columns["account"] = pa.repeat(account, size)
    columns["date"] = pa.repeat(pa.scalar(day, pa.date32()), size)
    return pa.table([_column(columns[field.name], field.type) for field in SIGHTINGS], schema=SIGHTINGS)


def _column(values: object, type_: pa.DataType) -> pa.Array:
    return values if isinstance(values, pa.Array) else pa.array(values, type_)


def _texts(values: Iterable[str | None]) -> pa.Array:
    """Text for Arrow. Half surrogates, which no UTF-8 has, are replaced here; the raw bytes keep them."""
    texts = list(values)
    try:
        return pa.array(texts, pa.string())
    except UnicodeEncodeError:
        safe = [text and text.encode("utf-16", "surrogatepass").decode("utf-16", "replace") for text in texts]
        return pa.array(safe, pa.string())


def _medium(medium: Medium, keep: Callable[[Medium], Kept]) -> dict[str, object]:
    return {**msgspec.structs.asdict(medium), **msgspec.structs.asdict(keep(medium))}
