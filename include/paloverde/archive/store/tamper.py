"""What an attacker, a mistake or an administrator would try on a store. For the probe and tests only.

Nothing here is part of a store, and everything here acts only under the key prefix `probe/`. Each method
tries one forbidden or doubtful thing and says whether the store let it happen.
"""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from paloverde.archive.store.interface import Grade, Store, Stored
from paloverde.errors import BadSetting

PREFIX = "probe/"
EVIDENCE = "probe/evidence/"  # what one run of the probe leaves for the next; never swept
SWEEP_SECONDS = 600.0  # younger objects may belong to a probe that is still running


def check_probe_key(key: str) -> str:
    """`key` itself; `BadSetting` where it lies outside `probe/`: records are never tampered with."""
    if not key.startswith(PREFIX) or ".." in key:
        raise BadSetting(f"{key} is not an object of the probe; tampering is allowed under {PREFIX} only.")
    return key


class Tamper(Protocol):
    """The attempts. A `bool` says whether the store let it happen; None, that it knows no such thing."""

    @property
    def store(self) -> Store: ...

    def lock(self, key: str, body: bytes, mode: Grade, until: datetime) -> Stored:
        """A new object with this lock, whatever mode the store itself writes in."""

    def delete(self, stored: Stored, *, bypass: bool = False) -> bool:
        """Delete exactly this version; `bypass` uses the right to lift GOVERNANCE locks."""

    def overwrite(self, key: str, body: bytes) -> bool:
        """Write other bytes under a key that is taken."""

    def relock(self, stored: Stored, mode: Grade, until: datetime) -> bool:
        """Ask for another lock: an earlier date or a weaker mode."""

    def send_damaged(self, key: str, *, checksum: str) -> bool:
        """Send bytes that do not fit the `checksum` ("md5" or "sha256") sent with them."""

    def put_if_absent(self, key: str, body: bytes) -> bool | None:
        """Write only where nothing is."""

    def multipart(self, key: str, body: bytes, until: datetime) -> Stored | None:
        """Write in parts, with a lock asked for at the beginning."""

    def enter_with_wrong_secret(self) -> bool | None:
        """Sign with a wrong secret key."""

    def keeps_versions(self) -> bool:
        """Whether the store is set to keep every version and to lock (a reading, no attempt)."""

    def expiry_rules(self) -> list[str]:
        """Names of rules by which the store deletes by itself (a reading, no attempt)."""

    def default_lock(self) -> str:
        """What a bucket locks new objects with where the writer names no lock, in words (a reading, too)."""

    def clock_difference(self) -> float | None:
        """Seconds that the store's clock is ahead of ours; None where both are one."""

    def sweep(self) -> None:
        """Delete what earlier probes left behind and no lock holds, evidence excepted."""

    def how_encrypted(self, stored: Stored) -> str | None:
        """What the store says of its own encryption of an object, in words; None where it knows none."""

    def may_set_policy(self) -> bool | None:
        """Whether the bucket's policy may be changed: what is sent is none, and changes nothing."""

    def may_set_versions(self) -> bool | None:
        """Whether the keeping of versions may be set: it is set as it is."""

    def may_delete_records(self) -> bool | None:
        """Whether versions of records may be deleted: a version that never was, of a name that is new."""

    def may_read_records(self) -> bool | None:
        """Whether a record may be read: one byte of one. None where there is no record yet."""
