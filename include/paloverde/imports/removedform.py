"""What the object of a removed item says beside its last version: how it was before, what stood around it,
and what shows that it is gone.

The nouns of one column each of `removed/` (archive/schema.py), of a line of `removed/` in a folder that
`paloverde export` wrote, and of a dossier that a person reads.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

import msgspec

from paloverde.records import PACIFIC, Missing, Provenance

Number = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]


class PastVersion(msgspec.Struct, frozen=True):
    """One version of the item that was seen. The exchange leads back to the site's own bytes."""

    version_sha256: str
    observed_at: datetime
    edited_at: datetime | None = None
    text: str | None = None
    poster_name: str | None = None
    poster_username: str | None = None
    poster_id: str | None = None
    visibility: str | None = None
    media: list[str] = []  # SHA-256 of each picture, video or attachment that is kept
    provenance: str | None = None
    payload_sha256: str | None = None
    exchange_key: str | None = None
    exchange_offset: Number | None = None


class Relation(StrEnum):
    """How something of the thread stands to the removed item."""

    ROOT = "root"  # the post or conversation that the thread hangs under
    PARENT = "parent"  # what the item answers
    REPLY = "reply"  # what answers the item
    BESIDE = "beside"  # what else was said in the thread, nearest in time first


class Around(msgspec.Struct, frozen=True):
    """Something of the thread as it was last seen. `missing` says why it has no content here."""

    relation: Relation
    kind: str | None
    native_id: str
    parent_id: str | None = None
    poster_name: str | None = None
    poster_username: str | None = None
    poster_id: str | None = None
    text: str | None = None
    posted_at: datetime | None = None
    observed_at: datetime | None = None
    visibility: str | None = None
    version_sha256: str | None = None
    missing: str | None = None


class Evidence(msgspec.Struct, frozen=True):
    """One thing that shows the removal: what, when, where its bytes are, and what was said.

    `sequence` is the sealed run that saw it; None is the run that this object is of.
    """

    what: str  # look-up, absence, listing, act
    at: datetime
    said: str
    sequence: Number | None = None
    exchange_key: str | None = None
    exchange_offset: Number | None = None


class Told(msgspec.Struct, frozen=True):
    """All that a removed item's object adds, typed: how a line of another archive is read."""

    posted_pacific: str | None = None
    poster_name_missing: Missing | None = None
    poster_username_missing: Missing | None = None
    poster_id_missing: Missing | None = None
    first_absent_at: datetime | None = None
    evidence: list[Evidence] = []
    versions: list[PastVersion] = []
    thread: list[Around] = []
    thread_rest: Number | None = None

    def columns(self) -> dict[str, Any]:
        """As values of the columns of the same names."""
        return {
            name: [msgspec.structs.asdict(one) for one in value] if isinstance(value, list) else value
            for name, value in msgspec.structs.asdict(self).items()
        }


TOLD = Told.__struct_fields__
_IDENTITY = ("poster_name", "poster_username", "poster_id")
_ASKED = (Provenance.API.value, Provenance.EXPORT.value)


def told_of(line: bytes) -> dict[str, Any]:
    """What a line of `removed/` adds, as columns. Raises `msgspec.MsgspecError` where it does not fit."""
    return msgspec.json.decode(line, type=Told).columns()


def in_pacific(moment: datetime | None) -> str | None:
    """A time in the City, with its weekday and its distance from UTC."""
    if moment is None:
        return None
    try:
        local = moment.astimezone(PACIFIC)
    except OverflowError:  # the first day of the calendar, which is no time at which anybody posted
        return None
    offset = f"{local:%z}"
    return f"{local:%A, %B %-d, %Y, %H:%M:%S %Z} (UTC{offset[:3]}:{offset[3:]})"


def reasons_of(row: dict[str, Any]) -> dict[str, str | None]:
    """Why each part of the poster's identity is missing (rulebook P-46: none is missing without a reason).

    A reader gives one reason for all parts. Where it gave none, a part that an answer of the site left out
    is one that the site does not give; of anything else nobody asked in time.
    """
    asked = row["provenance"] in (*_ASKED, None)
    other = Missing.API_NOT_EXPOSED if asked else Missing.NOT_CAPTURED_IN_TIME
    reason = row["poster_missing"] or other.value
    return {f"{name}_missing": None if row[name] else reason for name in _IDENTITY}


def completed(row: dict[str, Any]) -> dict[str, Any]:
    """A row of `removed/` with what follows from it and was not said: its time in the City, and reasons."""
    said = {"posted_pacific": in_pacific(row["posted_at"]), **reasons_of(row)}
    return row | {name: value for name, value in said.items() if row.get(name) is None}
