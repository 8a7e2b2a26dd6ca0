"""A destruction whose turn ended while it was at work, and which another run has taken: two never work at once."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import pytest
from disposing import QUIET, Later
from sqlalchemy import select

from paloverde.archive.tombstones import seals_of
from paloverde.archive.turns import turn
from paloverde.errors import TryAgain
from paloverde.state.tables import TURNS

ONE, TWO = "nextdoor-cityofpalmaria", "facebook-cityofpalmaria"
PEOPLE = {"ana": "clerk", "ben": "approver"}


@pytest.fixture
def later(tmp_path: Path, built: Path) -> Later:
    return Later(tmp_path / "home", built)


def overtaken(later: Later, others: ExitStack, slug: str, *, is_account: bool) -> Callable[[str], None]:
    """A progress that, when what goes of an account is known, lets hours pass and another run begin: for that
    account, or one that sets holds.
    """

    def progress(line: str) -> None:
        if not (line.startswith(slug) and "items go" in line):
            return
        books = later.city.vault.books
        with books.connect() as connection:
            held = connection.execute(select(TURNS.c.account).where(TURNS.c.ends_at > later.now)).scalars()
            (name,) = [one for one in held if (one == slug) is is_account]
        later.now += timedelta(hours=6)
        length = timedelta(hours=1)
        others.enter_context(turn(books, name, "other", length, lambda: later.now, wait=0.0))

    return progress


def records(later: Later) -> list[set[str]]:
    """The keys of everything in both stores but papers and the ledger."""
    return [
        {one.key for one in store.walk("") if not one.key.startswith(("papers/", "ledger/"))}
        for store in later.stores
    ]


@pytest.mark.parametrize("is_account", [True, False])
def test_whoever_lost_the_turn_destroys_nothing_and_the_order_is_carried_out_later(
    later: Later, is_account: bool
) -> None:
    order, disposition = later.order(ONE), later.city.disposition
    before = records(later)
    with ExitStack() as others:
        progress = overtaken(later, others, ONE, is_account=is_account)
        with pytest.raises(TryAgain, match="another run has it now: this one stops here"):
            disposition.carry_out(order, PEOPLE, "ana", progress)
        assert seals_of(later.city.archive, order, [ONE]) == []
        assert records(later) == before
        assert "before anything was destroyed" in disposition.state_after_a_stop(order)
    made = disposition.carry_out(order, PEOPLE, "ana", QUIET)
    assert made.items == len(later.wanted(order))


def test_what_was_done_before_the_turn_was_lost_stays_done(later: Later) -> None:
    order, disposition = later.order(ONE, TWO), later.city.disposition
    with ExitStack() as others:
        with pytest.raises(TryAgain, match=f"The turn of {ONE} ended"):
            disposition.carry_out(order, PEOPLE, "ana", overtaken(later, others, ONE, is_account=True))
        (seal,) = seals_of(later.city.archive, order, [ONE, TWO])
        assert seal.run.account == TWO
        assert "half carried out" in disposition.state_after_a_stop(order)
    made = disposition.carry_out(order, PEOPLE, "ana", QUIET)
    assert sorted(run.account for run in made.runs) == [TWO, ONE]
    assert made.items == len(later.wanted(order))
