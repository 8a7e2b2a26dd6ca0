"""An order dies before one change after another, to a store or to the database, and is carried out again.

Whatever it is that does not happen, nothing happens after it either, as where a process is killed. Then the
same order ends in the same state: every file of both stores, every table, the certificate, byte for byte.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from disposing import QUIET, Later
from sqlalchemy import event

from paloverde.archive.agreement import COMPARED, fingerprint
from paloverde.retention.disposition import carry_out
from paloverde.state.tables import CHECKS, COPIES, HELD_OBJECTS, REPAIRS

ONE = "nextdoor-cityofpalmaria"
TRIALS = 9
NEVER = 10**9
WRITES = ("INSERT", "UPDATE", "DELETE")


class Killed(BaseException):
    """The process dies here."""


class Life:
    """Counts what an order changes; from the change numbered `fatal` on, nothing is changed any more."""

    def __init__(self, what: str, fatal: int) -> None:
        self.what, self.fatal, self.count = what, fatal, 0

    def change(self, what: str) -> None:
        self.count += what == self.what
        if self.count >= self.fatal:
            raise Killed


LIVES: list[Life] = []  # the one that is watched, if any
STORES: list[str] = []


def on_disk(name: str, args: tuple[Any, ...]) -> None:
    """A file of a store is made, linked, renamed or removed: told by Python itself before it happens."""
    if not LIVES or name not in ("open", "os.link", "os.rename", "os.remove"):
        return
    is_new = name != "open" or (isinstance(args[2], int) and args[2] & os.O_CREAT)
    if is_new and any(isinstance(path, str | Path) and str(path).startswith(STORES[0]) for path in args):
        LIVES[0].change("store")


sys.addaudithook(on_disk)


@contextmanager
def lived(later: Later, what: str, fatal: int) -> Iterator[Life]:
    books = later.city.vault.books
    life = Life(what, fatal)

    def in_database(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        # The turn is given back by this process, which goes on living; that of a dead one is nobody's.
        if statement.startswith(WRITES) and " turns" not in statement:
            life.change("database")

    event.listen(books, "before_cursor_execute", in_database)
    STORES[:], LIVES[:] = [str(later.home)], [life]
    try:
        yield life
    finally:
        LIVES.clear()
        event.remove(books, "before_cursor_execute", in_database)


class Ordered:
    """A city with an order that lacks nothing, as often as it is needed, always in the same place."""

    def __init__(self, folder: Path, built: Path) -> None:
        first = Later(folder / "home", built)
        self.order = first.order(ONE)
        self.now = first.now
        first.city.vault.books.dispose()
        self.home, self.kept = folder / "home", folder / "kept"
        shutil.move(self.home, self.kept)

    def again(self) -> Later:
        shutil.rmtree(self.home, ignore_errors=True)
        later = Later(self.home, self.kept)
        later.now = self.now
        return later


@pytest.fixture(scope="module")
def ordered(tmp_path_factory: pytest.TempPathFactory, built: Path) -> Ordered:
    return Ordered(tmp_path_factory.mktemp("ordered"), built)


def state_of(later: Later) -> tuple[dict[str, str], dict[str, str]]:
    """Every table, and every file of both stores but those that a killed writer left half-written."""
    tables = fingerprint(later.city.vault.books, (*COMPARED, COPIES, REPAIRS, CHECKS, HELD_OBJECTS))
    files = {
        str(path.relative_to(later.home)): hashlib.sha256(path.read_bytes()).hexdigest()
        for store in ("archive", "second")
        for path in (later.home / store).rglob("*")
        if path.is_file() and ".incoming" not in path.parts
    }
    return tables, files


@pytest.mark.parametrize("what", ["store", "database"])
def test_an_order_that_dies_anywhere_ends_in_the_same_state(ordered: Ordered, what: str) -> None:
    whole = ordered.again()
    with lived(whole, what, NEVER) as life:
        expected = carry_out(whole.office, ordered.order, "ana", QUIET)
    after, total = state_of(whole), life.count
    whole.city.vault.books.dispose()
    assert total > 30
    assert expected.items > 0
    for fatal in range(1, total + 1, max(1, total // TRIALS)):
        broken = ordered.again()
        with pytest.raises(Killed), lived(broken, what, fatal):
            carry_out(broken.office, ordered.order, "ana", QUIET)
        assert state_of(broken) != after
        certificate = carry_out(broken.office, ordered.order, "ana", QUIET)
        broken.city.ledger.settle(patience=0)  # as whoever comes next does, for an entry that was decided
        assert certificate == expected, f"died before change {fatal} of {total} to the {what}"
        assert state_of(broken) == after, f"died before change {fatal} of {total} to the {what}"
        broken.city.vault.books.dispose()
