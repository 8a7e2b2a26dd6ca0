"""Reading an object wherever it is whole: what `rebuild` relies on where the first store is damaged.

Asked are, in this order: the version that a seal names (or the one that stands in for it), other versions of
its key, the second copy, the database. Believed is whatever has the bytes that the seal names, by their hash.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import msgspec
from sqlalchemy import Engine, select

from paloverde.archive.mended import MendedStore
from paloverde.archive.store.interface import Store, Stored
from paloverde.archive.store.rules import check_bytes
from paloverde.errors import ArchiveDamaged
from paloverde.state.tables import FILED, LEDGER, LOG, RUNS

LOST = "lost"  # the version id of what the first store does not hold
Place = tuple[
    str, Callable[[], bytes]
]  # the version id in the first store, "" elsewhere; how to read it there


class Anywhere(MendedStore):
    """A store that is read with the help of the second copy and of the database's own texts.

    `size` counts the bytes read. `stands_for` maps what seals name to the version that is whole in the first
    store, where it is another one. `unrepaired` are the keys that are whole in another place only, `lost`
    what `named` found whole nowhere.
    """

    def __init__(self, store: Store, second: Store | None, books: Engine) -> None:
        # What stands in for what is found anew, from the bytes: the table may be what is to be rebuilt.
        super().__init__(store.store if isinstance(store, MendedStore) else store, books)
        self.second = second
        self.size = 0
        self.stands_for: dict[tuple[str, str], str] = {}
        self.unrepaired: dict[str, None] = {}
        self.lost: list[Stored] = []

    def standing_in(self, stored: Stored) -> Stored:
        """As this reading has found it, whatever the table says: a rebuild is about to fill the table."""
        version_id = self.stands_for.get((stored.key, stored.version_id))
        return msgspec.structs.replace(stored, version_id=version_id) if version_id else stored

    def get(self, stored: Stored) -> bytes:
        for version_id, read in self._places(stored):
            try:
                body = read()
            except ArchiveDamaged:
                continue
            self.size += len(body)
            self._note(stored, version_id)
            return body
        raise ArchiveDamaged(
            f"{stored.key} is whole in no version, neither in {self.description} nor in a second copy: it is "
            "lost. Whoever has another copy of it can put it back under this name."
        )

    def locate(self, stored: Stored) -> bool:
        """Whether an object is there, by its size alone; where it is elsewhere, that is noted."""
        named = self.standing_in(stored)
        try:
            if self.store.standing(named).size == stored.size:
                return True
        except ArchiveDamaged:
            pass
        for one in _versions(self.store, stored):
            if one.version_id != named.version_id and one.size == stored.size:
                self._note(stored, one.version_id)
                return True
        if self.second is None or next(_versions(self.second, stored), None) is None:
            return False
        self._note(stored, "")
        return True

    def named(self, prefix: str) -> list[tuple[Stored, bytes]]:
        """Every object under a prefix whose name ends with its hash, and its bytes; each key once."""
        found: dict[str, tuple[Stored, bytes]] = {}
        for stored in self._all_under(prefix):
            if stored.key not in found:
                try:
                    body = self.get(stored)
                except ArchiveDamaged:
                    self.lost.append(stored)
                    continue
                found[stored.key] = (self.standing_in(stored), body)
        self.lost = [stored for stored in self.lost if stored.key not in found]
        return list(found.values())

    def noted(self, prefix: str) -> dict[str, Stored]:
        """What the database says of the log's objects under a prefix, by key."""
        query = select(LOG.c.key, LOG.c.version_id, LOG.c.sha256, LOG.c.size).where(
            LOG.c.key.startswith(prefix)
        )
        with self.books.connect() as connection:
            return {row.key: Stored(*row) for row in connection.execute(query)}

    def _all_under(self, prefix: str) -> Iterator[Stored]:
        """What lies under the prefix here, in the second copy, and what the database knows of."""
        seen = set()
        for stored in self.store.walk(prefix):
            seen.add(stored.key)
            yield _by_its_name(stored)
        for stored in self.second.walk(prefix) if self.second else ():
            if stored.key not in seen:
                yield msgspec.structs.replace(_by_its_name(stored), version_id=LOST)

    def _places(self, stored: Stored) -> Iterator[Place]:
        named = self.standing_in(stored)
        yield named.version_id, partial(self.store.get, named)
        for one in _versions(self.store, stored):
            if one.version_id != named.version_id:
                yield one.version_id, partial(self.store.get, one)
        if self.second is not None:
            for one in _versions(self.second, stored):
                yield "", partial(self.second.get, one)
        yield "", partial(self._text, stored)

    def _text(self, stored: Stored) -> bytes:
        """The bytes of a seal, an entry or a paper as the database has them."""
        with self.books.connect() as connection:
            for table in (RUNS, LEDGER, FILED):
                body = connection.execute(select(table.c.body).where(table.c.key == stored.key)).scalar()
                if body is not None:
                    check_bytes(stored.key, body.encode(), stored.sha256)
                    return str(body).encode()
        raise ArchiveDamaged(f"{stored.key} is not in the database either.")

    def _note(self, stored: Stored, version_id: str) -> None:
        if not version_id:
            self.unrepaired[stored.key] = None
        elif version_id != stored.version_id:
            self.stands_for[stored.key, stored.version_id] = version_id


def _versions(store: Store, stored: Stored) -> Iterator[Stored]:
    """The versions of an object's key that say they have its bytes."""
    for one in store.walk(stored.key):
        if one.key == stored.key and one.sha256 == stored.sha256:
            yield one


def _by_its_name(stored: Stored) -> Stored:
    sha256 = stored.key.rsplit("-", 1)[-1].removesuffix(".json")
    return msgspec.structs.replace(stored, sha256=sha256)
