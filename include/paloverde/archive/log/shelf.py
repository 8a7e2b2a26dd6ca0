"""The log's objects in the store: tiles, bundles of entries, signed heads, timestamps, witnesses' signatures.

None of them ever has other bytes under its key. The table LOG says which version of each was written; it is
derived, and an object that it does not name is looked for by its key.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

import msgspec
from sqlalchemy import Engine, select

from paloverde.archive.layout import (
    LOG_HEADS,
    LOG_STAMPS,
    LOG_WITNESSES,
    TILE_WIDTH,
    head_prefix,
    tile_key,
)
from paloverde.archive.log.notes import Head, read_head
from paloverde.archive.store.interface import Stored
from paloverde.archive.vault import Vault
from paloverde.errors import ArchiveDamaged, Unreadable
from paloverde.records import archive_day
from paloverde.state.books import writing
from paloverde.state.tables import LOG


class What(StrEnum):
    """What an object of the log is."""

    TILE = "tile"
    ENTRIES = "entries"
    HEAD = "head"
    TIMESTAMP = "timestamp"
    WITNESS = "witness"


class Kept(msgspec.Struct, frozen=True):
    """An object of the log as it lies in the store. `tree_size` is up to which entry it reaches."""

    stored: Stored
    what: What
    tree_size: int
    made_at: datetime


class KeptHead(NamedTuple):
    """A head, and where it lies in the store."""

    stored: Stored
    head: Head


class Shelf:
    """Puts the log's objects into the store and gets them again."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def read(self, key: str, fresh: Mapping[str, Stored] | None = None) -> bytes:
        """The bytes under a key; `ArchiveDamaged` where they are missing or changed.

        `fresh` is what was stored and not noted yet.
        """
        stored = (fresh or {}).get(key) or self._stored(key)
        if stored is None:
            raise ArchiveDamaged(
                f"{key} of the ledger's log is missing from {self._vault.store.description}; restore it from "
                "the second copy."
            )
        return self._vault.store.get(stored)

    def put(self, key: str, body: bytes, what: What, tree_size: int) -> Kept:
        """Store an object, locked like the ledger. What it is stands in the table once it is noted."""
        now = self._vault.clock()
        until = self._vault.locked_until(archive_day(now))
        return Kept(self._vault.store.put(key, body, locked_until=until), what, tree_size, now)

    def note(self, kept: list[Kept]) -> None:
        """Write down what was stored."""
        with writing(self._vault.books) as connection:
            for one in kept:
                known = select(LOG.c.key).where(LOG.c.key == one.stored.key)
                if connection.execute(known).first() is None:
                    connection.execute(LOG.insert().values(row_of(one)))

    def newest_head(self) -> Head | None:
        """The head over most entries, as the store has it: also one that the database does not know."""
        found = self.heads_from(self.noted_size())
        return found[-1].head if found else None

    def heads_from(self, size: int) -> list[KeptHead]:
        """The heads in the store over `size` entries, which the database knows, and over more; by size.

        `ArchiveDamaged` where there are two over as many entries with two roots, or where the known one is
        missing.
        """
        stored = self._heads_from(size)
        found = [KeptHead(one, read_kept_head(self._vault.store.get(one), one.key)) for one in stored]
        found.sort(key=lambda one: one.head.size)
        if size and (not found or found[0].head.size != size):
            raise ArchiveDamaged(
                f"The signed head over {size:,} entries is missing from {self._vault.store.description}; "
                "restore it from the second copy."
            )
        refuse_two_roots([one.head for one in found])
        return found

    def noted_size(self) -> int:
        """How many entries the newest head covers that the database knows; 0 where it knows none."""
        query = select(LOG.c.tree_size).where(LOG.c.what == What.HEAD).order_by(LOG.c.tree_size.desc())
        with self._vault.books.connect() as connection:
            return connection.execute(query.limit(1)).scalar() or 0

    def adopt(self, heads: Iterable[KeptHead]) -> None:
        """Note heads, and what those outside said of them, that were stored by a process which then died."""
        now, lying = self._vault.clock(), list[Kept]()
        for one in heads:
            size = one.head.size
            lying.append(Kept(one.stored, What.HEAD, size, now))
            for prefix, what in ((LOG_STAMPS, What.TIMESTAMP), (LOG_WITNESSES, What.WITNESS)):
                begun = head_prefix(size).replace(LOG_HEADS, prefix)
                lying += [Kept(stored, what, size, now) for stored in self._vault.store.walk(begun)]
        if any(not self._is_noted(one.stored.key) for one in lying):
            self.note(lying)

    def of(self, what: What, tree_size: int) -> Iterator[Stored]:
        """The objects of a kind that belong to the head over so many entries."""
        query = select(LOG).where(LOG.c.what == what, LOG.c.tree_size == tree_size).order_by(LOG.c.key)
        with self._vault.books.connect() as connection:
            rows = connection.execute(query).mappings().all()
        return (Stored(row["key"], row["version_id"], row["sha256"], row["size"]) for row in rows)

    def newest_key(self, what: What, name: str) -> str | None:
        """The key, over most entries, of an object of a kind with that authority or witness in its name."""
        query = select(LOG.c.key).where(LOG.c.what == what, LOG.c.key.contains(f"-{name}-", autoescape=True))
        with self._vault.books.connect() as connection:
            found: str | None = connection.execute(query.order_by(LOG.c.tree_size.desc()).limit(1)).scalar()
        return found

    def _heads_from(self, size: int) -> Iterator[Stored]:
        """Every head in the store over `size` entries or more.

        Listing is dear, and ten years of heads are many: they are looked for at the sizes at which a
        publication can have ended. Tiles are stored before their head, so that no head is beyond them.
        """
        if not size:
            yield from self._vault.store.walk(LOG_HEADS)
            return
        for each in (size, *self._sizes_beyond(size)):
            yield from self._vault.store.walk(head_prefix(each))

    def _sizes_beyond(self, size: int) -> Iterator[int]:
        """The larger sizes of the tree at which a tile of its lowest level ends in the store."""
        number, is_whole = size // TILE_WIDTH, True
        while is_whole:
            whole = tile_key(0, number, TILE_WIDTH)
            keys = [stored.key for stored in self._vault.store.walk(whole)]
            widths = [int(key.removeprefix(f"{whole}.p/")) for key in keys if key.startswith(f"{whole}.p/")]
            is_whole = whole in keys
            ends = {number * TILE_WIDTH + width for width in (*widths, *[TILE_WIDTH] * is_whole)}
            yield from sorted(end for end in ends if end > size)
            number += 1

    def _is_noted(self, key: str) -> bool:
        with self._vault.books.connect() as connection:
            return connection.execute(select(LOG.c.key).where(LOG.c.key == key)).first() is not None

    def _stored(self, key: str) -> Stored | None:
        with self._vault.books.connect() as connection:
            row = connection.execute(select(LOG).where(LOG.c.key == key)).mappings().first()
        if row is None:
            return self._vault.store.find(key)
        return Stored(key, row["version_id"], row["sha256"], row["size"])


