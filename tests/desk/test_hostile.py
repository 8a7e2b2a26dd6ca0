"""Archived texts that would act on a page, shown in a real browser: unharmed, and harmless."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode

import msgspec
import pytest
from playwright.sync_api import Browser, Page

from desk.browsers import BusyDesks, browsing, walk, watched
from desk.desks import served
from desk.payloads import ALL
from exports import OWN, shown
from paloverde.bundles.pages import visible
from paloverde.desk.people import Role
from paloverde.records import Poster
from requesthall import NOW, RequestHall

pytestmark = pytest.mark.slow
POSTED = datetime(2026, 5, 6, 17, tzinfo=UTC)
WORD = "payload"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with browsing() as found:
        yield found


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> RequestHall:
    """Each text as the words, the poster's name and the address of a post; all of them found for a request."""
    hall = RequestHall(tmp_path_factory.mktemp("hostile"))
    posts = [
        msgspec.structs.replace(
            shown("x", f"h{n}", f"{WORD} {n}: {text}", POSTED),
            poster=Poster(text, text, OWN), permalink=text,
        )
        for n, text in enumerate(ALL)
    ]  # fmt: skip
    hall.office.night("x", posts, NOW)
    hall.search(WORD)
    return hall


@pytest.fixture(scope="module")
def desks(hall: RequestHall) -> Iterator[BusyDesks]:
    with served(BusyDesks(hall.city)) as running:
        yield running


def in_one_line(text: str) -> str:
    return " ".join(text.split())


def words_on(page: Page) -> str:
    """All words of a page, as they were written into it."""
    return in_one_line(page.evaluate("document.getElementById('main').textContent"))


def written(text: str) -> str:
    """What a page writes for a text: what is not seen stands there in brackets."""
    return in_one_line(visible(text))


def test_each_text_stands_whole_on_the_page_of_its_record_and_does_nothing(
    browser: Browser, desks: BusyDesks
) -> None:
    faults = list[str]()
    with watched(browser, desks.address) as window:
        for n, text in enumerate(ALL):
            query = urlencode({"account": "x-palmaria", "kind": "post", "id": f"h{n}"})
            for path in (f"/record?{query}", f"/record/payload?{query}", f"/record/conversation?{query}"):
                page = window.open(path)
                if path.startswith("/record?") and written(f"{WORD} {n}: {text}") not in words_on(page):
                    faults.append(f"{path}: {text!r} is not shown as it is")
                faults += [f"{path}: {text!r}: {wrong}" for wrong in window.wrong]
                window.wrong.clear()
                assert page.title().endswith("Social media records")
                assert page.locator("h1").count() == 1
    assert faults == []


def test_each_text_stands_whole_where_it_is_reviewed_and_does_nothing(
    browser: Browser, desks: BusyDesks, hall: RequestHall
) -> None:
    missing, faults = dict(enumerate(ALL)), list[str]()
    with watched(browser, desks.address) as window:
        for at in range(1, len(ALL) + 1):
            page = window.open(f"/requests/{hall.number}/review/{at}")
            said = words_on(page)
            for n in [n for n in missing if f"{WORD} {n}:" in said]:
                if len(ALL[n]) > 1_000 or written(f"{WORD} {n}: {ALL[n]}") in said:
                    del missing[n]
            faults += [f"record {at}: {wrong}" for wrong in window.wrong]
            window.wrong.clear()
    assert missing == {}
    assert faults == []


def test_every_page_that_leads_on_from_them_is_harmless(browser: Browser, desks: BusyDesks) -> None:
    faults = list[str]()
    for role in (Role.CLERK, Role.AUDITOR):
        with watched(browser, desks.address, role) as window:
            for path in [*walk(desks, role), f"/search?{urlencode({'q': WORD})}"]:
                page = window.open(path)
                assert page.locator("h1").count() == 1, path
                faults += [f"{path}: {wrong}" for wrong in window.wrong]
                window.wrong.clear()
    assert faults == []


@pytest.mark.parametrize("path", ["/search", "/ledger"])
def test_a_text_that_is_typed_in_comes_back_as_it_was_and_does_nothing(
    browser: Browser, desks: BusyDesks, path: str
) -> None:
    field = {"/search": "q", "/ledger": "who"}[path]
    faults = list[str]()
    with watched(browser, desks.address) as window:
        for text in [text for text in ALL if len(text) <= 200]:
            page = window.open(f"{path}?{urlencode({field: text})}")
            faults += [f"{text!r}: {wrong}" for wrong in window.wrong if " 400 " not in wrong]
            window.wrong.clear()
            typed = page.locator(f"#{field}")
            if typed.count() and text.isprintable() and typed.input_value() != text:
                faults.append(f"{text!r} came back as {typed.input_value()!r}")
    assert faults == []


def test_the_texts_are_many_and_of_every_kind(tmp_path: Path) -> None:
    assert len(set(ALL)) == len(ALL) > 50
    assert any(not text.isprintable() for text in ALL)
