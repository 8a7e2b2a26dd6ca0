"""Undoing a destruction that was sealed and not wholly done: what still lies in the store is named again.

A further sealed run names the old objects as they were, with the same keys and hashes, and takes out the
tables that the disposition wrote instead of them, and its tombstones. What was deleted before that cannot
come back: the run says what it is, and an item of which a row is gone keeps its tombstones.

The blanked answers that the disposition wrote stay beside the old ones: what was sealed since may lead there,
and a later order finds them, as it finds every answer of the account.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import msgspec
import pyarrow as pa
from sqlalchemy import select

from paloverde import __version__
from paloverde.archive.commit import commit
from paloverde.archive.effects import returning
from paloverde.archive.layout import tombstones_key
from paloverde.archive.papers import FOR_EVER_YEARS
from paloverde.archive.parquet import to_parquet
from paloverde.archive.pieces import Item
from paloverde.archive.reader import Archive
from paloverde.archive.seal import Coverage, Draft, Part, Role, RunKind, Seal, Superseded
from paloverde.archive.store.interface import Store, Stored
from paloverde.archive.vault import Vault, end_of
from paloverde.errors import ArchiveDamaged, PersonNeeded
from paloverde.records import add_calendar_years, archive_day
from paloverde.retention.blocks import versions_of
from paloverde.state.books import changing, insert_into
from paloverde.state.tables import COPIES, PARTS, REPAIRS
from paloverde.steps import Step

TABLES = (Role.RECORDS, Role.REMOVED)
_ROW = ("kind", "native_id", "version_sha256", "payload_sha256")
Row = dict[str, Any]


def lies(store: Store, stored: Stored) -> bool:
    """Whether a store still has an object."""
    try:
        store.standing(stored)
    except ArchiveDamaged:
        return False
    return True


def put_back(vault: Vault, undone: Seal) -> list[str]:
    """Put back what only the second copy holds of what a disposition took out; a sentence about each.

    That is damage, no deed: a deed deletes the copy first. `ArchiveDamaged` where no copy is whole.
    """
    second, told = vault.second, list[str]()
    if second is None:
        return told
    for old in undone.run.superseded:
        copies = [] if lies(vault.store, old.stored) else versions_of(second, old.key)
        if copies:
            _restore(vault, second, old.stored, copies)
            told.append(f"{old.key} was missing or damaged in the store; its second copy was put back.")
    return told


def _restore(vault: Vault, second: Store, stored: Stored, copies: Sequence[Stored]) -> None:
    copy, body = _whole(second, stored, copies)
    until, held = (standing := second.standing(copy)).locked_until, standing.legal_hold
    whole = vault.store.restore(stored.key, body, locked_until=until, legal_hold=held)
    if whole.version_id != stored.version_id:  # a store that counts versions: this one stands in for it
        insert = insert_into(vault.books, REPAIRS).values(
            key=stored.key, version_id=stored.version_id, whole_version_id=whole.version_id, entry=0
        )
        values = {"whole_version_id": whole.version_id}
        with changing(vault.books) as connection:
            connection.execute(
                insert.on_conflict_do_update(index_elements=["key", "version_id"], set_=values)
            )


def _whole(second: Store, stored: Stored, copies: Sequence[Stored]) -> tuple[Stored, bytes]:
    for copy in copies:
        named = msgspec.structs.replace(copy, sha256=stored.sha256, size=stored.size)
        try:
            return named, second.get(named)
        except ArchiveDamaged:
            continue
    raise ArchiveDamaged(
        f"{stored.key} is missing in the store, no destruction deleted it, and its second copy is damaged: "
        f"put it back from another backup (see docs/guide/disaster.md), then {Step.HOLDS}."
    )


def reinstate(vault: Vault, archive: Archive, undone: Seal, because: str, keep: Callable[[], None]) -> Seal:
    """Seal the run that brings back what a disposition has sealed and not deleted yet; `because` says why.

    The caller has the turn of the holds: nothing is deleted meanwhile. `PersonNeeded` where a later run has
    written again what the disposition wrote, `ArchiveDamaged` where what has to be read is not whole.
    """
    before = list(archive.seals([undone.run.account]))
    taken = _taken_by(undone, before)
    lying = [old for old in taken if lies(vault.store, old.stored)]
    gone = [old for old in taken if old not in lying]
    draft = _Reinstatement(vault, archive, undone, lying, before).draft(because, gone)
    returning(vault.store, draft, before)  # read before it is sealed: then nothing may be amiss any more
    for part in draft.parts:
        keep()
        copy_again(vault, part.stored)
    keep()
    return commit(vault.store, vault.books, vault.signer, draft, _for_ever(vault)).seal


def _taken_by(undone: Seal, before: Sequence[Seal]) -> list[Superseded]:
    """What a disposition took out that was in force then, pictures whichever account's: what no seal named
    goes with it, and is no part of the archive that comes back.
    """
    named = set[str]()
    for seal in before:
        if seal.sequence < undone.sequence:
            named -= {old.key for old in seal.run.superseded}
            named |= {part.key for part in seal.run.parts}
    return [old for old in undone.run.superseded if old.role is Role.MEDIA or old.key in named]


class _Reinstatement:
    def __init__(
        self,
        vault: Vault,
        archive: Archive,
        undone: Seal,
        lying: Sequence[Superseded],
        before: Sequence[Seal],
    ) -> None:
        self._vault, self._archive, self._undone, self._lying = vault, archive, undone, lying
        self._named = {part.stored: part for seal in before for part in seal.run.parts}
        (self._tombstones,) = [part for part in undone.run.parts if part.role is Role.TOMBSTONES]
        self._buried: list[Row] = archive.table(self._tombstones).to_pylist()

    def draft(self, because: str, gone: list[Superseded]) -> Draft:
        run, vault = self._undone.run, self._vault
        rows = self._rows()
        lost = {item_of(row) for row in self._buried if _name(row) not in {_name(one) for one in rows}}
        buried = self._bury([row for row in self._buried if item_of(row) in lost]) if lost else None
        parts = [self._part(old) for old in self._lying] + ([buried] if buried else [])
        told = (run.order, run.account, self._undone.sequence, sorted(part.key for part in parts))
        return Draft(
            account=run.account,
            platform=run.platform,
            day=archive_day(vault.clock()),
            kind=RunKind.REINSTATEMENT,
            digest=hashlib.sha256(msgspec.json.encode(told)).hexdigest(),
            started_at=vault.clock(),
            ended_at=vault.clock(),
            parts=list({part.stored: part for part in parts}.values()),
            coverage=Coverage(notes=[because, *self._notes(gone, rows, lost)]),
            counts={"items": run.counts["items"] - len(lost), "gone": len(gone)},
            code_version=__version__,
            superseded=[*self._taken_out(), _superseded(self._tombstones, buried.key if buried else "")],
            order=run.order,
        )

    def _part(self, old: Superseded) -> Part:
        """As the run that wrote it named it; a picture may be another account's."""
        bare = Part(old.role, old.key, old.version_id, old.sha256, old.size)
        return self._named.get(old.stored, bare)

    def _taken_out(self) -> list[Superseded]:
        """The tables that were written instead of those that come back."""
        written = {part.key: part for part in self._undone.run.parts}
        pairs = {old.replaced_by: old.key for old in self._lying if old.role in TABLES and old.replaced_by}
        with self._vault.books.connect() as connection:
            for key in pairs:
                if connection.execute(select(PARTS.c.key).where(PARTS.c.key == key)).first() is None:
                    raise PersonNeeded(
                        f"The destruction of {self._undone.run.account} by {self._undone.run.order} cannot "
                        f"be undone: a later run has replaced {key}. What still lies there is kept as it is."
                    )
        return [_superseded(written[key], old) for key, old in sorted(pairs.items())]

    def _rows(self) -> list[Row]:
        """The rows that come back of what was destroyed, with where they lead."""
        destroyed, found = {item_of(row) for row in self._buried}, list[Row]()
        for old in self._lying:
            if old.role is Role.RECORDS:
                table = self._archive.table(self._part(old), [*_ROW, "exchange_key", "media"])
                found += [row for row in table.to_pylist() if item_of(row) in destroyed]
        return found

    def _bury(self, rows: list[Row]) -> Part:
        """What truly is gone stays buried."""
        table = pa.Table.from_pylist(rows, schema=self._archive.table(self._tombstones).schema)
        body, day = to_parquet(table), archive_day(self._vault.clock())
        key = tombstones_key(self._undone.run.account, day, hashlib.sha256(body).hexdigest())
        stored = self._vault.store.put(key, body, locked_until=_for_ever(self._vault))
        size = (stored.sha256, stored.size, table.num_rows, table["posted_at"].null_count)
        return Part(Role.TOMBSTONES, stored.key, stored.version_id, *size)

    def _notes(self, gone: list[Superseded], rows: list[Row], lost: set[Item]) -> list[str]:
        """What cannot come back: items by name, then the objects that were deleted before."""
        slug, keys = self._undone.run.account, {old.key for old in gone}
        files = {key.rpartition("/")[2].partition(".")[0] for key in keys if key.startswith("media/")}
        told = dict.fromkeys(lost, "a row of it was deleted before that; its tombstones stay")
        for row in rows:
            media = {one["sha256"] for one in row["media"] or ()} & files
            if row["exchange_key"] in keys or media:
                what = "a picture or file" if media else "the raw answer"
                told.setdefault(item_of(row), f"it is back, but {what} it had was deleted before that")
        notes = [f"{slug}, {kind} {native_id}: {why}." for (kind, native_id), why in sorted(told.items())]
        for old in gone:
            stays = f"; what stays of it is {old.replaced_by}" if old.replaced_by else ""
            notes.append(f"{old.key} was deleted before that and cannot come back{stays}.")
        return notes


