"""A serial meeting over several accounts: by one link, one post, or the same words (P-56; Gov. Code 54952.2)."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from councils import (
    ANA,
    ANAS_PAGE,
    ANAS_X,
    BEN,
    BENS_X,
    CARLA,
    DEE,
    city,
    comment,
    post,
    reaction,
    strangers_post,
)
from paloverde.records import Account, Holder
from paloverde.watch.book import Book
from paloverde.watch.check import Finding, Weight
from paloverde.watch.meetings.members_across_accounts import CHECK
from paloverde.watch.meetings.things import thing_of_address
from paloverde.watch.seen import Seen
from watching import CITY, CITY_ON_X, NOON, Then, seen

CARLAS_PAGE = Account("facebook-carla-nunez", "facebook", "3003", "carlanunez", Holder.OFFICIAL)
ACCOUNTS = (CITY, CITY_ON_X, ANAS_PAGE, ANAS_X, BENS_X, CARLAS_PAGE)
PAGE = "https://news.example/palma-ria/zoning"


def found(*items: Seen, of: Book | None = None, accounts: Any = ACCOUNTS) -> list[Finding]:
    assert CHECK.of_now is not None
    return list(CHECK.of_now(Then(NOON + timedelta(days=1), accounts=accounts, items=items), of or city()))


def on_x(account: Account, text: str, id_: str, **known: Any) -> Seen:
    return seen(
        text,
        account=account,
        native_id=id_,
        permalink=f"https://x.com/{account.handle}/status/{id_}",
        **known,
    )


def linking() -> list[Seen]:
    """Ana and Ben link to a page on accounts of their own; Carla answers under the City's post of it."""
    behind = {"entities": {"urls": [{"url": "https://t.co/1", "expanded_url": f"{PAGE}?utm_source=x"}]}}
    citys = seen(f"Read more: {PAGE}/", native_id="1000_7")
    return [
        post(ANA, f"This zoning is wrong. {PAGE}", poster=seen(account=ANAS_PAGE).poster),
        on_x(BENS_X, "Agreed https://t.co/1", "77", payload=json.dumps(behind).encode()),
        citys,
        comment(citys, CARLA, "We should vote this down.", "1000_7_1"),
    ]


def test_three_of_five_who_speak_of_one_page_on_three_accounts_are_told() -> None:
    (one,) = found(*linking())
    assert one.said == (
        "3 members of City Council, which has 5 seats, spoke of the same page or post in 3 threads on "
        "facebook-ana-duarte, facebook-palmaria, x-ben-ito: Ana Duarte, Carla Nunez, Ben Ito. On Friday, "
        "November 20, 2026. It speaks of “zoning”, registered for the subjects of City Council."
    )
    assert set(one.links) == {
        "facebook-ana-duarte/post/3001_1", "x-ben-ito/post/77", "facebook-palmaria/comment/1000_7_1",
    }  # fmt: skip
    assert one.privileged
    assert not one.private
    assert one.weight is Weight.WARNING
    assert "Gov. Code 54952.2(b)(1)" in one.next
    assert one.rule.startswith("bodies/council#1, members/")


def test_two_of_five_are_none() -> None:
    assert found(*linking()[1:]) == []


def test_one_more_who_joins_is_told_anew_and_the_same_three_are_not() -> None:
    three = linking()
    again = seen(f"See {PAGE}", account=CARLAS_PAGE, native_id="3003_1")
    dees = comment(three[2], DEE, "Me too.", "1000_7_2")
    assert found(*three, again)[0].id == found(*three)[0].id
    assert found(*three, dees)[0].id != found(*three)[0].id


def test_the_citys_own_post_on_two_sites_is_one_thing() -> None:
    words = "The Planning Commission looks at zoning along El Paseo on Tuesday."
    here, there = seen(words, native_id="1000_8"), on_x(CITY_ON_X, words, "88")
    said = [
        comment(here, ANA, "I am against it.", "1000_8_1"),
        reaction(here, CARLA),
        seen("So am I.", account=CITY_ON_X, native_id="89", parent_id="88", thread_id="88",
             poster=seen(account=BENS_X).poster),
    ]  # fmt: skip
    (one,) = found(here, there, *said)
    assert "posts of the same words in 2 threads on facebook-palmaria, x-palmaria" in one.said
    assert "It speaks of “zoning”, “el paseo”" in one.said
    assert (
        found(seen("Good morning!", native_id="1000_8"), on_x(CITY_ON_X, "Good morning!", "88"), *said) == []
    )


