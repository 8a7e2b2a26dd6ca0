"""`paloverde search` as a clerk uses it: what it prints, and what it never lets a post do to the screen."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from exports import tweet, ytd, zipped
from paloverde.cli import main
from paloverde.commands.tallies import counted
from paloverde.commands.terminal import ink_of
from paloverde.desk.people import People, Role
from paloverde.search.counts import Counts

SLUG = "x-palmaria"
POSTS = [
    tweet("1", "Street sweeping is on Monday"),
    tweet("2", "Which street?", "Mon Mar 02 19:00:00 +0000 2026", in_reply_to_status_id_str="1"),
    tweet(
        "3", "Mine \x1b[2Jand\u202e yours", "Mon Mar 02 20:00:00 +0000 2026", in_reply_to_status_id_str="1"
    ),
    tweet("4", "The streets are swept", "Wed Apr 01 18:00:00 +0000 2026"),
]


@pytest.fixture
def city(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PALOVERDE_HOME", str(tmp_path / "home"))
    path = zipped(tmp_path / "x.zip", {"data/tweets.js": ytd("tweets", POSTS)})
    assert main(["accounts", "add", SLUG, "--platform", "x", "--id", "44", "--handle", "palmaria"]) == 0
    assert main(["import", str(path), "--account", SLUG, "--quiet"]) == 0


def said(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    capsys.readouterr()
    status = main(["search", *words])
    told = capsys.readouterr()
    return status, told.out, told.err


@pytest.mark.usefixtures("city")
def test_it_says_what_was_asked_then_counts_then_hits(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = said(capsys, "street~ OR which")
    assert status == 0
    sentence, *rest = out.splitlines()
    assert "“street~” (~ is every form of the word) or “which”" in sentence
    assert "Versions with each word or phrase:" in rest
    assert f"  “street~”  3  {'#' * 40}" in rest
    assert "  2026-03  2  " + "#" * 40 in rest
    assert "  2026-04  1  " + "#" * 20 in rest
    assert rest[-1] == "  The streets are swept"
    assert "\x1b" not in out


@pytest.mark.usefixtures("city")
def test_stemming_and_the_day_of_asking_are_options(capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, "streets", "--most", "0")[1].count("Found: 1 version") == 1
    assert "Found: 3 versions" in said(capsys, "streets", "--stemming")[1]
    _, out, _ = said(capsys, 'street~ in:"last month"', "--today", "2026-04-30")
    assert "posted from March 1, 2026 to March 31, 2026 (last month)" in out
    assert "Found: 2 versions" in out


@pytest.mark.usefixtures("city")
def test_an_earlier_search_is_made_again_up_to_its_run(capsys: pytest.CaptureFixture[str]) -> None:
    assert "Found: 3 versions" in said(capsys, "street~")[1]
    assert "Found: 0 versions" in said(capsys, "street~", "--through", "0")[1]
    assert "Found: 3 versions" in said(capsys, "street~", "--through", "1")[1]


@pytest.mark.usefixtures("city")
@pytest.mark.parametrize("how", [[], ["--no-index"]])
def test_the_newest_hits_come_first_where_that_is_asked(
    how: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["index", "refresh"]) == 0
    _, out, _ = said(capsys, "street~", "--json", "--newest-first", *how)
    assert [json.loads(line)["native_id"] for line in out.splitlines()] == ["4", "2", "1"]
    _, out, _ = said(capsys, "street~", "--newest-first", "--most", "1", "--around", "1", *how)
    _, oldest, _ = said(capsys, "street~", "--most", "1", "--around", "1", *how)
    assert "and 2 more" in out
    assert out.partition("post by")[2] != oldest.partition("post by")[2]


@pytest.mark.usefixtures("city")
def test_a_hit_is_shown_in_its_conversation_with_what_that_cost(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = said(capsys, "which", "--around", "2")
    assert status == 0
    lines = out.split("  In its conversation:\n")[1].splitlines()
    assert [line[:4] for line in lines] == ["    ", "  > ", "    "]
    assert "Street sweeping is on Monday" in lines[0]
    assert "Which street?" in lines[1]
    assert lines[2] == "    and 1 later"
    assert "1 sealed object with 4 record versions was read" in err


@pytest.mark.usefixtures("city")
def test_a_post_cannot_move_the_cursor_or_turn_the_writing(capsys: pytest.CaptureFixture[str]) -> None:
    for words in (["yours"], ["which", "--around", "9"]):
        out = said(capsys, *words)[1]
        assert "\x1b" not in out
        assert "\u202e" not in out
        assert "Mine [U+001B][2Jand[U+202E] yours" in out


@pytest.mark.usefixtures("city")
def test_json_is_one_hit_a_line_and_has_no_conversation(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = said(capsys, "street~", "--json")
    assert (status, [json.loads(line)["native_id"] for line in out.splitlines()]) == (0, ["1", "2", "4"])
    assert "Found: 3 versions" in err
    assert said(capsys, "street", "--json", "--around", "3")[0] == 1


@pytest.mark.usefixtures("city")
def test_a_wrong_question_shows_its_place(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = said(capsys, "street w/s sweeping")
    assert (status, out) == (1, "")
    assert "at character 8: w/s cannot be measured" in err
    assert err.splitlines()[-1].index("^") == len("  street ")


@pytest.mark.parametrize("words", [["--most", "-1"], ["--around", "many"]])
def test_a_wrong_number_is_refused(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["search", "street", *words])
    assert "is no number from 0 up" in capsys.readouterr().err


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("stream", "environ", "shows"),
    [
        (Terminal(), {"TERM": "xterm"}, True),
        (Terminal(), {"NO_COLOR": ""}, True),
        (Terminal(), {"NO_COLOR": "1"}, False),
        (Terminal(), {"TERM": "dumb"}, False),
        (io.StringIO(), {"TERM": "xterm"}, False),
    ],
)
def test_words_are_marked_on_a_terminal_alone(
    stream: io.StringIO, environ: dict[str, str], shows: bool
) -> None:
    ink = ink_of(stream, environ)
    assert ink.marked("street") == ("\x1b[1;7mstreet\x1b[0m" if shows else "street")


def test_many_months_are_told_by_year() -> None:
    months = {f"{year}-{month:02}": 1_000 for year in range(2020, 2025) for month in range(1, 13)}
    told = list(counted(Counts(0, 0, 0, 0, {"a": 1}, {"x": 1}, {"post": 1}, months | {"undated": 5})))
    assert told[1] == "Versions by year of posting (Pacific):"
    assert told[2].startswith("  2020     12,000  ####")
    assert told[-1] == "  undated       5  #"
    assert len(told) == 8


@pytest.mark.usefixtures("city")
def test_the_question_is_printed_as_sql_with_its_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = said(capsys, "street~ in:2026-03", "--sql", "--account", SLUG)
    assert (status, err) == (0, "")
    comment, _, sql = out.partition("\nWITH ")
    assert "Candidates for: (“street~” (~ is every form of the word) and posted from March 1" in comment
    assert all(line.startswith("-- ") for line in comment.splitlines())
    assert f"account IN ('{SLUG}')" in sql


PASSWORD = "a long sentence for tests"


@pytest.fixture
def limited(city: None, tmp_path: Path) -> list[str]:
    """The options of somebody who may see one account, which has no records, and of its password."""
    del city
    assert main(["accounts", "add", "x-other", "--platform", "x", "--id", "45", "--handle", "other"]) == 0
    people = People(tmp_path / "home" / "users.json")
    people.put("li", "Li Moss", Role.PUBLIC_AFFAIRS, PASSWORD, accounts=("x-other",))
    file = tmp_path / "password"
    file.touch(0o600)
    file.write_text(PASSWORD)
    return ["--as", "li", "--password-file", str(file)]


def test_whoever_sees_one_account_finds_nothing_of_another(
    limited: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert "Found: 3 versions" in said(capsys, "street~", "--most", "0")[1]
    status, out, _ = said(capsys, "street~", *limited)
    assert (status, "Found: 0 versions" in out, "Street sweeping" in out) == (0, True, False)


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--account", SLUG), f"does not open {SLUG}"),
        (("--private",), "`--private` needs clerk or counsel"),
    ],
)
def test_asking_beyond_what_is_ones_own_is_refused_in_words(
    limited: list[str], capsys: pytest.CaptureFixture[str], words: tuple[str, ...], why: str
) -> None:
    status, out, err = said(capsys, "street~", *limited, *words)
    assert (status, out) == (1, "")
    assert why in err


def test_a_bundle_concerns_all_accounts_and_is_refused_to_whoever_sees_some(
    limited: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    People(tmp_path / "home" / "users.json").put("li", "Li Moss", Role.CLERK, PASSWORD)
    out = tmp_path / "b.zip"
    words = ["bundle", "--question", "street~", "--name", "B", "--out", str(out), *limited]
    assert main(words) == 1
    assert "may see some accounts alone, and `bundle` concerns all" in capsys.readouterr().err
    assert not out.exists()
