"""The second copy: every object once more, in another place under other credentials, under the same lock.

The table COPIES says which version of which object lies there. It is derived: writing an object twice changes
nothing, so a row that is lost, or a crash between the object and its row, costs one more look.
"""

from __future__ import annotations

import re
import tempfile
import time
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from datetime import datetime
from itertools import islice
from pathlib import Path

import msgspec
from sqlalchemy import Engine, func, select

from paloverde.archive.fixity import SIDE_BY_SIDE, lock_wanted, standing_of
from paloverde.archive.kept import AT_ONCE, Kept, everything, uncopied
from paloverde.archive.seal import Role
from paloverde.archive.store.interface import Body, Store, Stored
from paloverde.archive.store.tamper import PREFIX
from paloverde.archive.vault import Vault
from paloverde.errors import ArchiveDamaged, BadSetting
from paloverde.state.books import changing, insert_into
from paloverde.state.tables import COPIES, PARTS
from paloverde.wording import some

_HASH = re.compile(r"[0-9a-f]{64}")
_SAMPLE = 20
SAYING = ("ledger", "paper")  # the kinds of objects that say what people and rules did
_HANDFUL, _HANDFUL_BYTES = 64, 64 * 1024 * 1024  # copied in one turn: others wait for it
IN_MEMORY = 8 * 1024 * 1024  # bytes; what is larger goes through a file


class CopyReport(msgspec.Struct, frozen=True):
    """What was copied, and what could not be, as sentences. `objects` are in both places now."""

    copied: int
    size: int
    objects: int
    failed: list[str]
    seconds: float

    def sentence(self) -> str:
        size = f"{self.size / 1e6:,.1f} MB"
        done = f"{some(self.copied, 'object')} ({size}) were copied in {self.seconds:,.1f} seconds"
        told = [f"{done}; {self.objects:,} are in both copies."]
        if self.failed:
            told.append(f"Not copied, since they are damaged where they come from: {len(self.failed):,}.")
            told += [*self.failed, "Run `paloverde fixity`, then `paloverde repair`."]
        return " ".join(told)


def second_of(vault: Vault) -> Store:
    """The store of the second copy; `BadSetting` where the settings name none."""
    if vault.second is None:
        if told := forsaken(vault):
            raise BadSetting(told)
        raise BadSetting(
            "There is no second copy: name another place, under other credentials, in "
            "PALOVERDE_SECOND_STORE (see docs/guide/disaster.md)."
        )
    return vault.second


def forsaken(vault: Vault) -> str:
    """That a second copy is there and not set any more, in a sentence; "" where it is not so."""
    count = 0 if vault.second is not None else _count(vault.books)
    if not count:
        return ""
    return (
        f"The second copy is no longer set: {some(count, 'object lies', 'objects lie')} there, neither "
        "checked nor kept up. "
        "Set PALOVERDE_SECOND_STORE and its credentials again; if it is gone for good, name a new place and "
        "run `paloverde rebuild`, then `paloverde copies copy`."
    )


def copy_all(
    vault: Vault,
    progress: Callable[[str], None],
    turn: Callable[[], AbstractContextManager[object]],
    only: Collection[str] = (),
) -> CopyReport:
    """Copy whatever does not lie in the second copy yet; `only` these kinds, where some are named.

    What is damaged here is named and not copied, the rest is. Interrupted, it goes on where it was. `turn` is
    that of whoever destroys: what was destroyed a moment ago would come back with a copy.
    """
    second, begun = second_of(vault), time.monotonic()
    _refuse_another_place(second, vault.books)
    copied = size = 0
    failed: list[str] = []
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        for handful in handfuls(uncopied(vault.books, only)):
            with turn():
                listed = still_listed(vault.books, handful)
                done = list(pool.map(lambda one: _try_to_copy(vault, second, one, Path(folder)), listed))
                pairs = zip(listed, done, strict=True)
                there = [(kept, copy) for kept, copy in pairs if isinstance(copy, Stored)]
                note_copies(vault.books, there, vault.clock())
            failed += [told for told in done if isinstance(told, str)]
            copied, size = copied + len(there), size + sum(copy.size for _, copy in there)
            progress(f"{some(copied, 'object')} copied, {size / 1e6:,.1f} MB")
    return CopyReport(copied, size, _count(vault.books), failed, time.monotonic() - begun)


