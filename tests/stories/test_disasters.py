"""What a city can lose is lost here for real, and everything comes back from objects alone."""

from __future__ import annotations

import importlib
import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import ModuleType

import pytest

from paloverde.archive.agreement import fingerprint
from paloverde.archive.seal import Role
from paloverde.installation import Purpose, open_installation
from paloverde.search.answer import search
from simulatedcity import TODAY, archived_city, settings
from stores import NO_SERVER, find_s3

OPS = Path(__file__).parents[2] / "ops"


@pytest.fixture
def rehearse(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(OPS))
    return importlib.import_module("rehearse")


def lines(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_every_rehearsed_disaster_ends_well_in_directories(
    rehearse: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "results.jsonl"
    assert rehearse.main(["--records", "120", "--json", str(out)]) == 0
    assert [told["result"] for told in lines(out)] == ["all came back, byte for byte"] * 4
    assert len(capsys.readouterr().out.splitlines()) == 5


@pytest.mark.s3
@pytest.mark.slow
def test_every_rehearsed_disaster_ends_well_on_a_server_that_locks(
    rehearse: ModuleType, tmp_path: Path
) -> None:
    access = find_s3()
    if access is None:
        pytest.skip(NO_SERVER)
    keys, out = tmp_path / "s3.json", tmp_path / "results.jsonl"
    keys.write_text(json.dumps(access))
    assert rehearse.main(["--records", "50", "--s3", str(keys), "--json", str(out)]) == 0
    assert {told["store"] for told in lines(out)} == {"S3"}


def test_a_rehearsal_that_loses_something_says_so(rehearse: ModuleType, tmp_path: Path) -> None:
    rehearsal = rehearse.Rehearsal(rehearse.Places(tmp_path, None), 20)
    whole = rehearsal.lost_database
    removed = next(Path(rehearsal.places.second.removeprefix("file://")).rglob("*.warc.gz"))
    removed.unlink()
    assert whole().result.startswith("all")
    assert rehearsal.lost_store().result.startswith("NOT")


@pytest.mark.slow
def test_a_whole_city_comes_back_from_its_second_copy(tmp_path: Path) -> None:
    """Two nights of six sites with removals, pictures, private messages; then database and store are gone."""
    home = tmp_path / "city"
    with archived_city(home) as running:
        given = replace(settings(running.sites, home), second_store=f"file://{tmp_path}/second")
        running.city = open_installation(given)
        for day in (TODAY, TODAY + timedelta(days=1)):
            running.night(day)
            running.check(day)
        city = running.city
        city.copies.copy()
        before, said = (
            fingerprint(city.vault.books),
            str(search(city.archive, "*", include_private=True).hits),
        )
        assert len(city.archive.parts(Role.MEDIA)) > 10
        for lost in home.glob("paloverde.db*"):
            lost.unlink()
        (home / "archive").rename(tmp_path / "burned")
        open_installation(given, purpose=Purpose.REBUILD).copies.restore()
        open_installation(given, purpose=Purpose.REBUILD).rebuild(lambda _: None)
        city = open_installation(given)
        assert fingerprint(city.vault.books) == before
        assert str(search(city.archive, "*", include_private=True).hits) == said
        assert city.check_fixity().is_whole
        running.city = city
        running.night(TODAY + timedelta(days=2))
        assert city.copies.copy().failed == []
