"""What a seal does to the register: what it sighted, found removed, destroyed, or brought back.

A rebuild applies the same effects in the same order, knowing what later runs took out and named again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import partial
from types import MappingProxyType

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Connection

from paloverde.archive.parquet import from_parquet
from paloverde.archive.register import apply_removals, apply_sightings, apply_tombstones, forget_items
from paloverde.archive.seal import Draft, Part, Role, RunKind, Seal
from paloverde.archive.store.interface import Store, Stored

Effect = Callable[[Connection], None]
Successors = Mapping[Stored, Part | None]  # of what a run took out, what holds what stays of it
Items = frozenset[tuple[str, str]]

_MOVING: dict[Role, Callable[[Connection, int, pa.Table], None]] = {
    Role.SIGHTINGS: apply_sightings,
    Role.REMOVED: lambda connection, _, table: apply_removals(connection, table),
    Role.TOMBSTONES: lambda connection, _, table: apply_tombstones(connection, table),
}


def read_effects(
    store: Store, seal: Seal, successors: Successors = MappingProxyType({})
) -> Iterator[tuple[Part, pa.Table]]:
    """The tables of a seal that move the register: all sightings, then what is removed or destroyed.

    A removed item that a later disposition wrote again is read from what stays; that it was written again
    says nothing new of it. Their packed bytes are fetched here, before any transaction that would make others
    wait for the store; each is unpacked, to many times its size, when its turn comes.
    """
    fetched = [(part, store.get(part.stored)) for part in _moving_parts(seal.run, successors)]
    return ((part, from_parquet(body, where=part.key)) for part, body in fetched)


def moving(effects: Iterable[tuple[Part, pa.Table]], sequence: int) -> Iterator[Effect]:
    """The effects of the tables of a run on the register."""
    return (partial(_move, part.role, sequence, table) for part, table in effects)


def _move(role: Role, sequence: int, table: pa.Table, connection: Connection) -> None:
    _MOVING[role](connection, sequence, table)


def _moving_parts(run: Draft, successors: Successors) -> list[Part]:
    if run.kind is RunKind.REINSTATEMENT:
        return []  # what it names again was told of by the runs that observed it
    roles = [role for role in _MOVING if role is not Role.REMOVED or run.kind is not RunKind.DISPOSITION]
    sealed = [part for role in roles for part in run.parts if part.role is role]
    return [found for part in sealed if (found := successors.get(part.stored, part)) is not None]


def successors_in(runs: Iterable[Draft]) -> dict[Stored, Part | None]:
    """Of everything that was taken out and not named again, the part that holds what stays of it now; None:
    nothing.
    """
    next_: dict[Stored, Part | None] = {}
    for run in runs:
        parts = {part.key: part for part in run.parts}
        next_ |= {old.stored: parts.get(old.replaced_by) for old in run.superseded}
        for part in run.parts:
            next_.pop(part.stored, None)
    return {old: _last(next_, part) for old, part in next_.items()}


def _last(next_: Mapping[Stored, Part | None], part: Part | None) -> Part | None:
    while part is not None and part.stored in next_:
        part = next_[part.stored]
    return part


def places_in(seals: Iterable[Seal]) -> dict[Stored, tuple[int, date]]:
    """Of every object of an account's runs, the run whose observations it holds, and the archive day of that.

    What a disposition wrote again holds those of the run that wrote it first.
    """
    places: dict[Stored, tuple[int, date]] = {}
    for seal in seals:
        superseded = seal.run.superseded
        heirs = {old.replaced_by: places[old.stored] for old in superseded if old.stored in places}
        for part in seal.run.parts:
            places.setdefault(part.stored, heirs.get(part.key, (seal.sequence, seal.run.day)))
    return places


def returning(store: Store, run: Draft, before: Sequence[Seal]) -> list[Effect]:
    """What a reinstatement does to the register: it forgets its items, and every run `before` tells of them
    again, but for the destruction that it undoes.

    A rebuild does without: it never hears of that destruction.
    """
    undone = {old.stored for old in run.superseded if old.role is Role.TOMBSTONES}
    buried = [part.stored for part in run.parts if part.role is Role.TOMBSTONES]
    back = _items_in(store, undone) - _items_in(store, buried)
    successors = successors_in([*(seal.run for seal in before), run])
    effects: list[Effect] = [partial(forget_items, account=run.account, items=back)]
    for seal in before:
        if undone.isdisjoint(part.stored for part in seal.run.parts):
            for part in _moving_parts(seal.run, successors):
                table = _of(from_parquet(store.get(part.stored), where=part.key), back)
                if table.num_rows:
                    effects.append(partial(_move, part.role, seal.sequence, table))
    return effects


def _items_in(store: Store, tables: Iterable[Stored]) -> Items:
    found: set[tuple[str, str]] = set()
    for stored in tables:
        table = from_parquet(store.get(stored), ["kind", "native_id"], where=stored.key)
        found |= set(zip(table["kind"].to_pylist(), table["native_id"].to_pylist(), strict=True))
    return frozenset(found)


def _of(table: pa.Table, items: Items) -> pa.Table:
    ids = pa.array(sorted({native_id for _, native_id in items}), pa.string())
    table = table.filter(pc.is_in(table["native_id"].cast(pa.string()), value_set=ids))
    named = zip(table["kind"].to_pylist(), table["native_id"].to_pylist(), strict=True)
    return table.filter(pa.array([one in items for one in named], pa.bool_()))
