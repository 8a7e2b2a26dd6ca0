"""Objects of an account that no seal in force names: what a run stored that died before its seal, what a
destruction wrote that was undone or planned again. No reader sees them, and they say what they say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from sqlalchemy import select

from paloverde.archive.exchanges import held_in
from paloverde.archive.layout import account_prefix
from paloverde.archive.parquet import from_parquet
from paloverde.archive.pieces import Item
from paloverde.archive.seal import Part, Role
from paloverde.archive.tracing import Going, Tracer
from paloverde.archive.vault import Vault
from paloverde.archive.whereabouts import in_threads
from paloverde.errors import ArchiveDamaged
from paloverde.state.tables import PARTS, RUNS

_ROLES = (Role.RECORDS, Role.REMOVED, Role.EXCHANGES)  # those that hold content and lie under an account
Items = frozenset[Item]


def unnamed(vault: Vault, account: str, going: Going, keep: Callable[[], None]) -> dict[Part, Items]:
    """The objects in either store that no seal in force names, and what each holds of the items that go.

    The caller has the account's turn, so that no run stores anything meanwhile. Only what is not named is
    read; `ArchiveDamaged` where none of its versions is whole: then nobody can say what is in it.
    """
    tracer, found, damaged = Tracer(going), dict[str, tuple[Part, Items]](), dict[str, ArchiveDamaged]()
    for part, read in _unnamed(vault, account, keep):
        if part.key in found:
            continue
        try:
            found[part.key] = part, _items_in(part, read(), tracer) & going.words.keys()
        except ArchiveDamaged as error:
            damaged[part.key] = error
    for key in damaged.keys() - found.keys():
        raise damaged[key]
    return {part: items for part, items in found.values() if items}


def _unnamed(
    vault: Vault, account: str, keep: Callable[[], None]
) -> Iterator[tuple[Part, Callable[[], bytes]]]:
    """Every version of them, and how it is read."""
    query = select(PARTS.c.key).where(PARTS.c.account == account)
    with vault.books.connect() as connection:
        named = frozenset(connection.execute(query).scalars())
        decided = connection.execute(select(RUNS.c.body).where(RUNS.c.pending)).scalars().all()
    for store in filter(None, (vault.store, vault.second)):
        for role in _ROLES:
            for stored in store.walk(account_prefix(role.value, account)):
                keep()
                if stored.key not in named and not any(stored.key in body for body in decided):
                    part = Part(role, stored.key, stored.version_id, stored.sha256, stored.size)
                    yield part, partial(store.get, stored)


def _items_in(part: Part, body: bytes, tracer: Tracer) -> Items:
    if part.role is Role.EXCHANGES:
        told = (tracer.blank(held, ()) for held in held_in(body, where=part.key))
        return frozenset(item for one in told if one for item in one.gone | one.refused.keys())
    more = ["thread"] if part.role is Role.REMOVED else []
    table = from_parquet(body, ["kind", "native_id", *more], where=part.key)
    rows = zip(table["kind"].to_pylist(), table["native_id"].to_pylist(), strict=True)
    return frozenset(rows) | in_threads(table)
