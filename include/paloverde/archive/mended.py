"""The store as readers see it: a version that was damaged, or that is not in this store, has one in its
place.

Seals name versions and are never written again. Which version stands in for which is in the table REPAIRS,
filled where an object is put back from the second copy, and by `rebuild` where the archive has moved into
another store. Every reading is of the bytes that the seal names, by hash, whatever version they come from.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import TypeVar

import msgspec
from sqlalchemy import Engine, select

from paloverde.archive.store.interface import Body, Grade, Standing, Store, Stored
from paloverde.errors import ArchiveDamaged
from paloverde.state.tables import REPAIRS

T = TypeVar("T")


class MendedStore:
    """A store, and what stands in for the versions that it no longer has whole."""

    def __init__(self, store: Store, books: Engine) -> None:
        self.store, self.books = store, books
        with books.connect() as connection:
            self._asks_first = connection.execute(select(REPAIRS.c.key).limit(1)).first() is not None

    @property
    def grade(self) -> Grade:
        return self.store.grade

    @property
    def description(self) -> str:
        return self.store.description

    def put(
        self, key: str, body: Body, *, locked_until: datetime | None, sha256: str | None = None
    ) -> Stored:
        return self.store.put(key, body, locked_until=locked_until, sha256=sha256)

    def restore(self, key: str, body: Body, *, locked_until: datetime | None, legal_hold: bool) -> Stored:
        return self.store.restore(key, body, locked_until=locked_until, legal_hold=legal_hold)

    def get(self, stored: Stored) -> bytes:
        return self._whole(stored, self.store.get)

    def check(self, stored: Stored) -> None:
        self._whole(stored, self.store.check)

    def fetch(self, stored: Stored, path: Path) -> None:
        self._whole(stored, lambda one: self.store.fetch(one, path))

    def standing(self, stored: Stored) -> Standing:
        return self._whole(stored, self.store.standing)

    def find(self, key: str) -> Stored | None:
        return self.store.find(key)

    def extend(self, stored: Stored, locked_until: datetime) -> None:
        self._whole(stored, lambda one: self.store.extend(one, locked_until))

    def set_legal_hold(self, stored: Stored, on: bool) -> None:
        self._whole(stored, lambda one: self.store.set_legal_hold(one, on))

    def walk(self, prefix: str) -> Iterator[Stored]:
        return self.store.walk(prefix)

    def standing_in(self, stored: Stored) -> Stored:
        """The version that is read for the one that a seal names; mostly that one itself."""
        query = select(REPAIRS.c.whole_version_id).where(
            REPAIRS.c.key == stored.key, REPAIRS.c.version_id == stored.version_id
        )
        with self.books.connect() as connection:
            version_id = connection.execute(query).scalar()
        return msgspec.structs.replace(stored, version_id=version_id) if version_id else stored

    def _whole(self, stored: Stored, act: Callable[[Stored], T]) -> T:
        """Do it with the version that is whole. The table is not asked while nothing was ever mended."""
        first = self.standing_in(stored) if self._asks_first else stored
        try:
            return act(first)
        except ArchiveDamaged:
            other = self.standing_in(stored)  # another process may have mended it meanwhile
            if other == first:
                raise
        self._asks_first = True
        return act(other)
