"""The desk as its own service, on a port of its own, and a browser that goes there."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import uvicorn
from httpx import Client, Response

from desk.desks import Visitors, until
from paloverde.desk.opened import Opened
from paloverde.desk.people import People, Role
from paloverde.desk.service import Service, service
from paloverde.installation import Installation, open_installation
from paloverde.settings import load

PASSWORD = "a long sentence for tests"
START = datetime(2026, 11, 18, 20, tzinfo=UTC)
_TOKEN = re.compile(r'name="form_token" value="([0-9a-f]{64})"')


class Clock:
    """A clock that a test sets forward."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def pass_minutes(self, minutes: float) -> None:
        self.now += timedelta(minutes=minutes)


class OwnDesk:
    """The city, the people of its users file, and its service."""

    def __init__(self, home: Path, **settings: str) -> None:
        self.door = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://localhost:{self.door.getsockname()[1]}"
        self.clock = Clock()
        given = {"PALOVERDE_HOME": str(home), "PALOVERDE_DESK_ADDRESS": self.address} | settings
        self.settings = load(given)
        self.city: Installation = open_installation(self.settings, self.clock)
        self.people = People(home / "users.json")
        self.people.put("cleo", "Cleo Park", Role.CLERK, PASSWORD)

    def app(self) -> Service:
        """One process's application; several may stand on the same database."""
        return service(self.settings, Opened(lambda: self.city), self.city.vault.books, self.clock)


def browser(address: str) -> Client:
    return Visitors(base_url=address, timeout=60, trust_env=False)


def sign_in(client: Client, username: str = "cleo", password: str = PASSWORD, **form: str) -> Response:
    return client.post("/sign-in", data={"username": username, "password": password} | form)


def token_of(page: str) -> str:
    found = _TOKEN.search(page)
    assert found, page
    return found[1]


@contextmanager
def serving(desk: OwnDesk) -> Iterator[OwnDesk]:
    with running(desk.app(), desk.door):
        yield desk


@contextmanager
def second_process(desk: OwnDesk) -> Iterator[str]:
    """Another process on the same database, as far as it shares nothing else; its address."""
    door = socket.create_server(("127.0.0.1", 0))
    with running(desk.app(), door):
        yield f"http://localhost:{door.getsockname()[1]}"


@contextmanager
def running(app: Service, door: socket.socket) -> Iterator[None]:
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
