"""What an order of destruction lacks: every way to have it carried out with one person or one paper less."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import text

from paloverde.errors import ArchiveDamaged, BadQuestion, PersonNeeded, Suspicious
from paloverde.installation import Installation
from paloverde.records import archive_day
from paloverde.retention.approval import ACTS, ORDERS, lacking, lines_of, standing_of, warnings_of
from paloverde.retention.orders import Act, Approval, Order, OrderStanding, PeopleCheck
from paloverde.state.books import changing
from paloverde.wording import spoken
from retention.orders_of import PEOPLE, WAIT, Clock, an_order, complete, document, open_city


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def city(tmp_path: Path, clock: Clock) -> Installation:
    return open_city(tmp_path / "home", clock)


@pytest.fixture
def order(city: Installation, clock: Clock) -> Order:
    return an_order(city, clock)


@pytest.fixture
def full(city: Installation, clock: Clock, order: Order, tmp_path: Path) -> Order:
    """An order that lacks nothing."""
    complete(city, clock, tmp_path, order)
    clock.go(WAIT)
    return order


def said(city: Installation, order: Order) -> str:
    return " ".join(city.disposition.awaited(order.id))


def test_a_new_order_lacks_the_wait_the_resolution_the_consent_and_two_people(
    city: Installation, order: Order
) -> None:
    missing = city.disposition.awaited(order.id)
    assert len(missing) == 5
    assert f"The report lies open until {spoken(order.opens_on)}" in missing[0]
    assert "council's resolution is missing (Gov. Code 34090)" in missing[1]
    assert "city attorney's written consent is missing" in missing[2]
    assert "one of the clerk's office is missing" in missing[3]
    assert "one of the approvers is missing" in missing[4]


def test_a_complete_order_lacks_nothing_once_the_people_were_looked_up(
    city: Installation, full: Order
) -> None:
    assert city.disposition.awaited(full.id) == []
    today = city.disposition.today
    assert "was not looked up today" in lacking(standing_of(city.cabinet, full.id), today)[0]
    standing = city.disposition.ready(full.id, PEOPLE, "ana")
    assert lacking(standing, today) == []
    assert standing.check is not None
    assert standing.check.roles == {"ana": "clerk", "ben": "approver"}
    assert "was not looked up today" in lacking(standing, today + timedelta(days=1))[0]
    assert [line.item.native_id for line in lines_of(city.cabinet, full.id)] == ["c1", "c2"]


def test_the_report_lies_open_to_the_last_day(city: Installation, clock: Clock, full: Order) -> None:
    clock.go(-1)
    assert said(city, full).startswith("The report lies open until")
    clock.go(1)
    assert said(city, full) == ""


@pytest.mark.parametrize("second", ["ana", "ben"])
def test_one_person_cannot_approve_twice_whatever_the_role_is_now(
    city: Installation, order: Order, second: str
) -> None:
    first = "clerk" if second == "ana" else "approver"
    city.disposition.approve(order.id, second, first, "command line")
    for role in ("clerk", "approver"):
        with pytest.raises(PersonNeeded, match=f"{second} has approved {order.id} already"):
            city.disposition.approve(order.id, second, role, "command line")


def test_one_name_in_both_roles_counts_once_even_where_both_papers_are_filed(
    full_standing: OrderStanding,
) -> None:
    twice = [msgspec.structs.replace(one, username="ana") for one in full_standing.approvals]
    standing = msgspec.structs.replace(full_standing, approvals=tuple(twice))
    assert lacking(standing, standing.order.opens_on) == [
        "Both approvals come from ana: two different people must approve."
    ]


@pytest.fixture
def full_standing(city: Installation, full: Order) -> OrderStanding:
    return city.disposition.ready(full.id, PEOPLE, "ana")


@pytest.mark.parametrize("role", ["it", "counsel", "auditor", "public_affairs", ""])
def test_no_other_role_approves(
    city: Installation, order: Order, role: str, full_standing: OrderStanding
) -> None:
    with pytest.raises(PersonNeeded, match="cannot approve a destruction"):
        city.disposition.approve(
            an_order(city, Clock(), id_="order-2026-0002").id, "zoe", role, "command line"
        )
    one = msgspec.structs.replace(full_standing.approvals[1], role=role)
    standing = msgspec.structs.replace(full_standing, approvals=(full_standing.approvals[0], one))
    assert "one of the approvers is missing" in lacking(standing, order.opens_on)[0]


def test_two_clerks_are_not_a_clerk_and_an_approver(city: Installation, order: Order) -> None:
    city.disposition.approve(order.id, "ana", "clerk", "command line")
    city.disposition.approve(order.id, "ed", "clerk", "command line")
    assert "one of the approvers is missing" in said(city, order)


def test_whoever_hands_in_the_consent_is_not_one_of_the_two(
    city: Installation, clock: Clock, order: Order, tmp_path: Path
) -> None:
    complete(city, clock, tmp_path, order)
    consent = document(tmp_path, "I consent.")
    for who in ("ana", "ben"):
        with pytest.raises(
            PersonNeeded, match=f"{who} has approved {order.id}, and cannot hand in the consent"
        ):
            city.disposition.consent(order.id, "Rosa Quintero", archive_day(clock()), consent, who)
    with pytest.raises(PersonNeeded, match="cleo handed in the city attorney's consent"):
        city.disposition.approve(order.id, "cleo", "approver", "command line")


def test_a_consent_of_an_approver_that_was_filed_all_the_same_is_seen(full_standing: OrderStanding) -> None:
    assert full_standing.consent is not None
    consent = msgspec.structs.replace(full_standing.consent, recorded_by="ben")
    standing = msgspec.structs.replace(full_standing, consent=consent)
    missing = " ".join(lacking(standing, standing.order.opens_on))
    assert "one of the approvers is missing" in missing
    assert "a third person must" in missing


def test_an_approval_of_another_list_does_not_count(
    city: Installation, full: Order, full_standing: OrderStanding
) -> None:
    other = msgspec.structs.replace(full_standing.approvals[0], lines_sha256="0" * 64)
    standing = msgspec.structs.replace(full_standing, approvals=(other, full_standing.approvals[1]))
    missing = lacking(standing, full.opens_on)
    assert "one of the clerk's office is missing" in missing[0]
    assert "names another list" in missing[1]


def test_an_order_that_is_filed_again_with_another_list_begins_anew(
    city: Installation, clock: Clock, full: Order
) -> None:
    an_order(city, clock, "c1", "c2", "c3", report=b"Another report.")
    assert len(city.disposition.awaited(full.id)) == 5
    assert [line.item.native_id for line in lines_of(city.cabinet, full.id)] == ["c1", "c2", "c3"]


def test_what_was_filed_before_the_order_is_not_about_it(city: Installation, clock: Clock) -> None:
    approval = Approval("ana", "clerk", clock(), "0" * 64, "command line")
    city.cabinet.file(ACTS, "order-2026-0001", Act(approval=approval), what="x", actor="ana")
    order = an_order(city, clock)
    assert standing_of(city.cabinet, order.id).approvals == ()
    city.disposition.approve(order.id, "ana", "clerk", "command line")
    assert [one.username for one in standing_of(city.cabinet, order.id).approvals] == ["ana"]


def test_an_approval_dated_before_the_report_does_not_count(full_standing: OrderStanding) -> None:
    proposed = full_standing.order.proposed_at
    early = [
        msgspec.structs.replace(one, given_at=proposed - timedelta(seconds=1))
        for one in full_standing.approvals
    ]
    standing = msgspec.structs.replace(full_standing, approvals=tuple(early))
    missing = " ".join(lacking(standing, standing.order.opens_on))
    assert missing.count("was given before the report") == 2
    assert "one of the clerk's office is missing" in missing


def test_an_order_without_its_report_is_never_complete(
    city: Installation, clock: Clock, tmp_path: Path
) -> None:
    order = an_order(city, clock)
    bare = msgspec.structs.replace(order, report_sha256="0" * 64)
    city.cabinet.file(ORDERS, order.id, bare, what="x", actor="ana")
    complete(city, clock, tmp_path, bare)
    clock.go(WAIT)
    assert said(city, bare) == (
        f"The list or the report of {order.id} is not filed: withdraw it, and propose a new one."
    )


def test_a_withdrawn_order_is_over(city: Installation, clock: Clock, full: Order, tmp_path: Path) -> None:
    city.disposition.withdraw(full.id, "A claim was filed", "cleo")
    ended = [f"{full.id} was withdrawn: A claim was filed (cleo). Propose a new one."]
    assert city.disposition.awaited(full.id) == ended
    with pytest.raises(PersonNeeded, match="was withdrawn"):
        city.disposition.ready(full.id, PEOPLE, "ana")
    with pytest.raises(PersonNeeded, match="was withdrawn"):
        city.disposition.approve(full.id, "dora", "approver", "command line")
    with pytest.raises(PersonNeeded, match="was withdrawn"):
        complete(city, clock, tmp_path, full)


def test_a_withdrawal_after_the_look_at_people_counts(city: Installation, full: Order) -> None:
    city.disposition.ready(full.id, PEOPLE, "ana")
    city.disposition.withdraw(full.id, "A claim was filed.", "cleo")
    assert "was withdrawn" in lacking(standing_of(city.cabinet, full.id), city.disposition.today)[0]


def test_an_order_lapses_after_a_year(city: Installation, clock: Clock, full: Order) -> None:
    proposed = archive_day(full.proposed_at)
    clock.go((date(proposed.year + 1, proposed.month, proposed.day) - city.disposition.today).days - 1)
    assert said(city, full) == ""
    clock.go(1)
    assert "lapsed on" in said(city, full)
    with pytest.raises(PersonNeeded, match="nobody had carried it out within a year"):
        city.disposition.ready(full.id, PEOPLE, "ana")


def test_a_carried_out_order_is_not_carried_out_again(city: Installation, full: Order) -> None:
    city.cabinet.file("certificates", full.id, b"A certificate.", what="x", actor="ana")
    assert "was carried out" in said(city, full)
    assert f"`paloverde dispose certificate {full.id}" in said(city, full)


@pytest.mark.parametrize(
    ("roles", "who"),
    [
        ({"ben": "approver"}, "ana approved as clerk, and is none now"),
        ({"ana": "clerk"}, "ben approved as approver, and is none now"),
        ({"ana": "it", "ben": "approver"}, "ana approved as clerk, and is none now"),
        ({"ana": "approver", "ben": "clerk"}, "ana approved as clerk, and is none now"),
        ({}, "ana approved as clerk, and is none now"),
    ],
)
def test_whoever_lost_the_role_meanwhile_approved_nothing(
    city: Installation, full: Order, roles: dict[str, str], who: str
) -> None:
    with pytest.raises(PersonNeeded, match=who):
        city.disposition.ready(full.id, roles, "ana")


def test_a_second_approver_stands_in_for_one_who_left(city: Installation, full: Order) -> None:
    without_ben = {name: role for name, role in PEOPLE.items() if name != "ben"}
    with pytest.raises(PersonNeeded, match="ben approved as approver"):
        city.disposition.ready(full.id, without_ben, "ana")
    city.disposition.approve(full.id, "dora", "approver", "command line")
    assert city.disposition.ready(full.id, without_ben, "ana").check is not None


def test_dates_that_have_not_come_and_an_old_consent_are_refused(
    city: Installation, clock: Clock, order: Order, tmp_path: Path, full_standing: OrderStanding
) -> None:
    disposition, today, file = city.disposition, city.disposition.today, document(tmp_path, "text")
    tomorrow, before = today + timedelta(days=1), archive_day(order.proposed_at) - timedelta(days=1)
    with pytest.raises(BadQuestion, match="has not come yet"):
        disposition.resolution(order.id, "2026-41", tomorrow, file, "ana")
    with pytest.raises(BadQuestion, match="has not come yet"):
        disposition.consent(order.id, "Rosa Quintero", tomorrow, file, "cleo")
    with pytest.raises(BadQuestion, match="must be to exactly this order"):
        disposition.consent(order.id, "Rosa Quintero", before, file, "cleo")
    assert full_standing.consent is not None
    assert full_standing.resolution is not None
    old = msgspec.structs.replace(full_standing.consent, given_on=before)
    assert "is older than" in lacking(msgspec.structs.replace(full_standing, consent=old), today)[0]
    new = msgspec.structs.replace(full_standing.resolution, adopted_on=tomorrow)
    assert "has not come yet" in lacking(msgspec.structs.replace(full_standing, resolution=new), today)[0]


def test_an_empty_document_is_none(city: Installation, order: Order, tmp_path: Path) -> None:
    with pytest.raises(BadQuestion, match="has 0 bytes"):
        city.disposition.resolution(
            order.id, "2026-41", city.disposition.today, document(tmp_path, ""), "ana"
        )
    assert "resolution is missing" in said(city, order)


def test_a_resolution_that_is_used_again_or_older_than_the_list_is_pointed_out(
    city: Installation, clock: Clock, order: Order, tmp_path: Path
) -> None:
    day, file = archive_day(order.proposed_at), document(tmp_path, "Resolution")
    city.disposition.resolution(order.id, "2026-41", day, file, "ana")
    assert city.disposition.warnings(order.id) == []
    second = an_order(city, clock, "c9", id_="order-2026-0002")
    older = day - timedelta(days=9)
    with pytest.raises(BadQuestion, match="is older than"):
        city.disposition.resolution(second.id, "2026-41", older, file, "ana")
    city.disposition.resolution(second.id, "2026-41", older, file, "ana", standing=True)
    old, again = city.disposition.warnings(second.id)
    assert "the council cannot have seen this list" in old
    assert again == f"Resolution 2026-41 is also the resolution of {order.id}."
    assert warnings_of(city.disposition.standing(order.id), []) == []


def test_two_acts_at_the_same_moment_do_not_pass_each_other(
    city: Installation, order: Order, tmp_path: Path
) -> None:
    stale = city.disposition.standing(order.id)
    city.disposition.withdraw(order.id, "A claim was filed.", "cleo")
    approval = Act(
        approval=Approval("ben", "approver", city.vault.clock(), order.lines_sha256, "command line")
    )
    with pytest.raises(Suspicious, match="Somebody else has filed something"):
        city.cabinet.file(ACTS, order.id, approval, what="x", actor="ben", after=stale.acts)


def test_a_forged_row_of_the_database_releases_nothing(
    city: Installation, clock: Clock, order: Order, tmp_path: Path
) -> None:
    """Somebody with the database's password turns ana's second paper into one of ben's."""
    complete(city, clock, tmp_path, order)
    clock.go(WAIT)
    with changing(city.vault.books) as connection:
        connection.execute(text("UPDATE filed SET body = replace(body, '\"ben\"', '\"eve\"')"))
    with pytest.raises(ArchiveDamaged, match="is not what was filed"):
        city.disposition.awaited(order.id)


