"""What was found of settings, stores and records at one moment: the nouns of the Trusted System Statement."""

from __future__ import annotations

from datetime import date, datetime

import msgspec

from paloverde.archive.kept import Totals
from paloverde.archive.ledger import Event
from paloverde.archive.store.interface import Grade, Stored
from paloverde.archive.store.live import LiveSettings, Rights
from paloverde.records import archive_day


class Sampled(msgspec.Struct, frozen=True):
    """A stored object and how it stood when the store was asked; `trouble` where it could not say."""

    what: str
    key: str
    sha256: str
    locked_until: datetime | None = None
    mode: Grade | None = None
    legal_hold: bool = False
    trouble: str = ""


class Examined(msgspec.Struct, frozen=True):
    """The last examination by the doctor: its verdict, and the object that keeps its signed result."""

    at: datetime
    usable: bool
    compliance_allowed: bool
    key: str
    sha256: str


class Place(msgspec.Struct, frozen=True):
    """One of the two stores. `trouble` is why it could not be read to the end, and empty where it could."""

    name: str
    description: str
    grade: Grade
    settings: LiveSettings | None = None
    rights: Rights | None = None
    sample: tuple[Sampled, ...] = ()
    examined: Examined | None = None
    trouble: str = ""


class Credential(msgspec.Struct, frozen=True):
    """An access key that the settings may hold: its name, whether it is set, whether it is one of its own."""

    name: str
    is_set: bool
    is_its_own: bool


class Head(msgspec.Struct, frozen=True):
    """A signed head of the ledger's log, and how many outside authorities stamped it."""

    tree_size: int
    made_at: datetime
    key: str
    sha256: str
    stamps: int


class Copied(msgspec.Struct, frozen=True):
    """What lies in the second copy: of the parts of runs before yesterday, `late` do not yet."""

    late: int
    oldest_comparison: datetime | None


class Read(msgspec.Struct, frozen=True):
    """What was read again: `late` parts that are older than the limit were not, within it."""

    oldest: datetime | None
    late: int
    last_event: Event | None


class Held(msgspec.Struct, frozen=True):
    """What holds keep. `holds` are in force by their papers, and what `waiting` of them keep is not all
    gathered; `unseen` objects were not seen to bear their legal hold for two days.
    """

    holds: int
    items: int
    objects: int
    unseen: int
    waiting: int = 0


class Inspected(msgspec.Struct, frozen=True, kw_only=True):
    """The whole of it, at one moment. `seal_trouble` is why the last seal does not hold; "" where it does."""

    at: datetime
    agency: str
    software: str
    lock_mode: str
    lock_years: int
    fixity_days: int
    places: tuple[Place, ...]
    totals: Totals
    copied: Copied
    read: Read
    seals: int
    last_seal: Stored | None
    seal_trouble: str
    entries: int
    public_key: str
    key_is_private: bool
    keys_lost: tuple[str, ...] = ()  # of each key that was stated as lost, how another took its place
    head: Head | None
    authorities: int
    witnesses: int
    credentials: tuple[Credential, ...]
    schedules: tuple[str, ...]
    held: Held

    @property
    def day(self) -> date:
        return archive_day(self.at)

    @property
    def first(self) -> Place:
        return self.places[0]

    @property
    def second(self) -> Place | None:
        return self.places[1] if len(self.places) > 1 else None
