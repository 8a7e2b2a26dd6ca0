"""The public list of official accounts (policy IV, P-06)."""

from __future__ import annotations

from datetime import date, timedelta

from paloverde.records import Account
from paloverde.watch.accounts.official_sites import OFFICIAL_SITES as REPORT
from townhall import TODAY, papers, profile
from watching import CITY, CITY_ON_X, MAYOR, Then, book

CLOSED = Account("youtube-old", "youtube", "UC9", "palmaria-old")


def test_the_list_is_the_citys_open_accounts_and_nothing_else() -> None:
    registers = book(
        TODAY, {"account-papers": [papers(), papers(CLOSED.slug, terminated_on=TODAY - timedelta(days=2))]}
    )
    page = profile(about="Hello", permalink="https://facebook.example/cityofpalmaria")
    now = Then(accounts=(MAYOR, CITY_ON_X, CLOSED, CITY), items=[page])
    table = REPORT.make(now, registers, TODAY, TODAY)
    assert [row[:4] for row in table.rows] == [
        ("Facebook", "City of Palma Ria", "cityofpalmaria", "https://facebook.example/cityofpalmaria"),
        ("X", "", "cityofpalmaria", "https://x.com/cityofpalmaria"),
    ]
    assert "2 accounts of the City" in table.notes[0]
    assert "palmaria.example" in table.notes[1]
    assert table.notes[2] == "Not for the public list before they are approved: x-palmaria."


def test_a_list_of_an_earlier_day_says_that_there_is_none() -> None:
    table = REPORT.make(Then(), book(TODAY), date(2026, 1, 1), date(2026, 1, 31))
    assert "The registry has no list of an earlier day" in table.notes[-1]
