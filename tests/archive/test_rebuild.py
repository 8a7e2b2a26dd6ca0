"""The database is only a copy: everything comes back from the objects."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import Table, select

from paloverde.archive.commit import commit
from paloverde.archive.ledger import Event, Ledger
from paloverde.archive.rebuild import rebuild
from paloverde.archive.seal import Draft
from paloverde.archive.vault import Vault
from paloverde.errors import ArchiveDamaged
from paloverde.state.books import open_books
from paloverde.state.tables import ITEMS, LEDGER, PARTS, RUNS


def filled(vault: Vault, draft: Callable[..., Draft]) -> None:
    ledger = Ledger(vault.store, vault.books, vault.signer, 2)
    for n, state in enumerate(["present", "hidden", "absent"], 1):
        run = draft("c1", "c2", day=date(2026, 11, n), state=state)
        commit(vault.store, vault.books, vault.signer, run, vault.locked_until(run.day))
        ledger.append(Event("night sealed", "test", datetime(2026, 11, n, tzinfo=UTC), {}))


def content(vault: Vault, table: Table) -> list[tuple[object, ...]]:
    with vault.books.connect() as connection:
        return sorted(tuple(row) for row in connection.execute(select(table)))


def test_a_lost_database_comes_back_from_the_store(
    vault: Vault, draft: Callable[..., Draft], tmp_path: Path
) -> None:
    filled(vault, draft)
    before = {table.name: content(vault, table) for table in (RUNS, PARTS, ITEMS, LEDGER)}
    fresh = Vault(vault.store, open_books(f"sqlite:///{tmp_path}/other.db"), vault.signer, vault.clock, 2)
    said: list[str] = []
    assert (
        rebuild(fresh.store, fresh.books, said.append).sentence().endswith("3 sealed runs, 3 ledger events.")
    )
    assert {table.name: content(fresh, table) for table in (RUNS, PARTS, ITEMS, LEDGER)} == before
    assert said[-1].startswith("run 3 of 3: x-palmaria")


def test_work_goes_on_after_a_rebuild(vault: Vault, draft: Callable[..., Draft]) -> None:
    filled(vault, draft)
    rebuild(vault.store, vault.books, lambda _: None)
    run = draft("c9", day=date(2026, 11, 9))
    done = commit(vault.store, vault.books, vault.signer, run, vault.locked_until(run.day))
    assert done.seal.sequence == 4


@pytest.mark.parametrize("prefix", ["runs", "sightings", "ledger"])
def test_a_damaged_object_stops_it_and_the_database_stays(
    vault: Vault, draft: Callable[..., Draft], tmp_path: Path, prefix: str
) -> None:
    filled(vault, draft)
    before = content(vault, ITEMS)
    victim = next(path for path in (tmp_path / "archive" / prefix).rglob("*") if path.is_file())
    body = bytearray(victim.read_bytes())
    body[len(body) // 2] ^= 1
    victim.chmod(0o600)
    victim.write_bytes(bytes(body))
    with pytest.raises(ArchiveDamaged):
        rebuild(vault.store, vault.books, lambda _: None)
    assert content(vault, ITEMS) == before
