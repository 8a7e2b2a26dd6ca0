"""Holding what was removed: a copy of its own, locked until two calendar years after (policy V.B.7)."""

from __future__ import annotations

from functools import partial

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


def hold(archive: Archive, account: Account, removal: Removal, spool: Spool) -> None:
    """One object for the removed item: its last full version and what is known of the removal.

    Its pictures and attachments stay where they are, and are locked as long.
    """
    row = last_version(archive, removal.item).to_pylist()[0]
    row |= {
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


def last_version(archive: Archive, item: Item) -> pa.Table:
    """The row of the item's last observed version."""
    for sealed in archive.parts_of(item.record_sequence, Role.RECORDS):
        table = archive.table(sealed.part)
        mask = pc.and_(
            pc.equal(table["native_id"], item.native_id),
            pc.equal(table["version_sha256"], item.version_sha256),
        )
        rows = table.filter(mask)
        if rows.num_rows:
            return rows.slice(0, 1)
    raise ArchiveDamaged(
        f"The content of {item.kind.value} {item.native_id} is not where the register says. "
        "Run `paloverde rebuild`."
    )
