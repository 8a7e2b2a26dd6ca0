"""Rebuilding the database from the objects alone.

The seals form one chain by hash. Where two seals claim the same place, the one that later seals
follow stands; at the end of the chain a seal stands if its parts are there.

What is damaged in the first store is read from wherever it is whole (`archive.anywhere`); what stands in for
it then is in the table REPAIRS, and what is whole in the second copy only is named, to be repaired.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Generic, TypeVar

import msgspec
from sqlalchemy import Connection, Engine

from paloverde.archive.anywhere import Anywhere
from paloverde.archive.commit import apply, run_row
from paloverde.archive.effects import moving, read_effects, successors_in
from paloverde.archive.keys import read_entry, register_of
from paloverde.archive.layout import LEDGER_ENTRIES, run_key, run_prefix
from paloverde.archive.ledger import Entry, Event
from paloverde.archive.log.again import refill
from paloverde.archive.papers import file_again
from paloverde.archive.registry import register_again
from paloverde.archive.seal import FIRST, Part, Role, RunKind, Seal, read_seal
from paloverde.archive.store.interface import Store, Stored
from paloverde.archive.telling import note_told, told_seals
from paloverde.errors import ArchiveDamaged
from paloverde.state.books import writing
from paloverde.state.tables import FILED, GAPS, ITEMS, LEDGER, PARTS, REPAIRS, RUNS
from paloverde.wording import some, spoken

REPAIRED = "object repaired"  # the ledger event whose `about` names key, version_id and whole_version_id
DERIVED = (PARTS, ITEMS, GAPS, RUNS, LEDGER, FILED, REPAIRS)
_READ = (Role.SIGHTINGS, Role.TOMBSTONES)  # parts whose rows move the register
T = TypeVar("T", Seal, Entry)


class Rebuilt(msgspec.Struct, frozen=True):
    """What was rebuilt, which objects are missing, and which seals and entries stand outside of the chain.

    `missing` is nowhere; `unrepaired` is whole in the second copy or in the database only.
    """

    runs: int
    events: int
    missing: list[str]
    left_out: list[str]
    accounts: int = 0
    unrepaired: list[str] = []
    size: int = 0
    seconds: float = 0.0

    def sentence(self) -> str:
        rebuilt = ", ".join(
            some(number, what)
            for number, what in (
                (self.runs, "sealed run"),
                (self.events, "ledger event"),
                (self.accounts, "account"),
            )
        )
        told = [f"The database was rebuilt from the store: {rebuilt}."]
        if self.missing:
            told.append(
                f"Sealed objects that are missing ({len(self.missing):,}): {', '.join(self.missing)}. "
                "Restore them from another copy."
            )
        if self.unrepaired:
            told.append(
                f"Objects that are whole in the second copy only: {len(self.unrepaired):,}. Run `paloverde "
                "fixity`, then `paloverde repair`, which puts them back."
            )
        if self.left_out:
            told.append(f"Outside of the chain, and left out: {', '.join(self.left_out)}.")
        told.append(f"{self.size / 1e6:,.1f} MB were read in {self.seconds:,.1f} seconds.")
        return " ".join(told)


class Chained(msgspec.Struct, Generic[T], frozen=True):
    """A seal or an entry in its place of the chain, and where its bytes are.

    Its bytes alone are held, and read again when what they say is asked: that is three times as large, and a
    county has hundreds of thousands.
    """

    stored: Stored
    body: bytes
    form: type[T]
    sequence: int
    previous: str

    @property
    def said(self) -> T:
        return msgspec.json.decode(self.body, type=self.form)


def rebuild(
    store: Store, books: Engine, progress: Callable[[str], None], *, second: Store | None = None,
    witness: Engine | None = None,
) -> Rebuilt:  # fmt: skip
    """Empty the tables that follow from the archive and fill them again from its objects.

    All in one transaction: `ArchiveDamaged` says which object is damaged, and the database stays as it was.
    So it does where the ledger names a run that the store no longer holds. `second` is the second copy;
    `witness` another database whose texts of seals and entries may help out, in place of `books`.
    """
    begun = time.monotonic()
    anywhere = Anywhere(store, second, witness or books)
    named, noted = anywhere.named("runs/"), anywhere.named(LEDGER_ENTRIES)
    _refuse_an_empty_store(store, books, is_empty=not (named or noted or anywhere.lost))
    entries = _chain(noted, lambda body, where: read_entry(body, where=where))
    keys = register_of(one.said for one in entries)
    entries = _believed(entries, lambda one: keys.refuse_entry(one.said))
    told = _told_seals(one.said.event for one in entries)
    seals = _chain(_as_told(named, told), lambda body, where: read_seal(body, where=where))
    seals = _believed(seals, lambda one: keys.refuse_seal(one.said, one.stored.key))
    _refuse_a_lost_end(anywhere.lost, {"runs/": len(seals), LEDGER_ENTRIES: len(entries)})
    _refuse_a_short_chain(len(seals), entries)
    with writing(books) as connection:
        missing, accounts, strangers = _fill(connection, anywhere, seals, entries, progress)
    chained = {one.stored.key for one in seals} | {one.stored.key for one in entries}
    found = [stored for stored, _ in (*named, *noted)]
    left_out = [stored.key for stored in (*found, *anywhere.lost) if stored.key not in chained] + strangers
    return Rebuilt(
        len(seals), len(entries), missing, left_out, accounts,
        list(anywhere.unrepaired), anywhere.size, time.monotonic() - begun,
    )  # fmt: skip


def _fill(
    connection: Connection, anywhere: Anywhere, seals: list[Chained[Seal]], entries: list[Chained[Entry]],
    progress: Callable[[str], None],
) -> tuple[list[str], int, list[str]]:  # fmt: skip
    """Every derived table, from the chains: what is missing, how many accounts, heads of strangers."""
    for table in DERIVED:
        connection.execute(table.delete())
    repaired = _repairs(entries)
    anywhere.stands_for |= {place: whole for place, (whole, _) in repaired.items()}
    successors = successors_in(one.said.run for one in seals)
    missing: list[str] = []
    for done, one in enumerate(seals, 1):
        seal = one.said
        row = run_row(seal, one.body, one.stored.sha256)
        kept = {**row, "pending": False, "version_id": one.stored.version_id}
        connection.execute(RUNS.insert().values(kept))
        effects = moving(read_effects(anywhere, seal, successors), seal.sequence)
        apply(connection, seal, effects, _before(seal, seals))
        kept_parts = [part for part in seal.run.parts if part.stored not in successors]
        missing += [part.key for part in kept_parts if _is_missing(anywhere, part)]
        progress(f"run {done} of {len(seals)}: {seal.run.account}, {spoken(seal.run.day)}")
    missing += _fill_ledger(connection, anywhere, entries)
    note_told(connection, _told_seals(one.said.event for one in entries))
    for (key, version_id), whole in anywhere.stands_for.items():
        entry = repaired.get((key, version_id), ("", 0))[1]
        row = {"key": key, "version_id": version_id, "whole_version_id": whole, "entry": entry}
        connection.execute(REPAIRS.insert().values(row))
    strangers = refill(anywhere, connection, [(one.body, one.said.event.at) for one in entries])
    return missing, register_again(connection, [one.said.event for one in entries]), strangers


def _before(seal: Seal, seals: Iterable[Chained[Seal]]) -> list[Seal]:
    """The account's seals before a reinstatement; no other run needs them."""
    if seal.run.kind is not RunKind.REINSTATEMENT:
        return []
    earlier = (one.said for one in seals if one.sequence < seal.sequence)
    return [one for one in earlier if one.run.account == seal.run.account]


