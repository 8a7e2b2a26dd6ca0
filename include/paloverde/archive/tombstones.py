"""What was lawfully destroyed, as the archive goes on knowing it: ids, hashes and dates, no content."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

import msgspec
import pyarrow as pa

from paloverde.archive.pieces import Item
from paloverde.archive.planning import Version
from paloverde.archive.reader import Archive
from paloverde.archive.schema import TOMBSTONES
from paloverde.archive.seal import Role, RunKind, Seal


class Because(msgspec.Struct, frozen=True):
    """By what rule an item went: its class, and the day on which the last reason to keep it ended."""

    record_class: str
    keep_until: date


def tombstones(
    account: str, day: date, order: str, versions: Iterable[Version], because: Mapping[Item, Because]
) -> pa.Table:
    """One row for each version of what is destroyed."""
    rows = [
        {
            "account": account,
            "date": day,
            "kind": one.item[0],
            "native_id": one.item[1],
            "version_sha256": one.version_sha256,
            "payload_sha256": one.payload_sha256,
            "posted_at": one.posted_at,
            "observed_at": one.observed_at,
            "record_class": because[one.item].record_class,
            "keep_until": because[one.item].keep_until,
            "order_id": order,
        }
        for one in versions
    ]
    rows.sort(key=lambda row: (row["kind"], row["native_id"], row["observed_at"], row["version_sha256"]))
    return pa.Table.from_pylist(rows, schema=TOMBSTONES)


def last_destroyed(archive: Archive, account: str) -> dict[Item, int]:
    """Of each item of an account that was ever destroyed, the run that did so last."""
    found: dict[Item, int] = {}
    for sealed in archive.parts(Role.TOMBSTONES, [account]):
        table = archive.table(sealed.part, ["kind", "native_id"])
        for kind, native_id in zip(table["kind"].to_pylist(), table["native_id"].to_pylist(), strict=True):
            found[kind, native_id] = max(sealed.sequence, found.get((kind, native_id), 0))
    return found


def seals_of(archive: Archive, order: str, accounts: Iterable[str]) -> list[Seal]:
    """The runs that carried out an order, in order."""
    return [
        seal
        for seal in archive.seals(list(accounts))
        if seal.run.kind is RunKind.DISPOSITION and seal.run.order == order
    ]
