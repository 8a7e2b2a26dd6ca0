"""The nightly conversation with X, and the traps in it, without a network."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from x_talk import ACCOUNT, CITY, NOW, OWN, ROSA, Answer, city, page, play, post, reply

from paloverde.errors import CredentialDead, PermissionMissing, RateLimited, Unreachable, WrongAccount
from paloverde.platforms.conversation import NotThere, Request, TooMuch
from paloverde.platforms.x import X
from paloverde.platforms.x.listing import BARREN_PAGES
from paloverde.records import Kind
from platforms.talk import Heard

SINCE = datetime(2026, 11, 1, tzinfo=UTC)
TWEETS = f"/2/users/{OWN}/tweets"
SEARCH = "/2/tweets/search/recent"


def night(since: datetime | None = SINCE, words: Any = "post", **streams: Any) -> Heard:
    return play(X(words=words).night(ACCOUNT, since), city(**streams))


def ids(heard: Heard, kind: Kind) -> list[str]:
    return [record.native_id for record in heard.records if record.kind is kind]


def test_a_quiet_night_lists_every_stream_as_complete() -> None:
    heard = night()
    assert set(heard.by_stream) == {"posts", "mentions", "followers", "blocked", "muted", "messages"}
    assert all(listing.complete for listing in heard.by_stream.values())
    assert heard.gaps == []


def test_the_profile_gives_the_number_of_followers_too() -> None:
    profile = {**CITY, "public_metrics": {"followers_count": 4210, "post_count": 12}}
    heard = night(since=None, profile={"data": profile}, followers=page(ROSA))
    counted = next(record for record in heard.records if record.kind is Kind.SUBSCRIBER_COUNT)
    assert (counted.native_id, counted.count) == (OWN, 4210)
    assert ids(heard, Kind.PROFILE) == [OWN]
    assert ids(heard, Kind.SUBSCRIBER) == [ROSA["id"]]
    assert (heard.by_stream["followers"].declared, heard.by_stream["followers"].got) == (4210, 1)
    assert heard.by_stream["posts"].declared == 12


def test_the_token_of_another_account_ends_the_run_before_anything_is_believed() -> None:
    with pytest.raises(WrongAccount, match="opens the X account 99 instead of 1729384756"):
        night(me={"data": {**CITY, "id": "99"}})


def test_messages_are_not_asked_for_where_the_owner_of_the_token_is_not_known() -> None:
    heard = night(me=PermissionMissing("this needs the account's own sign-in"))
    assert heard.asked("/2/dm_events") == []
    assert [(gap.stream, gap.kind) for gap in heard.gaps] == [("messages", Kind.MESSAGE)]
    assert heard.by_stream["posts"].complete


def test_pages_go_on_until_there_is_no_next_token() -> None:
    pages = [page(post("3"), token="a"), page(post("2"), token="b"), page(post("1"))]
    heard = night(posts=pages)
    assert ids(heard, Kind.POST) == ["3", "2", "1"]
    assert [asked.get("pagination_token") for asked in heard.asked(TWEETS)] == [None, "a", "b"]
    assert heard.asked(TWEETS)[0]["start_time"] == "2026-11-01T00:00:00Z"
    listing = heard.by_stream["posts"]
    assert (listing.complete, listing.got, listing.since) == (True, 3, SINCE)


def test_an_empty_page_with_a_next_token_is_not_the_end() -> None:
    heard = night(posts=[page(post("3"), token="a"), page(token="b"), page(post("1"))])
    assert ids(heard, Kind.POST) == ["3", "1"]
    assert heard.by_stream["posts"].complete


def test_a_pinned_post_first_and_ids_out_of_order_stop_nothing() -> None:
    old = "2020-01-01T00:00:00.000Z"
    pages = [page(post("1", created_at=old), post("9"), token="a"), page(post("5"), post("7"))]
    assert ids(night(posts=pages), Kind.POST) == ["1", "9", "5", "7"]


def test_a_repeated_mark_is_a_loop_and_the_listing_proves_nothing() -> None:
    heard = night(posts=lambda _: page(post("1"), token="same"))
    listing = heard.by_stream["posts"]
    assert not listing.complete
    assert "in a circle" in listing.reason
    assert heard.gaps[0].stream == "posts"
    assert heard.by_stream["mentions"].complete


def test_the_same_page_under_ever_new_marks_is_a_loop() -> None:
    marks = iter(range(10_000))
    heard = night(posts=lambda _: page(post("1"), token=f"mark{next(marks)}"))
    assert len(heard.asked(TWEETS)) == BARREN_PAGES + 1
    assert not heard.by_stream["posts"].complete


def test_an_expired_mark_starts_again_at_the_top_and_doubles_nothing() -> None:
    pages = [
        page(post("3"), post("2"), token="a"),
        NotThere("the mark of the next page has expired"),
        page(post("4"), post("3"), token="b"),
        page(post("2"), post("1")),
    ]
    heard = night(posts=pages)
    assert ids(heard, Kind.POST) == ["3", "2", "4", "1"]
    assert [asked.get("pagination_token") for asked in heard.asked(TWEETS)] == [None, "a", None, "b"]
    assert (heard.by_stream["posts"].complete, heard.by_stream["posts"].got) == (True, 4)


def test_marks_that_always_expire_end_in_a_gap() -> None:
    def expiring(request: Request) -> Answer:
        return (
            NotThere("expired") if "pagination_token" in dict(request.params) else page(post("1"), token="a")
        )

    heard = night(posts=expiring)
    assert not heard.by_stream["posts"].complete
    assert "expired" in heard.gaps[0].cause


def test_too_much_halves_the_page_down_to_the_least_that_x_takes() -> None:
    def picky(request: Request) -> Answer:
        return TooMuch("less") if int(dict(request.params)["max_results"]) > 12 else page(post("1"))

    heard = night(posts=picky)
    assert [asked["max_results"] for asked in heard.asked(TWEETS)] == ["100", "50", "25", "12"]
    assert heard.by_stream["posts"].complete
    never = night(posts=lambda _: TooMuch("less"))
    assert [asked["max_results"] for asked in never.asked(TWEETS)][-1] == "5"
    assert not never.by_stream["posts"].complete


def test_a_forbidden_stream_is_a_gap_and_the_night_goes_on() -> None:
    no_credits = PermissionMissing("the X account has no API credits left")
    heard = night(mentions=no_credits, followers=Unreachable("no answer"))
    assert [gap.stream for gap in heard.gaps] == ["mentions", "followers"]
    assert heard.gaps[0].cause == "the X account has no API credits left"
    assert not heard.by_stream["mentions"].complete
    assert heard.by_stream["messages"].complete


def test_a_dead_token_ends_the_run() -> None:
    with pytest.raises(CredentialDead):
        night(mentions=CredentialDead("renew"))


def test_errors_alone_are_never_an_empty_list() -> None:
    problem = {"detail": "User has been suspended: [1].", "type": "https://x/resource-not-found"}
    heard = night(posts={"errors": [problem]})
    assert not heard.by_stream["posts"].complete
    assert "suspended" in heard.gaps[0].cause


def test_an_empty_list_without_the_number_0_is_not_believed() -> None:
    assert not night(posts={"data": []}).by_stream["posts"].complete


def test_fewer_items_than_announced_are_a_gap() -> None:
    heard = night(posts={"data": [post("1")], "meta": {"result_count": 2}})
    assert ids(heard, Kind.POST) == ["1"]
    assert heard.by_stream["posts"].reason == "X announced 2 items in a page and sent 1"


def test_an_unreadable_item_is_kept_and_makes_absence_unprovable() -> None:
    heard = night(posts=page(post("1"), {"text": "no id", "author_id": OWN}))
    assert not heard.by_stream["posts"].complete
    assert heard.by_stream["posts"].got == 2


def test_more_posts_than_x_gives_are_a_gap_that_names_the_way_out() -> None:
    profile = {**CITY, "public_metrics": {"tweet_count": 9000}}
    heard = night(since=None, profile={"data": profile}, posts=page(post("1")))
    gap = heard.gaps[0]
    assert "own archive" in gap.cause
    assert gap.until == heard.by_stream["posts"].since == datetime(2026, 11, 19, 18, tzinfo=UTC)
    assert heard.by_stream["posts"].declared == 9000


def test_replies_are_asked_for_recent_own_posts_and_bounded_by_seven_days() -> None:
    posts = page(
        post("30", public_metrics={"reply_count": 1}),
        post("20", created_at="2026-11-01T00:00:00.000Z"),
        reply("10", "5", author_id=OWN),
    )
    nested = reply("33", "31", conversation_id="30")
    heard = night(posts=posts, replies=page(reply("31", "30"), nested))
    assert [asked["query"] for asked in heard.asked(SEARCH)] == ["conversation_id:30"]
    listing = heard.by_stream["replies"]
    assert (listing.of, listing.kind, listing.complete) == ("30", Kind.COMMENT, True)
    assert listing.since == NOW - timedelta(days=7) + timedelta(minutes=1)
    assert (listing.declared, listing.got) == (2, 2)
    assert "31" in ids(heard, Kind.COMMENT)


def test_the_thread_of_an_edited_post_keeps_its_first_id() -> None:
    edited = post("32", conversation_id="30", edit_history_post_ids=["30", "32"])
    heard = night(posts=page(edited))
    assert heard.asked(SEARCH)[0]["query"] == "conversation_id:30"


def test_a_refused_search_is_not_asked_for_every_post() -> None:
    posts = page(*(post(str(number)) for number in range(1, 6)))
    heard = night(posts=posts, replies=RateLimited("come back tomorrow", 7200))
    assert len(heard.asked(SEARCH)) == 1
    assert "replies to 4 more recent posts were not asked for" in heard.gaps[1].cause


def test_one_thread_that_fails_does_not_stop_the_others() -> None:
    posts = page(post("1"), post("2"), post("3"))
    heard = night(posts=posts, replies=[page(), Unreachable("no answer"), page()])
    assert len(heard.asked(SEARCH)) == 3
    assert [gap.of for gap in heard.gaps] == ["2"]


def test_what_others_write_to_the_account_is_a_comment() -> None:
    mention = post("40", author_id=ROSA["id"], text="@palmaria the light is out")
    heard = night(mentions=page(mention, post("41")))
    assert ids(heard, Kind.COMMENT) == ["40"]
    assert ids(heard, Kind.POST) == ["41"]


def test_messages_reach_back_30_days() -> None:
    event = {"id": "50", "event_type": "MessageCreate", "text": "Hi", "dm_conversation_id": "1-2"}
    heard = night(messages=page(event))
    listing = heard.by_stream["messages"]
    assert listing.since == NOW - timedelta(days=30) + timedelta(minutes=1)
    assert ids(heard, Kind.MESSAGE) == ["50"]


def only_words(known: str, site: Any) -> Any:
    """A site that knows one vocabulary and refuses the other's parameter."""
    unknown = "post.fields" if known == "tweet.fields" else "tweet.fields"

    def answer(request: Request) -> Answer:
        names = dict(request.params)
        strange = "referenced_posts" if known == "tweet.fields" else "referenced_tweets.id"
        if unknown in names or strange in names.get("expansions", "").split(","):
            return NotThere("X does not know a word of the question")
        return site(request)  # type: ignore[no-any-return]

    return answer


