"""What the DAGs do for requests: red while anything is overdue, and a search by the form that is filed."""

from __future__ import annotations

import logging
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from exports import Office, account, shown
from paloverde.desk.people import People, Role
from paloverde.errors import PersonNeeded
from paloverde.installation import Installation, open_installation
from paloverde.installation.requests import Requests
from paloverde.orchestration.asking import Asked
from paloverde.orchestration.request_steps import searched, watch
from paloverde.records import archive_day
from paloverde.requests.events import Closed, Ending, Received, Reminded
from paloverde.retention.holds import By
from paloverde.settings import load

CLERK = By("Cleo Park", "clerk", "this test")
NOW = datetime.now(UTC)


@pytest.fixture
def requests(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Requests:
    monkeypatch.setenv("PALOVERDE_HOME", str(tmp_path / "home"))
    return open_installation(load(os.environ)).requests


def receive(requests: Requests, days_ago: int) -> str:
    day = archive_day(NOW) - timedelta(days=days_ago)
    given = Received(by=CLERK, at=NOW, number="", channel="email", text="Pool", received_on=day)
    return requests.receive(given).number


def test_nothing_near_is_green(requests: Requests, caplog: pytest.LogCaptureFixture) -> None:
    receive(requests, 0)
    with caplog.at_level(logging.INFO):
        assert watch() == {"warnings": 0}
    assert "No open request is near a date." in caplog.text


def test_what_is_near_is_warned_of_once(requests: Requests, caplog: pytest.LogCaptureFixture) -> None:
    number = receive(requests, 5)
    assert watch() == {"warnings": 1}
    assert number in caplog.text
    assert watch() == {"warnings": 0}
    assert len(requests.get(number).all(Reminded)) == 1


def test_what_is_overdue_is_red_every_day_until_it_is_done(requests: Requests) -> None:
    number = receive(requests, 30)
    for _ in range(2):
        with pytest.raises(PersonNeeded, match=f"{number}: determine.*OVERDUE"):
            watch()
    day = archive_day(NOW)
    done = Closed(by=CLERK, at=NOW, ending=Ending.WITHDRAWN, closed_on=day, note="by telephone")
    requests.file(number, done)
    assert watch() == {"warnings": 0}


FORM = Asked("PRA-2026-0042", "pool", None, None, ())


@pytest.fixture
def city(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Installation:
    """A city with one archived night; Cleo is its clerk, Ivo its IT."""
    home = tmp_path / "home"
    monkeypatch.setenv("PALOVERDE_HOME", str(home))
    monkeypatch.setenv("PALOVERDE_DATABASE", f"sqlite:///{home}/state.db")
    monkeypatch.setenv("PALOVERDE_SIGNING_KEY_FILE", str(home / "key.pem"))
    office = Office(home)
    city = open_installation(load(os.environ))
    city.register_account(account("x"))
    office.night("x", [shown("x", "1", "Pool hours", NOW)], NOW - timedelta(days=1))
    people = People(home / "users.json")
    people.put("cleo", "Cleo Park", Role.CLERK, "a long sentence for tests")
    people.put("ivo", "Ivo Lee", Role.IT, "a long sentence for tests")
    return city


def take_in(city: Installation) -> None:
    day = archive_day(NOW)
    city.requests.receive(
        Received(by=CLERK, at=NOW, number=FORM.number, channel="counter", text="Pool", received_on=day)
    )


def test_the_search_of_the_form_stands_in_the_file_of_its_request_and_is_held_for(city: Installation) -> None:
    take_in(city)
    answer = searched(city, FORM, "Cleo Park (cleo)")
    (filed,) = city.requests.get(FORM.number).searches
    assert (filed.question, filed.hits, filed.by.name) == ("pool", answer.counts.hits, "Cleo Park")
    assert filed.by.how == "Airflow (cleo)"
    assert [hold.id for hold in city.requests.holds_of(FORM.number)] == [FORM.number]


def test_a_form_for_what_was_not_taken_in_says_that_nothing_is_filed(
    city: Installation, caplog: pytest.LogCaptureFixture
) -> None:
    assert searched(city, FORM, "Cleo Park (cleo)").counts.hits == 1
    assert "PRA-2026-0042 was not taken in with `paloverde request receive`" in caplog.text
    assert city.requests.numbers() == []


def test_nobody_files_a_search_by_the_form_who_may_not(city: Installation) -> None:
    take_in(city)
    with pytest.raises(PersonNeeded, match="Cleo Park is nobody who signs in here"):
        searched(city, FORM, "Cleo Park")
    with pytest.raises(PersonNeeded, match="Ivo Lee has the role it"):
        searched(city, FORM, "Ivo Lee (ivo)")
    assert city.requests.get(FORM.number).searches == []
