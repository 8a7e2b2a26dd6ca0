"""What the law of keeping needs to know of an item, and the nouns it answers with. No I/O here."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

import msgspec

from paloverde.records import Holder, Kind, Provenance


class HoldKind(StrEnum):
    """Why somebody asked that records be kept whatever the schedule says."""

    LITIGATION = "litigation"  # until counsel releases it, with a memo
    REQUEST = "request"  # until an open Public Records Act request is closed, and its tail after


class HeldBy(msgspec.Struct, frozen=True):
    """A hold that an item is under. `ends_on` is None while the hold is open; only a request ends so."""

    hold: str
    kind: HoldKind
    matter: str
    since: datetime
    ends_on: date | None = None


class ItemId(msgspec.Struct, frozen=True, order=True):
    """An item of the archive, whatever its versions."""

    account: str
    kind: Kind
    native_id: str


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of one item, all versions of it together.

    `received_on` is the Pacific day on which the City last had it: the later of posting and of any run that
    was shown it. A site that still shows it hands it to the City again each night, and raw answers of that
    night hold it too: the two years of Gov. Code 34090(d) begin no earlier.
    `shown` says that the site showed it when it was last looked at.
    `locked_until` is the latest lock of the objects that hold it.
    """

    item: ItemId
    holder: Holder = Holder.CITY
    provenance: frozenset[Provenance] = frozenset({Provenance.API})
    visibility: str = ""
    posted_at: datetime | None = None
    received_on: date
    shown: bool = False
    in_question: bool = False  # absent, and nobody knows yet whether it was removed
    removed_on: date | None = None  # the Pacific day on which its removal was confirmed
    cause: str | None = None
    holds: tuple[HeldBy, ...] = ()
    locked_until: datetime | None = None


class Ground(StrEnum):
    """On what ground something must be kept."""

    FLOOR = "two-year floor"  # Gov. Code 34090(d)
    REMOVAL = "removal hold"  # policy V.B.7
    OFFICIAL = "officials' reasonable time"  # policy V.E.4(d)
    SCHEDULE = "schedule"  # the City's own, by resolution
    EXCLUDED = "excluded class"  # Gov. Code 34090(a)-(c), (e): never under that section
    UNKNOWN = "unknown class"  # no schedule covers it: never
    LITIGATION = "litigation hold"
    REQUEST = "open records request"
    LOCK = "lock of the store"
    IN_USE = "still shown"  # the site shows it to the public
    QUESTION = "removal not settled"


class Reason(msgspec.Struct, frozen=True):
    """One reason to keep an item.

    `until` is the first day on which this reason no longer holds; None where no such day is known. `source`
    cites the law, the policy, the resolution or the hold. `verified`: counsel has confirmed the rule.
    """

    ground: Ground
    sentence: str
    source: str
    until: date | None
    verified: bool = False
