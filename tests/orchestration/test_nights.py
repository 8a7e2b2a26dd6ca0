from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from paloverde.capture.looking import RemovalReport
from paloverde.capture.night import NightReport
from paloverde.errors import BadQuestion, PersonNeeded
from paloverde.orchestration.nights import (
    Summary,
    night_of,
    night_summary,
    on_platform,
    removal_summary,
    settle,
    tell,
)
from paloverde.records import Account

DAY = date(2026, 3, 7)
NIGHT: Summary = {
    "account": "facebook-city",
    "outcome": "sealed",
    "records": 12,
    "new_versions": 3,
    "gaps": 1,
    "candidates": 2,
}
LOOKED: Summary = {"account": "facebook-city", "removed": 1, "restored": 0, "pending": 1, "alerts": 0}


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        ("2026-03-08T09:15:00Z", "2026-03-07"),  # 01:15 before the clocks go forward
        ("2026-03-09T09:15:00Z", "2026-03-08"),  # 02:15 after, for the day of 23 hours
        ("2026-11-01T09:15:00Z", "2026-10-31"),  # 01:15, the first of two
        ("2026-11-02T09:15:00Z", "2026-11-01"),  # 01:15, for the day of 25 hours
        ("2026-11-22T07:59:59Z", "2026-11-20"),  # the 21st has not ended in California
        ("2026-11-22T08:00:00Z", "2026-11-21"),
        ("2028-03-01T09:15:00Z", "2028-02-29"),
    ],
)
def test_a_run_is_for_the_pacific_day_that_has_just_ended(moment: str, day: str) -> None:
    assert night_of(datetime.fromisoformat(moment)) == date.fromisoformat(day)
    elsewhere = datetime.fromisoformat(moment).astimezone(ZoneInfo("Asia/Kathmandu"))
    assert night_of(elsewhere) == date.fromisoformat(day)


def test_a_day_can_be_asked_for_but_not_one_to_come() -> None:
    now = datetime(2026, 11, 22, 9, 15, tzinfo=UTC)
    assert night_of(now, "2025-01-31") == date(2025, 1, 31)
    assert night_of(now, "2026-11-22") == date(2026, 11, 22)  # today, so far
    with pytest.raises(BadQuestion, match="2026-11-23 has not come yet"):
        night_of(now, "2026-11-23")
    with pytest.raises(BadQuestion, match=r"'22\.11\.2026' is not a day"):
        night_of(now, "22.11.2026")


def test_accounts_go_to_their_own_site() -> None:
    accounts = [Account("x-city", "x", "1", "city"), Account("facebook-city", "facebook", "2", "city")]
    assert on_platform(accounts, "x") == ["x-city"]
    assert on_platform(accounts, "youtube") == []


def test_only_counts_are_handed_on() -> None:
    night = NightReport(
        "facebook-city", DAY, "sealed", 12, 3, 2, ["Comments of 7: the end was not reached."], 4
    )
    assert night_summary(night) == NIGHT
    looked = RemovalReport("facebook-city", DAY, ["101"], [], ["102"], 9, None)
    assert removal_summary(looked) == LOOKED


def test_every_registered_account_is_told_of_whatever_became_of_it() -> None:
    unfinished: Summary = {**NIGHT, "account": "x-city"}
    whole, unlooked, missed = tell(
        DAY, ["x-city", "youtube-city", "facebook-city"], [NIGHT, unfinished], [LOOKED]
    )
    counts = "2026-03-07 sealed, 12 records, 3 new versions, 1 gap, 2 items to look at again"
    assert whole == f"facebook-city: {counts}; 1 removed, 0 restored, 1 not yet certain."
    assert unlooked == (
        f"x-city: {counts}; removed items were NOT looked for, see the log of its removals task."
    )
    assert missed == "youtube-city: 2026-03-07 was NOT archived; the log of its archive task says why."


def test_a_deletion_on_an_officials_account_stands_in_the_report_as_a_warning() -> None:
    looked = RemovalReport("facebook-city", DAY, ["101"], [], ["102"], 9, None, ("facebook-city/post/101",))
    (line,) = tell(DAY, ["facebook-city"], [NIGHT], [removal_summary(looked)])
    assert "WARNING: 1 deleted on this official's account" in line
    (line,) = tell(DAY, ["facebook-city"], [NIGHT], [LOOKED])
    assert "WARNING" not in line


def test_a_night_settles_only_when_every_account_finished() -> None:
    settle(DAY, ["facebook-city"], [NIGHT], [LOOKED])
    with pytest.raises(PersonNeeded, match="not whole: x-city did not finish"):
        settle(DAY, ["facebook-city", "x-city"], [NIGHT], [LOOKED])
    with pytest.raises(PersonNeeded, match="not whole: facebook-city did not finish"):
        settle(DAY, ["facebook-city"], [NIGHT], [])
    degraded: Summary = {**NIGHT, "outcome": "degraded"}
    with pytest.raises(PersonNeeded, match="is degraded: facebook-city brought implausibly little"):
        settle(DAY, ["facebook-city"], [degraded], [LOOKED])
    with pytest.raises(PersonNeeded, match="No account is registered"):
        settle(DAY, [], [], [])
