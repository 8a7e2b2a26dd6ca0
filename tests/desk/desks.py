"""A desk over a city's installation, and people who come to it with a browser's manners."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from html import unescape
from time import monotonic, sleep
from typing import Any

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import Response as Answer
from httpx import Client, Response

from paloverde.desk.app import desk_app
from paloverde.desk.areas import PAGES
from paloverde.desk.people import Person, Role
from paloverde.desk.visit import Visitor
from paloverde.installation import Installation

PERSONS = {
    role: Person(role.value, f"{name}", role, "")
    for role, name in {
        Role.CLERK: "Cleo Park",
        Role.COUNSEL: "Ana Ruiz",
        Role.PUBLIC_AFFAIRS: "Pia Nolan",
        Role.IT: "Ivo Lee",
        Role.APPROVER: "Omar Diaz",
        Role.AUDITOR: "Una Wolf",
        Role.EMPLOYEE: "Ella Mora",
    }.items()
}
_COOKIE = "who"
_TOKEN = re.compile(r'name="form_token" value="([0-9a-f]{64})"')


class OpenDoor:
    """Lets in whoever names themselves by a cookie: who may do what begins behind it."""

    framed = False

    def __init__(self, persons: dict[str, Person]) -> None:
        self.persons = persons

    async def visitor(self, request: Request) -> Visitor | None:
        person = self.persons.get(request.cookies.get(_COOKIE, ""))
        return person and Visitor(person, f"a secret of {person.username}")

    def sign_in(self, onward: str) -> str:
        return f"/sign-in?next={onward}"

    def anew(self, request: Request, response: Answer, person: Person) -> Visitor:
        del request, response  # the cookie stays: it names the person
        return Visitor(person, f"a secret of {person.username}")


class Visitors(Client):
    """A browser's manners: a form that is answered by a page leads to that page. Other ways are looked at."""

    def post(self, *given: Any, **more: Any) -> Response:
        answer = super().post(*given, **more)
        location = answer.headers.get("location", "")
        return self.get(location) if "/answers/" in location.partition("?")[0] else answer


class Desks:
    """The desk of a city, from the side of its visitors."""

    def __init__(self, city: Installation, **more: Any) -> None:
        self.persons = {person.username: person for person in PERSONS.values()}
        self.app: FastAPI = desk_app(lambda: city, OpenDoor(self.persons), PAGES, **more)
        self.address = ""
        self._clients: list[Client] = []

    def client(self, who: Role | Person | None) -> Client:
        """A browser in which somebody is signed in, or nobody."""
        client = Visitors(base_url=self.address, timeout=60)
        self._clients.append(client)
        if who is not None:
            person = PERSONS[who] if isinstance(who, Role) else who
            self.persons[person.username] = person
            client.cookies.set(_COOKIE, person.username)
        return client

    def get(self, path: str, who: Role | Person | None = Role.CLERK) -> Response:
        return self.client(who).get(path)

    def post(self, path: str, form: dict[str, Any], who: Role | Person = Role.CLERK, **more: Any) -> Response:
        """Fill in a form as a browser does: with the token of a page that was opened before."""
        client = self.client(who)
        token = self.token(client.get("/password").text)  # the one page with a form that is everybody's
        return client.post(path, data={"form_token": token} | form, **more)

    def done(self, path: str, form: dict[str, Any], who: Role | Person = Role.CLERK, **more: Any) -> str:
        """Fill in a form that is taken, and read the page that it leads to."""
        client = self.client(who)
        token = self.token(client.get("/password").text)  # the one page with a form that is everybody's
        answer = client.post(path, data={"form_token": token} | form, **more)
        assert answer.status_code == 303, text_of(answer)
        return text_of(client.get(answer.headers["location"]))

    def for_a_reason(self, path: str, reason: str, who: Role | Person = Role.CLERK) -> Response:
        """Open a page that asks why, say why, and go on to it: the last answer."""
        client = self.client(who)
        asked = client.get(path)
        onward = re.search(r'name="onward" value="([^"]*)"', asked.text)
        assert onward, asked.text
        form = {"form_token": self.token(asked.text), "onward": unescape(onward[1]), "reason": reason}
        answer = client.post("/reason", data=form)
        return client.get(answer.headers["location"]) if answer.status_code == 303 else answer

    def close(self) -> None:
        for client in self._clients:
            client.close()

    def token(self, page: str) -> str:
        found = _TOKEN.search(page)
        assert found, page
        return found[1]


@contextmanager
def served(desks: Desks) -> Iterator[Desks]:
    """The desk on a port of its own."""
    server = uvicorn.Server(uvicorn.Config(desks.app, port=0, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until(lambda: server.started)
    port = server.servers[0].sockets[0].getsockname()[1]
    desks.address = f"http://127.0.0.1:{port}"
    try:
        yield desks
    finally:
        desks.close()
        server.should_exit = True
        thread.join()


def until(holds: Callable[[], object], patience: float = 20.0) -> None:
    """Wait for something that comes soon."""
    end = monotonic() + patience
    while not holds():
        assert monotonic() < end, "it did not come"
        sleep(0.02)


def text_of(answer: Response) -> str:
    """What a page says, without its marks."""
    body = re.sub(r"<(script|style)\b.*?</\1>", "", answer.text, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body)).strip()
