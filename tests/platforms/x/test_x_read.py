"""Payloads of X become records without losing a byte."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from x_talk import CITY, OWN, ROSA, body, page, post, reply

from paloverde.errors import Unreadable
from paloverde.platforms import files
from paloverde.platforms.x import X
from paloverde.platforms.x.read import read_page
from paloverde.records import Kind, Missing, Reading, Record, Visibility

OLD_NAMES = {
    "referenced_posts": "referenced_tweets",
    "edit_history_post_ids": "edit_history_tweet_ids",
    "note_post": "note_tweet",
}


def read(value: Any) -> Reading:
    return X().read(value if isinstance(value, bytes) else body(value))


def only(value: Any) -> Record:
    reading = read(value)
    assert len(reading.records) == 1, reading
    return reading.records[0]


def in_old_words(item: dict[str, Any]) -> dict[str, Any]:
    return {OLD_NAMES.get(name, name): value for name, value in item.items()}


def test_a_record_is_the_exact_bytes_of_its_item_and_knows_where_they_lie() -> None:
    text = (
        b'{ "meta": {"result_count": 3},\n "data" : [ {"id":"1", "text":"a\\u00e9"} ,\n{"text":"b","id":"2"},'
    )
    text += b'{"id":"1", "text":"a\\u00e9"}]}'
    reading = read(text)
    assert [record.native_id for record in reading.records] == ["1", "2", "1"]
    for record in reading.records:
        assert text[record.position : record.position + len(record.payload)] == record.payload
    assert reading.records[0].position < reading.records[1].position < reading.records[2].position


def test_a_post_has_everything_that_x_tells_about_it() -> None:
    photo = {"media_key": "3_1", "type": "photo", "url": "https://pbs.twimg.com/a.jpg", "alt_text": "A tree"}
    item = post("1847261537281937409", author_id=ROSA["id"], lang="es", attachments={"media_keys": ["3_1"]})
    record = only(page(item, includes={"users": [ROSA], "media": [photo]}))
    assert record.kind is Kind.POST
    assert record.posted_at == datetime(2026, 11, 19, 18, tzinfo=UTC)
    assert record.posted_text == "2026-11-19T18:00:00.000Z"
    assert (record.poster.name, record.poster.username) == ("Rosa Quintero", "rosa_q")
    assert (record.poster.id, record.poster.missing) == (ROSA["id"], None)
    assert record.media[0].url == "https://pbs.twimg.com/a.jpg"
    assert (record.media[0].alt_text, record.media[0].native_id) == ("A tree", "3_1")
    assert record.permalink == "https://x.com/i/web/status/1847261537281937409"
    assert (record.language, record.visibility, record.drift) == ("es", Visibility.PUBLIC, None)


@pytest.mark.parametrize("words", [dict, in_old_words], ids=["post", "tweet"])
def test_both_vocabularies_say_the_same(words: Any) -> None:
    long_text = {"text": "The whole long text"}
    item = reply("9", "5", edit_history_post_ids=["8", "9"], note_post=long_text)
    record = only(page(words(item)))
    assert (record.kind, record.parent_id, record.thread_id) == (Kind.COMMENT, "5", "5")
    assert record.text == "The whole long text"
    assert record.edited_at == record.posted_at


def test_the_first_version_of_an_edited_post_is_not_itself_edited() -> None:
    assert only(page(post("8", edit_history_post_ids=["8", "9"]))).edited_at is None


@pytest.mark.parametrize(
    ("references", "kind", "parent"),
    [
        ([{"type": "quoted", "id": "3"}], Kind.POST, "3"),
        ([{"type": "retweeted", "id": "4"}], Kind.POST, "4"),
        ([{"type": "quoted", "id": "3"}, {"type": "replied_to", "id": "2"}], Kind.COMMENT, "2"),
    ],
)
def test_a_reply_is_a_comment_and_a_quote_is_a_post(references: Any, kind: Kind, parent: str) -> None:
    record = only(page(post("9", referenced_posts=references)))
    assert (record.kind, record.parent_id) == (kind, parent)


def test_a_reply_to_something_deleted_is_still_a_comment() -> None:
    record = only(page(post("9", in_reply_to_user_id="77")))
    assert (record.kind, record.parent_id) == (Kind.COMMENT, None)


def test_ids_beyond_2_to_the_53_stay_exact_even_as_numbers() -> None:
    record = only(b'{"data":[{"id":1847261537281937409,"text":"hello"}]}')
    assert record.native_id == "1847261537281937409"
    assert record.drift == "id came as a number instead of text"


def test_a_field_of_the_wrong_type_is_set_aside_and_the_record_kept() -> None:
    record = only(page(post("9", edit_controls={"edits_remaining": "4"}, lang=["en"])))
    assert record.text == "Text 9"
    assert record.language is None
    assert record.drift is not None
    assert "edit_controls" in record.drift
    assert "lang" in record.drift


def test_an_item_without_an_id_is_unread_and_the_others_are_read() -> None:
    reading = read(page(post("1"), {"text": "no id", "author_id": OWN}, post("2")))
    assert [record.native_id for record in reading.records] == ["1", "2"]
    assert reading.unread[0].reason == "a post without an id"
    assert b"no id" in reading.unread[0].payload


def test_an_item_that_is_no_object_is_unread() -> None:
    reading = read(b'{"data":[1,{"id":"2","text":"b"},null]}')
    assert [record.native_id for record in reading.records] == ["2"]
    assert [piece.payload for piece in reading.unread] == [b"1", b"null"]


def test_an_author_who_is_not_included_is_an_id_with_the_reason() -> None:
    assert only(page(post("1"))).poster.missing is Missing.WITHHELD
    gone = {"value": OWN, "resource_type": "user", "type": "https://api.x.com/2/problems/resource-not-found"}
    poster = only(page(post("1"), errors=[gone])).poster
    assert (poster.id, poster.missing) == (OWN, Missing.DELETED_ACCOUNT)


def test_one_damaged_user_does_not_take_the_names_of_the_others() -> None:
    users = [{"id": "5", "name": ["odd"], "username": "odd"}, ROSA]
    reading = read(page(post("1", author_id=ROSA["id"]), post("2", author_id="5"), includes={"users": users}))
    assert reading.records[0].poster.name == "Rosa Quintero"
    assert (reading.records[1].poster.username, reading.records[1].poster.name) == ("odd", None)


def test_half_an_emoji_does_not_cost_a_page() -> None:
    text = b'{"data":[{"id":"1","text":"caf\\u00e9 \\ud83d!"},{"id":"2","text":"\\ud83c\\udf34"}]}'
    first, second = read(text).records
    assert first.text == "café \ufffd!"
    assert first.payload == b'{"id":"1","text":"caf\\u00e9 \\ud83d!"}'
    assert first.drift is not None
    assert (second.text, second.drift) == ("🌴", None)


def test_bytes_that_are_no_text_are_kept_as_they_came() -> None:
    record = only(b'{"data":[{"id":"1","text":"a\xffb"}]}')
    assert record.payload == b'{"id":"1","text":"a\xffb"}'
    assert record.text == "a?b"


def test_a_byte_order_mark_shifts_nothing() -> None:
    text = b'\xef\xbb\xbf{"data":[{"id":"1","text":"a"}, 7]}'
    reading = read(text)
    assert reading.records[0].payload == text[12:33] == text[reading.records[0].position :][:21]
    assert text[reading.unread[0].position :].startswith(b"7")


def test_a_text_that_stands_twice_in_an_item_is_told() -> None:
    record = only(b'{"data":[{"id":"1","text":"the first","text":"the second"}]}')
    assert record.drift == "text stands more than once in this item, and the last one is shown"


def test_two_lists_of_the_same_name_are_refused() -> None:
    with pytest.raises(Unreadable, match="more than once"):
        read(b'{"data":[{"id":"1","text":"a"}],"data":[]}')


@pytest.mark.parametrize(
    "payload", [b"<html>", b'{"data":[', b"", b"42", b'{"data":NaN}', b"[" * 100_000, b'"text"']
)
def test_what_is_no_answer_of_x_is_unreadable(payload: bytes) -> None:
    with pytest.raises(Unreadable):
        read(payload)


def test_a_time_without_a_zone_is_set_aside_and_its_text_kept() -> None:
    record = only(page(post("1", created_at="2026-11-19T18:00:00")))
    assert record.posted_at is None
    assert record.posted_text == "2026-11-19T18:00:00"
    assert "names no time zone" in (record.drift or "")


def test_withheld_content_is_said() -> None:
    record = only(page(post("1", withheld={"country_codes": ["DE", "FR"], "copyright": True})))
    assert record.drift == "X withholds this in DE, FR for copyright"


def test_the_best_rendition_of_a_video_is_chosen() -> None:
    variants = [
        {"content_type": "application/x-mpegURL", "url": "https://video.twimg.com/a.m3u8"},
        {"bit_rate": 256000, "content_type": "video/mp4", "url": "https://video.twimg.com/low.mp4"},
        {"bit_rate": 2176000, "content_type": "video/mp4", "url": "https://video.twimg.com/high.mp4"},
    ]
    film = {"media_key": "7_1", "type": "video", "variants": variants, "preview_image_url": "https://p/x.jpg"}
    record = only(page(post("1", attachments={"media_keys": ["7_1", "7_2"]}), includes={"media": [film]}))
    assert [(medium.type, medium.url) for medium in record.media] == [
        ("video", "https://video.twimg.com/high.mp4")
    ]
    assert record.drift == "this answer gives no address for the media 7_2"


def test_a_private_message_knows_its_sender_and_conversation() -> None:
    event = {
        "id": "1990",
        "event_type": "MessageCreate",
        "text": "Is the pool open?",
        "sender_id": ROSA["id"],
        "dm_conversation_id": f"{OWN}-{ROSA['id']}",
        "created_at": "2026-11-18T08:00:00.000Z",
    }
    joined = {"id": "1991", "event_type": "ParticipantsJoin", "participant_ids": [ROSA["id"]]}
    message, notice = read(page(event, joined, includes={"users": [ROSA]})).records
    assert (message.kind, message.visibility) == (Kind.MESSAGE, Visibility.PRIVATE)
    assert (message.thread_id, message.poster.name) == (f"{OWN}-{ROSA['id']}", "Rosa Quintero")
    assert (notice.kind, notice.text, notice.poster.id) == (Kind.MESSAGE, None, ROSA["id"])


def test_a_listed_user_is_what_the_listing_says() -> None:
    assert only(page(ROSA)).kind is Kind.PROFILE
    follower = read_page(body(page(ROSA)), Kind.SUBSCRIBER).records[0]
    assert (follower.kind, follower.poster.username, follower.posted_at) == (Kind.SUBSCRIBER, "rosa_q", None)


def test_one_item_alone_and_a_list_of_items_are_read_too() -> None:
    assert only(post("1")).native_id == "1"
    assert only({"data": post("1")}).native_id == "1"
    assert [record.kind for record in read([post("1"), CITY, reply("2", "1")]).records] == [
        Kind.POST,
        Kind.PROFILE,
        Kind.COMMENT,
    ]


def test_included_posts_are_context_and_no_records() -> None:
    reading = read(page(reply("2", "1"), includes={"posts": [post("1")], "users": [ROSA]}))
    assert [record.native_id for record in reading.records] == ["2"]


def test_what_has_no_id_is_kept_under_its_hash() -> None:
    trend = {"trend_name": "#SweepingDay", "tweet_count": 12}
    record = only(page(trend))
    assert record.kind is Kind.OTHER
    assert record.native_id == f"sha256:{record.payload_sha256[:16]}"
    assert record.text == "#SweepingDay"


@pytest.mark.parametrize(
    ("payload", "note"),
    [
        ({"errors": [{"message": "wrong"}], "title": "Invalid Request"}, "error answer"),
        ({"title": "CreditsDepleted", "detail": "no credits", "type": "https://x/credits"}, "no credits"),
        ({"token_type": "bearer", "access_token": "invented"}, "token"),
        ({"meta": {"result_count": 0}}, "no items"),
        ([], "no items"),
    ],
)
def test_answers_without_items_say_so(payload: Any, note: str) -> None:
    reading = read(payload)
    assert (reading.records, reading.unread) == ([], [])
    assert note in reading.note
    assert "invented" not in reading.note


def test_a_post_of_api_1_1_has_its_exact_id_and_time() -> None:
    old = {
        "id": 1847261537281937400,
        "id_str": "1847261537281937409",
        "full_text": "Hola",
        "created_at": "Wed Sep 04 13:51:55 +0000 2019",
        "user": {"id_str": ROSA["id"], "name": "Rosa Quintero", "screen_name": "rosa_q"},
        "extended_entities": {
            "media": [{"id_str": "5", "type": "photo", "media_url_https": "https://pbs.twimg.com/b.jpg"}]
        },
        "lang": "es",
    }
    record = only([old])
    assert record.native_id == "1847261537281937409"
    assert record.posted_at == datetime(2019, 9, 4, 13, 51, 55, tzinfo=UTC)
    assert (record.poster.username, record.media[0].url) == ("rosa_q", "https://pbs.twimg.com/b.jpg")


def test_an_account_archive_gives_posts_messages_and_people() -> None:
    exported = {"tweet": {"id_str": "7", "full_text": "Old", "created_at": "Wed Sep 04 13:51:55 +0000 2019"}}
    sent = {"id": "8", "senderId": "5", "text": "Hi", "createdAt": "2021-01-02T09:00:00.000Z"}
    talk = {"dmConversation": {"conversationId": "5-6", "messages": [{"messageCreate": sent}]}}
    unknown = {"deviceToken": {"clientApplicationId": "1", "createdAt": "2021.01.01"}}
    text = body([exported, talk, {"follower": {"accountId": "99"}}, unknown])
    post_, message, follower, other = read(text).records
    assert (post_.kind, post_.native_id, post_.text) == (Kind.POST, "7", "Old")
    assert (message.kind, message.native_id, message.thread_id) == (Kind.MESSAGE, "8", "5-6")
    assert (message.poster.id, message.poster.missing) == ("5", Missing.API_NOT_EXPOSED)
    assert text[message.position :].startswith(message.payload)
    assert (follower.kind, follower.native_id) == (Kind.SUBSCRIBER, "99")
    assert (other.kind, other.native_id) == (Kind.OTHER, f"sha256:{other.payload_sha256[:16]}")


def event(kind: str, payload: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"data": {"event_uuid": "-77", "event_type": kind, "payload": payload, **more}}


def test_a_pushed_post_keeps_its_whole_event() -> None:
    record = only(event("post.create", post("9", author_id=ROSA["id"]), includes={"users": [ROSA]}))
    assert (record.kind, record.native_id, record.poster.name) == (Kind.POST, "9", "Rosa Quintero")
    assert b"event_uuid" in record.payload


def test_pushed_messages_are_cut_out_one_by_one() -> None:
    def message(native_id: str) -> dict[str, Any]:
        inner = {"sender_id": ROSA["id"], "target": {"recipient_id": OWN}, "message_data": {"text": "Hi"}}
        made = {"type": "message_create", "id": native_id, "created_timestamp": "1784928224372"}
        return {**made, "message_create": inner}

    users = {ROSA["id"]: {"data": ROSA}}
    text = body(event("dm.received", {"direct_message_events": [message("1"), message("2")], "users": users}))
    first, second = read(text).records
    assert (first.native_id, second.native_id) == ("1", "2")
    assert text[second.position : second.position + len(second.payload)] == second.payload
    assert (first.poster.name, first.thread_id) == ("Rosa Quintero", f"{OWN}-{ROSA['id']}")
    assert first.posted_at == datetime(2026, 7, 24, 21, 23, 44, 372000, tzinfo=UTC)


def test_an_encrypted_message_is_recorded_without_text_and_says_why() -> None:
    sealed = {"id": "a-b", "encoded_event": "Cw…", "sender_id": "5", "conversation_id": "5:6"}
    record = only(event("chat.received", {**sealed, "created_at_msec": "1784841183370"}))
    assert (record.kind, record.native_id, record.text) == (Kind.MESSAGE, "a-b", None)
    assert "encrypted" in (record.drift or "")


def test_a_notice_is_kept_under_its_event_id() -> None:
    record = only(event("post.delete", {"id": "9", "author_id": OWN}))
    assert (record.kind, record.native_id) == (Kind.OTHER, "-77")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                [
                    *("data", "includes", "meta", "errors", "id", "text", "event_type", "payload", "users"),
                    *("username", "dm_conversation_id", "tweet", "dmConversation", "messages", "full_text"),
                    *("message_create", "direct_message_events", "referenced_posts", "created_at"),
                    *("attachments", "media_keys", "encoded_event", "author", "type", "title", "id_str"),
                ]
            ),
            inner,
            max_size=6,
        )
    ),
    max_leaves=25,
)


@given(json_values)
def test_no_json_whatever_makes_the_reader_fall(value: Any) -> None:
    text = json.dumps(value).encode()
    try:
        reading = read(text)
    except Unreadable:
        return
    for item in (*reading.records, *reading.unread):
        assert text[item.position : item.position + len(item.payload)] == item.payload


SAMPLES = os.environ.get("PALOVERDE_REAL_SAMPLES")
recorded = sorted((Path(SAMPLES) / "x").rglob("*.js*")) if SAMPLES else []


@pytest.mark.skipif(not SAMPLES, reason="PALOVERDE_REAL_SAMPLES is not set")
def test_there_are_recorded_answers() -> None:
    assert recorded


@pytest.mark.parametrize("path", recorded, ids=lambda path: path.stem)
def test_a_recorded_answer_is_read_without_loss(path: Path) -> None:
    for piece in files.pieces(path.read_bytes()):
        reading = read(piece.payload)
        assert not reading.unread
        assert len(reading.records) >= _listed(json.loads(piece.payload))
        assert reading.records or reading.note
        for record in reading.records:
            end = record.position + len(record.payload)
            assert piece.payload[record.position : end] == record.payload


def _listed(value: Any) -> int:
    """How many items a payload has at the least, counted by the standard library."""
    data = value.get("data") if isinstance(value, dict) else value
    return len(data) if isinstance(data, list) else int(isinstance(data, dict))


def test_text_is_what_the_author_wrote_and_the_bytes_keep_the_escapes() -> None:
    """X escapes &, < and > once; a search for "Parks & Recreation" must find it."""
    body = b'{"data": [{"id": "1", "text": "Parks &amp; Recreation &lt;3 &amp;lt; &quot;"}]}'
    (record,) = X().read(body).records
    assert record.text == "Parks & Recreation <3 &lt; &quot;"
    assert b"&amp; Recreation" in record.payload
