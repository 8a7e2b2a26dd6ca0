"""What a profile of each site says of itself."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from paloverde.records import Account, Kind
from paloverde.watch.accounts.own_page import Level, addresses, own_page
from townhall import profile
from watching import CITY, CITY_ON_X, seen

REAL = os.environ.get("PALOVERDE_REAL_SAMPLES", "")


def of(platform: str, **payload: Any) -> Any:
    return own_page(profile(Account("a", platform, "1", "palmaria"), **payload))


def test_the_words_of_each_site_are_read_under_their_own_names() -> None:
    page = of(
        "facebook", about="A", description="B", mission="C", website="palmaria.example http://b.example/x"
    )
    assert page.words == (("Intro", "A"), ("Description", "B"), ("Mission", "C"))
    assert of("facebook", website="palmaria.example").links == ("https://palmaria.example",)
    assert of("instagram", biography="A", website="https://palmaria.example/").links == (
        "https://palmaria.example/",
    )
    assert of("youtube", snippet={"description": "A"}).words == (("Description", "A"),)
    assert of("linkedin", localizedDescription="A", localizedTagline="B").words == (
        ("About", "A"),
        ("Tagline", "B"),
    )


def test_xs_own_addresses_are_told_by_where_they_lead() -> None:
    entities = {
        "url": {"urls": [{"url": "https://t.co/a", "expanded_url": "https://palmaria.example/policy"}]}
    }
    assert of("x", description="Hello", entities=entities).links == ("https://palmaria.example/policy",)


def test_an_address_ends_before_the_sentence_does() -> None:
    assert addresses("See https://palmaria.example/a. Or (https://palmaria.example/b), today") == [
        "https://palmaria.example/a",
        "https://palmaria.example/b",
    ]


@pytest.mark.parametrize(
    ("platform", "payload", "level"),
    [
        ("facebook", {"category": "City hall"}, Level.GOVERNMENTAL),
        (
            "facebook",
            {"category": "Government organization", "verification_status": "not_verified"},
            Level.GOVERNMENTAL,
        ),
        ("facebook", {"category": "Park", "verification_status": "blue_verified"}, Level.VERIFIED),
        ("facebook", {"category": "Park", "verification_status": "not_verified"}, Level.UNMARKED),
        ("facebook", {"category": "Park", "is_verified": True}, Level.VERIFIED),
        ("x", {"verified_type": "government", "verified": True}, Level.GOVERNMENTAL),
        ("x", {"verified_type": "business", "verified": True}, Level.VERIFIED),
        ("x", {"verified_type": "none", "verified": False}, Level.UNMARKED),
        ("x", {"verified": True}, Level.VERIFIED),
        ("linkedin", {"organizationType": "GOVERNMENT_AGENCY"}, Level.GOVERNMENTAL),
        ("linkedin", {"organizationType": "PRIVATELY_HELD"}, Level.UNMARKED),
        ("nextdoor", {"is_agency_profile": True}, Level.GOVERNMENTAL),
    ],
)
def test_the_sites_own_mark_is_read(platform: str, payload: dict[str, Any], level: Level) -> None:
    assert of(platform, **payload).mark.level is level


@pytest.mark.parametrize(
    ("platform", "payload"),
    [
        ("instagram", {"biography": "A", "is_verified": True}),  # no such field of IGUser
        ("youtube", {"snippet": {"title": "A"}}),
        ("facebook", {"about": "A"}),
        ("facebook", {"verification_status": "blue_verified"}),  # the category was left out
        ("facebook", {"category": "Park"}),  # the badge was left out
        ("x", {"description": "A"}),
        ("linkedin", {"localizedName": "A"}),
        ("nextdoor", {"id": 1}),
    ],
)
def test_what_a_site_does_not_tell_is_not_known(platform: str, payload: dict[str, Any]) -> None:
    assert of(platform, **payload).mark is None


@pytest.mark.parametrize("payload", [b"", b"[1]", b"\xff", b"null", b'{"description": 7, "entities": [1]}'])
def test_a_strange_payload_leaves_the_text(payload: bytes) -> None:
    page = own_page(seen("Hello", account=CITY_ON_X, kind=Kind.PROFILE, payload=payload))
    assert page.words == (("its own words", "Hello"),)
    assert page.links == ()


@pytest.mark.skipif(not REAL, reason="PALOVERDE_REAL_SAMPLES is not set")
def test_a_recorded_page_of_facebook_is_read() -> None:
    (path,) = Path(REAL).glob("facebook/*/testdata/facebook/models/page.json")
    payload = json.loads(path.read_text(encoding="utf-8"))
    page = own_page(profile(CITY, **payload))
    assert [label for label, _ in page.words] == ["Intro", "Additional information"]
    assert page.mark is not None
    assert page.mark.level is Level.VERIFIED
    assert payload["website"] in page.links


@pytest.mark.skipif(not REAL, reason="PALOVERDE_REAL_SAMPLES is not set")
def test_a_recorded_user_of_x_is_read() -> None:
    (path,) = Path(REAL).glob("x/sns-sdks__python-twitter/testdata/apis/user/users_resp.json")
    first = json.loads(path.read_text(encoding="utf-8"))["data"][0]
    page = own_page(profile(CITY_ON_X, **{key: value for key, value in first.items() if key != "name"}))
    assert page.words == (("Bio", first["description"]),)
    assert page.mark is not None
    assert page.mark.level is Level.VERIFIED
    assert page.links == (first["entities"]["url"]["urls"][0]["expanded_url"],)
