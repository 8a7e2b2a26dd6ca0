"""People who left can post no longer (V.A.4, P-14)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import msgspec

from paloverde.watch.check import Weight
from paloverde.watch.people.leavers import LEAVERS as CHECK
from townhall import JO, SAM, TODAY, asked, grant, papers, whichs
from watching import CITY


def left(on: date) -> Any:
    return msgspec.structs.replace(JO, left_on=on)


def found(*people: Any, **entries: Any) -> list[Any]:
    told = {"people": list(people), "grants": [grant()]}
    return asked(CHECK, entries=told | entries)


def test_an_open_grant_of_somebody_who_is_there_is_in_order() -> None:
    assert found(JO) == []
    assert found(left(TODAY)) == []  # the last day is still a day of service


def test_an_open_grant_of_somebody_who_left_is_urgent() -> None:
    (one,) = found(left(TODAY - timedelta(days=1)))
    assert (one.about, one.account, one.weight) == ("grants/G-2026-0001", CITY.slug, Weight.URGENT)
    assert one.said.startswith("Jo Rivera left on Thu, Nov 19, 2026, and may still post on facebook-palmaria")


def test_a_grant_that_only_begins_later_is_open_too() -> None:
    assert len(found(left(date(2026, 1, 1)), grants=[grant(since=date(2027, 1, 1))])) == 1


def test_a_revoked_or_ended_grant_is_in_order() -> None:
    gone = left(date(2026, 11, 1))
    assert found(gone, grants=[grant(revoked_on=date(2026, 11, 2), revoked_by="Ines Calder")]) == []
    assert found(gone, grants=[grant(until=date(2026, 11, 1))]) == []


def test_a_second_factor_in_the_hands_of_somebody_who_left_is_urgent() -> None:
    own = {"grants": [], "account-papers": [papers()]}
    (one,) = found(left(date(2026, 11, 1)), **own)
    assert (one.about, one.which, one.weight) == (CITY.slug, "second factor", Weight.URGENT)
    closed = {"grants": [], "account-papers": [papers(terminated_on=date(2026, 11, 2))]}
    assert found(left(date(2026, 11, 1)), **closed) == []


def test_a_grant_for_somebody_whom_nobody_entered_is_an_advice() -> None:
    (one,) = found(SAM)
    assert whichs([one]) == ["unknown"]
    assert one.weight is Weight.ADVICE
