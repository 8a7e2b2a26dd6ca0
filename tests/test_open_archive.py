"""Analysts ask the archive from Python, and what their guide shows works."""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import date
from pathlib import Path

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import paloverde
from exports import tweet, ytd, zipped
from paloverde.archive.seal import Role
from paloverde.cli import main
from paloverde.errors import BadQuestion, BadSetting
from paloverde.installation import Purpose, open_installation
from paloverde.installation.reading import OpenArchive
from paloverde.search.candidates import NAMES
from paloverde.search.elsewhere import Found, Plan
from paloverde.settings import load

SLUG = "x-palmaria"
GUIDE = Path(__file__).parents[1] / "docs/guide/searching.md"
POSTS = [
    tweet("1", "Street sweeping on Monday, see https://palmaria.example/streets"),
    tweet("2", "Which street?", "Mon Mar 02 19:00:00 +0000 2026", in_reply_to_status_id_str="1"),
    tweet("3", "The pool opens", "Wed Apr 01 18:00:00 +0000 2026"),
]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("city")
    environ = {"PALOVERDE_HOME": str(folder / "home")}
    path = zipped(folder / "x.zip", {"data/tweets.js": ytd("tweets", POSTS)})
    for words in (
        ["accounts", "add", SLUG, "--platform", "x", "--id", "44", "--handle", "palmaria"],
        ["import", str(path), "--account", SLUG, "--quiet"],
    ):
        run = [sys.executable, "-c", "import sys; from paloverde.cli import main; sys.exit(main())", *words]
        subprocess.run(run, env=environ | path_of_python(), check=True, capture_output=True)
    return folder / "home"


def path_of_python() -> dict[str, str]:
    return {"PYTHONPATH": str(Path(paloverde.__file__).parents[1]), "HOME": "/nonexistent", "LOGNAME": "ana"}


def events(home: Path) -> list[dict[str, str]]:
    """What the ledger tells of searches, newest last."""
    city = open_installation(load({"PALOVERDE_HOME": str(home)}), purpose=Purpose.READ)
    return [
        {"actor": entry.event.actor} | entry.event.about
        for entry in city.ledger.entries()
        if entry.event.what == "search made"
    ]


def test_an_answer_is_a_table_and_a_data_frame(home: Path) -> None:
    with paloverde.open_archive(home) as archive:
        assert [account.slug for account in archive.accounts] == [SLUG]
        answer = archive.search("street")
    table = answer.to_arrow()
    assert isinstance(table, pa.Table)
    assert table["native_id"].to_pylist() == ["1", "2"]
    assert answer.to_pandas()["text"].tolist()[1] == "Which street?"


def test_words_for_days_count_from_the_day_that_is_given(home: Path) -> None:
    with paloverde.open_archive(home) as archive:
        answer = archive.search('streets in:"last month"', stemming=True, today=date(2026, 4, 9))
        again = archive.search(answer.question)
    assert answer.question == "streets~ in:2026-03-01..2026-03-31"
    assert [hit.native_id for hit in answer.hits] == ["1", "2"] == [hit.native_id for hit in again.hits]


def test_private_records_are_asked_for_with_a_reason_that_the_ledger_keeps(home: Path) -> None:
    with paloverde.open_archive(home) as archive:
        with pytest.raises(BadQuestion, match="private messages"):
            archive.search("street", kinds=["message"])
        archive.search("street", kinds=["message"], private_because="PRA-2026-0042")
        archive.search("street")
    private, ordinary = events(home)[-2:]
    assert (private["scope"], private["reason"]) == ("with private records", "PRA-2026-0042")
    assert (ordinary["scope"], "reason" in ordinary) == ("without private records", False)
    assert ordinary["actor"].startswith("Python (")


def test_the_conversation_around_a_hit_is_read(home: Path) -> None:
    with paloverde.open_archive(home) as archive:
        answer = archive.search("pool")
        (conversation,) = archive.conversations(answer)
    assert [one.native_id for one in conversation.said] == ["3"]


def test_the_environment_names_the_archive_where_no_place_is_given(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PALOVERDE_HOME", str(home))
    with paloverde.open_archive() as archive:
        assert isinstance(archive, OpenArchive)
        assert archive.search("pool").counts.hits == 1


def test_a_place_stands_for_itself_whatever_the_environment_says(
    home: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PALOVERDE_STORE", f"file://{tmp_path}/other")
    with paloverde.open_archive(home) as archive:
        assert archive.search("pool").counts.hits == 1


def test_a_place_without_an_archive_is_refused_and_nothing_is_made_there(tmp_path: Path) -> None:
    with pytest.raises(BadSetting):
        paloverde.open_archive(tmp_path)
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(BadQuestion, match="is no folder"):
        paloverde.open_archive(tmp_path / "nowhere")


def test_the_package_itself_stays_light() -> None:
    code = "import sys, paloverde; print(len({'pyarrow', 'sqlalchemy', 'numpy'} & {*sys.modules}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "0\n"
    assert {"open_archive", "__version__"} <= {*dir(paloverde)}
    with pytest.raises(AttributeError, match="no attribute 'opened'"):
        paloverde.opened  # noqa: B018


def test_the_example_for_notebooks_works(home: Path) -> None:
    blocks = re.findall(r"```python\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    assert blocks
    for block in blocks:
        code = block.replace("facebook-palmdesert", SLUG)
        environ = {"PALOVERDE_HOME": str(home)} | path_of_python()
        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", code],
            env=environ,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert "2026-03" in done.stdout


def test_the_command_line_and_python_find_the_same(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PALOVERDE_HOME", str(home))
    assert main(["search", "street", "--json"]) == 0
    with paloverde.open_archive() as archive:
        assert capsys.readouterr().out.splitlines() == [*archive.search("street").as_json_lines()]


class Naive:
    """An engine that reads every file that it is told to, and takes every version for a candidate."""

    def __init__(self, at: Path) -> None:
        self.at = at

    def find(self, plan: Plan) -> Found:
        tables = {
            file: pq.read_table(file, columns=list(NAMES[1:]), partitioning=None) for file in self.files(plan)
        }
        rows = {file: len(table) for file, table in tables.items()}
        return Found(
            rows, [(file, *row.values()) for file, table in tables.items() for row in table.to_pylist()]
        )

    def files(self, plan: Plan) -> list[str]:
        return [file for role in (Role.RECORDS, Role.REMOVED) for file in plan.files(role, str(self.at))]


def test_another_engine_answers_the_same_and_the_ledger_keeps_it(home: Path) -> None:
    with paloverde.open_archive(home) as archive:
        before = len(events(home))
        here, there = (archive.search("street~", engine=engine) for engine in (None, Naive(home / "archive")))
        assert there == msgspec.structs.replace(here, searched=there.searched)
        assert [hit.native_id for hit in there.hits] == ["1", "2"]
        assert "regexp_like" in archive.plan("street~").sql()
    assert [event["question"] for event in events(home)[before:]] == ["street~", "street~"]


def test_a_name_is_no_list_and_an_empty_reason_is_none(home: Path) -> None:
    with paloverde.open_archive(home) as archive:
        with pytest.raises(BadQuestion, match=r"accounts is a list: write accounts=\['x'\]"):
            archive.search("street", accounts="x")
        with pytest.raises(BadQuestion, match="only for a reason"):
            archive.search("street", private_because=" ")
