"""A night with YouTube: what it asks, and what each trap of the site leads to."""

from __future__ import annotations

from typing import Any

import pytest
from tube import (
    ACCOUNT,
    DAY,
    OWN,
    ROSA,
    SITE,
    Channel,
    Given,
    Payload,
    by_token,
    channel,
    comment,
    error,
    ok,
    page,
    thread,
    upload,
    video,
)

from paloverde.errors import CredentialDead, PermissionMissing, RateLimited, Unreachable, WrongAccount
from paloverde.platforms.conversation import Answer, Request
from paloverde.records import Kind, Missing, Visibility
from platforms.talk import NOW, ask, drive


def ids(records: list[Any]) -> list[str]:
    return [record.native_id for record in records]


def test_a_token_of_another_channel_ends_the_night_before_anything_is_kept() -> None:
    site = Channel()
    site.rules["/channels"] = page("channel", channel("UCsomebodyelse"))
    with pytest.raises(WrongAccount, match="UCsomebodyelse"):
        site.night()


def test_a_google_account_without_a_channel_is_the_wrong_one() -> None:
    site = Channel()
    site.rules["/channels"] = page("channel")
    with pytest.raises(WrongAccount, match="no channel"):
        site.night()


def test_the_profile_and_the_rounded_count_come_from_one_question() -> None:
    heard = Channel().night()
    (profile,) = heard.of(Kind.PROFILE)
    (count,) = heard.of(Kind.SUBSCRIBER_COUNT)
    assert [request.path for request in heard.requests].count("/channels") == 1
    assert (profile.text, profile.poster.username, profile.visibility) == (
        "Official.",
        "palmaria",
        Visibility.PUBLIC,
    )
    assert (count.count, count.payload) == (1230, profile.payload)


def test_a_hidden_number_of_subscribers_is_a_gap() -> None:
    site = Channel()
    site.rules["/channels"] = page("channel", channel(hiddenSubscriberCount=True))
    heard = site.night()
    assert not heard.of(Kind.SUBSCRIBER_COUNT)
    assert heard.causes("subscriber_count") == ["the channel hides how many subscribers it has"]


def test_videos_are_asked_for_fifty_at_a_time() -> None:
    names = [f"v{number}" for number in range(120)]
    site = Channel(*(video(name) for name in names))
    uploads = [upload(name) for name in names]
    site.rules["/playlistItems"] = by_token(
        page("playlistItem", *uploads[:50], token="a"),
        page("playlistItem", *uploads[50:100], token="b"),
        page("playlistItem", *uploads[100:]),
    )
    heard = site.night()
    asked = [len(dict(one.params)["id"].split(",")) for one in heard.requests if one.path == "/videos"]
    assert asked == [50, 50, 20]
    assert ids(heard.of(Kind.POST)) == names
    assert heard.listing("uploads").complete


@pytest.mark.parametrize(
    ("status", "visibility"),
    [
        ({"privacyStatus": "public"}, Visibility.PUBLIC),
        ({"privacyStatus": "unlisted"}, Visibility.PUBLIC),
        ({"privacyStatus": "private"}, Visibility.UNPUBLISHED),
        ({"privacyStatus": "private", "publishAt": "2026-12-01T18:00:00Z"}, Visibility.UNPUBLISHED),
        ({}, Visibility.UNKNOWN),
    ],
)
def test_a_video_says_who_may_see_it(status: dict[str, str], visibility: Visibility) -> None:
    (found,) = Channel(video("v1", status=status)).night().of(Kind.POST)
    assert found.visibility is visibility


def test_an_upload_of_which_nothing_is_given_is_a_gap_and_proves_nothing() -> None:
    site = Channel(video("v1"))
    site.rules["/playlistItems"] = page("playlistItem", upload("v1"), upload("v2"))
    heard = site.night()
    assert not heard.listing("uploads").complete
    assert "v2" in heard.causes("uploads")[0]


def test_a_channel_that_never_uploaded_has_no_list_and_no_gap() -> None:
    site = Channel()
    site.rules["/playlistItems"] = error(404, "playlistNotFound")
    heard = site.night()
    assert not heard.causes("uploads")
    assert not [one for one in heard.listings if one.stream == "uploads"]
    site.rules["/channels"] = page("channel", channel(videos=2))
    heard = site.night()
    assert heard.causes("uploads")
    assert not heard.listing("uploads").complete


