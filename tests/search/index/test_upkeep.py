"""The index follows the archive: what is new comes in, what is destroyed goes out, what is damaged is made again."""

from __future__ import annotations

import fcntl
import random
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from randomly import City

from archives import NIGHT, add_night, open_empty, record
from paloverde.archive.reader import Archive, SealedPart
from paloverde.archive.seal import Part, Role
from paloverde.errors import TryAgain
from paloverde.records import archive_day
from paloverde.search.index.building import build, several
from paloverde.search.index.building import covered as part_as_covered
from paloverde.search.index.gathering import Batch
from paloverde.search.index.layout import ARRAYS, CURRENT, LOCK, ROWS, SEGMENTS
from paloverde.search.index.opening import Index, open_index
from paloverde.search.index.planning import LARGEST, Job, Stands, plan, workers
from paloverde.search.index.segment import Segment
from paloverde.search.index.upkeep import coverage, damaged_files, rebuild, refresh, throw_away


def city_of(folder: Path, nights: int = 3) -> City:
    city = City(folder, random.Random(7))
    city.grow(nights, 25)
    return city


def opened(folder: Path) -> Index:
    index = open_index(folder)
    assert index is not None
    return index


def covered(folder: Path) -> list[str]:
    return sorted(part.key for segment in opened(folder).segments for part in segment.covered)


def standing(archive: Archive) -> list[str]:
    return sorted(part.part.key for role in (Role.RECORDS, Role.REMOVED) for part in archive.parts(role))


def words_in(folder: Path) -> set[str]:
    return {
        segment.text.word(number)
        for segment in opened(folder).segments
        for number in range(len(segment.text))
    }


def test_a_refresh_adds_what_is_new_and_then_nothing(tmp_path: Path) -> None:
    city, folder = city_of(tmp_path), tmp_path / "index"
    first = refresh(city.archive, folder)
    assert first.added == len(standing(city.archive))
    assert covered(folder) == standing(city.archive)
    again = refresh(city.archive, folder)
    assert (again.added, again.records, again.gone) == (0, 0, 0)
    assert "nothing was new" in again.sentence()
    city.grow(1, 25)
    later = refresh(city.archive, folder)
    assert 0 < later.added < first.added
    assert covered(folder) == standing(city.archive)


def test_it_says_how_far_it_reaches(tmp_path: Path) -> None:
    city, folder = city_of(tmp_path), tmp_path / "index"
    assert "empty" in coverage(city.archive, open_index(folder)).sentence()
    refresh(city.archive, folder)
    last = max(seal.sequence for seal in city.archive.seals())
    whole = coverage(city.archive, opened(folder))
    assert (whole.missing, whole.gone) == ([], [])
    assert f"all of sealed runs 1 to {whole.last_seal:,}" in whole.sentence()
    assert whole.last_seal <= last
    city.grow(1, 25)
    city.take_out(city.archive.parts(Role.RECORDS)[0], keeping=False)
    behind = coverage(city.archive, opened(folder))
    assert behind.missing
    assert len(behind.gone) == 1
    assert "It is behind" in behind.sentence()


def test_words_that_were_destroyed_leave_the_index(tmp_path: Path) -> None:
    archive, folder = open_empty(tmp_path), tmp_path / "index"
    city = City(tmp_path / "other", random.Random(1))
    city.archive = archive
    day = archive_day(NIGHT)
    add_night(
        archive, "facebook-springfield", day, [record("1", "unforgettable", poster_name="Nemo Nusquam")]
    )
    add_night(archive, "x-springfield", day, [record("2", "street", account="x-springfield", platform="x")])
    refresh(archive, folder)
    assert "unforgettable" in words_in(folder)
    city.take_out(archive.parts(Role.RECORDS, ["facebook-springfield"])[0], keeping=False)
    done = refresh(archive, folder)
    assert done.gone == 1
    assert words_in(folder) == {"street"}
    assert covered(folder) == standing(archive)
    (segment,) = opened(folder).segments
    assert segment.poster.find("nusquam") is None
    assert segment.rows(range(segment.documents))["text"].to_pylist() == ["street"]
    assert not [
        path for path in folder.rglob("*") if path.is_file() and b"unforgettable" in path.read_bytes()
    ]


