"""Nothing is filed twice by sending a form again, and pages that answer a form are pages like all others."""

from __future__ import annotations

import re
import secrets
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from httpx import Client, Response

from desk.browsers import browsing, watched
from desk.desks import Desks, served, text_of
from paloverde.desk.people import Role
from requesthall import RequestHall

INTAKE = {
    "channel": "email",
    "received_on": "2026-11-17",
    "text": "Posts about the pool.",
    "name": "Rosa Vidal",
}
LETTER = {"document": ("letter.txt", b"Please send me the posts about the pool.")}
_TOKEN = re.compile(
    r'<form method="post" action="/requests/new".*?name="form_token" value="(\w+)"', re.DOTALL
)


def form_of(client: Client) -> dict[str, Any]:
    """The form to take a request in, filled in, on a page that was just opened."""
    found = _TOKEN.search(client.get("/requests/new").text)
    assert found
    return INTAKE | {"form_token": found[1]}


def numbers(hall: RequestHall) -> list[str]:
    return sorted(hall.city.requests.numbers())


def page(client: Client, answer: Response) -> str:
    assert answer.status_code == 303, text_of(answer)
    return text_of(client.get(answer.headers["location"]))


def test_the_same_form_sent_again_leads_to_what_it_led_to_and_files_nothing(
    desks: Desks, hall: RequestHall
) -> None:
    client, before = desks.client(Role.CLERK), numbers(hall)
    form = form_of(client)
    first, again = (client.post("/requests/new", data=form, files=LETTER) for _ in range(2))
    (number,) = {*numbers(hall)} - {*before}
    assert first.headers["location"] == again.headers["location"] == f"/requests/{number}"
    said = page(client, again)
    assert "This was filed already, Wednesday, November 18, 2026" in said
    assert f"{number} is taken in. Nothing was filed again." in said


def test_two_presses_at_once_file_once(desks: Desks, hall: RequestHall) -> None:
    client, before = desks.client(Role.CLERK), numbers(hall)
    form = form_of(client)
    with ThreadPoolExecutor(4) as pool:
        answers = [*pool.map(lambda _: desks.client(Role.CLERK).post("/requests/new", data=form), range(4))]
    (number,) = {*numbers(hall)} - {*before}
    assert {answer.headers["location"] for answer in answers} == {f"/requests/{number}"}


def test_the_very_same_on_a_page_opened_anew_asks_first_and_takes_it_where_it_is_meant(
    desks: Desks, hall: RequestHall
) -> None:
    client, before = desks.client(Role.CLERK), numbers(hall)
    client.post("/requests/new", data=form_of(client), files=LETTER)
    asked = client.post("/requests/new", data=form_of(client), files=LETTER)
    assert asked.status_code == 409
    (number,) = {*numbers(hall)} - {*before}
    assert f"{number} is taken in. Nothing was filed again." in text_of(asked)
    assert f'href="/requests/{number}">Look at what was filed' in asked.text
    assert "Choose this file again: letter.txt" in text_of(asked)
    again = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', asked.text.split("<h2>")[1]))
    assert "taken in" in page(client, client.post("/requests/new", data=again, files=LETTER))
    assert len(numbers(hall)) == len(before) + 2


def test_what_says_something_else_is_filed_without_a_question(desks: Desks, hall: RequestHall) -> None:
    client, before = desks.client(Role.CLERK), numbers(hall)
    for text in ("Posts about the pool.", "Posts about the park."):
        assert "is taken in" in page(
            client, client.post("/requests/new", data=form_of(client) | {"text": text})
        )
    client.post("/requests/new", data=form_of(client), files={"document": ("letter.txt", b"Another letter.")})
    assert len(numbers(hall)) == len(before) + 3


