"""Objects of mixed fate, written anew with what stays: the same bytes however often they are made."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any, Protocol

import msgspec
import pyarrow as pa

from paloverde.archive.exchanges import held_in, with_bodies
from paloverde.archive.layout import exchanges_key, name_of, records_key
from paloverde.archive.parquet import to_parquet
from paloverde.archive.pieces import Item
from paloverde.archive.planning import Plan, exchange_keys, rows_at, without
from paloverde.archive.reader import Archive, SealedPart
from paloverde.archive.seal import Part, Role, Superseded
from paloverde.archive.tracing import Tracer
from paloverde.archive.whereabouts import TOLD_AROUND, in_threads


class Keep(Protocol):
    """Stores what stays of an object, and says as what part."""

    def __call__(self, like: SealedPart, key: str, body: bytes, table: pa.Table | None) -> Part: ...


class Moved(msgspec.Struct, frozen=True):
    """An exchange file that was written again: its key, where each answer is now, payloads that changed."""

    key: str
    offsets: dict[int, int]
    raws: dict[tuple[int, int, bytes], bytes]  # offset, position, a payload -> it without what was taken out


def write(archive: Archive, plan: Plan, order: str, keep: Keep) -> tuple[list[Part], list[Superseded]]:
    """Write what stays of every object of a plan; the new parts, and what they take the place of."""
    parts: list[Part] = []
    superseded: list[Superseded] = []
    moved: dict[str, Moved] = {}
    tracer = Tracer(plan.going)

    def replace(old: SealedPart, key: str, body: bytes, table: pa.Table | None = None) -> None:
        part = keep(old, key, body, table)
        parts.append(part)
        superseded.append(_superseded(old, part.key))

    for old in plan.objects:
        if old.part.role is Role.EXCHANGES:
            tables = plan.tables_of[old.part.key]
            body, moved[old.part.key] = without_items(archive, tracer, tables, old, order)
            replace(old, moved[old.part.key].key, body)
    for old in plan.tables:
        table = stay(archive.table(old.part), plan.items, moved, order)
        if not table.num_rows:
            superseded.append(_superseded(old, ""))
            continue
        body = to_parquet(table)
        replace(old, _key_like(old, table, hashlib.sha256(body).hexdigest()), body, table)
    superseded += [_superseded(old, "") for old in plan.media]
    return parts, superseded


def stay(table: pa.Table, items: frozenset[Item], moved: Mapping[str, Moved], order: str) -> pa.Table:
    """The rows that stay, leading to where their raw bytes are now; payloads without what was in them."""
    table = without(table, items)
    if not exchange_keys(table) & moved.keys() and not in_threads(table) & items:
        return table
    rows = table.to_pylist()
    for row in rows:
        _bury_around(row, items, moved, order)
        if (to := moved.get(row["exchange_key"])) is None:
            continue
        raw = to.raws.get((row["exchange_offset"], row["payload_position"], row["raw"]))
        if raw is not None:
            note = f"something inside of it was destroyed by {order}"
            row["raw"], row["payload_sha256"] = raw, hashlib.sha256(raw).hexdigest()
            row["drift"] = "; ".join(filter(None, (row["drift"], note)))
        row["exchange_offset"] = to.offsets[row["exchange_offset"]]
        row["exchange_key"] = to.key
    return pa.Table.from_pylist(rows, schema=table.schema)


def _bury_around(row: dict[str, Any], items: frozenset[Item], moved: Mapping[str, Moved], order: str) -> None:
    """In a removed item's dossier: leave the ids of what goes around it, and follow what has moved."""
    for one in row.get("thread") or ():
        if (one["kind"], one["native_id"]) in items:
            one.update(dict.fromkeys(TOLD_AROUND), missing=f"destroyed by {order}")
    for one in (*(row.get("versions") or ()), *(row.get("evidence") or ())):
        if (to := moved.get(one["exchange_key"])) is not None and one["exchange_offset"] is not None:
            one["exchange_offset"] = to.offsets.get(one["exchange_offset"], one["exchange_offset"])
            one["exchange_key"] = to.key


def without_items(
    archive: Archive, tracer: Tracer, tables: Iterable[SealedPart], old: SealedPart, order: str
) -> tuple[bytes, Moved]:
    """An exchange file without what goes. `tables` have the rows that were read from it."""
    key = old.part.key
    body = archive.store.get(old.part.stored)
    rows = rows_at(archive, tables, key)
    changed: dict[int, bytes] = {}
    raws: dict[tuple[int, int, bytes], bytes] = {}
    for held in held_in(body, where=key):
        here = rows.get(held.offset, [])
        blanked = tracer.blank(held, here)
        if blanked is None or blanked.body == held.body:
            continue
        changed[held.offset] = blanked.body
        for row in here:
            end = row.position + len(row.raw)
            raw = blanked.body[row.position : end]
            if row.position >= 0 and held.body[row.position : end] == row.raw != raw:
                raws[row.offset, row.position, row.raw] = raw
    new, offsets = with_bodies(body, changed, order)
    new_key = exchanges_key(old.account, old.day, hashlib.sha256(new).hexdigest())
    return new, Moved(new_key, offsets, raws)


def _superseded(old: SealedPart, replaced_by: str) -> Superseded:
    part = old.part
    return Superseded(part.role, part.key, part.version_id, part.sha256, part.size, replaced_by)


def _key_like(old: SealedPart, table: pa.Table, sha256: str) -> str:
    """The key of what stays of a table: where the old one lay, under its own hash."""
    if old.part.role is Role.RECORDS:
        return records_key(old.account, old.day, sha256)
    folder = old.part.key.rpartition("/")[0]
    return f"{folder}/{name_of(table['native_id'][0].as_py())}-{sha256}.parquet"
