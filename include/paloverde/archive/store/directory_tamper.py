"""Tampering with a write-once directory, as its owner could. For the probe and tests only, under `probe/`."""

from __future__ import annotations

import os
import time
from datetime import datetime

from paloverde.archive.store.directory import DirectoryStore
from paloverde.archive.store.interface import Grade, Stored
from paloverde.archive.store.tamper import EVIDENCE, PREFIX, SWEEP_SECONDS, check_probe_key
from paloverde.errors import ArchiveDamaged


class DirectoryTamper:
    """See `paloverde.archive.store.tamper.Tamper`."""

    def __init__(self, store: DirectoryStore) -> None:
        self.store = store

    def lock(self, key: str, body: bytes, mode: Grade, until: datetime) -> Stored:  # noqa: ARG002  one mode only
        return self.store.put(check_probe_key(key), body, locked_until=until)

    def delete(self, stored: Stored, *, bypass: bool = False) -> bool:  # noqa: ARG002  the owner needs no right
        path = self.store.root / check_probe_key(stored.key)
        try:
            path.unlink()
        except OSError:
            return False
        return not path.exists()

    def overwrite(self, key: str, body: bytes) -> bool:
        try:
            self.store.put(check_probe_key(key), body, locked_until=None)
        except ArchiveDamaged:
            return False
        return True

    def relock(self, stored: Stored, mode: Grade, until: datetime) -> bool:  # noqa: ARG002  one mode only
        before = self.store.standing(stored).locked_until
        self.store.extend(stored, until)
        return self.store.standing(stored).locked_until != before

    def send_damaged(self, key: str, *, checksum: str) -> bool:
        try:
            self.store.put(check_probe_key(key), b"damaged", locked_until=None, sha256=checksum[:1] * 64)
        except ArchiveDamaged:
            return False
        return True

    def put_if_absent(self, key: str, body: bytes) -> bool | None:
        path = self.store.root / check_probe_key(key)
        beside = path.with_name("beside")
        beside.write_bytes(body)
        try:
            os.link(beside, path)
        except FileExistsError:
            return False
        finally:
            beside.unlink()
        return True

    def multipart(self, key: str, body: bytes, until: datetime) -> Stored | None:  # noqa: ARG002
        return None

    def enter_with_wrong_secret(self) -> bool | None:
        return None

    def keeps_versions(self) -> bool:
        return True  # write-once: the only version of a key stays

    def expiry_rules(self) -> list[str]:
        return []

    def default_lock(self) -> str:
        return "a directory has none"

    def clock_difference(self) -> float | None:
        return None

    def sweep(self) -> None:
        old = time.time() - SWEEP_SECONDS
        for stored in list(self.store.walk(PREFIX)):
            if not stored.key.startswith(EVIDENCE) and (self.store.root / stored.key).stat().st_mtime < old:
                self.delete(stored)

    def how_encrypted(self, stored: Stored) -> str | None:  # noqa: ARG002  its disk is encrypted, or is not
        return None

    def may_set_policy(self) -> bool | None:
        return None  # no keys, no policy: its owner may do everything

    may_set_versions = may_delete_records = may_read_records = may_set_policy