def handfuls(batches: Iterator[list[Kept]]) -> Iterator[list[Kept]]:
    """As many objects at a time as are copied quickly, one at least."""
    handful: list[Kept] = []
    size = 0
    for one in (kept for batch in batches for kept in batch):
        if handful and (len(handful) == _HANDFUL or size + one.stored.size > _HANDFUL_BYTES):
            yield handful
            handful, size = [], 0
        handful.append(one)
        size += one.stored.size
    if handful:
        yield handful


def still_listed(books: Engine, handful: list[Kept]) -> list[Kept]:
    """Without the parts that a destruction has taken off the list meanwhile."""
    keys = [one.stored.key for one in handful]
    with books.connect() as connection:
        query = select(PARTS.c.key, PARTS.c.version_id).where(PARTS.c.key.in_(keys))
        parts = set(connection.execute(query).tuples())
    return [
        one for one in handful
        if one.what not in set(Role) or (one.stored.key, one.stored.version_id) in parts
    ]  # fmt: skip


def strays_of(second: Store, books: Engine) -> list[str]:
    """The keys of what lies in the second copy and that nothing lists: destroyed, or never sealed."""
    there = {one.key for one in second.walk("") if not one.key.startswith(PREFIX)}
    for batch in everything(books):
        there.difference_update(one.stored.key for one in batch)
    return sorted(key for key in there if second.find(key) is not None)  # else just now destroyed


def restore_all(vault: Vault, progress: Callable[[str], None]) -> CopyReport:
    """Put everything that the second copy holds into a first store that was lost, under the same locks.

    It needs no database. What is there already and has the right length and SHA-256 is left as it is;
    afterwards
    `rebuild` finds which version stands for which.
    """
    second, begun = second_of(vault), time.monotonic()
    copied = size = objects = 0
    failed: list[str] = []
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        walk = (one for one in second.walk("") if not one.key.startswith(PREFIX))
        while batch := list(islice(walk, AT_ONCE)):
            done = list(pool.map(lambda one: _try_to_restore(vault, second, one, Path(folder)), batch))
            failed += [told for told in done if isinstance(told, str)]
            sizes = [told for told in done if isinstance(told, int)]
            copied, size = copied + sum(told > 0 for told in sizes), size + sum(sizes)
            objects += len(sizes)
            progress(f"{some(copied, 'object')} put back, {size / 1e6:,.1f} MB")
    return CopyReport(copied, size, objects, failed, time.monotonic() - begun)


def refill(second: Store, books: Engine, now: datetime, witness: Engine | None = None) -> int:
    """Fill COPIES again from what lies in the second copy; how many objects of the archive do.

    A copy that is damaged or missing and that the database `witness` knows of stays one: it is to be
    repaired.
    """
    known = _known(witness) if witness is not None else {}
    whole: dict[tuple[str, str], Stored] = {}
    there: dict[str, Stored] = {}
    for one in second.walk(""):
        whole[one.key, one.sha256] = there[one.key] = one
    with changing(books) as connection:
        connection.execute(COPIES.delete())
    for batch in everything(books):
        copies = []
        for kept in batch:
            key, version_id = kept.stored.key, kept.stored.version_id
            found = whole.get((key, kept.stored.sha256)) or there.get(key)
            version = found.version_id if found else known.get((key, version_id))
            if version is not None:
                copies.append((kept, msgspec.structs.replace(kept.stored, version_id=version)))
        note_copies(books, copies, now)
    return _count(books)