def test_a_comment_under_no_video_has_a_listing_too() -> None:
    bare = thread("c1")
    del bare["snippet"]["videoId"]
    del bare["snippet"]["topLevelComment"]["snippet"]["videoId"]
    with_one = Channel(published=page("commentThread", bare)).night()
    assert (with_one.listing("comments").complete, with_one.listing("comments").got) == (True, 1)
    without = Channel().night()
    assert (without.listing("comments").complete, without.listing("comments").got) == (True, 0)


def test_fewer_than_half_of_the_videos_that_the_site_counts_are_not_the_whole_list() -> None:
    site = Channel(video("v1"))
    site.rules["/channels"] = page("channel", channel(videos=3))
    heard = site.night()
    assert not heard.listing("uploads").complete
    assert "counts 3" in heard.causes("uploads")[0]


def test_three_passes_find_what_is_held_and_what_is_taken_for_spam() -> None:
    site = Channel(
        video("v1", comments=1),
        published=page("commentThread", thread("c1", moderationStatus="published")),
        heldForReview=page("commentThread", thread("c2", moderationStatus="heldForReview")),
        likelySpam=page("commentThread", thread("c3", moderationStatus="likelySpam")),
    )
    heard = site.night()
    passes = [dict(one.params)["moderationStatus"] for one in heard.requests if one.path == "/commentThreads"]
    assert sorted(passes) == ["heldForReview", "likelySpam", "published"]
    placed = {(found.stream, found.of): ids(found.records) for found in heard.found if found.records}
    assert placed["comments", "v1"] == ["c1"]
    assert placed["held_for_review", ""] == ["c2"]
    assert placed["likely_spam", ""] == ["c3"]
    held = {record.native_id: record.visibility for record in heard.of(Kind.COMMENT)}
    assert held == {"c1": Visibility.PUBLIC, "c2": Visibility.HELD, "c3": Visibility.HELD}
    assert heard.listing("held_for_review").complete


def test_a_held_reply_does_not_make_the_published_comment_above_it_held() -> None:
    reply = comment("c1.r1", parentId="c1", moderationStatus="heldForReview")
    published = comment("c1", videoId="v1", moderationStatus="published")
    above = thread("c1", along=(reply,))
    above["snippet"]["topLevelComment"] = published
    heard = Channel(video("v1"), heldForReview=page("commentThread", above)).night()
    placed = {record.native_id: (found.stream, found.of) for found in heard.found for record in found.records}
    assert placed["c1"] == ("comments", "v1")
    assert placed["c1.r1"] == ("held_for_review", "")
    assert heard.listing("held_for_review").got == 1


def test_a_pass_that_is_refused_is_a_gap_and_the_others_go_on() -> None:
    site = Channel(
        video("v1", comments=1),
        published=page("commentThread", thread("c1")),
        heldForReview=error(403, "forbidden"),
    )
    heard = site.night()
    assert not heard.listing("held_for_review").complete
    assert heard.causes("held_for_review")
    assert heard.listing("comments", "v1").complete


def test_comments_are_asked_for_as_plain_text_from_the_newest() -> None:
    heard = Channel().night()
    asked = [dict(one.params) for one in heard.requests if one.path == "/commentThreads"]
    assert {(one["textFormat"], one["order"], one["allThreadsRelatedToChannelId"]) for one in asked} == {
        ("plainText", "time", OWN)
    }


def test_each_video_has_a_listing_of_its_comments_also_where_there_are_none() -> None:
    site = Channel(video("v1", comments=1), video("v2"), published=page("commentThread", thread("c1")))
    heard = site.night()
    assert (heard.listing("comments", "v1").got, heard.listing("comments", "v2").got) == (1, 0)
    assert heard.listing("comments", "v2").complete


def test_a_video_whose_comments_are_switched_off_has_no_listing_and_no_gap() -> None:
    heard = Channel(video("v1", comments=None)).night()
    assert not [one for one in heard.listings if one.of == "v1"]
    assert not heard.causes("comments")


