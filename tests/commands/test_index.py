"""The search index, as IT keeps it from the shell."""

from __future__ import annotations

from pathlib import Path

import pytest

from doubled import Doubled, directories
from paloverde.cli import main
from paloverde.search.index.opening import open_index


@pytest.fixture
def both(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Doubled:
    both = directories(tmp_path / "city")
    for name, value in both.environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("PALOVERDE_INDEX_FOLDER", str(tmp_path / "index"))
    return both


def test_it_is_built_kept_and_looked_at(
    both: Doubled, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    city = both.filled()
    assert main(["index", "status"]) == 0
    assert "is empty: searches read every sealed record" in capsys.readouterr().out
    assert main(["index", "build", "--quiet"]) == 0
    assert "The search index is up to date: " in capsys.readouterr().out
    both.hand_in(city, "later")
    assert main(["index", "status"]) == 0
    assert "It is behind: " in capsys.readouterr().out
    assert main(["index", "refresh"]) == 0
    told = capsys.readouterr().out
    assert "Segment 1 of 1 is written" in told
    assert "seconds" in told
    assert main(["index", "status", "--check"]) == 0
    told = capsys.readouterr().out
    assert ": all of sealed runs 1 to " in told
    assert f"It lies in {tmp_path / 'index'}" in told
    assert main(["index", "rebuild", "--quiet"]) == 0
    assert "The search index is up to date: " in capsys.readouterr().out


def test_damage_is_found_taken_out_and_mended(
    both: Doubled, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    both.filled()
    assert main(["index", "build", "--quiet"]) == 0
    index = open_index(tmp_path / "index")
    assert index is not None
    path = index.segments[0].folder / "rows.arrow"
    body = bytearray(path.read_bytes())
    body[len(body) // 2] ^= 1
    path.write_bytes(bytes(body))
    assert main(["index", "status"]) == 0
    assert main(["index", "status", "--check"]) == 1
    assert f"{path} is not what was written" in capsys.readouterr().out
    assert main(["index", "refresh", "--quiet"]) == 0
    assert main(["index", "status", "--check"]) == 0


def test_an_index_that_cannot_be_read_is_said(
    both: Doubled, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    both.filled()
    assert main(["index", "build", "--quiet"]) == 0
    (tmp_path / "index" / "current.json").write_text("not JSON")
    capsys.readouterr()
    assert main(["index", "status"]) == 0
    assert "cannot be read" in capsys.readouterr().out
    assert main(["index", "build", "--quiet"]) == 0
