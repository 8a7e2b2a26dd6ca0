"""Fixity: reading objects again and comparing them with their seals, longest unchecked first."""

from __future__ import annotations

from datetime import datetime

import msgspec
from sqlalchemy import Engine, select

from paloverde.archive.exchanges import check_exchanges
from paloverde.archive.parquet import from_parquet
from paloverde.archive.reader import part_of
from paloverde.archive.seal import Part, Role
from paloverde.archive.store.interface import Store
from paloverde.errors import ArchiveDamaged
from paloverde.state.books import writing
from paloverde.state.tables import PARTS


class FixityReport(msgspec.Struct, frozen=True):
    """What a check read, and what it found damaged, as sentences."""

    checked: int
    size: int
    damaged: list[str]

    def sentence(self) -> str:
        size = f"{self.size / 1e6:,.1f} MB"
        read = f"{self.checked:,} objects ({size}) were read again and compared with their seals"
        if not self.damaged:
            return f"{read}: all are whole."
        return f"{read}: {len(self.damaged)} are damaged. " + " ".join(self.damaged)


def check_fixity(store: Store, books: Engine, now: datetime, budget: int) -> FixityReport:
    """Read up to `budget` bytes of sealed objects, longest unchecked first; note when each was whole."""
    with books.connect() as connection:
        rows = (
            connection.execute(select(PARTS).order_by(PARTS.c.checked_at.asc().nulls_first()))
            .mappings()
            .all()
        )
    checked = size = 0
    damaged: list[str] = []
    whole: list[Part] = []
    for row in rows:
        if size >= budget:
            break
        part = part_of(row)
        checked, size = checked + 1, size + part.size
        try:
            _check(store, part)
            whole.append(part)
        except ArchiveDamaged as error:
            damaged.append(str(error))
    with writing(books) as connection:
        for part in whole:
            connection.execute(
                PARTS.update()
                .where(PARTS.c.key == part.key, PARTS.c.version_id == part.version_id)
                .values(checked_at=now)
            )
    return FixityReport(checked, size, damaged)


def _check(store: Store, part: Part) -> None:
    if part.role is Role.MEDIA:
        store.check(part.stored)
        return
    body = store.get(part.stored)
    if part.role in (Role.RECORDS, Role.SIGHTINGS, Role.REMOVED):
        from_parquet(body, where=part.key)
    elif part.role is Role.EXCHANGES:
        check_exchanges(body, where=part.key)
