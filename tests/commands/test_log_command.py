"""Publishing, proving and verifying the ledger as the City's IT and somebody outside do it, in a shell."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from archive.log.conftest import change
from authority import Mood, authority
from ledgers import lengthen
from paloverde.cli import main
from paloverde.installation import Installation, Purpose, open_installation
from paloverde.records import Account
from paloverde.settings import load
from witnesses import witness

ORIGIN = "archive.palmaria.example/ledger"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PALOVERDE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PALOVERDE_LOG_ORIGIN", ORIGIN)
    monkeypatch.setenv("PALOVERDE_ALLOW_LOOPBACK_SITES", "true")
    monkeypatch.chdir(tmp_path)
    return tmp_path / "home"


@pytest.fixture
def city(home: Path) -> Installation:
    """A city with 300 and some entries in its ledger."""
    settings = load({"PALOVERDE_HOME": str(home), "PALOVERDE_LOG_ORIGIN": ORIGIN})
    made = open_installation(settings, purpose=Purpose.BEGIN)
    made.register_account(Account("x-palmaria", "x", "1", "palmaria"))
    lengthen(made.vault, 300)
    return made


@pytest.fixture
def kept(city: Installation, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """A head that somebody outside keeps since it was published."""
    main(["ledger", "publish"])
    path = tmp_path / "kept.txt"
    assert main(["ledger", "head", "--out", str(path)]) == 0
    assert f"{path} holds the newest signed head." in capsys.readouterr().out
    assert main(["ledger", "head"]) == 0
    assert capsys.readouterr().out.encode() == path.read_bytes()
    lengthen(city.vault, 5)
    main(["ledger", "publish"])
    capsys.readouterr()
    return path


def test_publishing_without_anybody_outside_says_so(
    city: Installation, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["ledger", "publish"]) == 0
    said = capsys.readouterr()
    lines = said.out.splitlines()
    assert lines[0].startswith("A signed head over ")
    assert lines[1].startswith("No timestamp authority is set")
    assert lines[2].startswith("No witness is set (PALOVERDE_WITNESSES)")
    assert said.err == ""
    assert main(["ledger", "publish"]) == 0
    assert "there are no new entries" in capsys.readouterr().out


@pytest.fixture
def outside(
    city: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[object, object]]:
    with authority(tmp_path) as one, authority(tmp_path) as two:
        with witness({ORIGIN: city.vault.signer.public_key}) as watching:
            roots = tmp_path / "roots.pem"
            roots.write_bytes(one.roots.read_bytes() + two.roots.read_bytes())
            monkeypatch.setenv("PALOVERDE_TIMESTAMP_AUTHORITIES", f"{one.url}, {two.url}")
            monkeypatch.setenv("PALOVERDE_TIMESTAMP_ROOTS_FILE", str(roots))
            monkeypatch.setenv("PALOVERDE_WITNESSES", watching.setting)
            yield one, watching


def test_publishing_with_two_authorities_and_a_witness(
    outside: tuple[object, object], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["ledger", "publish"]) == 0
    said = capsys.readouterr()
    assert said.err == ""
    assert said.out.count("states that this head was there at") == 2
    assert "The witness witness.example/w1 has signed" in said.out
    assert main(["ledger", "head"]) == 0
    head = capsys.readouterr().out
    assert [line.split(" ")[1] for line in head.splitlines() if line.startswith("—")] == [
        ORIGIN, "witness.example/w1",
    ]  # fmt: skip


def test_one_authority_that_fails_is_told_and_asked_again(
    outside: tuple[object, object], capsys: pytest.CaptureFixture[str]
) -> None:
    failing = outside[0]
    failing.mood = Mood.BROKEN  # type: ignore[attr-defined]
    assert main(["ledger", "publish"]) == 75
    said = capsys.readouterr()
    assert said.out.count("states that this head was there at") == 1
    assert "answered 500" in said.err
    failing.mood = Mood.WRONG_NONCE  # type: ignore[attr-defined]
    assert main(["ledger", "publish"]) == 1
    assert "Nonce mismatch" in capsys.readouterr().err
    failing.mood = Mood.GOOD  # type: ignore[attr-defined]
    assert main(["ledger", "publish"]) == 0
    assert capsys.readouterr().out.count("states that this head was there at") == 1


def test_this_machine_is_no_outsider(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PALOVERDE_ALLOW_LOOPBACK_SITES", "false")
    monkeypatch.setenv("PALOVERDE_TIMESTAMP_AUTHORITIES", "http://127.0.0.1:9/tsr")
    assert main(["ledger", "publish"]) == 1
    assert (
        "is on this machine, and a timestamp authority or a witness must be outside"
        in capsys.readouterr().err
    )


@pytest.mark.parametrize(
    "given", ["https://w.example", "w1+00+A https://w.example", "w1+00000000+AA== nowhere"]
)
def test_a_witness_without_its_key_is_refused(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], given: str
) -> None:
    monkeypatch.setenv("PALOVERDE_WITNESSES", given)
    assert main(["ledger", "publish"]) == 1
    assert "PALOVERDE_WITNESSES is " in capsys.readouterr().err


def test_nothing_is_published_before_the_log_has_a_name(
    city: Installation, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("PALOVERDE_LOG_ORIGIN")
    assert main(["ledger", "publish"]) == main(["ledger", "vkey"]) == 1
    assert "The ledger's log has no name yet, and nothing was published" in capsys.readouterr().err
    monkeypatch.setenv("PALOVERDE_LOG_ORIGIN", ORIGIN)
    assert main(["ledger", "publish"]) == 0
    monkeypatch.delenv("PALOVERDE_LOG_ORIGIN")
    assert main(["ledger", "publish"]) == 1
    assert f"is of the log {ORIGIN}: set it to that again" in capsys.readouterr().err


def test_whoever_has_the_key_before_is_led_to_the_new_one(
    city: Installation, kept: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["ledger", "vkey"]) == 0
    old = capsys.readouterr().out.strip()
    assert main(["keys", "new"]) == 0
    assert main(["ledger", "publish"]) == 0
    assert main(["ledger", "vkey"]) == 0
    new = capsys.readouterr().out.splitlines()[-1]
    assert main(["verify", "--log", "--head", str(kept), "--vkey", old]) == 0
    said = capsys.readouterr().out
    assert said.startswith("WHOLE: ")
    assert (
        f"The newest head is signed with the key {new}, which took the place of the key that you gave" in said
    )
    assert "your key itself announced it, in ledger entry " in said
    assert main(["verify", "--log", "--head", str(kept), "--vkey", new]) == 0


def test_a_lost_key_vouches_for_nothing_after_it_and_nothing_is_called_altered(
    city: Installation, home: Path, kept: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["ledger", "vkey"]) == 0
    old = capsys.readouterr().out.strip()
    (home / "signing-key.pem").rename(home / "away.pem")
    assert main(["keys", "replace", "--lost", "--said", "The safe burned."]) == 0
    assert main(["ledger", "publish"]) == 0
    assert main(["ledger", "vkey"]) == 0
    new = capsys.readouterr().out.splitlines()[-1]
    words = ["verify", "--log", str(home / "archive"), "--head", str(kept), "--vkey", old]
    assert main(words) == 3
    said = capsys.readouterr().out
    assert said.startswith("NOT VOUCHED FOR: ")
    assert "The key that you gave was given up as lost on " in said
    assert "'The safe burned.'" in said
    assert "is of the same history" in said
    assert main([*words, "--vkey", new]) == 0


@pytest.mark.parametrize("edit", [lambda text: text[:-10], lambda text: text.replace("\n\n", "\n")])
def test_a_head_that_was_cut_or_edited_is_named(
    kept: Path, edit: Callable[[str], str], capsys: pytest.CaptureFixture[str]
) -> None:
    kept.write_text(edit(kept.read_text(encoding="utf-8")), encoding="utf-8")
    told = f"{kept} is not the text of a signed head as `paloverde ledger head` writes it"
    assert main(["verify", "--log", "--head", str(kept)]) == 2
    assert told in capsys.readouterr().out
    assert main(["ledger", "prove", "3", "--head", str(kept)]) == 1
    assert told in capsys.readouterr().err


def test_a_check_of_the_log_lists_what_authorities_state(
    outside: tuple[object, object], home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["ledger", "publish"]) == 0
    capsys.readouterr()
    words = ["verify", "--log", str(home / "archive")]
    assert main(words) == 0
    said = capsys.readouterr().out
    assert said.count(" entries was there on ") == 2
    assert "127.0.0.1: the head over 30" in said
    assert "openssl ts -verify" in said
    token = next((home / "archive" / "ledger" / "timestamps").iterdir())
    change(token)
    assert main(words) == 1
    assert f"{token.name} was changed" in capsys.readouterr().out


def test_before_the_first_publication_there_is_no_head(
    city: Installation, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["ledger", "head"]) == 1
    assert "run `paloverde ledger publish` first" in capsys.readouterr().err


def test_an_outsider_checks_a_copy_with_the_head_that_they_kept(
    home: Path, kept: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["ledger", "vkey"]) == 0
    vkey = capsys.readouterr().out.strip()
    words = ["verify", "--log", str(home / "archive"), "--head", str(kept), "--vkey", vkey]
    assert main(words) == 0
    said = capsys.readouterr().out
    assert said.startswith("WHOLE: the ledger's log holds.\n")
    assert "is of the same history" in said
    change(next((home / "archive" / "ledger" / "entries").glob("000000000100-*")))
    assert main(words) == 1
    said = capsys.readouterr().out
    assert said.startswith("ALTERED: the ledger's log does not hold.\n")
    assert "is not what the log has as entry 100" in said


def test_the_city_checks_its_own_archive(
    city: Installation, kept: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["verify", "--log", "--head", str(kept)]) == 0
    assert "WHOLE" in capsys.readouterr().out
    change(city.settings.home / "archive" / "ledger" / "tile" / "0" / "000")
    assert main(["verify", "--log", "--head", str(kept)]) == 1
    assert "ledger/tile/0/000" in capsys.readouterr().out


def test_one_entry_is_proven_under_the_head_that_was_kept(
    kept: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    proof = tmp_path / "entry.txt"
    assert main(["ledger", "prove", "120", "--head", str(kept), "--out", str(proof)]) == 0
    assert f"{proof} holds ledger entry 120 and the proof" in capsys.readouterr().out
    assert main(["verify", "--proof", str(proof), "--head", str(kept)]) == 0
    said = capsys.readouterr().out
    assert (
        "Entry 120 is in the ledger of archive.palmaria.example/ledger, under the head that you kept." in said
    )
    assert '"sequence":120' in said
    assert main(["ledger", "prove", "120"]) == 0
    proof.write_text(capsys.readouterr().out, encoding="utf-8")
    assert main(["verify", "--proof", str(proof), "--head", str(kept)]) == 1
    assert "Ask the City for a proof with your head" in capsys.readouterr().out
    assert main(["verify", "--proof", str(proof)]) == 2
    assert main(["ledger", "prove", "99999"]) == 1
    assert "and you ask for 99,999" in capsys.readouterr().err


def test_what_cannot_be_read_is_told(kept: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    for words in (
        ["verify", "--log", str(empty)],
        ["verify", "--log", "--head", str(empty / "none.txt")],
        ["verify", "--log", "--head", str(kept), "--vkey", "no key"],
        ["verify", "--proof", str(kept), "--head", str(kept)],
    ):
        assert main(words) == 2
        assert capsys.readouterr().out.startswith("CANNOT BE READ: ")


def test_an_export_takes_the_log_along(
    kept: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "moved"
    assert main(["export", str(out)]) == 0
    assert main(["verify", "--log", str(out), "--head", str(kept)]) == 0
    assert "WHOLE" in capsys.readouterr().out


def test_checking_a_folder_needs_neither_airflow_nor_s3(home: Path, kept: Path) -> None:
    words = ["verify", "--log", str(home / "archive"), "--head", str(kept)]
    code = (
        "import sys\n"
        "from paloverde.cli import main\n"
        f"status = main({words!r})\n"
        "print(sorted({'airflow', 'boto3', 'botocore', 'pyarrow', 'requests', 'sqlalchemy'} & set(sys.modules)), status)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[] 0"
