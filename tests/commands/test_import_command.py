"""`paloverde import` and `paloverde export` as IT uses them."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from exports import tweet, ytd, zipped
from paloverde.archive.commit import commit
from paloverde.archive.seal import Coverage, Draft, RunKind
from paloverde.cli import main
from paloverde.installation import open_installation
from paloverde.platforms.conversation import Gap
from paloverde.records import Kind, archive_day
from paloverde.settings import load

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
    assert "Ana Lindqvist" in said(capsys, "search", "telephone", "--json", "--private")[1]


def test_a_table_is_mapped_and_moves_out_and_in_again(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "posts.csv").write_text("Number,Words\n7,Park closes early\n")
    columns = ["--format", "table", "--map", "Number=native_id", "--map", "words = text", "--kind", "post"]
    assert said(capsys, "import", str(home / "posts.csv"), "--account", SLUG, *columns)[0] == 0
    status, out, _ = said(capsys, "export", str(home / "out"))
    assert (status, "Versions of records: 1," in out) == (0, True)
    monkeypatch.setenv("PALOVERDE_HOME", str(home / "other"))
    assert main(["accounts", "add", SLUG, "--platform", "x", "--id", "44", "--handle", "palmaria"]) == 0
    status, out, _ = said(capsys, "import", str(home / "out"), "--account", SLUG, "--format", "records")
    assert (status, "1 record, 1 new version" in out) == (0, True)
    assert "Park closes early" in said(capsys, "search", "park", "--json")[1]
    assert said(capsys, "rebuild", "--quiet")[0] == 0


def night_without_old_messages(home: Path, at: datetime) -> None:
    """Seal a night in which the site gave the messages of the last 30 days only."""
    city = open_installation(load({"PALOVERDE_HOME": str(home / "home")}))
    older = Gap("messages", Kind.MESSAGE, "X gives only 30 days", until=at - timedelta(days=30))
    other = Gap("replies", Kind.COMMENT, "HTTP 503", "5", until=at)
    cover, day = Coverage([], [older, other]), archive_day(at)
    draft = Draft(SLUG, "x", day, RunKind.NIGHT, f"{at}", at, at, [], cover, {"records": 0}, "0")
    vault = city.vault
    commit(vault.store, vault.books, vault.signer, draft, vault.locked_until(day))


def test_an_archive_of_x_fills_the_gap_of_old_messages_and_no_other(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made_at = datetime.now(UTC) - timedelta(days=1)
    night_without_old_messages(home, made_at - timedelta(days=2))
    sorts = {
        "tweets": "tweets.js",
        "directMessages": "direct-messages.js",
        "directMessagesGroup": "direct-messages-group.js",
    }
    manifest = {
        "userInfo": {"accountId": "44"},
        "archiveInfo": {"generationDate": made_at.isoformat(), "isPartialArchive": False},
        "dataTypes": {
            name: {"files": [{"fileName": f"data/{file}", "count": "0"}]} for name, file in sorts.items()
        },
    }
    files = {f"data/{file}": ytd("any", []) for file in sorts.values()}
    files["data/manifest.js"] = f"window.m = {json.dumps(manifest)}"
    groups = files.pop("data/direct-messages-group.js")
    assert said(capsys, "gaps")[1].count("Open until a run or an import has it in full") == 2
    said(capsys, "import", str(zipped(home / "part.zip", files)), "--account", SLUG)
    assert "X gives only 30 days" in said(capsys, "gaps", SLUG)[1]  # the messages of groups are not in it
    files["data/direct-messages-group.js"] = groups
    _, out, _ = said(capsys, "import", str(zipped(home / "x.zip", files)), "--account", SLUG)
    assert "in full: messages until " in out
    left = said(capsys, "gaps", SLUG)[1]
    assert ("replies of 5" in left, "X gives only 30 days" in left) == (True, False)
    assert "X gives only 30 days. Had in full on " in said(capsys, "gaps", SLUG, "--all")[1]


def test_an_account_of_another_site_is_imported_searched_and_never_asked(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other, words = "tiktok-palmaria", ["--platform", "other", "--id", "7", "--handle", "@palmaria"]
    _, out, _ = said(capsys, "accounts", "add", other, *words)
    assert f"no night asks for it: `paloverde import FILE --account {other}`" in out
    (home / "posts.csv").write_text("native_id,text\n7,Sweeping explained in a minute\n")
    assert (
        said(
            capsys,
            "import",
            str(home / "posts.csv"),
            "--account",
            other,
            "--format",
            "table",
            "--kind",
            "post",
        )[0]
        == 0
    )

    status, found, _ = said(capsys, "search", "sweeping platform:other", "--json")
    assert (status, json.loads(found.splitlines()[0])["account"]) == (0, other)
    told = "".join(said(capsys, "search", "sweeping")[1:])
    city = open_installation(load({"PALOVERDE_HOME": str(home / "home")}))
    standing = [str(limit) for limit in city.search("sweeping platform:other", "clerk").standing]
    assert [limit.partition(",")[0] for limit in standing] == ["Other sites"]
    assert "This site is never asked: only what was imported of it is here." in standing[0]
    assert "no night was ever sealed; what is here was imported" in told

    listed = said(capsys, "accounts")[1]
    assert f"{other}  another site, 7 (@palmaria)\n  only imported: no night asks for it" in listed
    for command in ("archive", "sweep", "health", "removals"):
        status, _, err = said(capsys, command, other)
        assert (status, err) == (
            1,
            f"paloverde: {other}: Its site is never asked: hand in its files with `paloverde import`.\n",
        )
    assert other not in "".join(said(capsys, "health")[1:])  # all that are asked
    (home / "token").write_text("secret")
    status, out, err = said(capsys, "accounts", "token", other, str(home / "token"))
    assert (status, out, "never asked" in err) == (1, "", True)


def test_a_site_that_is_misspelt_is_not_taken_for_another(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["--platform", "facebok", "--id", "7", "--handle", "palmaria"]
    status, _, err = said(capsys, "accounts", "add", "facebok-palmaria", *words)
    assert (status, "'facebok' is not a site that is archived" in err) == (1, True)
    _, _, err = said(capsys, "import", str(home), "--account", SLUG, "--format", "meta")
    assert "The format meta is for accounts of Facebook and Instagram" in err


def test_an_import_that_read_not_one_record_fails_and_says_so_first(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (home / "empty.eml").write_bytes(b"")
    for _ in range(2):
        status, out, _ = said(capsys, "import", str(home / "empty.eml"), "--account", SLUG)
        assert (status, out.startswith("NOT ONE RECORD was read")) == (1, True)


def test_what_is_private_is_said_and_public_files_are_named_so(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mail = (
        "From: Ana <ana@palmaria.test>\nDate: Mon, 02 Mar 2026 10:00:00 -0800\nMessage-ID: <1@x>\n\nzebra\n"
    )
    (home / "a.eml").write_text(mail)
    (home / "zebra.png").write_bytes(b"\x89PNG")
    _, out, _ = said(capsys, "import", str(home / "a.eml"), "--account", SLUG)
    assert "private: 1 of 1 new version; a search shows them only with --private (messages, e-mails" in out
    assert "zebra" not in said(capsys, "search", "zebra", "--json")[1]
    assert "private:" not in said(capsys, "import", str(home / "zebra.png"), "--account", SLUG, "--public")[1]
    assert "zebra.png" in said(capsys, "search", "zebra", "--json")[1]
