"""How accounts are archived, as those who keep an eye on it see it: nights, gaps, access, limits."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from archives import add_night
from desk.desks import Desks, served, text_of
from desk.shelves import FB, HOSTILE, LIMITED, NOW, Shelves, X, harm_in
from paloverde.archive.gaps import known
from paloverde.archive.seal import BrokenOff, Coverage, RunKind
from paloverde.desk.account_words import gap_told
from paloverde.desk.calendar_table import calendar
from paloverde.desk.people import Role
from paloverde.installation.history import State, disappeared
from paloverde.platforms.conversation import Gap, Listing
from paloverde.records import Kind
from paloverde.settings import load
from paloverde.state.books import writing
from paloverde.state.health import note_canary
from paloverde.state.tables import ITEMS

FIRST = date(2026, 11, 2)
_WHOLE = [Listing("comments", Kind.COMMENT, complete=True, got=1)]


def with_gap(cause: str, stream: str = "comments") -> Coverage:
    return Coverage(gaps=[Gap(stream, Kind.COMMENT, cause)])


@pytest.fixture(scope="module")
def shelves(tmp_path_factory: pytest.TempPathFactory) -> Shelves:
    """Nights of November 2026: gaps on the 3rd that the 5th filled, none on the 4th, open ones on the 6th."""
    shelves = Shelves(tmp_path_factory.mktemp("accounts"))
    archive = shelves.city.archive
    add_night(archive, FB, FIRST, [], coverage=Coverage(_WHOLE))
    add_night(archive, FB, date(2026, 11, 3), [], coverage=with_gap("the site did not answer"))
    add_night(archive, FB, date(2026, 11, 5), [], coverage=Coverage(_WHOLE))
    add_night(archive, FB, date(2026, 11, 6), [], coverage=with_gap(HOSTILE[0], "messages"))
    add_night(archive, FB, date(2026, 11, 7), [], kind=RunKind.SWEEP)
    broken = Gap("night", Kind.OTHER, "it broke off: the site’s limit was reached")
    add_night(
        archive, FB, date(2026, 11, 8), [], coverage=Coverage(gaps=[broken], broken_off=BrokenOff.LIMIT)
    )
    shelves.city.put_token(
        FB, json.dumps({"access_token": "a-secret", "expires_at": "2026-11-23T17:00:00Z"}), "t"
    )
    note_canary(shelves.city.vault.books, X, False, f"no {HOSTILE[1]}\u202e", NOW)
    return shelves


@pytest.fixture(scope="module")
def desks(shelves: Shelves) -> Iterator[Desks]:
    with served(Desks(shelves.city)) as running:
        yield running


def test_the_list_tells_of_each_account_its_last_complete_night_health_days_and_gaps(desks: Desks) -> None:
    answer = desks.get("/accounts", Role.IT)
    said = text_of(answer)
    assert (
        "Facebook, palmaria Thursday, November 5, 2026 its token was never checked 5 not measured: nothing of the last 30 days was posted after its first night 4"
        in said
    )
    assert "X, palmaria none yet the site refuses its token ended not measured" in said
    assert f"{X}: Its site refused the token on Wednesday, November 18, 2026" in said
    assert not harm_in(answer.text)


def test_a_day_is_complete_filled_with_gaps_or_without_a_night(shelves: Shelves) -> None:
    books = shelves.city.vault.books
    with books.connect() as connection:
        gaps = known(connection, FB)
    found = calendar(books, FB, "2026-11", date(2026, 11, 18), gaps)
    states = {cell.day.day: cell.state for week in found.weeks for cell in week if cell}
    assert states[1] is None  # before the first night
    assert [states[day] for day in range(2, 9)] == [
        State.WHOLE, State.FILLED, State.NONE, State.WHOLE, State.GAPS, State.NONE, State.GAPS,
    ]  # fmt: skip
    assert states[17] is State.NONE
    assert states[18] is None  # today is not over
    assert found.counts[State.WHOLE] == 2
    assert (found.before, found.after) == ("", "")


def test_a_month_that_is_no_month_shows_the_newest(desks: Desks) -> None:
    for month in ("2026-13", "x", "0000-01"):
        assert "November 2026" in text_of(desks.get(f"/accounts/{FB}?month={month}"))
    assert "October 2026" in text_of(desks.get(f"/accounts/{FB}?month=2026-10"))


def test_each_day_of_the_calendar_says_in_words_what_its_letter_means_and_leads_to_its_page(
    desks: Desks,
) -> None:
    page = desks.get(f"/accounts/{FB}").text
    assert "Tuesday, November 3, 2026: filled" in page
    assert "Wednesday, November 4, 2026: none" in page
    assert "November 2026: 2 complete, 1 filled, 2 with gaps, 11 none." in page
    for letter in "CFGN":
        assert f'<span class="desk-letter desk-day-{letter}">{letter}</span>' in page
    days = re.findall(rf'href="(/accounts/{FB}/days/2026-11-[0-9]+)"', page)
    assert len(days) == 16
    said = text_of(desks.get(days[1]))
    assert "the site did not answer" in said
    assert "Filled Thursday, November 5, 2026, by run 3" in said


def test_an_open_gap_says_what_may_be_missing_and_how_it_is_filled(desks: Desks) -> None:
    answer = desks.get(f"/accounts/{FB}")
    said = text_of(answer)
    assert "Messages What may be missing comments from" in said
    assert "&lt;script&gt;" in said
    assert "“Import files” on the account’s page" in said
    assert "“Archive a day” on the account’s page" in said
    assert not harm_in(answer.text)
    assert "Filled Thursday" in text_of(desks.get(f"/accounts/{FB}/gaps?filled=yes"))
    assert "Filled" not in text_of(desks.get(f"/accounts/{FB}/gaps"))


def test_a_missed_night_names_the_day_on_which_something_may_be_lost(shelves: Shelves) -> None:
    with shelves.city.vault.books.connect() as connection:
        (missed, *_) = [gap for gap in known(connection, FB) if gap.what == "night without a run"]
    told = gap_told(missed)
    assert told.touches == "everything posted and taken away again on Wednesday, November 4, 2026"


def test_the_state_of_a_token_is_told_and_never_the_token(desks: Desks, shelves: Shelves) -> None:
    for path in (f"/accounts/{FB}", f"/accounts/{X}", "/accounts", "/"):
        for role in (Role.IT, Role.CLERK):
            assert "a-secret" not in desks.get(path, role).text
    said = text_of(desks.get(f"/accounts/{FB}", Role.IT))
    assert "A token is kept since Wednesday, November 18, 2026, at 12:00 p.m. Pacific time." in said
    assert "Access It ends on Monday, November 23, 2026, in 5 days: the token." in said
    assert "No token is kept. IT hands one in on this page" in text_of(desks.get(f"/accounts/{X}", Role.IT))


def test_the_limits_of_the_site_stand_on_the_page_of_each_account(desks: Desks) -> None:
    said = text_of(desks.get(f"/accounts/{FB}"))
    assert "hidden comments archived every night Facebook does not say who hid a comment, or when." in said
    assert "lists of words that are moderated never given" in said


def test_runs_are_listed_newest_first_with_what_came_of_them(desks: Desks) -> None:
    said = text_of(desks.get(f"/accounts/{FB}/runs"))
    assert (
        said.index("Sunday, November 8")
        < said.index("Look between two nights")
        < said.index("Tuesday, November 3")
    )
    assert "it stopped at the site’s limit" in said
    assert "There is nothing on this page" in text_of(desks.get(f"/accounts/{FB}/runs?page=9"))


def test_whoever_sees_some_accounts_is_refused_the_others(desks: Desks) -> None:
    said = text_of(desks.get("/accounts", LIMITED))
    assert X in said
    assert FB not in said
    for path in ("", "/gaps", "/runs", "/days/2026-11-03"):
        answer = desks.get(f"/accounts/{FB}{path}", LIMITED)
        assert answer.status_code == 403
        assert "Your sign-in does not open the account" in text_of(answer)
    assert FB not in text_of(desks.get("/", LIMITED))


def test_an_account_that_is_not_there_is_answered_in_words(desks: Desks) -> None:
    for slug in ("nobody", "%00", "..%2f..", "<b>"):
        answer = desks.get(f"/accounts/{slug}")
        assert answer.status_code in (400, 404)
        assert "<b>" not in answer.text
    assert desks.get(f"/accounts/{FB}/days/2026-02-31").status_code == 400


def test_today_warns_of_dead_tokens_broken_nights_and_ends_of_access(desks: Desks) -> None:
    said = text_of(desks.get("/", Role.IT))
    assert f"{X} Its site refused the token" in said
    assert (
        "access to it ends on Monday, November 23, 2026: the token. The night of Sunday, November 8" in said
    )
    assert "Accounts" not in text_of(desks.get("/", Role.APPROVER))


def test_a_retired_account_stays_on_the_list_with_its_nights(tmp_path: Path) -> None:
    shelves = Shelves(tmp_path)
    add_night(shelves.city.archive, FB, FIRST, [], coverage=Coverage(_WHOLE))
    shelves.city.remove_account(FB, "t")
    with served(Desks(shelves.city)) as desks:
        assert "retired: its records stay" in text_of(desks.get("/accounts"))
        assert "November 2026: 1 complete" in text_of(desks.get(f"/accounts/{FB}"))


def test_much_that_disappears_at_once_is_an_alert_and_a_little_is_not(tmp_path: Path) -> None:
    shelves = Shelves(tmp_path)
    books = shelves.city.vault.books
    settings = load({"PALOVERDE_HOME": str(tmp_path)})
    row = {"account": FB, "kind": "comment", "stream": "comments", "within": "", "version_sha256": "0" * 64,
           "record_sequence": 1, "first_seen": NOW, "last_seen": NOW, "looked_at": NOW}  # fmt: skip

    def put(begin: int, end: int, state: str) -> None:
        with writing(books) as connection:
            connection.execute(
                ITEMS.insert(), [{**row, "native_id": str(n), "state": state} for n in range(begin, end)]
            )

    assert disappeared(books, [FB], settings) == {}
    put(0, 100, "present")
    put(100, 103, "absent")
    assert disappeared(books, [FB], settings) == {}
    put(103, 115, "absent")
    assert disappeared(books, [FB], settings)[FB] == (
        "15 of 115 items are no longer listed, more than 10 in a hundred"
    )
    put(1_000, 3_000, "present")
    assert disappeared(books, [FB], settings) == {}
    put(115, 140, "absent")
    assert (
        "40 items are no longer listed, more than the 20 believed" in disappeared(books, [FB], settings)[FB]
    )
    with served(Desks(shelves.city)) as desks:
        said = text_of(desks.get("/", Role.IT))
    assert "40 items are no longer listed" in said
    assert "Nothing is taken for removed until somebody has looked" in said


def test_a_page_stays_small_however_many_gaps_there_are(tmp_path: Path) -> None:
    shelves = Shelves(tmp_path)
    add_night(shelves.city.archive, FB, FIRST - timedelta(days=700), [], coverage=Coverage(_WHOLE))
    add_night(shelves.city.archive, FB, FIRST, [], coverage=Coverage(_WHOLE))
    with served(Desks(shelves.city)) as desks:
        for path in (f"/accounts/{FB}", f"/accounts/{FB}/gaps", f"/accounts/{FB}/gaps?page=14"):
            answer = desks.get(path)
            assert answer.status_code == 200
            assert len(answer.content) < 300_000
        assert "699 gaps are open" in text_of(desks.get(f"/accounts/{FB}"))
        assert "Page 14 of 14" in text_of(desks.get(f"/accounts/{FB}/gaps?page=14"))
