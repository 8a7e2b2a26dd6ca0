"""Moving out takes everything along: papers and retired accounts too, and nothing that is privileged."""

from __future__ import annotations

from pathlib import Path

from doubled import SLUG, directories
from paloverde.archive.papers import papers_of
from paloverde.imports.said import Wish
from paloverde.records import Account, Kind

QUIET = lambda line: None  # noqa: E731  a progress that nobody reads


def test_papers_go_along_and_privileged_ones_stay(tmp_path: Path) -> None:
    city = directories(tmp_path / "city").filled(1)
    told = [("holds", "h-1"), ("privileged", "h-1"), ("hold-memos", "h-1")]
    for series, subject in told:
        city.cabinet.file(series, subject, series.encode(), what="something filed", actor="test")
    out = tmp_path / "out"
    city.export_records(out, [], "test", QUIET)
    kept = {stored.key for stored in papers_of(city.vault.books) if stored.key.startswith("papers/")}
    found = {path.relative_to(out).as_posix() for path in (out / "papers").rglob("*") if path.is_file()}
    assert kept - found == {key for key in kept if "/privileged/" in key or "/hold-memos/" in key}
    assert found < kept
    assert len(kept - found) == 2
    assert "papers/" in (out / "README.txt").read_text()


def test_a_retired_account_moves_out_too_and_moves_in_again(tmp_path: Path) -> None:
    city = directories(tmp_path / "city").filled(1)
    city.remove_account(SLUG, "test")
    assert city.accounts() == []
    for name, slugs in (("all", []), ("named", [SLUG])):
        told = city.export_records(tmp_path / name, slugs, "test", QUIET)
        assert (told.accounts, told.records) == (1, 3)
    other = directories(tmp_path / "other").open()
    other.register_account(Account(SLUG, "other", "palmaria", "palmaria"))
    wish = Wish(format="records", kind=Kind.POST)
    report = other.import_files(SLUG, [tmp_path / "all"], wish, "test", QUIET)
    assert (report.new_versions, report.unread) == (3, [])
