"""The way back: to what was counted before a hold, to what is done already; and words that were in the way."""

from __future__ import annotations

from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest

from desk.desks import Desks, served, text_of
from desk.shelves import Shelves
from desk.test_hold_pages import ASKED, seen, worked
from paloverde.desk.people import Person, Role
from paloverde.search.question import ask
from requesthall import RequestHall

WRONG_DAYS = "11/26/2026, Thanksgiving Day\nsoon, Holiday"


@pytest.fixture
def holding(tmp_path: Path) -> Iterator[Desks]:
    with served(Desks(Shelves(tmp_path / "shelves").fill().city)) as running:
        yield running


def test_what_a_hold_would_keep_is_changed_and_what_was_ordered_is_shown_to_whoever_goes_back(
    holding: Desks,
) -> None:
    shown = worked(holding, "/place-hold", ASKED | {"people": "Rosa\nIan", "since": "1/2/2025"})
    page = holding.get(shown, Role.COUNSEL)
    assert "What LIT-2026-03 would keep ready, begun" in text_of(holding.get("/", Role.COUNSEL))
    change = f"/place-hold?draft={shown.rpartition('/')[2]}"
    assert f'href="{change}">Change what it keeps' in page.text
    form = holding.get(change, Role.COUNSEL).text
    for kept in ('value="LIT-2026-03"', 'value="Ito v. City"', 'value="2025-01-02"', ">Rosa\nIan</textarea>"):
        assert kept in form
    worked(holding, shown, {"seen": seen(page.text)})
    back = holding.client(Role.COUNSEL)
    led = back.get(shown)
    assert (led.status_code, led.headers["location"]) == (303, "/holds/LIT-2026-03")
    assert "This was confirmed already, and it is done" in text_of(back.get("/holds/LIT-2026-03"))


def test_the_place_of_a_mistake_stands_under_the_question_in_letters_of_one_width(holding: Desks) -> None:
    page = holding.post("/place-hold", ASKED | {"words": 'pool "hours'}, Role.COUNSEL)
    assert page.status_code == 400
    assert '<pre class="desk-exact">  pool &#34;hours\n       ^</pre>' in page.text


def test_closed_days_are_typed_and_stand_there_to_be_changed(desks: Desks, hall: RequestHall) -> None:
    wrong = desks.post("/requests/closed-days", {"days": WRONG_DAYS})
    assert wrong.status_code == 400
    assert "line 2: 'soon' is no date" in unescape(text_of(wrong))
    assert WRONG_DAYS in wrong.text
    said = desks.done("/requests/closed-days", {"days": WRONG_DAYS.replace("soon", "12/25/2026")})
    assert "The closed days of 2026 are adopted." in said
    assert "Friday, December 25, 2026" in said
    assert (
        "2026-11-26, Thanksgiving Day\n2026-12-25, Holiday</textarea>"
        in desks.get("/requests/closed-days").text
    )
    nothing = desks.post("/requests/closed-days", {"days": " "})
    assert "Choose the file with the closed days, or type them." in text_of(nothing)


def test_a_clerk_of_one_account_is_told_what_is_in_the_way(desks: Desks) -> None:
    limited = Person("li", "Li Wen", Role.CLERK, "", ("x-palmaria",))
    said = text_of(desks.get("/requests", limited))
    assert "Your sign-in opens the records of x-palmaria alone" in said
    assert "that role may not" not in said
    assert "that role may not" in text_of(desks.get("/requests", Role.PUBLIC_AFFAIRS))


@pytest.mark.parametrize(
    ("question", "told"),
    [("", r"^The question is empty\. Write"), ("kind:tweet", r"Did you mean kind:post\?")],
)
def test_what_is_in_the_way_of_a_question_is_said_with_what_is_meant(question: str, told: str) -> None:
    with pytest.raises(Exception, match=told):
        ask(question)