def test_comments_that_are_switched_off_for_the_channel_are_a_note_and_no_gap() -> None:
    off = error(403, "commentsDisabled", domain="youtube.commentThread")
    heard = Channel(video("v1", comments=None), published=off, heldForReview=off, likelySpam=off).night()
    assert heard.listing("comments").reason == "comments are switched off"
    assert heard.listing("comments").got == 0
    assert not heard.causes("comments")
    assert not heard.causes("held_for_review")
    assert not [one for one in heard.listings if one.stream == "held_for_review"]


def truncated(*later: Given, replies: int = 3) -> Channel:
    along = (comment("c1.r1", parentId="c1"),)
    site = Channel(
        video("v1", comments=4), published=page("commentThread", thread("c1", replies=replies, along=along))
    )
    site.rules["/comments"] = by_token(*later) if len(later) > 1 else later[0]  # type: ignore[arg-type]
    return site


def test_replies_that_did_not_come_along_are_fetched_page_by_page() -> None:
    rest = [comment(f"c1.r{number}", parentId="c1") for number in (3, 2, 1)]
    heard = truncated(page("comment", *rest[:2], token="more"), page("comment", rest[2])).night()
    asked = [dict(one.params) for one in heard.requests if one.path == "/comments"]
    assert [(one["parentId"], one.get("pageToken")) for one in asked] == [("c1", None), ("c1", "more")]
    found = heard.of(Kind.COMMENT)
    assert sorted(ids(found)) == ["c1", "c1.r1", "c1.r2", "c1.r3"]
    assert {record.thread_id for record in found} == {"v1"}
    assert {record.parent_id for record in found if "." in record.native_id} == {"c1"}
    assert (heard.listing("comments", "v1").complete, heard.listing("comments", "v1").got) == (True, 4)


def test_no_reply_is_asked_for_where_all_came_along() -> None:
    heard = truncated(page("comment"), replies=1).night()
    assert "/comments" not in [one.path for one in heard.requests]


def test_replies_that_the_site_counts_and_does_not_give_are_a_gap() -> None:
    heard = truncated(page("comment", comment("c1.r2", parentId="c1"))).night()
    assert heard.causes("comments") == ["the site counts 3 replies to c1 and gave 1"]
    assert not heard.listing("comments", "v1").complete


@pytest.mark.parametrize(
    "trouble", [error(403, "forbidden"), error(404, "commentNotFound"), error(503, "backendError")]
)
def test_replies_that_cannot_be_had_leave_only_their_own_video_unproven(trouble: Answer) -> None:
    along = (comment("c1.r1", parentId="c1"),)
    site = Channel(
        video("v1", comments=2),
        video("v2", comments=1),
        published=page("commentThread", thread("c1", replies=2, along=along), thread("c9", on="v2")),
    )
    site.rules["/comments"] = trouble
    heard = site.night()
    assert not heard.listing("comments", "v1").complete
    assert heard.listing("comments", "v2").complete
    assert [gap.of for gap in heard.gaps if gap.stream == "comments"] == ["v1"]


def test_an_emptied_list_of_comments_is_not_believed() -> None:
    heard = Channel(video("v1", comments=5)).night()
    assert not heard.listing("comments").complete
    assert "counts 5" in heard.causes("comments")[0]
    assert not [one for one in heard.listings if one.of == "v1"]


def test_one_video_of_which_most_comments_are_missing_is_not_believed() -> None:
    many = [thread(f"c{number}") for number in range(20)]
    heard = Channel(
        video("v1", comments=20), video("v2", comments=9), published=page("commentThread", *many)
    ).night()
    assert heard.listing("comments", "v1").complete
    assert not heard.listing("comments", "v2").complete


def circle(asked: dict[str, str]) -> Given:
    return page("commentThread", thread("c1"), token="again" if asked.get("pageToken") else "first")


def test_a_token_that_comes_again_is_a_circle_and_no_end() -> None:
    heard = Channel(video("v1", comments=1), published=circle).night()
    assert not heard.listing("comments").complete
    assert "circle" in heard.causes("comments")[0]
    asked = [dict(one.params) for one in heard.requests if one.path == "/commentThreads"]
    assert len([one for one in asked if one["moderationStatus"] == "published"]) == 3


