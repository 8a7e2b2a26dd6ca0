"""Until when a version of the API answers, and the day's budget."""

from __future__ import annotations

from datetime import date

import pytest

from paloverde.platforms.conversation import Budget, Request
from paloverde.platforms.linkedin import LinkedIn
from paloverde.platforms.linkedin.versions import STATED, version_dies


def test_a_day_that_the_site_has_named_is_that_day() -> None:
    assert version_dies("202508") == date(2026, 8, 17)


def test_any_other_version_lives_a_year_and_no_longer_than_the_named_ones_did() -> None:
    assert version_dies("202608") == date(2027, 8, 15)
    for version, day in STATED.items():
        assert date(int(version[:4]) + 1, int(version[4:]), 15) <= day


@pytest.mark.parametrize("wrong", ["", "2026-08", "202613", "v26.0", "20260801"])
def test_what_is_no_version_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match="202608"):
        version_dies(wrong)


def test_every_call_counts_against_the_apps_day() -> None:
    platform = LinkedIn("202608", 750)
    assert platform.budgets == (Budget("calls", 750, "UTC", shared="app"),)
    assert platform.cost(Request("/posts")) == 1
    assert platform.lane(Request("/posts")) == platform.lane(Request("/images/x"))
