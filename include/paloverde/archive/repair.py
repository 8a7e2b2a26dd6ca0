"""Putting whole bytes back where a copy is damaged or missing: from the other copy, by their hash.

What is damaged stays as evidence beside what takes its place. Each repair is an event of the ledger, from
which
`rebuild` knows again which version stands in for which. What is whole nowhere is lost, and named.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path

import msgspec
from sqlalchemy import Connection, select

from paloverde.archive.anywhere import Anywhere
from paloverde.archive.copies import bring, handfuls, note_copies, still_listed
from paloverde.archive.fixity import Condition, examine, lock_wanted, note_checks, standing_of
from paloverde.archive.kept import Kept, damaged
from paloverde.archive.ledger import Event, Ledger
from paloverde.archive.losses import LOST, losses
from paloverde.archive.mended import MendedStore
from paloverde.archive.rebuild import REPAIRED
from paloverde.archive.store.interface import Body, Standing, Store, Stored
from paloverde.archive.vault import Vault
from paloverde.errors import ArchiveDamaged
from paloverde.state.books import insert_into
from paloverde.state.tables import LEDGER, REPAIRS, RUNS
from paloverde.wording import some

COPY_REPAIRED = "copy repaired"


class RepairReport(msgspec.Struct, frozen=True):
    """What was found damaged, what of it is whole again, and the keys of what is lost.

    `rows` of the database were not what the objects say, and are again. `left` tells of what is still damaged
    and not lost, in sentences.
    """

    found: int
    repaired: int
    lost: list[str]
    rows: int = 0
    unknown: str = ""
    left: list[str] = []

    def sentence(self) -> str:
        told = []
        if self.rows:
            told.append(
                f"The database was filled again from the objects: {some(self.rows, 'row was', 'rows were')} "
                "wrong."
            )
        if self.unknown:
            told.append(self.unknown)
        if not self.found:
            told.append("No object is known to be damaged; `paloverde fixity` looks for damage.")
        else:
            told.append(f"Of {self.found:,} damaged objects {self.repaired:,} were repaired.")
        if self.lost:
            told.append(
                f"LOST, whole in no copy: {len(self.lost):,}: {', '.join(self.lost)}. The ledger names it. "
                "Look for another backup, put it back under its name, and repair again: see "
                "docs/guide/disaster.md."
            )
        told += [f"Still damaged: {sentence}" for sentence in self.left]
        return " ".join(told)


class Mender:
    """Repairs one object after the other."""

    def __init__(self, vault: Vault, ledger: Ledger, folder: Path) -> None:
        store = vault.store
        self.store = store if isinstance(store, MendedStore) else MendedStore(store, vault.books)
        self.vault, self.second, self._ledger, self._folder = vault, vault.second, ledger, folder
        self._anywhere = Anywhere(store, self.second, vault.books)

    def mend(self, kept: Kept) -> Condition:
        """Repair an object in both copies; how it stands then."""
        now = self.vault.clock()
        condition = examine(self.store, self.second, kept, now)
        if condition.first and not self._find_another_version(kept):
            self._put_back(kept, now)
        if condition.second and kept.copy is not None and self.second is not None:
            kept = self._mend_copy(self.second, kept, now)
        condition = examine(self.store, self.second, kept, now)
        if condition.damaged == "lock":
            self._lock_again(kept, now)
            condition = examine(self.store, self.second, kept, now)
        return condition

    def _find_another_version(self, kept: Kept) -> bool:
        """Whether the first store has the bytes under another version, which is read from now on."""
        for one in self.store.walk(kept.stored.key):
            if (
                one.key == kept.stored.key
                and one.sha256 == kept.stored.sha256
                and _is_whole(self.store.store, one)
            ):
                if self.store.standing_in(kept.stored) == one:
                    return False  # it is read already, and only its lock is in question
                self._note_repair(kept, one)
                return True
        return False

    def _put_back(self, kept: Kept, now: datetime) -> None:
        """Restore from the second copy, or a seal, an entry or a paper from the database."""
        own = standing_of(self.store, kept.stored)
        try:
            body, other = self._whole_elsewhere(kept)
        except ArchiveDamaged:
            return  # lost: whoever asked is told by the condition
        try:
            until, held = lock_wanted(kept, (own, other), now), _is_held(own, other)
            whole = self.store.restore(kept.stored.key, body, locked_until=until, legal_hold=held)
        finally:
            _discard(body)
        self._note_repair(kept, whole)

    def _whole_elsewhere(self, kept: Kept) -> tuple[Body, Standing | None]:
        copy = kept.copy or (self.second.find(kept.stored.key) if self.second is not None else None)
        if self.second is not None and copy is not None:
            try:
                named = msgspec.structs.replace(kept.stored, version_id=copy.version_id)
                return bring(self.second, named, self._folder), standing_of(self.second, named)
            except ArchiveDamaged:
                pass
        return self._anywhere.get(kept.stored), None

    def _mend_copy(self, second: Store, kept: Kept, now: datetime) -> Kept:
        """The object with the version of its copy that is whole now, where one could be made."""
        copy = kept.copy
        assert copy is not None
        for one in second.walk(copy.key):
            is_it = one.key == copy.key and one.sha256 == copy.sha256 and one != copy
            if is_it and _is_whole(second, one):
                return self._note_copy(kept, one, now)
        try:
            body = bring(self.store, kept.stored, self._folder)
        except ArchiveDamaged:
            return kept
        first, other = standing_of(self.store, kept.stored), standing_of(second, copy)
        until = lock_wanted(kept, (first, other), now)
        try:
            whole = second.restore(copy.key, body, locked_until=until, legal_hold=_is_held(first, other))
        finally:
            _discard(body)
        return self._note_copy(kept, whole, now)

    def _lock_again(self, kept: Kept, now: datetime) -> None:
        """The same lock and hold on both copies, the longest and strongest of the two."""
        places: list[tuple[Store, Stored]] = [(self.store, kept.stored)]
        if self.second is not None and kept.copy is not None:
            places.append((self.second, kept.copy))
        standings = [standing_of(store, stored) for store, stored in places]
        until, held = lock_wanted(kept, standings, now), _is_held(*standings)
        for (store, stored), standing in zip(places, standings, strict=True):
            if standing is None:  # the file with the lock cannot be read: it is written anew with the object
                body = bring(store, stored, self._folder)
                store.restore(stored.key, body, locked_until=until, legal_hold=held)
                _discard(body)
                continue
            if until is not None:
                store.extend(stored, until)
            if held:
                store.set_legal_hold(stored, on=True)

    def _note_repair(self, kept: Kept, whole: Stored) -> None:
        stored = kept.stored
        about = {"key": stored.key, "version_id": stored.version_id, "whole_version_id": whole.version_id}
        event = Event(REPAIRED, "repair", self.vault.clock(), {**about, "sha256": stored.sha256})

        def note(connection: Connection, entry: int) -> None:
            values = {"whole_version_id": whole.version_id, "entry": entry}
            connection.execute(
                insert_into(self.vault.books, REPAIRS)
                .values({"key": stored.key, "version_id": stored.version_id, **values})
                .on_conflict_do_update(index_elements=["key", "version_id"], set_=values)
            )

        self._ledger.append(event, note)

    def _note_copy(self, kept: Kept, whole: Stored, now: datetime) -> Kept:
        note_copies(self.vault.books, [(kept, whole)], now)
        about = {"key": whole.key, "version_id": whole.version_id, "sha256": whole.sha256}
        self._ledger.append(Event(COPY_REPAIRED, "repair", now, about))
        return msgspec.structs.replace(kept, copy_version_id=whole.version_id)


def mend_all(
    vault: Vault,
    ledger: Ledger,
    progress: Callable[[str], None],
    turn: Callable[[], AbstractContextManager[object]],
) -> RepairReport:
    """Repair whatever the last checks found damaged.

    `turn` is that of whoever destroys, taken for some objects at a time: what was destroyed a moment ago
    would come back, and be named as lost, and a legal hold that was just lifted would be set again.
    """
    found = 0
    lost: list[str] = []
    left: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        mender = Mender(vault, ledger, Path(folder))
        for handful in handfuls(damaged(vault.books)):
            with turn():
                listed = still_listed(vault.books, handful)
                done = [mender.mend(kept) for kept in listed]
                note_checks(vault.books, done, vault.clock())
                gone = [one.kept.stored for one in done if one.is_nowhere]
                _name_losses(vault, ledger, gone)
            lost += [stored.key for stored in gone]
            left += [one.sentence() for one in done if one.damaged and not one.is_nowhere]
            found += len(listed)
            progress(f"{some(found - len(lost) - len(left), 'object')} repaired, {len(lost):,} lost")
    return RepairReport(found, found - len(lost) - len(left), lost, left=left)


def _name_losses(vault: Vault, ledger: Ledger, gone: list[Stored]) -> None:
    """An event of the ledger for each object that is lost; for one that it names already, none."""
    named = losses(vault.books) if gone else {}
    for stored in gone:
        if (stored.key, stored.version_id) not in named:
            about = {"key": stored.key, "version_id": stored.version_id, "sha256": stored.sha256}
            ledger.append(Event(LOST, "repair", vault.clock(), about))


def store_what_is_pending(vault: Vault) -> None:
    """Store seals and entries that were decided and not stored yet: a rebuild finds them there."""
    for table in (RUNS, LEDGER):
        with vault.books.connect() as connection:
            rows = connection.execute(
                select(table.c.key, table.c.body, table.c.sha256).where(table.c.pending)
            )
            waiting = [(row.key, row.body.encode(), row.sha256) for row in rows]
        for key, body, sha256 in waiting:
            is_its_own = key.endswith(f"{sha256}.json") and hashlib.sha256(body).hexdigest() == sha256
            if is_its_own and vault.store.find(key) is None:
                until = vault.locked_until(vault.clock().date())
                vault.store.put(key, body, locked_until=until, sha256=sha256)


def _is_whole(store: Store, stored: Stored) -> bool:
    try:
        store.check(stored)
    except ArchiveDamaged:
        return False
    return True


def _is_held(*standings: Standing | None) -> bool:
    return any(standing is not None and standing.legal_hold for standing in standings)


def _discard(body: Body) -> None:
    if isinstance(body, Path):
        body.unlink(missing_ok=True)
