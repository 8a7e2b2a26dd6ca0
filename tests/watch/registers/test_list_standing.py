"""A page says in words whether a list of words counts, and why an approval counts nothing."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from moderated import EARLIER, approved, filed, words
from paloverde.watch.register import Entered
from paloverde.watch.registers.list_standing import fault, standing
from paloverde.watch.registers.moderation import ListApproval, Office
from watching import NOON

PAT = "Pat Lee, public_affairs, desk (pat)"
CORA, CLEO = "Cora Diaz, counsel, desk (cora)", "Cleo Park, clerk, desk (cleo)"


def test_a_list_that_nobody_approved_says_what_it_needs() -> None:
    said = standing([filed(words())], [], NOON)
    assert said.startswith(
        "Version 1 does not count yet. It does once two people beside its filer approve it"
    )
    assert said.endswith("nobody has approved it yet.")


def test_one_approval_is_named_and_is_not_enough() -> None:
    version = filed(words(), by=PAT)
    said = standing([version], approved(version, by=(CORA,)), NOON)
    assert "does not count yet" in said
    assert "approved by Cora Diaz for counsel." in said


def test_its_filer_is_not_among_those_who_approved() -> None:
    version = filed(words(), by=PAT)
    said = standing([version], approved(version, by=(CORA, PAT)), NOON)
    assert "does not count yet" in said
    assert "Pat Lee" not in said


def test_a_list_that_counts_says_who_approved_it() -> None:
    version = filed(words(), by=PAT)
    said = standing([version], approved(version, by=(CORA, CLEO)), NOON)
    assert said == (
        "Version 1 counts: it was approved by Cora Diaz for counsel, Cleo Park for the City Clerk."
    )


def test_until_a_change_is_approved_the_version_before_goes_on_to_count() -> None:
    first = filed(words(), by=PAT)
    second = filed(words("c", "darn"), EARLIER + timedelta(days=1), by=PAT, number=2)
    said = standing([first, second], approved(first, by=(CORA, CLEO)), NOON)
    assert "Version 2 does not count yet" in said
    assert said.endswith("Until then version 1 goes on to count.")


def test_an_approved_list_of_other_days_says_its_days() -> None:
    version = filed(words(until=date(2026, 11, 1)), by=PAT)
    said = standing([version], approved(version, by=(CORA, CLEO)), NOON)
    assert said.startswith("Version 1 does not count today; it was approved by Cora Diaz")
    assert said.endswith("Its last day is November 1, 2026.")


def test_of_a_withdrawn_list_nothing_is_said() -> None:
    assert standing([filed(words(), withdrawn="A slip.")], [], NOON) == ""


@pytest.mark.parametrize(
    ("number", "by", "why"),
    [
        (7, CLEO, "has no version 7. It has 1 version;"),
        (1, PAT, "whoever filed a version of a list does not approve it"),
        (1, "command line (root)", "nobody approves without being signed in"),
        (1, CLEO, ""),
    ],
)
def test_an_approval_that_counts_nothing_says_why(number: int, by: str, why: str) -> None:
    one = Entered("WLA-2026-0001", ListApproval("list-c", number, Office.CLERK), 1, NOON, by)
    said = fault(one, [filed(words(), by=PAT)])
    assert why in said
    assert bool(why) == bool(said)
