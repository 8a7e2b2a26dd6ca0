"""The sections of the Brown Act that the checks rest on are data, each with its citation and its mark."""

from __future__ import annotations

from datetime import date

import pytest

from paloverde.retention.rules import Rule
from paloverde.watch.meetings.law import LAW, cited, is_law_on


@pytest.mark.parametrize("rule", LAW.values(), ids=list(LAW))
def test_every_section_is_cited_and_none_is_shipped_as_verified(rule: Rule) -> None:
    assert rule.cite.startswith("Gov. Code 5495")
    assert not rule.is_verified
    assert cited(rule).endswith("; " + rule.mark + ").")


def test_a_section_is_law_from_its_day_on() -> None:
    assert not is_law_on(LAW["direct-answer"], date(2020, 12, 31))
    assert is_law_on(LAW["direct-answer"], date(2021, 1, 1))
    assert is_law_on(LAW["serial-meeting"], date(2010, 1, 1))
