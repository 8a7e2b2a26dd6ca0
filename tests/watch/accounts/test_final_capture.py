"""A last capture before an account is closed (V.A.15, P-28)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from paloverde.watch.accounts.closing import FINAL_CAPTURE as CHECK
from paloverde.watch.check import Weight
from paloverde.watch.registers.accounts import AccountClass
from townhall import asked, officials, papers, whichs
from watching import CITY

CLOSED = date(2026, 11, 10)
WHOLE = {
    "export_added_on": date(2026, 11, 12),
    "final_verified_on": date(2026, 11, 13),
    "final_verified_by": "cleo",
}


def captured(day: int) -> dict[str, datetime]:
    return {CITY.slug: datetime(2026, 11, day, 20, tzinfo=UTC)}


def found(last: dict[str, datetime], closing: date = CLOSED, **known: Any) -> list[Any]:
    own = {"account-papers": [papers(terminated_on=closing, **known)]}
    return asked(CHECK, entries=own, captured=last)


def test_a_closing_with_all_that_belongs_to_it_is_in_order() -> None:
    assert found(captured(10), **WHOLE) == []
    assert found(captured(9), **WHOLE) == []  # that night found it closed


def test_an_account_without_a_closing_day_is_not_looked_at() -> None:
    assert asked(CHECK) == []


def test_a_closing_without_a_whole_capture_is_urgent_until_the_download_is_there() -> None:
    (first, *_) = found(captured(1))
    assert first.weight is Weight.URGENT
    assert "its last whole capture is of Sun, Nov 1, 2026: what it said after that may be lost" in first.said
    (second,) = found(captured(1), **WHOLE)
    assert second.weight is Weight.WARNING
    assert "it was never archived as a whole" in found({})[0].said


def test_the_download_and_somebodys_word_are_asked_for() -> None:
    assert whichs(found(captured(10))) == ["download", "verified"]


def test_a_word_given_before_the_last_capture_does_not_count() -> None:
    early = WHOLE | {"final_verified_on": date(2026, 11, 9)}
    assert whichs(found(captured(10), **early)) == ["verified"]


def test_somebody_is_reminded_two_weeks_before() -> None:
    (one,) = found(captured(19), closing=date(2026, 12, 4))
    assert one.said == (
        "facebook-palmaria is to be closed on Fri, Dec 4, 2026. Before that: a last capture without a gap; the "
        "site's own download; somebody's word that both were verified."
    )
    assert found(captured(19), closing=date(2026, 12, 5)) == []


def test_a_declared_account_that_was_never_archived_has_nothing_to_be_captured() -> None:
    own = {"account-papers": [officials("x-duarte-private", AccountClass.PRIVATE, terminated_on=CLOSED)]}
    assert asked(CHECK, entries=own) == []
