from __future__ import annotations

from datetime import UTC, datetime

import pytest

from paloverde.archive.ledger import Event, Ledger
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


def test_an_entry_that_was_taken_out_is_missed(vault: Vault, ledger: Ledger) -> None:
    for n in range(3):
        ledger.append(told(n))
    with writing(vault.books) as connection:
        connection.execute(LEDGER.delete().where(LEDGER.c.sequence == 2))
    with pytest.raises(ArchiveDamaged, match="entry 3"):
        ledger.entries()
