"""The City's own people are told which law counsel has not verified; a requester is not."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import msgspec

from correspondence import BY, NOW, extension, in_part, letter, request, search
from paloverde.requests.certificate import Certified, certificate
from paloverde.requests.costs import Line, Sheet, Work
from paloverde.requests.costs import table as rules_of_costs
from paloverde.requests.events import Extended, Responsible
from paloverde.requests.exemptions import EXEMPTIONS
from paloverde.requests.letters import Estimate
from paloverde.requests.plaintext import as_text
from paloverde.requests.unverified import HEADING, in_a_sentence, of_letter, of_request
from paloverde.requests.wording import Law
from paloverde.requests.writing import written

CATCH = "EX-CATCH, Gov. Code 7922.000 (exemptions.toml)"
LAW = Law("one", "it says so", "Gov. Code 1", date(2020, 1, 1), "text")


def test_each_exemption_ground_and_cost_rule_of_a_letter_is_named() -> None:
    assert of_letter(letter(in_part()), ()) == (CATCH,)
    assert of_letter(letter(extension()), ()) == ("UC2, Gov. Code 7922.535(c)(2) (grounds.toml)",)
    charged = Sheet(
        "C2", "The map is joined", (Line(Work.PROGRAMMING, "a report", "analyst", Decimal(1), 100),)
    )
    (rule,) = of_letter(letter(Estimate(charged)), ())
    assert rule == f"C2, {rules_of_costs().ground['C2'].cite} (costs.toml)"
    assert of_letter(letter(Estimate(Sheet("C2"))), ()) == ()  # nothing is charged


def test_law_that_counsel_has_verified_by_name_and_day_is_not_named() -> None:
    verified = msgspec.structs.replace(
        LAW, cite="Gov. Code 2", verified_by="A. Ruiz", verified_on="2026-11-01"
    )
    assert of_letter(letter(Estimate(Sheet())), (LAW, verified)) == ("Gov. Code 1 (letters.toml)",)
    assert in_a_sentence(()) == ""


def test_it_stands_in_no_letter() -> None:
    one = letter(in_part())
    words = written(one)
    assert of_letter(one, words.law)
    assert HEADING not in as_text(words.paper)


def test_the_certificate_tells_the_city_and_not_the_requester() -> None:
    extended = Extended(
        by=BY, at=NOW, grounds=("UC2",), facts={"UC2": "many"}, until=date(2026, 12, 9), sent_on=date(2026, 11, 20),
        officer=Responsible("Cleo Park", "City Clerk"),
    )  # fmt: skip
    searched = request(search(), extended)
    told = of_request(searched, ["EX-CATCH"])
    assert told == (CATCH, "UC2, Gov. Code 7922.535(c)(2) (grounds.toml)")
    facts = Certified(request=searched, agency="City of Palmaria", day=date(2026, 11, 20), unverified=told)
    assert CATCH in " ".join(as_text(certificate(facts), 10_000).split())
    assert HEADING not in as_text(certificate(facts, released=True), 10_000)


def test_none_of_the_exemptions_is_verified_as_shipped() -> None:
    assert not any(row.is_verified for row in EXEMPTIONS.values())
