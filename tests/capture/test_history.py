"""The thread around a removed item and its versions, as one pass through the records finds them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from archives import ACCOUNT, NIGHT, add_night, make_archive, medium, record
from paloverde.archive.reader import Archive
from paloverde.archive.seal import Part, Role
from paloverde.capture.history import MOST_AROUND, NOT_HERE, PRIVATE, History, histories
from paloverde.records import archive_day
from plazacity import City

Row = dict[str, Any]


def history_of(folder: Path, gone: Row, around: Sequence[Row]) -> History:
    archive = make_archive(folder, [gone, *around])
    return histories(archive, ACCOUNT, {("comment", gone["native_id"]): gone})["comment", gone["native_id"]]


def said(native_id: str, minute: int, **more: Any) -> Row:
    above = {"thread_id": "post", "parent_id": "post"}
    return record(
        native_id, f"Words {native_id}", posted_at=NIGHT + timedelta(minutes=minute), **(above | more)
    )


def test_the_thread_tells_root_parent_replies_and_what_was_said_beside(tmp_path: Path) -> None:
    post = record("post", "The post", kind="post", thread_id="post")
    around = [
        post, said("above", 1), said("reply", 9, parent_id="gone"), said("beside", 4),
        said("deep", 7, parent_id="reply"), said("elsewhere", 5, thread_id="other", parent_id="other"),
        record("like", None, kind="reaction", thread_id="post", parent_id="gone"),
    ]  # fmt: skip
    found = history_of(tmp_path, said("gone", 5, parent_id="above"), around)
    assert [(str(one.relation), one.native_id) for one in found.thread] == [
        ("root", "post"), ("parent", "above"), ("reply", "reply"), ("beside", "beside"), ("beside", "deep"),
    ]  # fmt: skip
    assert found.thread[0].text == "The post"
    assert found.rest == 0


def test_the_dossier_of_a_public_item_shows_nothing_private(tmp_path: Path) -> None:
    around = [
        record("post", "Between us", kind="conversation", thread_id="post"),
        said("whisper", 4, kind="message"), said("doubt", 6, visibility="private"), said("beside", 7),
    ]  # fmt: skip
    found = history_of(tmp_path, said("gone", 5), around)
    assert [(one.native_id, one.missing) for one in found.thread] == [("post", PRIVATE), ("beside", None)]
    assert found.rest == 0
    assert "Between us" not in str(found.thread)


def test_the_dossier_of_a_message_shows_its_conversation(tmp_path: Path) -> None:
    gone, answer = said("gone", 5, kind="message"), said("answer", 6, kind="message")
    archive = make_archive(tmp_path, [gone, answer, record("post", "Between us", kind="conversation")])
    found = histories(archive, ACCOUNT, {("message", "gone"): gone})["message", "gone"]
    assert [one.text for one in found.thread] == ["Between us", "Words answer"]


def test_what_is_not_in_the_archive_says_so(tmp_path: Path) -> None:
    found = history_of(tmp_path, said("gone", 5, thread_id="theirs", parent_id="theirs-2"), [])
    assert [(one.native_id, one.text, one.missing) for one in found.thread] == [
        ("theirs", None, NOT_HERE), ("theirs-2", None, NOT_HERE),
    ]  # fmt: skip


def test_of_a_long_thread_the_nearest_in_time_are_shown(tmp_path: Path) -> None:
    around = [said(f"c{n}", n) for n in range(200) if n != 120]
    found = history_of(tmp_path, said("gone", 120), around)
    beside = [one.native_id for one in found.thread if one.relation == "beside"]
    assert set(beside) == {f"c{n}" for n in range(95, 146) if n != 120}
    assert len(beside) == MOST_AROUND
    assert found.rest == 199 - MOST_AROUND


def test_many_replies_are_cut_and_counted(tmp_path: Path) -> None:
    around = [said(f"r{n}", 10 + n, parent_id="gone") for n in range(80)]
    found = history_of(tmp_path, said("gone", 5), around)
    assert [one.native_id for one in found.thread[1:]] == [f"r{n}" for n in range(MOST_AROUND)]
    assert found.rest == 30


def test_what_stands_around_is_shown_as_it_was_last_seen(tmp_path: Path) -> None:
    gone = said("gone", 5)
    old, new = (
        said("beside", 4),
        said("beside", 4) | {"text": "Edited", "observed_at": NIGHT + timedelta(days=1)},
    )
    archive = make_archive(tmp_path, [gone, old])
    add_night(archive, ACCOUNT, archive_day(new["observed_at"]), [new])
    found = histories(archive, ACCOUNT, {("comment", "gone"): gone})["comment", "gone"]
    assert [one.text for one in found.thread if one.native_id == "beside"] == ["Edited"]


def test_a_version_that_came_again_with_its_files_is_one_version_with_them(tmp_path: Path) -> None:
    without = said("gone", 5, media=[medium(b"x") | {"sha256": None, "not_captured": "HTTP 500"}])
    filled = without | {"media": [medium(b"x")], "observed_at": NIGHT + timedelta(days=1)}
    archive = make_archive(tmp_path, [without], media=[b"x"])
    add_night(archive, ACCOUNT, archive_day(filled["observed_at"]), [filled])
    (version,) = histories(archive, ACCOUNT, {("comment", "gone"): filled})["comment", "gone"].versions
    assert version.media == [medium(b"x")["sha256"]]
    assert version.observed_at == NIGHT


@pytest.mark.parametrize("posted", [None, NIGHT])
def test_an_item_without_a_date_has_its_history_too(tmp_path: Path, posted: Any) -> None:
    found = history_of(tmp_path, said("gone", 0) | {"posted_at": posted}, [said("beside", 3)])
    assert [one.native_id for one in found.thread] == ["post", "beside"]
    assert len(found.versions) == 1


def test_runs_that_ended_before_the_thread_began_are_not_read(city: City) -> None:
    city.night(archive_day(city.clock()))
    (old,) = city.archive.parts(Role.RECORDS)
    city.later = timedelta(days=30)
    city.site._posted = city.clock() - timedelta(days=1)
    city.site.post("new", "A new post")
    city.site.comment("new", "gone", "A new comment")
    city.night(archive_day(city.clock()))
    del city.site.comments["new"]["gone"]
    city.later += timedelta(days=1)
    city.night(archive_day(city.clock()))
    reads: list[str] = []

    class Counting(Archive):
        def table(self, part: Part, columns: Sequence[str] | None = None) -> pa.Table:
            reads.append(part.key)
            return super().table(part, columns)

    city.archive = Counting(city.vault.store, city.vault.books)
    assert city.check(archive_day(city.clock()), look_ups=1).removed == ["gone"]
    assert reads
    assert old.part.key not in reads
