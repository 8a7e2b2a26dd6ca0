"""The database is only a copy: everything comes back from the objects."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import Table, select

from paloverde.archive.commit import commit, seal_sha256
from paloverde.archive.layout import run_key, run_prefix
from paloverde.archive.ledger import Event, Ledger
from paloverde.archive.rebuild import rebuild
from paloverde.archive.seal import Draft, make_seal
from paloverde.archive.store import open_store
from paloverde.archive.vault import Vault
from paloverde.errors import ArchiveDamaged
from paloverde.state.books import open_books
from paloverde.state.tables import ITEMS, LEDGER, PARTS, RUNS

LAST = date(2026, 11, 20)


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
    rebuilt = rebuild(fresh.store, fresh.books, said.append)
    assert "3 sealed runs, 3 ledger events" in rebuilt.sentence()
    assert rebuilt.size > 0
    assert "were read in" in rebuilt.sentence()
    assert {table.name: content(fresh, table) for table in (RUNS, PARTS, ITEMS, LEDGER)} == before
    assert said[-1].startswith("run 3 of 3: x-palmaria")


def test_work_goes_on_after_a_rebuild(vault: Vault, draft: Callable[..., Draft]) -> None:
    filled(vault, draft)
    rebuild(vault.store, vault.books, lambda _: None)
    run = draft("c9", day=date(2026, 11, 9))
    done = commit(vault.store, vault.books, vault.signer, run, vault.locked_until(run.day))
    assert done.seal.sequence == 4


def damaged(tmp_path: Path, prefix: str) -> Path:
    """An object of that kind, the last one, with one bit flipped."""
    victim = max(path for path in (tmp_path / "archive" / prefix).rglob("*") if path.is_file())
    body = bytearray(victim.read_bytes())
    body[len(body) // 2] ^= 1
    victim.chmod(0o600)
    victim.write_bytes(bytes(body))
    return victim


def test_a_damaged_object_stops_it_and_the_database_stays(
    vault: Vault, draft: Callable[..., Draft], tmp_path: Path
) -> None:
    filled(vault, draft)
    before = content(vault, ITEMS)
    damaged(tmp_path, "sightings")
    with pytest.raises(ArchiveDamaged):
        rebuild(vault.store, vault.books, lambda _: None)
    assert content(vault, ITEMS) == before


@pytest.mark.parametrize("prefix", ["runs", "ledger"])
def test_a_damaged_end_of_a_chain_is_not_taken_for_no_end(
    vault: Vault, draft: Callable[..., Draft], tmp_path: Path, prefix: str
) -> None:
    filled(vault, draft)
    damaged(tmp_path, prefix)
    with pytest.raises(ArchiveDamaged, match="whole nowhere"):
        rebuild(vault.store, open_books(f"sqlite:///{tmp_path}/other.db"), lambda _: None)


@pytest.mark.parametrize("prefix", ["runs", "ledger"])
def test_a_damaged_seal_is_read_from_the_database_where_that_has_it_whole(
    vault: Vault, draft: Callable[..., Draft], tmp_path: Path, prefix: str
) -> None:
    filled(vault, draft)
    before = content(vault, ITEMS)
    victim = damaged(tmp_path, prefix)
    rebuilt = rebuild(vault.store, vault.books, lambda _: None)
    assert (rebuilt.runs, rebuilt.events) == (3, 3)
    assert [key.rpartition("/")[2] for key in rebuilt.unrepaired] == [victim.name]
    assert content(vault, ITEMS) == before


@pytest.mark.parametrize("prefix", ["runs", "sightings", "ledger"])
def test_what_is_whole_in_the_second_copy_is_read_from_there(
    vault: Vault, draft: Callable[..., Draft], tmp_path: Path, prefix: str
) -> None:
    filled(vault, draft)
    before = content(vault, ITEMS)
    shutil.copytree(tmp_path / "archive", tmp_path / "second")
    victim = damaged(tmp_path, prefix)
    second, books = open_store(f"file://{tmp_path}/second"), open_books(f"sqlite:///{tmp_path}/other.db")
    rebuilt = rebuild(vault.store, books, lambda _: None, second=second)
    assert [key.rpartition("/")[2] for key in rebuilt.unrepaired] == [victim.name]
    assert content(Vault(vault.store, books, vault.signer, vault.clock, 2), ITEMS) == before
    victim.unlink()
    assert rebuild(vault.store, books, lambda _: None, second=second).runs == 3


def test_junk_under_a_name_of_the_chain_is_left_out(
    vault: Vault, draft: Callable[..., Draft], tmp_path: Path
) -> None:
    filled(vault, draft)
    (tmp_path / "archive" / "runs" / "README").write_text("not a seal")
    vault.store.put(f"runs/000000000002-{'a' * 64}.json", b"{}", locked_until=None)
    rebuilt = rebuild(vault.store, vault.books, lambda _: None)
    assert rebuilt.runs == 3
    assert len(rebuilt.left_out) == 2


@pytest.mark.parametrize("about", ["one", "several"])
def test_of_two_seals_in_one_place_the_one_that_the_ledger_names_stands(
    vault: Vault, draft: Callable[..., Draft], about: str
) -> None:
    """Whoever has the key could seal something else in the place of the last run: the ledger is published."""
    first = commit(vault.store, vault.books, vault.signer, draft("c1"), vault.locked_until(LAST)).seal
    last = commit(vault.store, vault.books, vault.signer, draft("c1", "c2"), vault.locked_until(LAST)).seal
    sha256 = seal_sha256(vault.books, last.sequence)
    named = {"one": {"sequence": "2", "seal": sha256}, "several": {"seals": f"2:{sha256}"}}[about]
    Ledger(vault.store, vault.books, vault.signer, 2).append(Event("night sealed", "x", vault.clock(), named))
    for n in range(8):  # whichever of two the store lists last would stand otherwise
        run = draft("c1", f"d{n}")
        _, body, other = make_seal(run, 2, seal_sha256(vault.books, first.sequence), vault.signer)
        vault.store.put(run_key(2, other), body, locked_until=vault.locked_until(LAST))
    done = rebuild(vault.store, vault.books, lambda _: None)
    assert done.runs == 2
    assert seal_sha256(vault.books, 2) == sha256
    assert len([key for key in done.left_out if key.startswith(run_prefix(2))]) == 8
