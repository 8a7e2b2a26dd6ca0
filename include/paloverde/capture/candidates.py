"""Which items a removal check asks about, and when so much is gone that it must not conclude anything."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, Select, func, select

from paloverde.archive.register import Item, in_state, items, longest_unlooked, newest_seen
from paloverde.capture.removal import LASTING, REMOVABLE, too_many_gone
from paloverde.errors import Suspicious
from paloverde.records import Account
from paloverde.state.tables import ITEMS


def candidates(
    connection: Connection, account: Account, *, most: int, percent: int, allowed: int | None
) -> tuple[list[Item], list[Item], Suspicious | None]:
    """What may be gone, and what listings showed as hidden and is not held yet.

    Where too much is gone, nothing may be: then the trouble says why.
    """
    absent = list(items(connection, in_state(account.slug, REMOVABLE, ("absent",))))
    hidden = list(items(connection, in_state(account.slug, REMOVABLE, ("hidden",))))
    removed = {row[0] for row in connection.execute(removed_ids(account))}
    unexplained = sum(item.within not in removed for item in absent)
    known = connection.execute(
        select(func.count()).where(
            ITEMS.c.account == account.slug, ITEMS.c.kind.in_([str(kind) for kind in REMOVABLE])
        )
    ).scalar_one()
    why = too_many_gone(unexplained, known, most=most, percent=percent)
    if why is None or (allowed is not None and unexplained <= allowed):
        return absent, hidden, None
    trouble = Suspicious(
        f"{account.slug}: {why}. Nothing was concluded of them: the site may be at fault, or a permission "
        "lost. Look at the page; if they are really gone, run "
        f"`paloverde removals {account.slug} --at-most {unexplained}`."
    )
    return [], hidden, trouble


def removed_ids(account: Account) -> Select[tuple[str]]:
    return select(ITEMS.c.native_id).where(ITEMS.c.account == account.slug, ITEMS.c.state == "removed")


def rotation(
    connection: Connection, account: Account, now: datetime, *, again_days: int, most: int
) -> list[Item]:
    """Items due for another look, longest unlooked-at first."""
    due = now - timedelta(days=again_days)
    return list(items(connection, longest_unlooked(account.slug, LASTING, due, max(0, most))))


def witnesses(connection: Connection, account: Account, wanted: list[Item]) -> list[Item]:
    """One item of each kind in question that a listing has just shown.

    A site that says of these, too, that they do not exist is out of order, and is not believed.
    """
    asked = {item.native_id for item in wanted}
    found = []
    for kind in sorted({item.kind for item in wanted}):
        newest = items(connection, newest_seen(account.slug, kind))
        found += [item for item in newest if item.native_id not in asked][:1]
    return found
