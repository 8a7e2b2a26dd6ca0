"""How a store is set at this moment, read from the store itself, and what its keys let one do to it.

Beside the doctor, which tries everything a store promises, this answers two questions of the Trusted System
Statement: what the bucket locks by default, and whether the archive's own credentials can delete.
"""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

import msgspec

from paloverde.archive.store.interface import Grade
from paloverde.archive.store.rules import whole_second
from paloverde.archive.store.tamper import PREFIX, Tamper

_LOCK_SECONDS = 30


class Rights(msgspec.Struct, frozen=True):
    """What the archive's own credentials could do to objects of their own under `probe/`, just now."""

    deletes: bool  # delete what no lock holds
    lifts_locks: bool  # delete what a GOVERNANCE lock holds, by the right to bypass it


class LiveSettings(msgspec.Struct, frozen=True):
    """A store as it is set. `default_lock` is what the bucket locks by itself, in words."""

    keeps_versions: bool
    default_lock: str
    expiry_rules: tuple[str, ...]


def live_settings(tamper: Tamper) -> LiveSettings:
    """Read how the store is set; nothing is written."""
    return LiveSettings(tamper.keeps_versions(), tamper.default_lock(), tuple(tamper.expiry_rules()))


def try_rights(tamper: Tamper) -> Rights:
    """Write two small objects under `probe/` and try to delete them; what cannot be deleted stays there."""
    run = f"{PREFIX}statement-{uuid.uuid4().hex[:12]}"
    free = tamper.store.put(f"{run}/free", run.encode(), locked_until=None)
    until = whole_second(datetime.now(UTC) + timedelta(seconds=_LOCK_SECONDS))
    locked = tamper.lock(f"{run}/locked", run.encode() + b" locked", Grade.GOVERNANCE, until)
    return Rights(deletes=tamper.delete(free), lifts_locks=tamper.delete(locked, bypass=True))