def test_what_is_taken_over_is_what_is_built_anew(tmp_path: Path) -> None:
    """Segments that became one, over many nights, with destructions between, say what a fresh index says."""
    city, folder = city_of(tmp_path, 1), tmp_path / "index"
    for number in range(9):
        refresh(city.archive, folder, largest=400)
        city.grow(1, 10)
        if number % 3 == 2:
            city.take_out(city.archive.parts(Role.RECORDS)[number], keeping=True)
    refresh(city.archive, folder)
    assert len(opened(folder).segments) < 9
    refresh(city.archive, tmp_path / "fresh")
    assert contents(opened(folder)) == contents(opened(tmp_path / "fresh"))


def test_segments_that_stand_stay_open_when_others_come_and_go(tmp_path: Path) -> None:
    """What was read of them stays in memory; a segment that held what was destroyed is opened no more."""
    city, folder = city_of(tmp_path), tmp_path / "index"
    refresh(city.archive, folder, largest=60)
    before = opened(folder)
    city.grow(1, 25)
    city.take_out(city.archive.parts(Role.RECORDS)[0], keeping=False)
    refresh(city.archive, folder, largest=60)
    after = open_index(folder, before)
    assert after is not None
    assert [segment.name for segment in after.segments] == after.shelf.segments
    stayed = [segment for segment in before.segments if segment.name in after.shelf.segments]
    assert 0 < len(stayed) < len(before.segments)
    assert all(any(one is segment for one in after.segments) for segment in stayed)
    assert len(after.segments) > len(stayed)
    assert contents(after) == contents(opened(folder))


def contents(index: Index) -> list[tuple[object, ...]]:
    """Every document: its place in the archive, its row, and the words at their places behind its first."""
    found: list[tuple[object, ...]] = []
    for segment in index.segments:
        said: list[list[tuple[object, ...]]] = [[] for _ in range(segment.documents)]
        for word in range(len(segment.text)):
            for form in segment.text.forms(word):
                positions = segment.text.positions(form)
                documents = segment.text.documents_at(positions).tolist()
                for document, position in zip(documents, positions.tolist(), strict=True):
                    said[document].append((position, segment.text.word(word), segment.text.exact(form, word)))
        rows = segment.rows(range(segment.documents)).to_pylist()
        for number, (row, words) in enumerate(zip(rows, said, strict=True)):
            part = segment.covered[int(segment.columns.part[number])]
            told = [word[1:] for word in sorted(words)]
            found.append((part.key, int(segment.columns.row[number]), repr(row), told))
    return sorted(found, key=lambda one: (one[0], one[1]))


def test_kin_are_the_documents_of_one_item_and_of_one_version(tmp_path: Path) -> None:
    city, folder = city_of(tmp_path, 2), tmp_path / "index"
    for _ in range(3):
        refresh(city.archive, folder, largest=60)
        city.grow(1, 20)
    refresh(city.archive, folder, largest=60)
    index = opened(folder)
    assert len(index.segments) > 1
    rows = [segment.rows(range(segment.documents)).to_pylist() for segment in index.segments]
    items = [[(row["account"], row["kind"], row["native_id"]) for row in some] for some in rows]
    often = [item for some in items for item in some]
    known: dict[int, object] = {}
    versions: dict[int, object] = {}
    for number, kin in enumerate(index.kin):
        shared = [at for at, item in enumerate(items[number]) if often.count(item) > 1]
        assert kin.documents.tolist() == shared
        for document, of_item, of_version in zip(
            shared, kin.items.tolist(), kin.versions.tolist(), strict=True
        ):
            item = items[number][document]
            assert known.setdefault(of_item, item) == item
            version = (item, rows[number][document]["version_sha256"])
            assert versions.setdefault(of_version, version) == version
    assert len(set(known.values())) == len(known) == index.items
    assert len(set(versions.values())) == len(versions) == index.versions
    gone = {
        (row["account"], row["kind"], row["native_id"])
        for segment in index.segments
        for row in segment.removals.to_pylist()
    }
    assert gone
    for number, kin in enumerate(index.kin):
        assert kin.removed.tolist() == [at for at, item in enumerate(items[number]) if item in gone]


def test_a_damaged_segment_is_thrown_away_and_built_again(tmp_path: Path) -> None:
    city, folder = city_of(tmp_path), tmp_path / "index"
    refresh(city.archive, folder)
    before = contents(opened(folder))
    rows = opened(folder).segments[0].folder / ROWS
    rows.write_bytes(rows.read_bytes()[:-9])
    said: list[str] = []
    done = refresh(city.archive, folder, said.append)
    assert len(done.damaged) == 1
    assert "thrown away and built again" in said[0]
    assert contents(opened(folder)) == before