def test_pages_that_bring_nothing_new_for_ever_are_a_circle() -> None:
    def subscribers(asked: dict[str, str]) -> Payload:
        turn = int(asked.get("pageToken", "0")) + 1
        return page("subscription", subscriber(ROSA), token=str(turn))

    site = Channel()
    site.rules["/subscriptions"] = subscribers
    heard = site.night()
    assert ids(heard.of(Kind.SUBSCRIBER)) == [ROSA]
    assert len([one for one in heard.requests if one.path == "/subscriptions"]) < 10
    assert any("circle" in cause for cause in heard.causes("subscribers"))


def test_an_expired_token_starts_the_list_again_from_the_top() -> None:
    calls: list[str] = []

    def threads(asked: dict[str, str]) -> Given:
        calls.append(asked.get("pageToken", ""))
        if asked.get("pageToken") and calls.count("old") == 1:
            return error(400, "invalidPageToken")
        if not asked.get("pageToken"):
            return page("commentThread", thread("c1"), token="old")
        return page("commentThread", thread("c2"))

    heard = Channel(video("v1", comments=2), published=threads).night()
    assert calls == ["", "old", "", "old"]
    assert sorted(ids(heard.of(Kind.COMMENT))) == ["c1", "c2"]
    assert heard.listing("comments", "v1").complete


def subscriber(native_id: str) -> Payload:
    return {
        "kind": "youtube#subscription",
        "id": f"s-{native_id}",
        "snippet": {"publishedAt": DAY, "channelId": native_id},
        "subscriberSnippet": {"title": "Rosa Quintero", "channelId": native_id},
    }


def test_the_list_of_subscribers_never_proves_that_somebody_left() -> None:
    site = Channel()
    site.rules["/subscriptions"] = page("subscription", subscriber(ROSA))
    heard = site.night()
    listing = heard.listing("subscribers")
    assert (listing.complete, listing.got, listing.declared) == (True, 1, None)
    assert listing.since == NOW  # nothing that was there before can be missing from it
    assert not heard.gaps
    (found,) = heard.of(Kind.SUBSCRIBER)
    assert (found.native_id, found.poster.name, found.visibility) == (
        ROSA,
        "Rosa Quintero",
        Visibility.PRIVATE,
    )


def thousand(asked: dict[str, str]) -> Payload:
    start = int(asked.get("pageToken", "0"))
    items = [subscriber(f"UC{number:022}") for number in range(start, start + 50)]
    return page("subscription", *items, token=str(start + 50) if start < 950 else None)


def test_where_the_list_of_subscribers_stops_a_first_night_says_that_there_are_older_ones() -> None:
    site = Channel()
    site.rules["/subscriptions"] = thousand
    heard = site.night()
    assert len(heard.of(Kind.SUBSCRIBER)) == 1000
    assert heard.causes("subscribers") == [
        "YouTube lists only the newest 1,000 subscribers; older ones cannot be had from it"
    ]
    later = drive(SITE, SITE.night(ACCOUNT, NOW), site)
    assert not later.causes("subscribers")


def test_a_list_of_no_subscribers_where_many_are_counted_is_not_believed() -> None:
    heard = Channel().night()
    assert not heard.listing("subscribers").complete
    assert heard.causes("subscribers") == ["the site counts 1,230 subscribers and lists none"]


def test_quota_ends_the_night_and_the_same_questions_are_asked_again() -> None:
    pages = [page("commentThread", thread("c1"), token="a"), page("commentThread", thread("c2"))]
    site = Channel(video("v1", comments=2), published=by_token(*pages))
    whole = site.night().requests
    spent = 7

    asked: list[Request] = []

    def quota(request: Request) -> Answer:
        asked.append(request)
        return site(request) if len(asked) <= spent else error(403, "quotaExceeded", domain="youtube.quota")

    with pytest.raises(RateLimited) as told:
        drive(SITE, SITE.night(ACCOUNT, None), quota)
    assert asked == whole[: spent + 1]
    # the next midnight in California, from 10:00 UTC: 22 hours
    assert 22 * 3600 <= told.value.retry_after <= 22 * 3600 + 120


def test_a_dead_token_ends_the_night() -> None:
    site = Channel(video("v1"), published=error(401, "authError"))
    with pytest.raises(CredentialDead):
        site.night()


