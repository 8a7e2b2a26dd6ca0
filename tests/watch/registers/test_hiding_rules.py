"""A hiding rule: what can be filed at all, and which version counts when."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from paloverde.errors import BadQuestion
from paloverde.retention.guidelines import GUIDELINES
from paloverde.watch.book import Book
from paloverde.watch.hiding.ladder import LADDER
from paloverde.watch.register import Entered
from paloverde.watch.registers.hiding import (
    HIDING_APPROVALS,
    HIDING_RULES,
    HidingRule,
    Mode,
    RuleApproval,
    approvers,
    named,
    rules_in_force,
)
from paloverde.watch.registers.moderation import Office
from watching import NOON, book

GIVEN = {
    "id": "profanity", "guideline": "c", "accounts": "facebook-palmaria", "reason": "Too many.",
    "words": "profanity-en", "words_version": "2",
}  # fmt: skip
HOUR = timedelta(hours=1)


def entered(**given: str) -> HidingRule:
    return HIDING_RULES.entered(GIVEN | given)


def filed(number: int = 1, hours: int = 0, **given: str) -> Entered[HidingRule]:
    return Entered("profanity", entered(**given), number, NOON + hours * HOUR, "pat")


def approved(
    version: int = 1, hours: int = 1, by: tuple[str, ...] = ("cora", "cleo")
) -> list[Entered[RuleApproval]]:
    offices = (Office.COUNSEL, Office.CLERK)
    return [
        Entered(f"HRA-{version}-{who}", RuleApproval("profanity", version, office), 1, NOON + hours * HOUR, who)
        for who, office in zip(by, offices, strict=False)
    ]  # fmt: skip


def of(rules: list[Entered[HidingRule]], approvals: list[Any]) -> Book:
    entries = {"hiding-rules": rules, "hiding-rule-approvals": approvals}
    return book(date(2026, 11, 20), entries)


def counts(a_book: Book, hours: int = 2) -> list[str]:
    return [named(one) for one in rules_in_force(a_book, NOON + hours * HOUR)]


def test_the_ladder_and_the_guidelines_say_the_same() -> None:
    assert LADDER.rungs.keys() == GUIDELINES.keys()
    may = {letter for letter, rung in LADDER.rungs.items() if rung.by is not None}
    assert may == {letter for letter, one in GUIDELINES.items() if one.rule_may_act} == set("cefhk")
    assert all(bool(rung.why) != bool(rung.by) for rung in LADDER.rungs.values())


@pytest.mark.parametrize("letter", sorted("abdgij"))
@pytest.mark.parametrize("mode", ["propose", "hide"])
def test_where_a_person_must_decide_no_rule_can_be_filed_and_it_says_why(letter: str, mode: str) -> None:
    rung = LADDER.rungs[letter]
    with pytest.raises(BadQuestion) as refused:
        entered(guideline=letter, mode=mode)
    assert rung.why in str(refused.value)
    assert rung.clause in str(refused.value)


def test_off_topic_is_refused_with_the_case_that_was_lost() -> None:
    with pytest.raises(BadQuestion, match=r"PETA v\. Tabak"):
        entered(guideline="a")


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"words": "", "words_version": ""}, "name the list of words"),
        ({"words_version": ""}, "both a list of words and the number"),
        ({"guideline": "f"}, "exact repeats alone"),
        ({"accounts": ""}, "Accounts"),
        ({"reason": " "}, "Why the City hides by it"),
        ({"most": "0"}, "1 to 50 comments"),
        ({"most": "51"}, "1 to 50 comments"),
        ({"since": "2026-12-01", "until": "2026-11-01"}, "last day lies before"),
    ],
)
def test_a_rule_that_says_too_little_or_too_much_is_refused(given: dict[str, str], why: str) -> None:
    with pytest.raises(BadQuestion, match=why):
        entered(**given)


def test_a_rule_proposes_until_somebody_says_otherwise() -> None:
    assert entered().mode is Mode.PROPOSE


def test_exact_repeats_and_secrets_need_no_list() -> None:
    for letter in "fh":
        assert entered(guideline=letter, words="", words_version="").words == ""


def test_it_counts_once_two_others_have_approved_it_one_of_them_counsel() -> None:
    assert counts(of([filed()], approved())) == ["hiding-rules/profanity#1"]
    assert approvers(filed(), approved()) == ("cora for counsel", "cleo for the City Clerk")


@pytest.mark.parametrize("by", [("cora",), ("cora", "cora"), ("pat", "cleo"), ("cora", "pat")])
def test_too_few_approve(by: tuple[str, ...]) -> None:
    assert counts(of([filed()], approved(by=by))) == []


def test_nobody_of_counsel_approves() -> None:
    clerks = [one._replace(entry=RuleApproval("profanity", 1, Office.CLERK)) for one in approved()]
    assert counts(of([filed()], clerks)) == []


def test_a_change_counts_only_once_it_is_approved_and_until_then_the_version_before() -> None:
    versions = [filed(), filed(2, 3, most="9")]
    assert counts(of(versions, approved()), 4) == ["hiding-rules/profanity#1"]
    both = [*approved(), *approved(2, 4)]
    assert counts(of(versions, both), 5) == ["hiding-rules/profanity#2"]


def test_it_counts_on_its_days_alone_and_never_once_it_is_withdrawn() -> None:
    past = filed(until="2026-11-19")
    to_come = filed(since="2026-11-22")
    assert counts(of([past], approved())) == []
    assert counts(of([to_come], approved())) == []
    gone = filed(2, 1)._replace(withdrawn="Nobody wanted it.")
    assert counts(of([filed(), gone], approved())) == []


def test_only_counsel_states_that_counsel_approves() -> None:
    given = {"rule": "profanity", "version": "1", "office": "counsel"}
    with pytest.raises(BadQuestion, match="only counsel"):
        HIDING_APPROVALS.refuse_reserved(given, "clerk")
