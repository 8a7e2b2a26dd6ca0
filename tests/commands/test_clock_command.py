"""`paloverde clock`, as somebody at a desk sees it, with an archive and without one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from paloverde.cli import main
from paloverde.installation import open_installation
from paloverde.retention.holds import By
from paloverde.settings import load

TABLE = (
    "date,name\n2026-11-11,Veterans Day\n2026-11-26,Thanksgiving Day\n2026-11-27,Day after Thanksgiving\n"
    "2026-12-25,Christmas Day\n2027-01-01,New Year's Day\n"
)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PALOVERDE_HOME", str(tmp_path / "city"))
    return tmp_path / "city"


@pytest.fixture
def table(tmp_path: Path) -> str:
    (tmp_path / "closures.csv").write_text(TABLE)
    return str(tmp_path / "closures.csv")


def test_the_dates_and_why_come_as_json(table: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["clock", "--received", "2026-12-16", "--closures", table, "--json"]) == 0
    streams = capsys.readouterr()
    told = json.loads(streams.out)
    why = told.pop("why")
    assert told == {
        "received": "2026-12-16",
        "target": "2026-12-24",
        "latest": "2026-12-28",
        "extension_max": "2027-01-08",
    }
    assert len(why) == 8
    assert "Thursday, December 24, 2026" in why[2]
    assert streams.err == ""


def test_the_same_as_text_has_the_weekdays(table: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["clock", "--received", "2026-11-01", "--closures", table]) == 0
    assert capsys.readouterr().out.splitlines()[:4] == [
        "received      2026-11-01  Sunday, November 1, 2026",
        "target        2026-11-10  Tuesday, November 10, 2026",
        "latest        2026-11-12  Thursday, November 12, 2026",
        "extension_max 2026-11-25  Wednesday, November 25, 2026",
    ]


def test_without_a_table_and_without_an_archive_it_counts_warns_and_makes_nothing(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["clock", "--received", "2026-12-16", "--json"]) == 0
    streams = capsys.readouterr()
    assert json.loads(streams.out)["target"] == "2026-12-25"
    assert "Warning: HOLIDAYS WERE NOT CONSIDERED" in streams.err
    assert not home.exists()


def test_beside_an_archive_the_adopted_table_is_used_and_a_file_goes_before_it(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home.mkdir()
    city = open_installation(load(os.environ))
    city.requests.adopt_closures(TABLE.encode(), "closures.csv", By("Cleo Park", "clerk", "this test"))
    assert main(["clock", "--received", "2026-12-16", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["target"] == "2026-12-24"
    assert told["why"][-1] == (
        "Closed days are those of the City's adopted table (2026, 2027), besides Saturdays and Sundays."
    )
    (tmp_path / "other.csv").write_text("date,name\n2026-12-24,Christmas Eve\n2027-01-01,New Year\n")
    assert (
        main(["clock", "--received", "2026-12-16", "--closures", str(tmp_path / "other.csv"), "--json"]) == 0
    )
    told = json.loads(capsys.readouterr().out)
    assert told["target"] == "2026-12-25"
    assert "other.csv" in told["why"][-1]


def test_a_wrong_table_or_day_is_one_sentence(
    table: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "wrong.csv").write_text("date,name\n25/12/2026,Christmas Day\n")
    assert main(["clock", "--received", "2026-12-16", "--closures", str(tmp_path / "wrong.csv")]) == 1
    assert "line 2: '25/12/2026' is no date; write it as 2026-11-26" in capsys.readouterr().err
    assert main(["clock", "--received", "2026-12-16", "--closures", str(tmp_path / "none.csv")]) == 1
    assert "No such file" in capsys.readouterr().err
    with pytest.raises(SystemExit) as ended:
        main(["clock", "--received", "soon", "--closures", table])
    assert ended.value.code == 2


def test_it_needs_no_airflow() -> None:
    program = (
        "import sys; from paloverde.cli import main; main(['clock', '--received', '2026-12-16', '--json']); "
        "sys.exit(any(name.partition('.')[0] == 'airflow' for name in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
