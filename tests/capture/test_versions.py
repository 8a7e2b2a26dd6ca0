from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import pytest

from paloverde.capture.versions import version_sha256
from paloverde.records import Kind, Medium, Poster, Record, Visibility

RECORD = Record(
    platform="plaza",
    kind=Kind.COMMENT,
    native_id="c1",
    payload=b"{}",
    text="Is the library open on Sunday?",
    poster=Poster(name="Rosa Quintero", username="rosaq", id="u1"),
    visibility=Visibility.PUBLIC,
    media=(Medium(url="https://cdn.example/a.jpg?signature=1"),),
    count=3,
)


@pytest.mark.parametrize(
    "change",
    [
        {"text": "Is the library open on Saturday?"},
        {"visibility": Visibility.HIDDEN},
        {"poster": Poster(name="Rosa Q.", username="rosaq", id="u1")},
        {"edited_at": datetime(2026, 11, 22, tzinfo=UTC)},
        {"media": ()},
        {"media": (Medium(url="https://cdn.example/b.jpg"),)},
    ],
)
def test_a_change_of_content_is_a_new_version(change: dict[str, object]) -> None:
    assert version_sha256(msgspec.structs.replace(RECORD, **change)) != version_sha256(RECORD)


@pytest.mark.parametrize(
    "change",
    [
        {"count": 4},
        {"payload": b'{"likes": 9}'},
        {"media": (Medium(url="https://cdn.example/a.jpg?signature=2"),)},
    ],
)
def test_what_is_no_content_makes_no_new_version(change: dict[str, object]) -> None:
    assert version_sha256(msgspec.structs.replace(RECORD, **change)) == version_sha256(RECORD)


def test_half_a_surrogate_does_not_stop_a_night() -> None:
    assert len(version_sha256(msgspec.structs.replace(RECORD, text="broken \ud83d emoji"))) == 64
