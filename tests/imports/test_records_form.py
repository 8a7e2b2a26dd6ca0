"""A city moves in and out with its records, in a form that is documented, and loses nothing on the way."""

from __future__ import annotations

import base64
import hashlib
import json
import tracemalloc
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from exports import NOW, Office, account, shown, zipped
from paloverde.archive.moveout import move_out
from paloverde.archive.seal import Coverage, Role, RunKind
from paloverde.bundles.build import build_bundle
from paloverde.capture.holding import Confirmed, hold
from paloverde.capture.removal import Cause, Removal
from paloverde.capture.sealing import Run, seal_run
from paloverde.capture.spool import Spool
from paloverde.errors import BadQuestion, Unreadable
from paloverde.imports.recordform import FIELDS
from paloverde.imports.said import Wish
from paloverde.records import Kind, Medium, Missing, Poster, archive_day
from paloverde.search.answer import search

MOVED, POSTS = Wish(format="records"), Wish(kind=Kind.POST)
RAW = b'{"id": "1", "message": "caf\\u00e9"}'
WHOLE: dict[str, Any] = {
    "native_id": "1", "kind": "comment", "text": "Café", "posted_at": "2026-03-02T10:00:00-08:00",
    "posted_text": "2 March", "edited_at": "2026-03-02T19:00:00Z", "parent_id": "p", "thread_id": "t",
    "poster_name": "Rosa", "poster_username": "rosa", "poster_id": "9", "visibility": "hidden",
    "permalink": "https://x.test/1", "language": "en", "count": 4, "observed_at": "2026-03-03T00:00:00Z",
    "raw": RAW.decode(), "payload_sha256": hashlib.sha256(RAW).hexdigest(),
}  # fmt: skip


def moved(folder: Path, *records: dict[str, Any] | bytes, name: str = "moved.jsonl") -> Path:
    path = folder / name
    path.write_bytes(
        b"\n".join(one if isinstance(one, bytes) else json.dumps(one).encode() for one in records)
    )
    return path


def test_every_field_of_a_line_arrives(office: Office, tmp_path: Path) -> None:
    office.take("x", moved(tmp_path, WHOLE))
    (row,) = office.rows("x")
    times = ("posted_at", "edited_at", "observed_at")
    assert {name: row[name] for name in WHOLE if name not in (*times, "raw")} == {
        name: value for name, value in WHOLE.items() if name not in (*times, "raw")
    }
    assert row["posted_at"] == datetime(2026, 3, 2, 18, tzinfo=UTC)
    assert row["observed_at"] == datetime(2026, 3, 3, tzinfo=UTC)
    assert (row["raw"], row["provenance"], row["drift"]) == (RAW, "records", None)


def test_a_line_without_raw_bytes_is_its_own_raw_bytes(office: Office, tmp_path: Path) -> None:
    office.take(
        "x", moved(tmp_path, {"native_id": "0", "text": "first"}, {"native_id": "1", "text": "second"})
    )
    row = office.row("x", "1")
    start = row["payload_position"]
    assert office.original(row)[start : start + len(row["raw"])] == row["raw"]
    assert json.loads(row["raw"]) == {"native_id": "1", "text": "second"}


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (b'{"native_id": "2", "text": "cut sho', "line 2: This is not a whole JSON text"),
        (b"[1, 2]", "line 2: it is no JSON object"),
        (b'{"native_id": "2", "account": "x-oakton"}', "line 2 is of the account x-oakton"),
        (b'{"native_id": "2\\u0000"}', "cannot be one"),
        (b'{"native_id": "2", "kind": "toot"}', "line 2: the kind 'toot' is none: write one of post, story"),
        (
            b'{"native_id": "2", "raw": "x", "payload_sha256": "00"}',
            "not those that payload_sha256 names (00)",
        ),
    ],
)
def test_a_line_that_cannot_be_read_is_told_with_its_place_and_stops_nothing(
    office: Office, tmp_path: Path, line: bytes, told: str
) -> None:
    report = office.take("x", moved(tmp_path, WHOLE, line, {"native_id": "3"}))
    assert report.unread_count == 1
    assert told in report.unread[0]
    assert "moved.jsonl, byte " in report.unread[0]
    assert {row["native_id"] for row in office.rows("x")} == {"1", "3"}
    assert any(told in said for said in report.lines())


