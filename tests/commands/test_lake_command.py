"""The Iceberg tables, as IT publishes them from the shell."""

from __future__ import annotations

from pathlib import Path

import pytest

from doubled import Doubled, directories
from paloverde.cli import main


@pytest.fixture
def both(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Doubled:
    both = directories(tmp_path / "city")
    for name, value in both.environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("PALOVERDE_LAKE", f"file://{tmp_path / 'lake'}")
    return both


def test_they_are_published_and_looked_at(both: Doubled, capsys: pytest.CaptureFixture[str]) -> None:
    city = both.filled()
    assert main(["lake", "status"]) == 0
    assert "The table records was never published." in capsys.readouterr().out
    assert main(["lake", "publish"]) == 0
    told = capsys.readouterr().out
    assert "records: through run 2 of 2" in told
    assert "The table records holds all of sealed runs 1 to 2: 6 rows in 2 files (2 files added)." in told
    both.hand_in(city, "later")
    assert main(["lake", "publish", "--quiet"]) == 0
    assert "1 to 3: 9 rows in 3 files (1 file added)." in capsys.readouterr().out
    assert main(["lake", "status"]) == 0
    told = capsys.readouterr().out
    assert "/query/iceberg/records/metadata/v2.metadata.json" in told
    assert "private messages and lists of subscribers among it" in told
    assert main(["lake", "publish", "--anew", "--quiet"]) == 0
    assert "1 to 3: 9 rows in 3 files (3 files added)." in capsys.readouterr().out


def test_before_the_first_seal_a_table_waits(both: Doubled, capsys: pytest.CaptureFixture[str]) -> None:
    both.open()
    assert main(["lake", "publish", "--quiet"]) == 0
    assert "The table records waits for the first sealed run." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("lake", "said"),
    [
        ("", "PALOVERDE_LAKE is not set"),
        ("s3://palmaria-lake", "must both lie in buckets of one server, or both in folders"),
        ("{store}", "lies within PALOVERDE_STORE"),
        ("{store}/lake", "lies within PALOVERDE_STORE"),
    ],
)
def test_a_place_that_will_not_do_is_refused(
    both: Doubled,
    lake: str,
    said: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    both.filled(runs=1)
    monkeypatch.delenv("PALOVERDE_LAKE")
    if lake:
        monkeypatch.setenv("PALOVERDE_LAKE", lake.format(store=both.first.url))
    assert main(["lake", "publish"]) == 1
    assert said in capsys.readouterr().err
