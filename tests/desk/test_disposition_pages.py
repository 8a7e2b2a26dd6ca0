"""Disposition at the desk: the whole way of an order by the people it takes, and what each of them is refused."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from desk.desks import PERSONS, Desks, served, text_of, until
from desk.shelves import HOSTILE, LIMITED, harm_in
from paloverde.desk.people import People, Person, Role, people_of
from paloverde.installation import Installation
from paloverde.records import Account, archive_day
from paloverde.retention.certificate import SERIES, Certificate
from paloverde.retention.orders import Order
from retention.orders_of import ACCOUNT, WAIT, Clock, an_order, open_city

MARIA = Person("mlopez@city.example", "Maria Lopez", Role.CLERK, "")  # as single sign-on lets her in
CLERK = "Cleo Park (clerk)"
PAPER = {"document": ("paper.pdf", b"%PDF-1.7 signed")}


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def city(tmp_path: Path, clock: Clock) -> Installation:
    return open_city(tmp_path / "home", clock)


@pytest.fixture
def people(city: Installation) -> People:
    """The users file, with one of each role that approves."""
    people = people_of(city.settings)
    for role in (Role.CLERK, Role.APPROVER):
        people.put(role.value, PERSONS[role].name, role, "a long sentence for tests")
    return people


@pytest.fixture
def desks(city: Installation, people: People) -> Iterator[Desks]:
    del people
    with served(Desks(city)) as running:
        yield running


@pytest.fixture
def order(city: Installation, clock: Clock) -> Order:
    return an_order(city, clock)


def seen(desks: Desks, path: str, who: Role | Person) -> str:
    page = desks.get(path, who)
    found = re.search(r'name="seen" value="([0-9a-f]{64})"', page.text)
    assert found, text_of(page)
    return found[1]


def approve(desks: Desks, order: Order, who: Role | Person) -> str:
    path = f"/disposition/{order.id}/approve"
    return desks.done(path, {"seen": seen(desks, path, who)}, who)


def hand_in(desks: Desks, order: Order, what: str, who: Role, **form: Any) -> str:
    return desks.done(f"/disposition/{order.id}/{what}", form, who, files=PAPER)


def test_the_whole_way_by_the_people_it_takes(
    desks: Desks, city: Installation, clock: Clock, order: Order
) -> None:
    path, day = f"/disposition/{order.id}", str(archive_day(clock()))
    said = text_of(desks.get(path))
    assert "It would destroy 2 items in 2 versions" in said
    assert f"it lies open until {'Wednesday, April 1, 2026'}, {WAIT} more days" in said
    assert "The council’s resolution clerk missing" in said
    assert "Still lacking" not in said  # the table has said it
    assert "`" not in said
    hand_in(desks, order, "resolution", Role.CLERK, number="2026-41", date=day)
    hand_in(desks, order, "consent", Role.COUNSEL, name="Rosa Quintero", date=day)
    assert f"You have approved {order.id}." in approve(desks, order, Role.CLERK)
    assert "The approval of one of the approvers approver missing" in text_of(desks.get(path))
    approve(desks, order, Role.APPROVER)
    said = text_of(desks.get(path))
    assert "2026-41 of Monday, March 2, 2026" in said
    assert "Rosa Quintero" in said
    assert "Still lacking" not in said
    assert f"there: {CLERK}, Monday, March 2, 2026" in said
    clock.go(WAIT)
    said = text_of(desks.get(path, Role.AUDITOR))
    assert "Nothing is lacking today." in said
    assert "“disposition_review” with the name order-2026-0001" in said
    assert "lacks nothing: it can be carried out." in text_of(desks.get("/", Role.APPROVER))
    assert city.disposition.awaited(order.id) == []
    hows = [(one.username, one.role, one.how) for one in city.disposition.standing(order.id).approvals]
    assert hows == [("clerk", "clerk", "desk"), ("approver", "approver", "desk")]


def test_each_is_told_on_the_first_page_what_waits_for_them(desks: Desks, order: Order) -> None:
    assert "waits for the council’s resolution, the approval of one of the clerk&#39;s office." in text_of(
        desks.get("/", Role.CLERK)
    )
    assert "waits for the city attorney’s consent." in text_of(desks.get("/", Role.COUNSEL))
    assert "waits for the approval of one of the approvers." in text_of(desks.get("/", Role.APPROVER))
    assert order.id not in text_of(desks.get("/", Role.AUDITOR))


def test_an_approval_is_of_what_was_seen_and_of_nothing_else(
    desks: Desks, clock: Clock, order: Order
) -> None:
    path, day = f"/disposition/{order.id}/approve", str(archive_day(clock()))
    before = seen(desks, path, Role.CLERK)
    assert order.lines_sha256 in text_of(desks.get(path))
    hand_in(desks, order, "consent", Role.COUNSEL, name="Rosa Quintero", date=day)
    for stale in (before, "0" * 64, order.lines_sha256):
        answer = desks.post(path, {"seen": stale})
        assert answer.status_code == 400
        assert "Something was filed about this order meanwhile" in text_of(answer)


def test_one_person_does_not_approve_twice_nor_after_handing_in_the_consent(
    desks: Desks, clock: Clock, order: Order
) -> None:
    approve(desks, order, Role.CLERK)
    path = f"/disposition/{order.id}/approve"
    assert path not in desks.get(f"/disposition/{order.id}").text
    again = desks.post(path, {"seen": seen(desks, path, Role.CLERK)})
    assert "has approved order-2026-0001 already: a different person must, too." in text_of(again)
    clerk_as_counsel = Person("clerk", "Cleo Park", Role.COUNSEL, "")
    answer = desks.post(
        f"/disposition/{order.id}/consent", {"name": "R.", "date": str(archive_day(clock()))}, clerk_as_counsel,
        files=PAPER,
    )  # fmt: skip
    assert "cannot hand in the consent as well" in text_of(answer)


def test_an_approval_that_would_not_count_is_not_taken_and_the_page_says_so_before(
    desks: Desks, city: Installation, order: Order
) -> None:
    path = f"/disposition/{order.id}"
    page = desks.get(path, MARIA)
    said = text_of(page)
    assert "Your approval would not count." in said
    assert "These can: Cleo Park." in said
    assert f"{path}/approve" not in page.text
    assert "the approval of one of" not in text_of(desks.get("/", MARIA))
    form = desks.get(f"{path}/approve", MARIA)
    assert "Your approval would not count." in text_of(form)
    assert 'name="seen"' not in form.text
    told = {"seen": seen(desks, f"{path}/approve", Role.CLERK)}
    answer = desks.post(f"{path}/approve", told, MARIA)
    assert answer.status_code == 400
    assert "Your approval would not count." in text_of(answer)
    assert city.disposition.standing(order.id).approvals == ()
    for who in (Role.CLERK, Role.APPROVER, Role.COUNSEL):
        assert "would not count" not in text_of(desks.get(path, who))


def test_where_nobody_of_the_role_has_a_password_it_is_said(
    desks: Desks, people: People, order: Order
) -> None:
    people.remove("clerk")
    said = text_of(desks.get(f"/disposition/{order.id}", MARIA))
    assert "Nobody of your role is among them: ask IT." in said


@pytest.mark.parametrize("lost", ["removed", "another role", "single sign-on"])
def test_an_approval_that_does_not_count_any_more_is_not_shown_as_given(
    desks: Desks, city: Installation, people: People, clock: Clock, order: Order, lost: str
) -> None:
    path, day = f"/disposition/{order.id}", str(archive_day(clock()))
    hand_in(desks, order, "resolution", Role.CLERK, number="2026-41", date=day)
    hand_in(desks, order, "consent", Role.COUNSEL, name="Rosa Quintero", date=day)
    if lost == "single sign-on":  # as the installation took it before, by another way than the desk
        city.disposition.approve(order.id, MARIA.username, "clerk", "desk")
    else:
        approve(desks, order, Role.CLERK)
    approve(desks, order, Role.APPROVER)
    clock.go(WAIT)
    if lost == "removed":
        people.remove("clerk")
    elif lost == "another role":
        people.put("clerk", "Cleo Park", Role.AUDITOR, "a long sentence for tests")
    assert city.disposition.awaited(order.id) == []  # what the papers alone say
    said = text_of(desks.get(path, Role.APPROVER))
    assert "does not count, being no clerk with a password here" in said
    assert "Nothing is lacking today." not in said
    assert "open, 1 thing lacking" in text_of(desks.get("/disposition", Role.APPROVER))
    assert "lacks nothing" not in text_of(desks.get("/", Role.APPROVER))
    people.put("quinn", "Quinn Hart", Role.CLERK, "a long sentence for tests")
    approve(desks, order, Person("quinn", "Quinn Hart", Role.CLERK, ""))
    assert "Nothing is lacking today." in text_of(desks.get(path, Role.APPROVER))


def test_each_role_is_refused_what_is_not_its_own(desks: Desks, order: Order) -> None:
    path = f"/disposition/{order.id}"
    for role, forms in {
        Role.COUNSEL: ("approve", "resolution"),
        Role.APPROVER: ("consent", "resolution"),
        Role.CLERK: ("consent",),
        Role.AUDITOR: ("approve", "consent", "resolution", "withdraw"),
    }.items():
        for form in forms:
            assert desks.get(f"{path}/{form}", role).status_code == 403
            assert desks.post(f"{path}/{form}", {}, role).status_code == 403
    for who in (Role.IT, Role.PUBLIC_AFFAIRS, LIMITED):
        assert desks.get("/disposition", who).status_code == 403
    assert desks.get("/propose-disposition", Role.COUNSEL).status_code == 403


def test_whoever_approves_finds_the_report_on_that_page(desks: Desks, order: Order) -> None:
    page = desks.get(f"/disposition/{order.id}/approve", Role.APPROVER)
    assert "Read the report before you approve." in text_of(page)
    assert f'href="/disposition/{order.id}/report"' in page.text
    assert desks.get(f"/disposition/{order.id}/report", Role.APPROVER).content == b"A report."


def test_no_date_on_the_pages_of_an_order_lacks_its_weekday(desks: Desks, clock: Clock, order: Order) -> None:
    day = str(archive_day(clock()))
    hand_in(desks, order, "resolution", Role.CLERK, number="41", date="2025-12-01", standing="yes")
    hand_in(desks, order, "consent", Role.COUNSEL, name="Rosa Quintero", date=day)
    later = desks.post(
        f"/disposition/{order.id}/consent", {"name": "R.", "date": "2027-01-04"}, Role.COUNSEL, files=PAPER
    )
    assert "Monday, January 4, 2027 has not come yet" in text_of(later)
    said = [text_of(desks.get(page)) for page in ("/disposition", f"/disposition/{order.id}")]
    assert "was adopted on Monday, December 1, 2025, before order-2026-0001 was proposed" in said[1]
    assert not any(re.search(r"\d{4}-\d\d-\d\d", one) for one in said)


def test_what_was_destroyed_is_told_with_who_stood_behind_it(
    desks: Desks, city: Installation, clock: Clock, order: Order
) -> None:
    day = archive_day(clock())
    hand_in(desks, order, "resolution", Role.CLERK, number="2026-41", date=str(day))
    hand_in(desks, order, "consent", Role.COUNSEL, name="Rosa Quintero", date=str(day))
    approve(desks, order, Role.CLERK)
    approve(desks, order, Role.APPROVER)
    clock.go(WAIT)
    standing = city.disposition.standing(order.id)
    made = Certificate(
        order.id, order.lines_sha256, "clerk", "approver", clock(), standing.resolution, standing.consent,
        list(standing.approvals), 1, 3, [], ["c2 is kept, because of LIT-1"], [], [], [], 0,
    )  # fmt: skip
    city.cabinet.file(SERIES, order.id, made, what="destruction certified", actor="approver")
    page = desks.get(f"/disposition/{order.id}", Role.AUDITOR)
    said = text_of(page)
    assert "It would destroy" not in said
    assert "It named 2 items in 2 versions" in said
    assert "1 item in 3 versions was destroyed on Wednesday, April 1, 2026, at " in said
    assert "by Omar Diaz (approver)." in said
    assert "The council’s resolution 2026-41 of Monday, March 2, 2026" in said
    assert "The city attorney’s consent Rosa Quintero, Monday, March 2, 2026" in said
    assert f"Approved, as clerk {CLERK}, Monday, March 2, 2026" in said
    assert "Approved, as approver Omar Diaz (approver), Monday" in said
    assert "What was left out c2 is kept, because of LIT-1" in said
    assert f'href="/disposition/{order.id}/certificate"' in page.text
    assert "carried out: destroyed, with a certificate" in text_of(desks.get("/disposition"))
    removed = desks.get("/removed", Role.AUDITOR)
    assert "1 item was destroyed by order-2026-0001 on Wednesday, April 1, 2026" in text_of(removed)
    assert f'href="/disposition/{order.id}/certificate"' in removed.text
    assert "Nothing was found removed" not in text_of(removed)


def test_documents_are_needed_whole_and_dated_right(desks: Desks, order: Order) -> None:
    path = f"/disposition/{order.id}"
    told = {"number": "2026-41", "date": "2026-03-02"}
    assert "Choose one file." in text_of(desks.post(f"{path}/resolution", told))
    assert "Give the day." in text_of(desks.post(f"{path}/resolution", {"number": "1"}, files=PAPER))
    assert "Fill this in." in text_of(desks.post(f"{path}/resolution", {"date": "2026-03-02"}, files=PAPER))
    empty = desks.post(f"{path}/resolution", told, files={"document": ("empty.pdf", b"")})
    assert empty.status_code == 400
    older = desks.post(f"{path}/resolution", told | {"date": "2025-12-01"}, files=PAPER)
    assert "say so: “It is a standing one, adopted before the order was proposed”" in text_of(older)
    assert 'value="2026-41"' in older.text
    assert "is filed" in desks.done(
        f"{path}/resolution", told | {"date": "2025-12-01", "standing": "yes"}, files=PAPER
    )
    assert "the council cannot have seen this list" in text_of(desks.get(path))
    early = desks.post(f"{path}/consent", {"name": "R.", "date": "2025-12-01"}, Role.COUNSEL, files=PAPER)
    assert "must be to exactly this order" in text_of(early)


def test_an_order_is_withdrawn_for_good(desks: Desks, order: Order) -> None:
    path = f"/disposition/{order.id}/withdraw"
    told = {"seen": seen(desks, path, Role.COUNSEL)}
    assert "Fill this in." in text_of(desks.post(path, told, Role.COUNSEL))
    said = desks.done(path, told | {"why": "A claim was filed."}, Role.COUNSEL)
    assert "was withdrawn: A claim was filed" in said
    assert "It named 2 items" in said
    assert "What it needs" not in said
    assert "withdrawn" in text_of(desks.get("/disposition"))
    answer = desks.post(f"/disposition/{order.id}/approve", {"seen": seen(desks, path, Role.CLERK)})
    assert answer.status_code == 400


def test_the_report_is_taken_as_it_was_filed(desks: Desks, order: Order) -> None:
    answer = desks.get(f"/disposition/{order.id}/report", Role.APPROVER)
    assert answer.content == b"A report."
    assert "attachment" in answer.headers["content-disposition"]
    assert desks.get(f"/disposition/{order.id}/report?form=csv").content == b"account,kind,item"
    assert desks.get(f"/disposition/{order.id}/report?form=exe").status_code == 400
    missing = desks.get(f"/disposition/{order.id}/certificate")
    assert "was not carried out" in text_of(missing)


def test_a_proposal_is_long_work_that_says_what_it_came_to(desks: Desks, city: Installation) -> None:
    city.register_account(Account(ACCOUNT, "facebook", "42", "springfield"))
    assert ACCOUNT in text_of(desks.get("/propose-disposition"))
    work = desks.post("/propose-disposition", {"account": [ACCOUNT]}).headers["location"]
    until(lambda: "under way" not in text_of(desks.get(work)))
    assert "Nothing may be destroyed: 0 items stay." in text_of(desks.get(work))
    strange = desks.post("/propose-disposition", {"account": ["nobody"]}).headers["location"]
    until(lambda: "under way" not in text_of(desks.get(strange)))
    assert "No account &#39;nobody&#39; is registered" in text_of(desks.get(strange))


def test_an_open_order_stands_in_the_way_of_another(desks: Desks, city: Installation, order: Order) -> None:
    city.register_account(Account(ACCOUNT, "facebook", "42", "springfield"))
    work = desks.post("/propose-disposition", {}).headers["location"]
    until(lambda: "under way" not in text_of(desks.get(work)))
    assert f"{order.id} is open, and names items of {ACCOUNT} too" in text_of(desks.get(work))


def test_hostile_words_do_nothing_on_the_pages_of_an_order(
    desks: Desks, city: Installation, clock: Clock, order: Order
) -> None:
    day, path = str(archive_day(clock())), f"/disposition/{order.id}"
    hand_in(desks, order, "resolution", Role.CLERK, number=HOSTILE[1], date=day)
    hand_in(desks, order, "consent", Role.COUNSEL, name=HOSTILE[5], date=day)
    for page in ("/", "/disposition", path, f"{path}/withdraw", f"{path}/approve"):
        assert harm_in(desks.get(page).text) == [], page
    told = {"why": HOSTILE[0], "seen": seen(desks, f"{path}/withdraw", Role.CLERK)}
    desks.done(f"{path}/withdraw", told)
    assert harm_in(desks.get(path).text) == []
    for text in ("%3Cscript%3E", "x%00y", "order-2026-9999"):
        answer = desks.get(f"/disposition/{text}")
        assert answer.status_code == 404
        assert harm_in(answer.text) == []


def test_an_empty_list_says_so(desks: Desks) -> None:
    assert "No destruction was ever proposed." in text_of(desks.get("/disposition"))
