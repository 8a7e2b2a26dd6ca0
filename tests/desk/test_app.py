"""Who gets in, what each answer carries, and what is said to whoever is refused."""

from __future__ import annotations

import re
from html import unescape

import pytest
from fastapi import APIRouter

from desk.desks import Desks, OpenDoor, text_of
from paloverde.desk.app import desk_app, routes_of
from paloverde.desk.areas import PAGES
from paloverde.desk.frame import MENU
from paloverde.desk.people import Role
from paloverde.desk.rights import MAY, Act
from requesthall import RequestHall


def test_it_sends_whoever_is_signed_out_to_the_sign_in_page_of_every_route(desks: Desks) -> None:
    client = desks.client(None)
    for route in routes_of(desks.app):
        path = re.sub(r"\{[^}]+\}", "x", route.path)
        for method in route.methods:
            answer = client.request(method, path)
            assert answer.status_code in (303, 401), (method, path)
            assert "sign-in" in answer.headers.get("location", answer.text)


@pytest.mark.parametrize("role", [*Role])
def test_it_refuses_every_role_what_the_table_does_not_give_it(desks: Desks, role: Role) -> None:
    client = desks.client(role)
    for route in routes_of(desks.app):
        act: Act = (route.openapi_extra or {})["act"]
        if act in MAY[role]:
            continue
        path = re.sub(r"\{[^}]+\}", "x", route.path)
        for method in route.methods:
            answer = client.request(method, path, data={} if method == "POST" else None)
            if (role, path) == (Role.EMPLOYEE, "/"):  # sees nothing of it, and is led to their own page
                assert (answer.status_code, answer.headers["location"]) == (303, "/report")
                continue
            assert answer.status_code == 403, (role, method, path)
            assert act.value in unescape(text_of(answer))


def test_it_takes_no_form_without_the_token_of_the_session(desks: Desks) -> None:
    client = desks.client(Role.CLERK)
    for route in routes_of(desks.app):
        if "POST" in route.methods and (route.openapi_extra or {})["act"] in MAY[Role.CLERK]:
            path = re.sub(r"\{[^}]+\}", "x", route.path)
            answer = client.post(path, data={"form_token": "0" * 64})
            assert answer.status_code == 400, path
            assert "out of date" in text_of(answer) or "missing" in text_of(answer), path


def test_a_route_without_an_act_stops_the_desk_from_starting(hall: RequestHall) -> None:
    stray = APIRouter()
    stray.add_api_route("/stray", lambda: "open")
    with pytest.raises(TypeError, match="/stray names no act"):
        desk_app(lambda: hall.city, OpenDoor({}), [*PAGES, stray])  # type: ignore[list-item]


def test_every_answer_lets_a_browser_load_and_run_only_ours(desks: Desks) -> None:
    for path in ("/", "/nowhere", "/static/desk.css"):
        policy = desks.get(path).headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "script-src 'self'" in policy
        assert "unsafe" not in policy
        assert desks.get(path).headers["x-content-type-options"] == "nosniff"
    assert desks.get("/").headers["cache-control"] == "no-store"


def test_no_page_carries_a_script_a_style_or_a_handler_of_its_own(desks: Desks) -> None:
    page = desks.get("/").text
    assert not re.search(r"<script(?![^>]+src=)|<style|\son[a-z]+=|style=|javascript:", page)


def test_the_menu_shows_a_role_what_it_may_open(desks: Desks) -> None:
    for role in Role:
        page = desks.get("/", role).text
        for entry in MENU:
            assert (f">{entry.title}</a>" in page) == (entry.act in MAY[role]), (role, entry)


def test_every_entry_of_the_menu_opens(desks: Desks) -> None:
    for entry in MENU:
        answer = desks.get(entry.path)
        assert answer.status_code == 200, text_of(answer)
        assert len(answer.content) < 300_000


def test_a_page_that_is_not_there_says_so_in_words(desks: Desks) -> None:
    answer = desks.get("/nowhere")
    assert answer.status_code == 404
    assert "no such page" in text_of(answer)
    assert "Traceback" not in answer.text


def test_todays_page_names_what_is_due(desks: Desks, hall: RequestHall) -> None:
    said = text_of(desks.get("/"))
    assert "Wednesday, November 18, 2026" in said
    assert "Records requests" in said


def test_a_file_that_is_not_there_is_no_fault_even_for_strangers(desks: Desks) -> None:
    answer = desks.client(None).get("/static/nothing")
    assert answer.status_code == 404


def test_a_form_of_unknown_length_is_not_read(desks: Desks) -> None:
    client = desks.client(Role.CLERK)
    answer = client.post("/requests/new", content=iter([b"form_token=", b"x"]))
    assert answer.status_code == 411
