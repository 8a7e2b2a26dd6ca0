"""Payloads of LinkedIn as records: exact bytes, nothing lost, nothing made up."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from linkedin_page import ADMIN, NOW_MS, PAGE, ROSA, comment, comment_urn, counted, post, share, told

from paloverde.errors import Unreadable
from paloverde.platforms.linkedin.read import read, read_page
from paloverde.records import Kind, Missing, Record, Visibility

LATER = NOW_MS + 60_000


def one(value: Any) -> Record:
    (record,) = read(json.dumps(value).encode()).records
    return record


def page(*elements: Any, **paging: Any) -> bytes:
    return json.dumps(
        {"paging": {"start": 0, "count": 10, "links": [], **paging}, "elements": elements}
    ).encode()


def test_a_post_is_read_with_its_words_time_and_author() -> None:
    record = one(post(1, commentary=r"Sweeping \(again\): {hashtag|\#|PalmaRia}"))
    assert (record.kind, record.native_id) == (Kind.POST, share(1))
    assert record.text == "Sweeping (again): #PalmaRia"
    assert record.posted_text == str(NOW_MS - 3_600_000)
    assert record.posted_at == datetime(2026, 11, 22, 9, tzinfo=UTC)
    assert record.edited_at is None
    assert (record.poster.id, record.poster.name) == (PAGE, None)
    assert record.poster.missing is Missing.API_NOT_EXPOSED
    assert record.visibility is Visibility.PUBLIC
    assert record.drift is None


def test_an_edited_post_says_when() -> None:
    edited = post(1, lastModifiedAt=LATER, lifecycleStateInfo={"isEditedByAuthor": True})
    assert one(edited).edited_at == datetime(2026, 11, 22, 10, 1, tzinfo=UTC)
    assert one(post(1, lastModifiedAt=LATER)).edited_at is None


@pytest.mark.parametrize(
    ("state", "seen_by", "visibility"),
    [
        ("PUBLISHED", "PUBLIC", Visibility.PUBLIC),
        ("PUBLISHED", "LOGGED_IN", Visibility.PUBLIC),
        ("PUBLISHED", "CONNECTIONS", Visibility.PRIVATE),
        ("PUBLISHED", "SOMETHING_NEW", Visibility.UNKNOWN),
        ("DRAFT", "PUBLIC", Visibility.UNPUBLISHED),
        ("PUBLISH_REQUESTED", "PUBLIC", Visibility.UNPUBLISHED),
        ("PUBLISH_FAILED", "PUBLIC", Visibility.UNPUBLISHED),
    ],
)
def test_who_could_see_a_post(state: str, seen_by: str, visibility: Visibility) -> None:
    assert one(post(1, lifecycleState=state, visibility=seen_by)).visibility is visibility


def test_media_of_every_sort_keep_their_urn() -> None:
    content = {
        "multiImage": {"images": [{"id": "urn:li:image:A", "altText": "a"}, {"id": "urn:li:image:B"}]},
        "media": {"id": "urn:li:video:C"},
        "document": {"id": "urn:li:document:D", "title": "Agenda"},
        "article": {"title": "Budget", "source": "https://city.example/b", "thumbnail": "urn:li:image:E"},
    }
    record = one(post(1, content=content))
    assert [(medium.native_id, medium.type, medium.alt_text) for medium in record.media] == [
        ("urn:li:video:C", "video", None),
        ("urn:li:document:D", "document", "Agenda"),
        ("urn:li:image:A", "photo", "a"),
        ("urn:li:image:B", "photo", None),
        ("urn:li:image:E", "photo", None),
    ]
    assert record.text == "Street sweeping, week 1\nBudget\nhttps://city.example/b"


def test_a_polls_question_and_options_are_part_of_what_was_said() -> None:
    poll = {"question": "Which park?", "options": [{"text": "Ironwood"}, {"text": "Mirador"}]}
    assert one(post(1, content={"poll": poll})).text == (
        "Street sweeping, week 1\nWhich park?\nIronwood\nMirador"
    )


def test_a_comment_hangs_under_its_activity_and_a_reply_under_its_comment() -> None:
    first = one(comment(5, on=1, **counted(2)))
    assert (first.kind, first.native_id) == (Kind.COMMENT, comment_urn(5))
    assert first.parent_id == first.thread_id == "urn:li:activity:7000000000000000001"
    assert first.count == 2
    reply = one(comment(6, parentComment=comment_urn(5)))
    assert (reply.parent_id, reply.thread_id) == (comment_urn(5), first.thread_id)


def test_a_comment_is_edited_where_its_last_change_is_not_its_making() -> None:
    assert one(comment(5)).edited_at is None
    edited = comment(5, lastModified={"actor": ROSA, "time": LATER})
    assert one(edited).edited_at == datetime(2026, 11, 22, 10, 1, tzinfo=UTC)


def test_a_comment_of_the_page_names_the_page_and_keeps_who_wrote_for_it() -> None:
    stamp = {"actor": PAGE, "impersonator": ADMIN, "time": NOW_MS}
    record = one(comment(5, actor=PAGE, created=stamp, lastModified=stamp))
    assert record.poster.id == PAGE
    assert ADMIN.encode() in record.payload


def test_a_name_that_the_answer_carries_is_kept() -> None:
    person = {"localizedFirstName": "Rosa", "localizedLastName": "Quintanar"}
    poster = one({**comment(5), "actor~": person}).poster
    assert (poster.name, poster.id, poster.missing) == ("Rosa Quintanar", ROSA, None)


def test_a_picture_in_a_comment_keeps_the_address_that_comes_with_it() -> None:
    content = [{"entity": {"image": "urn:li:image:A"}, "type": "IMAGE", "url": "https://media.licdn.com/a"}]
    (medium,) = one(comment(5, content=content)).media
    assert (medium.native_id, medium.url) == ("urn:li:image:A", "https://media.licdn.com/a")


def test_reactions_and_older_likes_name_who_reacted() -> None:
    urn = f"urn:li:reaction:({ROSA},urn:li:activity:1)"
    stamp = {"actor": ROSA, "time": NOW_MS}
    reaction = one({"id": urn, "created": stamp, "root": "urn:li:activity:1", "reactionType": "PRAISE"})
    assert (reaction.kind, reaction.native_id, reaction.text) == (Kind.REACTION, urn, "PRAISE")
    assert (reaction.poster.id, reaction.parent_id) == (ROSA, "urn:li:activity:1")
    like = one(
        {"$URN": f"urn:li:like:({ROSA},urn:li:activity:1)", "actor": ROSA, "object": "urn:li:activity:1"}
    )
    assert (like.kind, like.text) == (Kind.REACTION, "LIKE")


def test_a_notification_is_evidence_under_its_number() -> None:
    record = one(told(7, "COMMENT_EDIT", on=1, of=5))
    assert (record.kind, record.native_id) == (Kind.OTHER, "notification-5600000007")
    assert record.parent_id == comment_urn(5)
    assert record.thread_id == share(1)
    assert record.text == "¿Cuándo vienen? 5"


def test_a_webhook_is_a_list_of_notifications() -> None:
    webhook = {
        "type": "ORGANIZATION_SOCIAL_ACTION_NOTIFICATIONS",
        "notifications": [told(1, "COMMENT"), told(2, "LIKE")],
    }
    assert len(read(json.dumps(webhook).encode()).records) == 2


def test_a_page_is_a_profile_and_its_followers_are_a_number() -> None:
    profile = one({"id": 5500001, "localizedName": "City of Saltbrook", "vanityName": "saltbrook",
                   "description": {"localized": {"en_US": "Official."}}})  # fmt: skip
    assert (profile.kind, profile.native_id, profile.text) == (Kind.PROFILE, PAGE, "Official.")
    assert (profile.poster.name, profile.poster.username) == ("City of Saltbrook", "saltbrook")
    count = one({"firstDegreeSize": 219145})
    assert (count.kind, count.count) == (Kind.SUBSCRIBER_COUNT, 219145)
    assert count.native_id.startswith("sha256:")


def test_a_legacy_post_is_read() -> None:
    share_content = {
        "shareCommentary": {"text": "Hola", "inferredLocale": "es_ES"},
        "media": [{"media": "urn:li:digitalmediaAsset:A", "description": {"text": "Park"}}],
    }
    record = one(
        {
            "id": share(1),
            "author": PAGE,
            "lifecycleState": "PUBLISHED",
            "created": {"actor": ADMIN, "time": NOW_MS},
            "specificContent": {"com.linkedin.ugc.ShareContent": share_content},
            "visibility": {"com.linkedin.ugc.MemberNetworkVisibility": "PUBLIC"},
        }
    )
    assert (record.kind, record.text, record.language) == (Kind.POST, "Hola", "es")
    assert record.media[0].native_id == "urn:li:digitalmediaAsset:A"
    assert record.visibility is Visibility.PUBLIC


def test_batches_and_bare_lists_are_read() -> None:
    batch = {"results": {share(1): post(1), share(2): post(2)}, "statuses": {}, "errors": {}}
    assert [r.native_id for r in read(json.dumps(batch).encode()).records] == [share(1), share(2)]
    assert len(read(json.dumps([post(1), page_of(post(2), post(3))]).encode()).records) == 3


def page_of(*elements: Any) -> dict[str, Any]:
    return {"elements": list(elements)}


@pytest.mark.parametrize(
    ("payload", "word"),
    [
        ({}, "empty"),
        ([], "empty"),
        ({"elements": []}, "empty"),
        ({"results": {}}, "empty"),
        ({"status": 404, "message": "Not found"}, "error answer"),
        ({"message": "x", "serviceErrorCode": 100, "status": 403}, "error answer"),
        ({"access_token": "AQX", "expires_in": 5183999}, "sign-in"),
        ({"Shares.csv": "Date,ShareLink", "date_format": "2026"}, "columns"),
    ],
)
def test_what_holds_nothing_says_so(payload: Any, word: str) -> None:
    reading = read(json.dumps(payload).encode())
    assert not reading.records
    assert word in reading.note


def test_bytes_and_offsets_are_exact_whatever_the_spacing() -> None:
    body = b' {\n "elements" : [ ' + json.dumps(post(1), indent=2).encode() + b" ,\t" + json.dumps(
        comment(5), ensure_ascii=False
    ).encode() + b' ] , "paging":{"start":0} }'  # fmt: skip
    for record in read(body).records:
        assert body[record.position : record.position + len(record.payload)] == record.payload
        assert json.loads(record.payload)


def test_a_member_of_another_type_is_set_aside_and_named() -> None:
    record = one(post(1, publishedAt="yesterday", content="none"))
    assert record.text == "Street sweeping, week 1"
    assert "publishedAt" in (record.drift or "")
    assert "content" in (record.drift or "")


@pytest.mark.parametrize("when", [-1, 0, 10**17, 12])
def test_an_absurd_time_is_said_and_not_used(when: int) -> None:
    record = one(post(1, publishedAt=when))
    assert record.posted_at is None
    assert str(when) in (record.drift or "")


def test_half_an_emoji_costs_no_page() -> None:
    body = page(post(1)).replace(b"Street", b"\\ud83dStreet")
    (record,) = read(body).records
    assert "surrogate" in (record.drift or "")
    assert body[record.position :].startswith(record.payload)


def test_what_cannot_be_read_is_reported_with_its_bytes() -> None:
    reading = read(page(post(1), None, 7, {"commentary": "no id"}))
    assert [bytes(piece.payload)[:4] for piece in reading.unread] == [b"null", b"7", b'{"co']
    assert [piece.reason.split()[-1] for piece in reading.unread] == ["place", "object", "id"]
    assert all(piece.position > 0 for piece in reading.unread)


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"7", b'"x"', b'{"elements":[', b'{"elements":[],"elements":[]}']
)
def test_what_is_no_answer_is_refused(body: bytes) -> None:
    with pytest.raises(Unreadable):
        read(body)


@pytest.mark.parametrize(
    "body", [b"[]", b'{"id":1}', b'{"elements":null}', b'{"elements":[],"paging":{"links":7}}']
)
def test_a_page_that_is_none_is_refused(body: bytes) -> None:
    with pytest.raises(Unreadable):
        read_page(body)


def test_text_that_stands_twice_is_said() -> None:
    body = json.dumps(post(1)).encode()[:-1] + b',"commentary":"Other words"}'
    (record,) = read(body).records
    assert "commentary more than once" in (record.drift or "")


def test_something_unknown_is_kept_under_its_id_or_its_hash() -> None:
    assert one({"id": "urn:li:event:5", "x": 1}).native_id == "urn:li:event:5"
    assert one({"id": 9007199254740993, "x": 1}).native_id == "9007199254740993"
    assert one({"x": 1}).native_id.startswith("sha256:")


_SCRAPS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(
            ["elements", "paging", "id", "$URN", "commentary", "message", "actor", "object", "created", "content",
             "notificationId", "reactionType", "specificContent", "localizedName", "firstDegreeSize", "results",
             "notifications", "status", "lifecycleState", "author", "decoratedGeneratedActivity", "comment"]
        ),
        inner,
        max_size=5,
    ),
)  # fmt: skip


@given(_SCRAPS)
def test_no_shape_can_make_reading_crash(value: Any) -> None:
    body = json.dumps(value).encode()
    try:
        reading = read(body)
    except Unreadable:
        return
    for record in reading.records:
        assert record.native_id
        assert body[record.position :].startswith(record.payload)
    assert reading.records or reading.unread or reading.note
