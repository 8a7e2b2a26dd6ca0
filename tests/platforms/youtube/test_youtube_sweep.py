"""Between two nights with YouTube: what is new, in few questions."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from tube import ACCOUNT, SITE, Channel, by_token, channel, comment, error, page, thread, upload, video

from paloverde.errors import WrongAccount
from paloverde.records import Kind
from platforms.talk import Heard, drive

SINCE = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
OLD = "2026-11-20T16:00:00Z"
NEW = "2026-11-20T18:00:00Z"


def sweep(site: Channel, *watched: str) -> Heard:
    return drive(SITE, SITE.sweep(ACCOUNT, SINCE, watched), site)


def test_a_quiet_sweep_takes_six_units_and_proves_nothing() -> None:
    site = Channel(video("v1"), published=page("commentThread", thread("c1", publishedAt=OLD)))
    heard = sweep(site, "v1", "v2")
    assert sum(SITE.cost(request) for request in heard.requests) == 6
    assert not [listing for listing in heard.listings if listing.complete]
    assert not heard.gaps


def test_a_sweep_stops_where_a_whole_page_is_older() -> None:
    pages = [
        page("commentThread", thread("c9", publishedAt=NEW), thread("c8", publishedAt=OLD), token="a"),
        page("commentThread", thread("c7", publishedAt=OLD), thread("c6", publishedAt=NEW), token="b"),
        page("commentThread", thread("c5", publishedAt=OLD), token="c"),
        page("commentThread", thread("c4", publishedAt=OLD)),
    ]
    heard = sweep(Channel(video("v1"), published=by_token(*pages)))
    assert [record.native_id for record in heard.of(Kind.COMMENT)] == ["c9", "c8", "c7", "c6", "c5"]


def test_replies_are_completed_only_under_what_is_new() -> None:
    along = (comment("r", parentId="c"),)
    threads = page(
        "commentThread",
        thread("new", replies=2, along=along, publishedAt=NEW),
        thread("old", replies=2, along=along, publishedAt=OLD),
    )
    site = Channel(video("v1"), published=threads)
    site.rules["/comments"] = page("comment", comment("n1", parentId="new"), comment("n2", parentId="new"))
    heard = sweep(site)
    assert [dict(one.params)["parentId"] for one in heard.requests if one.path == "/comments"] == ["new"]
    assert {"n1", "n2"} <= {record.native_id for record in heard.of(Kind.COMMENT)}


def test_the_newest_videos_are_looked_at_and_older_pages_are_not() -> None:
    site = Channel(video("v1"), video("v2"))
    site.rules["/playlistItems"] = by_token(
        page("playlistItem", upload("v1", NEW), token="a"),
        page("playlistItem", upload("v2", OLD), token="b"),
        page("playlistItem", upload("v3", OLD)),
    )
    heard = sweep(site)
    assert [record.native_id for record in heard.of(Kind.POST)] == ["v1", "v2"]
    assert not heard.listing("uploads").complete


def test_what_is_held_meanwhile_is_found() -> None:
    held = page("commentThread", thread("c1", moderationStatus="heldForReview", publishedAt=NEW))
    heard = sweep(Channel(video("v1"), heldForReview=held))
    assert [(found.stream, found.records[0].native_id) for found in heard.found if found.stream == "held_for_review"] == [
        ("held_for_review", "c1")
    ]  # fmt: skip


def test_an_open_chat_is_read_between_nights() -> None:
    site = Channel(video("v1", liveStreamingDetails={"activeLiveChatId": "chat-1"}))
    message = {
        "kind": "youtube#liveChatMessage",
        "id": "LCC.1",
        "snippet": {"type": "textMessageEvent", "displayMessage": "Hi", "publishedAt": NEW},
    }
    site.rules["/liveChat/messages"] = lambda asked: page(
        "liveChatMessage", *([] if "pageToken" in asked else [message]), token="t"
    )
    assert [record.text for record in sweep(site).of(Kind.COMMENT)] == ["Hi"]


def test_a_pass_that_fails_is_a_gap() -> None:
    heard = sweep(Channel(video("v1"), published=error(503, "backendError")))
    assert heard.causes("comments")


def test_a_token_of_another_channel_ends_a_sweep() -> None:
    site = Channel()
    site.rules["/channels"] = page("channel", channel("UCsomebodyelse"))
    with pytest.raises(WrongAccount):
        sweep(site)