def _fill_ledger(connection: Connection, anywhere: Anywhere, entries: list[Chained[Entry]]) -> list[str]:
    """The ledger and the papers that it files; the keys of papers that are missing."""
    missing = []
    for one in entries:
        entry = one.said
        connection.execute(LEDGER.insert().values(_ledger_row(one)))
        file_again(connection, anywhere, entry.sequence, entry.event)
        paper = entry.event.about
        if "paper" in paper:
            stored = Stored(
                paper["paper"], paper["paper_version"], paper["paper_sha256"], int(paper["paper_size"])
            )
            if not anywhere.locate(stored):
                missing.append(stored.key)
    return missing


def _is_missing(anywhere: Anywhere, part: Part) -> bool:
    """Whether a sealed object is nowhere. Those that move the register are read: their loss stops all."""
    return part.role not in _READ and not anywhere.locate(part.stored)


def _repairs(entries: Sequence[Chained[Entry]]) -> dict[tuple[str, str], tuple[str, int]]:
    """What the ledger says was repaired: the version that stands in for another one, and the entry."""
    found = {}
    for one in entries:
        entry = one.said
        about = entry.event.about
        if entry.event.what == REPAIRED:
            found[about["key"], about["version_id"]] = about["whole_version_id"], entry.sequence
    return found


