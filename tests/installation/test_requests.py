"""Requests as the City works with them: papers, numbers, searches and their hold, documents, deadlines, closed days."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from exports import Office, account, shown
from paloverde.errors import BadQuestion, PersonNeeded, Suspicious
from paloverde.installation import Installation, Purpose, open_installation
from paloverde.installation.found import Found
from paloverde.installation.requests import WATCH, Requests
from paloverde.records import PACIFIC
from paloverde.requests.events import (
    DOCUMENTS,
    SERIES,
    Acknowledged,
    Closed,
    Determined,
    Ending,
    Extended,
    Litigated,
    MinutesSpent,
    Noted,
    Outcome,
    Received,
    Reminded,
    Reopened,
    Requester,
    Responsible,
    Searched,
    stamped,
)
from paloverde.requests.request import State
from paloverde.requests.searching import kept_by
from paloverde.retention.facts import HoldKind
from paloverde.retention.holds import By
from paloverde.search.answer import search
from paloverde.settings import load

CLERK = By("Cleo Park", "clerk", "this test")
COUNSEL = By("Ana Ruiz", "counsel", "this test")
IT = By("Ivo Lee", "it", "this test")
MONDAY = datetime(2026, 11, 16, 18, tzinfo=UTC)
POSTED = datetime(2026, 5, 6, 17, tzinfo=UTC)
TABLE = b"date,name\n2026-11-26,Thanksgiving Day\n2026-11-27,Day after\n2026-12-25,Christmas Day\n"


class CityHall:
    """A city with one account, whose clock stands where a test sets it."""

    def __init__(self, home: Path) -> None:
        self.now = MONDAY
        self.office = Office(home, now=MONDAY)
        self.home = home
        self.city = self.open()
        self.city.register_account(account("x"))
        self.show("Pool hours", "The pool is closed", "Library hours", first=1, at=MONDAY)

    def open(self, database: str = "", purpose: Purpose = Purpose.BEGIN) -> Installation:
        """The city once more, as another process opens it."""
        settings = {
            "PALOVERDE_HOME": str(self.home),
            "PALOVERDE_DATABASE": database or f"sqlite:///{self.home}/state.db",
            "PALOVERDE_SIGNING_KEY_FILE": str(self.home / "key.pem"),
        }
        return open_installation(load(settings), lambda: self.now, purpose=purpose)

    @property
    def requests(self) -> Requests:
        return self.city.requests

    def show(self, *texts: str, first: int, at: datetime) -> None:
        """The site shows these posts in a night."""
        posts = [shown("x", str(n), text, POSTED) for n, text in enumerate(texts, first)]
        self.office.now = at
        self.office.night("x", posts, at)

    def receive(self, **more: Any) -> str:
        given = {"by": CLERK, "at": self.now, "number": "", "channel": "letter", "text": "All about the pool"}
        return self.requests.receive(Received(**(given | {"received_on": date(2026, 11, 16)} | more))).number

    def events(self) -> list[str]:
        return [entry.event.what for entry in self.city.ledger.entries()]


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[CityHall]:
    return CityHall(tmp_path)


def noted(hall: CityHall, text: str = "A note", by: By = CLERK) -> Noted:
    return Noted(by=by, at=hall.now, note=text)


def closing(hall: CityHall, **more: Any) -> Closed:
    given = {"by": CLERK, "at": hall.now, "ending": Ending.WITHDRAWN, "note": "by telephone"}
    return Closed(**(given | {"closed_on": hall.requests.today()} | more))


# Taking in


def test_requests_get_the_next_number_of_their_year_or_the_one_that_the_clerk_gives(hall: CityHall) -> None:
    assert hall.receive() == "PRA-2026-0001"
    assert hall.receive(number="PRA-2026-0041") == "PRA-2026-0041"
    assert hall.receive() == "PRA-2026-0042"
    assert hall.receive(received_on=date(2025, 12, 31)) == "PRA-2025-0001"
    assert hall.requests.numbers() == ["PRA-2025-0001", "PRA-2026-0001", "PRA-2026-0041", "PRA-2026-0042"]


def test_two_who_take_in_at_the_same_moment_get_two_numbers(hall: CityHall, tmp_path: Path) -> None:
    numbers, start = [], threading.Barrier(4)

    def one() -> None:
        city = hall.open()
        start.wait()
        given = Received(
            by=CLERK, at=hall.now, number="", channel="email", text="Pool", received_on=date(2026, 11, 16)
        )
        numbers.append(city.requests.receive(given).number)

    threads = [threading.Thread(target=one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(numbers) == [f"PRA-2026-{n:04}" for n in range(1, 5)]


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"number": "2026-42"}, "write it as PRA-2026-0042"),
        ({"text": " "}, "in the requester's words"),
        ({"channel": "pigeon"}, "'pigeon' is no way"),
        ({"received_on": date(2026, 11, 17)}, "Tuesday, November 17, 2026 has not come yet"),
        ({"received_on": date(1990, 1, 1)}, "No rule"),
    ],
)
def test_an_intake_that_cannot_be_is_refused_and_nothing_is_filed(
    hall: CityHall, more: dict[str, Any], told: str
) -> None:
    with pytest.raises(BadQuestion, match=told):
        hall.receive(**more)
    assert hall.requests.numbers() == []


def test_a_number_is_given_once(hall: CityHall) -> None:
    hall.receive(number="PRA-2026-0007")
    with pytest.raises(BadQuestion, match="taken already"):
        hall.receive(number="PRA-2026-0007")


def test_somebody_without_the_office_files_nothing(hall: CityHall) -> None:
    with pytest.raises(
        PersonNeeded, match="has the role it, and “received” of a request needs clerk or counsel"
    ):
        hall.receive(by=IT)
    number = hall.receive()
    with pytest.raises(PersonNeeded, match="“noted”"):
        hall.requests.file(number, noted(hall, by=IT))
    with pytest.raises(PersonNeeded, match="“searched”"):
        hall.requests.search(number, "pool", IT)
    hall.requests.search(number, "pool", CLERK)
    with pytest.raises(PersonNeeded, match="“searched”"):
        hall.requests.replay(number, IT)
    with pytest.raises(PersonNeeded):
        hall.requests.adopt_closures(TABLE, "c.csv", IT)


def test_an_unknown_number_is_said_to_be_one(hall: CityHall) -> None:
    with pytest.raises(BadQuestion, match="no request 'PRA-2026-0099'"):
        hall.requests.get("PRA-2026-0099")


# The file


def test_each_step_is_a_paper_with_its_actor_and_both_times(hall: CityHall) -> None:
    number = hall.receive(requester=Requester("Mia Ito", "mia@example.org"))
    hall.now += timedelta(hours=1)
    hall.requests.file(number, noted(hall))
    history = hall.city.cabinet.history(SERIES, number)
    assert [filed.filed_by for filed in history] == ["Cleo Park, clerk, this test"] * 2
    file = hall.requests.get(number)
    assert [entry.sha256 for entry in file.entries] == [filed.stored.sha256 for filed in history]
    assert file.events[1].at == MONDAY + timedelta(hours=1)
    assert file.events[1].local == "2026-11-16T11:00:00-08:00"
    assert hall.events()[-2:] == ["request: received", "request: noted"]
    ledger = "".join(str(entry.event.about) for entry in hall.city.ledger.entries())
    assert number in ledger
    assert "Mia" not in ledger
    assert "example.org" not in ledger


def test_the_file_outlives_the_database(hall: CityHall, tmp_path: Path) -> None:
    number = hall.receive()
    hall.requests.search(number, "pool", CLERK)
    hall.requests.adopt_closures(TABLE, "c.csv", CLERK)
    before = hall.requests.get(number), hall.requests.closures()
    fresh = hall.open(f"sqlite:///{tmp_path}/fresh.db", Purpose.REBUILD)
    fresh.rebuild(lambda _: None)
    assert (fresh.requests.get(number), fresh.requests.closures()) == before
    assert fresh.requests.replay(number, CLERK)[0].is_same


def test_a_decision_that_was_taken_on_an_older_state_is_refused(hall: CityHall) -> None:
    number = hall.receive()
    seen = hall.requests.get(number).papers
    hall.requests.file(number, noted(hall))
    told = Acknowledged(by=CLERK, at=hall.now, sent_on=date(2026, 11, 16))
    with pytest.raises(Suspicious, match="Somebody else has filed"):
        hall.requests.file(number, told, after=seen)
    assert hall.requests.file(number, told, after=seen + 1).papers == seen + 2


def test_what_hangs_on_nothing_else_is_filed_by_all_who_file_it_at_once(hall: CityHall) -> None:
    number, start = hall.receive(), threading.Barrier(3)

    def one(text: str) -> None:
        city = hall.open()
        start.wait()
        city.requests.file(number, noted(hall, text))

    threads = [threading.Thread(target=one, args=(text,)) for text in ("one", "two", "three")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(event.note for event in hall.requests.get(number).events) == ["", "one", "three", "two"]


def test_a_document_is_kept_and_named_by_its_event(hall: CityHall, tmp_path: Path) -> None:
    number = hall.receive()
    letter = tmp_path / "letter.pdf"
    letter.write_bytes(b"%PDF-1.7 Dear")
    sent = Acknowledged(by=CLERK, at=hall.now, sent_on=date(2026, 11, 16))
    named = hall.requests.file(number, sent, files=[letter]).events[-1].documents
    assert [one.name for one in named] == ["letter.pdf"]
    assert hall.requests.document(number, named[0].sha256) == b"%PDF-1.7 Dear"
    with pytest.raises(BadQuestion, match="no document ffff"):
        hall.requests.document(number, "f" * 64)


def test_a_refused_step_keeps_none_of_its_documents(hall: CityHall, tmp_path: Path) -> None:
    number = hall.receive()
    (tmp_path / "letter.pdf").write_bytes(b"%PDF")
    with pytest.raises(BadQuestion, match="Nothing was determined yet"):
        hall.requests.file(number, closing(hall, ending=Ending.ANSWERED), files=[tmp_path / "letter.pdf"])
    assert hall.city.cabinet.history(DOCUMENTS, number) == []


def test_a_refused_step_leaves_the_file_as_it_was(hall: CityHall) -> None:
    number = hall.receive()
    late = Extended(
        by=CLERK, at=hall.now, grounds=("UC2",), facts={"UC2": "9,000 records"}, until=date(2026, 12, 24),
        sent_on=date(2026, 11, 16), officer=Responsible("Ana Ruiz", "City Attorney"),
    )  # fmt: skip
    with pytest.raises(BadQuestion, match="up to Thursday, December 10, 2026"):
        hall.requests.file(number, late)
    assert hall.requests.get(number).papers == 1


# Searching


def test_a_search_is_filed_as_it_can_be_repeated(hall: CityHall) -> None:
    number = hall.receive()
    answer, event = hall.requests.search(
        number, "pool", CLERK, minutes=12, note="first look", accounts=["x-palmaria"], since=date(2026, 5, 1)
    )
    assert len(answer.hits) == 2
    filed = hall.requests.get(number).searches
    assert [(one.question, one.hits, one.items, one.minutes, one.note) for one in filed] == [
        ("pool", 2, 2, 12, "first look")
    ]
    assert filed[0].scope.since == date(2026, 5, 1)
    assert filed[0].through == filed[0].scope.through == 1
    assert filed[0].versions_sha256 == event.versions_sha256
    assert filed[0].per_term == {"pool": 2}
    assert "contains the word" in filed[0].sentence or "pool" in filed[0].sentence


def test_words_that_count_from_today_are_kept_as_the_days_that_they_name(hall: CityHall) -> None:
    number = hall.receive()
    _, event = hall.requests.search(number, 'pool in:"this year"', CLERK)
    assert "this year" not in event.question
    assert event.hits == 2
    hall.now += timedelta(days=60)  # it is another year
    assert hall.requests.replay(number, CLERK)[0].is_same
    assert "2026" in hall.city.holds.get(number).scope_sentence()


def test_a_replay_gives_the_same_records_whatever_came_later(hall: CityHall) -> None:
    number = hall.receive()
    hall.requests.search(number, "pool", CLERK)
    hall.show("A new pool", "Pool party", first=10, at=MONDAY + timedelta(days=1))
    hall.now += timedelta(days=1, hours=2)
    hall.requests.search(number, "pool", CLERK)
    done = hall.requests.replay(number, CLERK)
    assert [(one.hits, one.is_same) for one in done] == [(2, True), (4, True)]
    assert "the same 2 versions came" in done[0].sentence
    assert done[0].versions_sha256 != done[1].versions_sha256


def test_a_replay_says_when_other_records_come_or_the_archive_is_another(hall: CityHall) -> None:
    number = hall.receive()
    _, event = hall.requests.search(number, "pool", CLERK)
    lost = Searched(
        **{name: getattr(event, name) for name in event.__struct_fields__} | {"versions_sha256": "0"}
    )
    other = Searched(
        **{name: getattr(event, name) for name in event.__struct_fields__} | {"previous": "another"}
    )
    for changed in (lost, other):
        hall.requests.file(number, changed)
    done = hall.requests.replay(number, CLERK)
    assert [one.is_same for one in done] == [True, False, False]
    assert "OTHER RECORDS CAME. Then 2 versions, now 2 versions" in done[1].sentence
    assert "not the archive that was searched" in done[2].sentence


def test_a_search_and_its_replay_stand_in_the_ledger(hall: CityHall) -> None:
    number = hall.receive()
    hall.requests.search(number, "pool", CLERK, include_private=True)
    hall.requests.replay(number, COUNSEL)
    made = [entry.event for entry in hall.city.ledger.entries() if entry.event.what == "search made"]
    told = [
        (event.actor, event.about["scope"], event.about["reason"])
        for event in made
        if event.about["question"] == "pool"
    ]
    assert told == [
        ("Cleo Park, clerk, this test", "with private records", number),
        ("Ana Ruiz, counsel, this test", "with private records", "a search of a request again"),
    ]


# The hold of the request


def test_what_a_search_finds_is_held_until_the_request_is_closed_and_its_tail_is_over(hall: CityHall) -> None:
    number = hall.receive()
    hall.requests.search(number, "pool", CLERK)
    hold = hall.city.holds.get(number)
    assert hold.kind is HoldKind.REQUEST
    assert hall.city.holds.counts(hold)[0] == 2
    hall.now += timedelta(days=2)
    hall.requests.file(number, closing(hall))
    ended = hall.city.holds.get(number).closed
    assert ended is not None
    tail = hall.city.settings.request_tail_days
    assert (ended.closed_on, ended.ends_on) == (date(2026, 11, 18), date(2026, 11, 18) + timedelta(days=tail))
    assert hall.city.holds.is_active(hall.city.holds.get(number))


def test_a_further_search_widens_the_hold_and_the_same_again_does_not(hall: CityHall) -> None:
    number = hall.receive()
    for question in ("pool", "library", "pool"):
        hall.requests.search(number, question, CLERK)
    hold = hall.city.holds.get(number)
    assert len(hold.scopes) == 2
    assert hall.city.holds.counts(hold)[0] == 3


def test_a_search_that_finds_nothing_holds_nothing(hall: CityHall) -> None:
    number = hall.receive()
    hall.requests.search(number, "zebra", CLERK)
    assert hall.requests.holds_of(number) == []
    hall.requests.file(number, closing(hall))
    assert hall.requests.get(number).state is State.CLOSED


def test_a_search_for_some_kinds_and_sites_holds_those(hall: CityHall) -> None:
    number = hall.receive()
    _, event = hall.requests.search(
        number, "pool OR library", CLERK, kinds=["post", "comment"], platforms=["x"]
    )
    kept = kept_by(event)
    assert kept.words == "(pool OR library) (kind:post OR kind:comment) (platform:x)"
    again = search(hall.city.archive, kept.words, include_private=True)
    assert {hit.native_id for hit in again.hits} == {"1", "2", "3"}


def test_a_request_that_is_opened_again_is_held_again(hall: CityHall) -> None:
    number = hall.receive()
    for question in ("pool", "library"):
        hall.requests.search(number, question, CLERK)
    hall.requests.file(number, closing(hall))
    hall.requests.file(number, Reopened(by=CLERK, at=hall.now, note="More was found"))
    first, second = hall.requests.holds_of(number)
    assert (first.id, second.id) == (number, f"{number}-2")
    assert second.scopes == first.scopes
    assert second.closed is None
    hall.requests.file(number, closing(hall))
    assert all(hold.closed for hold in hall.requests.holds_of(number))


def test_a_suit_over_a_closed_request_keeps_again_what_it_was_about(hall: CityHall) -> None:
    number = hall.receive()
    hall.requests.search(number, "pool", CLERK)
    hall.requests.file(number, closing(hall))
    hall.requests.file(
        number, Litigated(by=COUNSEL, at=hall.now, matter="Ito v. City", on=date(2026, 11, 16))
    )
    assert [hold.closed is None for hold in hall.requests.holds_of(number)] == [False, True]


def test_a_hold_that_an_interruption_left_behind_follows_the_next_morning(hall: CityHall) -> None:
    number = hall.receive()
    for question in ("pool", "library"):
        hall.requests.search(number, question, CLERK)
    filed = {"what": "request: closed", "actor": CLERK.actor, "about": {"request": number}}
    hall.city.cabinet.file(SERIES, number, stamped(closing(hall)), **filed)  # and then the power failed
    assert hall.city.holds.get(number).closed is None
    assert hall.requests.settle_holds() == [number]
    ended = hall.city.holds.get(number).closed
    assert ended is not None
    assert ended.by == CLERK
    again = Reopened(by=COUNSEL, at=hall.now, note="More was found")
    hall.city.cabinet.file(SERIES, number, stamped(again), **filed)
    assert hall.requests.settle_holds() == [number]
    assert len(hall.city.holds.get(f"{number}-2").scopes) == 2
    assert hall.requests.settle_holds() == []


def test_a_search_that_ends_after_the_request_was_closed_leaves_no_hold_behind(hall: CityHall) -> None:
    number = hall.receive()
    inner = hall.city.search

    def slow(*args: Any, **more: Any) -> Any:
        hall.requests.file(number, closing(hall))
        return inner(*args, **more)

    city = hall.city
    found = Found(hall.home / "other", city.vault, slow, lambda *_, **__: None)
    requests = Requests(city.vault, city.cabinet, city.holds, slow, found)
    with pytest.raises(BadQuestion, match="reopen"):
        requests.search(number, "pool", CLERK)
    assert [hold.closed is not None for hold in requests.holds_of(number)] == [True]
    assert hall.requests.get(number).searches == []


def test_the_hold_of_another_request_is_let_alone(hall: CityHall) -> None:
    one, other = hall.receive(number="PRA-2026-0004"), hall.receive(number="PRA-2026-00042")
    for number in (one, other):
        hall.requests.search(number, "pool", CLERK)
    hall.requests.file(one, closing(hall))
    assert hall.city.holds.get(other).closed is None


def test_a_closed_request_is_not_searched(hall: CityHall) -> None:
    number = hall.receive()
    hall.requests.file(number, closing(hall))
    before = hall.events()
    with pytest.raises(BadQuestion, match="reopen"):
        hall.requests.search(number, "pool", CLERK)
    assert hall.events() == before


# Deadlines and closed days


def test_open_requests_come_with_what_is_due_first_on_top(hall: CityHall) -> None:
    late = hall.receive(received_on=date(2026, 11, 16))
    early = hall.receive(received_on=date(2026, 11, 9))
    done = hall.receive(received_on=date(2026, 11, 2))
    hall.requests.file(done, closing(hall))
    assert [request.number for request, _ in hall.requests.open()] == [early, late]
    hall.requests.file(done, noted(hall, "a letter of thanks"))
    assert [request.number for request, _ in hall.requests.open()] == [early, late]


def test_the_adopted_table_moves_the_dates_and_each_year_is_adopted_by_itself(hall: CityHall) -> None:
    number = hall.receive()
    file = hall.requests.get(number)
    assert hall.requests.clock(file).target == date(2026, 11, 26)
    assert hall.requests.clock(file).doubts
    assert hall.requests.adopt_closures(TABLE, "c.csv", CLERK) == [2026]
    dates = hall.requests.clock(file)
    assert (dates.target, dates.latest) == (date(2026, 11, 25), date(2026, 11, 30))
    assert dates.doubts == ()
    assert "the City's adopted table (2026)" in dates.why[-1]
    assert hall.requests.adopt_closures(TABLE, "again.csv", CLERK) == []
    more = b"date,name\n2027-01-01,New Year's Day\n"
    assert hall.requests.adopt_closures(more, "d.csv", CLERK) == [2027]
    assert len(hall.requests.closures().days) == 4
    mended = b"date,name\n2026-11-26,Thanksgiving Day\n"
    assert hall.requests.adopt_closures(mended, "e.csv", CLERK) == [2026]
    assert sorted(hall.requests.closures().days) == [date(2026, 11, 26), date(2027, 1, 1)]


def test_a_wrong_table_is_not_adopted(hall: CityHall) -> None:
    with pytest.raises(BadQuestion, match="line 2"):
        hall.requests.adopt_closures(b"date,name\nx,y\n", "c.csv", CLERK)
    assert hall.requests.closures().days == {}


def at_six(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 6, tzinfo=PACIFIC).astimezone(UTC)


def test_each_warning_is_filed_once_and_what_is_overdue_is_told_every_day(hall: CityHall) -> None:
    number = hall.receive()
    hall.requests.adopt_closures(TABLE, "c.csv", CLERK)
    told = {}
    for n in range(1, 13):
        hall.now = at_six(date(2026, 11, 16) + timedelta(n))
        told[n] = [one.name for one in hall.requests.watch()]
    assert {n: names for n, names in told.items() if names} == {
        5: ["day 5"], 8: ["target-1"], 9: ["target"], 10: ["overdue"], 11: ["overdue"], 12: ["overdue"],
    }  # fmt: skip
    filed = [event for event in hall.requests.get(number).events if isinstance(event, Reminded)]
    assert [one.alarm for one in filed] == [
        "day 5 of 2026-11-25", "target-1 of 2026-11-25", "target of 2026-11-25", "overdue of 2026-11-25",
    ]  # fmt: skip
    assert {one.by for one in filed} == {WATCH}


def test_a_day_on_which_nobody_looked_is_made_good_for(hall: CityHall) -> None:
    hall.receive()
    hall.now = at_six(date(2026, 11, 24))
    assert [one.name for one in hall.requests.watch()] == ["day 8"]
    assert hall.requests.watch() == []


def test_a_request_goes_from_intake_to_closing(hall: CityHall) -> None:
    number = hall.receive()
    hall.requests.adopt_closures(TABLE, "c.csv", CLERK)
    hall.requests.search(number, "zebra", CLERK, minutes=10)
    spent = MinutesSpent(by=CLERK, at=hall.now, minutes=5, on=date(2026, 11, 16), what="the letter")
    hall.requests.file(number, spent)
    none = Determined(
        by=CLERK, at=hall.now, outcome=Outcome.NONE, reasons="The archive holds no such record.",
        sent_on=date(2026, 11, 16),
    )  # fmt: skip
    hall.requests.file(number, none)
    hall.requests.file(number, closing(hall, ending=Ending.ANSWERED, note=""))
    sued = Litigated(by=COUNSEL, at=hall.now, matter="Ito v. City", on=date(2026, 11, 16))
    done = hall.requests.file(number, sued)
    assert done.state is State.LITIGATION
    assert done.minutes == 15
    assert [type(event).__name__ for event in done.events] == [
        "Received", "Searched", "MinutesSpent", "Determined", "Closed", "Litigated",
    ]  # fmt: skip
