"""What every store keeps, whatever it is made of. One suite, run on every store present."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from paloverde.archive.store import Grade, Store, Stored, open_store
from paloverde.errors import ArchiveDamaged, BadSetting
from stores import Place

HOUR = timedelta(hours=1)


@pytest.fixture
def store(place: Place) -> Store:
    return place.store()


@pytest.fixture
def key() -> str:
    return f"records/account=facebook-example/date=2026-11-22/{uuid.uuid4().hex}.parquet"


@pytest.fixture
def until() -> datetime:
    return (datetime.now(UTC) + HOUR).replace(microsecond=0)


@pytest.mark.parametrize("body", [b"", b"words", bytes(range(256)) * 4096], ids=["empty", "small", "1 MiB"])
def test_it_gives_back_the_exact_bytes(store: Store, key: str, until: datetime, body: bytes) -> None:
    stored = store.put(key, body, locked_until=until)
    assert store.get(stored) == body
    assert stored.size == len(body)
    assert stored.version_id
    assert store.find(key) == stored


def test_a_file_is_stored_as_its_bytes_are(store: Store, key: str, until: datetime, tmp_path: Path) -> None:
    file = tmp_path / "video"
    file.write_bytes(bytes(range(256)) * 20_000)
    stored = store.put(key, file, locked_until=until)
    assert store.get(stored) == file.read_bytes()
    assert store.put(key, file.read_bytes(), locked_until=until) == stored
    assert store.put(key, file, locked_until=until + HOUR) == stored
    assert store.standing(stored).locked_until == until + HOUR
    file.write_bytes(b"another")
    with pytest.raises(ArchiveDamaged, match="already holds other bytes"):
        store.put(key, file, locked_until=until)


def test_a_file_that_is_not_the_expected_one_is_not_stored(store: Store, key: str, tmp_path: Path) -> None:
    file = tmp_path / "video"
    file.write_bytes(b"x")
    with pytest.raises(ArchiveDamaged, match="SHA-256"):
        store.put(key, file, locked_until=None, sha256="0" * 64)
    assert store.find(key) is None


def test_it_locks_to_the_second_in_its_own_grade(store: Store, key: str, until: datetime) -> None:
    standing = store.standing(store.put(key, b"x", locked_until=until))
    assert (standing.locked_until, standing.mode, standing.size) == (until, store.grade, 1)
    assert standing.locked_until.utcoffset() == timedelta(0)


def test_it_rounds_a_lock_up_and_never_down(store: Store, key: str, until: datetime) -> None:
    stored = store.put(key, b"x", locked_until=until + timedelta(microseconds=1))
    assert store.standing(stored).locked_until == until + timedelta(seconds=1)


def test_it_understands_local_time(store: Store, key: str, until: datetime) -> None:
    pacific = until.astimezone(timezone(timedelta(hours=-8)))
    assert store.standing(store.put(key, b"x", locked_until=pacific)).locked_until == until


def test_it_keeps_derived_objects_unlocked(store: Store, key: str) -> None:
    standing = store.standing(store.put(key, b"x", locked_until=None))
    assert (standing.locked_until, standing.mode, standing.legal_hold) == (None, None, False)


def test_a_second_run_adds_no_version(store: Store, key: str, until: datetime) -> None:
    first = store.put(key, b"x", locked_until=until)
    assert store.put(key, b"x", locked_until=until) == first
    assert store.put(key, b"x", locked_until=None) == first
    assert list(store.walk(key)) == [first]


def test_a_second_run_never_moves_a_lock_earlier(store: Store, key: str, until: datetime) -> None:
    stored = store.put(key, b"x", locked_until=until)
    store.put(key, b"x", locked_until=until - HOUR / 2)
    store.extend(stored, until - HOUR / 2)
    assert store.standing(stored).locked_until == until


def test_a_second_run_with_a_later_date_moves_the_lock(store: Store, key: str, until: datetime) -> None:
    stored = store.put(key, b"x", locked_until=until)
    store.put(key, b"x", locked_until=until + HOUR)
    assert store.standing(stored).locked_until == until + HOUR
    store.extend(stored, until + 2 * HOUR)
    assert store.standing(stored).locked_until == until + 2 * HOUR


def test_it_locks_what_was_unlocked(store: Store, key: str, until: datetime) -> None:
    stored = store.put(key, b"x", locked_until=None)
    store.extend(stored, until)
    assert (store.standing(stored).locked_until, store.standing(stored).mode) == (until, store.grade)


def test_it_never_overwrites(store: Store, key: str, until: datetime) -> None:
    stored = store.put(key, b"first", locked_until=until)
    with pytest.raises(ArchiveDamaged, match="already holds other bytes"):
        store.put(key, b"other", locked_until=until + HOUR)
    assert store.get(stored) == b"first"
    assert store.standing(stored).locked_until == until
    assert list(store.walk(key)) == [stored]


def test_a_legal_hold_comes_and_goes_beside_the_lock(store: Store, key: str, until: datetime) -> None:
    stored = store.put(key, b"x", locked_until=until)
    store.set_legal_hold(stored, on=True)
    assert store.standing(stored).legal_hold
    assert store.standing(stored).locked_until == until
    store.set_legal_hold(stored, on=False)
    assert not store.standing(stored).legal_hold


def test_it_refuses_bytes_that_are_not_the_expected_ones(store: Store, key: str) -> None:
    with pytest.raises(ArchiveDamaged, match="SHA-256"):
        store.put(key, b"x", locked_until=None, sha256="0" * 64)
    assert store.find(key) is None


def test_it_names_a_version_whose_bytes_differ(store: Store, key: str) -> None:
    stored = store.put(key, b"x", locked_until=None)
    lie = Stored(key=key, version_id=stored.version_id, sha256="0" * 64, size=1)
    for read in (store.get, store.check):
        with pytest.raises(ArchiveDamaged, match="SHA-256"):
            read(lie)
    store.check(stored)


def test_it_fetches_a_version_into_a_file(store: Store, key: str, tmp_path: Path) -> None:
    body = bytes(range(256)) * 12_000  # more than one piece
    store.fetch(store.put(key, body, locked_until=None), tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == body


def test_it_leaves_no_file_of_bytes_that_differ(store: Store, key: str, tmp_path: Path) -> None:
    stored = store.put(key, b"x", locked_until=None)
    lie = Stored(key=key, version_id=stored.version_id, sha256="0" * 64, size=1)
    with pytest.raises(ArchiveDamaged, match="SHA-256"):
        store.fetch(lie, tmp_path / "copy")
    assert not (tmp_path / "copy").exists()


def test_it_names_what_is_missing(store: Store, key: str, until: datetime, tmp_path: Path) -> None:
    gone = Stored(key=key, version_id="1", sha256="0" * 64, size=1)
    assert store.find(key) is None
    for attempt in (
        lambda: store.get(gone),
        lambda: store.check(gone),
        lambda: store.fetch(gone, tmp_path / "copy"),
        lambda: store.standing(gone),
        lambda: store.extend(gone, until),
        lambda: store.set_legal_hold(gone, on=True),
    ):
        with pytest.raises(ArchiveDamaged, match="paloverde repair"):
            attempt()


@pytest.mark.parametrize(
    "key",
    [
        "",
        "/a",
        "a/",
        "a//b",
        "../a",
        "a/../b",
        "a/./b",
        ".locks/a",
        "a b",
        "a%25",
        "ñ",
        "a\n",
        "a" * 1025,
        "a?b",
        "a\\b",
    ],
)
def test_it_refuses_names_that_a_server_or_disk_could_misread(store: Store, key: str) -> None:
    with pytest.raises(BadSetting, match="cannot be stored"):
        store.put(key, b"x", locked_until=None)


def test_it_refuses_a_lock_in_the_past_and_one_without_a_zone(
    store: Store, key: str, until: datetime
) -> None:
    with pytest.raises(BadSetting, match="already past"):
        store.put(key, b"x", locked_until=until - 2 * HOUR)
    with pytest.raises(BadSetting, match="no time zone"):
        store.put(key, b"x", locked_until=until.replace(tzinfo=None))
    assert store.find(key) is None


def test_it_walks_a_prefix_and_nothing_else(store: Store) -> None:
    here, there = f"walk/{uuid.uuid4().hex}", f"walk/{uuid.uuid4().hex}"
    wanted = {store.put(f"{here}/a={n}/b.json", str(n).encode(), locked_until=None) for n in range(3)}
    store.put(f"{there}/a.json", b"", locked_until=None)
    assert set(store.walk(here)) == wanted


def test_racing_writers_of_the_same_bytes_all_succeed(store: Store, key: str, until: datetime) -> None:
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda _: store.put(key, b"same", locked_until=until), range(8)))
    assert {stored.sha256 for stored in results} == {results[0].sha256}
    assert all(store.get(stored) == b"same" for stored in results)


def test_it_says_what_it_is_without_its_keys(store: Store, place: Place) -> None:
    assert place.url.rpartition("/")[2] in store.description
    assert all(secret not in store.description for name, secret in place.keys.items() if name != "endpoint")
    assert store.grade is (Grade.APPLICATION if place.name == "directory" else Grade.GOVERNANCE)


@pytest.mark.parametrize(
    "url", ["", "relative", "file://", "file://host/a", "s3://", "s3://bucket/folder", "ftp://x"]
)
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(BadSetting, match="must look like"):
        open_store(url)