def _refuse_another_place(second: Store, books: Engine) -> None:
    """The table speaks of one second copy; in another place it would say that everything is there already."""
    newest = select(COPIES).order_by(COPIES.c.copied_at.desc(), COPIES.c.key).limit(_SAMPLE)
    with books.connect() as connection:
        rows = connection.execute(newest).all()
    copies = [Stored(row.key, row.copy_version_id, row.sha256, row.size) for row in rows]
    if copies and not any(standing_of(second, copy) for copy in copies):
        next(iter(second.walk("")), None)  # a bucket that does not exist says so itself
        raise BadSetting(
            f"{second.description} holds nothing of what was copied last: its disk may not be mounted, it is "
            "another second copy than before, or was lost. If it is not to come back, run `paloverde "
            "rebuild`, which looks what is there; then copy again."
        )


def _known(books: Engine) -> dict[tuple[str, str], str]:
    """The versions of copies that a database tells of, by the objects' own."""
    with books.connect() as connection:
        rows = connection.execute(select(COPIES.c.key, COPIES.c.version_id, COPIES.c.copy_version_id))
        return {(row.key, row.version_id): row.copy_version_id for row in rows}


def note_copies(books: Engine, copies: list[tuple[Kept, Stored]], now: datetime) -> None:
    """Write down where the copies of some objects lie."""
    with changing(books) as connection:
        for kept, copy in copies:
            values = {
                "copy_version_id": copy.version_id, "sha256": copy.sha256, "size": copy.size,
                "copied_at": now,
            }  # fmt: skip
            row = {"key": kept.stored.key, "version_id": kept.stored.version_id, **values}
            connection.execute(
                insert_into(books, COPIES)
                .values(row)
                .on_conflict_do_update(index_elements=["key", "version_id"], set_=values)
            )


def bring(store: Store, stored: Stored, folder: Path) -> Body:
    """An object's bytes, checked: in memory where it is small, else as a file in `folder`."""
    if stored.size <= IN_MEMORY:
        return store.get(stored)
    path = folder / f"{stored.sha256}-{time.monotonic_ns()}"
    store.fetch(stored, path)
    return path


def _try_to_copy(vault: Vault, second: Store, kept: Kept, folder: Path) -> Stored | str:
    """The copy, or what is wrong with the original."""
    try:
        standing = vault.store.standing(kept.stored)
        body = bring(vault.store, kept.stored, folder)
    except ArchiveDamaged as error:
        return str(error)
    try:
        until = lock_wanted(kept, [standing], vault.clock())
        copy = _put(second, kept, body, until)
        if standing.legal_hold:
            second.set_legal_hold(copy, on=True)
    finally:
        if isinstance(body, Path):
            body.unlink()
    return copy


def _try_to_restore(vault: Vault, second: Store, copy: Stored, folder: Path) -> int | str:
    """How many bytes were put back, 0 where they are there already; or what is wrong with the copy."""
    if any(name != copy.sha256 for name in _HASH.findall(copy.key.rpartition("/")[2])):
        return f"{copy.key} in the second copy has other bytes than its name says, and was not put back."
    found = vault.store.find(copy.key)
    if found is not None and (found.sha256, found.size) == (copy.sha256, copy.size):
        return 0
    try:
        standing = second.standing(copy)
        body = bring(second, copy, folder)
    except ArchiveDamaged as error:
        return str(error)
    try:
        vault.store.restore(
            copy.key, body, locked_until=standing.locked_until, legal_hold=standing.legal_hold
        )
    finally:
        if isinstance(body, Path):
            body.unlink()
    return copy.size


def _put(second: Store, kept: Kept, body: Body, until: datetime | None) -> Stored:
    """Put it into the second copy; where other bytes lie there under its key, they are damaged."""
    try:
        return second.put(kept.stored.key, body, locked_until=until, sha256=kept.stored.sha256)
    except ArchiveDamaged:
        return second.restore(kept.stored.key, body, locked_until=until, legal_hold=False)


def _count(books: Engine) -> int:
    with books.connect() as connection:
        return connection.execute(select(func.count()).select_from(COPIES)).scalar() or 0