@pytest.mark.parametrize("known", ["post.fields", "tweet.fields"])
def test_auto_finds_the_words_that_x_knows_and_keeps_to_them(known: str) -> None:
    site = only_words(known, city(posts=page(post("1"), token="a"), mentions=page(post("2"))))
    heard = play(X(words="auto").night(ACCOUNT, SINCE), site, steps=60)
    assert heard.by_stream["messages"].complete
    assert ids(heard, Kind.POST)[0] == "1"
    others = [asked for asked in heard.requests if known not in dict(asked.params)]
    with_posts = [asked for asked in others if {"post.fields", "tweet.fields"} & dict(asked.params).keys()]
    assert len(with_posts) == (1 if known == "tweet.fields" else 0)


def test_fixed_words_do_not_turn() -> None:
    site = only_words("tweet.fields", city())
    heard = play(X(words="post").night(ACCOUNT, SINCE), site)
    assert not heard.by_stream["posts"].complete
    assert len(heard.asked(TWEETS)) == 1


def test_a_missing_list_does_not_decide_which_words_x_knows() -> None:
    heard = night(words="auto", posts=lambda _: NotThere("404"))
    assert len(heard.asked(TWEETS)) == 2
    assert not heard.by_stream["posts"].complete
    assert "post.fields" in heard.asked(f"/2/users/{OWN}/mentions")[0]
