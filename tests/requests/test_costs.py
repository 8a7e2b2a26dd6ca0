"""What a requester is asked to pay: nothing, unless the law's grounds hold and the work is shown."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from paloverde.requests.costs import (
    Line,
    Sheet,
    Work,
    cost_sheet,
    dollars,
    grounds_on,
    sentence,
    table,
    worksheet,
    wrongs,
)
from paloverde.requests.plaintext import as_text

DAY = date(2026, 11, 20)
LINE = Line(Work.PROGRAMMING, "Write a report of comments by ward", "GIS analyst", Decimal("2.55"), 6_150)
GOOD = Sheet("C2", "The comments have to be joined with the map of wards", (LINE,))


def test_nothing_is_charged_as_it_comes() -> None:
    assert Sheet().cents == 0
    assert list(wrongs(Sheet(), DAY)) == []
    assert sentence(Sheet(), DAY).startswith("The copy costs $0.00.")
    assert worksheet(Sheet()) == ()


def test_a_charge_with_ground_facts_and_worksheet_stands() -> None:
    assert list(wrongs(GOOD, DAY)) == []
    assert GOOD.cents == 15_682  # 2.55 hours at $61.50 are $156.825, and nothing is rounded up
    assert sentence(GOOD, DAY) == (
        "The copy costs $156.82. The request requires data compilation, extraction, or programming to produce "
        "the record (Gov. Code 7922.575(b)(2)): The comments have to be joined with the map of wards."
    )


@pytest.mark.parametrize(
    ("sheet", "told"),
    [
        (Sheet("", "facts", (LINE,)), "needs a ground in force, C1 or C2, and none is named"),
        (Sheet("C3", "facts", (LINE,)), "'C3' is none of them"),
        (Sheet("C2", " ", (LINE,)), "says nothing of this request"),
        (Sheet("C2", "facts", (), 100), "no worksheet line shows how it comes about"),
        (Sheet("C2", "facts", (LINE,), 15_683), "the worksheet comes to $156.82"),
        (Sheet("C2", "facts", (Line(Work.EXTRACTION, "Extract", "Analyst", Decimal(0), 100),)), "above zero"),
        (Sheet("C2", "facts", (Line(Work.EXTRACTION, "Extract", "", Decimal(1), 100),)), "the position of"),
    ],
)
def test_a_charge_that_the_law_does_not_carry_is_named(sheet: Sheet, told: str) -> None:
    assert any(told in wrong for wrong in wrongs(sheet, DAY))


@pytest.mark.parametrize(
    ("what", "why"),
    [
        ("Redacting names", "Redacting electronic records is not data extraction"),
        ("black out the faces", "Redacting electronic records is not data extraction"),
        ("Search the archive", "Searching for records"),
        ("locating the comments", "Searching for records"),
        ("Review by the attorney", "Reviewing records"),
        ("read through everything", "Reviewing records"),
    ],
)
def test_search_review_and_redaction_are_refused_whatever_they_are_called(what: str, why: str) -> None:
    sheet = Sheet("C2", "facts", (Line(Work.EXTRACTION, what, "Analyst", Decimal(1), 6_000),))
    told = [wrong for wrong in wrongs(sheet, DAY) if "cannot be charged" in wrong]
    assert any(why in wrong and "National Lawyers Guild v. City of Hayward" in wrong for wrong in told)


def test_a_ground_is_one_from_its_day_on() -> None:
    assert list(grounds_on(DAY)) == ["C1", "C2"]
    assert grounds_on(date(2022, 12, 31)) == {}


def test_every_rule_of_costs_cites_its_law_and_none_is_verified_as_shipped() -> None:
    rules = [*table().ground.values(), *table().refused.values()]
    assert all(rule.cite and rule.seen in ("text", "memory", "design") for rule in rules)
    assert not any(rule.verified_by for rule in rules)


def test_the_cost_sheet_shows_each_line_and_the_sum() -> None:
    text = as_text(cost_sheet(GOOD, "PRA-2026-0042", "City of Palmaria", DAY))
    assert "Charged to the requester: $156.82" in text
    assert "Rate an hour: $61.50" in text
    assert as_text(cost_sheet(Sheet(), "PRA-2026-0042", "City of Palmaria", DAY)).count("$0.00") == 2


def test_amounts_are_printed_with_cents() -> None:
    assert [dollars(cents) for cents in (0, 5, 123_456)] == ["$0.00", "$0.05", "$1,234.56"]
