"""The City's name on each page, and the sentence that says whose it is (V.A.2, P-11)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from msgspec import structs

from paloverde.records import Account
from paloverde.watch.accounts.sponsor import SPONSOR_AND_NAME as CHECK
from townhall import asked, papers, profile, version, whichs
from watching import CITY, CITY_ON_X, picture

SAID = "The official page of the City of Palma Ria."


def found(about: str, name: str = "City of Palma Ria", at: Account = CITY, **more: Any) -> list[str]:
    own = {
        "account-papers": [papers(at.slug, **more)],
        "policy-versions": [version(short_names=("Palma Ria Library",))],
    }
    return whichs(
        asked(CHECK, profile(at, name, about=about, description=about), accounts=(at,), entries=own)
    )


@pytest.mark.parametrize("name", ["City of Palma Ria", "Palma Ria Library", "City of Palma Ria, CA 🌵"])
def test_a_page_with_a_name_of_the_city_and_its_sentence_is_in_order(name: str) -> None:
    assert found(SAID, name) == []


def test_a_handle_that_bears_the_name_is_enough() -> None:
    assert found("Official.", "Recreation", Account("x-rec", "x", "9", "CityOf_PalmaRia")) == []


def test_a_page_with_another_name_is_flagged_unless_somebody_saw_the_logo() -> None:
    other = Account("facebook-rec", "facebook", "9", "desertfun")
    assert found(SAID, "Desert Fun", other) == ["name"]
    assert found(SAID, "Desert Fun", other, logo_seen_on=date(2026, 11, 1)) == []


def test_a_page_that_does_not_say_whose_it_is_is_flagged() -> None:
    assert found("Sunshine and palms in the City of Palma Ria.") == ["sponsor"]


def test_official_by_itself_says_it_where_the_page_bears_the_name() -> None:
    assert found("Official account. Comments are public records.") == []


def test_unofficial_does_not_say_it() -> None:
    assert found("Unofficial fans of the City of Palma Ria.") == ["sponsor"]


def test_a_site_that_lets_an_agency_write_nothing_is_not_asked_for_words() -> None:
    own = Account("nextdoor-palmaria", "nextdoor", "77", "palmaria")
    assert found("", "City of Palma Ria", own) == []


def test_without_a_version_of_the_policy_it_says_that_nothing_was_looked_at() -> None:
    (one,) = asked(CHECK, profile(CITY_ON_X), entries={})
    assert "no page was looked at" in one.said


def shown(day: int, *sha256: str) -> Any:
    """The page on X as of a day of November, with these pictures."""
    page = profile(CITY_ON_X, observed_at=datetime(2026, 11, day, 20, tzinfo=UTC), description=SAID)
    return structs.replace(page, media=tuple(picture(one) for one in sha256))


def logo(*pages: Any, seen_on: int = 10) -> list[str]:
    own = papers(CITY_ON_X.slug, logo_seen_on=date(2026, 11, seen_on))
    entries = {"account-papers": [own], "policy-versions": [version()]}
    return [one.said for one in asked(CHECK, *pages, accounts=(CITY_ON_X,), entries=entries)]


def test_another_picture_than_that_of_the_logo_is_told() -> None:
    (said,) = logo(shown(5, "a"), shown(12, "b"), shown(14, "b"))
    assert said == (
        "The logo was seen on the page of x-palmaria on Tue, Nov 10, 2026; since Thu, Nov 12, 2026 the page shows "
        "another picture."
    )


def test_the_same_picture_and_one_that_was_looked_at_again_are_in_order() -> None:
    assert logo(shown(5, "a"), shown(12, "a", "banner")) == []
    assert logo(shown(5, "a"), shown(12, "b"), seen_on=13) == []
    assert logo(shown(5, "a"), shown(12, "b"), shown(13, "a")) == []


def test_a_picture_whose_bytes_are_not_kept_says_nothing() -> None:
    assert logo(shown(5, "a"), shown(12, "")) == []
    assert logo(shown(5), shown(12, "b")) == []  # the first that is kept is what the person saw
