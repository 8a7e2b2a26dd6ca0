"""The decisions of a review in a real browser: in sight on a long page, near the keyboard, safe to go back from."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from playwright.sync_api import Page

from archives import add_night
from desk.browsers import Watched, browsing
from desk.desks import Desks, served
from desk.shelves import FB, NOW, Shelves
from paloverde.desk.people import Role
from paloverde.requests.events import Received
from paloverde.retention.holds import By

CLEO = By("Cleo Park", "clerk", "this test")
SEEN = datetime(2026, 5, 7, 9, tzinfo=UTC)
FEW = 8  # presses of Tab


@pytest.fixture(scope="module")
def review(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Watched, str]]:
    """The review of forty records, in a browser."""
    shelves = Shelves(tmp_path_factory.mktemp("bar"))
    rows = [
        shelves.row(str(n), f"The pool, number {n}. {'A long tale. ' * 400 if n == 1 else ''}",
                    kind="post", observed_at=SEEN)
        for n in range(1, 41)
    ]  # fmt: skip
    add_night(shelves.city.archive, FB, date(2026, 5, 7), rows)
    requests = shelves.city.requests
    asked = Received(by=CLEO, at=NOW, number="", channel="letter", text="All", received_on=date(2026, 11, 16))
    number = requests.receive(asked).number
    answer, _ = requests.search(number, "pool", CLEO)
    shelves.city.reviews.gather(number, answer.hits, CLEO)
    with served(Desks(shelves.city)) as desks, browsing() as browser:
        watched = Watched(browser, desks.address, Role.CLERK)
        yield watched, f"/requests/{number}/review"
        watched.close()


def is_in_sight(page: Page, button: str) -> bool:
    box = page.get_by_role("button", name=button, exact=True).bounding_box()
    size = page.viewport_size
    assert box is not None
    assert size is not None
    return box["y"] >= 0 and box["y"] + box["height"] <= size["height"]


@pytest.mark.parametrize(("place", "button"), [("", "Not responsive…"), ("/1", "Not responsive")])
def test_the_decisions_stay_in_sight_from_the_top_of_a_page_to_its_end(
    review: tuple[Watched, str], place: str, button: str
) -> None:
    watched, path = review
    page = watched.open(f"{path}{place}")
    if place:
        assert is_in_sight(page, button)
    for down in (900, 1_800):
        page.evaluate(f"window.scrollTo(0, {down})")
        assert is_in_sight(page, button)


def test_the_keyboard_reaches_them_within_a_few_presses(review: tuple[Watched, str]) -> None:
    watched, path = review
    page = watched.open(path)
    page.get_by_role("button", name="Show these").focus()
    reached = list[str]()
    for _ in range(FEW):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.textContent.trim()"))
    assert "Responsive…" in reached
    assert "Not responsive…" in reached


def test_going_back_from_what_is_opened_on_a_plan_leads_to_the_plan(review: tuple[Watched, str]) -> None:
    watched, path = review
    page = watched.open(path)
    page.get_by_role("checkbox", name="Record 2", exact=True).check()
    page.get_by_role("button", name="Not responsive…").click()
    assert "This hands over nothing of 1 record." in page.inner_text("main")
    page.get_by_role("link", name="Record 2", exact=True).click()
    page.go_back()
    page.get_by_role("button", name="Decide so for 1 record").click()
    assert "1 decided." in page.inner_text("main")
    page.go_back()
    assert "This was filed already" in page.inner_text("main")
    assert watched.wrong == []
