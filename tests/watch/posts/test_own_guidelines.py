"""The approved lists of words are held against the City's own posts, too (V.A.12(f), P-25)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from paloverde.records import Kind, Poster
from paloverde.watch.check import Finding
from paloverde.watch.posts.guidelines import OWN_GUIDELINES
from paloverde.watch.register import Entered
from paloverde.watch.registers.moderation import Letter, ListApproval, Office, WordList
from paloverde.watch.registers.moderation_cases import Election
from watching import CITY, DAN, NOON, book, seen

LIST = WordList("sales-en", Letter.F, ("limited offer",), ("casino.example",))
BEFORE = NOON - timedelta(days=2)


def entered(id_: str, entry: Any, by: str) -> Entered[Any]:
    return Entered(id_, entry, 1, BEFORE, by)


APPROVED = (
    entered("WLA-1", ListApproval("sales-en", 1, Office.COUNSEL), "ines"),
    entered("WLA-2", ListApproval("sales-en", 1, Office.CITY_MANAGER), "marta"),
)


MEASURE = Election(
    "measure-b-2026",
    "Measure B, parks bond",
    ("Measure B",),
    date(2026, 10, 1),
    date(2026, 11, 30),
    ("vote yes",),
    ("vote no",),
)


def found(text: str, approvals: tuple[Entered[Any], ...] = APPROVED, **more: Any) -> list[Finding]:
    assert OWN_GUIDELINES.of_item is not None
    lists = {
        "word-lists": (entered("sales-en", LIST, "cleo"),),
        "word-list-approvals": approvals,
        "elections": (MEASURE,),
    }
    return list(OWN_GUIDELINES.of_item(seen(text, **more), book(entries=lists)))


def test_a_listed_word_in_the_citys_post_is_flagged_under_the_rule_for_comments() -> None:
    (one,) = found("A limited offer from our friends: https://www.casino.example/x")
    assert one.rule == "word-lists/sales-en#1"
    assert [span.words for span in one.spans] == ["limited offer", "https://www.casino.example/x"]
    assert "V.B.4(f)" in one.said


def test_the_citys_answers_are_held_against_it_and_the_publics_comments_are_another_checks() -> None:
    assert found("A limited offer", kind=Kind.COMMENT, poster=Poster(id=CITY.native_id))
    assert found("A limited offer", kind=Kind.COMMENT, poster=DAN) == []


def test_a_list_that_nobody_approved_finds_nothing() -> None:
    assert found("A limited offer", approvals=()) == []


@pytest.mark.parametrize("side", ["Vote yes", "vote no"])
def test_the_city_campaigns_for_neither_side_of_a_measure(side: str) -> None:
    (one,) = found(f"{side} on Measure B this Tuesday!")
    assert one.rule == "elections/measure-b-2026#1"
    assert [span.words for span in one.spans] == ["Measure B", f"{side} on"]
    assert "V.B.4(b)" in one.said


def test_the_city_may_inform_of_a_measure_and_speak_of_it_when_it_is_over() -> None:
    assert found("Measure B is on the ballot. Read the impartial analysis: palmaria.org/elections") == []
    assert found("Vote by Tuesday! Measure B and two seats are on the ballot.") == []
    assert found("Vote yes on Measure B", posted_at=NOON + timedelta(days=30)) == []
    assert found("Vote yes on Measure B", poster=DAN) == []
