"""Units and pauses that all processes share, on both databases."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from datetime import UTC, date, datetime, timedelta

import pytest

from paloverde.state.books import open_books
from paloverde.state.budgets import Budgets
from paloverde.state.health import Alarm, alarm_told, last_canaries, note_canary, raise_alarms, untold_alarms

DAY = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, 17, tzinfo=UTC)


@pytest.fixture
def budgets(books_url: str) -> Budgets:
    return Budgets(open_books(books_url))


def test_units_are_taken_until_they_are_used_up_and_given_back(budgets: Budgets) -> None:
    assert budgets.take("youtube", "units", "", DAY, 60, 100)
    assert not budgets.take("youtube", "units", "", DAY, 60, 100)
    assert budgets.used("youtube", "units", "", DAY) == 60
    assert budgets.take("youtube", "units", "", DAY, 40, 100)
    budgets.give_back("youtube", "units", "", DAY, 30)
    assert budgets.used("youtube", "units", "", DAY) == 70


def test_days_sites_and_owners_have_budgets_of_their_own(budgets: Budgets) -> None:
    assert budgets.take("youtube", "units", "", DAY, 100, 100)
    assert budgets.take("youtube", "units", "", DAY + timedelta(1), 100, 100)
    assert budgets.take("linkedin", "units", "", DAY, 100, 100)
    assert budgets.take("youtube", "units", "youtube-palmaria", DAY, 100, 100)
    assert budgets.take("youtube", "calls", "", DAY, 100, 100)


def test_days_long_past_leave_nothing_behind(budgets: Budgets) -> None:
    """A row for each day and owner would be millions in the years of many accounts."""
    for owner in ("", "youtube-palmaria"):
        for number in range(6):
            assert budgets.take("youtube", "units", owner, DAY + timedelta(number), 60, 100)
            assert budgets.take("youtube", "units", owner, DAY + timedelta(number), 40, 100)
    used = [budgets.used("youtube", "units", "", DAY + timedelta(number)) for number in range(6)]
    assert used == [0, 0, 0, 100, 100, 100]
    assert budgets.used("youtube", "units", "youtube-palmaria", DAY + timedelta(5)) == 100


def test_more_than_the_whole_day_is_never_taken(budgets: Budgets) -> None:
    assert not budgets.take("youtube", "units", "", DAY, 101, 100)
    assert budgets.used("youtube", "units", "", DAY) == 0


TAKES = """
    import sys
    from datetime import date
    from paloverde.state.books import open_books
    from paloverde.state.budgets import Budgets

    budgets = Budgets(open_books(sys.argv[1]))
    print(sum(budgets.take("x", "posts", "", date(2026, 11, 22), 3, 100) for _ in range(30)))
"""


def test_two_processes_never_take_more_than_there_is(books_url: str) -> None:
    budgets = Budgets(open_books(books_url))
    command = [sys.executable, "-c", textwrap.dedent(TAKES), books_url]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    taken = [int(process.communicate(timeout=120)[0]) for process in both]
    assert sum(taken) == 33
    assert budgets.used("x", "posts", "", DAY) == 99


def test_the_later_end_of_a_pause_stands(budgets: Budgets) -> None:
    late = NOW + timedelta(minutes=15)
    budgets.pause("x", "x-palmaria", "dm", late)
    budgets.pause("x", "x-palmaria", "dm", NOW)
    budgets.pause("x", "x-palmaria", "", NOW)
    budgets.pause("x", "x-other", "dm", late + timedelta(minutes=1))
    assert budgets.pauses("x", "x-palmaria") == {"dm": late, "": NOW}
    assert budgets.pauses("facebook", "x-palmaria") == {}


def test_a_canary_replaces_the_one_before_and_keeps_when_it_last_sang(books_url: str) -> None:
    books, later = open_books(books_url), NOW + timedelta(days=1)
    assert note_canary(books, "x-palmaria", True, "it answered", NOW) is None
    before = note_canary(books, "x-palmaria", False, "it is dead", later)
    assert before is not None
    assert before.alive
    assert last_canaries(books)["x-palmaria"] == (later, False, "it is dead", NOW)


def test_an_alarm_is_raised_and_told_once(books_url: str) -> None:
    books = open_books(books_url)
    first = [Alarm("x-palmaria", "the token", DAY, days) for days in (14, 7)]
    raise_alarms(books, first, NOW)
    assert untold_alarms(books, "x-palmaria") == [first[1]]  # seven or less says fourteen or less, too
    alarm_told(books, first[1])
    raise_alarms(books, first, NOW)
    assert untold_alarms(books, "x-palmaria") == []
    raise_alarms(books, [*first, Alarm("x-palmaria", "the token", DAY, 2)], NOW)
    assert [alarm.days for alarm in untold_alarms(books, "x-palmaria")] == [2]
    assert untold_alarms(books, "x-other") == []
