"""`paloverde import` and `paloverde export` as IT uses them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from exports import tweet, ytd, zipped
from paloverde.cli import main

SLUG = "x-palmaria"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PALOVERDE_HOME", str(tmp_path / "home"))
    assert main(["accounts", "add", SLUG, "--platform", "x", "--id", "44", "--handle", "palmaria"]) == 0
    return tmp_path


def said(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    capsys.readouterr()
    status = main(list(words))
    told = capsys.readouterr()
    return status, told.out, told.err


def test_an_import_says_files_records_doubles_gaps_and_each_unread_place(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    posts = ytd(
        "tweets", [tweet("1", "Street sweeping"), tweet("1", "Street sweeping"), tweet("\x00", "odd")]
    )
    path = zipped(home / "x.zip", {"data/tweets.js": posts, "data/ads.js": "a = []"})
    status, out, err = said(capsys, "import", str(path), "--account", SLUG)
    assert status == 0
    assert "2 files, 1 record, 1 new version kept, 0 held already, 1 came twice" in out
    assert "1 piece not read" in out
    assert "gap: files: 1 file kept as they are and not searched" in out
    assert "not read: x.zip/data/tweets.js, byte " in out
    assert "2 files, read as: the archive of an account that X gives" in err
    again = said(capsys, "import", str(path), "--account", SLUG, "--quiet")
    assert (again[0], "already sealed" in again[1], again[2]) == (0, True, "")
    found = said(capsys, "search", "sweeping", "--json")
    assert json.loads(found[1].splitlines()[0])["provenance"] == "export"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--account", "x-oakton"], "No account 'x-oakton' is registered"),
        (["--account", SLUG, "--map", "Text"], "does not name a field"),
        (["--account", SLUG, "--map", "Text=words"], "does not name a field"),
        (["--account", SLUG, "--zone", "Pacific time"], "is no time zone"),
        (["--account", SLUG, "--custodian", "Ana"], "give all three"),
        (
            ["--account", SLUG, "--provenance", "personal_device", "--format", "files"],
            "custodian's declaration",
        ),
        (["--account", SLUG], "is no whole zip archive"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(
    home: Path, capsys: pytest.CaptureFixture[str], words: list[str], told: str
) -> None:
    path = home / ("x.png" if "files" in words else "x.zip")
    path.write_bytes(b"PK")
    status, _, err = said(capsys, "import", str(path), *words)
    assert status == 1
    assert err.startswith("paloverde: ")
    assert told in err
    assert err.count("\n") == 1


def test_a_declaration_goes_with_the_files(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (home / "words.txt").write_text("I received this on my own telephone.")
    (home / "screen.png").write_bytes(b"\x89PNG")
    words = [
        "--custodian",
        "Ana Lindqvist",
        "--declaration",
        str(home / "words.txt"),
        "--declared",
        "2026-11-20",
    ]
    status, out, _ = said(capsys, "import", str(home / "screen.png"), "--account", SLUG, *words)
    assert (status, "(personal_device)" in out) == (0, True)
    assert "Ana Lindqvist" in said(capsys, "search", "telephone", "--json")[1]


def test_a_table_is_mapped_and_moves_out_and_in_again(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "posts.csv").write_text("Number,Words\n7,Park closes early\n")
    columns = ["--format", "table", "--map", "Number=native_id", "--map", "words = text"]
    assert said(capsys, "import", str(home / "posts.csv"), "--account", SLUG, *columns)[0] == 0
    status, out, _ = said(capsys, "export", str(home / "out"))
    assert (status, "Versions of records: 1," in out) == (0, True)
    monkeypatch.setenv("PALOVERDE_HOME", str(home / "other"))
    assert main(["accounts", "add", SLUG, "--platform", "x", "--id", "44", "--handle", "palmaria"]) == 0
    status, out, _ = said(capsys, "import", str(home / "out"), "--account", SLUG, "--format", "records")
    assert (status, "1 record, 1 new version" in out) == (0, True)
    assert "Park closes early" in said(capsys, "search", "park", "--json")[1]
    assert said(capsys, "rebuild", "--quiet")[0] == 0
