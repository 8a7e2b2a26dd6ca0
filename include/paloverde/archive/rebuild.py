"""Rebuilding the database from the objects alone.

The seals form one chain by hash. Where two seals claim the same place, the one that later seals
follow stands; at the end of the chain a seal stands if its parts are there.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import msgspec
from sqlalchemy import Engine

from paloverde.archive.commit import apply, read_effects, run_row
from paloverde.archive.ledger import Entry
from paloverde.archive.seal import FIRST, Seal, read_seal
from paloverde.archive.store.interface import Store, Stored
from paloverde.errors import ArchiveDamaged
from paloverde.state.books import writing
from paloverde.state.tables import ITEMS, LEDGER, PARTS, RUNS


class Rebuilt(msgspec.Struct, frozen=True):
    """What was rebuilt."""

    runs: int
    events: int

    def sentence(self) -> str:
        return (
            "The database was rebuilt from the store: "
            f"{self.runs:,} sealed runs, {self.events:,} ledger events."
        )


def rebuild(store: Store, books: Engine, progress: Callable[[str], None]) -> Rebuilt:
    """Empty the tables that follow from the archive and fill them again from its objects.

    All in one transaction: `ArchiveDamaged` says which object is damaged, and the database stays as it was.
    """
    seals = _chain(_named(store, "runs/"), _seal_link)
    entries = _chain(_named(store, "ledger/"), _entry_link)
    with writing(books) as connection:
        for table in (PARTS, ITEMS, RUNS, LEDGER):
            connection.execute(table.delete())
        for done, (stored, body) in enumerate(seals, 1):
            seal = read_seal(body, where=stored.key)
            row = run_row(seal, body, stored.sha256)
            connection.execute(
                RUNS.insert().values({**row, "pending": False, "version_id": stored.version_id})
            )
            apply(connection, seal, read_effects(store, seal))
            progress(f"run {done} of {len(seals)}: {seal.run.account}, {seal.run.day:%A %d %B %Y}")
        for stored, body in entries:
            connection.execute(LEDGER.insert().values(_ledger_row(stored, body)))
    return Rebuilt(len(seals), len(entries))


def _named(store: Store, prefix: str) -> list[tuple[Stored, bytes]]:
    """Every object under a prefix, its bytes checked against the hash in its name."""
    found: dict[str, tuple[Stored, bytes]] = {}
    for stored in store.walk(prefix):
        sha256 = stored.key.rsplit("-", 1)[-1].removesuffix(".json")
        named = Stored(stored.key, stored.version_id, sha256, stored.size)
        found.setdefault(stored.key, (named, store.get(named)))
    return list(found.values())


def _chain(
    objects: list[tuple[Stored, bytes]], link: Callable[[bytes, str], tuple[int, str]]
) -> list[tuple[Stored, bytes]]:
    """The objects in the order of their chain, from the last back to the first."""
    by_hash = {hashlib.sha256(body).hexdigest(): (stored, body) for stored, body in objects}
    links = {sha256: link(body, stored.key) for sha256, (stored, body) in by_hash.items()}
    if not links:
        return []
    current = max(links, key=lambda sha256: links[sha256][0])
    chain = []
    while current != FIRST:
        if current not in by_hash:
            raise ArchiveDamaged(
                f"The object {current} is missing from the chain: restore it from the second copy."
            )
        chain.append(by_hash[current])
        current = links[current][1]
    return chain[::-1]


def _seal_link(body: bytes, where: str) -> tuple[int, str]:
    seal: Seal = read_seal(body, where=where)
    return seal.sequence, seal.previous


def _entry_link(body: bytes, where: str) -> tuple[int, str]:
    del where
    entry = msgspec.json.decode(body, type=Entry)
    return entry.sequence, entry.previous


def _ledger_row(stored: Stored, body: bytes) -> dict[str, object]:
    entry = msgspec.json.decode(body, type=Entry)
    return {
        "sequence": entry.sequence,
        "sha256": stored.sha256,
        "previous": entry.previous,
        "key": stored.key,
        "version_id": stored.version_id,
        "body": body.decode(),
        "pending": False,
    }
