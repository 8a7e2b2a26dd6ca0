"""A city whose people work at the desk in a real browser: the service with its sign-in, the one behind links, and
whoever sits before them.

Each person opens one address, signs in, and goes on by the links, labels and buttons that the pages show.
"""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import uvicorn
from playwright.sync_api import Browser, Locator, Page, expect

from desk.desks import until
from paloverde.desk.delivery import delivery_app
from paloverde.desk.opened import Opened
from paloverde.desk.people import Role, people_of
from paloverde.desk.service import service
from paloverde.installation import Installation, open_installation
from paloverde.installation.downloads import Downloads
from paloverde.platforms.conversation import Clock
from paloverde.retention.schedule import RecordClass, Schedule, file_schedule
from paloverde.settings import load
from paloverde.simulator.server import RunningSites, start
from paloverde.simulator.sites import SITES, build
from simulatedcity import TODAY, ArchivedCity

PASSWORD = "a long sentence for tests"
PEOPLE = {
    "cleo": ("Cleo Park", Role.CLERK, "City Clerk"),
    "ana": ("Ana Ruiz", Role.COUNSEL, "City Attorney"),
    "pia": ("Pia Nolan", Role.PUBLIC_AFFAIRS, "Public Affairs Manager"),
    "ivo": ("Ivo Lee", Role.IT, ""),
}
SLOW = 60_000  # milliseconds that something may take on a busy machine
# The City's schedule is adopted at the command line: the desk has no page for it.
SCHEDULE = Schedule(
    resolution="2020-11",
    title="Social media",
    adopted_on=date(2020, 1, 1),
    effective_from=date(2020, 1, 1),
    classes=(RecordClass(id="SOC", title="Posts and what is said under them", years=2),),
)
NAME, PHONE = "Ofelia Quintero", "760-555-0142"
# Of Lagunita nobody else in the simulated city says anything.
SAID = {
    "post": "Lagunita Pool opens on Monday at 8.",
    "phone": f"Call me about Lagunita Pool: {PHONE}",
    "name": f"{NAME} said that Lagunita Pool is cold.",
    "again": f"Then {NAME.upper()} should stay away from Lagunita Pool!",
    "hidden": "Lagunita Pool is a disgrace, and so is the mayor",
    "deleted": "I broke my arm at Lagunita Pool",
}


class TownHall:
    """The city, the people of its users file, and the addresses of its two services."""

    def __init__(self, environ: Mapping[str, str], clock: Clock | None = None) -> None:
        self.doors = [socket.create_server(("127.0.0.1", 0)) for _ in range(2)]
        self.desk, self.links = (f"http://localhost:{door.getsockname()[1]}" for door in self.doors)
        self.environ = {
            **environ,
            "PALOVERDE_DESK_ADDRESS": self.desk,
            "PALOVERDE_DELIVERY_ADDRESS": self.links,
        }
        settings = load(self.environ)
        self.city: Installation = open_installation(settings, *([clock] if clock else []))
        people = people_of(settings)
        for username, (name, role, title) in PEOPLE.items():
            people.put(username, name, role, PASSWORD, title)

    @contextmanager
    def open(self, folder: Path) -> Iterator[TownHall]:
        """Both services run until the block ends; the one behind links has a folder of its own."""
        city = self.city
        folder.mkdir()
        downloads = Downloads(city.settings, city.vault, city.cabinet, folder)
        desk = service(city.settings, Opened(lambda: city), city.vault.books, city.vault.clock)
        with ExitStack() as stack:
            for app, door in zip((desk, delivery_app(downloads)), self.doors, strict=True):
                stack.enter_context(_running(app, door))
            yield self


class Visitor:
    """Somebody at a browser of their own; `wrong` is all that a page never does."""

    def __init__(self, browser: Browser) -> None:
        self.context = browser.new_context(viewport={"width": 1280, "height": 900})
        self.context.set_default_timeout(SLOW)
        self.page: Page = self.context.new_page()
        self.wrong = list[str]()
        self.page.on("console", lambda said: self._note(said.type, said.text, {"error", "warning"}))
        self.page.on("pageerror", lambda error: self.wrong.append(f"error: {error}"))
        self.page.on("popup", lambda other: self.wrong.append(f"window: {other.url}"))
        self.page.on("dialog", lambda dialog: (self.wrong.append(dialog.message), dialog.dismiss()))

    def open(self, address: str) -> Visitor:
        """The one address that a person types, or follows from a message."""
        self.page.goto(address)
        return self

    def sign_in(self, username: str) -> Visitor:
        self.fill(Username=username, Password=PASSWORD)
        return self.press("Sign in")

    def go(self, *links: str) -> Visitor:
        """Follow links by their words, one after another: those of the page before those of the menu."""
        for words in links:
            inside = self.main.get_by_role("link", name=words, exact=True)
            link = inside.or_(self.page.get_by_role("link", name=words, exact=True)).first
            link.wait_for()
            self.follow(inside.first if inside.count() else link)
        return self

    def follow(self, way: Locator) -> Visitor:
        """Click on something that leads to another page, and wait for that."""
        with self.page.expect_navigation(timeout=SLOW):
            way.click()
        return self

    def press(self, button: str) -> Visitor:
        return self.follow(self.page.get_by_role("button", name=button, exact=True))

    def fill(self, fields: Mapping[str, str] | None = None, **more: str) -> Visitor:
        """Write into fields by their labels."""
        for label, text in {**(fields or {}), **more}.items():
            self.field(label).fill(text)
        return self

    def choose(self, label: str, words: str) -> Visitor:
        """One of a list, by words of it."""
        options = self.field(label).locator("option").all_inner_texts()
        self.field(label).select_option(label=next(one for one in options if words in one))
        return self

    def tick(self, words: str) -> Visitor:
        self.page.get_by_label(words).check()
        return self

    def bring(self, label: str, name: str, body: bytes) -> Visitor:
        """Choose a file."""
        self.field(label).set_input_files({"name": name, "mimeType": "text/plain", "buffer": body})
        return self

    def worked(self) -> Visitor:
        """Wait for long work; the page that it leads to."""
        made = self.main.get_by_role("link", name="Open what was made")
        made.or_(self.page.locator("main:not(:has(#work))")).first.wait_for()
        if made.is_visible():
            self.follow(made)
        self.page.locator("main:not(:has(#work))").wait_for()
        return self

    def failed(self) -> Visitor:
        """Wait for long work that could not be done: the page says why."""
        return self.reads("It could not be done")

    def reads(self, *words: str) -> Visitor:
        """The page says so."""
        for one in words:
            expect(self.main).to_contain_text(one, timeout=SLOW)
        return self

    def row(self, text: str) -> Locator:
        """The line of a table that says so."""
        return self.page.get_by_role("row").filter(has_text=text)

    def field(self, label: str) -> Locator:
        return self.page.get_by_label(re.compile(rf"^\s*{re.escape(label)}\s*(\(required\))?\s*$"))

    @property
    def main(self) -> Locator:
        return self.page.locator("main")

    @property
    def menu(self) -> list[str]:
        return self.page.get_by_role("navigation", name="Desk").get_by_role("link").all_inner_texts()

    def _note(self, kind: str, text: str, counts: set[str]) -> None:
        if kind in counts:
            self.wrong.append(f"{kind}: {text}")


