"""The nightly conversation, against a hand-made Page."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from paloverde.errors import CredentialDead, PermissionMissing, RateLimited, Unreachable, WrongAccount
from paloverde.platforms.conversation import Answer, Request
from paloverde.platforms.facebook import FACEBOOK
from paloverde.records import Kind, Visibility
from platforms.facebook.graph import (
    ACCOUNT,
    FORBIDDEN,
    PAGE,
    Site,
    comment,
    message,
    post,
)
from platforms.graph_site import NOT_THERE, TOKEN, TOO_MUCH, error
from platforms.talk import Heard, drive, good

POSTS = f"{PAGE}/published_posts"
FIRST = f"{PAGE}_1"


def night(site: Site, since: datetime | None = None) -> Heard:
    return drive(FACEBOOK, FACEBOOK.night(ACCOUNT, since), site)


@pytest.fixture
def site() -> Site:
    made = Site()
    made.lists[POSTS] = [post(1), post(2, is_hidden=True)]
    made.lists[f"{PAGE}/visitor_posts"] = [post(9, message="A pothole")]
    made.lists[f"{PAGE}/scheduled_posts"] = [post(20, is_published=False)]
    made.lists[f"{FIRST}/comments"] = [
        comment(1),
        comment(2, parent={"id": "1_1"}, is_hidden=True),
        comment(3, parent={"id": "1_2"}),
    ]
    made.lists[f"{PAGE}/conversations"] = [
        {"id": "t_5", "updated_time": "2026-11-21T00:00:00+0000", "message_count": 2}
    ]
    made.lists["t_5/messages"] = [message(2), message(1)]
    return made


def test_a_quiet_night_has_every_stream_whole_and_no_gap(site: Site) -> None:
    heard = night(site)
    assert not heard.gaps
    assert all(listing.complete for listing in heard.listings)
    assert {listing.stream for listing in heard.listings} == {
        "profile",
        "subscribers",
        "stories",
        "video_reels",
        "videos",
        "live_videos",
        "ratings",
        "blocked",
        "events",
        "albums",
        "reactions",
        "published_posts",
        "visitor_posts",
        "tagged",
        "scheduled_posts",
        "comments",
        "conversations",
        "messages",
    }
    kinds = {kind: len(heard.of(kind)) for kind in Kind}
    assert kinds[Kind.POST] == 4
    assert kinds[Kind.COMMENT] == 3
    assert kinds[Kind.MESSAGE] == 2
    assert [record.count for record in heard.of(Kind.SUBSCRIBER_COUNT)] == [812]
    assert heard.of(Kind.PROFILE)[0].text == "A city"


def test_hidden_posts_and_comments_are_asked_for_and_known_as_hidden(site: Site) -> None:
    heard = night(site)
    hidden = {record.native_id for record in heard.records if record.visibility is Visibility.HIDDEN}
    assert hidden == {f"{PAGE}_2", "1_2"}
    assert heard.of(Kind.POST)[-1].visibility is Visibility.UNPUBLISHED


def test_comments_know_their_parent_and_their_post(site: Site) -> None:
    by_id = {record.native_id: record for record in night(site).of(Kind.COMMENT)}
    assert by_id["1_1"].parent_id == FIRST
    assert by_id["1_3"].parent_id == "1_2"
    assert {record.thread_id for record in by_id.values()} == {FIRST}


def test_the_window_bounds_posts_and_is_said_in_the_listing(site: Site) -> None:
    since = datetime(2026, 11, 1, tzinfo=UTC)
    heard = night(site, since)
    asked = [dict(one.params) for one in heard.requests if one.path.endswith("published_posts")]
    assert asked[0]["since"] == str(int(since.timestamp()))
    assert heard.listing("published_posts").since == since
    assert heard.listing("scheduled_posts").since is None


def test_pages_are_followed_to_the_last_and_the_token_in_next_is_never_used(site: Site) -> None:
    site.lists[POSTS] = [post(number) for number in range(1, 251)]
    heard = night(site)
    assert heard.listing("published_posts").got == 250
    assert heard.listing("published_posts").complete
    assert TOKEN not in repr(heard.requests)


def test_the_paging_of_a_feed_by_time_is_followed_too(site: Site) -> None:
    def feed(request: Request) -> Answer:
        params = dict(request.params)
        if params.get("__paging_token") == "enc_1":
            assert params["until"] == "1700000000"
            return good({"data": [post(2)]})
        address = f"https://graph.example/x?access_token={TOKEN}&until=1700000000&__paging_token=enc_1"
        return good({"data": [post(1)], "paging": {"next": address}})

    site.answers[POSTS] = feed
    assert night(site).listing("published_posts").got == 2


def test_an_empty_page_with_a_cursor_is_not_the_end(site: Site) -> None:
    def pages(request: Request) -> Answer:
        after = dict(request.params).get("after")
        if after == "b":
            return good({"data": [post(2)]})
        return good(
            {"data": [], "paging": {"cursors": {"after": "b"}, "next": "https://graph.example/?after=b"}}
        )

    site.answers[POSTS] = pages
    listing = night(site).listing("published_posts")
    assert (listing.got, listing.complete) == (1, True)


def test_a_repeated_cursor_is_a_gap_and_not_a_whole_listing(site: Site) -> None:
    site.answers[POSTS] = lambda _: good(
        {"data": [post(1)], "paging": {"cursors": {"after": "a"}, "next": "https://graph.example/?after=a"}}
    )
    heard = night(site)
    assert not heard.listing("published_posts").complete
    assert "circle" in heard.causes("published_posts")[0]


def test_the_same_25_items_under_ever_new_cursors_are_a_gap(site: Site) -> None:
    page = [post(number) for number in range(25)]

    def pages(request: Request) -> Answer:
        step = int(dict(request.params).get("after", "0")) + 1
        return good({"data": page, "paging": {"next": f"https://graph.example/?after={step}"}})

    site.answers[POSTS] = pages
    heard = night(site)
    assert heard.listing("published_posts").got == 25
    assert not heard.listing("published_posts").complete
    assert len([record for record in heard.of(Kind.POST) if record.native_id == FIRST]) == 1


def test_more_without_a_way_to_it_is_a_gap(site: Site) -> None:
    site.answers[POSTS] = lambda _: good(
        {"data": [post(1)], "paging": {"next": "https://graph.example/?x=1"}}
    )
    assert "no way" in night(site).causes("published_posts")[0]


def test_too_much_data_halves_the_page_and_goes_on(site: Site) -> None:
    site.lists[POSTS] = [post(number) for number in range(1, 41)]

    def pages(request: Request) -> Answer:
        params = dict(request.params)
        return TOO_MUCH if int(params["limit"]) > 12 else site.page(POSTS, params)

    site.answers[POSTS] = pages
    heard = night(site)
    limits = [
        int(dict(one.params)["limit"]) for one in heard.requests if one.path.endswith("published_posts")
    ]
    assert limits[:5] == [100, 50, 25, 12, 12]
    assert heard.listing("published_posts").complete
    assert heard.listing("published_posts").got == 40


def test_too_much_data_drops_attachments_only_after_single_items_and_says_so(site: Site) -> None:
    def pages(request: Request) -> Answer:
        params = dict(request.params)
        return TOO_MUCH if "attachments" in params["fields"] else site.page(POSTS, params)

    site.answers[POSTS] = pages
    heard = night(site)
    assert heard.listing("published_posts").got == 2
    assert heard.listing("published_posts").complete
    assert "attachments" in heard.causes("published_posts")[0]
    first = next(
        one
        for one in heard.requests
        if "attachments" not in dict(one.params)["fields"] and "is_expired" in dict(one.params)["fields"]
    )
    before = [one for one in heard.requests[: heard.requests.index(first)] if one.path == first.path]
    assert int(dict(before[-1].params)["limit"]) == 1


def test_one_poisoned_post_costs_itself_and_nothing_else(site: Site) -> None:
    site.lists[POSTS] = [post(1), post(2), post(3)]
    site.nodes |= {f"{PAGE}_{number}": post(number) for number in (1, 3)}
    site.answers[f"{PAGE}_2"] = lambda _: TOO_MUCH

    def pages(request: Request) -> Answer:
        params = dict(request.params)
        shown = site.page(POSTS, params)
        data = json.loads(shown.body)["data"]
        poisoned = params["fields"] != "id" and any(item["id"].endswith("_2") for item in data)
        if params["fields"] == "id":
            said: dict[str, Any] = json.loads(shown.body)
            said["data"] = [{"id": item["id"]} for item in data]
            return good(said)
        return TOO_MUCH if poisoned else shown

    site.answers[POSTS] = pages
    heard = night(site)
    got = {record.native_id for record in heard.of(Kind.POST) if record.text and "week" in record.text}
    assert {FIRST, f"{PAGE}_3"} <= got
    assert not heard.listing("published_posts").complete
    assert any(
        f"{PAGE}_2 is there and could not be read" in cause for cause in heard.causes("published_posts")
    )


def test_fewer_than_the_site_counts_is_a_gap_and_not_whole(site: Site) -> None:
    site.counts[f"{FIRST}/comments"] = 5
    listing = (heard := night(site)).listing("comments", FIRST)
    assert (listing.declared, listing.got, listing.complete) == (5, 3, False)
    assert heard.causes("comments") == ["the site counts 5 and gave 3"]


def test_a_list_emptied_in_silence_is_not_whole(site: Site) -> None:
    """Without the count that was asked for, no comments may as well be no permission."""
    site.answers[f"{FIRST}/comments"] = lambda _: good({"data": []})
    heard = night(site)
    assert not heard.listing("comments", FIRST).complete
    assert "left out its own count" in heard.causes("comments")[0]


def test_a_forbidden_stream_is_a_gap_and_the_others_go_on(site: Site) -> None:
    site.answers[f"{PAGE}/conversations"] = lambda _: FORBIDDEN
    heard = night(site)
    assert not heard.listing("conversations").complete
    assert "pages_messaging" in heard.causes("conversations")[0]
    assert heard.listing("published_posts").complete
    assert len(heard.of(Kind.COMMENT)) == 3


def test_a_post_that_vanishes_during_the_night_leaves_a_gap_and_no_removal(site: Site) -> None:
    site.answers[f"{FIRST}/comments"] = lambda _: NOT_THERE
    heard = night(site)
    assert not heard.listing("comments", FIRST).complete
    assert heard.causes("comments")


def test_only_the_20_newest_messages_are_read_and_the_older_ones_are_a_gap(site: Site) -> None:
    site.lists[f"{PAGE}/conversations"] = [{"id": "t_5", "message_count": 33}]
    site.lists["t_5/messages"] = [message(number) for number in range(33, 0, -1)]
    heard = night(site)
    listing = heard.listing("messages", "t_5")
    assert (listing.got, listing.declared, listing.complete, listing.at_limit) == (20, 33, False, True)
    assert "20 newest" in heard.causes("messages")[0]
    assert {record.parent_id for record in heard.of(Kind.MESSAGE)} == {"t_5"}
    assert {record.visibility for record in heard.of(Kind.MESSAGE)} == {Visibility.PRIVATE}


def test_messages_that_show_only_that_they_exist_become_no_records(site: Site) -> None:
    """They would look like an edit of the message to nothing."""
    site.lists[f"{PAGE}/conversations"] = [{"id": "t_5", "message_count": 2}]
    site.lists["t_5/messages"] = [message(2), {"id": "m_1", "created_time": "2026-11-20T01:00:00+0000"}]
    heard = night(site)
    assert [record.native_id for record in heard.of(Kind.MESSAGE)] == ["m_2"]
    assert not heard.listing("messages", "t_5").complete


def test_older_messages_are_no_gap_where_an_earlier_night_read_them(site: Site) -> None:
    site.lists[f"{PAGE}/conversations"] = [{"id": "t_5", "message_count": 33}]
    site.lists["t_5/messages"] = [message(number) for number in range(33, 0, -1)]
    heard = night(site, datetime(2026, 11, 21, tzinfo=UTC))
    assert not heard.causes("messages")
    assert not heard.listing("messages", "t_5").complete


def test_conversations_at_rest_are_not_opened_again(site: Site) -> None:
    heard = night(site, datetime(2026, 11, 21, 12, tzinfo=UTC))
    assert heard.listing("conversations").complete
    assert not heard.of(Kind.MESSAGE)


def test_an_unreadable_item_is_reported_and_its_listing_proves_nothing(site: Site) -> None:
    site.lists[POSTS] = [post(1), {"message": "who am I"}]
    heard = night(site)
    assert [unread.reason for found in heard.found for unread in found.unread] == ["it has no id"]
    assert not heard.listing("published_posts").complete


def test_a_token_of_another_page_ends_the_night_before_anything_is_kept(site: Site) -> None:
    site.nodes["me"] = {"id": "999", "name": "City of Elsewhere"}
    with pytest.raises(WrongAccount, match="City of Elsewhere"):
        night(site)


def test_a_site_that_does_not_say_whose_token_it_is_needs_a_person(site: Site) -> None:
    site.answers["me"] = lambda _: NOT_THERE
    with pytest.raises(PermissionMissing):
        night(site)


@pytest.mark.parametrize(
    ("answer", "raised"),
    [(error(190, "expired", 463), CredentialDead), (error(4, "(#4) limit", status=403), RateLimited)],
)
def test_a_dead_token_or_a_limit_ends_the_night(site: Site, answer: Answer, raised: type[Exception]) -> None:
    site.answers[f"{FIRST}/comments"] = lambda _: answer
    with pytest.raises(raised):
        night(site)


def test_one_unreachable_list_is_a_gap_and_several_in_a_row_end_the_night(site: Site) -> None:
    site.lists[POSTS] = [post(number) for number in range(1, 8)]
    down = error(2, "Service temporarily unavailable", status=503)
    site.answers[f"{FIRST}/comments"] = lambda _: down
    assert night(site).causes("comments")
    site.answers |= {f"{PAGE}_{number}/comments": lambda _: down for number in range(2, 8)}
    with pytest.raises(Unreachable):
        night(site)


def test_ids_of_the_site_cannot_bend_a_path(site: Site) -> None:
    site.lists[POSTS] = [post(1, id="../../me?x=1")]
    heard = night(site)
    assert "/..%2F..%2Fme%3Fx%3D1/comments" in {one.path for one in heard.requests}


def test_every_question_says_in_words_what_it_is_for(site: Site) -> None:
    assert all(request.purpose for request in night(site).requests)
