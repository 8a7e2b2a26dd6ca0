"""What is chosen: what was found, what belongs to it, each thing once, as it was when it was chosen."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from archives import ACCOUNT, NIGHT, Row, make_archive, record, removed
from matters import TERMS
from paloverde.archive.reader import Archive
from paloverde.productions.choosing import chosen, hits_of, in_days, relatives, version_of
from paloverde.productions.order import Families
from paloverde.search.answer import search
from paloverde.search.hits import Hit

HERON = "facebook-springfield-parks"
FAR = 1_000  # a run after all of them


def thread(root: str, text: str, replies: Iterable[str], **more: Any) -> list[Row]:
    rows = [record(root, text, kind="post", **more)]
    for at, reply in enumerate(replies):
        above = root if at == 0 else f"{root}{at - 1}"
        rows.append(record(f"{root}{at}", reply, thread_id=root, parent_id=above, **more))
    return rows


ROWS = [
    *thread("100", "The pool is closed", ["Why?", "Ask the pool staff", "Thanks"]),
    *thread("200", "Street sweeping", ["Is the pool swept?", "No"]),
    *thread("300", "Book club", ["Nice"]),
    *thread("100", "Another account, same id", ["Its reply"], account=HERON),
    record("400", "The pool hurt my son", kind="message", visibility="private", thread_id="talk"),
    record("401", "We are sorry", kind="message", visibility="private", thread_id="talk"),
]


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return make_archive(tmp_path, ROWS)


def found(archive: Archive, question: str = "pool", *, private: bool = False) -> list[Hit]:
    return search(archive, question, include_private=private).hits


def ids(hits: Iterable[Hit]) -> list[tuple[str, str]]:
    return sorted((hit.account, hit.native_id) for hit in hits)


def family(archive: Archive, how: Families, *, private: bool = False) -> list[tuple[str, str]]:
    hits = found(archive, private=private)
    return ids(relatives(archive, hits, how, FAR, include_private=private))


def test_a_whole_family_is_the_thread_of_each_found_record_in_its_account(archive: Archive) -> None:
    expected = ["100", "1000", "1001", "1002", "200", "2000", "2001"]
    assert family(archive, Families.WHOLE) == [(ACCOUNT, one) for one in expected]


def test_the_parent_alone_is_the_post_at_the_root(archive: Archive) -> None:
    assert family(archive, Families.PARENT) == [(ACCOUNT, "100"), (ACCOUNT, "200")]


def test_no_family_is_nothing_more(archive: Archive) -> None:
    assert family(archive, Families.NONE) == []


def test_a_private_message_brings_no_conversation_along(archive: Archive) -> None:
    assert (ACCOUNT, "401") not in family(archive, Families.WHOLE, private=True)


def test_a_private_comment_of_a_thread_is_left_out_unless_private_records_are_ordered(tmp_path: Path) -> None:
    rows = [
        *thread("100", "The pool", ["Open"]),
        record("109", "Draft", thread_id="100", visibility="private"),
    ]
    archive = make_archive(tmp_path, rows)
    assert (ACCOUNT, "109") not in family(archive, Families.WHOLE)
    assert (ACCOUNT, "109") in family(archive, Families.WHOLE, private=True)


def test_what_is_there_for_its_family_alone_is_told_apart_and_answers_no_demand(archive: Archive) -> None:
    hits = found(archive)
    by_version = {version_of(hit): (hit, ("1",)) for hit in hits}
    choices = chosen(by_version, relatives(archive, hits, Families.WHOLE, FAR, include_private=False))
    told = {choice.hit.native_id: (choice.is_found, choice.requests) for choice in choices}
    assert told == {
        "100": (True, ("1",)), "1001": (True, ("1",)), "2000": (True, ("1",)),
        "200": (False, ()), "1000": (False, ()), "1002": (False, ()), "2001": (False, ()),
    }  # fmt: skip


def test_of_records_that_say_the_same_one_is_chosen_and_answers_the_demands_of_all(tmp_path: Path) -> None:
    rows = [
        record("1", "The pool", version_sha256="a" * 64),
        record("1", "The pool", version_sha256="b" * 64, provenance="export"),
    ]
    by_site, by_export = sorted(found(make_archive(tmp_path, rows)), key=lambda hit: hit.version_sha256)
    (choice,) = chosen(
        {version_of(by_site): (by_site, ("2",)), version_of(by_export): (by_export, ("1", "2"))}, []
    )
    assert (choice.hit, choice.requests) == (by_site, ("1", "2"))
    assert [one.version_sha256 for one in choice.also] == ["b" * 64]
    (of_family,) = chosen({version_of(by_export): (by_export, ("1",))}, [by_site])
    assert (of_family.hit, of_family.requests, of_family.is_found) == (by_site, ("1",), True)


def test_items_are_read_with_every_version_and_with_what_was_removed(tmp_path: Path) -> None:
    first = record("1", "The pool is closed")
    later = record("1", "The pool is open", observed_at=NIGHT + timedelta(hours=1))
    gone = record("2", "Gone")
    archive = make_archive(tmp_path, [first, later, gone, record("3", "Other")], removed=[removed(gone)])
    items = [(ACCOUNT, "comment", "1"), (ACCOUNT, "comment", "2"), (ACCOUNT, "post", "3")]
    hits = hits_of(archive, items, FAR, include_private=False)
    assert sorted((hit.native_id, hit.text) for hit in hits) == [
        ("1", "The pool is closed"), ("1", "The pool is open"), ("2", "Gone"),
    ]  # fmt: skip
    assert [hit.native_id for hit in hits if hit.removed] == ["2"]


def test_what_is_read_is_what_a_search_finds(archive: Archive) -> None:
    hits = found(archive, "*", private=True)
    read = hits_of(archive, {hit.item for hit in hits}, FAR, include_private=True)
    assert {version_of(hit): msgspec.structs.replace(hit, part="", row=0) for hit in read} == {
        version_of(hit): msgspec.structs.replace(hit, part="", row=0) for hit in hits
    }


def test_nothing_that_was_sealed_after_the_run_is_chosen(tmp_path: Path) -> None:
    later = NIGHT + timedelta(days=1)
    rows = [
        *thread("100", "The pool", ["First"]),
        record("101", "Second", thread_id="100", observed_at=later),
    ]
    archive = make_archive(tmp_path, rows)
    hits = [hit for hit in found(archive) if hit.native_id == "100"]
    assert (ACCOUNT, "101") in ids(relatives(archive, hits, Families.WHOLE, 2, include_private=False))
    assert (ACCOUNT, "101") not in ids(relatives(archive, hits, Families.WHOLE, 1, include_private=False))


def test_days_are_pacific_and_what_has_no_date_is_in() -> None:
    days = msgspec.structs.replace(TERMS, since=date(2026, 3, 1), until=date(2026, 3, 1))
    at = {
        "in": datetime(2026, 3, 2, 7, tzinfo=UTC),
        "late": datetime(2026, 3, 2, 9, tzinfo=UTC),
        "undated": None,
    }
    hits = [Hit(**_plain(name), posted_at=moment) for name, moment in at.items()]
    assert [hit.native_id for hit in in_days(hits, days)] == ["in", "undated"]


def _plain(native_id: str) -> dict[str, Any]:
    return {
        "account": ACCOUNT, "date": date(2026, 3, 1), "platform": "facebook", "kind": "post",
        "native_id": native_id, "version_sha256": native_id, "observed_at": NIGHT, "payload_sha256": "",
        "part": "", "row": 0, "sequence": 1,
    }  # fmt: skip
