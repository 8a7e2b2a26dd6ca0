"""What each kind of answer tells a browser: what it may load, frame and keep, and where it may go."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from html import unescape
from http.client import HTTPConnection
from pathlib import Path

import pytest
from httpx import Client, Response

from desk.desks import Desks, OpenDoor, served, text_of
from desk.owndesk import OwnDesk, browser, serving, sign_in, token_of
from desk.shelves import Shelves
from paloverde.desk.app import desk_app
from paloverde.desk.areas import PAGES
from paloverde.desk.people import Role
from paloverde.desk.tokens import form_token, is_form_token
from paloverde.installation import Installation

STRICT = {"x-content-type-options": "nosniff", "x-frame-options": "DENY", "referrer-policy": "same-origin"}


@pytest.fixture(scope="module")
def desks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desks]:
    with served(Desks(Shelves(tmp_path_factory.mktemp("shelves")).fill().city)) as running:
        yield running


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnDesk]:
    with serving(OwnDesk(tmp_path_factory.mktemp("own"))) as running:
        yield running


@pytest.fixture
def client(own: OwnDesk) -> Iterator[Client]:
    with browser(own.address) as one:
        yield one


def refuses_the_world(answer: Response) -> bool:
    """Whether nothing of elsewhere is loaded, nobody frames it, and nothing of it is kept."""
    policy = answer.headers["content-security-policy"]
    return (
        "default-src 'none'" in policy
        and "frame-ancestors 'none'" in policy
        and "unsafe" not in policy
        and answer.headers["cache-control"] == "no-store"
        and STRICT.items() <= dict(answer.headers).items()
    )


def kinds_of(desks: Desks) -> dict[str, Response]:
    """An answer of each kind."""
    clerk = desks.client(Role.CLERK)
    record = clerk.get("/record?account=facebook-palmaria&kind=post&id=7")
    (picture,) = re.findall(r'<img[^>]+src="([^"]+)"', record.text)
    (exact,) = re.findall(r'href="([^"]+)">What the site sent, exactly', record.text)
    kept = {"form_token": desks.token(record.text), "name": "All", "q": "pool"}
    table = {"form_token": desks.token(record.text), "q": "pool"}
    return {
        "a page": record,
        "a picture": clerk.get(unescape(picture)),
        "the exact bytes": clerk.get(unescape(exact)),
        "a table": clerk.post("/search/export", data=table),
        "a form that is taken": clerk.post("/search/keep", data=kept),
        "a form that is refused": clerk.post("/search/keep", data={"form_token": "0" * 64}),
        "a role that may not": desks.get("/search?q=pool", Role.IT),
        "nowhere": clerk.get("/nowhere"),
        "another method": clerk.delete("/search"),
        "a form without its length": clerk.post("/search/keep", content=iter([b"form_token="])),
        "a form that is too large": declared(desks.address, "/search/keep", 99_999_999),
        "a stranger": desks.get("/", None),
        "a file of ours that is not there": clerk.get("/static/nothing.css"),
    }


def declared(address: str, path: str, length: int) -> Response:
    """The answer to a form that says how long it is, before any of it is sent."""
    with closing(HTTPConnection(address.removeprefix("http://"), timeout=60)) as connection:
        connection.putrequest("POST", path)
        connection.putheader("Cookie", f"who={Role.CLERK.value}")
        connection.putheader("Content-Length", str(length))
        connection.endheaders()
        got = connection.getresponse()
        return Response(got.status, headers=got.getheaders(), content=got.read())


def test_an_answer_of_every_kind_loads_nothing_stands_in_no_frame_and_is_not_kept(desks: Desks) -> None:
    answers = kinds_of(desks)
    assert [answer.status_code for answer in answers.values()] == [
        200, 200, 200, 200, 303, 400, 403, 404, 405, 411, 413, 303, 404,
    ]  # fmt: skip
    assert [name for name, answer in answers.items() if not refuses_the_world(answer)] == []


def test_an_answer_to_a_fault_of_ours_is_as_strict_and_says_nothing_of_the_fault(desks: Desks) -> None:
    def broken() -> Installation:
        raise RuntimeError("the name of a table")

    at_fault = Desks.__new__(Desks)
    at_fault.__dict__ |= desks.__dict__ | {"app": desk_app(broken, OpenDoor(desks.persons), PAGES)}
    at_fault._clients = []
    with served(at_fault):
        answer = at_fault.get("/search?q=pool")
    assert answer.status_code == 500
    assert refuses_the_world(answer)
    assert "name of a table" not in answer.text


def test_a_style_sheet_is_kept_for_good_under_the_address_that_says_which_one_it_is(desks: Desks) -> None:
    client = desks.client(Role.CLERK)
    (address,) = re.findall(r'href="([^"]+desk\.css\?\w+)"', client.get("/").text)
    assert client.get(address).headers["cache-control"] == "public, max-age=31536000, immutable"
    plain = client.get("/static/desk.css")
    assert plain.headers["cache-control"] == "no-cache"
    again = client.get("/static/desk.css", headers={"if-none-match": plain.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_a_forms_token_is_another_one_each_time_and_each_holds_for_its_session_alone() -> None:
    tokens = {form_token("a session") for _ in range(20)}
    assert len(tokens) == 20
    assert all(is_form_token("a session", token) for token in tokens)
    assert not any(is_form_token("another session", token) for token in tokens)
    one = tokens.pop()
    for forged in ("", one[:32], one[:63], one + "0", "0" * 64, one[32:] + one[:32], "ß" * 64):
        assert not is_form_token("a session", forged), forged


def test_before_signing_in_every_answer_is_as_strict(client: Client) -> None:
    answers = [
        client.get("/sign-in"),
        client.get("/sign-in/nowhere"),
        client.delete("/sign-in"),
        client.post("/sign-in", content=b"x" * 20_000),
        sign_in(client, password="guess"),
        sign_in(client),
        client.get("/", headers={"host": "evil.example"}),
    ]
    assert [answer.status_code for answer in answers] == [200, 404, 405, 413, 401, 303, 421]
    assert [answer.url for answer in answers if not refuses_the_world(answer)] == []
    signing_out = client.post("/sign-out", data={"form_token": token_of(client.get("/").text)})
    assert signing_out.status_code == 303
    assert refuses_the_world(signing_out)


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:80", "localhost.evil.example", "", "[", "::1]"]
)
def test_it_answers_under_no_other_name_than_its_own(client: Client, host: str) -> None:
    sign_in(client)
    answer = client.get("/", headers={"host": host})
    assert answer.status_code in (400, 421)
    assert "signed in as" not in answer.text


def test_it_answers_under_the_address_that_the_settings_name(tmp_path: Path) -> None:
    desk = OwnDesk(tmp_path, PALOVERDE_DESK_ADDRESS="https://desk.city.example")
    with serving(desk), browser(desk.address) as client:
        for host, status in (
            ("desk.city.example", 200),
            ("DESK.city.example:443", 200),
            ("evil.example", 421),
        ):
            assert client.get("/sign-in", headers={"host": host}).status_code == status, host


def test_signing_in_leads_on_to_the_page_with_its_question(client: Client) -> None:
    led = client.get("/search?q=pool&since=2026-05-01").headers["location"]
    (asked,) = re.findall(r'name="next" value="([^"]*)"', client.get(led).text)
    assert unescape(asked) == "/search?q=pool&since=2026-05-01"
    assert sign_in(client, next=unescape(asked)).headers["location"] == unescape(asked)


def test_in_airflows_frame_a_stranger_is_told_to_reload_and_outside_of_it_is_led_to_sign_in(
    desks: Desks,
) -> None:
    door = OpenDoor(desks.persons)
    door.framed = True
    framed = Desks.__new__(Desks)
    framed.__dict__ |= desks.__dict__ | {"app": desk_app(lambda: None, door, PAGES)}  # type: ignore[arg-type, return-value]
    framed._clients = []
    with served(framed):
        stranger = framed.client(None)
        inside = stranger.get("/search?q=pool", headers={"sec-fetch-dest": "iframe"})
        assert (inside.status_code, "<a " in inside.text) == (401, False)
        assert "Reload the page in your browser" in text_of(inside)
        outside = stranger.get("/search?q=pool", headers={"sec-fetch-dest": "document"})
        assert (outside.status_code, outside.headers["location"]) == (303, "/sign-in?next=/search?q=pool")
        unsaid = stranger.get("/search?q=pool")
        assert (unsaid.status_code, 'href="/sign-in?next=/search?q=pool"' in unsaid.text) == (401, True)
