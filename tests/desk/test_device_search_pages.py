"""The desk asks officials to search devices of their own, and archives what they hand in."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

import pytest

from desk.desks import served, text_of
from desk.requestdesk import RequestDesk
from paloverde.desk.people import Role
from paloverde.records import archive_day
from paloverde.requests.events import Closed, Ending
from requesthall import CLERK

LIA = "Lia <b>Moss</b>"
QUESTION = {
    "custodian": LIA,
    "title": "Parks Director",
    "contact": "lia@city.test",
    "addresses": "lia.own@mail.test\n",
    "about": "All about the pool",
    "words": "pool\nclosure",
    "due": "2026-11-20",
    "on": "2026-11-18",
    "place": ["email", "phone"],
}
ANSWER = {
    "how-email": "pool, closure",
    "found": "1",
    "personal": "1",
    "facts": "a birthday of my sister",
    "made": "2026-11-18",
    "on": "2026-11-18",
    "name": LIA,
}
MAIL = (
    b"From: lia.own@mail.test\r\nMessage-ID: <1@mail.test>\r\nDate: Mon, 02 Mar 2026 10:00:00 -0800\r\n"
    b"Subject: Fwd: the pool gate\r\n\r\nThe pool gate was locked.\r\n"
)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RequestDesk]:
    desk = RequestDesk(tmp_path_factory.mktemp("devices") / "city")
    with served(desk.desks):
        yield desk


@pytest.fixture(scope="module")
def asked(desk: RequestDesk) -> str:
    return desk.done("/custodians/ask", QUESTION)


def link(desk: RequestDesk, words: str) -> str:
    """The address behind words on the page of whoever was asked."""
    page = desk.page("/custodians").text
    found = re.search(rf'<a href="([^"]+)">{re.escape(words)}<', page)
    assert found, text_of(desk.page("/custodians"))
    return html.unescape(found[1])


def test_what_a_question_lacks_is_said_on_its_form(desk: RequestDesk) -> None:
    assert "Name a place to search" in desk.refused("/custodians/ask", QUESTION | {"place": []})
    assert "cannot be due" in desk.refused("/custodians/ask", QUESTION | {"due": "2026-11-01"})


def test_the_instruction_is_shown_to_be_sent(desk: RequestDesk, asked: str) -> None:
    assert "Please search your own devices and accounts" in asked
    assert "2 Cal.5th 608" in asked
    assert "Not verified by counsel yet" in asked
    assert "Personal telephones" in asked
    assert "Personal storage on the web" not in asked
    pdf = desk.desks.get(link(desk, "The instruction, as PDF"))
    assert pdf.content.startswith(b"%PDF-")


def test_the_name_of_a_custodian_is_never_markup(desk: RequestDesk, asked: str) -> None:
    assert "<b>Moss</b>" not in desk.page("/custodians").text
    assert html.escape(LIA) in desk.page("/custodians").text
    assert "asked, no answer yet" in desk.said("/custodians")


def test_who_declared_an_own_device_is_offered_to_be_asked(desk: RequestDesk, asked: str) -> None:
    nia = {"id": "nhale", "name": "Nia <i>Hale</i>", "standing": "official", "title": "Council member"}
    known = {"email": "nhale@city.test", "uses_own_device": "yes"}
    desk.city.watch.put("people", nia | known, "this test")
    desk.city.watch.put("people", {"id": "orr", "name": "Ola Orr", "standing": "staff"}, "this test")
    page = desk.page("/custodians").text
    assert "Ola Orr" not in page
    assert "<i>Hale</i>" not in page
    form = desk.desks.get(link(desk, f"Ask {html.escape(nia['name'])}")).text
    assert 'value="nhale@city.test"' in form
    assert 'value="Council member"' in form
    desk.done("/custodians/ask", QUESTION | {"custodian": nia["name"], "addresses": ""})
    assert "was not asked" not in desk.said("/custodians")


def test_reminded_answered_and_handed_in(desk: RequestDesk, asked: str) -> None:
    assert "Reminder 1" in text_of(desk.desks.get(link(desk, "Send a reminder")))
    assert "1 reminder" in desk.done("/custodians/remind", {"name": LIA, "on": "2026-11-18"})
    assert "Say of one place" in desk.refused("/custodians/answer", ANSWER | {"how-email": ""})
    assert "needs the facts" in desk.refused("/custodians/answer", ANSWER | {"facts": ""})
    signed = {"signed": ("signed.pdf", b"%PDF-1.7 signed", "application/pdf")}
    told = desk.done("/custodians/answer", ANSWER, files=signed)
    assert "A signed statement of" in told
    assert "the statement says that there are records, and none was handed in" in told
    assert "sister" not in told
    assert desk.desks.get(link(desk, "What was signed")).content == signed["signed"][1]
    form = {"name": LIA, "on": "2026-11-18"}
    assert "Choose the files" in desk.refused("/custodians/hand-in", form)
    mail = {"files": ("..\\odd\x07name.eml", MAIL, "message/rfc822")}
    told = desk.done("/custodians/hand-in", form, files=mail)
    assert "1 record archived as custodian-lia-b-moss-b" in told
    assert "Of 1 e-mail, 1 came from an address" in told
    answer = desk.city.search("gate", "this test", include_private=True)
    assert [(hit.native_id, hit.provenance) for hit in answer.hits] == [("1@mail.test", "forwarded")]
    listed = desk.desks.get(link(desk, "The list of what was handed in, 1")).text
    assert '"message_id":"1@mail.test"' in listed
    assert f'"custodian":"{LIA}"' in listed
    assert "handed in 1 file" in desk.said("/history")


@pytest.mark.parametrize("who", [Role.AUDITOR, Role.APPROVER, Role.IT, Role.PUBLIC_AFFAIRS])
def test_only_who_works_on_requests_sees_and_acts(desk: RequestDesk, asked: str, who: Role) -> None:
    for place in ("", "/ask", "/letter", "/statement.pdf", "/files/00"):
        answer = desk.desks.get(f"/requests/{desk.number}/custodians{place}", who)
        assert answer.status_code == 403, place
    for place in ("/ask", "/remind", "/answer", "/hand-in"):
        assert desk.answer(f"/custodians{place}", {"name": LIA}, who).status_code == 403, place


def test_nobody_is_there_who_was_not_asked(desk: RequestDesk, asked: str) -> None:
    answer = desk.desks.get(f"/requests/{desk.number}/custodians/letter?name=Theo")
    assert answer.status_code == 400
    assert "Theo was not asked" in text_of(answer)
    path = f"/requests/{desk.number}/custodians"
    assert desk.desks.get(f"{path}/another.pdf?name=Lia+%3Cb%3EMoss%3C%2Fb%3E").status_code == 404


def test_a_broken_archive_is_said_on_the_form(desk: RequestDesk, asked: str) -> None:
    form = {"name": LIA, "on": "2026-11-18"}
    broken = {"files": ("talk.7z", b"7z\xbc\xaf\x27\x1c not whole", "application/octet-stream")}
    assert "talk.7z" in desk.refused("/custodians/hand-in", form, files=broken)


def test_today_names_who_is_to_be_reminded_to_who_works_on_requests(desk: RequestDesk) -> None:
    late = QUESTION | {"custodian": "Ida Voss", "due": "2026-11-18", "on": "2026-11-17"}
    assert "Ida Voss" not in text_of(desk.desks.get("/"))
    desk.done("/custodians/ask", late | {"due": "2026-11-17"})
    page = desk.desks.get("/")
    assert f"{desk.number} waits for a search of own devices; to be reminded today: Ida Voss." in text_of(
        page
    )
    assert f'href="/requests/{desk.number}/custodians"' in page.text
    assert "Ida Voss" not in text_of(desk.desks.get("/", Role.AUDITOR))
    assert "1 reminder" in desk.done("/custodians/remind", {"name": "Ida Voss", "on": "2026-11-18"})
    assert "Ida Voss" not in text_of(desk.desks.get("/"))


def test_an_answer_to_an_earlier_question_answers_no_later_one(desk: RequestDesk) -> None:
    asked, name = QUESTION | {"custodian": "Theo Lark"}, {"name": "Theo Lark"}
    desk.done("/custodians/ask", asked | {"on": "2026-11-17"})
    desk.done("/custodians/answer", ANSWER | name | {"made": "2026-11-17", "on": "2026-11-17"})
    desk.done("/custodians/ask", asked | {"about": "All about the gate"})
    rows = re.findall(r"<tr><th scope=\"row\">Theo Lark.*?</tr>", desk.page().text)
    assert ["none yet" in row for row in rows] == [False, True]


def test_nobody_is_to_be_reminded_once_the_request_is_closed(desk: RequestDesk) -> None:
    late = QUESTION | {"custodian": "Uma Reed", "due": "2026-11-17", "on": "2026-11-17"}
    desk.done("/custodians/ask", late)
    assert "remind today Uma Reed" in desk.said("/custodians")
    now = desk.city.requests.now()
    closed = Closed(
        by=CLERK, at=now, ending=Ending.WITHDRAWN, closed_on=archive_day(now), note="By telephone."
    )
    desk.city.requests.file(desk.number, closed)
    assert "remind today" not in desk.said("/custodians")
    assert "Uma Reed" not in text_of(desk.desks.get("/"))
