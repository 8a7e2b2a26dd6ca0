"""The store's interface and its nouns. No I/O here."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Protocol

import msgspec


class Grade(StrEnum):
    """What a store can promise. Every page and report that speaks of the store says its grade."""

    APPLICATION = "application-enforced"  # a directory: our own code refuses, an administrator can undo it
    GOVERNANCE = "GOVERNANCE"  # Object Lock that a specially privileged user can lift
    COMPLIANCE = "COMPLIANCE"  # Object Lock that nobody can shorten


class Stored(msgspec.Struct, frozen=True):
    """An object as a seal names it. `version_id` is the store's own, "" never occurs."""

    key: str
    version_id: str
    sha256: str
    size: int


class Standing(msgspec.Struct, frozen=True):
    """How an object stands now: its size and what keeps it."""

    size: int
    locked_until: datetime | None
    mode: Grade | None
    legal_hold: bool


Body = bytes | Path  # what is stored: bytes, or a file of any size, which is never in memory as a whole


class Store(Protocol):
    """Write-once object storage.

    Errors: `Unreachable` where the store did not answer, `ArchiveDamaged` where bytes are not what
    they should be, `StoreCannotPromise` where a lock was not kept, `BadSetting` for wrong credentials.
    """

    @property
    def grade(self) -> Grade: ...

    @property
    def description(self) -> str:
        """One phrase for people: what and where ("S3 bucket paloverde at http://127.0.0.1:7480")."""

    def put(
        self, key: str, body: Body, *, locked_until: datetime | None, sha256: str | None = None
    ) -> Stored:
        """Store `body` under `key` once, locked, and read back how it stands.

        The same bytes again return what is already there (and extend its lock when a later date is
        asked). Other bytes under a content-addressed key raise `ArchiveDamaged`.
        """

    def restore(self, key: str, body: Body, *, locked_until: datetime | None, legal_hold: bool) -> Stored:
        """Put the whole bytes of a damaged or missing object back under its key; the version that is whole.

        What was damaged stays as evidence: in S3 as the earlier version, in a directory under `.damaged/`.
        A lock that is past already is not asked for again.
        """

    def get(self, stored: Stored) -> bytes:
        """The bytes of exactly this version, hash verified; `ArchiveDamaged` where they differ."""

    def check(self, stored: Stored) -> None:
        """Read exactly this version piece by piece; `ArchiveDamaged` where it is not what `stored` says."""

    def fetch(self, stored: Stored, path: Path) -> None:
        """Write exactly this version into a new file, piece by piece; never in memory as a whole.

        `ArchiveDamaged` where it is not what `stored` says; nothing is left at `path` then. An `OSError` of
        the file's own disk passes through.
        """

    def standing(self, stored: Stored) -> Standing:
        """Size, lock and legal hold of exactly this version."""

    def find(self, key: str) -> Stored | None:
        """The newest version under `key` (its sha256 from the bytes' metadata), None where there is none."""

    def extend(self, stored: Stored, locked_until: datetime) -> None:
        """Move the lock later, never earlier."""

    def set_legal_hold(self, stored: Stored, on: bool) -> None: ...

    def walk(self, prefix: str) -> Iterator[Stored]:
        """Every version under `prefix`. For rebuilding and auditing only."""
