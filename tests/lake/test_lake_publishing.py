"""The tables as an independent reader has them: pyiceberg's own file access, from the metadata alone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyiceberg.table import StaticTable

from archives import ACCOUNT, add_night, make_archive, record, removed
from paloverde.archive.reader import Archive
from paloverde.archive.schema import RECORDS, REMOVED
from paloverde.archive.seal import Role
from paloverde.archive.store import open_store
from paloverde.archive.store.s3 import connect
from paloverde.archive.store.shelf import DirectoryShelf, Shelf, open_shelf
from paloverde.errors import ArchiveDamaged, BadSetting, TryAgain, Unreachable
from paloverde.lake.files import LakeFiles
from paloverde.lake.publish import behind, publish
from paloverde.lake.shelved import Shelved
from paloverde.lake.tables import TABLES, schema_of
from paloverde.state.books import open_books
from stores import NO_SERVER, bucket_at, empty, find_s3

LATER = datetime(2026, 3, 4, 10, tzinfo=UTC)
PICTURE = {
    "url": "https://p.test/1",
    "type": "photo",
    "alt_text": "A dog in the Zanzibar fountain",
    "size": 3,
}
FIRST = record("1", "Street sweeping on Monday", count=7, edited_at=LATER)
SECOND = record("2", None, media=[dict.fromkeys(RECORDS.field("media").type.value_type.names) | PICTURE])
# As captures write them: pyiceberg reads a list that is missing as one that is empty.
GONE = removed(FIRST, evidence=[], versions=[], thread=[])
WRITTEN = record("3", "Zanzibar is what I told the mayor", kind="message", visibility="private")


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return make_archive(tmp_path, records=[FIRST, SECOND, WRITTEN], removed=[GONE])


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return DirectoryShelf(tmp_path / "lake")


def published(archive: Archive, shelf: Shelf, **more: Any) -> dict[Role, tuple[int, int, int, int]]:
    """Of each table: files, rows, files added, files taken out."""
    tables = publish(archive, at(archive), shelf, **more)
    return {one.role: (one.holds.files, one.holds.rows, one.added, one.dropped) for one in tables}


def at(archive: Archive) -> str:
    return f"file://{archive.store.root}"  # type: ignore[attr-defined]


def table(shelf: Shelf, role: Role = Role.RECORDS, **access: str) -> StaticTable:
    newest = Shelved(shelf).newest(role)
    assert newest is not None
    return StaticTable.from_metadata(newest, access)


def rows(read: pa.Table) -> list[dict[str, Any]]:
    return sorted(read.to_pylist(), key=lambda row: str(row["native_id"]))


def one_more_night(archive: Archive) -> None:
    add_night(archive, ACCOUNT, date(2026, 3, 4), [record("9", "The pool opens", observed_at=LATER)])


def test_every_cell_reads_as_it_was_sealed(archive: Archive, shelf: Shelf) -> None:
    assert published(archive, shelf)[Role.RECORDS] == (1, 3, 1, 0)
    read = table(shelf).scan().to_arrow()
    assert read.column_names == RECORDS.names
    assert read.cast(RECORDS).schema.types == RECORDS.types  # nothing is lost by the types of the format
    assert rows(read) == rows(pa.Table.from_pylist([FIRST, SECOND, WRITTEN], RECORDS))
    told = table(shelf, Role.REMOVED).scan().to_arrow()
    assert rows(told) == rows(pa.Table.from_pylist([GONE], REMOVED))


def test_nothing_of_the_archive_is_written_or_copied(archive: Archive, shelf: Shelf, tmp_path: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "store").rglob("*")}
    published(archive, shelf)
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "store").rglob("*")} == before
    assert {path.suffix for path in (tmp_path / "lake").rglob("*.*")} == {".avro", ".json", ".text"}


def test_no_word_of_anybody_stands_in_the_metadata(archive: Archive, shelf: Shelf, tmp_path: Path) -> None:
    """By default Iceberg keeps the least and greatest text of each file."""
    published(archive, shelf)
    words = {b"Zanzib", b"Street", b"Rosa", b"zanzib", b"A dog"}
    read = table(shelf).inspect.files().to_pylist()
    assert {word for word in words if word in str(read).encode()} == set()
    for path in (tmp_path / "lake").rglob("*.*"):
        assert {word for word in words if word in path.read_bytes()} == set(), path
    bounds = read[0]["lower_bounds"]
    named = {table(shelf).schema().find_field(number).name for number, _ in bounds}
    assert named == {"account", "date", "posted_at", "observed_at"}


def test_a_later_night_is_added_and_a_day_is_found_by_its_file_alone(archive: Archive, shelf: Shelf) -> None:
    published(archive, shelf)
    one_more_night(archive)
    assert behind(archive, shelf)[0].startswith(
        "The table records holds sealed runs 1 to 2, 3 rows in 1 file. It is behind: 1 run came since."
    )
    assert published(archive, shelf)[Role.RECORDS] == (2, 4, 1, 0)
    assert published(archive, shelf)[Role.RECORDS] == (2, 4, 0, 0)
    day = table(shelf).scan(row_filter="date = '2026-03-04'")
    assert len(list(day.plan_files())) == 1
    assert day.to_arrow()["text"].to_pylist() == ["The pool opens"]
    assert "It is behind" not in behind(archive, shelf)[0]


def test_only_the_last_state_is_kept(archive: Archive, shelf: Shelf) -> None:
    published(archive, shelf)
    one_more_night(archive)
    published(archive, shelf)
    assert len(table(shelf).metadata.snapshots) == 1


def test_many_files_go_in_several_commits_that_each_say_how_far_they_are(
    archive: Archive, shelf: Shelf
) -> None:
    one_more_night(archive)
    said: list[str] = []
    assert publish(archive, at(archive), shelf, said.append, at_once=1)[0].holds == (2, 4)
    assert said[:2] == ["records: through run 1 of 3", "records: through run 3 of 3"]


@pytest.mark.slow
def test_a_publishing_that_is_killed_goes_on_where_it_was(archive: Archive, tmp_path: Path) -> None:
    """Whichever write is the last one that arrives."""
    one_more_night(archive)
    died = 0
    for writes in range(100):
        folder = tmp_path / f"lake-{writes}"
        try:
            published(archive, Dying(folder, writes), at_once=1)
        except Unreachable:
            died += 1
            assert published(archive, DirectoryShelf(folder))[Role.RECORDS][:2] == (2, 4), writes
            continue
        break
    assert died > 10
    assert rows(table(DirectoryShelf(folder)).scan().to_arrow())[-1]["text"] == "The pool opens"


class Dying(DirectoryShelf):
    """Takes so many files, and then none."""

    def __init__(self, root: Path, writes: int) -> None:
        super().__init__(root)
        self.left = writes

    def write(self, key: str, body: bytes) -> None:
        if not self.left:
            raise Unreachable("The disk is gone.")
        self.left -= 1
        super().write(key, body)


def test_a_damaged_file_is_not_published(archive: Archive, shelf: Shelf) -> None:
    published(archive, shelf)
    one_more_night(archive)
    part = archive.parts(Role.RECORDS)[-1].part
    path = archive.store.root / part.key  # type: ignore[attr-defined]
    path.chmod(0o600)
    path.write_bytes(path.read_bytes()[:-1] + b"!")
    with pytest.raises(ArchiveDamaged, match=part.key.partition("=")[0]):
        published(archive, shelf)
    assert table(shelf).scan().to_arrow().num_rows == 3


def test_a_table_of_another_archive_is_made_from_nothing(
    archive: Archive, shelf: Shelf, tmp_path: Path
) -> None:
    published(archive, shelf)
    other = make_archive(tmp_path / "other", records=[record("77", "Elsewhere")])
    assert behind(other, shelf)[0] == "The table records is of another archive, or of other columns."
    assert published(other, shelf)[Role.RECORDS] == (1, 1, 1, 0)
    assert table(shelf).scan().to_arrow()["text"].to_pylist() == ["Elsewhere"]


def test_lost_metadata_is_made_again(archive: Archive, shelf: Shelf, tmp_path: Path) -> None:
    published(archive, shelf)
    assert published(archive, shelf, anew=True)[Role.RECORDS] == (1, 3, 1, 0)
    for path in (tmp_path / "lake").rglob("*.json"):
        path.unlink()
    assert behind(archive, shelf)[0] == "The table records was never published."
    assert published(archive, shelf)[Role.RECORDS] == (1, 3, 1, 0)


def test_two_that_publish_at_once_leave_a_whole_table(archive: Archive, shelf: Shelf) -> None:
    published(archive, shelf)
    one_more_night(archive)
    catalog, files = Shelved(shelf), LakeFiles(archive.store, at(archive), shelf)
    metadata = catalog.metadata(Role.RECORDS)
    assert metadata is not None
    slow = catalog.table(Role.RECORDS, metadata, files)
    published(archive, shelf)
    with pytest.raises(TryAgain, match="Somebody else publishes"), slow.transaction() as change:
        change.set_properties({"paloverde.through-run": "1"})
    assert table(shelf).scan().to_arrow().num_rows == 4


def test_engines_that_tidy_up_are_told_to_leave_the_files(archive: Archive, shelf: Shelf) -> None:
    published(archive, shelf)
    assert table(shelf).properties["gc.enabled"] == "false"


@pytest.mark.parametrize("role", TABLES)
def test_every_column_has_its_type_and_an_id_of_its_own(role: Role) -> None:
    schema = schema_of(TABLES[role])
    assert schema.as_arrow().names == TABLES[role].names
    assert len(schema.field_ids) == len(set(schema.field_ids)) == schema.highest_field_id


@pytest.fixture
def place() -> Iterator[Any]:
    access = find_s3()
    if access is None:
        pytest.skip(NO_SERVER)
    with bucket_at("server", access) as place:
        yield place


@pytest.mark.s3
def test_on_a_real_server_the_tables_lie_in_a_bucket_without_locks(tmp_path: Path, place: Any) -> None:
    client = connect(
        place.keys["endpoint"],
        region=None,
        access_key=place.keys["access_key"],
        secret_key=place.keys["secret_key"],
    )
    bucket = f"{place.url.removeprefix('s3://')}-lake"
    client.create_bucket(Bucket=bucket)
    try:
        archive = Archive(
            open_store(place.url, **place.keys), open_books(f"sqlite:///{tmp_path / 'state.db'}")
        )
        add_night(archive, ACCOUNT, date(2026, 3, 2), [FIRST, SECOND, WRITTEN])
        shelf = open_shelf(f"s3://{bucket}", **place.keys)
        assert publish(archive, place.url, shelf)[0].holds == (1, 3)
        one_more_night(archive)
        assert publish(archive, place.url, shelf)[0].holds == (2, 4)
        access = {
            "s3.endpoint": place.keys["endpoint"],
            "s3.access-key-id": place.keys["access_key"],
            "s3.secret-access-key": place.keys["secret_key"],
            "s3.region": "us-east-1",
        }
        read = table(shelf, **access).scan().to_arrow()
        assert sorted(read["native_id"].to_pylist()) == ["1", "2", "3", "9"]
    finally:
        empty(client, bucket)


@pytest.mark.s3
def test_a_bucket_that_locks_by_itself_is_refused(place: Any) -> None:
    client = connect(
        place.keys["endpoint"],
        region=None,
        access_key=place.keys["access_key"],
        secret_key=place.keys["secret_key"],
    )
    client.put_object_lock_configuration(
        Bucket=place.url.removeprefix("s3://"),
        ObjectLockConfiguration={
            "ObjectLockEnabled": "Enabled",
            "Rule": {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 1}},
        },
    )
    with pytest.raises(BadSetting, match="use a bucket without Object Lock"):
        open_shelf(place.url, **place.keys).write("query/iceberg/try", b"x")
