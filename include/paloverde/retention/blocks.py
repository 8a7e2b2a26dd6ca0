"""What keeps an object from destruction now, whatever is said of the items in it: a hold, a lock.

An order is made and carried out by the same look: what could not go is not proposed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from sqlalchemy import Connection, func, select

from paloverde.archive.papers import Cabinet
from paloverde.archive.pieces import Item
from paloverde.archive.planning import plan
from paloverde.archive.reader import Archive, SealedPart
from paloverde.archive.store.interface import Standing, Store, Stored
from paloverde.archive.tombstones import last_destroyed
from paloverde.archive.vault import Vault
from paloverde.errors import TryAgain
from paloverde.records import archive_day
from paloverde.retention.held import SERIES as HOLD_ITEMS
from paloverde.retention.holds import SERIES as HOLDS
from paloverde.retention.holds import holds_in
from paloverde.state.tables import FILED, HELD_OBJECTS, PARTS


class HoldsMoved(TryAgain):
    """A hold was filed between the reasons to keep something and the seal of its destruction."""


def newest_of_holds(connection: Connection) -> int:
    """The ledger entry that filed the newest paper about holds and what they keep; 0 where there is none."""
    query = select(func.max(FILED.c.entry)).where(FILED.c.series.in_((HOLDS, HOLD_ITEMS)))
    return connection.execute(query).scalar() or 0


class Blocks:
    """Holds and locks on objects, as they stand when this is made."""

    def __init__(self, vault: Vault, cabinet: Cabinet) -> None:
        self._vault = vault
        matters = {hold.id: f"{hold.id} ({hold.matter})" for hold in holds_in(cabinet)}
        query = select(HELD_OBJECTS.c.key, HELD_OBJECTS.c.version_id, HELD_OBJECTS.c.hold)
        self._held: dict[tuple[str, str], str] = {}
        with vault.books.connect() as connection:
            for key, version_id, hold in connection.execute(query.order_by(HELD_OBJECTS.c.hold.desc())):
                self._held[key, version_id] = matters.get(hold, hold)

    def holds_any(self, objects: list[SealedPart]) -> bool:
        """Whether a hold keeps one of these objects."""
        return any((one.part.key, one.part.version_id) in self._held for one in objects)

    def why(self, sealed: SealedPart) -> str:
        """Why an object may not go now, as a clause; "" where it may."""
        now, part = self._vault.clock(), sealed.part
        if hold := self._held.get((part.key, part.version_id)):
            return f"is under the hold {hold}"
        for standing in _standings(self._vault, part.key):
            if standing.legal_hold:
                return f"is under a legal hold ({part.key})"
            if standing.locked_until is not None and standing.locked_until > now:
                return f"is locked until {archive_day(standing.locked_until)} ({part.key})"
        return ""


def foreseen(
    archive: Archive, blocks: Blocks, account: str, platform: str, items: Collection[Item]
) -> dict[Item, str]:
    """Why items that nothing keeps by themselves could not go now: a held object holds something of them.

    Looked at only where a hold keeps an object of the account, since every raw answer is read then. What an
    unexpired lock keeps is seen when the order is carried out.
    """
    objects = archive.parts_where(select(PARTS).where(PARTS.c.account == account))
    if not items or not blocks.holds_any(objects):
        return {}
    return plan(archive, account, platform, items, blocks.why, last_destroyed(archive, account)).refused


def versions_of(store: Store, key: str) -> list[Stored]:
    """Every version of an object: a repair leaves the damaged one beside the whole one."""
    return [one for one in store.walk(key) if one.key == key]


def _standings(vault: Vault, key: str) -> Iterator[Standing]:
    for store in filter(None, (vault.store, vault.second)):
        yield from (store.standing(one) for one in versions_of(store, key))
