"""One run of an account at a time; a run that was killed stops nobody for long."""

from __future__ import annotations

import os
from datetime import timedelta

import pytest
from sqlalchemy import Engine, update

from archive.conftest import now
from paloverde.archive.turns import Swept, last_sweep, note_sweep, taken, turn
from paloverde.archive.vault import Vault
from paloverde.errors import TryAgain
from paloverde.state.tables import TURNS

SLUG, LENGTH = "x-palmaria", timedelta(minutes=40)


def relabel(books: Engine, holder: str) -> None:
    with books.connect() as connection:
        connection.execute(update(TURNS).values(holder=holder))
        connection.commit()


def test_a_turn_is_given_back_and_taken_again(vault: Vault) -> None:
    for _ in range(2):
        with turn(vault.books, SLUG, "night", LENGTH, now):
            assert str(taken(vault.books, SLUG, now())).startswith("A night of x-palmaria is running")
        assert taken(vault.books, SLUG, now()) is None


def test_while_one_has_it_nobody_else_has(vault: Vault) -> None:
    with turn(vault.books, SLUG, "night", LENGTH, now):
        with pytest.raises(TryAgain, match="A night of x-palmaria is running"):
            with turn(vault.books, SLUG, "sweep", LENGTH, now, wait=0.0):
                pytest.fail("two runs of one account")
        with turn(vault.books, "x-other", "sweep", LENGTH, now, wait=0.0):
            pass


def test_it_is_given_back_when_the_run_fails(vault: Vault) -> None:
    with pytest.raises(KeyboardInterrupt), turn(vault.books, SLUG, "night", LENGTH, now):
        raise KeyboardInterrupt
    assert taken(vault.books, SLUG, now()) is None


def test_a_turn_ends_by_itself_unless_it_is_kept(vault: Vault) -> None:
    later = timedelta()

    def clock() -> object:
        return now() + later

    with turn(vault.books, SLUG, "night", LENGTH, clock) as mine:  # type: ignore[arg-type]
        later = timedelta(minutes=30)
        mine.keep()
        later = timedelta(minutes=60)
        assert taken(vault.books, SLUG, now() + later) is not None
        assert taken(vault.books, SLUG, now() + timedelta(minutes=71)) is None


def test_a_killed_process_of_this_machine_has_no_turn(vault: Vault) -> None:
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)
    with turn(vault.books, SLUG, "night", LENGTH, now):
        machine = os.uname().nodename[:40]
        relabel(vault.books, f"night {machine} {child} 0")
        assert taken(vault.books, SLUG, now()) is None
        with turn(vault.books, SLUG, "night", LENGTH, now, wait=0.0):
            pass
        relabel(vault.books, f"night elsewhere {child} 0")


def test_a_sweep_is_remembered(vault: Vault) -> None:
    assert last_sweep(vault.books, SLUG) is None
    with turn(vault.books, SLUG, "sweep", LENGTH, now):
        note_sweep(vault.books, SLUG, Swept(at := now(), 12))
    assert last_sweep(vault.books, SLUG) == Swept(at, 12)


def test_an_account_that_never_ran_has_no_turn(vault: Vault) -> None:
    assert taken(vault.books, "x-never", now()) is None