def test_a_site_that_is_down_ends_the_night_after_a_few_questions() -> None:
    class Down(Channel):
        def __call__(self, request: Request) -> Answer:
            return super().__call__(request) if request.path == "/channels" else error(503, "backendError")

    asked: list[Request] = []
    site = Down()

    def counting(request: Request) -> Answer:
        asked.append(request)
        return site(request)

    with pytest.raises(Unreachable):
        drive(SITE, SITE.night(ACCOUNT, None), counting)
    assert len(asked) == 4


def test_a_comment_without_a_channel_says_that_its_poster_is_withheld() -> None:
    bare = thread("c1")
    del bare["snippet"]["topLevelComment"]["snippet"]["authorChannelId"]
    (found,) = (
        Channel(video("v1", comments=1), published=page("commentThread", bare)).night().of(Kind.COMMENT)
    )
    assert (found.poster.id, found.poster.missing) == (None, Missing.WITHHELD)
    assert found.poster.username == "rosa_q"


CHAT = {"liveStreamingDetails": {"activeLiveChatId": "chat-1"}}


def said(
    native_id: str, kind: str = "textMessageEvent", words: str | None = "Hello", **details: Any
) -> Payload:
    snippet = {"type": kind, "liveChatId": "chat-1", "publishedAt": DAY, **details}
    if words is not None:
        snippet["displayMessage"] = words
    author = {"channelId": ROSA, "displayName": "Rosa Quintero"}
    return {"kind": "youtube#liveChatMessage", "id": native_id, "snippet": snippet, "authorDetails": author}


def test_a_chat_is_read_while_the_broadcast_is_on_air_and_has_no_end() -> None:
    def chat(asked: dict[str, str]) -> Payload:
        items = [] if asked.get("pageToken") else [said("LCC.1"), said("LCC.2")]
        return page(
            "liveChatMessage", *items, token=f"t{asked.get('pageToken', '')}", pollingIntervalMillis=5
        )

    site = Channel(video("v1", **CHAT))
    site.rules["/liveChat/messages"] = chat
    heard = site.night()
    found = heard.of(Kind.COMMENT)
    assert ids(found) == ["LCC.1", "LCC.2"]
    assert {(record.thread_id, record.parent_id) for record in found} == {("v1", "v1")}
    assert not heard.listing("live_chat", "v1").complete
    assert len([one for one in heard.requests if one.path == "/liveChat/messages"]) == 2


def test_no_chat_is_asked_for_where_none_is_on_air() -> None:
    heard = Channel(video("v1", liveStreamingDetails={"actualEndTime": DAY})).night()
    assert "/liveChat/messages" not in [one.path for one in heard.requests]


def test_a_canary_costs_one_unit_and_says_who_answered() -> None:
    told, asked = ask(SITE, SITE.canary(ACCOUNT), Channel())
    assert (told, asked) == ("City of Palma Ria (palmaria)", 1)


def test_a_canary_of_another_channel_is_the_wrong_account() -> None:
    site = Channel()
    site.rules["/channels"] = page("channel", channel("UCsomebodyelse"))
    with pytest.raises(WrongAccount):
        ask(SITE, SITE.canary(ACCOUNT), site)


def test_an_identity_that_the_site_denies_is_a_missing_permission() -> None:
    site = Channel()
    site.rules["/channels"] = error(404, "channelNotFound")
    with pytest.raises(PermissionMissing):
        site.night()


def test_the_budget_is_what_the_setting_says_and_ends_at_midnight_pacific() -> None:
    (budget,) = type(SITE)(500).budgets
    assert (budget.most, budget.zone, budget.shared) == (500, "America/Los_Angeles", "app")
    assert [SITE.cost(Request(path)) for path in ("/videos", "/captions", "/search")] == [1, 50, 100]


def test_a_page_with_one_item_that_is_none_keeps_it_and_proves_nothing() -> None:
    broken = page("commentThread", thread("c1"))
    broken["items"].append("nonsense")
    heard = Channel(video("v1", comments=1), published=ok(broken)).night()
    assert [piece.payload for found in heard.found for piece in found.unread] == [b'"nonsense"']
    assert not heard.listing("comments").complete
