"""What the sites themselves place beside the City's content never counts as the City's (policy III, V.B.8; P-05).

Decision 0055 has the evidence: the listings that are asked for are of an account's own items and of what people
say to it. An advertisement has lists of its own at each site, behind permissions that are never asked for.
"""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from paloverde.platforms import PLATFORMS
from paloverde.records import Poster
from paloverde.watch.posts.link_back import LINK_BACK_RATE
from paloverde.watch.posts.published import is_posted_by_the_city
from watching import CITY, NOON, Then, book, seen

FOLDER = Path(__file__).parents[2] / "include" / "paloverde" / "platforms"
# The lists of advertisements of each site, and the permissions that open them, by their API references.
OF_ADVERTISEMENTS = re.compile(
    r"[\"'/](?:ads_posts|promotable_posts|ads_archive|adcreatives|adaccounts|adaccountlists|advideos|boost_ads_list"
    r"|adCampaigns|adCreatives|adAnalytics|dscAdAccount|promoted_metrics|promoted_tweets|/12/accounts|activities)[\"'/?]"
)
PERMISSIONS = re.compile(r"\b(?:ads_read|ads_management|pages_manage_ads|r_ads|rw_ads|r_ads_reporting)\b")
ADVERTISER = Poster(name="Gutters Unlimited", username="gutters", id="99887766")


@pytest.mark.parametrize("platform", PLATFORMS)
def test_no_connector_asks_for_advertisements_or_the_right_to_them(platform: str) -> None:
    asking = [*(FOLDER / platform).glob("*.py"), *(FOLDER / "graph").glob("*.py")]
    # `wire.py` says what an answer may hold beside what was asked for; it asks for nothing.
    words = {file: file.read_text(encoding="utf-8") for file in asking if file.name != "wire.py"}
    assert len(words) > 3
    for file, text in words.items():
        assert OF_ADVERTISEMENTS.findall(text) == [], file
        assert PERMISSIONS.findall(text) == [], file


def test_the_words_that_are_looked_for_are_found_where_they_stand() -> None:
    assert OF_ADVERTISEMENTS.search('Request(path(account.native_id, "ads_posts"))')
    assert OF_ADVERTISEMENTS.search("/page/promotable_posts?fields=id")
    assert PERMISSIONS.search("scope=pages_read_engagement,ads_read")
    assert not OF_ADVERTISEMENTS.search('("published_posts", (("include_hidden", "true"),))')


def test_an_item_of_an_advertiser_is_never_counted_as_the_citys() -> None:
    own = seen("Pool hours: https://palmaria.example/pool", native_id="1")
    other = seen(
        "Buy gutters https://gutters.example", native_id="2", poster=ADVERTISER, payload=b'{"is_ad":true}'
    )
    nobodys = seen("Buy gutters", native_id="3", poster=Poster(name="Gutters Unlimited"))
    assert is_posted_by_the_city(own)
    assert not is_posted_by_the_city(other)
    assert not is_posted_by_the_city(nobodys)
    day = date(2026, 11, 20)
    table = LINK_BACK_RATE.make(Then(NOON, items=[own, other, nobodys]), book(day), day, day)
    (row,) = [row for row in table.rows if CITY.slug in row]
    assert "1 of 1" in row


def test_what_the_city_pays_for_is_the_citys_own_content() -> None:
    boosted = seen(
        "Vote in the park survey", payload=b'{"promotion_status":"active","is_eligible_for_promotion":true}'
    )
    assert is_posted_by_the_city(boosted)
