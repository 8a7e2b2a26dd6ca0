"""Records requests at the desk: who may do what, what hostile words do, how lists stay small, what words say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime
from time import perf_counter

import pytest
from starlette.datastructures import QueryParams

from desk.desks import served, text_of
from desk.requestdesk import RequestDesk
from desk.shelves import HOSTILE, SCRIPT, harm_in
from paloverde.desk.asked import Wrong
from paloverde.desk.files import name_of
from paloverde.desk.people import Person, Role
from paloverde.desk.typed import Field, Typed
from paloverde.records import PACIFIC
from paloverde.requests import events
from paloverde.requests.events import Outcome, Received, Responsible
from requesthall import CLERK, NOW

LIMITED = Person("lia", "Lia Moss", Role.CLERK, "", accounts=("x-palmaria",))
PLACES = ("", "/history", "/search", "/letters", "/letters/new", "/letters/certificate", "/bundle", "/delivery",
          "/step/note", "/extension-date")  # fmt: skip
FIELDS = [Field("a", ""), Field("b", ""), Field("c", "", "choice", options=[("x", "X")])]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RequestDesk]:
    desk = RequestDesk(tmp_path_factory.mktemp("refusals") / "city")
    with served(desk.desks):
        yield desk


def receive(desk: RequestDesk, number: str = "", text: str = "All about the library", day: int = 17) -> str:
    event = Received(
        by=CLERK, at=NOW, number=number, channel="email", text=text, received_on=date(2026, 11, day)
    )
    return desk.city.requests.receive(event).number


@pytest.mark.parametrize("who", [Role.PUBLIC_AFFAIRS, Role.IT, LIMITED])
def test_whoever_may_not_see_requests_sees_no_page_of_one(desk: RequestDesk, who: Role | Person) -> None:
    for path in ("/requests", "/requests/new", "/requests/log.csv", "/requests/closed-days"):
        assert desk.desks.get(path, who).status_code == 403
    for place in PLACES:
        answer = desk.desks.get(f"/requests/{desk.number}{place}", who)
        assert answer.status_code == 403, place
        assert "All about the pool" not in answer.text
    assert desk.number not in desk.desks.get("/", who).text


def test_an_auditor_reads_and_changes_nothing(desk: RequestDesk) -> None:
    page = desk.page("", Role.AUDITOR)
    assert "All about the pool" in page.text
    assert "/step/" not in page.text
    assert "/search" not in page.text.replace('href="/search"', "")
    assert "Take a request in" not in desk.desks.get("/requests", Role.AUDITOR).text
    for place in ("/step/note", "/search", "/letters/new", "/bundle", "/repeat"):
        assert desk.answer(place, {"note": "x"}, Role.AUDITOR).status_code == 403


def test_an_approver_agrees_and_sends_nothing(desk: RequestDesk) -> None:
    assert desk.answer("/delivery/agree", {"channel": "link"}, Role.APPROVER).status_code == 400
    for place in ("/delivery/link", "/delivery/record", "/delivery/revoke", "/letters/send", "/bundle"):
        assert desk.answer(place, {}, Role.APPROVER).status_code == 403, place


@pytest.mark.parametrize("number", ["PRA-2026-9999", "x", "PRA-2026-0001%00", "..%2F..", "PRA-2026-0001'--"])
def test_a_number_that_is_none_is_not_there(desk: RequestDesk, number: str) -> None:
    for place in PLACES:
        assert desk.desks.get(f"/requests/{number}{place}").status_code == 404, place


def test_what_is_not_there_is_not_there(desk: RequestDesk) -> None:
    for place in ("/step/burn", "/letters/new?kind=ransom", "/letters/7"):
        assert desk.desks.get(f"/requests/{desk.number}{place}").status_code == 404, place
    assert desk.desks.get(f"/requests/{desk.number}/documents/{'0' * 64}").status_code == 400


def test_hostile_words_are_shown_and_do_nothing(desk: RequestDesk) -> None:
    text = "\n".join(HOSTILE).replace("\0", "")
    form = {"channel": "letter", "received_on": "2026-11-17", "text": text, "name": SCRIPT, "contact": HOSTILE[1],
            "wants": HOSTILE[5], "note": HOSTILE[8]}  # fmt: skip
    files = {"document": ("../<script>\u202egpj.html", b"<script>", "text/html")}
    answer = desk.desks.post("/requests/new", form, files=files)
    assert answer.status_code == 303, text_of(answer)
    number = answer.headers["location"].rpartition("/")[2]
    for step, fields in {
        "note": {"note": text},
        "ask": {"question": text, "on": "2026-11-18"},
        "answer": {"answer": text, "on": "2026-11-18"},
        "custodian": {"custodian": SCRIPT, "title": SCRIPT, "asked": text, "on": "2026-11-18"},
    }.items():
        taken = desk.desks.post(f"/requests/{number}/step/{step}", fields)
        assert taken.status_code == 303, text_of(taken)
    for place in ("", "/history", "/search", "/letters/new?kind=acknowledgment", "/step/custodian-answer",
                  "/letters/certificate"):  # fmt: skip
        page = desk.desks.get(f"/requests/{number}{place}")
        assert harm_in(page.text) == [], place
    for path in ("/requests", "/requests?q=%3Cscript%3E", "/requests?state=%22%3E%3Cb%3E", "/"):
        assert harm_in(desk.desks.get(path).text) == [], path
    (kept,) = desk.city.requests.get(number).entries[1].event.documents
    answer = desk.desks.get(f"/requests/{number}/documents/{kept.sha256}")
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"] == "attachment; filename*=UTF-8''scriptgpj.html"


def test_a_certificate_that_there_is_nothing_is_refused_in_words(desk: RequestDesk) -> None:
    desk.city.requests.search(desk.number, "pool", CLERK)
    answer = desk.desks.get(f"/requests/{desk.number}/letters/certificate?none=yes")
    assert answer.status_code == 400
    assert "`" not in text_of(answer)


def test_many_requests_are_listed_fifty_at_a_time(desk: RequestDesk) -> None:
    for number in range(55):
        receive(desk, f"PRA-2025-{number:04}", f"Request {number} " + "x" * 300)
    answer = desk.desks.get("/requests?q=request")
    assert "55 requests" in text_of(answer)
    assert len(re.findall(r'<th scope="row">', answer.text)) == 50
    assert "Page 1 of 2" in text_of(answer)
    assert len(answer.content) < 300_000
    client = desk.desks.client(Role.CLERK)
    began = perf_counter()
    last = client.get("/requests?q=request&page=2")
    assert perf_counter() - began < 2.0  # half a second where nothing else runs
    assert len(re.findall(r'<th scope="row">', last.text)) == 5


def test_a_long_file_is_shown_fifty_papers_at_a_time(desk: RequestDesk) -> None:
    number = receive(desk)
    for day in range(60):
        note = events.Noted(by=CLERK, at=NOW, note=f"Note {day} " + "word " * 400)
        desk.city.requests.file(number, note)
    page = desk.desks.get(f"/requests/{number}")
    assert len(page.content) < 300_000
    assert "All papers, 53 more" in text_of(page)
    assert len(desk.desks.get(f"/requests/{number}/history").content) < 300_000
    assert "Note 59" in text_of(desk.desks.get(f"/requests/{number}/history?page=2"))


def test_todays_page_has_what_is_overdue_on_top(desk: RequestDesk) -> None:
    soon, late = (receive(desk, day=day) for day in (9, 2))
    page = desk.desks.get("/").text
    first = re.search(r'<li class="desk-urgent"><a href="/requests/([^"]+)">', page)
    assert first is not None
    assert first[1] == late
    assert "OVERDUE" in text_of(desk.desks.get("/"))
    assert page.index(late) < page.index(soon)


def test_a_determination_noted_by_hand_is_refused_at_its_place(desk: RequestDesk) -> None:
    form = {"outcome": Outcome.FULL.value, "reasons": "All of it", "on": "2026-11-18"}
    assert "date and time" in desk.refused("/step/determine", form)
    assert "Give the time of day" in desk.refused("/step/determine", {**form, "available_on": "2026-11-25"})
    assert "Choose one of the list" in desk.refused("/step/determine", {**form, "outcome": "maybe"})


def test_an_estimate_is_charged_only_with_its_ground_and_its_lines(desk: RequestDesk) -> None:
    form = {"kind": "estimate", "signer": "Cleo Park", "signer_title": "City Clerk"}
    assert "The copy costs $0.00" in text_of(desk.answer("/letters/new", form))
    line = {
        "work_1": "programming",
        "what_1": "A report by ward",
        "by_1": "Analyst",
        "hours_1": "2.5",
        "rate_1": "60",
    }
    charged = text_of(desk.answer("/letters/new", {**form, **line}))
    assert "$150.00" in charged
    assert "A charge needs a ground in force" in charged
    refused = text_of(desk.answer("/letters/new", {**form, **line, "hours_1": "two"}))
    assert "Write a number with a point" in refused


def test_what_is_typed_is_read_or_its_field_is_named() -> None:
    typed = Typed(QueryParams({"a": "2026-11-25", "b": "14:30", "c": "x"}), FIELDS)
    assert typed.moment("a", "b") == datetime(2026, 11, 25, 14, 30, tzinfo=PACIFIC)
    assert typed.choice("c") == "x"
    people = Typed(QueryParams({"a": "Ana Ruiz, City Attorney\n\n Cleo Park , Clerk"}), FIELDS).people("a")
    assert people == (Responsible("Ana Ruiz", "City Attorney"), Responsible("Cleo Park", "Clerk"))
    for text, method in (("", "needed_day"), ("1812-01-01", "day"), ("x", "day"), ("x", "number"), ("-1", "number"),
                         ("Ana", "person"), ("9" * 12, "number"), ("y", "choice")):  # fmt: skip
        with pytest.raises(Wrong) as wrong:
            getattr(Typed(QueryParams({"a": text}), FIELDS), method)("a")
        assert wrong.value.field == "a"


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ("C:\\letters\\a.pdf", "a.pdf"),
        ("../../etc/passwd", "passwd"),
        ("..", "document"),
        ("a\0\u202eb\n.pdf", "ab.pdf"),
        ("", "document"),
        ("x" * 300 + ".pdf", "x" * 100 + ".pdf"),
        ("池" * 119 + ".eml", "池" * 66 + ".eml"),  # 255 bytes are the most that a folder takes
        ("🏊" * 119, "🏊" * 60),
    ],
)
def test_a_file_that_is_brought_keeps_its_name_and_no_folder(told: str, kept: str) -> None:
    assert name_of(told) == kept
