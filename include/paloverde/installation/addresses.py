"""The archived item that a site shows at an address, as somebody copies it from a page."""

from __future__ import annotations

import re
from itertools import pairwise

from sqlalchemy import select

from paloverde.archive.reader import Archive
from paloverde.archive.seal import Role
from paloverde.records import Kind
from paloverde.retention.facts import ItemId
from paloverde.state.tables import ACCOUNTS, ITEMS

_BETWEEN = re.compile(r"[/?&=#]+")
_MOST_PARTS = 40  # of an address
_COLUMNS = ("account", "kind", "native_id", "permalink")


def item_at(archive: Archive, address: str) -> ItemId | None:
    """The item whose record gives that very address; None where none is found by it.

    Sites write the item's own id into its address, alone or after that of what it stands under: by these the
    register is asked, and the record itself is read before anything is said.
    """
    wanted = _bare(address)
    for account, kind, native_id, sequence in _candidates(archive, _ids_in(wanted)):
        for sealed in archive.parts_of(sequence, Role.RECORDS):
            if sealed.account == account:
                for row in archive.table(sealed.part, _COLUMNS).to_pylist():
                    named = row["account"], row["kind"], row["native_id"]
                    if named == (account, kind, native_id) and _bare(row["permalink"] or "") == wanted:
                        return ItemId(account, Kind(kind), native_id)
    return None


def _candidates(archive: Archive, ids: list[str]) -> list[tuple[str, str, str, int]]:
    with archive.books.connect() as connection:
        accounts = connection.execute(select(ACCOUNTS.c.slug)).scalars().all()
        query = select(ITEMS.c.account, ITEMS.c.kind, ITEMS.c.native_id, ITEMS.c.record_sequence).where(
            ITEMS.c.account.in_(accounts),
            ITEMS.c.kind.in_([kind.value for kind in Kind]),
            ITEMS.c.native_id.in_(ids),
            ITEMS.c.record_sequence > 0,
        )
        return [(row[0], row[1], row[2], row[3]) for row in connection.execute(query)]


def _ids_in(address: str) -> list[str]:
    """What of an address may be an id, or two that a site joins to one."""
    parts = [part for part in _BETWEEN.split(address) if part][:_MOST_PARTS]
    joined = [f"{first}_{second}" for first in parts for second in parts if first != second]
    return [*parts, *joined, *(f"{first}/{second}" for first, second in pairwise(parts))]


def _bare(address: str) -> str:
    return address.strip().rstrip("/")
