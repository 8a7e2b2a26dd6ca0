"""Exemptions are data with their law beside them, and a claim names every fact that it still lacks."""

from __future__ import annotations

from datetime import date

import pytest

from paloverde.errors import BadQuestion
from paloverde.requests.exemptions import EXEMPTIONS, FACTS, REFUSED, check_claim, exemption, lacks
from paloverde.requests.review import Exempted
from paloverde.retention.rules import Seen

TODAY = date(2026, 11, 23)


def full(code: str) -> Exempted:
    return Exempted(code, dict.fromkeys(EXEMPTIONS[code].facts, "written down by the clerk"))


@pytest.mark.parametrize("code", EXEMPTIONS)
def test_every_row_has_its_law_and_none_claims_to_be_verified(code: str) -> None:
    row = EXEMPTIONS[code]
    assert row.code.startswith("EX-")
    assert all((row.section, row.former_section, row.label, row.title, row.letter, row.reviewers))
    assert row.section.split("(")[0] in row.cite
    assert not row.is_verified
    assert {*row.facts} <= FACTS.keys()


@pytest.mark.parametrize("code", EXEMPTIONS)
def test_a_claim_with_every_fact_is_taken(code: str) -> None:
    check_claim(full(code), TODAY)
    assert lacks(full(code)) == ()


@pytest.mark.parametrize("code", [code for code, row in EXEMPTIONS.items() if row.facts])
def test_a_claim_names_each_fact_that_is_missing(code: str) -> None:
    bare = Exempted(code, dict.fromkeys(EXEMPTIONS[code].facts, " yes "))
    assert lacks(bare) == EXEMPTIONS[code].facts
    with pytest.raises(BadQuestion) as refused:
        check_claim(bare, TODAY)
    assert all(FACTS[name] in str(refused.value) for name in EXEMPTIONS[code].facts)


def test_the_catch_all_and_drafts_need_the_balancing_of_interests() -> None:
    assert {code for code, row in EXEMPTIONS.items() if row.needs_balancing} == {"EX-CATCH", "EX-DRAFT"}
    assert EXEMPTIONS["EX-CATCH"].reviewers == ("counsel",)


def test_the_umbrella_names_its_second_statute() -> None:
    assert EXEMPTIONS["EX-LAW"].needs_second_statute
    claim = Exempted("EX-LAW", {"second_statute": "Penal Code 11167.5"})
    assert EXEMPTIONS["EX-LAW"].statute(claim.facts) == "Gov. Code 7927.705; Penal Code 11167.5"


@pytest.mark.parametrize("word", [*REFUSED, "copyright", "Embarrassment"])
def test_what_is_no_exemption_is_refused_with_the_reason(word: str) -> None:
    with pytest.raises(BadQuestion, match="Nothing may be withheld for it"):
        exemption(word)


def test_an_unknown_code_lists_those_that_there_are() -> None:
    with pytest.raises(BadQuestion, match="EX-CATCH, EX-PRIV"):
        exemption("EX-NOPE")


def test_a_fact_that_the_exemption_does_not_ask_for_is_refused() -> None:
    with pytest.raises(BadQuestion, match="knows no fact 'colour'"):
        check_claim(Exempted("EX-SSN", {"colour": "blue, as the sea"}), TODAY)


def test_nothing_is_claimed_before_it_is_law() -> None:
    with pytest.raises(BadQuestion, match="is not law on 2022-12-31"):
        check_claim(full("EX-PRIV"), date(2022, 12, 31))


def test_what_ends_with_the_matter_and_what_only_bars_the_web_says_so() -> None:
    ending = {code for code, row in EXEMPTIONS.items() if row.expires_with}
    assert ending == {"EX-LIT", "EX-LITMEMO"}
    assert [code for code, row in EXEMPTIONS.items() if row.bars_web] == ["EX-HOME"]
    assert EXEMPTIONS["EX-PRIV"].seen is Seen.MEMORY
