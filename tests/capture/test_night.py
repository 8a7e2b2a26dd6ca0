"""Nights on the Plaza site: what is kept, what is said, and what stays as it is."""

from __future__ import annotations

import os
import resource
import subprocess
import tempfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.dataset as ds
import pytest

from paloverde.archive.reader import Archive
from paloverde.archive.seal import Role, Seal
from paloverde.errors import CredentialDead, Suspicious, Unreachable
from paloverde.wording import at_time
from plaza import TOKEN
from plazacity import City

FIRST, SECOND, THIRD = date(2026, 11, 20), date(2026, 11, 21), date(2026, 11, 22)


def rows(archive: Archive, role: Role = Role.RECORDS, *, of: date | None = None) -> list[dict[str, object]]:
    parts = archive.parts(role, since=of, until=of)
    return [row for sealed in parts for row in archive.table(sealed.part).to_pylist()]


def last_seal(archive: Archive) -> Seal:
    return list(archive.seals())[-1]


def test_the_first_night_keeps_everything(city: City) -> None:
    report, trouble = city.night(FIRST)
    assert trouble is None
    assert (report.outcome, report.records, report.new_versions, report.gaps) == ("sealed", 24, 24, [])
    kept = rows(city.archive)
    assert {row["native_id"] for row in kept} == {
        *city.site.posts,
        *(c for p in city.site.comments.values() for c in p),
    }
    assert {str(row["date"]) for row in kept} == {"2026-11-20"}


def test_every_row_leads_back_to_its_exact_bytes(city: City) -> None:
    city.night(FIRST)
    for row in rows(city.archive):
        url, body = city.archive.exchange(row["exchange_key"], row["exchange_offset"])
        assert row["raw"] in body
        assert url.startswith(city.site.url)


def test_the_same_night_again_changes_nothing(city: City) -> None:
    city.night(FIRST)
    before = sorted(stored.key for stored in city.vault.store.walk(""))
    report, _ = city.night(FIRST)
    assert report.outcome == "already sealed"
    assert report.sealed_at is not None
    assert (
        f"already sealed on {at_time(report.sealed_at)} (run 1); nothing new was written" in report.sentence()
    )
    assert "new versions kept" not in report.sentence()
    assert sorted(stored.key for stored in city.vault.store.walk("")) == before


def test_a_quiet_night_writes_no_records_but_says_that_it_looked(city: City) -> None:
    city.night(FIRST)
    report, _ = city.night(SECOND)
    assert (report.outcome, report.records, report.new_versions) == ("sealed", 24, 0)
    assert rows(city.archive, of=SECOND) == []
    assert len(rows(city.archive, Role.SIGHTINGS, of=SECOND)) == 24


def test_an_edit_is_a_new_version_beside_the_old(city: City) -> None:
    city.night(FIRST)
    city.site.comments["p1"]["c12"]["text"] = "I changed my mind"
    city.night(SECOND)
    city.site.comments["p1"]["c12"]["text"] = "Comment 2 on route 1"
    city.night(THIRD)
    texts = [row["text"] for row in rows(city.archive) if row["native_id"] == "c12"]
    assert texts == ["Comment 2 on route 1", "I changed my mind", "Comment 2 on route 1"]


def test_no_token_is_in_any_byte_on_disk(city: City, tmp_path: Path) -> None:
    city.site.post("leak", f"echo {TOKEN}")
    city.night(FIRST)
    found = subprocess.run(["grep", "-raF", "plaza-token", tmp_path], capture_output=True, check=False)
    assert found.stdout == b""
    for sealed in city.archive.parts(Role.RECORDS):
        assert TOKEN not in str(city.archive.table(sealed.part).to_pylist())


def test_a_dead_token_is_sealed_as_a_gap_and_raised(city: City) -> None:
    city.token = "revoked"
    report, trouble = city.night(FIRST)
    assert isinstance(trouble, CredentialDead)
    assert report.outcome == "degraded"
    assert report.gaps[0].startswith("night: it broke off: Plaza, posts: HTTP 401")
    assert rows(city.archive) == []


