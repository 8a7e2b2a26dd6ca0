"""A hold beats destruction that is approved and due, down to the objects in both stores; a release lets it be."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from disposing import QUIET, Later, build_city, item_of

from paloverde.archive.seal import Role
from paloverde.archive.whereabouts import whereabouts
from paloverde.errors import PersonNeeded
from paloverde.records import Kind
from paloverde.retention.disposition import carry_out
from paloverde.retention.hold_scope import Scope
from paloverde.retention.holds import By, Trigger

ONE = "nextdoor-cityofpalmaria"
COUNSEL = By("Ana Ruiz", "counsel", "this test")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("city")
    build_city(home)
    return home


@pytest.fixture
def later(tmp_path: Path, built: Path) -> Later:
    return Later(tmp_path / "home", built)


def test_what_is_held_after_its_destruction_was_approved_is_kept_because_of_the_hold(later: Later) -> None:
    order, holds = later.order(ONE), later.city.holds
    wanted = later.wanted(order)
    account, kind, native_id = min(wanted)
    holds.issue(
        "LIT-1", "Ruiz v. City", Scope(items=(f"{account}/{kind}/{native_id}",)), Trigger.CLAIM, COUNSEL
    )
    with pytest.raises(PersonNeeded, match=r"the litigation hold LIT-1 .Ruiz v. City. is on it since"):
        carry_out(later.office, order, "ana", QUIET)
    assert (account, kind, native_id) in {item_of(row) for row in later.rows()}
    holds.reconcile().settle()
    objects = list(whereabouts(later.city.archive, account, {(kind, native_id)}))
    assert {sealed.part.role for sealed in objects} >= {Role.RECORDS, Role.SIGHTINGS, Role.EXCHANGES}
    for store in later.stores:
        assert all(store.standing(sealed.part.stored).legal_hold for sealed in objects)


def test_what_shares_a_raw_answer_with_something_held_is_not_proposed(later: Later) -> None:
    probe = later.order(ONE)
    account, kind, native_id = min(later.wanted(probe))
    later.city.disposition.withdraw(probe, "It was a probe.", "ana")
    scope = Scope(items=(f"{account}/{kind}/{native_id}",))
    later.city.holds.issue("LIT-1", "Ruiz v. City", scope, Trigger.CLAIM, COUNSEL)
    told: list[str] = []
    made = later.city.disposition.propose([ONE], "ana", told.append)
    why = "Kept for now, because a raw answer that holds something of it is under the hold LIT-1 (Ruiz v. City)."
    assert [line for line in told if line.endswith(why)]
    assert made.order is None
    found = later.city.retention.keeping(ONE, QUIET)
    assert found.free == 0
    assert sum(found.waiting.values()) == len(later.wanted(probe)) - 1
    other = max(line.item for line in later.city.disposition.lines(probe) if line.item.native_id != native_id)
    assert "is under the hold LIT-1 (Ruiz v. City)" in later.city.retention.waits(other)


def test_what_was_held_may_be_destroyed_once_counsel_has_released_it(later: Later) -> None:
    holds, account = later.city.holds, later.city.account(ONE).slug
    holds.issue("LIT-1", "Ruiz v. City", Scope(accounts=(account,)), Trigger.CLAIM, COUNSEL)
    assert later.city.disposition.propose([ONE], "ana", QUIET).order is None
    memo = later.home / "memo.txt"
    memo.write_text("The claim was withdrawn.")
    holds.release("LIT-1", memo, COUNSEL)
    later.now += timedelta(days=1)
    order = later.order(ONE)
    wanted = later.wanted(order)
    certificate = carry_out(later.office, order, "ana", QUIET)
    assert (certificate.items, certificate.kept) == (len(wanted), [])
    assert wanted.isdisjoint({item_of(row) for row in later.rows()})


def test_a_hold_finds_what_a_destruction_wrote_again(later: Later) -> None:
    """A part that was rewritten holds the observations of an earlier run, under the number of a later one."""
    order, holds = later.order(ONE), later.city.holds
    carry_out(later.office, order, "ana", QUIET)
    holds.issue("LIT-1", "Ruiz v. City", Scope(accounts=(ONE,)), Trigger.CLAIM, COUNSEL)
    done = holds.reconcile()
    done.settle()
    assert done.marked.bearing == done.marked.objects > 0
    before = holds.counts(holds.get("LIT-1"))
    later.city.rebuild(QUIET)
    assert holds.counts(holds.get("LIT-1")) == before
    assert Kind.POST in {kind for kind, _ in holds.on(ONE)}
