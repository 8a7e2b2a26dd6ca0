"""Titles on personal and campaign accounts (V.E.3, P-59)."""

from __future__ import annotations

from typing import Any

import pytest

from paloverde.watch.accounts.titles import TITLES as CHECK
from paloverde.watch.check import Weight
from paloverde.watch.registers.accounts import AccountClass
from townhall import TESS, asked, officials, profile, version, whichs
from watching import MAYOR


def found(name: str, words: str = "", class_: AccountClass = AccountClass.PRIVATE, **more: Any) -> list[Any]:
    entries = {
        "account-papers": [officials(MAYOR.slug, class_)],
        "policy-versions": [version()],
        "people": [TESS],
    }
    page = profile(MAYOR, name, description=words, **more)
    return asked(CHECK, page, accounts=(MAYOR,), entries=entries)


def test_the_pair_of_the_policys_own_example() -> None:
    assert found("Jane Doe") == []
    (one,) = found("Jane Doe, Chair of Public Agency")
    assert "has the title “chair”" in one.said
    assert one.weight is Weight.ADVICE


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("Mayor Tess Duarte", "mayor"),
        ("Tess Duarte | Mayor Pro Tem", "mayor pro tem"),
        ("TESS DUARTE, COUNCIL MEMBER", "council member"),
        ("Councilwoman Duarte", "councilwoman"),
    ],
)
def test_a_title_in_the_name_is_told(name: str, title: str) -> None:
    assert f"the title “{title}”" in found(name)[0].said


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Tess Duarte for Mayor", "Running for city council. Former mayor, ex-commissioner."),
        ("Tess Duarte", "Mother, hiker. Elect council member Duarte in June."),
        ("Tess Duarte", "I chair the book club and live in Palma Ria."),
        ("Tess Mayorga", "Chairlift enthusiast"),
        ("Tess Duarte", "Views are mine."),
    ],
)
def test_what_is_sought_or_had_or_is_no_title_is_let_pass(name: str, words: str) -> None:
    assert found(name, words, AccountClass.CAMPAIGN) == []


def test_a_title_in_its_own_words_and_the_citys_name_are_told() -> None:
    assert whichs(found("Tess Duarte", "Mayor of a sunny town.")) == ["words"]
    assert whichs(found("Tess Duarte, City of Palma Ria")) == ["city"]


def test_a_governments_badge_is_told() -> None:
    (one,) = found("Tess Duarte", verified_type="government")
    assert one.said.endswith("the site shows it as governmental: verified_type “government”.")


def test_the_officials_own_unusual_title_is_looked_for() -> None:
    warden = {
        "people": [
            type(TESS)(id="tduarte", name="Tess Duarte", standing=TESS.standing, title="Harbor Warden")
        ]
    }
    entries = {"account-papers": [officials(MAYOR.slug, AccountClass.PRIVATE)]} | warden
    (one,) = asked(CHECK, profile(MAYOR, "Harbor Warden Tess"), accounts=(MAYOR,), entries=entries)
    assert "“harbor warden”" in one.said


def test_professional_accounts_may_bear_titles() -> None:
    assert found("Mayor Tess Duarte", class_=AccountClass.OFFICIAL) == []


def test_a_declared_account_that_is_not_archived_is_read_from_its_papers() -> None:
    own = officials("x-duarte-home", AccountClass.PRIVATE, shown_as="Tess Duarte\nProud mayor of Palma Ria")
    (one,) = asked(CHECK, entries={"account-papers": [own]})
    assert (one.about, one.which) == ("x-duarte-home", "words")