@pytest.mark.parametrize("spoiled", [b"", b"{}", b'{"format": 99, "number": 1, "segments": [], "kin": ""}'])
def test_an_index_of_another_make_is_built_again(tmp_path: Path, spoiled: bytes) -> None:
    city, folder = city_of(tmp_path), tmp_path / "index"
    refresh(city.archive, folder)
    (folder / CURRENT).write_bytes(spoiled)
    said: list[str] = []
    refresh(city.archive, folder, said.append)
    assert any("built again" in line or "taken up" in line for line in said)
    assert covered(folder) == standing(city.archive)


def test_a_flipped_bit_is_found_by_reading_all_of_it(tmp_path: Path) -> None:
    city, folder = city_of(tmp_path), tmp_path / "index"
    refresh(city.archive, folder)
    path = opened(folder).segments[0].folder / ARRAYS
    assert damaged_files(opened(folder)) == []
    body = bytearray(path.read_bytes())
    body[len(body) // 2] ^= 1
    path.write_bytes(bytes(body))
    assert damaged_files(opened(folder)) == [path]
    throw_away(folder, [path.parent.name])
    assert opened(folder).documents == 0
    refresh(city.archive, folder)
    assert damaged_files(opened(folder)) == []
    assert covered(folder) == standing(city.archive)


def test_two_refreshes_do_not_race(tmp_path: Path) -> None:
    city, folder = city_of(tmp_path), tmp_path / "index"
    refresh(city.archive, folder)
    with (folder / LOCK).open("r+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(TryAgain, match="at work"):
            refresh(city.archive, folder)
    refresh(city.archive, folder)


def test_what_a_dead_refresh_left_is_taken_up_where_it_is_whole_and_swept_where_not(tmp_path: Path) -> None:
    city, folder = city_of(tmp_path), tmp_path / "index"
    refresh(city.archive, folder)
    (whole,) = opened(folder).segments
    (folder / CURRENT).unlink()  # it died before it said which segments count
    half = folder / SEGMENTS / "half"
    shutil.copytree(whole.folder, half)
    (half / "segment.json").unlink()
    said: list[str] = []
    refresh(city.archive, folder, said.append)
    assert any("taken up" in line for line in said)
    assert [segment.name for segment in opened(folder).segments] == [whole.name]
    assert not half.exists()


def test_a_segment_left_behind_that_holds_what_was_destroyed_is_swept(tmp_path: Path) -> None:
    city, folder = city_of(tmp_path), tmp_path / "index"
    refresh(city.archive, folder)
    (old,) = opened(folder).segments
    (folder / CURRENT).unlink()
    city.take_out(city.archive.parts(Role.RECORDS)[0], keeping=False)
    refresh(city.archive, folder)
    assert old.name not in {segment.name for segment in opened(folder).segments}
    assert not old.folder.exists()
    assert covered(folder) == standing(city.archive)


_REFRESHES = """
import sys
from pathlib import Path
from paloverde.archive.reader import Archive
from paloverde.archive.store.directory import DirectoryStore
from paloverde.search.index.upkeep import refresh
from paloverde.state.books import open_books

home = Path(sys.argv[1])
archive = Archive(DirectoryStore(home / "store"), open_books(f"sqlite:///{home / 'state.db'}"))
refresh(archive, home / "index", print, largest=40)
"""


@pytest.mark.parametrize("seconds", [0.0, 0.05, 0.2, 0.5])
def test_a_refresh_that_is_killed_leaves_a_usable_index(tmp_path: Path, seconds: float) -> None:
    city, folder = city_of(tmp_path), tmp_path / "index"
    refresh(city.archive, folder)
    before = covered(folder)
    city.grow(4, 40)
    child = subprocess.Popen(
        [sys.executable, "-c", _REFRESHES, str(tmp_path)],
        env={"PYTHONPATH": ":".join(path for path in sys.path if path)},
        stdout=subprocess.PIPE,
    )
    while not {path.name for path in (folder / SEGMENTS).iterdir()} - {
        one.name for one in opened(folder).segments
    }:
        assert child.poll() is None
    try:
        child.wait(seconds)
    except subprocess.TimeoutExpired:
        child.kill()
    child.communicate()
    assert covered(folder) in (before, standing(city.archive))
    refresh(city.archive, folder)
    assert covered(folder) == standing(city.archive)
    assert {path.name for path in (folder / SEGMENTS).iterdir()} == {
        one.name for one in opened(folder).segments
    }


def test_a_rebuild_starts_from_nothing(tmp_path: Path) -> None:
    city, folder = city_of(tmp_path), tmp_path / "index"
    refresh(city.archive, folder)
    before = opened(folder).segments[0]
    done = rebuild(city.archive, folder)
    assert done.added == len(standing(city.archive))
    assert not before.folder.exists()
    assert contents(opened(folder)) == contents_of(before)


def contents_of(segment: Segment) -> list[tuple[object, ...]]:
    """A segment that is open still, whose files are gone."""
    index = object.__new__(Index)
    index.segments = [segment]
    return contents(index)


def test_only_the_user_of_the_program_reads_it(tmp_path: Path) -> None:
    city, folder = city_of(tmp_path), tmp_path / "index"
    refresh(city.archive, folder)
    for path in [folder, *folder.rglob("*")]:
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path


def test_two_processes_build_what_one_builds(tmp_path: Path) -> None:
    city = city_of(tmp_path)
    parts = [*city.archive.parts(Role.RECORDS), *city.archive.parts(Role.REMOVED)]
    half = len(parts) // 2
    jobs = [Job(parts[:half], [], 1), Job(parts[half:], [], 1)]
    for processes in (1, 2):
        places = [(tmp_path / f"{processes}" / f"{number}", job) for number, job in enumerate(jobs)]
        build(city.archive, places, tmp_path, [], processes, lambda *_: None)
    for number in range(2):
        one, two = (tmp_path / name / f"{number}" / ARRAYS for name in ("1", "2"))
        assert one.read_bytes() == two.read_bytes()


def test_a_process_that_dies_is_said(tmp_path: Path) -> None:
    city = city_of(tmp_path)
    jobs = [(tmp_path / "a", Job([], ["none"], 1)), (tmp_path / "b", Job([], ["none"], 1))]
    with pytest.raises(TryAgain, match="ended early"):
        build(city.archive, jobs, tmp_path, [], 2, lambda *_: None)


def test_what_is_cut_together_is_bounded_by_its_rows_and_by_its_parts() -> None:
    def groups(*rows: int) -> list[int]:
        tables = [pa.table({"text": ["a"] * number}) for number in rows]
        given = [Batch(part_as_covered(_part(at, 1)), one, one) for at, one in enumerate(tables)]
        found = list(several(iter(given)))
        assert [one for group in found for one in group] == given
        return [len(group) for group in found]

    assert groups() == []
    assert groups(4_999, 1, 5_000, 1) == [2, 1, 1]
    assert groups(*([1] * 600)) == [250, 250, 100]


def test_years_of_nights_leave_few_segments() -> None:
    """A thousand nights of 10,000 records: few segments stand on any day, and none is written often."""
    segments: dict[str, int] = {}
    written, most = 0, 0
    for night in range(1_000):
        (job,) = plan([Stands(*one) for one in segments.items()], [_part(night, 10_000)], 2)
        for name in job.takes:
            del segments[name]
        segments[f"{night}"] = job.documents
        written, most = written + job.documents, max(most, len(segments))
    assert sum(segments.values()) == 10_000_000
    assert max(segments.values()) <= LARGEST
    assert most <= 45
    assert written <= 5 * 10_000_000


def test_a_large_build_is_shared_by_two_processes() -> None:
    parts = [_part(number, 5_000) for number in range(400)]
    jobs = plan([], parts, 2)
    assert [part for job in jobs for part in job.parts] == parts
    assert len(jobs) == 8
    assert np.ptp([job.documents for job in jobs]) <= 20_000
    assert workers(jobs, 2) == 2
    assert workers(plan([], parts[:3], 2), 2) == 1


def test_the_last_segment_is_no_larger_than_the_others() -> None:
    """What a process needs of memory goes by the largest."""
    parts = [_part(number, 5_000) for number in range(2_000)]
    parts += [_part(number, 1) for number in range(2_000, 6_000)]
    sizes = [job.documents for job in plan([], parts, 2)]
    assert max(sizes) <= LARGEST
    assert max(sizes) - min(sizes) <= 5_000
    assert len(plan([], [_part(1, 3), _part(2, 0), _part(3, 0)], 2)) == 1


def _part(number: int, rows: int) -> SealedPart:
    part = Part(Role.RECORDS, f"records/{number}", "1", "0" * 64, 1, rows)
    return SealedPart(part, "x-springfield", archive_day(NIGHT), number + 1, number + 1)
