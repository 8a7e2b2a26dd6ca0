"""Somebody of the designated division may post on each City account (section IV, P-07)."""

from __future__ import annotations

from datetime import date
from typing import Any

from msgspec.structs import replace

from paloverde.watch.people.designated import DESIGNATED_USER as CHECK
from townhall import JO, SAM, asked, grant, papers
from watching import CITY

OF_AFFAIRS = replace(JO, department="Public Affairs Division")


def found(*people: Any, **entries: Any) -> list[Any]:
    told = {"people": list(people), "grants": [grant()], "account-papers": [papers()]}
    return asked(CHECK, entries=told | entries)


def test_an_account_without_anybody_of_public_affairs_is_flagged() -> None:
    (one,) = found(replace(JO, department="Parks"))
    assert one.about == CITY.slug
    assert one.said == (
        "Nobody of the Public Affairs Division may post on facebook-palmaria today: 1 person of other departments may."
    )


def test_one_of_the_division_is_enough() -> None:
    assert found(OF_AFFAIRS, SAM, grants=[grant(), grant("slund")]) == []


def test_a_grant_that_ended_and_a_person_who_left_count_no_more() -> None:
    assert len(found(OF_AFFAIRS, grants=[grant(until=date(2026, 11, 1))])) == 1
    assert len(found(replace(OF_AFFAIRS, left_on=date(2026, 11, 1)))) == 1


def test_an_account_without_grants_is_left_to_the_review_of_access() -> None:
    assert found(OF_AFFAIRS, grants=[]) == []
