"""What is lawfully destroyed leaves the Iceberg tables, and what a hold brings back returns to them."""

from __future__ import annotations

from pathlib import Path

from disposing import QUIET, Later
from pyiceberg.table import StaticTable

from paloverde.archive.seal import Role
from paloverde.archive.store.shelf import DirectoryShelf, Shelf
from paloverde.lake.publish import publish
from paloverde.lake.shelved import Shelved
from paloverde.retention.disposition import carry_out

ONE = "nextdoor-cityofpalmaria"


def read(shelf: Shelf, role: Role) -> list[tuple[str, str]]:
    newest = Shelved(shelf).newest(role)
    assert newest is not None
    table = StaticTable.from_metadata(newest).scan().to_arrow()
    return sorted(zip(table["native_id"].to_pylist(), table["version_sha256"].to_pylist(), strict=True))


def stands(later: Later, role: Role) -> list[tuple[str, str]]:
    return sorted((row["native_id"], row["version_sha256"]) for row in later.rows(role))


def test_the_tables_hold_what_stands_before_and_after(tmp_path: Path, built: Path) -> None:
    later = Later(tmp_path / "home", built)
    shelf, at = DirectoryShelf(tmp_path / "lake"), later.city.settings.store
    publish(later.city.archive, at, shelf)
    before = read(shelf, Role.RECORDS)
    assert before == stands(later, Role.RECORDS)
    assert read(shelf, Role.SIGHTINGS)
    carry_out(later.office, later.order(ONE), "ana", QUIET)
    tables = {table.role: table for table in publish(later.city.archive, at, shelf)}
    after = read(shelf, Role.RECORDS)
    assert after == stands(later, Role.RECORDS)
    assert 0 < len(after) < len(before)
    assert tables[Role.RECORDS].dropped > 0
    assert read(shelf, Role.TOMBSTONES)
    for role in (Role.REMOVED, Role.SIGHTINGS):
        assert len(read(shelf, role)) == len(stands(later, role))
    named = {file["file_path"] for file in _files(shelf)}
    assert {one for one in named if not Path(one.removeprefix("file://")).exists()} == set()


def _files(shelf: Shelf) -> list[dict[str, str]]:
    newest = Shelved(shelf).newest(Role.RECORDS)
    assert newest is not None
    files: list[dict[str, str]] = StaticTable.from_metadata(newest).inspect.files().to_pylist()
    return files
