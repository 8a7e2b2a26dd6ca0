"""A store that is not there any more is told, never made again and read as an empty one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from doubled import Doubled, directories, file_of
from paloverde.archive.store import Stored
from paloverde.archive.store.directory import DirectoryStore
from paloverde.cli import main
from paloverde.errors import ArchiveDamaged, BadSetting
from paloverde.installation import Purpose
from paloverde.installation.opening import refuse_a_lost_store
from paloverde.settings import load
from paloverde.state.books import open_books
from paloverde.state.tables import LEDGER, RUNS
from stores import NO_SERVER, Place, bucket_at, find_s3


@pytest.fixture
def both(tmp_path: Path) -> Doubled:
    return directories(tmp_path / "city")


def folder(both: Doubled) -> Path:
    return file_of(both.first, "runs").parent


def test_a_read_refuses_a_folder_that_is_gone_and_does_not_make_it_again(
    both: Doubled, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in both.environment().items():
        monkeypatch.setenv(name, value)
    both.filled()
    folder(both).rename(both.home / "gone")
    assert main(["search", "pool"]) == 1
    told = " ".join(capsys.readouterr().err.split())
    assert "is empty or another one" in told
    assert "may not be mounted" in told
    assert "`paloverde copies restore`" in told
    assert not folder(both).exists()
    (both.home / "gone").rename(folder(both))
    assert main(["search", "pool"]) == 0


@pytest.mark.parametrize("purpose", [Purpose.WORK, Purpose.BEGIN, Purpose.NEW_KEY])
def test_whoever_would_write_is_refused(both: Doubled, purpose: Purpose) -> None:
    both.filled()
    folder(both).rename(both.home / "gone")
    folder(both).mkdir()  # the folder that a disk is mounted on
    with pytest.raises(ArchiveDamaged, match="empty or another one"):
        both.open(purpose)
    assert list(folder(both).iterdir()) == []


@pytest.mark.parametrize("is_mounted_on", [True, False])
def test_a_repair_writes_nothing_into_a_folder_whose_disk_is_not_mounted(
    both: Doubled, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], is_mounted_on: bool
) -> None:
    for name, value in both.environment().items():
        monkeypatch.setenv(name, value)
    both.filled()
    folder(both).rename(both.home / "gone")
    if is_mounted_on:
        folder(both).mkdir()
    for command in ("repair", "fixity"):
        assert main([command]) == 1
        told = " ".join(capsys.readouterr().err.split())
        assert "is empty or another one" in told
        assert "`paloverde copies restore`" in told
    assert folder(both).exists() is is_mounted_on
    assert list(both.home.glob("first/*")) == []
    folder(both).rmdir() if is_mounted_on else None
    (both.home / "gone").rename(folder(both))
    assert main(["repair", "--quiet"]) == 0


def test_a_repair_writes_nothing_into_the_store_of_another_archive(both: Doubled, tmp_path: Path) -> None:
    other = directories(tmp_path / "other")
    both.filled()
    other.filled()
    before = sorted((tmp_path / "other" / "first").rglob("*"))
    both.first = other.first
    with pytest.raises(ArchiveDamaged, match="empty or another one"):
        both.open(Purpose.REPAIR)
    assert sorted((tmp_path / "other" / "first").rglob("*")) == before


def test_a_repair_still_opens_where_every_row_of_the_database_is_wrong(both: Doubled) -> None:
    city = both.filled()
    with city.vault.books.begin() as connection:
        for table in (RUNS, LEDGER):
            connection.execute(table.update().values(key="runs/nonsense"))
    assert both.open(Purpose.REPAIR).copies.repair().rows > 0
    assert both.open().check_fixity().is_whole


def test_a_repair_still_opens_where_much_of_the_store_is_gone(both: Doubled) -> None:
    both.filled()
    for path in [*(folder(both) / "runs").iterdir(), *(folder(both) / "media").rglob("*.*")]:
        path.unlink() if path.is_file() else None
    both.open(Purpose.REPAIR).check_fixity()
    both.open(Purpose.REPAIR).copies.repair()
    assert both.open(Purpose.REPAIR).check_fixity().is_whole


def test_an_archive_that_knows_no_run_yet_is_told_by_its_ledger(both: Doubled) -> None:
    both.filled(0)
    folder(both).rename(both.home / "gone")
    with pytest.raises(ArchiveDamaged, match="empty or another one"):
        both.open()


def test_the_store_of_another_archive_is_refused(both: Doubled, tmp_path: Path) -> None:
    other = directories(tmp_path / "other")
    both.filled()
    other.filled()
    both.first = other.first
    with pytest.raises(ArchiveDamaged, match="empty or another one"):
        both.open()


def test_one_seal_that_is_missing_is_no_lost_store(both: Doubled) -> None:
    both.filled()
    newest = max((folder(both) / "runs").iterdir())
    newest.unlink()
    both.open()


def test_a_lost_store_is_restored_and_rebuilt(both: Doubled) -> None:
    both.filled()
    folder(both).rename(both.home / "gone")
    assert both.open(Purpose.REBUILD).copies.restore().failed == []
    both.open(Purpose.REBUILD).copies.rebuild()
    assert both.open().check_fixity().is_whole


def test_a_rebuild_from_nothing_leaves_the_database_as_it_is(both: Doubled) -> None:
    both.filled()
    for place in ("first", "second"):
        (both.home / place).rename(both.home / f"{place}-gone")
    with pytest.raises(ArchiveDamaged, match="nothing was rebuilt"):
        both.open(Purpose.REBUILD).copies.rebuild()
    for place in ("first", "second"):
        (both.home / f"{place}-gone").rename(both.home / place)
    assert both.open().check_fixity().is_whole


def test_opening_costs_one_look(both: Doubled) -> None:
    both.filled()

    class Counting(DirectoryStore):
        looks = 0

        def find(self, key: str) -> Stored | None:
            self.looks += 1
            return super().find(key)

    store, books = Counting(folder(both)), open_books(load(both.environment()).database)
    refuse_a_lost_store(store, books)
    books.dispose()
    assert store.looks == 1


@pytest.mark.s3
class TestOnAServer:
    @pytest.fixture
    def buckets(self) -> Iterator[tuple[Place, Place]]:
        access = find_s3()
        if access is None:
            pytest.skip(NO_SERVER)
        with bucket_at("s3", access) as first, bucket_at("s3", access) as second:
            yield first, second

    def test_an_empty_bucket_is_refused(self, both: Doubled, buckets: tuple[Place, Place]) -> None:
        both.first = buckets[0]
        both.filled(1)
        both.first = buckets[1]
        with pytest.raises(ArchiveDamaged, match="empty or another one"):
            both.open()

    @pytest.mark.parametrize("which", ["first", "second"])
    def test_a_bucket_that_does_not_exist_is_named_so(
        self, both: Doubled, buckets: tuple[Place, Place], which: str
    ) -> None:
        both.first, both.second = buckets
        both.filled(1)
        there: Place = getattr(both, which)
        setattr(both, which, Place("none", "s3://paloverde-no-such-bucket", there.keys))
        with pytest.raises(BadSetting, match=r"paloverde-no-such-bucket.* has no such bucket; make it"):
            both.open().copies.copy()

    @pytest.mark.parametrize("which", ["first", "second"])
    def test_a_store_that_refuses_the_keys_is_named(
        self, both: Doubled, buckets: tuple[Place, Place], which: str
    ) -> None:
        both.first, both.second = buckets
        both.filled(1)
        there: Place = getattr(both, which)
        wrong = there.keys | {"secret_key": "nonsense"}
        setattr(both, which, Place("wrong", there.url, wrong))
        for act in ("check", "repair") if which == "first" else ("copy", "check", "repair"):
            with pytest.raises(BadSetting, match=there.url.removeprefix("s3://")):
                getattr(both.open(Purpose.REPAIR).copies, act)()
