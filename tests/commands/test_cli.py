"""The command line as IT uses it: what works, and one clear sentence for what does not."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from paloverde.cli import COMMANDS, main
from paloverde.simulator.sites import SITES
from simulatedcity import archived_city

FACEBOOK, X = "facebook-cityofpalmaria", "x-cityofpalmaria"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A home with the simulated accounts registered and their tokens kept."""
    home = tmp_path / "home"
    with archived_city(home) as city:
        for slug, token in city.tokens.items():
            city.city.put_token(slug, token, "this test")
        monkeypatch.setenv("PALOVERDE_HOME", str(home))
        for name in SITES:
            monkeypatch.setenv(f"PALOVERDE_{name.upper()}_API", f"{city.sites.url}/{name}")
        monkeypatch.setenv("PALOVERDE_ALLOW_LOOPBACK_SITES", "true")
        monkeypatch.setenv("PALOVERDE_ATTEMPTS", "1")
        yield home


def sentence(capsys: pytest.CaptureFixture[str]) -> str:
    """What was said on standard error: one message, no stack trace."""
    said = capsys.readouterr().err.strip()
    assert "Traceback" not in said
    assert said.startswith("paloverde: ")
    return said


def test_every_command_has_help(capsys: pytest.CaptureFixture[str]) -> None:
    for command in COMMANDS:
        with pytest.raises(SystemExit) as ended:
            main([command, "--help"])
        assert ended.value.code == 0
        assert len(capsys.readouterr().out) > 100


def test_a_night_from_the_shell(home: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["archive"]) == 0
    told = capsys.readouterr().out
    assert f"{X}, " in told
    assert "sealed" in told
    assert main(["removals", FACEBOOK, X]) == 0
    assert "found removed and held for two years" in capsys.readouterr().out
    assert main(["search", "street NEAR/5 sweeping", "--json", "--account", X]) == 0
    hits = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert hits
    assert {hit["account"] for hit in hits} == {X}
    bundle = tmp_path / "PRA-2026-1.zip"
    assert (
        main(["bundle", "--question", "street NEAR/5 sweeping", "--name", "PRA-2026-1", "--out", str(bundle)])
        == 0
    )
    assert main(["verify", str(bundle)]) == 0
    assert "WHOLE" in capsys.readouterr().out
    assert main(["fixity"]) == 0
    assert main(["rebuild", "--quiet"]) == 0
    assert main(["accounts"]) == 0
    assert "last night:" in capsys.readouterr().out
    assert main(["ledger", "--json"]) == 0
    events = [json.loads(line)["event"]["what"] for line in capsys.readouterr().out.splitlines()]
    assert {"night sealed", "removal confirmed", "search made", "bundle built", "fixity checked"} <= set(
        events
    )


def test_a_search_of_private_records_is_in_the_ledger(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["archive", X])
    capsys.readouterr()
    main(["search", "citation", "--json", "--kind", "message"])
    assert capsys.readouterr().out == ""
    main(["search", "citation", "--json", "--kind", "message", "--private"])
    assert capsys.readouterr().out
    main(["ledger", "--json"])
    last = json.loads(capsys.readouterr().out.splitlines()[-1])["event"]
    assert (last["what"], last["about"]["scope"]) == ("search made", "with private records")


def test_an_unknown_account_is_named(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["archive", "facebook-nobody"]) == 1
    assert "No account 'facebook-nobody' is registered. Registered are: facebook-cityofpalmaria" in sentence(
        capsys
    )


