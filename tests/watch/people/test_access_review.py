"""Who can post is looked over each quarter (V.A.4, P-14)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from paloverde.watch.people.reviews import ACCESS_REVIEW as CHECK
from paloverde.watch.registers.accounts import AccountClass
from townhall import JO, SAM, TODAY, asked, grant, officials, papers, review, whichs
from watching import CITY, MAYOR


def found(*reviews: Any, **entries: Any) -> list[Any]:
    told = {
        "people": [JO, SAM],
        "account-papers": [papers(approved_on=date(2026, 1, 1))],
        "grants": [grant(since=date(2026, 1, 1))],
        "access-reviews": list(reviews),
    }
    return asked(CHECK, entries=told | entries)


def test_a_review_of_this_quarter_is_in_order() -> None:
    assert found(review(CITY.slug, TODAY - timedelta(days=90), "jrivera")) == []


def test_a_review_of_the_last_quarter_is_overdue() -> None:
    (one,) = found(review(CITY.slug, TODAY - timedelta(days=91)))
    assert (
        "was last looked over on Fri, Aug 21, 2026. A review was due 1 day ago, on Thu, Nov 19, 2026."
        in one.said
    )


def test_an_account_that_nobody_ever_looked_over_is_due_a_quarter_after_it_began() -> None:
    assert whichs(found()) == ["due"]
    fresh = {
        "account-papers": [papers(approved_on=TODAY - timedelta(days=90))],
        "grants": [grant(since=TODAY)],
    }
    assert found(**fresh) == []


def test_an_account_without_grants_and_papers_is_due_at_once() -> None:
    assert whichs(found(**{"account-papers": [], "grants": []})) == ["no grants", "due"]


def test_somebody_whom_the_site_lists_without_a_grant_is_flagged() -> None:
    of = found(review(CITY.slug, date(2026, 11, 1), "jrivera", "slund", "Mallory Vance"))
    assert whichs(of) == ["listed slund", "listed Mallory Vance"]
    assert of[0].said.startswith("The site listed Sam Lund on Sun, Nov 1, 2026")


def test_a_later_grant_or_a_later_review_mends_it() -> None:
    first = review(CITY.slug, date(2026, 11, 1), "jrivera", "slund")
    later = [grant(since=date(2026, 1, 1)), grant("slund", since=date(2026, 11, 5))]
    assert found(first, grants=later) == []
    assert found(first, review(CITY.slug, date(2026, 11, 10), "jrivera")) == []


def test_a_review_dated_in_the_future_does_not_count_yet() -> None:
    assert whichs(found(review(CITY.slug, TODAY + timedelta(days=1)))) == ["due"]


def test_officials_own_accounts_are_not_the_citys_to_look_over() -> None:
    own = {"account-papers": [officials(MAYOR.slug, AccountClass.PRIVATE)]}
    assert asked(CHECK, accounts=(MAYOR,), entries=own) == []
