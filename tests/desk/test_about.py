"""What everybody at the desk may know: what the store promises, how each account stands, what is to be done."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from msgspec import structs

from archives import add_night
from desk.desks import PERSONS, Desks, served, text_of
from paloverde.archive.seal import Coverage
from paloverde.desk.people import Role
from paloverde.installation import Installation, open_installation
from paloverde.platforms.conversation import Gap
from paloverde.records import Account, Kind
from paloverde.settings import load
from paloverde.state.health import note_canary

NOW = datetime(2026, 11, 22, 17, tzinfo=UTC)


@pytest.fixture
def city(tmp_path: Path) -> Installation:
    city = open_installation(load({"PALOVERDE_HOME": str(tmp_path)}), lambda: NOW)
    city.register_account(Account("x-palmaria", "x", "1", "palmaria"))
    city.register_account(Account("facebook-palmaria", "facebook", "2", "palmaria"))
    return city


@pytest.fixture
def desks(city: Installation) -> Iterator[Desks]:
    with served(Desks(city)) as running:
        yield running


def hand_in(city: Installation, ends: str) -> None:
    city.put_token("x-palmaria", json.dumps({"access_token": "a-secret", "expires_at": ends}), "this test")


def test_every_role_reads_the_promise_and_how_each_account_stands(city: Installation, desks: Desks) -> None:
    hand_in(city, "2026-11-27T17:00:00Z")
    note_canary(city.vault.books, "x-palmaria", True, "it answered", NOW)
    for role in set(Role) - {Role.EMPLOYEE}:
        answer = desks.get("/about", role)
        assert answer.status_code == 200
        said = text_of(answer)
        assert city.promise() in said
        assert "x-palmaria never alive 5 none yet" in said
        assert "facebook-palmaria never never checked no end is known none yet" in said
        assert "x-palmaria: The archive’s access to it ends on Friday, November 27, 2026: the token." in said
        assert "facebook-palmaria: " not in said
        assert "a-secret" not in answer.text


def test_an_access_that_has_ended_is_told_as_over(tmp_path: Path) -> None:
    now = NOW
    city = open_installation(load({"PALOVERDE_HOME": str(tmp_path)}), lambda: now)
    city.register_account(Account("x-palmaria", "x", "1", "palmaria"))
    hand_in(city, "2026-11-27T17:00:00Z")
    now += timedelta(days=10)
    with served(Desks(city)) as desks:
        said, listed = text_of(desks.get("/about")), text_of(desks.get("/accounts"))
    assert "x-palmaria: The archive’s access to it ended on Friday, November 27, 2026: the token." in said
    assert "x-palmaria never never checked ended none yet" in said
    assert "x-palmaria X, palmaria none yet its token was never checked ended" in listed


def test_the_gaps_that_are_open_are_as_many_as_the_page_of_accounts_says(
    city: Installation, desks: Desks
) -> None:
    cut = Gap("messages", Kind.MESSAGE, "the site shows only the 20 newest", is_limit=True)
    add_night(city.archive, "x-palmaria", date(2026, 11, 21), [], coverage=Coverage(gaps=[cut]))
    said = text_of(desks.get("/about"))
    assert "x-palmaria Sat, Nov 21, 2026 1 never checked" in said
    assert re.search(r"x-palmaria X, palmaria .* 1 A gap", text_of(desks.get("/accounts")))


def test_a_dead_token_is_named_and_what_a_site_says_is_text(city: Installation, desks: Desks) -> None:
    hand_in(city, "2027-11-27T17:00:00Z")
    note_canary(city.vault.books, "x-palmaria", False, "<script>\u202eno", NOW)
    page = desks.get("/about", Role.IT).text
    assert "<td>NOT ALIVE</td><td>ended</td>" in page
    assert "refused the token on Sunday, November 22, 2026, at 9:00 a.m. Pacific time: &lt;script&gt;" in page
    assert "<script>" not in page
    assert "\u202e" not in page


def test_whoever_sees_some_accounts_reads_of_these_alone(desks: Desks) -> None:
    limited = structs.replace(PERSONS[Role.CLERK], username="limited", accounts=("x-palmaria",))
    said = text_of(desks.get("/about", limited))
    assert "x-palmaria" in said
    assert "facebook-palmaria" not in said


def test_a_city_without_accounts_says_what_to_do(tmp_path: Path) -> None:
    city = open_installation(load({"PALOVERDE_HOME": str(tmp_path)}))
    with served(Desks(city)) as desks:
        assert "No account is registered yet. IT adds the first" in text_of(desks.get("/about"))
