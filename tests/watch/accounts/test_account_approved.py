"""Accounts without an approval on file (V.A.2, P-11), and what the list of accounts lacks (V.A.3, P-13)."""

from __future__ import annotations

from paloverde.watch.accounts.approval import ACCOUNT_APPROVED as CHECK
from paloverde.watch.registers.accounts import AccountClass
from townhall import asked, officials, papers, whichs
from watching import CITY, CITY_ON_X, MAYOR


def test_an_account_with_an_approval_on_file_is_in_order() -> None:
    assert asked(CHECK) == []


def test_an_account_without_papers_is_flagged_and_archived_all_the_same() -> None:
    (found,) = asked(CHECK, accounts=(CITY, CITY_ON_X))
    assert found.about == CITY_ON_X.slug
    assert found.said.startswith("No approval of x-palmaria is on file. It is archived all the same")


def test_an_approval_without_its_day_is_none() -> None:
    (found,) = asked(CHECK, entries={"account-papers": [papers(approved_on=None)]})
    assert "name no approver, or no day" in found.said


def test_what_the_list_of_accounts_lacks_is_told_and_never_asks_for_a_password() -> None:
    (found,) = asked(CHECK, entries={"account-papers": [papers(vault="", second_factor="")]})
    assert found.said.endswith("where its password lies; who holds the second factor of signing in.")
    assert "never the password" in found.next
    assert whichs([found]) == ["list"]


def test_officials_own_accounts_are_not_the_city_managers_to_approve() -> None:
    assert asked(CHECK, accounts=(MAYOR,), entries={}) == []
    own = {"account-papers": [officials(MAYOR.slug, AccountClass.CAMPAIGN)]}
    assert asked(CHECK, accounts=(MAYOR,), entries=own) == []
