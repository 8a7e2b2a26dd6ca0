"""How the archive works, told from what is really in it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

from archives import ACCOUNT, NIGHT, make_archive, record
from paloverde.archive.registry import register
from paloverde.archive.seal import Coverage
from paloverde.platforms.conversation import Gap
from paloverde.records import Account, Kind
from paloverde.requests.assistance import Held, Holdings, accounts_grid, holdings, in_full, told
from paloverde.requests.paper import Paper
from paloverde.requests.plaintext import as_text

DAY = date(2026, 3, 3)


def text_of(held: Holdings) -> str:
    return " ".join(as_text(Paper("x", in_full(held))).split())


def in_short(held: Holdings) -> str:
    return " ".join(as_text(Paper("x", told(held))).split())


def test_it_names_every_registered_account_with_its_nights_and_days(tmp_path: Path) -> None:
    archive = make_archive(
        tmp_path, [record("1", "Street sweeping", posted_at=datetime(2026, 1, 5, 20, 0, tzinfo=UTC))]
    )
    register(archive.books, Account(ACCOUNT, "facebook", "1", "CityOfPalmaria"), NIGHT)
    register(archive.books, Account("x-palmaria", "x", "2", "palmaria"), NIGHT)
    held = holdings(archive, DAY)
    assert held.accounts == (
        Held(
            "Facebook", "CityOfPalmaria", ACCOUNT, date(2026, 3, 2), date(2026, 3, 2), 1, 0,
            date(2026, 1, 5), date(2026, 1, 5),
        ),
        Held("X", "palmaria", "x-palmaria"),
    )  # fmt: skip
    assert [row[2:] for row in accounts_grid(held.accounts, DAY).rows] == [
        ("March 2, 2026 (1 night)", "January 5, 2026"),
        ("no night yet", "nothing with a date"),
    ]


def test_it_tells_open_gaps_and_what_the_sites_never_give(tmp_path: Path) -> None:
    gap = Gap(kind=Kind.COMMENT, cause="the site did not answer", stream="comments")
    archive = make_archive(tmp_path, [record("1", "Street")], coverage=Coverage(gaps=[gap]))
    register(archive.books, Account(ACCOUNT, "facebook", "1", "CityOfPalmaria"), NIGHT)
    text = text_of(holdings(archive, DAY))
    assert "What the archive may be missing: - Gap, facebook-springfield, comments, March 2, 2026" in text
    assert "What the sites do not give us: - Facebook" in text


def test_without_gaps_it_says_that_none_is_known() -> None:
    assert "No gap in what was archived is known that is still open." in text_of(Holdings(DAY, (), (), ()))


def test_a_letter_sums_up_what_its_enclosure_names() -> None:
    accounts = (Held("X", "palmaria", "x-palmaria"), Held("X", "pool", "x-pool"), Held("YouTube", "tv", "yt"))
    text = in_short(Holdings(DAY, accounts, ("Gap 1.", "Gap 2."), ()))
    assert "It holds 3 accounts (X, YouTube). 2 gaps are known that are still open;" in text
    assert "Gap 1" not in text
    assert "No account is in it yet. No gap is known that is still open;" in in_short(
        Holdings(DAY, (), (), ())
    )


def test_a_spent_budget_is_not_told_a_requester_in_minutes(tmp_path: Path) -> None:
    cause = "it broke off: LinkedIn's budget is used up; it is full again in 945 minutes"
    gap = Gap(kind=Kind.POST, cause=cause, stream="posts")
    archive = make_archive(tmp_path, [record("1", "Street")], coverage=Coverage(gaps=[gap]))
    register(archive.books, Account(ACCOUNT, "facebook", "1", "CityOfPalmaria"), NIGHT)
    text = text_of(holdings(archive, DAY))
    assert "the run broke off: the site limits how often it may be asked." in text
    assert "minutes" not in text
    assert "budget" not in text


def test_as_of_an_earlier_day_nothing_is_held_that_came_later(tmp_path: Path) -> None:
    archive = make_archive(tmp_path, [record("1", "Street")])
    register(archive.books, Account(ACCOUNT, "facebook", "1", "CityOfPalmaria"), NIGHT)
    assert holdings(archive, DAY).accounts[0].nights == 1
    assert holdings(archive, DAY, date(2026, 3, 2)).accounts[0].nights == 1
    assert holdings(archive, DAY, date(2026, 3, 1)).accounts[0].nights == 0


def test_many_gaps_are_counted_and_offered() -> None:
    text = text_of(Holdings(DAY, (), tuple(f"Gap {n}." for n in range(15)), ()))
    assert "Gap 11." in text
    assert "Gap 12." not in text
    assert "and 3 more gaps, which we name on request." in text


def test_an_empty_archive_promises_nothing(tmp_path: Path) -> None:
    held = holdings(make_archive(tmp_path), DAY)
    assert (held.accounts, held.standing) == ((), ())
