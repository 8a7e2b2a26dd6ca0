"""`paloverde register`: what people state for the record, at the command line."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from paloverde.cli import main
from paloverde.desk.people import People, Role
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


def test_every_mistake_of_an_entry_is_named_at_once(
    city: WatchedCity, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["register", "put", "people", "standing=friend", "left_on=soon"]) == 1
    told = capsys.readouterr().err
    assert "People: fill in “Short name” (text), “Name” (text). “What this person is to the City”" in told
    assert "“Left on” takes a day, such as 2026-11-20; 'soon' is not." in told


def test_a_name_that_is_taken_leads_to_the_command_that_changes_the_entry(
    city: WatchedCity, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["register", "put", "people", *RUTH]) == 0
    assert main(["register", "put", "people", *RUTH]) == 1
    how = "`paloverde register put people --id rokafor FIELD=VALUE`"
    assert f"People has rokafor already. To change that entry: {how}." in capsys.readouterr().err


def test_a_withdrawn_entry_counts_again_only_where_somebody_says_so(
    city: WatchedCity, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = tmp_path / "people.csv"
    table.write_text("id,name,standing\nrokafor,Ruth Okafor,staff\n")
    assert main(["register", "put", "people", *RUTH]) == 0
    assert main(["register", "withdraw", "people", "rokafor", "--why", "Entered twice."]) == 0
    for words in (["put", "people", "--id", "rokafor", "name=R"], ["put", "people", *RUTH],
                  ["import", "people", str(table)]):  # fmt: skip
        assert main(["register", *words]) == 1
        told = capsys.readouterr().err
        assert "rokafor was withdrawn: Entered twice. To have it count again: " in told
        assert "`paloverde register put people --id rokafor --counts-again FIELD=VALUE`" in told
    assert len(city.deeds("register entry filed")) == 1
    assert main(["register", "put", "people", "--id", "rokafor", "--counts-again", "name=R"]) == 0
    capsys.readouterr()
    assert main(["register", "show", "people"]) == 0
    told = capsys.readouterr().out
    assert told.startswith("rokafor\n")
    assert "Name: R\n" in told


def test_who_filed_a_paper_is_said_in_words(city: WatchedCity, capsys: pytest.CaptureFixture[str]) -> None:
    city.watch().put(
        "people", {"id": "ana", "name": "Ana", "standing": "staff"}, "Pia Nolan, public_affairs, desk (pia)"
    )
    assert main(["register", "show", "people", "ana"]) == 0
    assert ", by Pia Nolan (Public Affairs), at the desk:" in capsys.readouterr().out


def test_the_letter_of_a_guideline_stands_with_its_words(
    city: WatchedCity, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["register", "fields", "word-lists"]) == 0
    assert "\n  c: Profane or obscene language or content\n" in capsys.readouterr().out


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


def test_what_only_counsel_may_state_asks_for_counsels_own_password(
    city: WatchedCity, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    people = People(city.home / "users.json")
    for username, role in (("cora", Role.COUNSEL), ("cleo", Role.CLERK), ("ivo", Role.IT)):
        people.put(username, username.title(), role, f"the long sentence of {username}")
        file = tmp_path / username
        file.write_text(f"the long sentence of {username}")
        file.chmod(0o600)
    assert main(["register", "put", "word-lists", "id=insults", "guideline=c", "terms=frack"]) == 0
    approval = ["register", "put", "word-list-approvals", "list=insults", "version=1", "office=counsel"]

    def asked_as(username: str, words: list[str], password_of: str = "") -> tuple[int, str]:
        file = str(tmp_path / (password_of or username))
        code = main([*words, "--as", username, "--password-file", file])
        return code, "".join(capsys.readouterr())

    assert main(approval) == 1
    assert "only counsel may state “counsel” under “You approve for”" in capsys.readouterr().err
    assert "only counsel may state" in asked_as("cleo", approval)[1]
    assert "is kept by: clerk, counsel, public affairs" not in asked_as("cora", approval, "cleo")[1]
    code, said = asked_as("ivo", approval)
    assert (code, "`put` needs" in said) == (1, True)
    sign = ["register", "put", "block-sign-offs", "case=BLOCK-2026-0001", "version=1"]
    assert main(sign) == 1
    assert (
        "only counsel may file that, signed in at the desk, or at the command line" in capsys.readouterr().err
    )
    assert "is kept by: counsel. cleo is clerk." in asked_as("cleo", sign)[1]
    assert "there is no case 'BLOCK-2026-0001'" in asked_as("cora", sign)[1]
    assert asked_as("cora", approval) == (0, "Filed: WLA-2026-0001.\n")
    by = [one.event.actor for one in city.open().ledger.entries() if one.event.what == "register entry filed"]
    assert by[-1] == "Cora, counsel, command line (cora)"


def test_a_version_of_the_policy_is_entered_with_its_file_and_never_with_a_typed_number(
    city: WatchedCity, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "policy.pdf"
    file.write_bytes(b"%PDF-1.7 the policy")
    sha256 = hashlib.sha256(file.read_bytes()).hexdigest()
    put = [
        "register",
        "put",
        "policy-versions",
        "version=2026-03",
        "effective_on=2026-03-01",
        "city_name=Palma Ria",
    ]
    assert main([*put, f"sha256={sha256}"]) == 1
    assert "nobody types its SHA-256" in capsys.readouterr().err
    assert main(put) == 1
    assert "bring the file with --file" in capsys.readouterr().err
    assert main([*put, "--file", str(file)]) == 0
    watch = city.open().watch
    assert watch.entries("policy-versions").one("2026-03").entry.sha256 == sha256
    assert watch.file_of("policy-versions", "2026-03") == b"%PDF-1.7 the policy"
    change = ["register", "put", "policy-versions", "--id", "2026-03", "adopted_by=City Council"]
    assert main(change) == 0
    assert city.open().watch.file_of("policy-versions", "2026-03") == b"%PDF-1.7 the policy"
    file.write_bytes(b"%PDF-1.7 the policy, mended")
    assert main([*change, "--file", str(file)]) == 0
    assert city.open().watch.file_of("policy-versions", "2026-03") == b"%PDF-1.7 the policy, mended"
    assert len(city.deeds("register file kept")) == 2
    assert main(["register", "put", "people", *RUTH, "--file", str(file)]) == 1
    assert "People keeps no file." in capsys.readouterr().err


def test_a_table_may_bring_the_number_of_a_policy_alone(city: WatchedCity, tmp_path: Path) -> None:
    table = tmp_path / "versions.csv"
    table.write_text(
        f"version,effective_on,sha256,city_name\n2024-01,2024-01-01,{'5f' * 32},City of Palma Ria\n"
    )
    assert main(["register", "import", "policy-versions", str(table)]) == 0
    assert city.open().watch.file_of("policy-versions", "2024-01") is None