def test_a_wrong_token_is_said_and_the_other_account_is_archived(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (home / "handed-in").write_text("nonsense")
    assert main(["accounts", "token", FACEBOOK, str(home / "handed-in")]) == 0
    assert main(["archive"]) == 1
    captured = capsys.readouterr()
    assert captured.err.startswith(f"paloverde: {FACEBOOK}: Facebook, whose token this is:")
    assert "nonsense" not in captured.err
    assert f"{X}, " in captured.out


def test_a_missing_token_is_said_with_what_to_do(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["accounts", "token", X, "--forget"]) == 0
    assert main(["archive", X]) == 1
    assert f"`paloverde accounts token {X}` takes it" in sentence(capsys)


def test_a_site_that_is_down_is_to_be_tried_again(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PALOVERDE_X_API", "http://127.0.0.1:9/x")
    assert main(["archive", X]) == 75
    assert "did not answer" in sentence(capsys)


@pytest.mark.slow  # the store is asked again, after longer and longer pauses
def test_an_unreachable_store_is_said(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PALOVERDE_STORE", "s3://paloverde")
    monkeypatch.setenv("PALOVERDE_S3_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setenv("PALOVERDE_S3_ACCESS_KEY", "somebody")
    monkeypatch.setenv("PALOVERDE_S3_SECRET_KEY", "secret-of-somebody")
    assert main(["archive", X]) == 75
    said = sentence(capsys)
    assert "127.0.0.1:9" in said
    assert "secret-of-somebody" not in said


def test_a_damaged_file_is_named_and_ends_the_search(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["archive", X])
    capsys.readouterr()
    victim = next((home / "archive" / "records").rglob("*.parquet"))
    victim.chmod(0o600)
    victim.write_bytes(victim.read_bytes()[:-100] + bytes(100))
    assert main(["search", "street"]) == 1
    assert victim.name in sentence(capsys)
    assert main(["fixity"]) == 1
    assert "1 are damaged" in capsys.readouterr().out


def test_a_wrong_question_shows_the_place(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["search", "street AND"]) == 1
    assert "character 11" in sentence(capsys)


def test_a_wrong_setting_is_said(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PALOVERDE_LOCK_YEARS", "1")
    assert main(["accounts"]) == 1
    assert "PALOVERDE_LOCK_YEARS is '1', but must be a whole number from 2 to 100." in sentence(capsys)


def test_a_lost_signing_key_is_never_replaced_in_silence(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["archive", X])
    capsys.readouterr()
    (home / "signing-key.pem").unlink()
    assert main(["archive", X]) == 1
    assert "Put it back from the backup" in sentence(capsys)
    assert not (home / "signing-key.pem").exists()


def test_an_account_keeps_its_identity(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["accounts", "add", X, "--platform", "x", "--id", "12345", "--handle", "stranger"]) == 1
    assert "records of two must never mix" in sentence(capsys)


def test_a_lost_database_is_never_gone_on_without(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A second archive beside the first would sign that the first never was."""
    main(["archive", X])
    for file in home.glob("paloverde.db*"):
        file.unlink()
    capsys.readouterr()
    assert main(["search", "street"]) == 1
    assert "There is no archive here" in sentence(capsys)
    assert main(["accounts", "add", X, "--platform", "x", "--id", "1", "--handle", "x"]) == 1
    assert "run `paloverde rebuild`" in sentence(capsys)
    assert main(["rebuild", "--quiet"]) == 0
    assert "1 sealed run, " in capsys.readouterr().out
    assert main(["search", "street", "--json"]) == 0
    assert capsys.readouterr().out


def test_a_misspelled_home_finds_no_archive_and_makes_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PALOVERDE_HOME", str(tmp_path / "nowhere"))
    for words in (["search", "x"], ["archive"], ["removals"], ["fixity"], ["ledger"], ["accounts"]):
        assert main(words) == 1
        assert "There is no archive here" in sentence(capsys)
    assert not (tmp_path / "nowhere").exists()


def test_a_home_that_cannot_be_made_is_one_sentence(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PALOVERDE_HOME", "/dev/null/home")
    assert main(["accounts", "add", X, "--platform", "x", "--id", "1", "--handle", "x"]) in (1, 75)
    assert "/dev/null" in sentence(capsys)


@pytest.mark.parametrize("day", ["0001-01-01", "2003-12-31", "9999-12-31"])
def test_a_day_that_cannot_be_is_not_sealed(home: Path, capsys: pytest.CaptureFixture[str], day: str) -> None:
    assert main(["archive", X, "--day", day]) == 1
    assert "an archive day lies between 2004-01-01 and today" in sentence(capsys)
    assert not list((home / "archive").glob("runs/*"))


def test_nothing_registered_is_no_success(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PALOVERDE_HOME", str(tmp_path))
    add = ["accounts", "add", X, "--platform", "x", "--id", "1", "--handle", "x"]
    assert main(add) == 0
    assert main(["accounts", "remove", X]) == 0
    assert "is off the registry" in capsys.readouterr().out
    assert main(["archive"]) == 1
    assert "No account is registered" in sentence(capsys)


def test_an_account_with_records_is_only_retired(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["archive", X])
    assert main(["accounts", "remove", X]) == 0
    assert "is retired" in capsys.readouterr().out
    assert main(["search", "street", "--json", "--account", X]) == 0
    assert capsys.readouterr().out


def test_a_number_that_is_none_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PALOVERDE_HOME", str(tmp_path))
    assert main(["accounts", "add", X, "--platform", "x", "--id", "abc", "--handle", "x"]) == 1
    assert "'abc' does not name an account on" in sentence(capsys)


def test_rebuild_names_what_is_missing(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["archive", X])
    victim = next((home / "archive" / "records").rglob("*.parquet"))
    victim.unlink()
    capsys.readouterr()
    assert main(["rebuild", "--quiet"]) == 1
    assert f"Sealed objects that are missing (1): records/account={X}" in capsys.readouterr().out


def test_a_rebuild_that_was_broken_off_is_seen_and_run_again(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (home / "rebuild.unfinished").touch()  # as one leaves it that is killed between its transactions
    assert main(["gaps"]) == 1
    assert "The last `paloverde rebuild` runs still, or did not come to its end" in sentence(capsys)
    assert main(["rebuild", "--quiet"]) == 0
    assert main(["gaps"]) == 0


def test_a_rebuild_that_is_refused_leaves_the_database_in_use(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["archive"])
    max((home / "archive" / "runs").glob("*.json")).unlink()
    assert main(["rebuild", "--quiet"]) == 1
    assert not (home / "rebuild.unfinished").exists()


def test_a_tail_of_the_chain_that_was_cut_off_is_missed(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["archive"])
    last = max((home / "archive" / "runs").glob("*.json"))
    last.unlink()
    capsys.readouterr()
    assert main(["rebuild", "--quiet"]) == 1
    last_run = len(SITES)
    told = f"The ledger names run {last_run}, and the store holds seals up to run {last_run - 1}"
    assert told in sentence(capsys)


def test_verify_needs_neither_airflow_nor_s3(tmp_path: Path) -> None:
    code = (
        "import sys\n"
        "from paloverde.cli import main\n"
        f"status = main(['verify', {str(tmp_path / 'none.zip')!r}])\n"
        "print(sorted({'airflow', 'boto3', 'botocore', 'pyarrow', 'requests'} & set(sys.modules)), status)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[] 2"


def test_recorded_payloads_are_read_as_json_lines(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = {
        "data": [{"id": "1_2", "message": "¿Barren hoy?", "created_time": "2026-11-22T09:15:00+0000"}],
        "paging": {},
    }
    (tmp_path / "page.json").write_text(json.dumps(page))
    assert main(["read", "--platform", "facebook", str(tmp_path / "page.json")]) == 0
    captured = capsys.readouterr()
    record = json.loads(captured.out)
    assert (record["native_id"], record["text"]) == ("1_2", "¿Barren hoy?")
    assert "1 item" in captured.err
    assert main(["read", "--platform", "facebook", str(tmp_path / "none.json")]) == 2
