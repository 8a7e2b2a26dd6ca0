"""What was typed into a form is not lost when a sign-in is over, and is shown to nobody else."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from httpx import Client, Response

from desk.desks import text_of
from desk.owndesk import PASSWORD, OwnDesk, browser, serving, sign_in
from paloverde.desk.people import Role
from paloverde.desk.refilled import refilled
from paloverde.desk.strongbox import Strongbox

TEXT = 'All posts <b>about</b> the "pool" & the park.'
INTAKE = {"channel": "email", "received_on": "2026-11-17", "text": TEXT, "inspect": "yes"}
LETTER = {"document": ("letter.txt", b"Please send me the posts about the pool.")}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[OwnDesk]:
    with serving(OwnDesk(tmp_path)) as running:
        running.people.put("omar", "Omar Diaz", Role.CLERK, PASSWORD)
        yield running


@pytest.fixture
def client(desk: OwnDesk) -> Iterator[Client]:
    with browser(desk.address) as one:
        sign_in(one)
        yield one


def carried(page: Response, path: str) -> dict[str, str]:
    """What the form of that address carries unseen."""
    (form,) = re.findall(f'<form[^>]* action="{path}".*?</form>', page.text, re.DOTALL)
    return {
        name: html.unescape(value)
        for name, value in re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form)
    }


def intake(client: Client) -> dict[str, Any]:
    return INTAKE | carried(client.get("/requests/new"), "/requests/new")


def is_filled(page: Response) -> bool:
    area = re.search(r'<textarea[^>]* name="text"[^>]*>(.*?)</textarea>', page.text, re.DOTALL)
    return (
        area is not None
        and html.unescape(area[1]).strip() == TEXT
        and 'value="email" selected' in page.text
        and 'value="2026-11-17"' in page.text
        and re.search(r'name="inspect"[^>]* checked', page.text) is not None
    )


def test_after_half_an_hour_the_form_comes_back_filled_in_and_is_sent(desk: OwnDesk, client: Client) -> None:
    form = intake(client)
    desk.clock.pass_minutes(31)
    led = client.post("/requests/new", data=form, files=LETTER)
    assert led.status_code == 303
    asked = client.get(led.headers["location"])
    assert "What you had typed is kept" in text_of(asked)
    onward = unquote(led.headers["location"].partition("next=")[2])
    back = client.get(sign_in(client, next=onward).headers["location"])
    assert is_filled(back)
    assert "nothing was filed" in text_of(back)
    assert "Choose the file again: letter.txt." in text_of(back)
    assert desk.city.requests.numbers() == []
    assert "A form that you filled in" in text_of(client.get("/"))
    taken = client.post("/requests/new", data=INTAKE | carried(back, "/requests/new"))
    assert taken.headers["location"].startswith("/requests/PRA-2026-")
    assert "A form that you filled in" not in text_of(client.get("/"))


def test_after_signing_out_in_another_window_too(desk: OwnDesk, client: Client) -> None:
    form = intake(client)
    client.post("/sign-out", data=carried(client.get("/"), "/sign-out"))
    led = client.post("/requests/new", data=form)
    onward = unquote(led.headers["location"].partition("next=")[2])
    assert is_filled(client.get(sign_in(client, next=onward).headers["location"]))


def test_whoever_signs_in_next_at_that_machine_sees_nothing_of_it(desk: OwnDesk, client: Client) -> None:
    form = intake(client)
    desk.clock.pass_minutes(31)
    led = client.post("/requests/new", data=form)
    onward = unquote(led.headers["location"].partition("next=")[2])
    other = client.get(sign_in(client, "omar", next=onward).headers["location"])
    assert other.status_code == 200
    assert not is_filled(other)
    assert "pool" not in other.text
    assert "A form that you filled in" not in text_of(client.get("/"))


def test_a_form_of_an_earlier_sign_in_is_shown_again_and_not_filed_at_once(
    desk: OwnDesk, client: Client
) -> None:
    form = intake(client)
    sign_in(client)
    led = client.post("/requests/new", data=form)
    assert led.status_code == 303
    assert is_filled(client.get(led.headers["location"]))
    assert desk.city.requests.numbers() == []
    sign_in(client, "omar")
    refused = client.post("/requests/new", data=form)
    assert (refused.status_code, "out of date" in text_of(refused)) == (400, True)


@pytest.mark.parametrize("made_up", ["", "x", "A" * 200])
def test_what_a_stranger_sends_is_not_kept(desk: OwnDesk, made_up: str) -> None:
    with browser(desk.address) as stranger:
        told = stranger.post("/requests/new", data=INTAKE | {"form_from": made_up})
        assert told.status_code == 401
        assert "could not be kept" in text_of(told)
    assert not [*(desk.settings.home / "desk").glob("unsent/*")]


def test_a_form_that_another_site_sends_is_not_kept(desk: OwnDesk, client: Client) -> None:
    form = intake(client)
    desk.clock.pass_minutes(31)
    strange = client.post("/requests/new", data=form, headers={"sec-fetch-site": "cross-site"})
    assert "could not be kept" in text_of(strange)
    assert not [*(desk.settings.home / "desk").glob("unsent/*")]


def test_of_a_large_form_the_beginning_is_read_and_the_rest_thrown_away(
    desk: OwnDesk, client: Client
) -> None:
    form = intake(client)
    desk.clock.pass_minutes(31)
    led = client.post("/requests/new", data=form, files={"document": ("big.pdf", b"%PDF" + bytes(9_000_000))})
    onward = unquote(led.headers["location"].partition("next=")[2])
    assert is_filled(client.get(sign_in(client, next=onward).headers["location"]))


def test_what_is_kept_is_sealed(desk: OwnDesk, client: Client) -> None:
    form = intake(client)
    desk.clock.pass_minutes(31)
    client.post("/requests/new", data=form)
    (kept,) = (desk.settings.home / "desk" / "unsent").iterdir()
    assert b"pool" not in kept.read_bytes()
    assert kept.stat().st_mode & 0o077 == 0


def test_a_sites_token_is_not_kept(desk: OwnDesk, client: Client) -> None:
    desk.people.put("ivo", "Ivo Lee", Role.IT, PASSWORD)
    sign_in(client, "ivo")
    mark = carried(client.get("/register-account"), "/register-account")
    desk.clock.pass_minutes(31)
    lost = client.post("/accounts/x-palmaria/token", data=mark | {"token": "a secret"})
    assert "could not be kept" in text_of(lost)
    assert not [*(desk.settings.home / "desk").glob("unsent/*")]


def test_only_what_a_person_fills_in_is_filled_in_again() -> None:
    page = (
        '<p title="a &lt; b">A &amp; B</p><form method="post" action="/other"><input name="n" value="1"></form>'
        '<form method="post" action="/here"><input type="hidden" name="seen" value="now">'
        '<input name="n" value="1"><input type="password" name="n"><input name="m" type="radio" value="a" checked>'
        '<input name="m" type="radio" value="b"><select name="s"><option value="x" selected>X</option>'
        '<option value="y">Y</option></select><textarea name="t">old &lt;</textarea></form>'
    )
    typed = [("seen", "then"), ("n", '"2"'), ("m", "b"), ("s", "y"), ("t", "</textarea><script>")]
    assert refilled(page, "/nowhere", typed) == page
    found = refilled(page, "/here", typed)
    assert found.startswith(page[: page.index('<form method="post" action="/here">')])
    for piece in (
        'name="seen" value="now"', '<input name="n" value="&quot;2&quot;">', '<input type="password" name="n">',
        '<input name="m" type="radio" value="a">', '<input name="m" type="radio" value="b" checked>',
        '<option value="x">', '<option value="y" selected>',
        '<textarea name="t">\n&lt;/textarea&gt;&lt;script&gt;</textarea>',
    ):  # fmt: skip
        assert piece in found, (piece, found)


def test_a_seal_is_opened_by_its_own_desk_alone(tmp_path: Path) -> None:
    here, there = Strongbox(tmp_path / "here"), Strongbox(tmp_path / "there")
    sealed = here.seal(b"typed")
    assert here.open(sealed) == Strongbox(tmp_path / "here").open(sealed) == b"typed"
    assert there.open(sealed) is None
    assert here.open("ß") is None