def _refuse_an_empty_store(store: Store, books: Engine, *, is_empty: bool) -> None:
    """A disk that is not mounted would empty the database."""
    with books.connect() as connection:
        knows = connection.execute(RUNS.select().limit(1)).first() is not None
    if is_empty and knows:
        raise ArchiveDamaged(
            f"{store.description} and the second copy hold neither seals nor entries of the ledger, and the "
            "database knows sealed runs: nothing was rebuilt. A disk may not be mounted, or PALOVERDE_STORE "
            "names another place; see docs/guide/disaster.md."
        )


def _refuse_a_short_chain(runs: int, entries: Iterable[Chained[Entry]]) -> None:
    """The ledger names the number of each sealed night: one above the last seal means that seals are gone."""
    told = max((int(one.said.event.about.get("sequence", 0)) for one in entries), default=0)
    if told > runs:
        raise ArchiveDamaged(
            f"The ledger names run {told:,}, and the store holds seals up to run {runs:,}. "
            "Restore the missing ones in runs/ from the second copy, then rebuild again."
        )


def _told_seals(events: Iterable[Event]) -> dict[int, str]:
    """The SHA-256 of the seals that the ledger names, by the numbers of their runs."""
    found: dict[int, str] = {}
    for event in events:
        found |= told_seals(event.about)
    return found


def _as_told(objects: list[tuple[Stored, bytes]], told: Mapping[int, str]) -> list[tuple[Stored, bytes]]:
    """Without the seals in whose place the ledger names another one: those are nobody's, though signed."""
    rightful = {run_prefix(number): run_key(number, sha256) for number, sha256 in told.items()}
    return [one for one in objects if _is_told(one[0].key, rightful)]


def _is_told(key: str, rightful: Mapping[str, str]) -> bool:
    return rightful.get(f"{key.partition('-')[0]}-", key) == key


def _refuse_a_lost_end(lost: Iterable[Stored], lengths: Mapping[str, int]) -> None:
    """What is whole nowhere and stands behind the end of a chain may be its last link."""
    for stored in lost:
        folder, _, name = stored.key.rpartition("/")
        number = name.partition("-")[0]
        if number.isdecimal() and int(number) > lengths[f"{folder}/"]:
            raise ArchiveDamaged(
                f"{stored.key} is whole nowhere, and nothing else has its place in the chain: it is lost. "
                "Put another copy of it under this name, then rebuild again."
            )


def _chain(objects: list[tuple[Stored, bytes]], read: Callable[[bytes, str], T]) -> list[Chained[T]]:
    """The objects in the order of their chain, from the last back to the first.

    What cannot be read or bears no right signature is in nobody's chain, unless a later one names it.
    """
    by_hash: dict[str, Chained[T]] = {}
    for stored, body in objects:
        try:
            said = read(body, stored.key)
        except ArchiveDamaged:
            continue
        link = Chained(stored, body, type(said), said.sequence, said.previous)
        by_hash[hashlib.sha256(body).hexdigest()] = link
    if not by_hash:
        return []
    current = max(by_hash, key=lambda sha256: by_hash[sha256].sequence)
    chain = []
    while current != FIRST:
        if current not in by_hash:
            raise ArchiveDamaged(
                f"The object {current} is missing from the chain: restore it from the second copy."
            )
        chain.append(by_hash[current])
        current = by_hash[current].previous
    return chain[::-1]


def _believed(chain: list[Chained[T]], refuse: Callable[[Chained[T]], None]) -> list[Chained[T]]:
    """The chain without what strangers have added at its end; `ArchiveDamaged` where they stand within."""
    trusted = list(chain)
    while trusted and _is_refused(trusted[-1], refuse):
        trusted.pop()
    for one in trusted:
        refuse(one)
    return trusted


def _is_refused(one: Chained[T], refuse: Callable[[Chained[T]], None]) -> bool:
    try:
        refuse(one)
    except ArchiveDamaged:
        return True
    return False


def _ledger_row(one: Chained[Entry]) -> dict[str, object]:
    return {
        "sequence": one.sequence,
        "sha256": one.stored.sha256,
        "previous": one.previous,
        "key": one.stored.key,
        "version_id": one.stored.version_id,
        "body": one.body.decode(),
        "pending": False,
    }
