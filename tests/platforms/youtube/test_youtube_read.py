"""Payloads of YouTube as records: every kind, exact bytes, and what is odd."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tube import DAY, OWN, ROSA, channel, comment, page, thread, video

from paloverde.errors import Unreadable
from paloverde.platforms.youtube.read import Setting, read, read_page
from paloverde.records import Kind, Missing, Record, Visibility


def body(value: Any, **layout: Any) -> bytes:
    return json.dumps(value, **({"indent": 2, "ensure_ascii": False} | layout)).encode()


def one(value: Any) -> Record:
    (record,) = read(body(value)).records
    return record


def test_a_thread_gives_its_first_comment_and_its_replies_and_no_item_of_its_own() -> None:
    payload = body(page("commentThread", thread("c1", replies=1, along=(comment("c1.r", parentId="c1"),))))
    first, reply = read(payload).records
    assert [first.native_id, reply.native_id] == ["c1", "c1.r"]
    assert (first.parent_id, first.thread_id, first.count) == ("v1", "v1", 1)
    assert (reply.parent_id, reply.thread_id) == ("c1", "v1")
    assert (first.visibility, reply.visibility) == (Visibility.PUBLIC, Visibility.PUBLIC)


@pytest.mark.parametrize(
    "layout", [{}, {"indent": None}, {"ensure_ascii": True}, {"separators": (",", ":"), "indent": None}]
)
def test_each_record_keeps_its_exact_bytes_and_their_place(layout: dict[str, Any]) -> None:
    words = 'Gracias 🌵 <b>y</b> "adiós"'
    again = thread(
        "c1", along=(comment("r1", textDisplay=words), comment("r2", textDisplay=words)), textDisplay=words
    )
    payload = body(page("commentThread", again, again), **layout)
    records = read(payload).records
    assert len(records) == 6
    assert len({record.position for record in records}) == 6
    for record in records:
        assert payload[record.position :].startswith(record.payload)
        assert json.loads(record.payload)["id"] == record.native_id
        assert record.text == words


def test_escaped_angle_brackets_are_kept_as_they_came_and_read_as_they_are_meant() -> None:
    payload = body(comment("c1", textDisplay="a <b> c")).replace(b"<", b"\\u003c")
    (record,) = read(payload).records
    assert record.text == "a <b> c"
    assert b"\\u003cb>" in record.payload


def test_the_original_words_are_preferred_to_the_displayed_ones() -> None:
    record = one(comment("c1", textDisplay="see Video title", textOriginal="see https://youtu.be/x"))
    assert record.text == "see https://youtu.be/x"


def test_a_later_update_is_an_edit_and_an_equal_one_is_none() -> None:
    assert one(comment("c1", updatedAt=DAY)).edited_at is None
    edited = one(comment("c1", updatedAt="2026-11-20T19:30:00.123Z"))
    assert edited.edited_at == datetime(2026, 11, 20, 19, 30, 0, 123000, tzinfo=UTC)
    assert edited.posted_at == datetime(2026, 11, 20, 18, tzinfo=UTC)
    assert edited.posted_text == DAY


@pytest.mark.parametrize(
    ("status", "visibility"),
    [
        ("published", Visibility.PUBLIC),
        ("heldForReview", Visibility.HELD),
        ("likelySpam", Visibility.HELD),
        ("rejected", Visibility.HIDDEN),
    ],
)
def test_moderation_says_who_can_see_a_comment(status: str, visibility: Visibility) -> None:
    assert one(comment("c1", moderationStatus=status)).visibility is visibility


def test_what_a_comment_does_not_say_is_taken_from_the_question() -> None:
    found = read_page(body(page("comment", comment("c1.r", parentId="c1"))), Setting("v1", Visibility.PUBLIC))
    (record,) = found.reading.records
    assert (record.thread_id, record.visibility) == ("v1", Visibility.PUBLIC)
    assert record.permalink == "https://www.youtube.com/watch?v=v1&lc=c1.r"


def test_a_handle_is_a_username_and_an_older_plain_name_is_none() -> None:
    handle = one(comment("c1")).poster
    assert (handle.username, handle.id, handle.missing) == ("rosa_q", ROSA, None)
    plain = one(comment("c1", authorDisplayName="Rosa Quintero")).poster
    assert (plain.name, plain.username, plain.missing) == ("Rosa Quintero", None, Missing.API_NOT_EXPOSED)


def test_a_comment_of_nobody_says_that_its_poster_is_withheld() -> None:
    bare = comment("c1", authorDisplayName="")
    del bare["snippet"]["authorChannelId"]
    assert one(bare).poster.missing is Missing.WITHHELD


def test_a_video_has_its_title_and_description_as_text_and_a_stable_preview() -> None:
    pictures = {size: {"url": f"https://i.ytimg.com/vi/v1/{size}.jpg"} for size in ("default", "high")}
    made = video("v1", comments=4)
    made["snippet"] |= {"thumbnails": pictures, "defaultAudioLanguage": "es"}
    record = one(made)
    assert (record.kind, record.text, record.count, record.language) == (
        Kind.POST,
        "Video v1\nWords.",
        4,
        "es",
    )
    (medium,) = record.media
    assert (medium.url, medium.native_id) == ("https://i.ytimg.com/vi/v1/high.jpg", "v1/preview")
    assert (record.poster.id, record.permalink) == (OWN, "https://www.youtube.com/watch?v=v1")


def test_a_count_beyond_what_numbers_hold_stays_text_and_a_strange_one_is_left() -> None:
    made = video("v1")
    made["statistics"]["commentCount"] = "many"
    assert one(made).count is None


CHAT: list[tuple[dict[str, Any], Kind, str | None]] = [
    ({"type": "textMessageEvent", "displayMessage": "Hello"}, Kind.COMMENT, "Hello"),
    (
        {"type": "superChatEvent", "displayMessage": '$5 from Rosa: "Thanks"', "superChatDetails": {"userComment": "Thanks"}},
        Kind.COMMENT,
        '$5 from Rosa: "Thanks"',
    ),
    ({"type": "tombstone"}, Kind.OTHER, None),
    ({"type": "messageDeletedEvent", "messageDeletedDetails": {"deletedMessageId": "LCC.0"}}, Kind.OTHER, None),
    ({"type": "messageRetractedEvent", "messageRetractedDetails": {"retractedMessageId": "LCC.0"}}, Kind.OTHER, None),
    ({"type": "newSponsorEvent", "displayMessage": "Rosa became a member"}, Kind.OTHER, "Rosa became a member"),
    (
        {"type": "userBannedEvent", "userBannedDetails": {"bannedUserDetails": {"channelId": ROSA, "displayName": "Rosa"}}},
        Kind.BLOCKED,
        None,
    ),
]  # fmt: skip


@pytest.mark.parametrize(("snippet", "kind", "text"), CHAT, ids=[str(row[0]["type"]) for row in CHAT])
def test_each_type_of_chat_message_has_its_kind(
    snippet: dict[str, Any], kind: Kind, text: str | None
) -> None:
    record = one(
        {
            "kind": "youtube#liveChatMessage",
            "id": "LCC.1",
            "snippet": {"publishedAt": DAY, "liveChatId": "q", **snippet},
        }
    )
    assert (record.kind, record.text) == (kind, text)
    assert record.native_id == (ROSA if kind is Kind.BLOCKED else "LCC.1")
    assert record.visibility is (Visibility.PRIVATE if kind is Kind.BLOCKED else Visibility.PUBLIC)


def test_what_was_taken_back_points_to_the_message() -> None:
    snippet = {"type": "messageDeletedEvent", "messageDeletedDetails": {"deletedMessageId": "LCC.0"}}
    record = one({"kind": "youtube#liveChatMessage", "id": "LCC.1", "snippet": snippet})
    assert record.parent_id == "LCC.0"


OTHERS: list[tuple[dict[str, Any], Kind, str]] = [
    ({"kind": "youtube#playlist", "id": "PL1", "snippet": {"title": "Council"}}, Kind.ALBUM, "PL1"),
    ({"kind": "youtube#playlistItem", "id": "I1", "snippet": {"title": "Video"}}, Kind.OTHER, "I1"),
    (channel(), Kind.PROFILE, OWN),
    (
        {"kind": "youtube#subscription", "id": "S1", "subscriberSnippet": {"channelId": ROSA, "title": "Rosa"}},
        Kind.SUBSCRIBER,
        ROSA,
    ),
    ({"kind": "youtube#subscription", "id": "S1", "snippet": {"title": "Another"}}, Kind.OTHER, "S1"),
    ({"kind": "youtube#member", "snippet": {"memberDetails": {"channelId": ROSA}}}, Kind.OTHER, ROSA),
    ({"kind": "youtube#activity", "id": "A1", "snippet": {"title": "T"}}, Kind.OTHER, "A1"),
    ({"kind": "youtube#caption", "id": "K1", "snippet": {"videoId": "v1", "language": "en"}}, Kind.OTHER, "K1"),
    ({"kind": "youtube#searchResult", "id": {"kind": "youtube#video", "videoId": "v1"}}, Kind.OTHER, "v1"),
    ({"kind": "youtube#somethingNew", "id": "N1", "snippet": {"title": "New"}}, Kind.OTHER, "N1"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("value", "kind", "native_id"), OTHERS, ids=[f"{row[0]['kind']}-{row[1]}" for row in OTHERS]
)
def test_every_kind_of_resource_is_kept(value: dict[str, Any], kind: Kind, native_id: str) -> None:
    for payload in (body(value), body(page("any", value)), body([value])):
        (record,) = read(payload).records
        assert (record.kind, record.native_id) == (kind, native_id)
        assert json.loads(record.payload) == value


def test_a_snippet_that_stands_alone_is_kept_with_its_words() -> None:
    record = one({"textOriginal": "Words alone", "publishedAt": DAY})
    assert record.kind is Kind.OTHER
    assert record.text == "Words alone"
    assert record.native_id.startswith("unnamed-")


@pytest.mark.parametrize(
    ("value", "note"),
    [
        ({"error": {"code": 403, "message": "No."}}, "error answer of the site"),
        ({"error": "invalid_grant", "error_description": "Token expired"}, "Token expired"),
        ({"access_token": "x", "token_type": "Bearer"}, "answer to a sign-in"),
        (page("video"), "the page is empty"),
        ({}, "the object is empty"),
        ([], "the list is empty"),
    ],
)
def test_what_holds_nothing_says_why(value: Any, note: str) -> None:
    reading = read(body(value))
    assert not reading.records
    assert note in reading.note


@pytest.mark.parametrize("payload", [b"", b"{", b"3", b'"text"', b"<html></html>", b"[" * 5000])
def test_what_is_no_answer_is_refused(payload: bytes) -> None:
    with pytest.raises(Unreadable):
        read(payload)


def test_a_list_that_comes_twice_is_refused_since_one_would_be_lost() -> None:
    with pytest.raises(Unreadable, match="more than once"):
        read(b'{"kind": "youtube#commentListResponse", "items": [{"id": "a"}], "items": []}')


def test_a_page_that_does_not_say_where_it_goes_on_is_refused() -> None:
    with pytest.raises(Unreadable, match="whether this page is the last"):
        read_page(b'{"kind": "youtube#videoListResponse", "items": [], "nextPageToken": 5}')
    with pytest.raises(Unreadable, match="list named items"):
        read_page(b'{"kind": "youtube#videoListResponse"}')


def test_a_member_of_another_type_is_set_aside_and_named() -> None:
    made = comment("c1", likeCount=3, textDisplay=17, authorChannelId=[1])
    record = one(made)
    assert record.native_id == "c1"
    assert record.text is None
    assert "textDisplay" in (record.drift or "")
    assert "authorChannelId" in (record.drift or "")
    assert record.poster.name == "@rosa_q"


@pytest.mark.parametrize(
    "when", ["yesterday", "2026-11-20T18:00:00", "1970-01-01T00:00:00Z", "0001-01-01T00:00:00+23:59"]
)
def test_a_time_that_cannot_be_is_named_and_kept_as_text(when: str) -> None:
    record = one(comment("c1", publishedAt=when, updatedAt=when))
    assert record.posted_at is None
    assert record.posted_text == when
    assert when in (record.drift or "")


def test_half_an_emoji_is_mended_in_the_text_and_kept_in_the_bytes() -> None:
    payload = body(comment("c1")).replace(b"Text c1", b"half \\ud83d")
    (record,) = read(payload).records
    assert record.text == "half \ufffd"
    assert b"\\ud83d" in record.payload
    assert record.drift


def test_a_thread_without_its_first_comment_is_reported() -> None:
    reading = read(body({"kind": "youtube#commentThread", "id": "c1", "snippet": {"videoId": "v1"}}))
    assert not reading.records
    assert "without its first comment" in reading.unread[0].reason


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(["kind", "id", "items", "snippet", "topLevelComment", "replies", "comments", "error", "authorChannelId", "thumbnails"]),
        inner | st.sampled_from(["youtube#commentThread", "youtube#video", "youtube#liveChatMessage", "youtube#member"]),
        max_size=5,
    ),
    max_leaves=20,
)  # fmt: skip


@given(JSON)
def test_nothing_that_is_json_is_lost_or_makes_it_fall(value: Any) -> None:
    payload = body(value)
    try:
        reading = read(payload)
    except Unreadable:
        return
    assert reading.records or reading.unread or reading.note
    for record in reading.records:
        assert record.native_id
        assert payload[record.position :].startswith(record.payload)


def test_a_member_that_comes_twice_is_named() -> None:
    (record,) = read(
        b'{"kind": "youtube#comment", "id": "c1", "snippet": {}, "snippet": {"textDisplay": "x"}}'
    ).records
    assert record.drift == "it has snippet more than once; the last is shown"
