"""Who can write into the database, and has neither key nor store, lifts no hold and destroys nothing."""

from __future__ import annotations

import hashlib
from pathlib import Path

import msgspec
import pytest
from disposing import QUIET, Later
from sqlalchemy import delete, func, select

from paloverde.archive.seal import Role
from paloverde.archive.store.interface import Stored
from paloverde.errors import ArchiveDamaged
from paloverde.retention.hold_scope import Scope
from paloverde.retention.holds import By, Released, Trigger
from paloverde.state.books import changing
from paloverde.state.tables import FILED, HELD_ITEMS, HELD_OBJECTS, RUNS

ONE = "nextdoor-cityofpalmaria"
COUNSEL = By("Ana Ruiz", "counsel", "this test")
ROLES = {"ana": "clerk", "ben": "approver"}


@pytest.fixture
def later(tmp_path: Path, built: Path) -> Later:
    return Later(tmp_path / "home", built)


def held(later: Later, id_: str = "LIT-1") -> list[Stored]:
    later.city.holds.issue(id_, "Ruiz v. City", Scope(accounts=(ONE,)), Trigger.CLAIM, COUNSEL)
    return [one.part.stored for one in later.city.archive.parts(Role.RECORDS, [ONE])]


def are_held(later: Later, objects: list[Stored]) -> bool:
    return all(later.city.vault.store.standing(stored).legal_hold for stored in objects)


def forge_a_release(later: Later, *, whole: bool) -> None:
    """A row that releases the hold; `whole`, with the hash of its text, so that only the ledger lacks it."""
    body = msgspec.json.encode(Released("memo", "0" * 64, COUNSEL, later.now)).decode()
    named = {"sha256": hashlib.sha256(body.encode()).hexdigest(), "size": len(body)} if whole else {}
    with changing(later.city.vault.books) as connection:
        row = connection.execute(select(FILED).where(FILED.c.series == "holds")).mappings().one()
        connection.execute(FILED.insert().values({**row, "number": 2, "body": body, **named}))


@pytest.mark.parametrize("whole", [False, True])
def test_a_forged_release_lifts_no_legal_hold(later: Later, whole: bool) -> None:
    objects = held(later)
    assert objects
    forge_a_release(later, whole=whole)
    with pytest.raises(ArchiveDamaged, match="LIT-1"):
        later.city.holds.reconcile()
    assert are_held(later, objects)


def test_a_hold_that_was_taken_out_of_the_database_is_missed_before_another_is_lifted(later: Later) -> None:
    objects = held(later)
    held(later, "LIT-2")
    memo = later.home / "memo.txt"
    memo.write_text("The matter is settled.")
    with changing(later.city.vault.books) as connection:
        for series in ("holds", "hold-items"):
            named = (FILED.c.series == series, FILED.c.subject == "LIT-2")
            connection.execute(delete(FILED).where(*named))
        for table in (HELD_ITEMS, HELD_OBJECTS):
            connection.execute(delete(table).where(table.c.hold == "LIT-2"))
    with pytest.raises(ArchiveDamaged, match="LIT-2"):
        later.city.holds.release("LIT-1", memo, COUNSEL)
    assert are_held(later, objects)


def test_what_another_hold_keeps_stays_held_though_the_database_forgot_its_objects(later: Later) -> None:
    objects = held(later)
    held(later, "LIT-2")
    memo = later.home / "memo.txt"
    memo.write_text("The matter is settled.")
    with changing(later.city.vault.books) as connection:
        connection.execute(delete(HELD_OBJECTS).where(HELD_OBJECTS.c.hold == "LIT-2"))
    assert later.city.holds.release("LIT-1", memo, COUNSEL) == 0
    assert are_held(later, objects)


def test_an_item_of_a_hold_that_was_exchanged_for_another_is_missed(later: Later) -> None:
    held(later)
    with changing(later.city.vault.books) as connection:
        kind, native_id = connection.execute(select(HELD_ITEMS.c.kind, HELD_ITEMS.c.native_id).limit(1)).one()
        named = (HELD_ITEMS.c.kind == kind, HELD_ITEMS.c.native_id == native_id)
        connection.execute(HELD_ITEMS.update().where(*named).values(native_id="nothing"))
    with pytest.raises(ArchiveDamaged, match="LIT-1 in the database are not those that its papers name"):
        later.city.holds.on(ONE)


def test_an_order_whose_withdrawal_was_taken_out_is_not_carried_out(later: Later) -> None:
    order = later.order(ONE)
    wanted = later.wanted(order)
    later.city.disposition.withdraw(order, "the council changed its mind", "ana")
    of_order = (FILED.c.series == "approvals", FILED.c.subject == order)
    with changing(later.city.vault.books) as connection:
        last = connection.execute(select(func.max(FILED.c.number)).where(*of_order)).scalar_one()
        connection.execute(delete(FILED).where(*of_order, FILED.c.number == last))
    with pytest.raises(ArchiveDamaged, match=rf"filed paper {last} of {order}"):
        later.city.disposition.carry_out(order, ROLES, "ana", QUIET)
    assert wanted
    assert wanted <= {(row["account"], row["kind"], row["native_id"]) for row in later.rows()}


def test_a_forged_schedule_is_not_read(later: Later) -> None:
    forged = func.replace(FILED.c.body, '"years":2', '"years":0')
    with changing(later.city.vault.books) as connection:
        connection.execute(FILED.update().where(FILED.c.series == "schedules").values(body=forged))
    with pytest.raises(ArchiveDamaged, match="is not what was filed"):
        later.city.retention.schedules()


def test_a_destruction_names_its_seals_in_the_ledger_and_a_forged_certificate_is_refused(
    later: Later,
) -> None:
    order = later.order(ONE)
    certificate = later.city.disposition.carry_out(order, ROLES, "ana", QUIET)
    told = [one.event for one in later.city.ledger.entries() if one.event.what == "destruction carried out"]
    with later.city.vault.books.connect() as connection:
        sealed = {row.sequence: row.sha256 for row in connection.execute(select(RUNS))}
    runs = [one.sequence for one in certificate.runs]
    assert [one.about["seals"] for one in told] == [" ".join(f"{run}:{sealed[run]}" for run in runs)]
    with changing(later.city.vault.books) as connection:
        forged = func.replace(FILED.c.body, '"ana"', '"zoe"')
        connection.execute(FILED.update().where(FILED.c.series == "certificates").values(body=forged))
    with pytest.raises(ArchiveDamaged, match="is not what was filed"):
        later.city.disposition.certificate(order)
