"""Holding what was removed: a dossier of its own, locked until two calendar years after (policy V.B.7)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import msgspec
import pyarrow as pa

from paloverde.archive.layout import removed_key
from paloverde.archive.parquet import to_parquet
from paloverde.archive.reader import Archive
from paloverde.archive.schema import REMOVED
from paloverde.archive.seal import Role
from paloverde.archive.vault import end_of
from paloverde.capture.absence import first_missed
from paloverde.capture.history import History, Row, histories, last_versions
from paloverde.capture.intake import Place
from paloverde.capture.removal import Removal
from paloverde.capture.spool import Spool
from paloverde.imports.removedform import Evidence, completed
from paloverde.records import Account, archive_day

AT_ONCE = 1_000  # dossiers that are gathered in one pass through the records


class Confirmed(msgspec.Struct, frozen=True):
    """A removal, what the site said at the look-up, and where that answer lies.

    `place` is None where no look-up was needed: a listing showed the item as hidden. `what` is what was
    asked: a look-up, or the act of hiding itself.
    """

    removal: Removal
    said: str = ""
    place: Place | None = None
    what: str = "look-up"


def hold(archive: Archive, account: Account, confirmed: Sequence[Confirmed], spool: Spool) -> None:
    """One object for each removed item: all that is known of it, of its thread and of its removal.

    Its pictures and attachments, those of earlier versions too, stay where they are and are locked as long.
    The exchanges of the look-ups must be on the spool by now.
    """
    for start in range(0, len(confirmed), AT_ONCE):
        some = confirmed[start : start + AT_ONCE]
        gone = [one.removal.item for one in some]
        rows = last_versions(archive, gone)
        known = histories(archive, account.slug, rows)
        missed = first_missed(archive, account.slug, gone)
        for one in some:
            key = (one.removal.item.kind.value, one.removal.item.native_id)
            evidence = [missed[key]] if key in missed else []
            evidence.append(_confirming(one, rows[key]))
            _hold_one(archive, account, one.removal, rows[key], known[key], evidence, spool)


def _hold_one(
    archive: Archive,
    account: Account,
    removal: Removal,
    row: Row,
    history: History,
    evidence: list[Evidence],
    spool: Spool,
) -> None:
    until = end_of(removal.retain_until)
    files = {medium["sha256"] for medium in row["media"] if medium["sha256"]}
    for sha256 in sorted(files.union(*(version.media for version in history.versions))):
        archive.store.extend(archive.media_object(sha256), until)
    whole = completed(row | _said_of(removal) | _around(history) | {"evidence": _plain(evidence)})
    spool.add(
        Role.REMOVED,
        partial(removed_key, account.slug, archive_day(removal.confirmed_at), removal.item.native_id),
        to_parquet(pa.Table.from_pylist([whole], schema=REMOVED)),
        rows=1,
        undated=int(row["posted_at"] is None),
        bounds=(row["posted_at"], row["posted_at"]),
        locked_until=until,
    )


def _said_of(removal: Removal) -> dict[str, Any]:
    return {
        "removed_at": removal.removed_at,
        "last_seen_at": removal.item.last_seen,
        "confirmed_at": removal.confirmed_at,
        "confirmed_by": removal.confirmed_by,
        "cause": removal.cause.value,
        "cause_reason": removal.cause_reason,
        "retain_until": removal.retain_until,
        "first_absent_at": removal.item.absent_since,
    }


def _around(history: History) -> dict[str, Any]:
    return {
        "versions": _plain(history.versions),
        "thread": _plain(history.thread),
        "thread_rest": history.rest,
    }


def _plain(structs: Sequence[msgspec.Struct]) -> list[dict[str, Any]]:
    return [msgspec.structs.asdict(one) for one in structs]


def _confirming(one: Confirmed, row: Row) -> Evidence:
    """The answer that confirms the removal: of a look-up, or of the listing that showed it hidden."""
    item = one.removal.item
    if one.place is not None:
        at = one.removal.confirmed_at
        return Evidence(one.what, at, one.said, None, one.place.file.key, one.place.offset)
    said = f"the site's own answer shows it as {row['visibility']}"
    return Evidence(
        "listing", item.looked_at, said, item.record_sequence, row["exchange_key"], row["exchange_offset"]
    )