def test_a_row_that_no_ledger_entry_names_releases_nothing(
    city: Installation, clock: Clock, order: Order, tmp_path: Path
) -> None:
    """A copied row with a hash that fits its text, under an entry of the ledger that says something else."""
    complete(city, clock, tmp_path, order)
    clock.go(WAIT)
    with changing(city.vault.books) as connection:
        connection.execute(
            text("UPDATE filed SET entry = entry + 1 WHERE series = 'approvals' AND number = 4")
        )
    city.cabinet.file("statements", "x", b"Something else.", what="x", actor="eve")
    with pytest.raises(ArchiveDamaged, match="The ledger does not say what the database says of paper 4"):
        city.disposition.ready(order.id, PEOPLE, "ana")


def test_all_of_it_is_known_again_from_the_objects_alone(city: Installation, full: Order) -> None:
    before = city.disposition.ready(full.id, PEOPLE, "ana")
    with changing(city.vault.books) as connection:
        connection.execute(text("DELETE FROM filed"))
    with pytest.raises(BadQuestion, match="There is no order"):
        city.disposition.standing(full.id)
    city.rebuild(lambda _line: None)
    assert city.disposition.standing(full.id) == before


def test_a_check_of_another_day_is_none(full_standing: OrderStanding) -> None:
    check = PeopleCheck(full_standing.order.proposed_at, {"ana": "clerk", "ben": "approver"})
    standing = msgspec.structs.replace(full_standing, check=check)
    assert "was not looked up today" in lacking(standing, standing.order.opens_on)[0]
