"""Opening recorded files: whatever they hold, nothing is lost in silence."""

from __future__ import annotations

import gzip
import io
import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from paloverde.platforms.facebook import FACEBOOK
from paloverde.platforms.files import pieces, read_files

ITEM = {"id": "1_2", "message": "¿Cuándo?", "comment_count": 0, "created_time": "2026-11-20T19:00:00+0000"}
PAGE = {"data": [ITEM, {**ITEM, "id": "1_3"}]}


def read(tmp_path: Path, content: bytes) -> tuple[int, list[dict[str, Any]], str]:
    path = tmp_path / "recorded"
    path.write_bytes(content)
    out, err = io.StringIO(), io.StringIO()
    status = read_files(FACEBOOK, [path], out, err)
    return status, [json.loads(line) for line in out.getvalue().splitlines()], err.getvalue()


def dumped(value: Any, indent: int | None = None) -> bytes:
    return json.dumps(value, indent=indent).encode()


def cassette(body: Any) -> dict[str, Any]:
    return {"interactions": [{"request": {"uri": "x"}, "response": {"body": body}}], "version": 1}


@pytest.mark.parametrize(
    ("content", "ids"),
    [
        (dumped(PAGE), ["1_2", "1_3"]),
        (dumped(PAGE, indent=2), ["1_2", "1_3"]),
        (dumped(ITEM), ["1_2"]),
        (dumped([ITEM, ITEM]), ["1_2", "1_2"]),
        (dumped(ITEM) + b"\n" + dumped(ITEM) + b"\r\n\n", ["1_2", "1_2"]),
        (dumped(PAGE) + b"\n" + dumped(ITEM), ["1_2", "1_3", "1_2"]),
        (b"window.YTD.posts.part0 = " + dumped([ITEM]), ["1_2"]),
        (b"\xef\xbb\xbf" + dumped(ITEM), ["1_2"]),
        (yaml.safe_dump(cassette({"string": json.dumps(PAGE)})).encode(), ["1_2", "1_3"]),
        (yaml.safe_dump(cassette({"string": gzip.compress(dumped(PAGE))})).encode(), ["1_2", "1_3"]),
        (dumped(cassette({"string": json.dumps(PAGE)})), ["1_2", "1_3"]),
        (dumped(cassette({"base64_string": "eyJpZCI6IjkifQ==", "encoding": "UTF-8"})), ["9"]),
        (dumped({"http_interactions": cassette(json.dumps(ITEM))["interactions"]}), ["1_2"]),
    ],
)
def test_every_kind_of_file_gives_its_items(tmp_path: Path, content: bytes, ids: list[str]) -> None:
    status, lines, told = read(tmp_path, content)
    assert [line["native_id"] for line in lines] == ids
    assert status == 0
    assert f": {len(ids)} item" in told


def test_a_line_has_every_member_and_the_hash_of_the_bytes(tmp_path: Path) -> None:
    _, (line,), _ = read(tmp_path, dumped(ITEM))
    assert list(line) == [
        "platform",
        "kind",
        "native_id",
        "parent_id",
        "thread_id",
        "text",
        "posted_at",
        "edited_at",
        "poster_name",
        "poster_username",
        "poster_id",
        "poster_missing",
        "visibility",
        "permalink",
        "language",
        "count",
        "media",
        "payload_sha256",
        "drift",
    ]
    assert line["text"] == "¿Cuándo?"
    assert line["posted_at"] == "2026-11-20T19:00:00+00:00"
    assert line["poster_missing"] == "WITHHELD"
    assert len(line["payload_sha256"]) == 64


def test_a_damaged_line_is_named_and_the_others_are_read(tmp_path: Path) -> None:
    status, lines, told = read(tmp_path, dumped(ITEM) + b'\n{"id":"1_9"\n' + dumped(ITEM))
    assert (status, len(lines)) == (1, 2)
    assert "2 items read, 1 could not be read" in told
    assert "not read: line 2: This is not a whole JSON text" in told


def test_an_item_that_cannot_be_read_is_named_with_its_place(tmp_path: Path) -> None:
    status, lines, told = read(tmp_path, b'{"data":[{"id":"1"},{"message":"who"}]}')
    assert (status, len(lines)) == (1, 1)
    assert "at byte 20: it has no id" in told


def test_an_error_answer_has_no_items_and_loses_none(tmp_path: Path) -> None:
    status, lines, told = read(tmp_path, b'{"error":{"code":1,"message":"Try later"}}')
    assert (status, lines) == (0, [])
    assert "0 items read: this is an error answer of the site (code 1: Try later)" in told


def test_a_file_that_is_not_there_is_said_and_the_others_are_read(tmp_path: Path) -> None:
    there = tmp_path / "there"
    there.write_bytes(dumped(ITEM))
    out, err = io.StringIO(), io.StringIO()
    assert read_files(FACEBOOK, [tmp_path / "gone", there, tmp_path], out, err) == 2
    assert len(out.getvalue().splitlines()) == 1
    assert "gone: it cannot be opened (No such file or directory)" in err.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        b"interactions: {",
        b"interactions: 5",
        b"interactions:\n- response: {}\n",
        b"interactions:\n- request: !!python/object/apply:os.system ['true']\n",
        yaml.safe_dump(cassette({"string": gzip.compress(dumped(PAGE))[:-9]})).encode(),
        b"\x00\x01\x02",
        b"",
    ],
)
def test_a_damaged_file_is_a_sentence_and_status_1(tmp_path: Path, content: bytes) -> None:
    status, lines, told = read(tmp_path, content)
    assert (status, lines) == (1, [])
    assert "1 could not be read" in told


def test_a_pretty_printed_file_is_one_payload() -> None:
    assert len(list(pieces(dumped(PAGE, indent=4)))) == 1


def test_text_that_breaks_terminals_stays_inside_its_line(tmp_path: Path) -> None:
    _, lines, _ = read(tmp_path, dumped({**ITEM, "message": "a\n\x1b[2J\u2028\x9bb"}))
    assert [line["text"] for line in lines] == ["a\n\x1b[2J\u2028\x9bb"]
    _, _, told = read(tmp_path, dumped({"error": {"code": 1, "message": "a\n\x1b[2J"}}))
    assert "a\\u000a\\u001b[2J" in told
