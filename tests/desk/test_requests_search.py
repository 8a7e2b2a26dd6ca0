"""Searching for a request at the desk: private records, and more than anybody waits for."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from archives import add_night
from desk.desks import Desks, served, text_of, until
from desk.shelves import FB, NOW, Shelves
from paloverde.desk.areas.request_search import AT_ONCE
from paloverde.desk.jobs import JOBS
from paloverde.desk.people import Role
from paloverde.requests.events import Received
from requesthall import CLERK


def receive(shelves: Shelves) -> str:
    event = Received(
        by=CLERK,
        at=NOW,
        number="",
        channel="letter",
        text="All about the pool",
        received_on=date(2026, 11, 17),
    )
    return shelves.city.requests.receive(event).number


def test_a_search_of_private_records_is_noted_with_the_number_of_the_request(tmp_path: Path) -> None:
    shelves = Shelves(tmp_path).fill()
    number = receive(shelves)
    with served(Desks(shelves.city)) as desks:
        plain = text_of(desks.get(f"/requests/{number}/search?q=pool"))
        assert "It would find 6 versions" in plain
        private = text_of(desks.get(f"/requests/{number}/search?q=pool&private=yes", Role.COUNSEL))
        assert "It would find 7 versions" in private
        told = shelves.told("search made")[-1]
        assert (told["reason"], told["scope"]) == (number, "with private records")
        done = desks.done(f"/requests/{number}/search", {"q": "pool", "private": "yes"})
        assert "7 versions found" in done
        assert "private records too" in done


def test_the_first_hits_say_which_version_of_a_record_each_is(tmp_path: Path) -> None:
    shelves = Shelves(tmp_path)
    for hours, text in ((1, "The pool opens at nine"), (2, "The pool opens at ten")):
        row = shelves.row("7", text, observed_at=NOW + timedelta(hours=hours))
        add_night(shelves.city.archive, FB, (NOW + timedelta(days=hours)).date(), [row])
    number = receive(shelves)
    with served(Desks(shelves.city)) as desks:
        said = text_of(desks.get(f"/requests/{number}/search?q=pool"))
    assert "version 1 of 2 found" in said
    assert "version 2 of 2 found" in said


def test_many_hits_are_taken_under_review_while_one_does_something_else(tmp_path: Path) -> None:
    shelves = Shelves(tmp_path)
    rows = [shelves.row(str(number), f"pool {number}") for number in range(AT_ONCE + 1)]
    add_night(shelves.city.archive, FB, NOW.date(), rows)
    number = receive(shelves)
    with served(Desks(shelves.city)) as desks:
        answer = desks.post(f"/requests/{number}/search", {"q": "pool", "minutes": "5"})
        assert answer.status_code == 303, text_of(answer)
        path = answer.headers["location"]
        assert path.startswith("/progress/")
        with pytest.MonkeyPatch.context() as patched:
            subjects: list[str] = []
            patched.setattr(JOBS, "start", lambda *given, **_: subjects.append(given[2]) or "/requests")
            for minutes in ("5", "7", "5"):
                wish = {"q": "pool", "minutes": minutes, "form_again": "yes"}
                desks.post(f"/requests/{number}/search", wish, Role.COUNSEL)
            assert subjects[0] == subjects[2] != subjects[1]
        until(lambda: "It is ready" in text_of(desks.get(path)), patience=60)
        assert "Working time noted so far: 5 minutes" in text_of(desks.get(f"/requests/{number}"))
        assert desks.get(path, Role.COUNSEL).status_code == 200  # who may do what it does sees it, too
    assert len(shelves.city.reviews.get(number).versions) == AT_ONCE + 1