def item_of(row: Row) -> Item:
    """The kind and id of what a row is about."""
    return row["kind"], row["native_id"]


def _name(row: Row) -> tuple[str, ...]:
    return tuple(row[name] for name in _ROW)


def copy_again(vault: Vault, stored: Stored) -> None:
    """Put an object's second copy back where it was deleted already: copies go before what they are of."""
    if vault.second is None:
        return
    named = (COPIES.c.key == stored.key, COPIES.c.version_id == stored.version_id)
    with vault.books.connect() as connection:
        known = connection.execute(select(COPIES.c.copy_version_id).where(*named)).scalar()
    if known is None or lies(vault.second, msgspec.structs.replace(stored, version_id=known)):
        return
    until = vault.store.standing(stored).locked_until
    body = vault.store.get(stored)
    copy = vault.second.restore(stored.key, body, locked_until=until, legal_hold=False)
    with changing(vault.books) as connection:
        values = {"copy_version_id": copy.version_id, "copied_at": vault.clock()}
        connection.execute(COPIES.update().where(*named).values(values))


def _superseded(part: Part, replaced_by: str) -> Superseded:
    return Superseded(part.role, part.key, part.version_id, part.sha256, part.size, replaced_by)


def _for_ever(vault: Vault) -> datetime:
    return end_of(add_calendar_years(archive_day(vault.clock()), FOR_EVER_YEARS))
