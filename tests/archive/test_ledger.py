from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from paloverde.archive.keys import Cause, key_register, register_key
from paloverde.archive.ledger import Event, Ledger
from paloverde.archive.papers import Cabinet
from paloverde.archive.signing import open_signer
from paloverde.archive.store import Stored
from paloverde.archive.store.directory import DirectoryStore
from paloverde.archive.vault import Vault
from paloverde.errors import ArchiveDamaged
from paloverde.state.books import writing
from paloverde.state.tables import LEDGER

AT = datetime(2026, 11, 22, 9, tzinfo=UTC)


@pytest.fixture
def ledger(vault: Vault) -> Ledger:
    return Ledger(vault.store, vault.books, vault.signer, vault.lock_years)


def told(n: int) -> Event:
    return Event("search made", "clerk", AT, {"words": f"sweeping {n}"})


def test_events_are_chained_and_kept_locked_in_the_store(vault: Vault, ledger: Ledger) -> None:
    for n in range(3):
        ledger.append(told(n))
    assert [entry.event.about["words"] for entry in ledger.entries()] == [
        "sweeping 0",
        "sweeping 1",
        "sweeping 2",
    ]
    kept = list(vault.store.walk("ledger/"))
    assert len(kept) == 3
    assert all(vault.store.standing(stored).locked_until is not None for stored in kept)


def test_an_entry_that_was_changed_is_named(vault: Vault, ledger: Ledger) -> None:
    for n in range(3):
        ledger.append(told(n))
    with writing(vault.books) as connection:
        body = connection.execute(LEDGER.select().where(LEDGER.c.sequence == 2)).mappings().one()["body"]
        changed = body.replace("clerk", "nobody")
        connection.execute(LEDGER.update().where(LEDGER.c.sequence == 2).values(body=changed))
    with pytest.raises(ArchiveDamaged, match="entry 2"):
        ledger.entries()


def test_an_entry_of_a_key_that_the_register_does_not_know_is_refused(vault: Vault, tmp_path: Path) -> None:
    ours = Ledger(vault.store, vault.books, vault.signer, 2, key_register)
    register_key(Cabinet(vault, ours), vault.books, vault.signer, Cause.FIRST, "It began.", "installation")
    ours.append(told(1))
    assert len(ours.entries()) == 2
    stranger = Ledger(vault.store, vault.books, open_signer(tmp_path / "stranger.pem"), 2)
    stranger.append(told(2))
    with pytest.raises(
        ArchiveDamaged, match=r"entry 3 is signed with the key .* the register of keys did not"
    ):
        ours.entries()


def test_an_entry_that_was_written_without_the_key_is_refused(vault: Vault, ledger: Ledger) -> None:
    ledger.append(told(1))
    with writing(vault.books) as connection:
        body = connection.execute(select(LEDGER.c.body)).scalar_one().replace("clerk", "nobody")
        sha256 = hashlib.sha256(body.encode()).hexdigest()
        connection.execute(LEDGER.update().values(body=body, sha256=sha256))
    with pytest.raises(ArchiveDamaged, match="entry 1 in the database does not bear the signature"):
        ledger.entries()


def test_an_entry_that_was_taken_out_is_missed(vault: Vault, ledger: Ledger) -> None:
    for n in range(3):
        ledger.append(told(n))
    with writing(vault.books) as connection:
        connection.execute(LEDGER.delete().where(LEDGER.c.sequence == 2))
    with pytest.raises(ArchiveDamaged, match="entry 3"):
        ledger.entries()


def test_nothing_follows_from_an_entry_that_somebody_rewrote_in_the_database(
    vault: Vault, ledger: Ledger
) -> None:
    ledger.append(told(1))
    with writing(vault.books) as connection:
        body = connection.execute(select(LEDGER.c.body)).scalar_one().replace("clerk", "nobody")
        sha256 = hashlib.sha256(body.encode()).hexdigest()
        connection.execute(LEDGER.update().values(body=body, sha256=sha256))
    with pytest.raises(ArchiveDamaged, match="entry 1 in the database does not bear the signature"):
        ledger.append(told(2))
    assert len(list(vault.store.walk("ledger/"))) == 1


def test_nothing_follows_from_an_entry_of_a_stranger(vault: Vault, tmp_path: Path) -> None:
    ours = Ledger(vault.store, vault.books, vault.signer, 2, key_register)
    register_key(Cabinet(vault, ours), vault.books, vault.signer, Cause.FIRST, "It began.", "installation")
    Ledger(vault.store, vault.books, open_signer(tmp_path / "stranger.pem"), 2).append(told(2))
    with pytest.raises(ArchiveDamaged, match="entry 2 is signed with the key"):
        ours.append(told(3))


def test_nothing_is_appended_under_a_number_that_the_store_has_already(vault: Vault, ledger: Ledger) -> None:
    """An entry's key ends with its hash: another entry of the same number would lie beside the first."""
    for n in range(5):
        ledger.append(told(n))
    with writing(vault.books) as connection:
        connection.execute(LEDGER.delete().where(LEDGER.c.sequence > 3))
    before = list(vault.store.walk("ledger/"))
    with pytest.raises(ArchiveDamaged, match=r"store holds ledger entry 4, .* Run `paloverde rebuild`"):
        ledger.append(told(6))
    assert (ledger.count(), list(vault.store.walk("ledger/"))) == (3, before)


def test_a_ledger_that_was_emptied_in_the_database_is_not_begun_again(vault: Vault, ledger: Ledger) -> None:
    ledger.append(told(1))
    with writing(vault.books) as connection:
        connection.execute(LEDGER.delete())
    with pytest.raises(ArchiveDamaged, match="store holds ledger entry 1, "):
        ledger.append(told(2))


def test_what_another_process_has_just_appended_is_no_surprise(vault: Vault, ledger: Ledger) -> None:
    class Overtaken(DirectoryStore):
        """Between the look into the database and the look into the store, somebody else appends."""

        is_overtaken = False

        def walk(self, prefix: str) -> Iterator[Stored]:
            if not self.is_overtaken:
                self.is_overtaken = True
                ledger.append(told(1))
            return super().walk(prefix)

    assert isinstance(vault.store, DirectoryStore)
    slow = Ledger(Overtaken(vault.store.root), vault.books, vault.signer, vault.lock_years)
    assert slow.append(told(2)).sequence == 2
    assert len(ledger.entries()) == 2
