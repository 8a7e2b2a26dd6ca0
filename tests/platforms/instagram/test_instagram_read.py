"""What any payload of Instagram becomes: answers, webhooks, errors, files of a download."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from paloverde.errors import Unreadable
from paloverde.platforms.graph.pages import Setting
from paloverde.platforms.instagram.read import read, read_page
from paloverde.records import Kind, Missing, Record, Visibility
from platforms.instagram.gram import GRAM, comment, message, post

SAMPLES = os.environ.get("PALOVERDE_REAL_SAMPLES")


def records(payload: Any) -> list[Record]:
    reading = read(json.dumps(payload).encode())
    assert not reading.unread
    return reading.records


def one(payload: Any) -> Record:
    (record,) = records(payload)
    return record


@pytest.mark.parametrize(
    ("payload", "kind"),
    [
        (post(1), Kind.POST),
        ({"id": "1", "media_type": "BROADCAST", "media_product_type": "LIVE"}, Kind.POST),
        (post(1, media_product_type="STORY"), Kind.STORY),
        ({"id": "1", "permalink": "https://instagram.com/stories/saltbrook/9"}, Kind.STORY),
        (comment(1), Kind.COMMENT),
        ({"id": "1", "text": "yes", "timestamp": "2026-11-20T19:00:00+0000"}, Kind.COMMENT),
        (message(1), Kind.MESSAGE),
        ({"id": "aWdfZAG1faXRlbTox"}, Kind.MESSAGE),
        ({"id": "aWdfZAG06MTpJ", "updated_time": "2026-11-20T19:00:00+0000"}, Kind.CONVERSATION),
        ({"id": "9", "participants": {"data": []}}, Kind.CONVERSATION),
        ({"id": "9", "username": "saltbrook", "biography": "a city"}, Kind.PROFILE),
        ({"id": "9", "followers_count": 3}, Kind.SUBSCRIBER_COUNT),
        ({"id": "9", "name": "saltbrook"}, Kind.OTHER),
        ({"id": "9/insights/reach/day", "name": "reach", "period": "day"}, Kind.OTHER),
    ],
)
def test_the_kind_is_told_from_the_members(payload: dict[str, Any], kind: Kind) -> None:
    assert one(payload).kind is kind


def test_what_hangs_inside_an_object_is_read_as_well() -> None:
    reply = comment(2, parent_id=comment(1)["id"])
    whole = post(1, comments={"data": [comment(1, replies={"data": [reply]})]})
    seen = {record.native_id: record for record in records({"id": GRAM, "media": {"data": [whole]}})}
    assert seen[comment(1)["id"]].thread_id == whole["id"]
    assert seen[reply["id"]].thread_id == whole["id"]
    assert seen[reply["id"]].parent_id == comment(1)["id"]


def test_what_hangs_in_an_object_without_an_id_is_read_too() -> None:
    found = records({"id": GRAM, "business_discovery": {"media": {"data": [post(1)]}}})
    assert post(1)["id"] in {record.native_id for record in found}


def test_the_post_that_a_comment_names_is_where_it_hangs_and_no_record() -> None:
    record = one(comment(1, media={"id": "179", "media_product_type": "FEED"}))
    assert (record.thread_id, record.parent_id) == ("179", "179")


def test_each_payload_is_the_bytes_at_its_position() -> None:
    hearts = {"data": [{"reaction": "love", "users": [{"id": "1"}, {"id": "2"}]}]}
    page = {"data": [post(1, comments={"data": [comment(1)]}), message(1, reactions=hearts)], "paging": {}}
    payload = json.dumps(page, indent=3, ensure_ascii=False).encode()
    found = read(payload).records
    assert len(found) == 5
    for record in found:
        assert payload[record.position :].startswith(record.payload)
    assert len({(record.kind, record.native_id) for record in found}) == 5


def test_a_member_of_another_type_is_set_aside_and_named() -> None:
    record = one(post(1, comments_count="many", caption=["a"]))
    assert record.native_id == post(1)["id"]
    assert record.text is None
    assert record.drift is not None
    assert "caption" in record.drift
    assert "comments_count" in record.drift


def test_an_id_that_came_as_a_number_keeps_its_digits() -> None:
    payload = b'{"id":17895695668004550123,"caption":"Hi","media_type":"IMAGE"}'
    (record,) = read(payload).records
    assert record.native_id == "17895695668004550123"


def test_a_time_that_cannot_be_used_is_named() -> None:
    record = one(comment(1, timestamp="yesterday"))
    assert (record.posted_at, record.posted_text) == (None, "yesterday")
    assert "yesterday" in (record.drift or "")


@pytest.mark.parametrize(
    ("payload", "note"),
    [
        ({"error": {"code": 80002, "message": "too many calls"}}, "80002"),
        ({"access_token": "x", "user_id": "1"}, "token"),
        ({"data": [{"quota_usage": 2, "config": {}}]}, "published"),
        ({"data": [{"product_id": 1}]}, "shop"),
        ({"data": []}, "empty"),
        ([], "empty"),
        ({}, "empty"),
    ],
)
def test_what_holds_no_item_says_so(payload: Any, note: str) -> None:
    reading = read(json.dumps(payload).encode())
    assert not reading.records
    assert not reading.unread
    assert note in reading.note


def test_an_item_without_an_id_is_reported_and_not_dropped() -> None:
    reading = read(json.dumps({"data": [{"caption": "who am I"}, post(1)]}).encode())
    assert [piece.reason for piece in reading.unread] == ["it has no id"]
    assert len(reading.records) == 1


@pytest.mark.parametrize(
    "payload", [b"", b"<html>", b'{"data":[{"id":"1"', b"7", b'{"data":[],"data":[{"id":"1"}]}']
)
def test_what_is_no_whole_answer_is_refused(payload: bytes) -> None:
    with pytest.raises(Unreadable):
        read(payload)


def test_a_page_without_a_list_is_no_page() -> None:
    with pytest.raises(Unreadable):
        read_page(json.dumps(post(1)).encode(), Setting(Kind.POST))


def webhook(**entry: Any) -> dict[str, Any]:
    return {"object": "instagram", "entry": [{"id": GRAM, "time": 1795200000, **entry}]}


def changed(field: str, **value: Any) -> dict[str, Any]:
    return webhook(changes=[{"field": field, "value": value}])


def test_a_webhook_of_a_comment_is_a_comment() -> None:
    said = {"id": "180", "text": "Where?", "from": {"id": "7", "username": "ines"}, "media": {"id": "179"}}
    record = one(changed("comments", **said))
    assert (record.kind, record.text, record.thread_id) == (Kind.COMMENT, "Where?", "179")
    assert record.poster.username == "ines"
    assert one(changed("live_comments", **said)).kind is Kind.COMMENT


def test_a_webhook_of_a_mention_is_kept_as_where_it_happened() -> None:
    record = one(changed("mentions", media_id="179", comment_id="180"))
    assert (record.kind, record.native_id, record.thread_id) == (Kind.OTHER, "180", "179")


def messaging(**said: Any) -> dict[str, Any]:
    return webhook(
        messaging=[{"sender": {"id": "7"}, "recipient": {"id": GRAM}, "timestamp": 1795200000123, **said}]
    )


def test_a_webhook_of_a_message_keeps_its_words_time_and_files() -> None:
    files = [
        {"type": "image", "payload": {"url": "https://lookaside.fbsbx.com/ig_messaging_cdn/?asset_id=1"}}
    ]
    record = one(messaging(message={"mid": "m1", "text": "A leak", "attachments": files}))
    assert (record.kind, record.native_id, record.text) == (Kind.MESSAGE, "m1", "A leak")
    assert record.posted_at == datetime.fromtimestamp(1795200000.123, UTC)
    assert (record.poster.id, record.poster.missing) == ("7", Missing.WITHHELD)
    assert record.visibility is Visibility.PRIVATE
    assert len(record.media) == 1


def test_a_webhook_of_a_reaction_is_a_reaction() -> None:
    record = one(messaging(reaction={"mid": "m1", "action": "react", "reaction": "love", "emoji": "❤"}))
    assert (record.kind, record.parent_id, record.text) == (Kind.REACTION, "m1", "❤")


@pytest.mark.parametrize(
    "payload", [messaging(read={"mid": "m1"}), changed("story_insights", media_id="1", reach=4)]
)
def test_a_webhook_without_words_says_so(payload: dict[str, Any]) -> None:
    reading = read(json.dumps(payload).encode())
    assert not reading.records
    assert "nobody's words" in reading.note


def test_a_webhook_of_another_form_is_reported() -> None:
    reading = read(json.dumps(messaging(message={"text": "no id"})).encode())
    assert [piece.reason for piece in reading.unread]


def test_a_posts_file_of_a_download_is_read_and_its_text_repaired_in_what_is_shown_only() -> None:
    spoiled = "Caf\u00c3\u00a9 y \u00f0\u009f\u008c\u00b5"
    items = [{"media": [{"uri": "media/posts/1.jpg", "creation_timestamp": 1605000000, "title": spoiled}]}]
    payload = json.dumps(items).encode()
    (record,) = read(payload).records
    assert record.text == "Café y 🌵"
    assert b"\\u00c3\\u00a9" in record.payload
    assert record.posted_at == datetime.fromtimestamp(1605000000, UTC)
    assert [medium.url for medium in record.media] == ["media/posts/1.jpg"]
    assert record.native_id.startswith("dyi-")
    (again,) = read(json.dumps(items, indent=1).encode()).records
    assert again.text == record.text


def test_equal_items_of_one_file_are_told_apart() -> None:
    item = {"media": [{"uri": "media/1.jpg", "creation_timestamp": 1605000000, "title": ""}]}
    first, second = records([item, item])
    assert second.native_id == f"{first.native_id}#2"


LISTED = [{"href": "https://www.instagram.com/ines", "value": "ines", "timestamp": 1605000000}]


@pytest.mark.parametrize(
    ("payload", "kind", "username", "text"),
    [
        ([{"title": "", "media_list_data": [], "string_list_data": LISTED}], Kind.SUBSCRIBER, "ines", None),
        (
            {"relationships_blocked_users": [{"title": "ines", "string_list_data": [{"timestamp": 1605000000}]}]},
            Kind.BLOCKED,
            "ines",
            None,
        ),
        (
            [{"string_map_data": {"Comment": {"value": "Si"}, "Time": {"timestamp": 1605000000}}}],
            Kind.COMMENT,
            None,
            "Si",
        ),
        (
            {"comments_reels_comments": [{"string_map_data": {"Comment": {"value": "No"}, "Time": {"timestamp": 1605000000}}}]},
            Kind.COMMENT,
            None,
            "No",
        ),
        ({"ig_stories": [{"uri": "s.jpg", "creation_timestamp": 1605000000, "title": "Hi"}]}, Kind.STORY, None, "Hi"),
        (
            {"ig_reels_media": [{"media": [{"uri": "r.mp4", "creation_timestamp": 1605000000, "title": "Reel"}]}]},
            Kind.POST,
            None,
            "Reel",
        ),
    ],
)  # fmt: skip
def test_every_kind_of_file_of_a_download_is_known(
    payload: Any, kind: Kind, username: str | None, text: str | None
) -> None:
    record = one(payload)
    assert (record.kind, record.poster.username, record.text) == (kind, username, text)
    assert record.posted_at == datetime.fromtimestamp(1605000000, UTC)


def test_a_conversation_of_a_download_is_itself_and_its_messages() -> None:
    thread = {
        "participants": [{"name": "Ines"}, {"name": "City"}],
        "messages": [
            {"sender_name": "Ines", "timestamp_ms": 1605000000123, "content": "Hola"},
            {"sender_name": "City", "timestamp_ms": 1605000001123, "photos": [{"uri": "p.jpg"}]},
        ],
        "title": "Ines",
        "thread_path": "inbox/ines_1",
    }
    conversation, first, second = records(thread)
    assert (conversation.kind, conversation.native_id) == (Kind.CONVERSATION, "inbox/ines_1")
    assert (first.text, first.poster.name, first.thread_id) == ("Hola", "Ines", "inbox/ines_1")
    assert [medium.url for medium in second.media] == ["p.jpg"]


def ids_in(value: Any) -> set[str]:
    """The ids of media, comments and messages in a payload, found in another way: by a member beside them."""
    found: set[str] = set()
    if isinstance(value, dict):
        if isinstance(value.get("id"), str) and value.keys() & {"media_type", "text", "message", "caption"}:
            found.add(value["id"])
        for name, inner in value.items():
            found |= ids_in(inner) if name != "children" else set()
    elif isinstance(value, list):
        for inner in value:
            found |= ids_in(inner)
    return found


@pytest.mark.skipif(not SAMPLES, reason="PALOVERDE_REAL_SAMPLES is not set")
def test_every_item_of_the_recorded_answers_is_a_record() -> None:
    paths = sorted((Path(SAMPLES or ".") / "instagram").rglob("*.json"))
    assert paths
    for path in paths:
        payload = path.read_bytes()
        reading = read(payload)
        assert not reading.unread, path
        assert ids_in(json.loads(payload)) <= {record.native_id for record in reading.records}, path
        assert reading.records or reading.note, path
        for record in reading.records:
            assert record.position < 0 or payload[record.position :].startswith(record.payload)


@pytest.mark.skipif(not SAMPLES, reason="PALOVERDE_REAL_SAMPLES is not set")
def test_every_item_of_the_recorded_downloads_is_a_record() -> None:
    for path in (Path(SAMPLES or ".") / "instagram").rglob("instagram_*.json"):
        items = json.loads(path.read_bytes())
        found = read(path.read_bytes()).records
        assert len(found) == len(items)
        assert all(record.posted_at for record in found)
        assert {uri for record in found for uri in (medium.url for medium in record.media)}
