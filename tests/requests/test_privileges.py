"""The table of privileges in discovery, beside the exemptions of records requests."""

from __future__ import annotations

from datetime import date

import pytest

from paloverde.errors import BadQuestion
from paloverde.requests.exemptions import (
    CLAIMS,
    EXEMPTIONS,
    FACTS,
    PRIVILEGES,
    Exemption,
    Forum,
    check_claim,
    exemption,
    in_forum,
)
from paloverde.requests.review import Exempted
from paloverde.requests.unverified import of_exemptions
from paloverde.retention.rules import Seen

TODAY = date(2026, 11, 23)


def claim(row: Exemption) -> Exempted:
    return Exempted(row.code, dict.fromkeys(row.facts, "written down by counsel"))


@pytest.mark.parametrize("row", PRIVILEGES.values(), ids=lambda row: row.code)
def test_a_privilege_is_counsels_and_nobody_has_verified_it_as_shipped(row: Exemption) -> None:
    assert row.forum is Forum.DISCOVERY
    assert row.reviewers == ("counsel",)
    assert row.facts
    assert {*row.facts} <= FACTS.keys()
    assert (row.is_verified, row.seen) == (False, Seen.MEMORY)
    assert list(of_exemptions([row.code])) == [f"{row.code}, {row.cite} (privileges.toml)"]


@pytest.mark.parametrize("forum", list(Forum))
def test_nothing_is_claimed_outside_of_its_forum(forum: Forum) -> None:
    for other, rows in CLAIMS.items():
        for row in rows.values():
            if other is forum and row.is_law_on(TODAY):
                check_claim(claim(row), TODAY, forum)
            elif other is not forum:
                with pytest.raises(BadQuestion, match=f"and this is {forum.value}"):
                    check_claim(claim(row), TODAY, forum)


def test_a_privilege_needs_what_the_log_tells() -> None:
    with pytest.raises(BadQuestion, match=r"counsel: the attorney.*purpose: what the communication"):
        check_claim(Exempted("ATTY-CLIENT"), TODAY, Forum.DISCOVERY)


def test_no_code_is_both_and_each_is_found_by_its_code() -> None:
    assert EXEMPTIONS.keys().isdisjoint(PRIVILEGES)
    assert exemption("ATTY-CLIENT").title == "Attorney-client privilege"
    with pytest.raises(BadQuestion, match="privileges in discovery: ATTY-CLIENT"):
        exemption("NOTHING")


def test_what_a_program_suggests_names_what_may_be_claimed_there() -> None:
    assert in_forum("EX-ATTY", Forum.REQUEST) == "EX-ATTY"
    assert in_forum("EX-ATTY", Forum.DISCOVERY) == "ATTY-CLIENT"
    assert in_forum("EX-PRIV", Forum.DISCOVERY) == "PRIVACY"
    assert in_forum("EX-DRAFT", Forum.DISCOVERY) == ""
    assert all(code in EXEMPTIONS for row in PRIVILEGES.values() for code in row.like)
