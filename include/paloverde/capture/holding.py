"""Holding what was removed: a copy of its own, locked until two calendar years after (policy V.B.7)."""

from __future__ import annotations

from functools import partial
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from paloverde.archive.layout import removed_key
from paloverde.archive.parquet import to_parquet
from paloverde.archive.reader import Archive
from paloverde.archive.register import Item
from paloverde.archive.schema import REMOVED
from paloverde.archive.seal import Role
from paloverde.archive.vault import end_of
from paloverde.capture.removal import Removal
from paloverde.capture.spool import Spool
from paloverde.errors import ArchiveDamaged
from paloverde.records import Account, archive_day

_RUNS_KEPT = 4


class LastVersions:
    """The last observed versions of items. The records of a run are read once for all of its items.

    Those of a few runs are kept at a time: what is removed together was mostly seen first together.
    """

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._runs: dict[int, list[pa.Table]] = {}

    def row(self, item: Item) -> dict[str, Any]:
        """The row of the item's last observed version."""
        for table in self._records(item.record_sequence):
            mask = pc.and_(
                pc.equal(table["native_id"], item.native_id),
                pc.equal(table["version_sha256"], item.version_sha256),
            )
            if rows := table.filter(mask).to_pylist():
                found: dict[str, Any] = rows[0]
                return found
        raise ArchiveDamaged(
            f"The content of {item.kind.value} {item.native_id} is not where the register says. "
            "Run `paloverde rebuild`."
        )

    def _records(self, sequence: int) -> list[pa.Table]:
        if sequence not in self._runs:
            if len(self._runs) >= _RUNS_KEPT:
                self._runs.pop(next(iter(self._runs)))
            parts = self._archive.parts_of(sequence, Role.RECORDS)
            self._runs[sequence] = [self._archive.table(sealed.part) for sealed in parts]
        return self._runs[sequence]


def hold(archive: Archive, versions: LastVersions, account: Account, removal: Removal, spool: Spool) -> None:
    """One object for the removed item: its last full version and what is known of the removal.

    Its pictures and attachments stay where they are, and are locked as long.
    """
    row = versions.row(removal.item) | {
        "removed_at": removal.removed_at,
        "last_seen_at": removal.item.last_seen,
        "confirmed_at": removal.confirmed_at,
        "confirmed_by": removal.confirmed_by,
        "cause": removal.cause.value,
        "cause_reason": removal.cause_reason,
        "retain_until": removal.retain_until,
    }
    until = end_of(removal.retain_until)
    for medium in row["media"]:
        if medium["sha256"]:
            archive.store.extend(archive.media_object(medium["sha256"]), until)
    day = archive_day(removal.confirmed_at)
    spool.add(
        Role.REMOVED,
        partial(removed_key, account.slug, day, removal.item.native_id),
        to_parquet(pa.Table.from_pylist([row], schema=REMOVED)),
        rows=1,
        undated=int(row["posted_at"] is None),
        bounds=(row["posted_at"], row["posted_at"]),
        locked_until=until,
    )