@pytest.mark.parametrize(
    ("odd", "drift"),
    [
        ({"posted_at": "0001-01-01T00:00:00Z"}, "is none at which anybody posted"),
        ({"posted_at": "9999-12-31T23:59:59Z"}, "is none at which anybody posted"),
        ({"posted_at": "9999-12-31T23:59:59-08:00"}, "is none at which anybody posted"),
        ({"posted_at": "yesterday"}, 'posted_at "yesterday" does not fit'),
        ({"visibility": "sort of"}, "the visibility 'sort of' is not known"),
        ({"raw": None, "raw_base64": "***", "payload_sha256": None}, "raw_base64 is not base64"),
        ({"platform": "facebook"}, "it says that it is of the site facebook"),
    ],
)
def test_what_does_not_fit_is_set_aside_and_said(
    office: Office, tmp_path: Path, odd: dict[str, Any], drift: str
) -> None:
    office.take("x", moved(tmp_path, WHOLE | odd))
    (row,) = office.rows("x")
    assert drift in row["drift"]
    assert row["text"] == "Café"


def test_half_a_surrogate_and_bytes_that_are_not_utf8_lose_nothing(office: Office, tmp_path: Path) -> None:
    lines = [b'{"native_id": "1", "text": "half \\ud83d"}', b'{"native_id": "2", "text": "caf\xe9"}']
    office.take("x", moved(tmp_path, *lines))
    assert {row["text"] for row in office.rows("x")} == {"half \ufffd", "caf?"}
    assert {row["raw"] for row in office.rows("x")} == set(lines)


def test_several_versions_of_one_item_are_all_kept_once(office: Office, tmp_path: Path) -> None:
    versions = [{"native_id": "1", "text": text} for text in ("one", "two", "one")]
    report = office.take("x", moved(tmp_path, *versions))
    assert (report.new_versions, report.twice) == (2, 1)
    again = office.take("x", moved(tmp_path, *versions, {"native_id": "9"}, name="more.jsonl"))
    assert (again.new_versions, again.known) == (1, 2)


def test_a_long_file_is_kept_in_segments_that_each_row_leads_back_to(office: Office, tmp_path: Path) -> None:
    records = [{"native_id": f"{n}", "text": f"{n} " + "long words " * 600} for n in range(2_000)]
    report = office.take("x", moved(tmp_path, *records))
    assert report.new_versions == 2_000
    rows = office.rows("x")
    assert len({(row["exchange_key"], row["exchange_offset"]) for row in rows}) > 2
    for row in rows[::97]:
        start = row["payload_position"]
        assert office.original(row)[start : start + len(row["raw"])] == row["raw"]


TABLE = """Exported by the web team
Post text;Date posted;Author;Notes;Picture
"Park closes; early
today";03/04/2026 2:30 PM;Ana;=cmd|' /C calc'!A0;park.jpg
Second;not a day;Ben;;
"""


def test_a_table_of_any_site_is_read_by_the_named_columns(office: Office, tmp_path: Path) -> None:
    path = zipped(tmp_path / "n.zip", {"posts.csv": TABLE, "park.jpg": b"a park"})
    columns = {"post text": "text", "date posted": "posted_at", "author": "poster_name", "picture": "media"}
    report = office.take("nextdoor", path, wish=Wish(columns=columns, kind=Kind.POST))
    first, second = sorted(office.rows("nextdoor"), key=lambda row: row["text"])
    assert first["text"] == "Park closes; early\ntoday"
    assert first["posted_at"] == datetime(2026, 3, 4, 22, 30, tzinfo=UTC)  # half past two in the Pacific
    assert (first["provenance"], first["native_id"][:4]) == ("upload", "row-")
    assert office.archive.media(first["media"][0]["sha256"]) == b"a park"
    assert (second["posted_at"], second["posted_text"]) == (None, "not a day")
    assert "cannot be read" in second["drift"]
    assert any("notes of n.zip/posts.csv: kept, not searched" in gap for gap in report.gaps)
    start = first["payload_position"]
    assert office.original(first)[start : start + len(first["raw"])] == first["raw"]


