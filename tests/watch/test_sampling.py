"""How often a check is right: the lot, and the interval."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from math import sqrt

import pytest

from paloverde.watch.sampling import A_MONTH, Drawn, interval, month_of, precision, sample

AT = datetime(2026, 11, 1, 20, tzinfo=UTC)


def found(number: int, verdict: str = "", at: datetime = AT) -> list[Drawn]:
    return [Drawn(f"{at:%m}-{one}", at, verdict) for one in range(number)]


def test_twenty_a_month_are_drawn_and_whoever_draws_again_draws_the_same() -> None:
    many = found(500) + found(500, at=AT + timedelta(days=31)) + found(3, at=AT - timedelta(days=40))
    drawn = sample("listed-words", many)
    assert len(drawn) == A_MONTH + A_MONTH + 3
    assert drawn == sample("listed-words", reversed(many))
    assert drawn != sample("exact-repeats", many)
    assert {one.id for one in drawn} != {one.id for one in found(A_MONTH)}


def test_each_finding_is_drawn_as_often_as_another() -> None:
    """Of 40 findings each is drawn by half of 400 checks: between 150 and 250 times (five deviations)."""
    many, times = found(40), dict.fromkeys((one.id for one in found(40)), 0)
    for number in range(400):
        for one in sample(f"check-{number}", many):
            times[one.id] += 1
    assert all(150 <= number <= 250 for number in times.values())


def test_a_month_is_one_of_the_city() -> None:
    assert month_of(datetime(2026, 12, 1, 7, 59, tzinfo=UTC)) == "2026-11"
    assert month_of(datetime(2026, 12, 1, 8, tzinfo=UTC)) == "2026-12"


@pytest.mark.parametrize(("right", "of"), [(8, 10), (15, 18), (1, 3), (199, 200), (7, 1_000)])
def test_the_interval_is_wilsons(right: int, of: int) -> None:
    """At its ends the share that was seen lies 1.96 standard deviations of a share of that size away."""
    for end in interval(right, of):
        assert abs(right / of - end) == pytest.approx(1.959964 * sqrt(end * (1 - end) / of), abs=1e-6)


def test_where_all_or_none_is_right_the_interval_ends_there() -> None:
    unsure = 3.841459 / (20 + 3.841459)
    assert interval(0, 20) == pytest.approx((0.0, unsure), abs=1e-6)
    assert interval(20, 20) == pytest.approx((1 - unsure, 1.0), abs=1e-6)


def test_nothing_judged_says_nothing() -> None:
    assert interval(0, 0) == (0.0, 1.0)
    assert precision("a", "A", 1, []).sentence() == "It has found nothing yet."
    said = precision("a", "A", 1, found(500)).sentence()
    assert said == "20 findings drawn by lot, and nobody has judged any yet."


def test_only_what_was_drawn_counts() -> None:
    """People answered all that looked bad; of those that the lot drew, five were judged."""
    many = found(200)
    drawn = {one.id for one in sample("a", many)}
    judged = sorted(drawn)[:5]
    answered = [
        one._replace(verdict="wrong" if one.id == judged[0] else "acted")
        if one.id in judged or one.id not in drawn
        else one
        for one in many
    ]
    told = precision("a", "A", 2, answered)
    assert (told.drawn, told.looked_at, told.right, told.wrong) == (20, 5, 4, 1)
    assert told.sentence() == (
        "Of 20 findings drawn by lot, people judged 5: 4 right, 1 false alarm. Of all that it finds, 38% to "
        "96% is right (with 95 % confidence)."
    )
