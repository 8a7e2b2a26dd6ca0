"""The commands of both copies, of repair and of the keys, as IT types them."""

from __future__ import annotations

from pathlib import Path

import pytest

from doubled import Doubled, all_kept, directories, file_of, spoil
from paloverde.cli import main


@pytest.fixture
def both(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Doubled:
    both = directories(tmp_path / "city")
    for name, value in both.environment().items():
        monkeypatch.setenv(name, value)
    return both


def test_copying_comparing_and_repairing(both: Doubled, capsys: pytest.CaptureFixture[str]) -> None:
    city = both.filled()
    both.hand_in(city, "later")
    assert main(["copies", "copy", "--quiet"]) == 0
    assert "are in both copies" in capsys.readouterr().out
    assert main(["copies", "compare", "--quiet"]) == 0
    victim = next(kept.stored.key for kept in all_kept(city) if kept.what == "media")
    spoil(both.first, victim)
    assert main(["fixity"]) == 1
    assert victim in capsys.readouterr().out
    assert main(["repair"]) == 0
    assert "1 were repaired" in capsys.readouterr().out
    assert main(["fixity"]) == 0


def test_what_is_lost_ends_with_one_and_is_named(both: Doubled, capsys: pytest.CaptureFixture[str]) -> None:
    city = both.filled()
    victim = next(kept.stored.key for kept in all_kept(city) if kept.what == "media")
    for place in (both.first, both.second):
        file_of(place, victim).unlink()
    assert main(["fixity"]) == 1
    capsys.readouterr()
    assert main(["repair", "--quiet"]) == 1
    assert f"LOST, whole in no copy: 1: {victim}." in capsys.readouterr().out


def test_a_lost_store_is_put_back(both: Doubled, capsys: pytest.CaptureFixture[str]) -> None:
    both.filled()
    file_of(both.first, "runs").parent.rename(both.home / "gone")
    assert main(["copies", "restore", "--quiet"]) == 0
    assert "Now run `paloverde rebuild`" in capsys.readouterr().out
    assert main(["rebuild", "--quiet"]) == 0
    assert "were read in" in capsys.readouterr().out
    assert main(["fixity"]) == 0


def test_keys_are_listed_replaced_and_their_loss_is_told(
    both: Doubled, capsys: pytest.CaptureFixture[str]
) -> None:
    both.filled()
    assert main(["keys"]) == 0
    assert "the archive began with it. (in use)" in capsys.readouterr().out
    assert main(["keys", "new"]) == 0
    assert "announced it" in capsys.readouterr().out
    (both.home / "signing-key.pem").unlink()
    assert main(["keys"]) == 1
    assert "replace --lost" in capsys.readouterr().err
    assert main(["keys", "replace", "--lost", "--said", "The safe burned."]) == 0
    capsys.readouterr()
    assert main(["keys", "list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert ["LOST" in line for line in lines] == [False, False, True]


def test_an_older_database_put_back_is_refused_with_the_way_out(
    both: Doubled, capsys: pytest.CaptureFixture[str]
) -> None:
    city = both.filled()
    with city.vault.books.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    backup = (both.home / "paloverde.db").read_bytes()
    both.hand_in(city, "later")
    both.lose_database()
    (both.home / "paloverde.db").write_bytes(backup)
    assert main(["search", "sweeping"]) == 1
    assert "put back from an older copy" in capsys.readouterr().err.replace("\n", " ")
    assert main(["rebuild", "--quiet"]) == 0
    assert main(["search", "sweeping"]) == 0
    assert main(["fixity"]) == 0
