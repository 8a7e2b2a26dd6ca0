"""Whose each archived account is, and with whose consent (V.D, V.E, P-57, P-58)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from paloverde.errors import BadQuestion
from paloverde.watch.accounts.classes import ACCOUNT_CLASS as CHECK
from paloverde.watch.check import Weight
from paloverde.watch.registers.accounts import ACCOUNT_PAPERS, AccountClass
from townhall import TESS, asked, officials, papers, whichs
from watching import CITY, MAYOR


def found(class_: AccountClass = AccountClass.OFFICIAL, **known: Any) -> list[Any]:
    entries = {"account-papers": [officials(MAYOR.slug, class_, **known)], "people": [TESS]}
    return asked(CHECK, accounts=(MAYOR,), entries=entries)


@pytest.mark.parametrize("class_", [AccountClass.OFFICIAL, AccountClass.CAMPAIGN, AccountClass.PRIVATE])
def test_a_declared_account_with_consent_is_in_order(class_: AccountClass) -> None:
    assert found(class_) == []


def test_an_officials_account_without_papers_is_flagged() -> None:
    (one,) = asked(CHECK, accounts=(CITY, MAYOR))
    assert (one.about, one.which) == (MAYOR.slug, "papers")


def test_papers_that_contradict_the_registry_are_flagged() -> None:
    entries = {"account-papers": [papers(MAYOR.slug)]}
    assert whichs(asked(CHECK, accounts=(MAYOR,), entries=entries)) == ["holder"]
    entries = {"account-papers": [officials(CITY.slug, AccountClass.OFFICIAL)], "people": [TESS]}
    assert whichs(asked(CHECK, accounts=(CITY,), entries=entries)) == ["holder"]


def test_an_ended_consent_is_urgent_from_its_day_on() -> None:
    (one,) = found(consent_ended_on=date(2026, 11, 20))
    assert one.weight is Weight.URGENT
    assert found(consent_ended_on=date(2026, 11, 21)) == []


def test_an_official_whom_nobody_entered_is_told() -> None:
    assert whichs(found(official="")) == ["official"]


def test_no_entry_can_be_made_without_the_officials_own_declaration() -> None:
    given = {"account": "x-somebody", "account_class": "private", "official": "tduarte"}
    with pytest.raises(BadQuestion, match="only if the official declared it"):
        ACCOUNT_PAPERS.entered(given)
    assert ACCOUNT_PAPERS.entered(given | {"consent_on": "2026-01-05"}).account_class is AccountClass.PRIVATE
