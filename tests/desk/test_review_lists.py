"""Going through one list of a review: what it counts, where one is in it, and on to the next with each decision."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from httpx import Response

from archives import add_night
from desk.desks import Desks, served, text_of
from desk.requestdesk import RequestDesk
from desk.shelves import FB, NOW, Shelves
from paloverde.requests.events import Received
from paloverde.retention.holds import By

CLEO = By("Cleo Park", "clerk", "this test")
SEEN = datetime(2026, 5, 7, 9, tzinfo=UTC)
TEXTS = (
    "The pool is open",
    "Call the pool at 760-555-0101",
    "Pool hours on Monday, and nothing else",
    "The pool: 760-555-0102",
    "My number at the pool is 760-555-0103",
)
NEXT = re.compile(r'href="([^"]+)" accesskey="n">([^<]+)<')
SHOW = "?show=suggestions"


class Room(RequestDesk):
    """A request for which five records were found, three of them with telephone numbers."""

    def __init__(self, shelves: Shelves) -> None:
        self.city, self.desks = shelves.city, Desks(shelves.city)
        asked = Received(
            by=CLEO, at=NOW, number="", channel="letter", text="All", received_on=date(2026, 11, 16)
        )
        self.number = self.city.requests.receive(asked).number
        answer, _ = self.city.requests.search(self.number, "pool", CLEO)
        self.city.reviews.gather(self.number, answer.hits, CLEO)

    def pressed(self, record: int, verdict: str, show: str = SHOW) -> str:
        """Where a decision on the page of a record leads."""
        page = self.page(f"/review/{record}{show}")
        form = self.form_on(page, "Not responsive") | {"verdict": verdict}
        action = re.search(r'action="([^"]+/verdict[^"]*)"', page.text)
        assert action is not None
        return str(self.desks.post(action[1], form).headers["location"])

    def onward(self, answer: Response) -> tuple[str, str]:
        found = NEXT.search(answer.text)
        assert found is not None
        return found[1], found[2]


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    shelves = Shelves(tmp_path)
    rows = [shelves.row(str(n), text, kind="post", observed_at=SEEN) for n, text in enumerate(TEXTS, 1)]
    add_night(shelves.city.archive, FB, date(2026, 5, 7), rows)
    room = Room(shelves)
    with served(room.desks):
        yield room


def test_each_list_says_how_long_it_is_before_it_is_opened(room: Room) -> None:
    said = room.said("/review")
    for told in ("All (5)", "Undecided (5)", "With suggestions (3)", "Private (0)", "Responsive (0)"):
        assert told in said
    room.pressed(2, "responsive")
    said = room.said("/review")
    for told in ("Undecided (4)", "Suggestions that nobody answered (1)", "Responsive (1)"):
        assert told in said


def test_from_a_list_one_goes_through_that_list_and_sees_where_one_is(room: Room) -> None:
    listed = room.page(f"/review{SHOW}")
    assert re.findall(r'href="[^"]*/review/(\d+)[^"]*">Record', listed.text) == ["2", "4", "5"]
    assert f"/review/4{SHOW}" in listed.text
    page = room.page(f"/review/2{SHOW}")
    assert "1 of 3 in “With suggestions”" in text_of(page)
    assert room.onward(page) == (f"/requests/{room.number}/review/4{SHOW}", "Next of these")
    last = room.page(f"/review/5{SHOW}")
    assert NEXT.search(last.text) is None
    assert f'href="/requests/{room.number}/review{SHOW}"' in last.text
    assert room.onward(room.page("/review/2"))[1] == "Next undecided"


def test_a_decision_leads_on_to_the_next_of_the_list_and_at_its_end_to_the_list(room: Room) -> None:
    assert room.pressed(2, "responsive").endswith(f"/review/4{SHOW}")
    assert room.pressed(5, "not responsive").endswith(f"/review{SHOW}")
    assert room.pressed(1, "responsive", "").endswith("/review/3")


def test_what_leaves_the_list_by_its_decision_does_not_lose_the_way(room: Room) -> None:
    assert room.pressed(2, "responsive", "?show=undecided").endswith("/review/3?show=undecided")
    gone = room.page("/review/2?show=undecided")
    assert "4 in “Undecided”" in text_of(gone)
    assert room.onward(gone)[0].endswith("/review/3?show=undecided")


def test_a_plan_leads_back_to_the_record_in_its_list(room: Room) -> None:
    form = {"words": "760-555-0102", "code": "EX-PRIV"}
    plan = room.desks.get(room.answer(f"/review/4/redact{SHOW}", form).headers["location"])
    assert f'href="/requests/{room.number}/review/4{SHOW}"' in plan.text


def test_a_record_is_opened_by_its_number(room: Room) -> None:
    for typed in ("4", " 4", f"{room.number}-000004"):
        answer = room.desks.get(f"/requests/{room.number}/review?record={typed}")
        assert answer.headers["location"].endswith("/review/4"), typed
    for typed in ("6", "four", "1-3", "all", "0"):
        assert (
            "/review/"
            not in room.desks.get(f"/requests/{room.number}/review?record={typed}").headers["location"]
        )


def test_a_list_of_no_such_name_is_all_of_it(room: Room) -> None:
    assert "Next undecided" in room.page("/review/2?show=%22%3E").text
    assert "5 records" in room.said("/review?show=nothing")
