"""The load page says what was measured, and names a limit where one was met."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from benched import benchmarks

with benchmarks():
    from load import is_too_much
    from load_page import limits, page, read
    from loadclerks import percentiles

ROOT = Path(__file__).parents[2]

RUNS = read()
STEP: dict[str, Any] = {
    "clerks": 8, "with_nights": False, "errors": {}, "p95_ms": 300, "slowest": "today", "load": 1.0,
    "requests": 100, "cpu_ms": 25,
}  # fmt: skip
NIGHT = {"records": 1000, "cpu_s": 10.0}


def run(*steps: dict[str, Any]) -> dict[str, Any]:
    return {"desk": [{**STEP, **step} for step in steps], "nights": [NIGHT]}


def test_the_page_is_the_one_that_is_made_of_them() -> None:
    kept = (ROOT / "docs" / "reference" / "load.md").read_text(encoding="utf-8")
    assert page(RUNS) == kept, "run: python bench/load_page.py > docs/reference/load.md"


def test_what_was_measured_is_whole() -> None:
    """Every account was archived both nights, everything once, and the second night brought nothing new."""
    for one in RUNS:
        first, second = one["nights"]
        assert first["accounts"] == second["accounts"] == one["accounts"]
        assert first["new"] == first["records"] == second["records"] == one["records"]
        assert second["new"] == 0
        assert first["wrong"] == second["wrong"] == []


def test_a_desk_that_is_too_slow_is_named_with_its_number() -> None:
    told = list(limits(run({}, {"clerks": 16, "p95_ms": 1001})))
    assert told[0].startswith(
        "- The desk alone: 8 clerks at once are served within the limit; with 16 the 95th"
    )


def test_a_page_that_does_not_come_is_a_limit_however_fast_the_others_were() -> None:
    assert is_too_much({**STEP, "errors": {"answered 503": 1}})
    assert not is_too_much(STEP)


def test_a_limit_that_was_not_met_is_not_claimed() -> None:
    assert next(limits(run({}))).endswith("the limit was not reached.")


def test_percentiles_are_of_what_was_asked() -> None:
    assert percentiles([7.0]) == (7, 7, 7)
    assert percentiles([float(n) for n in range(101)]) == (50, 95, 99)
