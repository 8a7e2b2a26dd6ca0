"""When a night is overdue: counted from the end of the newest day that was archived, on the City's clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from paloverde.capture.lateness import LATE_HOURS, URGENT_HOURS, late

DAY = date(2026, 11, 22)  # it ends at eight in the morning, UTC
ENDED = datetime(2026, 11, 23, 8, tzinfo=UTC)
REGISTERED = datetime(2026, 11, 1, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("hours", "is_late", "is_urgent"),
    [(1.5, False, False), (35.9, False, False), (36, True, False), (71.9, True, False), (72, True, True)],
)
def test_a_night_is_overdue_a_day_and_a_half_after_the_last_and_urgent_after_three(
    hours: float, is_late: bool, is_urgent: bool
) -> None:
    found = late(DAY, REGISTERED, ENDED + timedelta(hours=hours))
    assert (found is not None) is is_late
    assert (found is not None and found.is_urgent) is is_urgent
    assert (LATE_HOURS, URGENT_HOURS) == (36, 72)


def test_a_day_that_still_runs_is_not_late() -> None:
    assert late(DAY, REGISTERED, ENDED - timedelta(hours=10)) is None


def test_without_a_complete_night_it_counts_from_the_registration() -> None:
    assert late(None, REGISTERED, REGISTERED + timedelta(hours=35)) is None
    found = late(None, REGISTERED, REGISTERED + timedelta(days=4))
    assert found is not None
    assert found.is_urgent
    assert str(found) == "no night was complete since it was registered on Sunday, November 1, 2026"


def test_it_says_since_when_and_what_to_do() -> None:
    found = late(DAY, REGISTERED, ENDED + timedelta(hours=37))
    assert found is not None
    assert str(found) == "its last complete night is that of Sunday, November 22, 2026, 2 days ago"
    assert found.todo("x-palmaria").endswith("then `paloverde archive x-palmaria --day 2026-11-23`")
