"""Objects that no seal names, since a run died or was refused before its seal, go with what is in them."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from disposing import FIRST, QUIET, Later, found_in, item_of, words_of
from sqlalchemy import select
from test_reinstating import Killed, agrees, die, dying, hold, reinstatement, same_rows, watching

from paloverde.archive.layout import exchanges_key
from paloverde.archive.seal import Role
from paloverde.archive.store.interface import Stored
from paloverde.errors import PersonNeeded
from paloverde.retention.disposition import carry_out
from paloverde.state.tables import PARTS

ONE = "nextdoor-cityofpalmaria"


@pytest.fixture
def later(tmp_path: Path, built: Path) -> Later:
    return Later(tmp_path / "home", built)


def a_row_that_goes(later: Later, order: str) -> dict[str, Any]:
    wanted = later.wanted(order)
    return next(one for one in later.rows(Role.RECORDS) if item_of(one) in wanted and words_of([one]))


def a_night_that_died(later: Later, row: dict[str, Any]) -> list[Stored]:
    """A table with another version of a row, and the raw answer it is from, in both stores."""
    first, second = later.stores
    before = set(first.walk(""))
    with watching(later, "INSERT INTO runs", 1, die), pytest.raises(Killed):
        later.one_more_version(row)
    (sealed,) = [
        one for one in later.city.archive.parts(Role.EXCHANGES) if one.part.key == row["exchange_key"]
    ]
    body = first.get(sealed.part.stored) * 2  # the same answers, asked for twice
    key = exchanges_key(row["account"], FIRST, hashlib.sha256(body).hexdigest())
    first.put(key, body, locked_until=None)
    left = sorted(set(first.walk("")) - before, key=lambda one: one.key)
    assert [one.key.partition("/")[0] for one in left] == ["exchanges", "records"]
    for one in left:
        second.put(one.key, first.get(one), locked_until=None)
    return left


def named(later: Later) -> set[str]:
    with later.city.vault.books.connect() as connection:
        return set(connection.execute(select(PARTS.c.key)).scalars())


def said_anywhere(later: Later, row: dict[str, Any]) -> list[tuple[str, str]]:
    return [found for store in later.stores for found in found_in(store, words_of([row]))]


def test_what_a_destruction_wrote_that_died_before_its_seal_goes_with_what_is_in_it(later: Later) -> None:
    order = later.order(ONE)
    row = a_row_that_goes(later, order)
    later.one_more_version(row)  # so the first order leaves it, and writes it again beside the rest
    with watching(later, "INSERT INTO runs", 1, die), pytest.raises(Killed):
        carry_out(later.office, order, "ana", QUIET)
    later.city.disposition.withdraw(order, "changed", "cleo")
    left = {one.key for one in later.stores[0].walk(f"records/account={ONE}/")} - named(later)
    assert left
    later.now += timedelta(days=3 * 366)
    anew = later.order(ONE)
    assert item_of(row) in later.wanted(anew)
    certificate = carry_out(later.office, anew, "ana", QUIET)
    assert (certificate.items, certificate.kept) == (len(later.wanted(anew)), [])
    assert said_anywhere(later, row) == []
    assert {one.key for one in certificate.objects} & left
    agrees(later)


def test_what_a_night_stored_that_died_before_its_seal_goes_with_what_is_in_it(later: Later) -> None:
    order = later.order(ONE)
    row = a_row_that_goes(later, order)
    left = a_night_that_died(later, row)
    certificate = carry_out(later.office, order, "ana", QUIET)
    assert (certificate.items, certificate.kept) == (len(later.wanted(order)), [])
    assert said_anywhere(later, row) == []
    listed = {one.key: one for one in certificate.objects}
    for one in left:
        assert (listed[one.key].sha256, listed[one.key].replaced_by) == (one.sha256, "")
        assert len(listed[one.key].gone) == 2
        assert [store.find(one.key) for store in later.stores] == [None, None]
    agrees(later)


def test_what_no_seal_names_and_holds_nothing_that_goes_stays(later: Later) -> None:
    order = later.order(ONE)
    wanted = later.wanted(order)
    other = next(
        one for one in later.rows(Role.RECORDS) if one["account"] == ONE and item_of(one) not in wanted
    )
    with watching(later, "INSERT INTO runs", 1, die), pytest.raises(Killed):
        later.one_more_version(other)
    (left,) = {one.key for one in later.stores[0].walk(f"records/account={ONE}/")} - named(later)
    certificate = carry_out(later.office, order, "ana", QUIET)
    assert certificate.items == len(wanted)
    assert left not in {one.key for one in certificate.objects}
    assert later.stores[0].find(left) is not None


@pytest.mark.parametrize("which", [0, 1])
def test_an_item_stays_while_such_an_object_is_under_a_legal_hold_in_either_store(
    later: Later, which: int
) -> None:
    order = later.order(ONE)
    row = a_row_that_goes(later, order)
    (_, table) = a_night_that_died(later, row)
    later.stores[which].set_legal_hold(table, True)
    certificate = carry_out(later.office, order, "ana", QUIET)
    assert certificate.items == len(later.wanted(order)) - len(certificate.kept)
    (told,) = [note for note in certificate.kept if row["native_id"] in note]
    assert "left unfinished" in told
    assert f"is under a legal hold ({table.key})" in told
    assert all(store.find(table.key) is not None for store in later.stores)
    assert item_of(row) in {item_of(one) for one in later.rows()}


def test_a_hold_that_undoes_a_destruction_does_not_bring_back_what_no_seal_named(later: Later) -> None:
    order = later.order(ONE)
    row, rows = a_row_that_goes(later, order), later.rows()
    left = a_night_that_died(later, row)
    dying(later, order, 0)
    hold(later, item_of(row))
    assert same_rows(later, rows)
    assert named(later).isdisjoint(one.key for one in left)
    assert reinstatement(later, ONE).run.counts["gone"] == 0
    agrees(later)


def test_an_order_that_was_undone_is_to_be_withdrawn(later: Later) -> None:
    order = later.order(ONE)
    dying(later, order, 0)
    hold(later, min(later.wanted(order)))
    with pytest.raises(PersonNeeded, match="was undone because of the hold LIT-1") as told:
        carry_out(later.office, order, "ana", QUIET)
    assert f"`paloverde dispose withdraw {order}" in str(told.value)
    assert "try again" not in str(told.value)


def test_an_order_that_was_undone_late_does_not_say_that_nothing_went(later: Later) -> None:
    order = later.order(ONE)
    dying(later, order, 3)
    hold(later, min(later.wanted(order)))
    with pytest.raises(PersonNeeded, match="was undone because of the hold LIT-1") as told:
        carry_out(later.office, order, "ana", QUIET)
    assert not str(told.value).startswith("Nothing")
    assert "3 objects were deleted before that" in str(told.value)