def test_times_of_a_table_are_read_in_the_zone_that_is_named(office: Office, tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("native_id,posted_at\n1,2026-03-04 12:00:00\n")
    office.take("nextdoor", path, wish=Wish(zone=ZoneInfo("UTC"), kind=Kind.POST))
    assert office.row("nextdoor", "1")["posted_at"] == datetime(2026, 3, 4, 12, tzinfo=UTC)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "cp1252"])
def test_a_table_in_another_encoding_is_read(office: Office, tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes("native_id,text\r\n1,Café\r\n".encode(encoding))
    office.take("nextdoor", path, wish=POSTS)
    row = office.row("nextdoor", "1")
    assert row["text"] == "Café"
    assert (row["drift"] is None) == (encoding != "cp1252")


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("native_id,text\n1,a,b,c\n2,good\n", "row 2 has 4 cells where the header has 2"),
        ('native_id,text\n2,good\n1,"never closed\n' + "x" * 50 + "\n", "row 3 has no end"),
    ],
)
def test_a_bad_row_is_told_and_the_others_are_read(
    office: Office, tmp_path: Path, body: str, told: str
) -> None:
    path = tmp_path / "t.csv"
    path.write_text(body)
    report = office.take("nextdoor", path, wish=POSTS)
    assert office.row("nextdoor", "2")["text"] == "good"
    assert told in report.unread[0]


