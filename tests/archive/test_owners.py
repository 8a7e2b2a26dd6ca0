"""A bystander gives the owner of what is pending its time, and takes over what was left behind."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from threading import Event as Signal
from threading import Thread

import pytest
from sqlalchemy import select

from paloverde.archive.commit import _decide, commit, settle_pending
from paloverde.archive.ledger import Event, Ledger
from paloverde.archive.owners import is_left
from paloverde.archive.seal import Draft
from paloverde.archive.store.interface import Store, Stored
from paloverde.archive.vault import Vault
from paloverde.errors import Unreachable
from paloverde.state.tables import LEDGER, RUNS

Drafts = Callable[..., Draft]
AT = datetime(2026, 11, 22, 9, tzinfo=UTC)


class Slow:
    """A store whose owner is just storing: `begun` says that a put has come, `go_on` lets it happen."""

    def __init__(self, store: Store) -> None:
        self._store, self.begun, self.go_on = store, Signal(), Signal()

    def __getattr__(self, name: str) -> object:
        return getattr(self._store, name)

    def put(
        self, key: str, body: bytes, *, locked_until: datetime | None, sha256: str | None = None
    ) -> Stored:
        self.begun.set()
        assert self.go_on.wait(10)
        return self._store.put(key, body, locked_until=locked_until, sha256=sha256)


class Untouched:
    """A store into which a bystander must not put anything."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def __getattr__(self, name: str) -> object:
        return getattr(self._store, name)

    def put(self, key: str, *_: object, **__: object) -> Stored:
        raise Unreachable(f"A bystander stores {key}.")


def event(n: int) -> Event:
    return Event("search made", "clerk", AT, {"words": f"sweeping {n}"})


def test_what_is_done_meanwhile_is_not_left() -> None:
    looks = iter([True, True, False])
    assert not is_left(lambda: next(looks), patience=30)


def test_what_stays_pending_is_left_after_the_patience_and_not_long_after() -> None:
    begun = time.monotonic()
    assert is_left(lambda: True, patience=0.2)
    assert 0.2 <= time.monotonic() - begun < 2


def test_a_bystander_leaves_a_seal_to_its_owner(vault: Vault, draft: Drafts) -> None:
    run, slow = draft("c1"), Slow(vault.store)
    until = vault.locked_until(run.day)
    owner = Thread(target=lambda: commit(slow, vault.books, vault.signer, run, until))  # type: ignore[arg-type]
    owner.start()
    assert slow.begun.wait(10)
    free = Thread(target=lambda: (time.sleep(0.3), slow.go_on.set()))
    free.start()
    settle_pending(Untouched(vault.store), vault.books, until)  # type: ignore[arg-type]
    with vault.books.connect() as connection:
        assert connection.execute(select(RUNS.c.pending)).scalars().all() == [False]
    owner.join()
    free.join()


def test_the_seal_of_a_dead_owner_is_stored_by_the_next(vault: Vault, draft: Drafts) -> None:
    run = draft("c1")
    _decide(vault.books, vault.signer, run)
    settle_pending(vault.store, vault.books, vault.locked_until(run.day), patience=0.1)
    assert len(list(vault.store.walk("runs/"))) == 1


def test_an_owner_stores_its_own_entry_at_once(vault: Vault) -> None:
    begun = time.monotonic()
    Ledger(vault.store, vault.books, vault.signer, 2).append(event(1))
    assert time.monotonic() - begun < 1


def test_a_bystander_leaves_an_entry_to_its_owner(vault: Vault) -> None:
    slow = Slow(vault.store)
    ours = Ledger(slow, vault.books, vault.signer, 2)  # type: ignore[arg-type]
    owner = Thread(target=lambda: ours.append(event(1)))
    owner.start()
    assert slow.begun.wait(10)
    free = Thread(target=lambda: (time.sleep(0.3), slow.go_on.set()))
    free.start()
    Ledger(Untouched(vault.store), vault.books, vault.signer, 2).settle()  # type: ignore[arg-type]
    with vault.books.connect() as connection:
        assert connection.execute(select(LEDGER.c.pending)).scalars().all() == [False]
    owner.join()
    free.join()


def test_the_entry_of_a_dead_owner_is_stored_before_those_that_follow_it(vault: Vault) -> None:
    with pytest.raises(Unreachable):
        Ledger(Untouched(vault.store), vault.books, vault.signer, 2).append(event(1))  # type: ignore[arg-type]
    Ledger(vault.store, vault.books, vault.signer, 2).append(event(2))
    with vault.books.connect() as connection:
        assert connection.execute(select(LEDGER.c.pending)).scalars().all() == [False, False]
    assert len(list(vault.store.walk("ledger/entries/"))) == 2
