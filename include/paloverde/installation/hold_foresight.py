"""What a hold would keep, before it is ordered, and what its release would free. Nothing is changed here."""

from __future__ import annotations

from collections.abc import Collection

import msgspec
from sqlalchemy import Engine, func, select

from paloverde.archive.reader import Archive
from paloverde.retention.hold_scope import Scope
from paloverde.search.holding import items_in
from paloverde.state.tables import HELD_OBJECTS


class Foreseen(msgspec.Struct, frozen=True):
    """How many items are in a scope now, by account, through which sealed run."""

    accounts: dict[str, int]
    through: int

    @property
    def items(self) -> int:
        return sum(self.accounts.values())


def foreseen(archive: Archive, scope: Scope, through: int) -> Foreseen:
    """Count what a scope would keep of everything that is sealed up to a run."""
    seen: dict[str, set[int]] = {}
    for item in items_in(archive, scope, 0, through):  # by its hash alone: there may be millions
        seen.setdefault(item.account, set()).add(hash((item.kind, item.native_id)))
    return Foreseen({name: len(found) for name, found in sorted(seen.items())}, through)


def only_kept_by(books: Engine, hold: str, others: Collection[str]) -> int:
    """How many objects a hold keeps and none of the others does."""
    mine, theirs = HELD_OBJECTS, HELD_OBJECTS.alias()
    kept = (
        select(theirs.c.key)
        .where(
            theirs.c.key == mine.c.key,
            theirs.c.version_id == mine.c.version_id,
            theirs.c.hold.in_(list(others)),
        )
        .exists()
    )
    query = select(func.count()).select_from(mine).where(mine.c.hold == hold, ~kept)
    with books.connect() as connection:
        return connection.execute(query).scalar() or 0
