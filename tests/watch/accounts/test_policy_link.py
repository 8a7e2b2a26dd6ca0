"""Whether the policy can be read (V.B.10, P-51)."""

from __future__ import annotations

from typing import Any

import pytest

from paloverde.watch.accounts.policy_link import POLICY_LINK as CHECK
from paloverde.watch.accounts.policy_link import leads_to_a_policy
from paloverde.watch.now import Page
from townhall import SHA, TODAY, URL, asked, papers, profile, version
from watching import CITY, DOMAINS, Then, book

THERE = {URL: Page(URL, 200, sha256=SHA)}
OLD = "https://palmaria.example/old/policy.pdf"


def found(pages: dict[str, Page], *items: Any, **known: Any) -> list[str]:
    entries = {"policy-versions": [version(**known)], "account-papers": [papers()]}
    return [one.said for one in asked(CHECK, *items, entries=entries, pages=pages)]


def test_a_policy_that_answers_is_in_order() -> None:
    assert found(THERE) == []


def test_a_page_that_is_gone_is_flagged() -> None:
    assert found({}) == [
        f"The policy of version 2026-03 cannot be read at its address: {URL} answered with status 404."
    ]


def test_without_a_domain_of_the_city_it_says_what_is_to_be_set_and_accuses_no_page() -> None:
    assert CHECK.of_now is not None
    registers = book(TODAY, {"policy-versions": [version()], "account-papers": [papers()]}, ())
    (one,) = CHECK.of_now(Then(accounts=(CITY,), pages={}), registers)
    assert "PALOVERDE_CITY_DOMAINS" in one.said
    assert "cannot be read" not in one.said


def test_a_website_that_does_not_answer_says_why() -> None:
    (said,) = found({URL: Page(URL, 0, said="The name could not be found.")})
    assert said.endswith(": The name could not be found.")


def test_an_address_of_somebody_else_is_flagged() -> None:
    (said,) = found({}, url="https://elsewhere.example/policy")
    assert "no page of the City's own website" in said


def test_another_file_is_flagged_only_where_the_address_gives_the_file() -> None:
    other = {URL: Page(URL, 200, sha256="ab" * 32)}
    assert found(other) == []
    (said,) = found(other, url_gives_the_file=True)
    assert "is not the policy in force, version 2026-03" in said
    assert found(THERE, url_gives_the_file=True) == []


def test_an_old_address_on_an_accounts_page_is_flagged() -> None:
    (said,) = found(THERE, profile(about=f"Our rules: {OLD}."))
    assert said == (
        "The page of facebook-palmaria leads its readers to a policy that cannot be read: "
        f"{OLD} answered with status 404."
    )


def test_an_address_that_answers_and_one_that_names_no_policy_are_let_pass() -> None:
    pages = THERE | {OLD: Page(OLD, 200)}
    assert found(pages, profile(about=f"{OLD} https://palmaria.example/parks https://x.example/policy")) == []


def test_without_an_address_it_says_so() -> None:
    assert "No web address of the policy" in found({}, url="")[0]
    (one,) = asked(CHECK, entries={})
    assert "No web address of the policy" in one.said


@pytest.mark.parametrize(
    "link", ["https://notpalmaria.example/policy", "https://[bad/policy", "mailto:policy"]
)
def test_a_look_alike_is_not_the_citys(link: str) -> None:
    assert not leads_to_a_policy(link, DOMAINS)
