"""The desk where most cities open it: in the frame of a running Airflow, behind its sign-in, in a real browser."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.client import HTTPException
from pathlib import Path
from typing import NamedTuple
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from httpx import Client
from playwright.sync_api import Browser, FrameLocator, Page, expect

from desk.browsers import SANDBOX, browsing
from paloverde.desk.people import People, Role
from paloverde.orchestration import airflow_parts
from paloverde.orchestration.staging import free_port, wait_until
from paloverde.orchestration.supervise import Supervised
from requesthall import RequestHall

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
REPOSITORY = Path(__file__).parents[2]
PASSWORD = "a long sentence for tests"
DESK = "/plugin/records/paloverde"  # the desk in Airflow's frame; its own path follows
# Airflow's web server builds its API at the first call, on a busy machine for a minute.
PATIENCE = 180.0
SLOW = 180_000  # milliseconds that a page may take on a busy machine


class City(NamedTuple):
    """A city with a records request and three posts on the pool, and its running Airflow."""

    address: str
    hall: RequestHall


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with browsing() as found:
        yield found


@pytest.fixture(scope="module")
def city(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    """Airflow's web server with the settings of `paloverde demo`, alone: no night is run here."""
    del browser  # without one nothing is started
    home = tmp_path_factory.mktemp("city")
    hall = RequestHall(home)
    people = People(home / "users.json")
    for role in (Role.CLERK, Role.IT):
        people.put(role.value, f"The {role.value}", role, PASSWORD)
    port = free_port()
    environ = airflow_parts.environment(home / "airflow", REPOSITORY, port, hall.settings)
    environ["PYTHONPATH"] = os.pathsep.join([str(REPOSITORY / "include"), environ.get("PYTHONPATH", "")])
    airflow_parts.migrate(environ, home / "migrate.log")
    (server, *_) = airflow_parts.parts()
    server = replace(server, command=[*server.command, "--proxy-headers"])  # as docker-compose.yaml has it
    address = f"http://127.0.0.1:{port}"
    with Supervised(home / "parts", [server], environ) as parts:
        wait_until(lambda: _answers(address), PATIENCE, lambda: parts.tail(server.name, 40))
        yield City(address, hall)


def _answers(address: str) -> bool:
    try:
        with urlopen(f"{address}/api/v2/monitor/health", timeout=180):
            return True
    except HTTPError:
        raise
    except (OSError, HTTPException):
        return False


