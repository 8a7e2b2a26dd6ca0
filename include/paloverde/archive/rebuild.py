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
from paloverde.archive.layout import LEDGER_ENTRIES
from paloverde.archive.ledger import Entry
from paloverde.archive.papers import file_again
from paloverde.archive.seal import FIRST, Role, Seal, read_seal
from paloverde.archive.store.interface import Store, Stored
from paloverde.errors import ArchiveDamaged
from paloverde.state.books import writing
from paloverde.state.tables import FILED, GAPS, ITEMS, LEDGER, PARTS, RUNS


class Rebuilt(msgspec.Struct, frozen=True):
    """What was rebuilt, which sealed objects are missing, and which seals stand outside of the chain."""

    runs: int
    events: int
    missing: list[str]
    left_out: list[str]

    def sentence(self) -> str:
        rebuilt = f"{self.runs:,} sealed runs, {self.events:,} ledger events"
        told = [f"The database was rebuilt from the store: {rebuilt}."]
        if self.missing:
            told.append(
                f"Sealed objects that are missing ({len(self.missing):,}): {', '.join(self.missing)}."
            )
            told.append("Restore them from the second copy.")
        if self.left_out:
            told.append(f"Outside of the chain, and left out: {', '.join(self.left_out)}.")
        return " ".join(told)


def rebuild(store: Store, books: Engine, progress: Callable[[str], None]) -> Rebuilt:
    """Empty the tables that follow from the archive and fill them again from its objects.

    All in one transaction: `ArchiveDamaged` says which object is damaged, and the database stays as it was.
    So it does where the ledger names a run that the store no longer holds.
    """
    named, noted = _named(store, "runs/"), _named(store, LEDGER_ENTRIES)
    seals, entries = _chain(named, _seal_link), _chain(noted, _entry_link)
    _refuse_a_short_chain(len(seals), entries)
    missing: list[str] = []
    with writing(books) as connection:
        for table in (PARTS, ITEMS, GAPS, RUNS, LEDGER, FILED):
            connection.execute(table.delete())
        for done, (stored, body) in enumerate(seals, 1):
            seal = read_seal(body, where=stored.key)
            missing += _missing(store, seal)
            row = run_row(seal, body, stored.sha256)
            connection.execute(
                RUNS.insert().values({**row, "pending": False, "version_id": stored.version_id})
            )
            apply(connection, seal, read_effects(store, seal))
            progress(f"run {done} of {len(seals)}: {seal.run.account}, {seal.run.day:%A %d %B %Y}")
        for stored, body in entries:
            row = _ledger_row(stored, body)
            connection.execute(LEDGER.insert().values(row))
            entry = msgspec.json.decode(body, type=Entry)
            file_again(connection, store, entry.sequence, entry.event)
    chained = {stored.key for stored, _ in (*seals, *entries)}
    left_out = [stored.key for stored, _ in (*named, *noted) if stored.key not in chained]
    return Rebuilt(len(seals), len(entries), missing, left_out)


def _refuse_a_short_chain(runs: int, entries: list[tuple[Stored, bytes]]) -> None:
    """The ledger names the number of each sealed night: one above the last seal means that seals are gone."""
    events = [msgspec.json.decode(body, type=Entry).event for _, body in entries]
    told = max((int(event.about["sequence"]) for event in events if "sequence" in event.about), default=0)
    if told > runs:
        raise ArchiveDamaged(
            f"The ledger names run {told:,}, and the store holds seals up to run {runs:,}. "
            "Restore the missing ones in runs/ from the second copy, then rebuild again."
        )


def _missing(store: Store, seal: Seal) -> list[str]:
    """The sealed objects that are not there, of those that the rebuild does not read."""
    gone = []
    for part in seal.run.parts:
        if part.role not in (Role.SIGHTINGS, Role.REMOVED):
            try:
                store.standing(part.stored)
            except ArchiveDamaged:
                gone.append(part.key)
    return gone


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
