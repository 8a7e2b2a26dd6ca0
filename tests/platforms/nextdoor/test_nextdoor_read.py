"""Payloads of Nextdoor as records, whatever they look like; and what its answers mean."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from paloverde.errors import Unreadable
from paloverde.platforms.conversation import Answer, Call
from paloverde.platforms.nextdoor import NEXTDOOR
from paloverde.records import Kind, Missing, Record
from platforms.nextdoor.partner import BIG, PRIVATE, comment, post
from platforms.talk import NOW

DIGEST = {
    "city_post_count": 1,
    "updated_at_epoch_seconds": 1_763_700_000,
    "posts": [
        {
            "id": 900,
            "author": {"name": "City of Saltbrook", "type": "agency", "agency_info": {"city": "Saltbrook"}},
            "body": "The pool opens.",
            "category": "general",
            "comment_closed": False,
            "comment_count": 2,
            "creation_date_epoch_seconds": 1_763_600_000,
            "comments": [
                {
                    "id": 11,
                    "body": "At last",
                    "author_name": "Inés B.",
                    "creation_date": 1_763_600_100,
                    "parent_comment_id": None,
                    "comments": [
                        {"id": 12, "body": "Gracias", "author_name": "Otis W.", "creation_date": "2025-11-20T02:00:00Z", "comments": []}
                    ],
                }
            ],
            "title": "Pool",
            "public_post_url": "https://nextdoor.com/p/900?view=detail",
        }
    ],
}  # fmt: skip


def records(value: Any) -> list[Record]:
    body = value if isinstance(value, bytes) else json.dumps(value, ensure_ascii=False).encode()
    reading = NEXTDOOR.read(body)
    for record in reading.records:
        assert body[record.position :].startswith(record.payload)
    return reading.records


def test_the_public_agency_feed_names_who_wrote_a_comment() -> None:
    told, first, second = records(DIGEST)
    assert (told.kind, told.poster.name, told.count) == (Kind.POST, "City of Saltbrook", 2)
    assert told.permalink == "https://nextdoor.com/p/900?view=detail"
    assert (first.poster.name, first.parent_id, first.thread_id) == ("Inés B.", "900", "900")
    assert (second.poster.name, second.parent_id, second.thread_id) == ("Otis W.", "11", "900")
    assert second.posted_at == datetime(2025, 11, 20, 2, tzinfo=UTC)
    assert second.posted_text == "2025-11-20T02:00:00Z"


def test_ids_are_taken_digit_by_digit() -> None:
    (_, one) = records(post(1, comment(BIG)))
    assert one.native_id == str(BIG)


@pytest.mark.parametrize("nobody", [None, 0, "0"])
def test_no_parent_comes_in_several_forms(nobody: Any) -> None:
    assert records(post(1, comment(5, nobody)))[1].parent_id == "1"


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (comment(5), Kind.COMMENT),
        (PRIVATE, Kind.PROFILE),
        ({"id": 5, "post_id": 7, "type": 2}, Kind.REACTION),
        ({"id": 5, "name": "Smoke Tree", "geometry": {}}, Kind.OTHER),
        ({"body": "A thing without an id", "geometry": {}, "name": "x"}, None),
        ([{"geometry": {}}], Kind.OTHER),
    ],
)
def test_a_single_object_is_known_by_its_members(value: Any, kind: Kind | None) -> None:
    assert [record.kind for record in records(value)] == ([kind] if kind else [])


def test_pictures_and_videos_are_told_apart_and_each_address_counts_once() -> None:
    shown = [
        {"is_photo": True, "is_video": False, "url": "https://us1-photo.nextdoor.com/1.jpg", "width": 3},
        {"is_photo": False, "is_video": True, "url": "https://us1-photo.nextdoor.com/2.mp4", "width": 3},
        {"is_photo": True, "is_video": False, "url": "https://us1-photo.nextdoor.com/1.jpg", "width": 3},
    ]
    assert [medium.type for medium in records(post(1, media=shown))[0].media] == ["photo", "video"]


def test_what_does_not_fit_is_set_aside_and_named() -> None:
    odd = post(1, body=["no", "text"], creation_date_epoch_seconds="yesterday", media={"url": "x"})
    (record,) = records(odd)
    assert record.posted_at is None
    assert record.posted_text == "yesterday"
    assert record.drift is not None
    for name in ("body", "creation_date_epoch_seconds", "media"):
        assert f"{name} was set aside" in record.drift


@pytest.mark.parametrize("when", [-1, 10**30, "2026-11-20T02:00:00", 1])
def test_absurd_times_are_no_times(when: Any) -> None:
    (record,) = records(post(1, creation_date_epoch_seconds=when))
    assert record.posted_at is None
    assert record.drift


def test_a_body_that_stands_twice_is_told() -> None:
    assert "body more than once" in str(records(b'{"id":"1","author_id":2,"body":"a","body":"b"}')[0].drift)


def test_two_lists_of_posts_are_refused() -> None:
    with pytest.raises(Unreadable, match="more than once"):
        NEXTDOOR.read(b'{"posts":[{"id":1,"author_id":1}],"posts":[]}')


def test_half_an_emoji_does_not_lose_a_post() -> None:
    body = rb'{"posts":[{"id":"1","author_id":2,"body":"Hi \ud83d"}],"posts_length":1}'
    (record,) = NEXTDOOR.read(body).records
    assert body[record.position :].startswith(record.payload)
    assert record.drift


@pytest.mark.parametrize(
    ("body", "note"),
    [
        (
            b'{"error":"access_denied","error_description":"Not yours."}',
            "an error answer of the site: Not yours.",
        ),
        (b'{"access_token":"x","expires_in":5}', "the answer to a sign-in"),
        (b'{"posts":[],"posts_length":0}', "the list of posts is empty"),
        (b"[]", "the list is empty"),
        (b"{}", "the object is empty"),
    ],
)
def test_answers_that_hold_nothing_say_why(body: bytes, note: str) -> None:
    reading = NEXTDOOR.read(body)
    assert not reading.records
    assert note in reading.note


@pytest.mark.parametrize("body", [b"", b"3", b'"x"', b"<html></html>", b'{"posts":['])
def test_what_is_no_answer_is_refused(body: bytes) -> None:
    with pytest.raises(Unreadable):
        NEXTDOOR.read(body)


@pytest.mark.parametrize(
    ("status", "body", "call"),
    [
        (200, b'{"posts":[]}', Call.GOOD),
        (200, b"[]", Call.GOOD),
        (200, b'{"error":"invalid_token"}', Call.CREDENTIAL_DEAD),
        (200, b'{"error":"busy"}', Call.FORBIDDEN),
        (200, b"<!DOCTYPE html><html></html>", Call.NONSENSE),
        (200, b"", Call.NONSENSE),
        (204, b"{}", Call.NONSENSE),
        (400, b'{"error":"invalid_request","invalid_parameters":["secure_profile_id"]}', Call.FORBIDDEN),
        (401, b"{}", Call.CREDENTIAL_DEAD),
        (401, b"<html>sign in</html>", Call.NONSENSE),
        (403, b'{"error":"insufficient_scope","error_description":"no"}', Call.FORBIDDEN),
        (403, b'{"error":"expired_token"}', Call.CREDENTIAL_DEAD),
        (403, b"<html>blocked</html>", Call.NONSENSE),
        (404, b'{"error":"not_found"}', Call.NOT_FOUND),
        (429, b"slow down", Call.WAIT),
        (502, b"<html></html>", Call.AGAIN),
    ],
)
def test_what_an_answer_means(status: int, body: bytes, call: Call) -> None:
    assert NEXTDOOR.judge(Answer(status, {}, body), NOW).call is call


@pytest.mark.parametrize(
    ("told", "wait"), [("120", 120.0), ("", 60.0), ("soon", 60.0), ("99999999", 86_400.0)]
)
def test_a_limit_is_waited_for_as_long_as_the_site_says(told: str, wait: float) -> None:
    assert NEXTDOOR.judge(Answer(429, {"retry-after": told}, b""), NOW).wait == wait


def test_the_agencys_own_comment_has_no_author_either() -> None:
    assert records(comment(5))[0].poster.missing is Missing.API_NOT_EXPOSED
