"""Every version of one item: the same with an index, without, and with one that is behind."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from archives import ACCOUNT, NIGHT, Row, add_night, make_archive, medium, record, removed
from paloverde.archive.reader import Archive
from paloverde.archive.seal import RunKind
from paloverde.search.index.asking import Asking
from paloverde.search.index.opening import open_index
from paloverde.search.index.upkeep import refresh
from paloverde.search.item import Item, payload, versions

PICTURE = b"\x89PNG\r\n\x1a\n pretend"
MONDAY = date(2026, 3, 2)
ITEM: Item = (ACCOUNT, "comment", "1")


def night(number: int, text: str, native_id: str = "1", **more: object) -> Row:
    return record(native_id, text, observed_at=NIGHT + timedelta(days=number), **more)


def told(archive: Archive, index: Asking | None, item: Item = ITEM, *, private: bool = False) -> list[object]:
    found = versions(archive, item, include_private=private, index=index)
    return [
        (hit.text, hit.sequence, hit.removed and hit.removed.cause, payload(archive, hit)) for hit in found
    ]


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return make_archive(
        tmp_path,
        [
            night(0, "First", media=[medium(PICTURE) | {"sha256": None, "not_captured": "later"}]),
            night(0, "Another", "10"),
            night(1, "Second"),
            night(2, "Second"),
            night(2, "First", version_sha256=night(0, "First")["version_sha256"], media=[medium(PICTURE)]),
            night(0, "A secret", "2", kind="message", visibility="private"),
        ],
        media=[PICTURE],
    )


@pytest.fixture(params=["none", "whole", "behind"])
def index(request: pytest.FixtureRequest, archive: Archive, tmp_path: Path) -> Asking | None:
    """The index of what is there now; one that is behind is made before the item was removed and edited."""
    if request.param == "behind":
        refresh(archive, tmp_path / "index")
    gone = removed(night(1, "Second"), removed_at=NIGHT + timedelta(days=4))
    add_night(archive, ACCOUNT, MONDAY + timedelta(days=3), [night(3, "Third")])
    add_night(archive, ACCOUNT, MONDAY + timedelta(days=4), [], removed=[gone], kind=RunKind.REMOVAL_CHECK)
    if request.param == "whole":
        refresh(archive, tmp_path / "index")
    opened = open_index(tmp_path / "index") if request.param != "none" else None
    return None if opened is None else Asking(archive, opened)


def test_each_version_is_there_once_oldest_first_with_its_removal_and_its_bytes(
    archive: Archive, index: Asking | None
) -> None:
    assert told(archive, index) == [
        ("First", 1, "city", b'{"id": "1", "message": "First"}'),
        ("Second", 2, "city", b'{"id": "1", "message": "Second"}'),
        ("Third", 4, "city", b'{"id": "1", "message": "Third"}'),
    ]
    (first, *_) = versions(archive, ITEM, include_private=False, index=index)
    assert [kept.sha256 for kept in first.media] == [medium(PICTURE)["sha256"]]  # it came with a later night


def test_a_private_item_is_there_only_where_it_is_asked_for(archive: Archive, index: Asking | None) -> None:
    message = (ACCOUNT, "message", "2")
    assert told(archive, index, message) == []
    assert [one[0] for one in told(archive, index, message, private=True)] == ["A secret"]  # type: ignore[index]


def test_what_is_not_in_the_archive_has_no_version(archive: Archive, index: Asking | None) -> None:
    for item in ((ACCOUNT, "post", "1"), ("nobody", "comment", "1"), (ACCOUNT, "comment", "11")):
        assert told(archive, index, item) == []
