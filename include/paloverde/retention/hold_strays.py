"""Objects that bear a legal hold which no hold wants: set by hand, or left after something was restored.

They are named and left as they are: a hold that a restored archive has lost may well want them. The search is
a paper of the series `hold-strays`, so that `paloverde hold list` can tell of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from itertools import islice

import msgspec
from sqlalchemy import Engine, select

from paloverde.archive.papers import Cabinet
from paloverde.archive.store.interface import Store, Stored
from paloverde.archive.vault import Vault
from paloverde.records import archive_day
from paloverde.state.tables import HELD_OBJECTS
from paloverde.wording import some, spoken

SERIES, SUBJECT = "hold-strays", "search"
_PAGE = 1_000
_THREADS = 8
_NAMED = 20  # objects that a message names; the paper names all


class Stray(msgspec.Struct, frozen=True):
    """One object, and the store in which it bears a legal hold."""

    store: str
    key: str
    version_id: str


class Strays(msgspec.Struct, frozen=True):
    """What a search through every object of the stores found."""

    at: datetime
    looked: int
    found: tuple[Stray, ...]

    def sentence(self) -> str:
        day = spoken(archive_day(self.at))
        told = f"{some(self.looked, 'object was', 'objects were')} searched on {day}"
        if not self.found:
            return f"{told}: none bears a legal hold that no hold wants."
        lines = [f"{one.key} (version {one.version_id}) in the {one.store}" for one in self.found[:_NAMED]]
        more = len(self.found) - len(lines)
        lines += [f"and {more:,} more"] if more else []
        return (
            f"{told}: {len(self.found):,} bear a legal hold that no hold wants. Issue again what a restored "
            "archive has lost; find out who set the others. Nothing was lifted.\n" + "\n".join(lines)
        )


def search_strays(vault: Vault, cabinet: Cabinet, actor: str, keep: Callable[[], None]) -> Strays:
    """Ask every object of both stores, and file what was found. Raises what the stores raise.

    An object is wanted by its key: a repair may leave the damaged version beside the whole one.
    """
    now, looked, found, wanted = vault.clock(), 0, list[Stray](), _wanted(vault.books)
    for store in filter(None, (vault.store, vault.second)):
        for page in _bearing(store):
            looked += len(page)
            bearing = [stored for stored, bears in page if bears and stored.key not in wanted]
            found += [Stray(store.description, one.key, one.version_id) for one in bearing]
            keep()
    strays = Strays(now, looked, tuple(found))
    about = {"objects": str(looked), "strays": str(len(found))}
    cabinet.file(SERIES, SUBJECT, strays, what="stray legal holds searched", actor=actor, about=about)
    return strays


def last_strays(cabinet: Cabinet) -> Strays | None:
    """The last search; None where there was none."""
    filed = cabinet.last(SERIES, SUBJECT)
    return None if filed is None else cabinet.read(filed, Strays)


def _wanted(books: Engine) -> set[str]:
    """The keys of what any hold keeps; of one that is over, too, until the next reconciliation lifts it."""
    with books.connect() as connection:
        return set(connection.execute(select(HELD_OBJECTS.c.key).distinct()).scalars())


def _bearing(store: Store) -> Iterator[list[tuple[Stored, bool]]]:
    every = store.walk("")
    with ThreadPoolExecutor(_THREADS) as pool:
        while page := list(islice(every, _PAGE)):
            standings = pool.map(store.standing, page)
            yield [(stored, one.legal_hold) for stored, one in zip(page, standings, strict=True)]
