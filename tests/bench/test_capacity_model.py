"""The capacity page: its model is held against what was measured, and the page against both."""

from __future__ import annotations

from pathlib import Path

import pytest

from benched import benchmarks

with benchmarks():
    from capacity_model import (
        COSTS,
        Price,
        allowed,
        error,
        fit,
        held_out,
        is_compared,
        needs,
        read,
        workers,
    )
    from capacity_page import page

ROOT = Path(__file__).parents[2]
POINTS, GIVEN = read()
LARGEST = max(POINTS, key=lambda point: int(point["records"]))


def test_the_points_are_three_sizes_and_one_of_small_nights() -> None:
    assert len([point for point in POINTS if point["records"] // point["nights"] == 10_000]) >= 3
    assert min(point["records"] / point["nights"] for point in POINTS) == 100


@pytest.mark.parametrize("cost", COSTS)
def test_the_largest_point_is_predicted_by_the_smaller_ones(cost: str) -> None:
    if is_compared(LARGEST, cost, GIVEN):
        assert abs(held_out(POINTS, cost)) <= allowed(cost, GIVEN)


@pytest.mark.parametrize("cost", COSTS)
def test_each_point_is_as_the_model_says(cost: str) -> None:
    price = fit(POINTS, cost)
    far = {
        point["records"]: round(error(price, point, cost), 2)
        for point in POINTS
        if is_compared(point, cost, GIVEN) and abs(error(price, point, cost)) > allowed(cost, GIVEN)
    }
    assert far == {}


def test_a_price_is_found_again() -> None:
    true = Price(7.0, 300.0)
    points = [
        {"records": records, "nights": nights, "cost": true.of(records, nights)}
        for records, nights in ((100, 1), (1000, 40), (50, 9))
    ]
    assert fit(points, "cost") == pytest.approx(true)


def test_no_price_is_negative() -> None:
    """Twice the nights and less to pay: that is an error of measuring, and nothing is earned by running."""
    points = [{"records": 100, "nights": 1, "cost": 10.0}, {"records": 100, "nights": 2, "cost": 9.0}]
    assert fit(points, "cost").run == 0
    assert fit(points, "cost").record == pytest.approx(0.095, rel=0.02)


def test_a_model_that_is_wrong_is_seen() -> None:
    """A cost that grows with the square of the records is no straight line."""
    points = [{**point, "odd": point["records"] ** 2} for point in POINTS]
    assert abs(held_out(points, "odd")) > allowed("rows", GIVEN)


def test_ten_thousand_accounts_are_ten_billion_records() -> None:
    largest = GIVEN["installation"][-1]
    need = needs({cost: fit(POINTS, cost) for cost in COSTS}, GIVEN, largest)
    assert largest["accounts"] == 10_000
    assert need.records == pytest.approx(10e9, rel=0.01)
    assert need.archive > LARGEST["records_bytes"] * 10_000 * 0.5
    assert min(workers(need, GIVEN)) >= 1


def test_the_page_is_the_one_that_is_made_of_them() -> None:
    made = page(POINTS, GIVEN)
    kept = (ROOT / "docs" / "reference" / "capacity.md").read_text(encoding="utf-8")
    assert made == kept, "run: python bench/capacity_page.py > docs/reference/capacity.md"


def test_every_assumption_has_its_reason_and_no_site_is_called_verified_by_nobody() -> None:
    assert all(len(entry["why"]) > 20 for entry in GIVEN["assumed"].values())
    assert all(site["source"] for site in GIVEN["site"])
    assert page(POINTS, GIVEN).count("| nobody yet |") == sum(
        not site["verified_by"] for site in GIVEN["site"]
    )
