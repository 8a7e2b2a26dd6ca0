"""A hold that was issued between the seal of a destruction and its deeds wins over what still lies there.

The rows are out of the archive then, so a look of the hold cannot find them: they are read from the old
objects, which no seal names any more.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime

from paloverde.archive.papers import Cabinet
from paloverde.archive.reader import Archive, SealedPart
from paloverde.archive.seal import Part, Role, Seal, Superseded
from paloverde.archive.store.interface import Store, Stored
from paloverde.archive.vault import Vault
from paloverde.errors import ArchiveDamaged, PersonNeeded
from paloverde.records import archive_day
from paloverde.retention.blocks import versions_of
from paloverde.retention.held import Find
from paloverde.retention.holds import Hold, holds_in
from paloverde.state.books import changing, insert_into
from paloverde.state.tables import HELD_OBJECTS


class _Before(Archive):
    """The archive as it was before a seal, as far as its old rows still lie there."""

    def __init__(self, archive: Archive, parts: Sequence[SealedPart]) -> None:
        super().__init__(archive.store, archive.books)
        self._parts = parts

    def parts(
        self,
        role: Role,
        accounts: Sequence[str] = (),
        *,
        since: date | None = None,
        until: date | None = None,
        posted_from: datetime | None = None,
        posted_before: datetime | None = None,
    ) -> list[SealedPart]:
        """All of a role; the bounds leave nothing out, since the days of these rows are in no table now."""
        del since, until, posted_from, posted_before
        return [
            one for one in self._parts if one.part.role is role and (not accounts or one.account in accounts)
        ]


def refuse_overtaken(
    vault: Vault, archive: Archive, cabinet: Cabinet, find: Callable[[Archive], Find], seal: Seal
) -> None:
    """Raise `PersonNeeded` where a hold in force is about something that a seal destroys and that still lies
    in the store; all that is left of it bears its legal hold then.
    """
    lying = [old for old in seal.run.superseded if _lies(vault.store, _stored(old))]
    rows = [_sealed(old, seal) for old in lying if old.role in (Role.RECORDS, Role.REMOVED)]
    if not rows:
        return
    today, before = archive_day(vault.clock()), _Before(archive, rows)
    gone = _destroyed_by(archive, seal)
    for hold in holds_in(cabinet):
        if hold.is_active(today) and (count := _count(hold, find(before), seal, gone)):
            _keep(vault, hold.id, lying)
            raise PersonNeeded(
                f"The hold {hold.id} ({hold.matter}) is about {count:,} items of {seal.run.account} whose "
                f"destruction by {seal.run.order} was sealed in run {seal.sequence:,} before it was issued "
                f"and of which {len(lying):,} stored objects still lie there: these bear its legal hold now, "
                "and nothing more is deleted. Counsel and clerk must decide; once the hold is released, "
                "carry-out completes the order."
            )


def _count(hold: Hold, find: Find, seal: Seal, gone: set[tuple[str, str]]) -> int:
    found = {item for scope in hold.scopes for item in find(scope, 0, seal.sequence)}
    return sum((item.kind.value, item.native_id) in gone for item in found)


def _destroyed_by(archive: Archive, seal: Seal) -> set[tuple[str, str]]:
    (sealed,) = archive.parts_of(seal.sequence, Role.TOMBSTONES)
    table = archive.table(sealed.part, ["kind", "native_id"])
    return set(zip(table["kind"].to_pylist(), table["native_id"].to_pylist(), strict=True))


def _keep(vault: Vault, hold: str, lying: Sequence[Superseded]) -> None:
    """Set the legal hold on what is left, in both stores, and note it."""
    rows = [{"key": old.key, "version_id": old.version_id, "hold": hold} for old in lying]
    with changing(vault.books) as connection:
        connection.execute(insert_into(vault.books, HELD_OBJECTS).on_conflict_do_nothing(), rows)
    for store in filter(None, (vault.store, vault.second)):
        for old in lying:
            for version in versions_of(store, old.key):
                store.set_legal_hold(version, on=True)


def _lies(store: Store, stored: Stored) -> bool:
    try:
        store.standing(stored)
    except ArchiveDamaged:
        return False
    return True


def _stored(old: Superseded) -> Stored:
    return Stored(old.key, old.version_id, old.sha256, old.size)


def _sealed(old: Superseded, seal: Seal) -> SealedPart:
    part = Part(old.role, old.key, old.version_id, old.sha256, old.size)
    return SealedPart(part, seal.run.account, seal.run.day, seal.sequence, seal.sequence)
