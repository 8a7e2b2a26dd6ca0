"""`paloverde register`: what people state for the record, at the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from paloverde.cli import main
from paloverde.watch.registers import ALL
from watchedcity import WatchedCity

RUTH = ["id=rokafor", "name=Ruth Okafor", "standing=staff", "known_as=x:44", "known_as=facebook:7001"]


@pytest.fixture
def city(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> WatchedCity:
    city = WatchedCity(tmp_path / "home")
    for name, value in city.environment().items():
        monkeypatch.setenv(name, value)
    return city


def test_every_register_says_what_it_is_for_and_what_it_takes(
    city: WatchedCity, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["register", "list"]) == 0
    told = capsys.readouterr().out
    for name, register in ALL.items():
        assert f"{name}  {register.title}" in told
        assert main(["register", "fields", name]) == 0
        assert capsys.readouterr().out.count("\n") >= len(register.fields)
    assert main(["register", "show", "people"]) == 0
    assert "People has no entry yet. `paloverde register fields people`" in capsys.readouterr().out


def test_an_entry_is_filed_changed_and_withdrawn_and_stays_readable(
    city: WatchedCity, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["register", "put", "people", *RUTH]) == 0
    assert capsys.readouterr().out == "Filed: rokafor.\n"
    assert main(["register", "put", "people", "--id", "rokafor", "title=Clerk of the Works"]) == 0
    assert main(["register", "show", "people"]) == 0
    told = capsys.readouterr().out
    assert "Title or office: Clerk of the Works" in told
    assert "Accounts at the sites: x:44\n    facebook:7001" in told
    assert main(["register", "withdraw", "people", "rokafor", "--why", "Entered twice."]) == 0
    assert capsys.readouterr().out == "Withdrawn: rokafor. It stays readable, and counts no more.\n"
    assert main(["register", "withdraw", "people", "rokafor", "--why", "Twice."]) == 1
    assert "rokafor is withdrawn already: Entered twice." in capsys.readouterr().err
    assert main(["register", "show", "people"]) == 0
    assert "People has no entry yet." in capsys.readouterr().out
    assert main(["register", "show", "people", "--withdrawn"]) == 0
    assert "rokafor  (withdrawn: Entered twice.)" in capsys.readouterr().out
    assert main(["register", "show", "people", "rokafor"]) == 0
    assert capsys.readouterr().out.count("Ruth Okafor") == 3
    assert [told["entry"] for told in city.deeds("register entry filed")] == ["rokafor", "rokafor"]
    assert city.deeds("register entry withdrawn")[0]["register"] == "people"


@pytest.mark.parametrize(
    ("words", "wrong"),
    [
        (["people", "name=Ruth Okafor"], "fill in “Short name”"),
        (["people", *RUTH, "id=other"], "id is given twice"),
        (["people", "Ruth Okafor"], "write FIELD=VALUE, such as id=VALUE"),
        (["people", *RUTH, "shoe=44"], "has no field 'shoe'"),
        (["people", *RUTH, "began_on=soon"], "a day, such as 2026-11-20"),
        (["nobody", "id=x"], "There is no register 'nobody'"),
        (["people", "--id", "nobody", "name=X"], "has no entry 'nobody'"),
    ],
)
def test_what_cannot_be_is_said(
    city: WatchedCity, words: list[str], wrong: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["register", "put", *words]) == 1
    assert wrong in capsys.readouterr().err


def test_a_table_is_taken_in_whole_or_not_at_all_and_only_once(
    city: WatchedCity, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "people.csv"
    file.write_text("id,name,standing\nrokafor,Ruth Okafor,staff\ndwhitlock,Dan Whitlock,friend\n")
    assert main(["register", "import", "people", str(file)]) == 1
    assert "Nothing was filed. Line 3: " in capsys.readouterr().err
    assert city.deeds("register entry filed") == []
    file.write_text("id,name,standing\nrokafor,Ruth Okafor,staff\ndwhitlock,Dan Whitlock,official\n")
    assert main(["register", "import", "people", str(file)]) == 0
    assert capsys.readouterr().out == "2 entries filed.\n"
    assert main(["register", "import", "people", str(file)]) == 0
    assert capsys.readouterr().out == "0 entries filed. 2 rows said what stands there already.\n"


def test_a_register_that_was_written_is_taken_in_again(
    city: WatchedCity, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["register", "put", "people", *RUTH, "title=+1 760 555 0100"]) == 0
    file = tmp_path / "people.csv"
    assert main(["register", "export", "people", "--out", str(file)]) == 0
    assert "'+1 760" in file.read_text(encoding="utf-8-sig")  # no spreadsheet takes it for a formula
    capsys.readouterr()
    assert main(["register", "import", "people", str(file)]) == 0
    assert capsys.readouterr().out == "0 entries filed. 1 row said what stands there already.\n"