def test_a_form_that_was_refused_is_mended_and_sent(desks: Desks, hall: RequestHall) -> None:
    client, before = desks.client(Role.CLERK), numbers(hall)
    form = form_of(client)
    for _ in range(2):
        refused = client.post("/requests/new", data=form | {"text": ""}, files=LETTER)
        assert refused.status_code == 400
        assert "Choose this file again, since no browser keeps it: letter.txt" in text_of(refused)
        assert 'value="Rosa Vidal"' in refused.text
    assert "is taken in" in page(client, client.post("/requests/new", data=form))
    assert len(numbers(hall)) == len(before) + 1


def test_what_one_person_filed_is_no_question_to_another(desks: Desks, hall: RequestHall) -> None:
    before = numbers(hall)
    for role in (Role.CLERK, Role.COUNSEL):
        client = desks.client(role)
        assert "is taken in" in page(client, client.post("/requests/new", data=form_of(client)))
    assert len(numbers(hall)) == len(before) + 2


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/search/keep", {"name": "The pool", "q": "pool"}),
        ("/requests/{number}/search", {"q": "pool"}),
        ("/requests/{number}/step/note", {"note": "She called."}),
    ],
)
def test_each_form_that_adds_something_asks_before_it_adds_the_same(
    desks: Desks, hall: RequestHall, path: str, form: dict[str, str]
) -> None:
    path = path.format(number=hall.number)
    assert desks.post(path, form).status_code == 303
    asked = desks.post(path, form)
    assert (asked.status_code, "Nothing was filed again" in text_of(asked)) == (409, True)


def test_the_page_that_answers_a_form_is_loaded_again_by_whoever_sent_it_and_nobody_else(
    desks: Desks,
) -> None:
    client = desks.client(Role.CLERK)
    sent = Client.post(client, "/requests/new", data=form_of(client) | {"text": ""})
    assert sent.status_code == 303
    place = sent.headers["location"]
    shown = [client.get(place) for _ in range(2)]
    assert [answer.status_code for answer in shown] == [400, 400]
    assert shown[0].text == shown[1].text
    assert "Write down what is asked for" in text_of(shown[0])
    assert shown[0].headers["cache-control"] == "no-store"
    for stranger in (Role.COUNSEL, Role.AUDITOR):
        other = desks.get(place, stranger)
        assert "Rosa Vidal" not in other.text
        assert other.status_code == 400
    assert desks.get(f"/answers/{secrets.token_hex(16)}").status_code == 400


def test_what_is_kept_of_an_answer_cannot_be_read_beside_the_desk(desks: Desks, hall: RequestHall) -> None:
    client = desks.client(Role.CLERK)
    client.post("/requests/new", data=form_of(client) | {"text": ""})
    files = [*(hall.city.settings.home / "desk").rglob("*")]
    assert any("answers" in str(file) for file in files)
    assert not [file for file in files if file.is_file() and b"Vidal" in file.read_bytes()]
    assert {file.stat().st_mode & 0o077 for file in files} == {0}


def test_going_back_in_a_browser_shows_each_page_and_files_nothing_twice(tmp_path: Path) -> None:
    hall = RequestHall(tmp_path)
    before = numbers(hall)
    with browsing() as browser, served(Desks(hall.city)) as desks, watched(browser, desks.address) as sitting:
        page = sitting.open("/requests/new")
        page.get_by_label("Who asks").fill("Rosa Vidal")
        page.get_by_label("What is asked for").evaluate("area => area.required = false")
        page.get_by_role("button", name="Take the request in").click()
        assert "Write down what is asked for" in page.inner_text("main")
        page.get_by_label("What is asked for").fill("Posts about the pool.")
        page.get_by_role("button", name="Take the request in").click()
        assert "is taken in" in page.inner_text("main")
        page.go_back()
        assert "Write down what is asked for" in page.inner_text("main")
        page.get_by_label("What is asked for").fill("Posts about the pool.")
        page.get_by_role("button", name="Take the request in").click()
        assert "filed already" in page.inner_text("main")
        page.go_back()
        page.go_back()
        page.reload()
        assert page.get_by_label("Who asks").count() == 1
    assert len(numbers(hall)) == len(before) + 1
