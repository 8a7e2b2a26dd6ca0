"""Official status at the sites, and its loss (V.A.2, P-12)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from paloverde.records import Account
from paloverde.watch.accounts.official import OFFICIAL_STATUS as CHECK
from paloverde.watch.check import Weight
from townhall import asked, papers, profile, whichs
from watching import CITY, CITY_ON_X, NOON

YOUTUBE = Account("youtube-palmaria", "youtube", "UC1", "cityofpalmaria")
GOVERNMENT = {"verified": True, "verified_type": "government"}
NONE = {"verified": False, "verified_type": "none"}


def on_x(*states: dict[str, Any]) -> list[Any]:
    """The account on X in these states, one a day."""
    versions = [
        profile(CITY_ON_X, observed_at=NOON + timedelta(days=at), **state) for at, state in enumerate(states)
    ]
    own = {"account-papers": [papers(CITY_ON_X.slug)]}
    return asked(CHECK, *versions, accounts=(CITY_ON_X,), entries=own)


def test_an_account_that_the_site_knows_as_a_governments_is_in_order() -> None:
    assert on_x(GOVERNMENT) == []


def test_a_lost_badge_is_flagged_once_with_both_days() -> None:
    (found,) = on_x(GOVERNMENT, GOVERNMENT, NONE, NONE)
    assert found.weight is Weight.URGENT
    assert (
        "until Sun, Nov 22, 2026 it said verified_type “government”; since then verified_type “none”."
        in found.said
    )
    again = on_x(GOVERNMENT, GOVERNMENT, NONE, NONE, NONE)
    assert [one.id for one in again] == [found.id]


def test_a_badge_that_came_back_is_in_order() -> None:
    assert on_x(GOVERNMENT, NONE, GOVERNMENT) == []


def test_a_governments_badge_that_became_a_bought_one_is_a_loss() -> None:
    assert whichs(on_x(GOVERNMENT, {"verified": True, "verified_type": "blue"})) == ["lost"]


def test_a_field_that_the_site_leaves_out_is_no_loss() -> None:
    assert on_x(GOVERNMENT, {"description": "Hello"}) == []


def test_an_account_that_never_had_it_is_an_advice() -> None:
    (found,) = on_x(NONE)
    assert (found.which, found.weight) == ("never", Weight.ADVICE)
    assert "verified_type “none”" in found.said


def test_a_changed_category_of_a_page_is_a_loss() -> None:
    found = asked(
        CHECK,
        profile(category="City hall", verification_status="blue_verified"),
        profile(category="Park", verification_status="blue_verified", observed_at=NOON + timedelta(days=1)),
    )
    assert whichs(found) == ["lost"]
    assert "category “City hall”" in found[0].said


def test_where_a_site_tells_nothing_a_person_notes_it() -> None:
    def seen_on(day: date | None) -> list[str]:
        own = {"account-papers": [papers(YOUTUBE.slug, official_seen_on=day)]}
        return whichs(asked(CHECK, profile(YOUTUBE), accounts=(YOUTUBE,), entries=own))

    assert seen_on(None) == ["not told"]
    assert seen_on(date(2026, 11, 1)) == []


def test_an_account_without_any_archived_page_is_not_judged() -> None:
    assert asked(CHECK, accounts=(CITY, CITY_ON_X)) == []