def test_a_stream_that_fails_is_a_gap_and_the_rest_is_kept(city: City) -> None:
    city.site.broken["/comments/p2"] = (500, b"{}")
    report, trouble = city.night(FIRST)
    assert trouble is None
    assert report.records == 19
    assert any("comments of p2" in gap for gap in report.gaps)
    city.site.broken.clear()
    again, _ = city.night(FIRST)
    assert (again.outcome, again.new_versions, again.gaps) == ("sealed", 5, [])


def test_a_wrong_clock_seals_nothing(city: City) -> None:
    city.later = timedelta(days=400)
    city.skew = 120
    with pytest.raises(Suspicious, match="Set the clock"):
        city.night(FIRST)
    assert list(city.archive.seals()) == []


def test_what_a_killed_run_left_is_cleared_after_a_day(city: City, tmp_path: Path) -> None:
    old, fresh = (Path(tempfile.mkdtemp(prefix="paloverde-run-")) for _ in range(2))
    os.utime(old, (0, 0))
    city.night(FIRST)
    assert not old.exists()
    fresh.rmdir()


def test_a_night_without_one_whole_list_is_no_success(city: City) -> None:
    city.site.broken["/posts"] = (500, b"{}")
    report, trouble = city.night(FIRST)
    assert isinstance(trouble, Unreachable)
    assert report.outcome == "degraded"
    assert "gave not one list of plaza-palmaria to its end" in str(trouble)


def test_a_short_listing_is_said(city: City) -> None:
    city.site.broken["/comments/p3"] = (200, b'{"items": [], "total": 5}')
    report, _ = city.night(FIRST)
    assert "comments of p3: the site counts 5 and listed 0" in report.gaps


def test_an_outage_never_makes_an_absence_of_what_it_did_not_list(city: City) -> None:
    city.night(FIRST)
    for post in city.site.posts:
        city.site.broken[f"/comments/{post}"] = (503, b"{}")
    report, _ = city.night(SECOND)
    assert report.candidates == 0


def test_pictures_are_kept_once_and_a_lost_one_is_said(city: City) -> None:
    picture = f"{city.site.url}/files/park.png"
    city.site.files["/files/park.png"] = b"\x89PNG park"
    for n in range(3):
        city.site.post(f"m{n}", "The park", media=[picture])
    city.site.post("lost", "Gone", media=[f"{city.site.url}/files/lost.png"])
    report, _ = city.night(FIRST)
    media = city.archive.parts(Role.MEDIA)
    assert len(media) == 1
    kept = {row["native_id"]: row["media"] for row in rows(city.archive) if row["media"]}
    assert kept["m0"][0]["sha256"] == media[0].part.sha256
    assert city.archive.media(media[0].part.sha256) == b"\x89PNG park"
    assert kept["lost"][0]["not_captured"] == "the site no longer gives the file (HTTP 404)"
    assert any("1 pictures or videos were not captured" in gap for gap in report.gaps)


def test_the_search_bounds_of_a_part_are_true(city: City) -> None:
    city.night(FIRST)
    for sealed in city.archive.parts(Role.RECORDS):
        posted = city.archive.table(sealed.part)["posted_at"].to_pylist()
        assert (sealed.part.earliest, sealed.part.latest) == (min(posted), max(posted))
    after = max(row["posted_at"] for row in rows(city.archive))
    assert city.archive.parts(Role.RECORDS, posted_from=after)
    assert not city.archive.parts(Role.RECORDS, posted_before=datetime(2026, 1, 1, tzinfo=UTC))


def test_partitions_open_without_our_code(city: City, tmp_path: Path) -> None:
    city.night(FIRST)
    table = ds.dataset(tmp_path / "archive" / "records", format="parquet").to_table()
    assert table.num_rows == 24
    assert table.schema.field("date").type == pa.date32()


def test_a_full_disk_is_one_sentence_and_nothing_sealed_changes(city: City) -> None:
    city.night(FIRST)
    before = [seal.sequence for seal in city.archive.seals()]
    city.site.post("new", "x" * 20_000)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (512, limits[1]))
    try:
        with pytest.raises(Unreachable, match="disk"):  # whichever file meets the end of the disk first
            city.night(SECOND)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert [seal.sequence for seal in city.archive.seals()] == before
    assert city.night(SECOND)[0].outcome == "sealed"