class Sitting:
    """Somebody's browser; `wrong` is all that the desk in it never does."""

    def __init__(self, browser: Browser, address: str) -> None:
        self.address, self.wrong = address, list[str]()
        self.context = browser.new_context(viewport={"width": 1280, "height": 900})
        self.context.set_default_timeout(SLOW)
        self.page = self.tab()

    def tab(self) -> Page:
        page = self.context.new_page()
        page.on("console", lambda said: self._console(said.type, said.text, said.location.get("url", "")))
        page.on("pageerror", lambda error: self.wrong.append(f"error: {error}"))
        page.on("dialog", lambda dialog: (self.wrong.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        page.on("popup", lambda other: self.wrong.append(f"window: {other.url}"))
        page.on("response", lambda got: self._answer(got.status, got.url))
        page.on("request", lambda asked: self._request(asked.url))
        return page

    def sign_in(self, role: Role, path: str = "/", page: Page | None = None) -> Page:
        """Ask for a page of Airflow's, and sign in where it leads."""
        page = page or self.page
        page.goto(f"{self.address}{path}")
        page.get_by_label("Username").fill(role.value)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(lambda url: "/auth/login" not in url, timeout=SLOW)
        return page

    def _console(self, kind: str, said: str, where: str) -> None:
        """Airflow's own pages complain of what a role may not see; and the browser, of Airflow's sandbox."""
        is_ours = "/paloverde/" in where and not said.startswith("An iframe which has both allow-scripts")
        if "Security Policy" in said or (is_ours and kind in ("error", "warning")):
            self.wrong.append(f"console: {said} at {where}")

    def _answer(self, status: int, url: str) -> None:
        if status >= 400 and "/paloverde/" in url:
            self.wrong.append(f"answer: {status} {url}")

    def _request(self, url: str) -> None:
        if not url.startswith((f"{self.address}/", f"blob:{self.address}/", "data:")):
            self.wrong.append(f"request: {url}")


@contextmanager
def sitting(browser: Browser, city: City) -> Iterator[Sitting]:
    one = Sitting(browser, city.address)
    try:
        yield one
    finally:
        one.context.close()


def desk_of(page: Page) -> FrameLocator:
    """The inside of the frame."""
    return page.frame_locator('iframe[title="Records"]')


def heading(page: Page, words: str | re.Pattern[str]) -> None:
    expect(desk_of(page).get_by_role("heading", level=1)).to_have_text(words, timeout=SLOW)


def test_the_clerk_signs_in_and_finds_the_desk_in_the_menu_of_airflow(browser: Browser, city: City) -> None:
    with sitting(browser, city) as clerk:
        page = clerk.sign_in(Role.CLERK)
        (cookie,) = clerk.context.cookies()
        assert cookie.items() >= {"httpOnly": True, "sameSite": "Lax", "path": "/", "expires": -1}.items()
        assert page.evaluate("document.cookie") == ""
        page.get_by_role("link", name="Records").click()
        heading(page, "Today")
        assert page.url == f"{city.address}{DESK}/"
        assert page.locator("iframe").get_attribute("sandbox") == SANDBOX
        expect(desk_of(page).get_by_role("main")).to_contain_text(city.hall.number)
        assert clerk.wrong == []


def test_a_day_of_work_goes_on_inside_the_frame(browser: Browser, city: City) -> None:
    with sitting(browser, city) as clerk:
        page = clerk.sign_in(Role.CLERK, f"{DESK}/")
        desk = desk_of(page)
        heading(page, "Today")
        desk.get_by_role("link", name="Search", exact=True).click()
        desk.locator("#q").fill("pool")
        desk.get_by_role("button", name="Search", exact=True).click()
        expect(desk.get_by_role("main")).to_contain_text("3 hits, in 3 records")
        # A form, which posts and tells what came of it.
        desk.get_by_text("Keep, cite or take away this search").click()
        desk.get_by_label("Name").fill("All on the pool")
        desk.get_by_role("button", name="Keep this search").click()
        expect(desk.get_by_role("main")).to_contain_text("The search “All on the pool” is kept.")
        # A file.
        page.go_back()
        desk.get_by_text("Keep, cite or take away this search").click()
        with page.expect_download(timeout=SLOW) as taking:
            desk.get_by_role("button", name=re.compile("Take the table")).click()
        assert taking.value.suggested_filename.endswith(".csv")
        assert taking.value.path().read_text("utf-8-sig").count("\n") == 4  # a line of names, and three hits
        # A record, and the way back by the browser's own button.
        desk.get_by_role("link", name=re.compile("post by City of Palma Ria", re.IGNORECASE)).first.click()
        heading(page, "Post by City of Palma Ria")
        page.go_back()
        heading(page, "Search")
        # Long work, whose page looks again by itself.
        desk.get_by_role("link", name="Ledger").click()
        desk.get_by_role("link", name=re.compile("Check all of it|Check the ledger")).first.click()
        desk.get_by_role("main").get_by_role("button").click()
        # Once it is ready the page leads on by itself, but where it was ready at once.
        expect(desk.get_by_role("main")).to_contain_text(re.compile("It is ready|is whole"), timeout=SLOW)
        if (made := desk.get_by_role("link", name="Open what was made")).is_visible():
            made.click()
        expect(desk.get_by_role("main")).to_contain_text("whole")
        assert clerk.wrong == []


def test_the_address_that_the_browser_shows_opens_the_same_page_for_a_colleague(
    browser: Browser, city: City
) -> None:
    with sitting(browser, city) as clerk, sitting(browser, city) as colleague:
        page = clerk.sign_in(Role.CLERK, f"{DESK}/search")
        desk_of(page).locator("#q").fill("pool hours")
        desk_of(page).locator("#q").press("Enter")
        expect(desk_of(page).get_by_role("main")).to_contain_text("1 hit, in 1 record")
        page.wait_for_url(re.compile("q=pool"))
        other = colleague.sign_in(Role.CLERK, page.url.removeprefix(city.address))
        expect(desk_of(other).get_by_role("main")).to_contain_text("1 hit, in 1 record")
        assert (clerk.wrong, colleague.wrong) == ([], [])


def test_it_is_worked_by_keyboard_alone_from_airflows_menu_on(browser: Browser, city: City) -> None:
    with sitting(browser, city) as clerk:
        page = clerk.sign_in(Role.CLERK, f"{DESK}/search")
        heading(page, "Search")
        focus = "document.activeElement.textContent.trim() || document.activeElement.id"
        for _ in range(30):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.tagName") == "IFRAME":
                break
        frame = page.frames[1]
        assert frame.evaluate(focus) == "Skip to the content"
        page.keyboard.press("Enter")
        for _ in range(5):
            page.keyboard.press("Tab")
            if frame.evaluate("document.activeElement.id") == "q":
                break
        page.keyboard.type("pool")
        page.keyboard.press("Enter")
        expect(desk_of(page).get_by_role("main")).to_contain_text("3 hits, in 3 records")
        assert clerk.wrong == []


def test_a_role_that_may_not_is_told_so_inside_the_frame(browser: Browser, city: City) -> None:
    with sitting(browser, city) as it:
        page = it.sign_in(Role.IT, f"{DESK}/search?q=pool")
        heading(page, "Not for this role")
        expect(desk_of(page).get_by_role("main")).to_contain_text("that role may not search records")
        menu = desk_of(page).get_by_role("navigation", name="Desk").get_by_role("link")
        assert menu.all_inner_texts() == ["Today", "Accounts", "Help"]
        assert [one for one in it.wrong if "403" not in one] == []


def test_signing_out_of_airflow_ends_the_desk_and_signing_in_again_leads_back(
    browser: Browser, city: City
) -> None:
    with sitting(browser, city) as clerk:
        page = clerk.sign_in(Role.CLERK, f"{DESK}/requests")
        heading(page, "Records requests")
        (cookie,) = clerk.context.cookies()
        elsewhere = clerk.tab()
        elsewhere.goto(f"{city.address}/")
        elsewhere.get_by_role("button", name="User").click()
        elsewhere.get_by_role("menuitem", name="Logout").click()
        elsewhere.get_by_role("button", name="Confirm").click()
        elsewhere.wait_for_url(re.compile("/auth/login"))
        assert clerk.context.cookies() == []
        with Client(base_url=city.address, cookies={cookie["name"]: cookie["value"]}, timeout=180) as copied:
            assert copied.get("/paloverde/").status_code == 401
        desk_of(page).get_by_role("link", name="Holds").click()
        heading(page, "You are not signed in")
        assert desk_of(page).get_by_role("link").count() == 0  # none would lead out of the frame
        expect(desk_of(page).get_by_role("main")).to_contain_text("Reload the page in your browser")
        page.reload()
        page.get_by_label("Username").wait_for()
        clerk.sign_in(Role.CLERK, page.url.removeprefix(city.address))
        heading(page, "Holds")
        assert [one for one in clerk.wrong if "401" not in one] == []


def test_whoever_is_signed_out_and_opens_the_desk_without_its_frame_comes_to_it_by_signing_in(
    browser: Browser, city: City
) -> None:
    with sitting(browser, city) as clerk:
        page = clerk.sign_in(Role.CLERK, "/paloverde/search?q=pool+hours")
        assert page.url.startswith(f"{city.address}{DESK}/search?q=pool+hours")
        expect(desk_of(page).get_by_role("main")).to_contain_text("1 hit, in 1 record")
        assert clerk.wrong == []


def test_airflow_leaves_the_answers_of_the_desk_as_they_are(browser: Browser, city: City) -> None:
    with sitting(browser, city) as clerk:
        clerk.sign_in(Role.CLERK)
        (cookie,) = clerk.context.cookies()
    with Client(base_url=city.address, cookies={cookie["name"]: cookie["value"]}, timeout=180) as client:
        page = client.get("/paloverde/search?q=pool")
        for answer in (page, client.get("/paloverde/nowhere"), client.get("/paloverde/static/desk.css")):
            policy = answer.headers["content-security-policy"]
            assert "default-src 'none'" in policy
            assert "frame-ancestors 'self'" in policy
            assert answer.headers["x-frame-options"] == "SAMEORIGIN"
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert answer.headers["referrer-policy"] == "same-origin"
        assert page.headers["cache-control"] == "no-store"
        assert page.headers["content-encoding"] == "gzip"
        (style,) = re.findall(r'href="([^"]+desk\.css\?\w+)"', page.text)
        assert "immutable" in client.get(style).headers["cache-control"]
        strange = client.post(
            "/paloverde/search/keep",
            data={"form_token": "0" * 64, "name": "x", "q": "pool"},
            follow_redirects=True,
        )
        assert strange.status_code == 400
    with Client(base_url=city.address, timeout=180) as stranger:
        for path in ("/", "/search?q=pool", "/requests", "/ledger", "/record", "/help"):
            assert stranger.get(f"/paloverde{path}").status_code == 401, path
        assert stranger.post("/paloverde/search/keep", data={"name": "x"}).status_code == 401


def test_behind_a_proxy_with_tls_the_session_goes_over_tls_alone(browser: Browser, city: City) -> None:
    del browser
    form = {"username": Role.CLERK.value, "password": PASSWORD}
    with Client(base_url=city.address, timeout=180) as client:
        for headers, is_tls in (({"x-forwarded-proto": "https"}, True), ({}, False)):
            given = client.post("/auth/login", data=form, headers=headers)
            assert given.status_code == 303
            assert ("Secure" in given.headers["set-cookie"]) == is_tls
