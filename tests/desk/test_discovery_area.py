"""Productions in discovery at the desk, from the order to the clawback, without a terminal."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from desk.desks import served, text_of
from desk.discoverydesk import CLERK, COUNSEL, ORDER, DiscoveryDesk
from desk.shelves import HOSTILE, harm_in
from matters import SECRET
from paloverde.desk.people import Person, Role
from paloverde.productions.docket import State
from paloverde.productions.order import Built, Chosen, ClawedBack, Demand, Families, Served, SignedOff
from paloverde.productions.plan import Form

OUTSIDERS = (Role.IT, Role.PUBLIC_AFFAIRS, Role.APPROVER, Role.AUDITOR)
LIMITED = Person("lia", "Lia Moss", Role.COUNSEL, "", accounts=("x-palmaria",))


@pytest.fixture
def room(tmp_path: Path) -> Iterator[DiscoveryDesk]:
    made = DiscoveryDesk(tmp_path)
    with served(made.desks):
        yield made


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DiscoveryDesk]:
    """A production that is built; tests only look at it."""
    made = DiscoveryDesk(tmp_path_factory.mktemp("ready"))
    with served(made.desks):
        yield made.ready()


# From the order to the clawback


def test_counsel_takes_a_production_from_the_order_to_the_clawback_at_the_desk_alone(
    room: DiscoveryDesk,
) -> None:
    assert "No production was ordered yet" in room.said("/discovery")
    assert "is ordered" in room.order()
    assert "8" in room.choose()
    room.withhold("12")
    room.redact("32", SECRET)
    assert "All is decided" in room.rest()
    assert "Cleo Park has signed the review" in room.sign()
    assert "PDC0000001 to PDC0000008" in room.build()
    assert "It is agreed to go out" in room.agree()
    serving = {"to": "Moss LLP", "way": "by mail", "on": "2026-11-18", "note": ""}
    told = room.confirmed("serve", serving, "Note that it was served")
    assert "It is served" in told
    assert "Nothing is owed" in told
    back = {"first": "PDC0000002", "last": "", "privilege": "WORK-PRODUCT", "reason": "a draft",
            "on": "2026-11-18", "note": ""}  # fmt: skip
    told = room.confirmed("clawback", back, "Claim it back")
    assert "CLAWED BACK: PDC0000002 to PDC0000002 (WORK-PRODUCT): a draft" in told
    assert "clawed back in part" in room.said("/discovery")
    docket = room.city.productions.get(room.number)
    for type_ in (Chosen, Built, SignedOff, Served, ClawedBack):
        assert len(docket.all(type_)) == 1
    history = room.said(f"{room.path}/history")
    for words in (
        "ordered it",
        "chose 8",
        "review finished",
        "built",
        "agreed",
        "served Moss LLP",
        "CLAWED BACK",
    ):
        assert words in history


def test_an_order_says_what_the_form_said(room: DiscoveryDesk) -> None:
    hold = room.matter.hold()
    room.order(
        **{"hold": hold, "since": "2026-05-01", "until": "5/9/2026", "families": "parent", "private": "",
           "number-2": "1", "question-2": "street", "volume": "650", "confidentiality": "AEO", "digits": "",
           "custodians": "x-palmaria = Ana Ruiz\nx-palmaria = Cleo Park", "form-pages": "yes", "by_name": "yes"}
    )  # fmt: skip
    terms = room.city.productions.get(room.number).terms
    assert terms.hold == hold
    assert terms.demands == (Demand("1", "pool"), Demand("1", "street"))
    assert (str(terms.since), str(terms.until)) == ("2026-05-01", "2026-05-09")
    assert terms.families is Families.PARENT
    assert not terms.include_private
    assert terms.custodians == {"x-palmaria": ("Ana Ruiz", "Cleo Park")}
    assert terms.forms == (Form.DAT, Form.PAGES)
    assert (terms.most_bytes, terms.digits, terms.confidentiality) == (650_000_000, 7, "AEO")
    assert terms.by_name
    changed = room.page(f"{room.path}/change")
    for value in ("street", "x-palmaria = Cleo Park", "650", "AEO", "2026-05-09"):
        assert value in changed.text


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"question-2": "pool OR"}, "^"),
        ({"question-2": ""}, "Write what is looked for to answer this demand"),
        ({"custodians": "Ana Ruiz"}, "Write an account and a name with = between them"),
        ({"since": "next week"}, "This is no date"),
        ({"prefix": "pdc-1"}, "cannot be the prefix of Bates numbers"),
        ({"matter": " "}, "Fill this in"),
        ({"form-dat": ""}, "Name a form at least"),
        ({"volume": "0.5"}, "Write a whole number"),
    ],
)
def test_a_mistake_in_the_order_is_said_and_nothing_that_was_typed_is_lost(
    room: DiscoveryDesk, wrong: dict[str, str], told: str
) -> None:
    answer = room.desks.post("/discovery/order", ORDER | {"note": "typed already"} | wrong, COUNSEL)
    assert answer.status_code == 400
    assert told in answer.text
    assert 'value="typed already"' in answer.text
    assert room.city.productions.numbers() == []


def test_a_list_that_is_longer_than_a_field_is_refused_and_never_cut(room: DiscoveryDesk) -> None:
    items = "\r\n".join(f"x-palmaria/post/{at:020}" for at in range(6_000))
    answer = room.desks.post("/discovery/order", ORDER | {"items": items}, COUNSEL)
    assert answer.status_code == 400
    assert "the end of this list is cut off" in text_of(answer)
    assert room.city.productions.numbers() == []


def test_more_demands_find_room_without_a_script_and_enter_orders(room: DiscoveryDesk) -> None:
    page = room.page("/discovery/order")
    buttons = re.findall(r"<button[^>]*>", page.text.partition("<main")[2])
    assert "more" not in buttons[0]  # the button that Enter in a field presses
    more = room.desks.post("/discovery/order", ORDER | {"more": "yes"}, COUNSEL)
    assert more.status_code == 200
    assert 'name="question-8"' in more.text
    assert 'value="settle"' in more.text
    assert room.city.productions.numbers() == []


def test_what_a_question_means_is_said_while_it_is_typed(room: DiscoveryDesk) -> None:
    form = room.page("/discovery/order").text
    (help_,) = set(re.findall(r'data-help="([^"]+/2)"', form))
    assert 'data-into="question-2-meaning"' in form
    told = room.desks.get(f"{help_}?q=pool+NEAR%2F5+closed", COUNSEL)
    assert 'id="question-2-meaning"' in told.text
    assert "It finds every record that" in text_of(told)
    assert "^" in room.desks.get(f"{help_}?q=pool+OR", COUNSEL).text
    assert room.desks.get("/discovery/meaning/x?q=pool", COUNSEL).status_code == 404


def test_the_same_order_sent_twice_is_asked_about(room: DiscoveryDesk) -> None:
    room.order()
    again = room.desks.post("/discovery/order", ORDER, COUNSEL)
    assert again.status_code == 409
    assert "This was filed already" in text_of(again)
    assert room.city.productions.numbers() == ["PROD-2026-0001"]


# Other steps


def test_a_production_that_is_given_up_keeps_its_numbers_for_ever_and_its_volumes_not(
    room: DiscoveryDesk,
) -> None:
    room.ready()
    told = room.confirmed("give-up", {"note": "settled"}, "Give it up for good")
    assert "It is given up" in told
    assert not (room.matter.home / "productions" / room.number).exists()
    assert "PDC0000001 to PDC0000008 never used" in room.said("/discovery/numbers")
    assert "This production was given up" in room.said(f"{room.path}/volumes")
    assert "settled" in room.said(f"{room.path}/history")


def test_what_is_final_is_filed_as_it_was_shown(room: DiscoveryDesk) -> None:
    room.ready()
    room.agree()
    serving = {"to": "Moss LLP", "way": "by mail", "on": "2026-11-18", "note": ""}
    shown = room.desks.post(f"{room.path}/step/serve", serving, COUNSEL)
    other = room.form_on(shown, "Note that it was served") | {"to": "Somebody else"}
    again = room.desks.post(f"{room.path}/step/serve", other, COUNSEL)
    assert "Nothing is filed yet" in text_of(again)
    assert room.city.productions.get(room.number).state is State.AGREED
    late = room.desks.post(f"{room.path}/step/serve", serving | {"on": "2026-12-24"}, COUNSEL)
    assert late.status_code == 400
    assert "has not come yet" in text_of(late)
    early = room.desks.post(
        f"{room.path}/step/clawback", {"first": "PDC0000001", "reason": "x", "on": "2026-11-18"}, COUNSEL
    )
    assert "only what was served can be clawed back" in text_of(early)


def test_a_note_is_anybodys_who_may_see_it(ready: DiscoveryDesk) -> None:
    ready.desks.done(f"{ready.path}/step/note", {"note": "called opposing counsel"}, CLERK)
    assert "called opposing counsel" in ready.said(f"{ready.path}/history", CLERK)
    assert ready.desks.post(f"{ready.path}/step/note", {"note": " "}, CLERK).status_code == 400


def test_todays_page_names_what_waits_for_whom(ready: DiscoveryDesk) -> None:
    line = f"{ready.number}: look at the volumes and agree"
    assert line in ready.said("/", CLERK)
    assert line not in ready.said("/", COUNSEL)  # who built them
    assert "PROD-" not in ready.said("/", Role.APPROVER)


# Who may


@pytest.mark.parametrize("who", [*OUTSIDERS, LIMITED], ids=str)
def test_outsiders_see_and_do_nothing_of_a_production(ready: DiscoveryDesk, who: Role | Person) -> None:
    number, papers = ready.number, ready.city.productions.get(ready.number).papers
    pages = ("/discovery", "/discovery/order", "/discovery/numbers", *(f"/discovery/{number}{place}" for place in (
        "", "/history", "/log", "/papers", "/volumes", "/change", "/choose", "/rest", "/step/note", "/step/give-up")),
        f"/requests/{number}/review", f"/requests/{number}/review/1", f"/requests/{number}/review/sign")  # fmt: skip
    for path in pages:
        answer = ready.desks.get(path, who)
        assert answer.status_code == 403, path
        assert "Rivera" not in answer.text
    for path in ("/choose", "/rest", "/volumes", "/volumes/agree", "/volumes/VOL001.zip/take", "/log/take",
                 "/step/note", "/step/give-up", "/change"):  # fmt: skip
        assert ready.desks.post(f"/discovery/{number}{path}", {"note": "x"}, who).status_code == 403, path
    assert ready.city.productions.get(number).papers == papers


def test_the_clerk_orders_chooses_serves_and_claims_nothing(ready: DiscoveryDesk) -> None:
    for path in ("/discovery/order", *(f"{ready.path}{place}" for place in ("/change", "/choose", "/rest"))):
        assert ready.desks.get(path, CLERK).status_code == 403
        assert ready.desks.post(path, ORDER, CLERK).status_code == 403
    for step in ("serve", "clawback", "give-up"):
        assert ready.desks.get(f"{ready.path}/step/{step}", CLERK).status_code == 403
        assert ready.desks.post(f"{ready.path}/step/{step}", {"note": "x"}, CLERK).status_code == 403
    assert "Order a production" not in ready.said("/discovery", CLERK)


def test_what_is_no_production_is_not_there(ready: DiscoveryDesk) -> None:
    for number in ("PROD-2026-0099", "PRA-2026-0001", "x", "PROD-2026-" + "9" * 300):
        for place in ("", "/volumes", "/log", "/history", "/step/note"):
            assert ready.desks.get(f"/discovery/{number}{place}", COUNSEL).status_code == 404
    assert ready.desks.get(f"/requests/{ready.number}", COUNSEL).status_code == 404
    assert ready.desks.get(f"/requests/{ready.number}/letters", COUNSEL).status_code == 404
    assert ready.desks.get(f"{ready.path}/step/burn", COUNSEL).status_code == 404


def test_hostile_words_of_an_order_do_nothing_on_any_page(room: DiscoveryDesk) -> None:
    for text in HOSTILE:
        mark = " ".join(text.split()) or "x"
        room.order(matter=text, confidentiality=mark, note=text, private="")
        room.desks.done(f"{room.path}/step/note", {"note": text}, COUNSEL)
        for place in ("", "/history", "/volumes", "/change", "/choose", "/step/give-up"):
            assert harm_in(room.page(f"{room.path}{place}").text) == [], (place, text)
        form = ORDER | {"question-2": f'"{text}', "number-2": text, "matter": text}
        assert harm_in(room.desks.post("/discovery/order", form, COUNSEL).text) == [], text
    room.choose()
    for path in ("/discovery", "/", room.path, f"{room.path}/log", f"{room.path}/rest"):
        assert harm_in(room.page(path).text) == [], path
