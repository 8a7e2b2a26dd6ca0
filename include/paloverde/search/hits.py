"""A hit: one version of one record that answers a question, with the way back to its exact bytes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

import msgspec
import pyarrow as pa

from paloverde.archive.schema import MEDIA, UTC_TIME
from paloverde.records import archive_day
from paloverde.search.matching import Mark

_AROUND = 80  # characters shown on each side of the first mark


class Kept(msgspec.Struct, frozen=True):
    """A picture, video or attachment of a record; `sha256` where its bytes are kept, else why not."""

    url: str | None = None
    type: str | None = None
    alt_text: str | None = None
    native_id: str | None = None
    sha256: str | None = None
    size: int | None = None
    not_captured: str | None = None


class Removal(msgspec.Struct, frozen=True):
    """What the archive holds on the removal of an item, or on its being hidden.

    `removed_at` is when it was found so, which may be later than it happened. `first_seen` is when the item
    was archived first, None where the register does not know it. `of_these_words` is False where the words of
    this version came another way than from the site, and only the item of that id was found removed there.
    """

    removed_at: datetime | None = None
    confirmed_by: str | None = None
    cause: str | None = None
    cause_reason: str | None = None
    retain_until: date | None = None
    first_seen: datetime | None = None
    of_these_words: bool = True


class Snippet(msgspec.Struct, frozen=True):
    """A piece of text around what was found, with "…" where it is cut; `marks` are offsets in `text`.

    `where` is "text", or "description" for the description of a picture.
    """

    text: str
    marks: list[tuple[int, int]] = []
    where: str = "text"


class Hit(msgspec.Struct, frozen=True, kw_only=True):
    """One version of one record. Columns are explained in `archive/schema.py`.

    `part` and `row` name the object and the row in it, `sequence` the sealed run that wrote it. `marks` are
    (start, end) offsets in `text`. `removed` is None where the item was not found hidden or removed.
    """

    account: str
    date: date
    platform: str
    kind: str
    native_id: str
    parent_id: str | None = None
    thread_id: str | None = None
    version_sha256: str
    text: str | None = None
    posted_at: datetime | None = None
    posted_text: str | None = None
    edited_at: datetime | None = None
    poster_name: str | None = None
    poster_username: str | None = None
    poster_id: str | None = None
    poster_missing: str | None = None
    visibility: str | None = None
    permalink: str | None = None
    language: str | None = None
    count: int | None = None
    media: list[Kept] = []
    observed_at: datetime
    provenance: str | None = None
    drift: str | None = None
    payload_sha256: str
    exchange_key: str | None = None
    exchange_offset: int | None = None
    payload_position: int | None = None
    removed: Removal | None = None
    snippet: Snippet = Snippet("")
    marks: list[tuple[int, int]] = []
    part: str
    row: int
    sequence: int

    @property
    def item(self) -> tuple[str, str, str]:
        return self.account, self.kind, self.native_id

    @property
    def month(self) -> str:
        """The Pacific month of posting, as 2025-01."""
        return f"{archive_day(self.posted_at):%Y-%m}" if self.posted_at else "undated"


_OWN = ("removed", "snippet", "marks", "part", "row", "sequence")
COLUMNS = tuple(name for name in Hit.__struct_fields__ if name not in _OWN)


def in_order(hits: Iterable[Hit]) -> list[Hit]:
    """Hits by time of posting (where unknown: of observation), then by name, then by version."""
    return sorted(
        hits,
        key=lambda hit: (hit.posted_at or hit.observed_at, *hit.item, hit.observed_at, hit.version_sha256),
    )


def snippet(text: str, marks: list[Mark]) -> Snippet:
    """The text around the first mark, cut between words where it can be; "…" stands where it is cut."""
    first = next((mark for mark in marks if mark.passage == 0), None)
    middle = (first.start, first.end) if first else (0, 0)
    start, end = max(0, middle[0] - _AROUND), min(len(text), middle[1] + _AROUND)
    while start > 0 and start > middle[0] - 2 * _AROUND and not text[start - 1].isspace():
        start -= 1
    while end < len(text) and end < middle[1] + 2 * _AROUND and not text[end].isspace():
        end += 1
    before, after = "…" if start > 0 else "", "…" if end < len(text) else ""
    shift = len(before) - start
    inside = [
        (m.start + shift, m.end + shift)
        for m in marks
        if m.passage == 0 and start <= m.start and m.end <= end
    ]
    return Snippet(f"{before}{text[start:end]}{after}", inside)


_STRINGS = {name: pa.string() for name in COLUMNS}
SCHEMA = pa.schema(
    [
        pa.field(name, type_)
        for name, type_ in {
            **_STRINGS,
            "date": pa.date32(),
            "posted_at": UTC_TIME,
            "edited_at": UTC_TIME,
            "observed_at": UTC_TIME,
            "count": pa.int64(),
            "media": MEDIA,
            "exchange_offset": pa.int64(),
            "payload_position": pa.int64(),
            "removed_at": UTC_TIME,
            "removal_confirmed_by": pa.string(),
            "removal_cause": pa.string(),
            "removal_reason": pa.string(),
            "removal_of_these_words": pa.bool_(),
            "retain_until": pa.date32(),
            "snippet": pa.string(),
            "part": pa.string(),
            "row": pa.int64(),
            "sequence": pa.int64(),
        }.items()
    ]
)


def as_row(hit: Hit) -> dict[str, Any]:
    """A hit as one flat row of `SCHEMA`."""
    removal = hit.removed or Removal()
    return {
        **{name: getattr(hit, name) for name in (*COLUMNS, "part", "row", "sequence")},
        "media": [msgspec.structs.asdict(kept) for kept in hit.media],
        "removed_at": removal.removed_at,
        "removal_confirmed_by": removal.confirmed_by,
        "removal_cause": removal.cause,
        "removal_reason": removal.cause_reason,
        "removal_of_these_words": removal.of_these_words if hit.removed else None,
        "retain_until": removal.retain_until,
        "snippet": hit.snippet.text,
    }


def to_table(hits: Iterable[Hit]) -> pa.Table:
    """Hits as an Arrow table: one row each, columns as in the archive, removal flat beside them."""
    return pa.Table.from_pylist([as_row(hit) for hit in hits], schema=SCHEMA)
