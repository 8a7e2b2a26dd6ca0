"""What is handed in again with more joins what is held; with less it changes nothing."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from exports import NOW, Office, account, shown, tweet, ytd, zipped
from paloverde.archive.gaps import known
from paloverde.archive.moveout import move_out
from paloverde.errors import Unreadable
from paloverde.imports.said import Wish
from paloverde.records import Kind
from paloverde.search.answer import search

TABLE = "Words,Posted,Author,Photo\nPark closes,2026-03-04 12:00,Ana,p.jpg\nPool opens,,Ben,\n"
NAMED = {"words": "text", "posted": "posted_at", "photo": "media"}
LONG = "The council met for four hours about the water plan. " * 12


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)


def take(office: Office, path: Path, **more: str) -> Any:
    return office.take("nextdoor", path, wish=Wish(format="table", columns=NAMED | more, kind=Kind.POST))


def open_gaps(office: Office) -> list[str]:
    with office.vault.books.connect() as connection:
        return [f"{gap.stream}: {gap.cause}" for gap in known(connection, only_open=True)]


def test_a_picture_that_was_missing_joins_its_post_and_closes_the_gap(office: Office, tmp_path: Path) -> None:
    take(office, zipped(tmp_path / "t.zip", {"posts.csv": TABLE}), author="poster_name")
    assert len(open_gaps(office)) == 1
    office.now += timedelta(days=1)
    whole = zipped(tmp_path / "t.zip", {"posts.csv": TABLE, "p.jpg": b"a park"})
    report = take(office, whole, author="poster_name")
    assert (report.new_versions, report.known, report.linked) == (0, 1, 1)
    before, after = (row for row in office.rows("nextdoor") if row["text"] == "Park closes")
    assert before["version_sha256"] == after["version_sha256"]
    assert office.archive.media(after["media"][0]["sha256"]) == b"a park"
    assert len(search(office.archive, "park").hits) == 1
    assert open_gaps(office) == []
    assert any(said.startswith("closed: media of t.zip/posts.csv") for said in report.lines())


def test_another_table_of_that_name_closes_no_gap(office: Office, tmp_path: Path) -> None:
    take(office, zipped(tmp_path / "t.zip", {"posts.csv": TABLE}), author="poster_name")
    other = {"posts.csv": TABLE.replace("Park closes", "Park opens"), "p.jpg": b"a park"}
    take(office, zipped(tmp_path / "t.zip", other), author="poster_name")
    assert [gap.partition(":")[0] for gap in open_gaps(office)] == ["media"]


@pytest.mark.parametrize("posted", ["posted_at", None])
def test_a_column_that_is_named_later_is_another_version_of_the_same_post(
    office: Office, tmp_path: Path, posted: str | None
) -> None:
    path = zipped(tmp_path / "t.zip", {"posts.csv": TABLE, "p.jpg": b"a park"})
    columns = {"words": "text", "photo": "media"} | ({"posted": posted} if posted else {})
    wish = Wish(format="table", columns=columns, kind=Kind.POST)
    office.take("nextdoor", path, wish=wish)
    ids = {row["native_id"] for row in office.rows("nextdoor")}
    assert not search(office.archive, "poster:Ana").hits
    report = take(office, path, author="poster_name")
    assert report.new_versions == 2
    (hit,) = search(office.archive, "poster:Ana").hits
    assert hit.posted_at is not None
    assert {row["native_id"] for row in office.rows("nextdoor")} == ids
    assert open_gaps(office) == []
    office.take("nextdoor", path, wish=wish)  # already sealed
    again = zipped(tmp_path / "again.zip", {"posts.csv": TABLE})
    assert take(office, again).new_versions == 0


def test_a_day_that_is_named_later_is_found(office: Office, tmp_path: Path) -> None:
    path = tmp_path / "posts.csv"
    path.write_text("native_id,text,Posted\n1,Park closes,2026-03-04 12:00\n")
    office.take("nextdoor", path, wish=Wish(format="table", kind=Kind.POST))
    assert take(office, path).new_versions == 1
    assert take(office, zipped(tmp_path / "t.zip", {"posts.csv": path.read_bytes()})).new_versions == 0
    assert len(search(office.archive, "park from:2026-03-04 to:2026-03-04").hits) >= 1


def test_the_shortened_text_of_a_post_that_is_held_in_full_is_no_new_version(
    office: Office, tmp_path: Path
) -> None:
    posted = NOW - timedelta(days=9)
    office.night("x", [shown("x", "1", LONG, posted), shown("x", "2", LONG, posted)], NOW - timedelta(days=1))
    cut = [
        tweet("1", LONG[:270] + "\u2026 https://t.co/abcDEF"),
        tweet("2", "Another plan. " * 19 + "\u2026"),
    ]
    report = office.take("x", zipped(tmp_path / "x.zip", {"data/tweets.js": ytd("tweets", cut)}))
    assert (report.known, report.new_versions) == (1, 1)
    assert [row["native_id"] for row in office.rows("x") if row["provenance"] == "export"] == ["2"]


def moved_out(folder: Path) -> Path:
    old = Office(folder / "old", NOW - timedelta(days=5))
    old.night("x", [shown("x", "1", "Parade", NOW - timedelta(days=9))], old.now)
    old.take("x", zipped(folder / "x.zip", {"data/tweets.js": ytd("tweets", [tweet("2", "Pool")])}))
    (folder / "words.jsonl").write_text('{"native_id": "3", "kind": "post", "text": "Library"}')
    old.take("x", folder / "words.jsonl")
    out = folder / "out"
    move_out(old.archive, [account("x")], out, lambda _: None)
    (out / "bundles/PRA-1").mkdir(parents=True)
    (out / "bundles/PRA-1/a.zip").write_bytes(b"PK")
    return out


def test_how_each_record_came_is_kept_when_it_moves(tmp_path: Path) -> None:
    (tmp_path / "old").mkdir()
    out = moved_out(tmp_path)
    new = Office(tmp_path / "new")
    report = new.take("x", out)
    grades = {row["native_id"]: row["provenance"] for row in new.rows("x")}
    assert grades == {"1": "api", "2": "export", "3": "records"}
    assert report.gaps == []
    (note,) = report.notes
    assert "moved in from the archive with the key" in note


def test_a_grade_is_believed_of_no_other_file(tmp_path: Path) -> None:
    (tmp_path / "old").mkdir()
    out = moved_out(tmp_path)
    new = Office(tmp_path / "new")
    line = json.dumps({"native_id": "9", "kind": "post", "text": "Forged", "provenance": "api"})
    (tmp_path / "forged.jsonl").write_text(line)
    new.take("x", tmp_path / "forged.jsonl")
    assert new.row("x", "9")["provenance"] == "records"
    with (out / "records/x-palmaria.jsonl").open("a") as file:
        file.write(line + "\n")
    with pytest.raises(Unreadable, match=r"manifest\.json names another hash"):
        new.take("x", out)