class Street:
    """The people who come to one town hall, each at a browser of their own."""

    def __init__(self, browser: Browser, hall: TownHall) -> None:
        self._browser, self.hall = browser, hall
        self.visitors = list[Visitor]()

    def arrives(self, username: str, address: str = "") -> Visitor:
        """Somebody opens the desk, or the page whose address a colleague has sent, and signs in."""
        return self.stranger(address or self.hall.desk).sign_in(username)

    def stranger(self, address: str) -> Visitor:
        """Somebody who has an address and nothing else."""
        self.visitors.append(Visitor(self._browser))
        return self.visitors[-1].open(address)

    def wrong(self) -> list[str]:
        """What pages did that none may do."""
        return [told for one in self.visitors for told in one.wrong]


@contextmanager
def streets(browser: Browser, hall: TownHall) -> Iterator[Street]:
    """People come and go home again; no page may have done what none does."""
    street = Street(browser, hall)
    try:
        yield street
        assert street.wrong() == []
    finally:
        for one in street.visitors:
            one.context.close()


def happen(sites: RunningSites, environ: Mapping[str, str]) -> dict[str, str]:
    """Two nights of Facebook; between them the City hides a comment, and somebody deletes one. The ids of what
    was said, by its name in `SAID`.
    """
    city = ArchivedCity(sites, load(environ))
    facebook = next(slug for slug in city.tokens if slug.startswith("facebook"))
    for slug in city.tokens.keys() - {facebook}:
        city.city.remove_account(slug, "a test")
    city.tokens = {facebook: city.tokens[facebook]}
    event = city.event
    post = event(site="facebook", do="post", text=SAID["post"])["item"]["id"]
    said = {
        what: event(site="facebook", do="comment", on=post, text=text)["item"]["id"]
        for what, text in SAID.items()
        if what != "post"
    }
    city.night()
    event(site="facebook", do="hide", item=said["hidden"])
    event(site="facebook", do="delete", item=said["deleted"])
    city.night(TODAY + timedelta(days=1))
    assert city.check(TODAY + timedelta(days=1)) >= {said["hidden"], said["deleted"]}
    file_schedule(city.city.cabinet, SCHEDULE, "ana")
    city.city.vault.books.dispose()
    return said


def environment(sites: RunningSites, home: Path) -> dict[str, str]:
    """The settings of a city whose sites are these."""
    return {
        "PALOVERDE_HOME": str(home),
        **{f"PALOVERDE_{name.upper()}_API": f"{sites.url}/{name}" for name in SITES},
        "PALOVERDE_ALLOW_LOOPBACK_SITES": "true",
        "PALOVERDE_TOKEN_API": f"{sites.url}/tokens",
        "PALOVERDE_LOG_ORIGIN": "archive.palmaria.example/ledger",
        "PALOVERDE_AGENCY_NAME": "City of Palma Ria",
        "PALOVERDE_RECORDS_OFFICE": "City Clerk, 1 Plaza, Palma Ria, clerk@palmaria.example",
        "PALOVERDE_ARCHIVE_LOCATION": "City Hall, 1 Plaza, Palma Ria",
        "PALOVERDE_ATTEMPTS": "2",
        "PALOVERDE_LONGEST_WAIT_SECONDS": "1",
    }


@contextmanager
def simulated_sites() -> Iterator[RunningSites]:
    """The sites of a small city."""
    with start(build(7, datetime.now(UTC), scale=0.1, running=True)) as sites:
        yield sites


@contextmanager
def _running(app: Any, door: socket.socket) -> Iterator[None]:
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [door]}, daemon=True)
    thread.start()
    until(lambda: server.started)
    try:
        yield
    finally:
        server.should_exit = True
        thread.join()
        door.close()
