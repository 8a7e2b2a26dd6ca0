"""Reading invented Graph answers and downloaded files."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paloverde.errors import Unreadable
from paloverde.platforms.facebook.read import read, read_page
from paloverde.platforms.graph.pages import Setting
from paloverde.records import Kind, Medium, Missing, Record, Visibility
from platforms.facebook.graph import PAGE, comment, message, post


def dumped(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def one(value: Any) -> Record:
    reading = read(dumped(value))
    assert not reading.unread
    (record,) = reading.records
    return record


@pytest.mark.parametrize(
    ("shape", "kind"),
    [
        (post(1), Kind.POST),
        (comment(1, comment_count=0), Kind.COMMENT),
        ({"id": "1_2", "permalink_url": "https://www.facebook.com/9/posts/1/?comment_id=2"}, Kind.COMMENT),
        (message(1), Kind.MESSAGE),
        ({"id": "t_1", "message_count": 3, "participants": {"data": []}}, Kind.CONVERSATION),
        ({"id": PAGE, "name": "City", "about": "x", "followers_count": 3}, Kind.PROFILE),
        ({"id": PAGE, "name": "City", "category": "City Hall", "is_published": True}, Kind.PROFILE),
        ({"id": "4", "name": "Inés Baroja"}, Kind.PROFILE),
        ({"id": PAGE, "followers_count": 3, "fan_count": 2}, Kind.SUBSCRIBER_COUNT),
        ({"id": "5", "images": [{"source": "https://cdn.example/p.jpg"}], "created_time": "2026-01-02T00:00:00+0000"}, Kind.POST),
        ({"id": "6", "title": "Council", "length": 3.5, "description": "Meeting"}, Kind.POST),
        ({"id": "7", "broadcast_start_time": "2026-01-02T00:00:00+0000", "title": "Live"}, Kind.POST),
        ({"id": "8", "name": "Parks", "created_time": "2026-01-02T00:00:00+0000"}, Kind.ALBUM),
        ({"id": "9", "name": "Parade", "start_time": "2026-01-02T00:00:00+0000"}, Kind.EVENT),
        ({"id": "10"}, Kind.OTHER),
        ({"id": "11", "member_count": 4, "name": "Group"}, Kind.OTHER),
    ],
)  # fmt: skip
def test_an_object_is_known_by_its_members(shape: dict[str, Any], kind: Kind) -> None:
    assert one(shape).kind is kind


def test_a_comment_says_all_that_it_says() -> None:
    record = one(
        comment(
            7,
            parent={"id": "1_6"},
            comment_count=2,
            permalink_url="https://www.facebook.com/9/posts/1/?comment_id=6&reply_comment_id=7",
        )
    )
    assert record.text == "¿Cuándo vienen? 7"
    assert record.posted_at == datetime(2026, 11, 20, 19, tzinfo=UTC)
    assert record.posted_text == "2026-11-20T19:00:00+0000"
    assert (record.parent_id, record.thread_id, record.count) == ("1_6", "9_1", 2)
    assert (record.poster.name, record.poster.id, record.poster.missing) == (
        "Inés Baroja",
        "777",
        Missing.API_NOT_EXPOSED,
    )
    assert record.visibility is Visibility.PUBLIC
    assert record.edited_at is None
    assert record.drift is None


def test_a_poster_that_the_site_left_out_is_withheld_and_not_guessed() -> None:
    shape = comment(1, comment_count=0)
    del shape["from"]
    assert one(shape).poster.missing is Missing.WITHHELD
    assert one(comment(1, comment_count=0, **{"from": {"name": "Inés"}})).poster.missing is Missing.WITHHELD


def test_a_comment_without_an_id_is_named_by_its_address() -> None:
    shape = comment(1, permalink_url="https://www.facebook.com/9/posts/1/?comment_id=6&reply_comment_id=7")
    del shape["id"]
    record = one({"data": [shape]})
    assert (record.native_id, record.parent_id, record.thread_id) == ("1_7", "1_6", "9_1")
    assert record.drift is not None


def test_every_medium_is_found_once() -> None:
    def attached(url: str) -> dict[str, Any]:
        return {"media": {"image": {"src": url}}, "type": "photo", "target": {"id": "5"}}

    album = {
        "type": "album",
        "subattachments": {"data": [attached("https://c.example/1"), attached("https://c.example/2")]},
    }
    record = one(
        post(
            1,
            attachments={"data": [album, attached("https://c.example/1")]},
            full_picture="https://c.example/big",
        )
    )
    assert record.media == (
        Medium("https://c.example/1", "photo", None, "5"),
        Medium("https://c.example/2", "photo", None, "5"),
    )
    assert [medium.url for medium in one(post(1, full_picture="https://c.example/big")).media] == [
        "https://c.example/big"
    ]
    sent = message(
        1,
        attachments={
            "data": [{"id": "3", "mime_type": "application/pdf", "file_url": "https://c.example/f"}]
        },
    )
    assert one(sent).media == (Medium("https://c.example/f", "application/pdf", None, "3"),)


def test_nested_comments_and_replies_are_records_of_their_own() -> None:
    reply = comment(2, comment_count=0)
    top = comment(1, comment_count=1, comments={"data": [reply]})
    records = read(dumped(post(1, comments={"data": [top], "summary": {"total_count": 2}}))).records
    assert [record.kind for record in records] == [Kind.POST, Kind.COMMENT, Kind.COMMENT]
    assert [record.parent_id for record in records] == [None, f"{PAGE}_1", "1_1"]
    assert [record.thread_id for record in records] == [None, f"{PAGE}_1", f"{PAGE}_1"]
    assert records[0].count == 2


def test_a_map_of_ids_is_read_and_lends_its_ids() -> None:
    reading = read(dumped({"1_1": comment(1), "5": {"data": {"url": "https://c.example/p", "width": 50}}}))
    assert [record.native_id for record in reading.records] == ["1_1", "5"]
    assert reading.records[1].media[0].url == "https://c.example/p"


@given(
    st.lists(
        st.fixed_dictionaries(
            {"id": st.from_regex(r"[0-9]{1,30}_[0-9]{1,30}", fullmatch=True), "message": st.text()},
            optional={
                "is_hidden": st.booleans(),
                "x": st.recursive(st.none() | st.text(), st.lists),
            },
        )
    ),
    st.sampled_from([None, 1]),
    st.booleans(),
)
def test_each_payload_is_the_bytes_at_its_position(
    items: list[dict[str, Any]], indent: int | None, ascii_: bool
) -> None:
    encoded = json.dumps({"paging": {}, "data": items}, indent=indent, ensure_ascii=ascii_)
    body = encoded.encode(errors="surrogatepass")
    reading = read(body)
    assert [record.native_id for record in reading.records] == [item["id"] for item in items]
    for record, item in zip(reading.records, items, strict=True):
        assert body[record.position :].startswith(record.payload)
        assert json.loads(record.payload.decode(errors="surrogatepass")) == item


@pytest.mark.parametrize(
    ("member", "value", "named"),
    [
        ("message", 5, "message"),
        ("from", "Inés", "from"),
        ("is_hidden", "yes", "is_hidden"),
        ("attachments", [1], "attachments"),
        ("comment_count", 1.5, "comment_count"),
        ("created_time", "yesterday", "yesterday"),
        ("created_time", "2026-11-20T19:00:00", "time zone"),
        ("created_time", "1999-11-20T19:00:00+0000", "first day"),
        ("created_time", 1e40, "1e+40"),
        ("parent", None, None),
    ],
)
def test_a_member_of_the_wrong_form_is_set_aside_and_the_record_kept(
    member: str, value: Any, named: str | None
) -> None:
    record = one({**comment(1, comment_count=0), member: value})
    assert record.native_id == "1_1"
    assert record.drift is None if named is None else named in (record.drift or "")
    if member != "message":
        assert record.text == "¿Cuándo vienen? 1"


def test_an_id_that_came_as_a_number_keeps_every_digit() -> None:
    record = read(b'{"id":1477429000000000000000001,"message":"x"}').records[0]
    assert record.native_id == "1477429000000000000000001"
    assert "number" in (record.drift or "")


def test_an_item_without_an_id_is_unread_with_its_place_and_the_others_are_kept() -> None:
    reading = read(b'{"data":[{"id":"1"},{"message":"who"},7]}')
    assert [record.native_id for record in reading.records] == ["1"]
    assert [(piece.payload, piece.position, piece.reason) for piece in reading.unread] == [
        (b'{"message":"who"}', 20, "it has no id"),
        (b"7", 38, "it is not an object"),
    ]


def test_half_a_surrogate_pair_survives_in_the_bytes_and_is_marked_in_the_text() -> None:
    body = b'{"data":[{"id":"1","message":"a\\ud83d"},{"id":"2","message":"\\ud83d\\ude00"}]}'
    broken, whole = read(body).records
    assert broken.text == "a\ufffd"
    assert b"\\ud83d" in broken.payload
    assert "surrogate" in (broken.drift or "")
    assert (whole.text, whole.drift) == ("😀", None)


def test_bytes_that_are_not_utf8_survive_and_are_marked() -> None:
    record = read(b'{"id":"1","message":"caf\xe9 \xc3\xa9"}').records[0]
    assert record.text == "caf? é"
    assert b"caf\xe9" in record.payload
    assert "UTF-8" in (record.drift or "")


def test_the_same_name_twice_in_an_item_is_noted() -> None:
    for body in (b'{"id":"1","message":"a","message":"b"}', b'{ "id" : "1", "message":"a" ,"message":"b"}'):
        assert "message more than once" in (read(body).records[0].drift or "")
    assert read(b'{ "id" : "1",\n "message":"a,:" }').records[0].drift is None


def test_data_twice_in_a_page_is_refused_since_one_would_vanish() -> None:
    with pytest.raises(Unreadable, match="more than once"):
        read(b'{"data":[{"id":"1","message":"a"}],"data":[]}')


@pytest.mark.parametrize(("encoding", "position"), [("utf-8-sig", 3), ("utf-16", -1), ("utf-32", -1)])
def test_byte_order_marks_are_tolerated(encoding: str, position: int) -> None:
    record = read('{"id":"1","message":"é"}'.encode(encoding)).records[0]
    assert (record.text, record.position) == ("é", position)


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"<html>", b"12", b'"text"', b"NaN", b'{"a":01}', b'{"id":"1"} x', b"[" * 99_999, b'{"data":[' + b"[" * 99_999],
)  # fmt: skip
def test_what_is_no_answer_is_unreadable_with_a_sentence(body: bytes) -> None:
    with pytest.raises(Unreadable, match=r"\.$"):
        read(body)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b'{"error":{"code":1,"message":"An unknown error"}}', "this is an error answer of the site (code 1: An unknown error)"),
        (b'{"error":{"code":1e400}}', "1e400"),
        (b'{"error":"odd"}', "this is an error answer of the site (odd)"),
        (b'{"access_token":"x","token_type":"bearer"}', "token"),
        (b'{"data":{"app_id":"1","is_valid":true}}', "token"),
        (b"[]", "the list is empty"),
        (b"{}", "the object is empty"),
        (b'{"data":[]}', "the page is empty"),
    ],
)  # fmt: skip
def test_an_answer_with_nothing_to_keep_says_why(body: bytes, words: str) -> None:
    reading = read(body)
    assert not reading.records
    assert not reading.unread
    assert words in reading.note


def test_a_page_that_was_asked_for_knows_its_kind_and_its_thread() -> None:
    page = read_page(
        dumped({"data": [{"id": "1_2"}], "summary": {"total_count": 4}}), Setting(Kind.COMMENT, "9_1")
    )
    assert (page.reading.records[0].kind, page.reading.records[0].thread_id, page.declared) == (
        Kind.COMMENT,
        "9_1",
        4,
    )


@pytest.mark.parametrize("body", [b'{"id":"1"}', b'{"data":{}}', b"[]", b'{"data":[],"paging":{"next":5}}'])
def test_what_is_no_page_is_never_an_empty_one(body: bytes) -> None:
    with pytest.raises(Unreadable):
        read_page(body, Setting(Kind.POST))


def test_deep_nesting_is_refused_in_one_sentence() -> None:
    thread = b'{"id":"1_1","comments":{"data":['
    with pytest.raises(Unreadable, match="nested"):
        read(thread * 2000 + b'{"id":"1_1"}' + b"]}}" * 2000)
    album = b'{"subattachments":{"data":['
    with pytest.raises(Unreadable, match="nested"):
        read(b'{"id":"1","attachments":{"data":[' + album * 2000 + b"]}}" * 2000 + b"]}}")


def test_a_number_that_no_machine_holds_is_kept_in_the_bytes() -> None:
    (record,) = read(b'{"odd_v2":[{"timestamp":1600000000,"x":1e400}]}').records
    assert b"1e400" in record.payload
    assert read(b'{"id":"1","comment_count":1e400}').records[0].drift


def test_downloaded_posts_comments_and_messages_are_read_and_their_text_repaired() -> None:
    broken = "Sidste chance for at s\u00c3\u00b8ge"
    posts = read(dumped([{"timestamp": 1600000000, "data": [{"post": broken}], "title": "x"}]))
    assert (posts.records[0].kind, posts.records[0].text) == (Kind.POST, "Sidste chance for at søge")
    assert posts.records[0].posted_at == datetime(2020, 9, 13, 12, 26, 40, tzinfo=UTC)
    assert posts.records[0].native_id.startswith("dyi-")
    said = {"timestamp": 1600000000, "data": [{"comment": {"comment": "Tak", "author": "Inés Baroja"}}]}
    (written,) = read(dumped({"comments_v2": [said]})).records
    assert (written.kind, written.text, written.poster.name) == (Kind.COMMENT, "Tak", "Inés Baroja")
    sent = {"sender_name": "Inés Baroja", "timestamp_ms": 1600000000123, "content": "Hola"}
    thread = read(
        dumped({"participants": [], "messages": [sent, sent], "thread_path": "inbox/ines_1"})
    ).records
    assert [record.kind for record in thread] == [Kind.CONVERSATION, Kind.MESSAGE, Kind.MESSAGE]
    assert thread[1].thread_id == thread[0].native_id == "inbox/ines_1"
    assert thread[2].native_id == f"{thread[1].native_id}#2"


@pytest.mark.parametrize(
    ("value", "kinds"),
    [
        ({"profile_v2": {"name": {"full_name": "Inés"}, "username": "ines"}}, [Kind.PROFILE]),
        ({"your_events_v2": [{"name": "Fair", "start_timestamp": 1600000000}]}, [Kind.EVENT]),
        ({"event_responses_v2": {"events_joined": [{"name": "Fair"}], "events_declined": [{"name": "Run"}]}}, [Kind.EVENT] * 2),
        ({"reactions_v2": [{"timestamp": 1, "data": [{"reaction": {"actor": "Inés"}}]}]}, [Kind.OTHER]),
        ({"inferred_topics_v2": ["Parks", "Roads"]}, [Kind.OTHER]),
        ([{"comments_v2": [{"timestamp": 1600000000}]}, {"group_posts_v2": [{"timestamp": 1600000000}]}], [Kind.COMMENT, Kind.POST]),
        ({"never_seen_before": {"a": 1}}, [Kind.OTHER]),
        ({"participants": None, "messages": None}, [Kind.OTHER]),
    ],
)  # fmt: skip
def test_every_category_of_a_download_is_kept(value: Any, kinds: list[Kind]) -> None:
    reading = read(dumped(value))
    assert [record.kind for record in reading.records] == kinds
    assert not reading.unread
