"""The pages on which a password is chosen, in a real browser: for screen readers, by keyboard alone, large, small."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from desk.browsers import Watched, browsing, watched
from desk.owndesk import PASSWORD, OwnDesk, serving
from desk.test_accessibility import too_wide, unreached, violations
from paloverde.desk.people import Role

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
FIRST = "q7w2k-first-password-by-it"
OWN = "seven herons by the pond"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with browsing() as found:
        yield found


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[OwnDesk]:
    with serving(OwnDesk(tmp_path)) as running:
        running.people.put("cleo", "Cleo Park", Role.CLERK, FIRST, temporary=True)
        yield running


_CURSOR_IN_A_FIELD = "() => document.activeElement?.tagName === 'INPUT'"
# The cursor starts where one must type: it is put before everything, as for somebody who goes through the page.
_TO_THE_TOP = (
    "() => { document.body.tabIndex = -1; document.body.focus(); document.body.removeAttribute('tabindex'); }"
)


def faults(page: Page) -> list[str]:
    page.evaluate(_TO_THE_TOP)
    return [*violations(Axe(), page), *too_wide(page), *unreached(page)]


def typed(window: Watched, *texts: str) -> Page:
    """What somebody does who has a keyboard and nothing else: type into one field after the other, and Enter."""
    keyboard = window.page.keyboard
    window.page.wait_for_function(_CURSOR_IN_A_FIELD)
    for at, text in enumerate(texts):
        keyboard.press("ControlOrMeta+a")
        keyboard.type(text)
        if at < len(texts) - 1:
            keyboard.press("Tab")
    with window.page.expect_navigation():
        keyboard.press("Enter")
    return window.page


def test_by_keyboard_alone_the_first_password_is_changed_and_the_own_one_later(
    browser: Browser, desk: OwnDesk
) -> None:
    with watched(browser, desk.address) as window:
        window.open("/sign-in?next=/help")
        page = typed(window, "cleo", FIRST)
        assert (
            page.get_by_role("heading", level=1).inner_text() == "Social media records: change your password"
        )
        assert page.evaluate("document.activeElement.id") == "current"  # the username stands there
        page = typed(window, FIRST, "cleo park cleo park", "cleo park cleo park")
        refused = page.get_by_role("alert").inner_text()
        assert "your name or username" in refused
        assert faults(page) == []
        page.locator("#current").focus()
        page = typed(window, FIRST, OWN, OWN)
        assert page.url == f"{desk.address}/help"

        page.get_by_role("link", name="Your password").focus()
        page.keyboard.press("Enter")
        page.wait_for_url("**/password")
        assert faults(page) == []
        page.locator("#current").focus()
        page = typed(window, "a guess", OWN + "s", OWN + "s")
        page.get_by_text("This is not your password. Type it again.").wait_for()
        assert page.locator("#current").input_value() == ""
        assert faults(page) == []
        page.locator("#current").focus()
        page = typed(window, OWN, PASSWORD, PASSWORD)
        page.get_by_text("Your password is changed. All your other sign-ins ended.").wait_for()
        assert desk.people.check("cleo", PASSWORD)
        answers = [
            wrong for wrong in window.wrong if not wrong.startswith(("answer: 40", "console: Failed to load"))
        ]
        assert answers == []  # but for the refusals


@pytest.mark.parametrize("path", ["/sign-in", "/sign-in/password"])
def test_the_pages_before_signing_in_are_open_to_everybody(
    browser: Browser, desk: OwnDesk, path: str
) -> None:
    with watched(browser, desk.address) as window:
        assert faults(window.open(path)) == []
        assert window.wrong == []


def test_signing_out_has_the_browser_forget_the_pages_that_it_would_go_back_to(
    browser: Browser, desk: OwnDesk
) -> None:
    desk.people.put("cleo", "Cleo Park", Role.CLERK, PASSWORD)
    with watched(browser, desk.address) as window:
        page = window.open("/sign-in?next=/my-sign-ins")
        page = typed(window, "cleo", PASSWORD)
        page.evaluate("localStorage.setItem('kept', 'something')")
        page.get_by_role("button", name="Sign out").click()
        page.wait_for_url("**/sign-in")
        assert page.evaluate("localStorage.getItem('kept')") is None
        page.go_back()
        assert "Where you are signed in" not in page.locator("h1").inner_text()