def kept_of_the_log(books: Engine) -> list[Stored]:
    """Every object of the log that the database knows, for a copy of it."""
    query = select(LOG.c.key, LOG.c.version_id, LOG.c.sha256, LOG.c.size).order_by(LOG.c.key)
    with books.connect() as connection:
        return [Stored(*row) for row in connection.execute(query)]


def row_of(kept: Kept) -> dict[str, object]:
    """An object of the log as a row of the table LOG."""
    rest = {"what": kept.what.value, "tree_size": kept.tree_size, "made_at": kept.made_at}
    return msgspec.structs.asdict(kept.stored) | rest


def read_kept_head(body: bytes, key: str) -> Head:
    """A head of our own; `ArchiveDamaged` where it cannot be read."""
    try:
        return read_head(body)
    except Unreadable as error:
        raise ArchiveDamaged(f"{key} cannot be read: {error}. Restore it from the second copy.") from error


def refuse_two_roots(heads: list[Head]) -> None:
    """`ArchiveDamaged` where two heads say different things about the same number of entries."""
    roots: dict[int, bytes] = {}
    for head in heads:
        if roots.setdefault(head.size, head.root) != head.root:
            raise ArchiveDamaged(
                f"There are two signed heads over {head.size:,} entries with two roots: two histories were "
                "signed. Keep both, and find out who has used the signing key."
            )
