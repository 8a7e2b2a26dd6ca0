"""What the papers of accounts and the versions of the policy take, and what they refuse."""

from __future__ import annotations

import pytest

from paloverde.errors import BadQuestion
from paloverde.watch.registers.accounts import ACCOUNT_PAPERS, POLICY_VERSIONS, class_of, policy_on
from townhall import SHA, TODAY, papers, version
from watching import CITY, MAYOR, book

CITY_PAPERS = {"account": CITY.slug, "account_class": "city"}
VERSION = {
    "version": "2026-03",
    "effective_on": "2026-03-01",
    "sha256": SHA,
    "city_name": "City of Palma Ria",
}


@pytest.mark.parametrize("secret", ["password: hunter2", "pwd=hunter2", "social/x PIN: 1234", "Token = abc"])
def test_it_refuses_what_reads_like_a_password(secret: str) -> None:
    with pytest.raises(BadQuestion, match="reads like a password"):
        ACCOUNT_PAPERS.entered(CITY_PAPERS | {"vault": secret})


@pytest.mark.parametrize("place", ["vault entry social/facebook", "Password safe of Public Affairs, page 3"])
def test_it_takes_where_a_password_lies(place: str) -> None:
    assert ACCOUNT_PAPERS.entered(CITY_PAPERS | {"vault": place}).vault == place


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"disclaimer_item": "55"}, "facebook-palmaria/post/ID"),
        ({"disclaimer_item": "x-other/post/55"}, "facebook-palmaria/post/ID"),
        ({"disclaimer_place": "the banner"}, "on which day somebody saw"),
        ({"final_verified_on": "2026-11-20"}, "who verified"),
    ],
)
def test_half_a_statement_is_refused(given: dict[str, str], why: str) -> None:
    with pytest.raises(BadQuestion, match=why):
        ACCOUNT_PAPERS.entered(CITY_PAPERS | given)


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"sha256": "abc"}, "64 digits"),
        ({"url": "http://palmaria.example/p"}, "https://"),
        ({"url_gives_the_file": "yes"}, "address that gives the file"),
    ],
)
def test_a_version_that_cannot_be_is_refused(given: dict[str, str], why: str) -> None:
    with pytest.raises(BadQuestion, match=why):
        POLICY_VERSIONS.entered(VERSION | given)


def test_an_entry_reads_back_as_it_was_typed() -> None:
    whole = ACCOUNT_PAPERS.entered(CITY_PAPERS | {"publishing_tools": "1\n2", "logo_seen_on": "2026-11-20"})
    assert ACCOUNT_PAPERS.entered(ACCOUNT_PAPERS.typed(whole)) == whole


def test_the_version_in_force_is_the_last_that_has_begun() -> None:
    registers = book(
        TODAY,
        {"policy-versions": [version(), version(version="2024-01", effective_on=TODAY.replace(year=2024))]},
    )
    known = policy_on(registers, TODAY)
    assert known is not None
    assert known.id == "2026-03"
    assert policy_on(registers, TODAY.replace(year=2023)) is None


def test_the_class_is_that_of_the_papers_else_of_the_registry() -> None:
    assert class_of(book(TODAY), MAYOR).value == "official"
    assert class_of(book(TODAY, {"account-papers": [papers(MAYOR.slug)]}), MAYOR).value == "city"