def test_shares_of_one_post_on_three_pages_are_one_thing() -> None:
    shared = [
        seen(
            "",
            account=account,
            native_id=f"{account.native_id}_5",
            parent_id="1000_9",
            poster=seen(account=account).poster,
        )
        for account in (ANAS_PAGE, CARLAS_PAGE)
    ]
    citys = seen("Short-term rentals: the hearing.", native_id="1000_9")
    (one,) = found(citys, *shared, comment(citys, BEN, "Good.", "1000_9_1"))
    assert "spoke of the same post in" in one.said


def test_what_one_thread_shows_is_left_to_the_check_of_threads() -> None:
    asked = strangers_post(f"Will this pass? {PAGE}")
    assert found(asked, *[comment(asked, who, "Yes", f"1_{who.id}") for who in (ANA, BEN, CARLA)]) == []


def test_a_front_page_is_no_common_thing() -> None:
    said = [
        seen("See https://www.palmaria.example/ now", account=account, native_id=f"{at}")
        for at, account in enumerate((ANAS_PAGE, BENS_X, CARLAS_PAGE))
    ]
    assert found(*said) == []


def test_one_who_links_to_what_another_said_on_another_site_is_told() -> None:
    bens = on_x(BENS_X, "The zoning plan fails us.", "77")
    anas = seen(
        "Ben is right: https://twitter.com/benito/status/77?s=20", account=ANAS_PAGE, native_id="3001_2"
    )
    (one,) = found(bens, anas)
    assert one.about == "facebook-ana-duarte/post/3001_2"
    assert one.said.startswith(
        "On Friday, November 20, 2026, Ana Duarte linked to what Ben Ito said on Friday, November 20, 2026 on "
        "x-ben-ito. Both sit on City Council. It speaks of “zoning”"
    )
    assert one.links == ("x-ben-ito/post/77",)
    assert "Gov. Code 54952.2(b)(3)(B)" in one.next
    assert one.privileged


def test_a_post_on_x_that_is_not_archived_is_known_by_the_handle_in_its_address() -> None:
    (one,) = found(seen("Read https://x.com/carlanunez/status/5", account=ANAS_PAGE, native_id="3001_2"))
    assert "Ana Duarte linked to what Carla Nunez said on X." in one.said
    assert found(seen("Read https://x.com/someoneelse/status/5", account=ANAS_PAGE, native_id="3001_2")) == []


def test_who_links_to_ones_own_words_answers_nobody() -> None:
    own = on_x(ANAS_X, "The zoning plan fails us.", "77")
    assert found(own, seen("As I said: https://x.com/anaduarte/status/77", account=ANAS_PAGE)) == []


def test_what_was_said_long_ago_is_not_put_together() -> None:
    long_ago = NOON - timedelta(days=120)
    items = linking()
    old = post(ANA, f"Wrong. {PAGE}", poster=seen(account=ANAS_PAGE).poster, observed_at=long_ago)
    assert found(old, *items[1:]) == []


def test_without_members_nothing_is_read() -> None:
    class Closed(Then):
        def seen(self, *_: Any) -> Any:
            raise AssertionError("nothing is to be read")

    assert CHECK.of_now is not None
    empty = Book({"members": (), "people": (), "bodies": ()}, NOON.date())
    assert list(CHECK.of_now(Closed(NOON, accounts=ACCOUNTS), empty)) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://www.news.example/a/b/", "http://news.example/a/b?utm_source=x&fbclid=1#top"),
        ("https://twitter.com/benito/status/77", "https://x.com/benito/status/77?s=20"),
        ("https://youtu.be/abc", "https://www.youtube.com/watch?v=abc&t=30"),
        ("https://a.example/x?b=2&a=1", "https://a.example/x?a=1&b=2"),
    ],
)
def test_one_address_in_two_forms_is_one_thing(one: str, other: str) -> None:
    assert thing_of_address(one) == thing_of_address(other) != ""


@pytest.mark.parametrize(
    "url", ["https://palmaria.example", "https://www.palmaria.example/", "https://a.example/?utm_x=1"]
)
def test_a_front_page_has_no_name(url: str) -> None:
    assert thing_of_address(url) == ""


def test_two_pages_are_two_things() -> None:
    assert thing_of_address("https://a.example/x?id=1") != thing_of_address("https://a.example/x?id=2")
