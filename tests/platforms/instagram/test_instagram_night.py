"""A night with an Instagram account: what is asked, what comes of it, and what is never believed."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from paloverde.errors import CredentialDead, PermissionMissing, RateLimited, WrongAccount
from paloverde.platforms.conversation import Answer, Request
from paloverde.platforms.instagram import INSTAGRAM
from paloverde.records import Kind, Missing, Visibility
from platforms.graph_site import NOT_THERE, TOKEN, TOO_MUCH, error
from platforms.instagram.gram import (
    ACCOUNT,
    FORBIDDEN,
    GRAM,
    ME,
    PAGE,
    Site,
    comment,
    message,
    post,
)
from platforms.simulated import Simulated
from platforms.talk import NOW, Heard, drive, good

POST = post(1)["id"]


def night(site: Any, since: datetime | None = None) -> Heard:
    return drive(INSTAGRAM, INSTAGRAM.night(ACCOUNT, since), site)


def ids(heard: Heard, kind: Kind) -> list[str]:
    return [record.native_id for record in heard.of(kind)]


def with_comments(count: int, *comments: dict[str, Any]) -> Site:
    site = Site()
    site.posts(post(1, comments_count=count))
    site.lists[f"{POST}/comments"] = list(comments)
    return site


@pytest.mark.parametrize(
    ("me", "told"),
    [
        ({**ME, "instagram_business_account": {"id": "178", "username": "riverton"}}, "riverton"),
        ({"id": PAGE}, "linked"),
        ({}, "nobody"),
    ],
)
def test_a_token_of_another_account_ends_the_night_before_anything_is_kept(me: Any, told: str) -> None:
    site = Site()
    site.nodes["me"] = me
    site.answers["me"] = lambda _: good(me)
    with pytest.raises(WrongAccount, match=told):
        night(site)


@pytest.mark.parametrize(
    ("answer", "raised"),
    [
        (error(190, "Session has expired", 463), CredentialDead),
        (NOT_THERE, PermissionMissing),
        (error(80002, "There have been too many calls to this Instagram account"), RateLimited),
    ],
)
def test_without_knowing_whose_token_it_is_nothing_is_asked(answer: Answer, raised: type[Exception]) -> None:
    site = Site()
    site.answers["me"] = lambda _: answer
    with pytest.raises(raised):
        night(site)


def test_the_profile_and_the_number_of_followers_are_kept() -> None:
    heard = night(Site())
    (profile,) = heard.of(Kind.PROFILE)
    assert (profile.poster.name, profile.text) == ("City of Saltbrook", "A city by the lake")
    (count,) = heard.of(Kind.SUBSCRIBER_COUNT)
    assert count.count == 812


def test_a_post_keeps_its_words_picture_and_alternative_text() -> None:
    site = Site()
    site.posts(post(1, alt_text="A sweeper at dawn"))
    (record,) = night(site).of(Kind.POST)
    assert record.text == "Street sweeping, week 1"
    (medium,) = record.media
    assert (medium.native_id, medium.alt_text, medium.type) == (POST, "A sweeper at dawn", "photo")
    assert record.visibility is Visibility.PUBLIC
    assert (record.poster.username, record.poster.missing) == ("cityofsaltbrook", Missing.API_NOT_EXPOSED)


def test_a_carousel_shows_each_of_its_pictures_once() -> None:
    children = [
        {"id": "31", "media_type": "IMAGE", "media_url": "https://scontent.cdninstagram.com/31.jpg"},
        {"id": "32", "media_type": "VIDEO", "media_url": "https://scontent.cdninstagram.com/32.mp4"},
    ]
    site = Site()
    first = "https://scontent.cdninstagram.com/31.jpg"
    site.posts(post(1, media_type="CAROUSEL_ALBUM", media_url=first, children={"data": children}))
    (record,) = night(site).of(Kind.POST)
    assert [(one.native_id, one.type) for one in record.media] == [("31", "photo"), ("32", "video")]


def test_a_film_without_an_address_is_told_and_its_still_is_kept() -> None:
    film = post(1, media_type="VIDEO", thumbnail_url="https://scontent.cdninstagram.com/still.jpg")
    del film["media_url"]
    site = Site()
    site.posts(film)
    (record,) = night(site).of(Kind.POST)
    assert [one.type for one in record.media] == ["photo"]
    assert record.drift == "the site gives no address of its picture or video"


def test_replies_are_kept_under_their_comment_and_their_post() -> None:
    reply = comment(2, parent_id=comment(1)["id"])
    site = with_comments(2, comment(1, replies={"data": [reply]}))
    heard = night(site)
    top, below = heard.of(Kind.COMMENT)
    assert (top.parent_id, top.thread_id) == (POST, POST)
    assert (below.parent_id, below.thread_id) == (top.native_id, POST)
    listing = heard.listing("comments", POST)
    assert (listing.complete, listing.got, listing.declared) == (True, 2, 2)


def many_replies(site: Site, number: int) -> list[dict[str, Any]]:
    """A comment with so many replies, of which the site shows the first fifty inside it."""
    replies = [comment(100 + i) for i in range(number)]
    where = f"{comment(1)['id']}/replies"
    site.lists[where] = replies
    inside = site.listed(replies, where, 0, 50)
    site.lists[f"{POST}/comments"] = [comment(1, replies=inside)]
    site.posts(post(1, comments_count=number + 1))
    return replies


def test_replies_that_go_on_are_walked_to_their_end_in_the_listing_of_their_post() -> None:
    site = Site()
    replies = many_replies(site, 130)
    heard = night(site)
    assert ids(heard, Kind.COMMENT) == [comment(1)["id"], *(one["id"] for one in replies)]
    assert {one.parent_id for one in heard.of(Kind.COMMENT)[1:]} == {comment(1)["id"]}
    listing = heard.listing("comments", POST)
    assert (listing.complete, listing.got) == (True, 131)
    assert {found.of for found in heard.found if found.stream == "comments"} == {POST}
    assert not heard.gaps


@pytest.mark.parametrize("answer", [FORBIDDEN, NOT_THERE, TOO_MUCH, error(2, status=500)])
def test_replies_that_break_off_make_the_whole_listing_prove_nothing(answer: Answer) -> None:
    site = Site()
    many_replies(site, 130)
    site.posts(post(1, comments_count=40))  # a count that tells nothing must not hide it
    site.answers[f"{comment(1)['id']}/replies"] = lambda _: answer
    heard = night(site)
    listing = heard.listing("comments", POST)
    assert not listing.complete
    assert listing.reason
    assert heard.causes("comments")


def test_a_count_above_what_is_listed_is_a_gap_and_proves_no_absence() -> None:
    site = with_comments(5, comment(1), comment(2))
    heard = night(site)
    listing = heard.listing("comments", POST)
    assert (listing.complete, listing.got, listing.declared) == (False, 2, 5)
    assert heard.causes("comments") == ["the site counts 5 and gave 2"]


def test_without_the_sites_own_count_a_list_of_comments_proves_nothing() -> None:
    uncounted = post(1)
    del uncounted["comments_count"]
    site = Site()
    site.posts(uncounted)
    heard = night(site)
    assert not heard.listing("comments", POST).complete
    assert "left out its own count" in heard.causes("comments")[0]


def test_an_empty_list_with_cursors_and_a_count_is_a_gap() -> None:
    site = with_comments(3)
    empty = {"data": [], "paging": {"cursors": {"before": "QVFI", "after": "QVFI"}}}
    site.answers[f"{POST}/comments"] = lambda _: good(empty)
    heard = night(site)
    assert not heard.listing("comments", POST).complete
    assert heard.causes("comments") == ["the site counts 3 and gave 0"]


def test_an_empty_page_in_the_middle_is_not_the_end() -> None:
    site = with_comments(1, comment(1))

    def comments(request: Request) -> Answer:
        if "after" in dict(request.params):
            return site.page(f"{POST}/comments", {"limit": "50"})
        following = f"https://graph.example/{POST}/comments?access_token={TOKEN}&after=0"
        return good({"data": [], "paging": {"cursors": {"after": "0"}, "next": following}})

    site.answers[f"{POST}/comments"] = comments
    heard = night(site)
    assert ids(heard, Kind.COMMENT) == [comment(1)["id"]]
    assert heard.listing("comments", POST).complete


def test_pages_are_followed_and_the_token_in_next_is_never_used() -> None:
    site = with_comments(120, *(comment(i) for i in range(120)))
    heard = night(site)
    assert len(heard.of(Kind.COMMENT)) == 120
    assert TOKEN not in repr(heard.requests)
    asked = [dict(request.params) for request in heard.requests if request.path == f"/{POST}/comments"]
    assert [one["limit"] for one in asked] == ["50"] * 3


def test_a_hidden_comment_is_kept_as_hidden() -> None:
    heard = night(with_comments(2, comment(1, hidden=True), comment(2)))
    assert [one.visibility for one in heard.of(Kind.COMMENT)] == [Visibility.HIDDEN, Visibility.PUBLIC]


def test_a_comment_without_its_poster_is_kept_with_the_reason() -> None:
    bare = comment(1)
    del bare["from"], bare["username"]
    named = comment(2)
    del named["from"]
    first, second = night(with_comments(2, bare, named)).of(Kind.COMMENT)
    assert (first.poster.username, first.poster.missing) == (None, Missing.WITHHELD)
    assert (second.poster.username, second.poster.missing) == ("ines2", Missing.WITHHELD)


def test_too_much_data_is_asked_for_in_halves_then_without_what_is_nested_then_one_by_one() -> None:
    poison = comment(2)["id"]
    site = with_comments(3, comment(1), comment(2), comment(3))
    comments = {one["id"]: one for one in site.lists[f"{POST}/comments"]}
    site.nodes |= {native_id: {"id": native_id} for native_id in comments}

    def listed(request: Request) -> Answer:
        params = dict(request.params)
        answer = site.page(f"{POST}/comments", params)
        return TOO_MUCH if poison in answer.body.decode() and params["fields"] != "id" else answer

    site.answers[f"{POST}/comments"] = listed
    for native_id, one in comments.items():
        site.answers[native_id] = lambda _, one=one: TOO_MUCH if one["id"] == poison else good(one)
    heard = night(site)
    assert ids(heard, Kind.COMMENT) == [comment(1)["id"], comment(3)["id"]]
    listing = heard.listing("comments", POST)
    assert not listing.complete
    assert poison in listing.reason


HALF = "half of a face \ud83d"


def test_half_a_character_breaks_neither_comments_nor_messages() -> None:
    site = Site()
    replies = many_replies(site, 60)
    site.lists[f"{POST}/comments"][0]["text"] = HALF
    thread = conversations(site, 1, message(1, message=HALF))
    heard = night(site)
    assert len(heard.of(Kind.COMMENT)) == len(replies) + 1
    assert heard.listing("comments", POST).complete
    assert heard.listing("messages", thread).complete
    assert "U+FFFD" in (heard.of(Kind.MESSAGE)[0].drift or "")


def test_stories_are_stories_and_prove_no_absence_beyond_a_day() -> None:
    site = Site()
    site.lists[f"{GRAM}/stories"] = [post(7, media_product_type="STORY", caption="Open today")]
    heard = night(site)
    (story,) = heard.of(Kind.STORY)
    assert story.text == "Open today"
    since = heard.listing("stories").since
    assert since is not None
    assert since > NOW - timedelta(hours=24)


def test_a_broadcast_that_ended_is_not_an_absence() -> None:
    site = Site()
    site.lists[f"{GRAM}/live_media"] = [post(8, media_type="BROADCAST", media_product_type="LIVE")]
    site.lists[f"{post(8)['id']}/comments"] = [comment(1)]
    heard = night(site)
    assert heard.listing("live_media").since == NOW
    assert ids(heard, Kind.COMMENT) == [comment(1)["id"]]


def test_posts_of_others_that_tag_the_account_are_kept_and_their_comments_not_asked_for() -> None:
    site = Site()
    tagging = post(9, username="ines9")
    del tagging["owner"]
    site.lists[f"{GRAM}/tags"] = [tagging]
    heard = night(site)
    (record,) = heard.of(Kind.POST)
    assert (record.poster.username, record.poster.missing) == ("ines9", Missing.WITHHELD)
    assert not [request for request in heard.requests if request.path.endswith("/comments")]


def test_a_bound_in_time_is_asked_for_and_told() -> None:
    since = datetime(2026, 11, 1, tzinfo=UTC)
    heard = night(Site(), since)
    (asked,) = [request for request in heard.requests if request.path == f"/{GRAM}/media"]
    assert dict(asked.params)["since"] == str(int(since.timestamp()))
    assert heard.listing("media").since == since


def conversations(site: Site, count: int, *messages: dict[str, Any]) -> str:
    thread = {"id": "aWdfZAG06MTpJR01lc3NhZA2VUaHJlYWQ6x", "updated_time": "2026-11-20T20:00:00+0000"}
    site.lists[f"{PAGE}/conversations"] = [{**thread, "message_count": count}]
    site.lists[f"{thread['id']}/messages"] = list(messages)
    return thread["id"]


def test_messages_are_asked_through_the_page_for_instagram() -> None:
    site = Site()
    thread = conversations(site, 1, message(1))
    heard = night(site)
    (asked,) = [request for request in heard.requests if request.path == f"/{PAGE}/conversations"]
    assert dict(asked.params)["platform"] == "instagram"
    (record,) = heard.of(Kind.MESSAGE)
    assert (record.text, record.thread_id, record.visibility) == ("Question 1", thread, Visibility.PRIVATE)
    assert heard.listing("messages", thread).complete


def test_only_the_20_newest_messages_can_be_read_and_the_rest_is_a_gap() -> None:
    site = Site()
    older = [{"id": one["id"], "created_time": one["created_time"]} for one in map(message, range(20, 25))]
    thread = conversations(site, 25, *map(message, range(20)), *older)
    heard = night(site)
    assert len(heard.of(Kind.MESSAGE)) == 20
    assert not heard.listing("messages", thread).complete
    assert heard.listing("messages", thread).at_limit
    assert "only the 20 newest" in heard.causes("messages")[0]


def test_reactions_are_records_and_do_not_fill_up_the_count_of_messages() -> None:
    site = Site()
    hearts = {"data": [{"reaction": "love", "emoji": "❤", "users": [{"id": "7701", "username": "ines1"}]}]}
    thread = conversations(site, 3, message(1, reactions=hearts), message(2, reactions=hearts))
    heard = night(site)
    reactions = heard.of(Kind.REACTION)
    assert [(one.text, one.parent_id, one.poster.username) for one in reactions] == [
        ("❤", message(1)["id"], "ines1"),
        ("❤", message(2)["id"], "ines1"),
    ]
    listing = heard.listing("messages", thread)
    assert (listing.complete, listing.got, listing.declared) == (False, 2, 3)


def test_a_message_that_answers_a_story_keeps_the_story_and_an_unsupported_one_is_kept() -> None:
    site = Site()
    answered = {"reply_to": {"link": "https://lookaside.fbsbx.com/ig_messaging_cdn/?asset_id=7", "id": "7"}}
    thread = conversations(site, 2, message(1, story=answered), message(2, message="", is_unsupported="true"))
    first, second = night(site).of(Kind.MESSAGE)
    assert [(one.type, one.native_id) for one in first.media] == [("story", "7")]
    assert json.loads(second.payload)["is_unsupported"] == "true"
    assert second.thread_id == thread


def test_a_stream_that_is_refused_is_a_gap_and_the_night_goes_on() -> None:
    site = with_comments(1, comment(1))
    site.answers[f"{PAGE}/conversations"] = lambda _: FORBIDDEN
    site.answers[f"{GRAM}/tags"] = lambda _: FORBIDDEN
    heard = night(site)
    assert heard.causes("conversations")
    assert heard.causes("tags")
    assert not heard.listing("tags").complete
    assert ids(heard, Kind.COMMENT) == [comment(1)["id"]]


def test_a_limit_in_the_middle_ends_the_night_and_says_how_long() -> None:
    site = with_comments(1, comment(1))
    usage = {GRAM: [{"type": "instagram", "call_count": 100, "estimated_time_to_regain_access": 42}]}
    header = {"x-business-use-case-usage": json.dumps(usage)}
    limited = error(80002, "(#80002) There have been too many calls to this Instagram account.")
    site.answers[f"{POST}/comments"] = lambda _: Answer(400, header, limited.body)
    with pytest.raises(RateLimited) as caught:
        night(site)
    assert caught.value.retry_after == 42 * 60


def test_restricted_people_and_age_limits_leave_gaps_in_the_simulated_city() -> None:
    site = Simulated(INSTAGRAM)
    own = [post for post in site.presence.posts if post.stream == "own" and site.presence.there(post)]
    gated = next(one for one in own if any(site.presence.there(reply) for reply in one.replies))
    site.presence.settings["age_gated"] = [gated.id]
    spoken = next(one for one in site.presence.comments if one.root in own and one.root is not gated)
    site.play(do="mute", who=spoken.author.id)
    heard = drive(INSTAGRAM, INSTAGRAM.night(site.account, None), site)
    assert spoken.id not in ids(heard, Kind.COMMENT)
    for post_id in (gated.id, spoken.root.id):
        listing = heard.listing("comments", post_id)
        assert not listing.complete
        assert listing.declared is not None
        assert listing.declared > listing.got


def test_a_city_that_is_too_much_at_a_time_is_had_whole_in_small_pieces() -> None:
    site = Simulated(INSTAGRAM)
    whole = drive(INSTAGRAM, INSTAGRAM.night(site.account, None), site)
    site.fault(kind="reduce_data", above=4, contains="limit=")
    heard = drive(INSTAGRAM, INSTAGRAM.night(site.account, None), site)
    assert {one.native_id for one in heard.records} == {one.native_id for one in whole.records}
    assert heard.listing("media").complete
    assert len(heard.requests) > len(whole.requests)


def test_a_post_that_is_always_too_much_is_a_gap_and_the_others_are_had() -> None:
    site = Simulated(INSTAGRAM)
    poison = next(one for one in site.presence.posts if one.stream == "own")
    site.fault(kind="reduce_data", above=100, poison=poison.id)
    heard = drive(INSTAGRAM, INSTAGRAM.night(site.account, None), site)
    assert not heard.listing("comments", poison.id).complete
    assert heard.causes("comments")
    assert heard.listing("media").complete


def test_an_edit_is_found_as_a_difference() -> None:
    site = Simulated(INSTAGRAM)
    before = {
        one.native_id: one.text for one in drive(INSTAGRAM, INSTAGRAM.night(site.account, None), site).records
    }
    edited = site.play(do="edit", item="latest post", text="Sweeping is cancelled.")["item"]["id"]
    after = {
        one.native_id: one.text for one in drive(INSTAGRAM, INSTAGRAM.night(site.account, None), site).records
    }
    assert before[edited] != after[edited] == "Sweeping is cancelled."


def test_a_sweep_reads_no_further_than_what_is_known() -> None:
    site = with_comments(120, *(comment(i) for i in range(120)))
    since = datetime(2026, 11, 21, tzinfo=UTC)
    heard = drive(INSTAGRAM, INSTAGRAM.sweep(ACCOUNT, since, [POST]), site)
    assert len([request for request in heard.requests if request.path == f"/{POST}/comments"]) == 1
    assert not heard.listing("comments", POST).complete
    assert not heard.gaps


def test_a_sweep_catches_a_story_and_the_reply_to_an_old_post() -> None:
    site = Simulated(INSTAGRAM)
    old = next(one for one in site.presence.posts if one.stream == "own" and one.replies)
    story = site.play(do="post", stream="story", text="Road closed")["item"]["id"]
    reply = site.play(do="comment", on=old.replies[0].id, text="Still closed?")["item"]["id"]
    since = site.city.clock.now() - timedelta(minutes=15)
    heard = drive(INSTAGRAM, INSTAGRAM.sweep(site.account, since, [old.id]), site)
    assert {story, reply} <= {record.native_id for record in heard.records}
    assert not any(listing.complete for listing in heard.listings)
