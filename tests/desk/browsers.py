"""A real browser at the desk, with somebody signed in, that tells everything which a page should not do."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from desk.desks import Desks, OpenDoor, text_of
from paloverde.desk.app import desk_app, routes_of
from paloverde.desk.areas import PAGES
from paloverde.desk.paces import Paces
from paloverde.desk.people import Role
from paloverde.installation import Installation

PROGRAMS = ("chromium", "google-chrome", "chromium-browser")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
BUSY = {"search": 100_000, "export": 100_000}
# What Airflow gives the frame in which a plugin's page stands.
SANDBOX = "allow-scripts allow-same-origin allow-forms allow-downloads"
_LINK = re.compile(r'<a [^>]*?href="(/[^"#]*)')
_PER_ROUTE = 2  # addresses of one route and one set of parameters that a walk opens


@contextmanager
def browsing() -> Iterator[Browser]:
    """The browser of this machine, with an empty profile; the test is skipped where there is none."""
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        pytest.skip("no browser is installed (chromium or google-chrome): `make browser` says how")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, headless=True, args=[*FLAGS])
        try:
            yield browser
        finally:
            browser.close()


class Watched:
    """A page of the browser; `wrong` is all that a page of the desk never does."""

    def __init__(self, browser: Browser, address: str, who: Role, **view: Any) -> None:
        self.address, self.wrong = address, list[str]()
        self.context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **view})
        self.context.add_cookies([{"name": "who", "value": who.value, "url": address}])
        self.page: Page = self.context.new_page()
        self.page.on(
            "console", lambda said: self._note("console", said.text, said.type in ("error", "warning"))
        )
        self.page.on("pageerror", lambda error: self._note("error", str(error)))
        self.page.on("request", lambda asked: self._note("request", asked.url, not self._is_ours(asked.url)))
        self.page.on(
            "response", lambda got: self._note("answer", f"{got.status} {got.url}", got.status >= 400)
        )
        self.page.on("popup", lambda other: self._note("window", other.url))
        self.page.on("dialog", self._dialog)

    def open(self, path: str) -> Page:
        """A page of the desk, loaded in full."""
        self.page.goto(f"{self.address}{path}", wait_until="load")
        return self.page

    def close(self) -> None:
        self.context.close()

    def _is_ours(self, url: str) -> bool:
        return url.startswith(f"{self.address}/")

    def _dialog(self, dialog: Any) -> None:
        self._note("dialog", dialog.message)
        dialog.dismiss()

    def _note(self, what: str, told: str, counts: bool = True) -> None:
        if counts:
            self.wrong.append(f"{what}: {told}")


@contextmanager
def watched(browser: Browser, address: str, who: Role = Role.CLERK, **view: Any) -> Iterator[Watched]:
    one = Watched(browser, address, who, **view)
    try:
        yield one
    finally:
        one.close()


class BusyDesks(Desks):
    """A desk that counts nobody's looks; `framed` as it stands in Airflow."""

    def __init__(self, city: Installation, *, framed: bool = False) -> None:
        super().__init__(city)
        door = OpenDoor(self.persons)
        door.framed = framed
        self.app = desk_app(lambda: city, door, PAGES, Paces(per_window=BUSY))


def walk(desks: Desks, who: Role, per_route: int = _PER_ROUTE) -> list[str]:
    """Addresses of pages that somebody comes to from today's page by links, a few of each route."""
    client = desks.client(who)
    routes = [(route.path, route.path_regex) for route in routes_of(desks.app) if "GET" in route.methods]
    taken: dict[tuple[str, ...], int] = {}
    waiting, seen, pages = ["/"], {"/"}, list[str]()
    while waiting:
        path = waiting.pop(0)
        answer = client.get(path)
        assert answer.status_code < 500, (who, path, text_of(answer))
        if answer.status_code != 200 or not answer.headers["content-type"].startswith("text/html"):
            continue  # a link that may lead nowhere (a record that is not registered), or to a file
        pages.append(path)
        for found in _LINK.findall(answer.text):
            address = found.replace("&amp;", "&")
            place = _place(address, routes)
            if address in seen or place is None or taken.get(place, 0) >= per_route:
                continue
            seen.add(address)
            taken[place] = taken.get(place, 0) + 1
            waiting.append(address)
    return pages


def _place(address: str, routes: list[tuple[str, re.Pattern[str]]]) -> tuple[str, ...] | None:
    """The route of an address with the names of its parameters; None for what is no page."""
    parts = urlsplit(address)
    route = next((path for path, form in routes if form.match(parts.path)), None)
    names = sorted({name for name, _ in parse_qsl(parts.query)})
    return (route, *names) if route else None