def test_a_table_without_known_columns_is_refused_in_a_sentence(office: Office, tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("a,b\n1,2\n")
    with pytest.raises(Unreadable, match=r"t\.csv has no row of column names"):
        office.take("nextdoor", path, wish=Wish(format="table"))


def removed(office: Office, native_id: str) -> None:
    """Hold an item as a removal check would."""
    now = office.now
    item = office.item("facebook", native_id)
    removal = Removal(
        item=item, removed_at=now, confirmed_at=now, confirmed_by="direct look-up", cause=Cause.CITY,
        cause_reason="The page hid it.",
    )  # fmt: skip
    with Spool() as spool:
        hold(office.archive, account("facebook"), [Confirmed(removal)], spool)
        run = Run(
            account("facebook"), archive_day(now), RunKind.REMOVAL_CHECK, now, Coverage(), {"removed": 1}
        )
        seal_run(office.vault, spool, run, "a" * 64)


_NOT_MOVED = ("date", "exchange_key", "exchange_offset", "payload_position")


def comparable(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    kept = [{name: value for name, value in row.items() if name not in _NOT_MOVED} for row in rows]
    return sorted(kept, key=lambda row: (row["native_id"], row["version_sha256"]))


def test_what_moves_out_moves_in_with_equal_rows_and_hashes(tmp_path: Path) -> None:
    (tmp_path / "old").mkdir()
    old = Office(tmp_path / "old", NOW - timedelta(days=5))
    posted = datetime(2026, 3, 2, 18, tzinfo=UTC)
    unknown = Poster(missing=Missing.DELETED_ACCOUNT)
    posts = [shown("facebook", f"100_{n}", f"Post {n}", posted + timedelta(hours=n)) for n in range(5)]
    posts[1].poster = unknown
    posts[2].media = (Medium("https://cdn.test/a.jpg?sig=1", "photo", "A park", "77"),)
    posts[3].text, posts[3].payload = None, b"\xff not text"
    old.night("facebook", posts, old.now)
    old.now += timedelta(days=1)
    old.night("facebook", [shown("facebook", "100_0", "Post 0, mended", posted)], old.now)
    removed(old, "100_4")
    out = tmp_path / "out"
    told = move_out(old.archive, [account("facebook"), account("x")], out, lambda _: None)
    assert (told.records, told.removed) == (6, 1)

    (tmp_path / "new").mkdir()
    new = Office(tmp_path / "new")
    report = new.take("facebook", out)
    assert (report.format, report.new_versions, report.dossiers, report.unread, report.left > 0) == (
        "records", 6, 1, [], True,
    )  # fmt: skip
    assert comparable(new.rows("facebook")) == comparable(old.rows("facebook"))
    assert comparable(new.rows("facebook", Role.REMOVED)) == comparable(old.rows("facebook", Role.REMOVED))
    assert new.item("facebook", "100_4").state == "removed"
    assert {row["provenance"] for row in new.rows("facebook")} == {"api"}
    assert [gap.partition(",")[0] for gap in report.gaps] == ["media"]  # that the old archive lacks as well
    (note,) = report.notes
    assert note.startswith("These records were moved in from the archive with the key ")
    assert "after its run 3 of Wednesday, November 18, 2026, 12:00 PM Pacific" in note


def test_a_folder_that_is_moved_out_proves_itself(tmp_path: Path) -> None:
    office = Office(tmp_path)
    office.night("facebook", [shown("facebook", "1", "Hello", NOW - timedelta(days=9))], NOW)
    out = tmp_path / "out"
    move_out(office.archive, [account("facebook")], out, lambda _: None)
    manifest = json.loads((out / "manifest.json").read_bytes())
    found = {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()}
    assert found == {*manifest, "manifest.json"}
    for name, stated in manifest.items():
        assert hashlib.sha256((out / name).read_bytes()).hexdigest() == stated["sha256"]
    assert {name.split("/")[0] for name in manifest} >= {"records", "exchanges", "sealed", "runs"}
    with pytest.raises(BadQuestion, match="not empty"):
        move_out(office.archive, [account("facebook")], out, lambda _: None)


def test_a_long_film_is_never_in_memory_as_a_whole_when_it_goes_out(tmp_path: Path) -> None:
    office, film = Office(tmp_path / "city"), tmp_path / "council.mp4"
    film.write_bytes(b"\0\0\0\x18ftypmp42" + bytes(48 * 2**20))
    office.take("x", film, wish=Wish(format="files", public=True))
    signer, answer = office.vault.signer, search(office.archive, "*")
    tracemalloc.start()
    try:
        move_out(office.archive, [account("x")], tmp_path / "out", lambda _: None)
        bundle = tmp_path / "bundle.zip"
        build_bundle(answer, office.archive, signer, name="1", agency="City", now=NOW, out=bundle)
        assert tracemalloc.get_traced_memory()[1] < 16 * 2**20
    finally:
        tracemalloc.stop()
    sha256 = hashlib.sha256(film.read_bytes()).hexdigest()
    assert (tmp_path / "out/media/sha256" / sha256[:2] / sha256).stat().st_size == film.stat().st_size
    with zipfile.ZipFile(bundle) as box:
        assert box.getinfo(f"1/data/03_media/{sha256}.mp4").file_size == film.stat().st_size


def test_moved_media_are_checked_against_their_hash(office: Office, tmp_path: Path) -> None:
    good, bad = hashlib.sha256(b"good").hexdigest(), hashlib.sha256(b"bad").hexdigest()
    line = {"native_id": "1", "media": [{"url": "u", "sha256": good}, {"url": "v", "sha256": bad}]}
    files = {
        "records/x-palmaria.jsonl": json.dumps(line).encode(),
        f"media/sha256/{good[:2]}/{good}": b"good",
        f"media/sha256/{bad[:2]}/{bad}": b"swapped",
    }
    report = office.take("x", zipped(tmp_path / "m.zip", files))
    kept, missing = office.row("x", "1")["media"]
    assert office.archive.media(kept["sha256"]) == b"good"
    assert (missing["sha256"], "not the one" in missing["not_captured"]) == (None, True)
    assert any("not the one with the hash" in gap for gap in report.gaps)


def test_records_of_another_account_are_not_taken_by_mistake(office: Office, tmp_path: Path) -> None:
    path = zipped(tmp_path / "m.zip", {"records/x-oakton.jsonl": b'{"native_id": "1"}'})
    with pytest.raises(Unreadable, match="only of x-oakton"):
        office.take("x", path, wish=MOVED)


def test_the_guide_prints_every_field_of_the_form() -> None:
    guide = (Path(__file__).parents[2] / "docs/guide/imports.md").read_text(encoding="utf-8")
    assert [name for name in FIELDS if f"| `{name}` |" not in guide] == []


def test_bytes_that_are_no_text_travel_in_base64(office: Office, tmp_path: Path) -> None:
    line = {"native_id": "1", "raw_base64": base64.b64encode(b"\x00\xff").decode()}
    office.take("x", moved(tmp_path, line))
    assert office.row("x", "1")["raw"] == b"\x00\xff"
