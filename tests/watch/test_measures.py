"""Numbers of moderation are data that names its clause, and is not called verified before counsel has."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from paloverde.watch.measures import MEASURES, Origin, measure, read_measures

ROOT = Path(__file__).parents[2] / "include" / "paloverde"
ONE = """
[hours]
says = "so many hours"
value = 24
unit = "hours"
cite = "V.B.5"
effective_from = 2026-01-01
seen = "design"
verified_by = ""
verified_on = ""
"""


@pytest.mark.parametrize("name", MEASURES)
def test_each_number_is_used_and_names_its_clause(name: str) -> None:
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "watch").rglob("*.py")]
    assert any(f'measure("{name}")' in text or f"measure('{name}')" in text for text in sources)
    assert MEASURES[name].value > 0
    assert MEASURES[name].cite.startswith("Social Media Policy V.")


def test_none_is_called_verified_before_counsel_has_verified_it() -> None:
    assert {one.mark for one in MEASURES.values()} == {"this program's own number; not verified by counsel"}
    by = read_measures(
        ONE.replace(
            'verified_by = ""\nverified_on = ""', 'verified_by = "C. Vance"\nverified_on = "2026-11-20"'
        )
    )
    assert by["hours"].mark == "verified by C. Vance on 2026-11-20"


def test_a_number_without_its_clause_is_no_measure() -> None:
    assert read_measures(ONE)["hours"].seen is Origin.DESIGN
    with pytest.raises(msgspec.ValidationError, match="cite"):
        read_measures(ONE.replace('cite = "V.B.5"\n', ""))


def test_the_policy_s_repeatedly_is_more_than_once() -> None:
    assert measure("removals_before_a_block") > 1
