"""Between the seal of a destruction and its last deed: holds win, withdrawals are refused, nothing is hidden."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import pytest
from disposing import QUIET, Later, item_of
from sqlalchemy import event, insert, select

from paloverde.archive.seal import Role
from paloverde.archive.tombstones import seals_of
from paloverde.errors import PersonNeeded, TryAgain
from paloverde.records import archive_day
from paloverde.retention.disposition import carry_out
from paloverde.retention.held import gather
from paloverde.retention.hold_scope import Scope
from paloverde.retention.holds import By, Trigger
from paloverde.search.holding import items_in
from paloverde.state.tables import COPIES, PARTS, RUNS

ONE, TWO = "nextdoor-cityofpalmaria", "facebook-cityofpalmaria"
COUNSEL = By("Cleo Ruiz", "counsel", "this test")
PEOPLE = {"ana": "clerk", "ben": "approver"}


class Killed(BaseException):
    """The process dies here."""


@pytest.fixture
def later(tmp_path: Path, built: Path) -> Later:
    return Later(tmp_path / "home", built)


def hold(later: Later, item: tuple[str, str, str], id_: str = "LIT-1") -> None:
    scope = Scope(items=("/".join(item),))
    later.city.holds.issue(id_, "Ruiz v. City", scope, Trigger.CLAIM, COUNSEL)


def dying_at(words: str, at: int = 1) -> Callable[[str], None]:
    """A progress that dies when it is told something for the `at`th time."""
    told: list[str] = []

    def progress(line: str) -> None:
        told.extend([line] * (words in line))
        if len(told) == at:
            raise Killed

    return progress


def sealed_only(later: Later, order: str) -> None:
    """Carry an order out up to its seal: the second copy does not answer then."""
    second = later.home / "second"
    (second / "records").rename(second / "elsewhere")
    (second / "records").write_text("no folder")
    try:
        with pytest.raises(Exception, match=r"."):
            carry_out(later.office, order, "ana", QUIET)
    finally:
        (second / "records").unlink()
        (second / "elsewhere").rename(second / "records")


class AtTheSeal:
    """Does something once, when the plan is told: after the reasons and before the seal."""

    def __init__(self, do: Callable[[], None]) -> None:
        self._do = [do]

    def __call__(self, line: str) -> None:
        if "items go" in line and self._do:
            self._do.pop()()


def test_a_hold_that_is_filed_between_the_reasons_and_the_seal_is_seen(later: Later) -> None:
    order = later.order(ONE)
    item = min(later.wanted(order))

    def issue() -> None:
        from_elsewhere(later, item)

    with pytest.raises(PersonNeeded, match=r"Nothing of .* can be destroyed now") as refused:
        carry_out(later.office, order, "ana", AtTheSeal(issue))
    assert f"{item[2]}: kept, because the litigation hold LIT-1 (Ruiz v. City)" in str(refused.value)
    assert item in {item_of(row) for row in later.rows()}
    assert seals_of(later.city.archive, order, [ONE]) == []
    assert later.city.cabinet.last("certificates", order) is None
    assert [one.order.id for one in later.city.disposition.open_orders()] == [order]


def from_elsewhere(later: Later, item: tuple[str, str, str]) -> None:
    """The hold of another process that has no need to wait: its look is done by hand, as a killed turn allows."""
    holds = later.city.holds
    with pytest.raises(TryAgain, match="not all that it keeps is gathered"):
        holds.issue("LIT-1", "Ruiz v. City", Scope(items=("/".join(item),)), Trigger.CLAIM, COUNSEL, wait=0.0)
    city = later.city
    find = partial(items_in, city.archive)
    gather(city.archive, city.cabinet, holds.get("LIT-1"), find, later.now, "test")


def test_an_account_is_finished_before_the_next_is_sealed(later: Later) -> None:
    order = later.order(ONE, TWO)
    with pytest.raises(Killed):
        carry_out(later.office, order, "ana", dying_at("items go", at=2))
    (seal,) = seals_of(later.city.archive, order, [ONE, TWO])
    for store in later.stores:
        assert [old.key for old in seal.run.superseded if store.find(old.key)] == []


def half_done(later: Later) -> str:
    order = later.order(ONE, TWO)
    with pytest.raises(Killed):
        carry_out(later.office, order, "ana", dying_at("items go", at=2))
    return order


def test_what_is_half_carried_out_is_not_withdrawn_and_does_not_lapse(later: Later) -> None:
    order, disposition = half_done(later), later.city.disposition
    with pytest.raises(PersonNeeded, match="half carried out: the destruction of"):
        disposition.withdraw(order, "A claim was filed", "cleo")
    later.now += timedelta(days=500)
    assert [standing.order.id for standing in disposition.open_orders()] == [order]
    assert "carry-out" in disposition.state_after_a_stop(order)
    made = disposition.carry_out(order, PEOPLE, "ana", QUIET)
    assert made.items > 0
    assert disposition.standing(order).sealed == 0


@contextmanager
def dying_before_the_parts(later: Later) -> Iterator[None]:
    """The seal is decided and lies in the store; the tables do not know of it."""

    def die(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith(("INSERT INTO parts", "DELETE FROM parts")):
            raise Killed

    books = later.city.vault.books
    event.listen(books, "before_cursor_execute", die)
    try:
        with pytest.raises(Killed):
            yield
    finally:
        event.remove(books, "before_cursor_execute", die)


def test_a_destruction_that_is_half_decided_is_completed_before_anybody_acts(later: Later) -> None:
    order = later.order(ONE)
    item = min(later.wanted(order))
    with dying_before_the_parts(later):
        carry_out(later.office, order, "ana", QUIET)
    with later.city.vault.books.connect() as connection:
        assert connection.execute(select(RUNS.c.sequence).where(RUNS.c.pending)).first() is not None
    hold(later, item)
    assert item in {item_of(row) for row in later.rows()}
    with pytest.raises(PersonNeeded, match="was undone because of the hold LIT-1"):
        later.city.disposition.carry_out(order, PEOPLE, "ana", QUIET)
    later.city.disposition.withdraw(order, "A claim", "cleo")


def test_a_withdrawal_first_completes_what_is_half_decided(later: Later) -> None:
    order = later.order(ONE)
    with dying_before_the_parts(later):
        carry_out(later.office, order, "ana", QUIET)
    with pytest.raises(PersonNeeded, match="can only be completed"):
        later.city.disposition.withdraw(order, "A claim", "cleo")


def test_without_the_second_store_nothing_is_destroyed_where_copies_were_made(later: Later) -> None:
    order = later.order(ONE)
    office = later.office
    alone = msgspec.structs.replace(
        office, vault=msgspec.structs.replace(office.vault, second=None), second=None
    )
    before = later.rows()
    with pytest.raises(PersonNeeded, match="PALOVERDE_SECOND_STORE"):
        carry_out(alone, order, "ana", QUIET)
    assert later.rows() == before
    with later.city.vault.books.connect() as connection:
        assert connection.execute(select(COPIES.c.key).limit(1)).first() is not None


def test_what_was_archived_again_after_the_seal_stays(later: Later) -> None:
    account = "instagram-cityofpalmaria"
    order = later.order(account)
    sealed_only(later, order)
    (seal,) = seals_of(later.city.archive, order, [account])
    old = next(one for one in seal.run.superseded if one.role is Role.MEDIA)
    row = {
        "sequence": seal.sequence, "of_run": seal.sequence, "account": account, "day": archive_day(later.now),
        "role": "media", "key": old.key, "version_id": old.version_id, "sha256": old.sha256, "size": old.size,
        "rows": 0, "undated": 0,
    }  # fmt: skip
    with later.city.vault.books.connect() as connection:
        connection.execute(insert(PARTS).values(row))
        connection.commit()
    certificate = carry_out(later.office, order, "ana", QUIET)
    assert [told for told in certificate.kept if old.key in told and "archived again" in told]
    assert old.key not in {one.key for one in certificate.objects}
    assert all(store.find(old.key) is not None for store in later.stores)


def test_the_new_lock_is_the_latest_day_that_is_known(later: Later) -> None:
    """What is shown has no end; how long the class keeps it from today has one, and that one counts."""
    before = {item_of(row) for row in later.rows(Role.RECORDS)}
    probe = later.order(ONE)
    going = later.wanted(probe)
    later.city.disposition.withdraw(probe, "It was a probe.", "ana")
    for sealed in later.city.archive.parts(Role.RECORDS, [ONE]):
        here = {item_of(row) for row in later.city.archive.table(sealed.part).to_pylist()}
        if here & going and here - going:
            break
    stays = min(here - going)
    assert stays in before
    later.shown_again(*stays)
    certificate = carry_out(later.office, later.order(ONE), "ana", QUIET)
    (new,) = [one.replaced_by for one in certificate.objects if one.key == sealed.part.key]
    found = later.stores[0].find(new)
    assert found is not None
    until = later.stores[0].standing(found).locked_until
    assert until is not None
    assert until > later.now + timedelta(days=650)
