"""A clerk reviews a request at the command line: sheets, suggestions, redactions, a second person's signature."""

from __future__ import annotations

import csv
import io
import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from paloverde.bundles.tables import cell
from paloverde.cli import main
from paloverde.commands.review_sheet import COLUMNS, Sheet, from_csv, plain
from paloverde.desk.people import People
from paloverde.desk.people import Role as Office
from paloverde.errors import BadQuestion
from paloverde.installation import Installation, Purpose, open_installation
from paloverde.requests.reviewing import Review
from paloverde.retention.holds import By
from paloverde.settings import load

SLUG, NUMBER, PASSWORD = "x-palmaria", "PRA-2026-0042", "a long sentence for tests"
TEXTS = {
    "1": "The pool closes early, call me at 760-555-0142",
    "2": "Pool hours? my number is (760) 555-0142 👍🏽",
    "3": '=HYPERLINK("http://pool.example","pool")',
    "4": "Thank you for the pool!",
    "5": "THANK YOU for the pool",
    "6": "Our counsel says the pool case is lost",
}  # fmt: skip
PRIVATE = [
    "--exempt",
    "EX-PRIV",
    "--fact",
    "privacy=a neighbour's own telephone number",
    "--title",
    "Deputy Clerk",
]
Out = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A city with six private messages about a pool, and a request for them that was searched for."""
    folder = tmp_path_factory.mktemp("city")
    home = folder / "home"
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("PALOVERDE_HOME", str(home))
        fill_city(home, folder / "messages.csv")
    return home


@pytest.fixture
def home(first: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of that city."""
    shutil.copytree(first, tmp_path / "home")
    monkeypatch.setenv("PALOVERDE_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def fill_city(home: Path, messages: Path) -> None:
    people = People(home / "users.json")
    people.put("ana", "Ana Ruiz", Office.COUNSEL, PASSWORD)
    people.put("cleo", "Cleo Park", Office.CLERK, PASSWORD)
    people.put("ike", "Ike Sol", Office.IT, PASSWORD)
    (home / "password").write_text(PASSWORD)
    (home / "password").chmod(0o600)
    table = io.StringIO()
    rows = csv.writer(table)
    rows.writerows([("native_id", "text"), *TEXTS.items()])
    messages.write_text(table.getvalue())
    told = ["--account", SLUG, "--format", "table", "--kind", "message", "--quiet"]
    assert main(["accounts", "add", SLUG, "--platform", "x", "--id", "44", "--handle", "palmaria"]) == 0
    assert main(["import", str(messages), *told]) == 0
    asked = ["--channel", "counter", "--on", "2026-11-20", "--text", "all about the pool", "--number", NUMBER]
    assert main(["request", "receive", *asked, *signed(home, "cleo")]) == 0
    assert main(["request", "search", NUMBER, "pool", "--private", *signed(home, "cleo")]) == 0
    assert review(home, "gather") == 0


def signed(home: Path, who: str) -> list[str]:
    return ["--as", who, "--password-file", str(home / "password")]


def review(home: Path, action: str, *more: str, who: str = "cleo") -> int:
    return main(["review", action, NUMBER, *more, *signed(home, who)])


def city(home: Path) -> Installation:
    return open_installation(load({"PALOVERDE_HOME": str(home)}), purpose=Purpose.WORK)


def control(number: int) -> str:
    return f"{NUMBER}-{number:06}"


def numbers(home: Path) -> dict[str, int]:
    """The place of each message in the review, by its id."""
    return {version[2]: place for place, version in enumerate(city(home).reviews.get(NUMBER).versions, 1)}


def test_a_review_goes_from_numbers_to_a_signature(home: Path, capsys: Out) -> None:
    place = numbers(home)
    assert review(home, "as-before") == 0
    assert "0 decided. 6 undecided." in capsys.readouterr().out
    assert review(home, "suggest") == 0
    said = capsys.readouterr().out
    assert "760-555-0142" in said
    assert "privileged words" in said
    assert review(home, "suggest", str(place["4"])) == 0
    assert capsys.readouterr().out.startswith("1 record was looked through, and nothing is suggested")
    assert review(home, "decide", "1-6", "--verdict", "responsive") == 0
    assert "3 suggestions stand unanswered in what is handed over" in capsys.readouterr().out
    assert review(home, "suggest") == 0
    assert "No record is undecided" in capsys.readouterr().out
    assert review(home, "everywhere", "7605550142", "--redact", *PRIVATE) == 0
    assert "2 places in 2 records" in capsys.readouterr().out
    assert review(home, "suggest", "--unanswered") == 0
    assert "1 suggestion unanswered in what is handed over." in capsys.readouterr().out
    secret = ["--exempt", "EX-ATTY", "--fact", "attorney=the City Attorney, for the City", "--title", "Clerk"]
    assert review(home, "decide", str(place["6"]), "--verdict", "exempt", *secret) == 1
    assert "needs segregability" in capsys.readouterr().err
    secret += ["--fact", "segregability=all of it is the advice"]
    assert review(home, "decide", str(place["6"]), "--verdict", "exempt", *secret) == 0
    assert review(home, "show", str(place["1"])) == 0
    said = capsys.readouterr().out
    assert "redacted in text: '760-555-0142' (EX-PRIV)" in said
    assert "privacy: a neighbour's own telephone number" in said
    assert "released text: The pool closes early, call me at [redacted: EX-PRIV]" in said
    assert review(home, "show", str(place["2"]), str(place["4"])) == 0
    said = capsys.readouterr().out
    assert "released text: Pool hours? my number is [redacted: EX-PRIV] 👍🏽" in said  # no bracket is left
    assert f"{control(place['4'])}  x-palmaria/message/4" in said
    assert review(home, "sign") == 1
    assert "Cleo Park has decided in this review" in capsys.readouterr().err
    assert review(home, "sign", who="ana") == 0
    assert "Signed by Ana Ruiz" in capsys.readouterr().out
    assert review(home, "decide", "1", "--verdict", "not responsive") == 0
    assert "The signature does not count any more" in capsys.readouterr().out


def test_redacted_words_that_stand_elsewhere_keep_a_review_from_being_signed(home: Path, capsys: Out) -> None:
    place = numbers(home)
    assert review(home, "decide", "1-6", "--verdict", "responsive") == 0
    assert review(home, "redact", str(place["1"]), "--words", "760-555-0142", *PRIVATE) == 0
    assert review(home, "sign", who="ana") == 1
    assert f"still stand in {control(place['2'])} (text)" in capsys.readouterr().err
    assert review(home, "sign", "--accept", str(place["1"]), who="ana") == 1
    assert "does not say which record and where" in capsys.readouterr().err
    accept = ["--accept", f"{place['1']}={place['2']}"]
    capsys.readouterr()
    assert review(home, "sign", *accept, who="ana") == 1
    assert "2 suggestions stand unanswered in what is handed over" in (refused := capsys.readouterr().err)
    assert "privileged words (1), telephone number (1)" in refused
    assert "--all-seen 2" in refused
    assert review(home, "sign", *accept, "--all-seen", "3", who="ana") == 1
    assert review(home, "sign", *accept, "--all-seen", "2", who="ana") == 0
    assert "Ana Ruiz has seen the 2 suggestions" in capsys.readouterr().out
    assert city(home).reviews.get(NUMBER).signature.seen == 2  # type: ignore[union-attr]
    assert city(home).reviews.get(NUMBER).signature is not None


def test_a_list_goes_page_by_page_and_says_kind_poster_day_and_what_is_private(
    home: Path, capsys: Out
) -> None:
    assert review(home, "decide", "1 3", "--verdict", "responsive") == 1
    assert "write it as 17" in capsys.readouterr().err
    assert review(home, "decide", "1", "3", "--verdict", "responsive") == 0
    capsys.readouterr()
    assert review(home, "list", "--per-page", "4") == 0
    first = capsys.readouterr().out.splitlines()
    assert first[0].startswith(f"{control(1)}  responsive      no date given  message by unknown, private: ")
    assert first[1].startswith(f"{control(2)}  undecided ")
    assert first[4] == "Records 1 to 4 of 6. `--page 2` shows more."
    assert review(home, "list", "--per-page", "4", "--page", "2") == 0
    second = capsys.readouterr().out.splitlines()
    assert [line[: len(control(5))] for line in second[:2]] == [control(5), control(6)]
    assert second[2] == "Records 5 to 6 of 6."
    assert review(home, "list", "--page", "9") == 0
    assert "There is no page 9: 6 records in all." in capsys.readouterr().out


def test_duplicates_are_offered_the_same_decision(home: Path, capsys: Out) -> None:
    place = numbers(home)
    assert review(home, "decide", str(place["4"]), "--verdict", "not responsive") == 0
    assert "1 more is the same or nearly" in capsys.readouterr().out
    assert review(home, "list") == 0
    assert review(home, "decide", str(place["4"]), "--verdict", "responsive", "--alike") == 0
    assert "2 decided. 4 undecided." in capsys.readouterr().out


def test_a_sheet_goes_through_a_spreadsheet_and_back(home: Path, tmp_path: Path, capsys: Out) -> None:
    sheet, place = tmp_path / "sheet.csv", numbers(home)
    assert review(home, "export", "--out", str(sheet)) == 0
    assert sheet.stat().st_mode & 0o077 == 0
    rows = list(csv.DictReader(io.StringIO(sheet.read_bytes().decode("utf-8-sig"), newline="")))
    assert [*rows[0]] == [*COLUMNS]
    by_control = {row["control"]: row for row in rows}
    assert by_control[control(place["3"])]["text"].startswith("'=HYPERLINK")
    assert "telephone number: 760-555-0142 (EX-PRIV)" in by_control[control(place["1"])]["suggestions"]
    assert by_control[control(place["4"])]["alike"] == control(place["5"])
    for row in rows:
        row["verdict"] = "Responsive"
    first = by_control[control(place["1"])]
    first |= {"verdict": "exempt in part", "redact": "EX-PRIV: 760-555-0142"}
    first["facts"] = "EX-PRIV.privacy: the neighbour's own number"
    fill(sheet, rows)
    assert review(home, "import", str(sheet), "--title", "Deputy Clerk") == 0
    assert "6 decided. 0 undecided." in capsys.readouterr().out
    made = city(home).reviews.get(NUMBER)
    (span,) = made.decision(made.versions[place["1"] - 1]).spans  # type: ignore[union-attr]
    assert TEXTS["1"][span.start : span.end] == "760-555-0142"
    again = tmp_path / "again.csv"
    assert review(home, "export", "--out", str(again)) == 0
    assert review(home, "import", str(again)) == 0
    assert "0 decided." in capsys.readouterr().out


def fill(sheet: Path, rows: list[dict[str, str]], delimiter: str = ";") -> None:
    """As a spreadsheet of another country saves it."""
    with sheet.open("w", newline="", encoding="utf-8-sig") as out:
        writer = csv.DictWriter(out, COLUMNS, delimiter=delimiter)
        writer.writeheader()
        writer.writerows(rows)


def test_every_row_that_cannot_be_understood_is_named_and_nothing_is_filed(
    home: Path, tmp_path: Path, capsys: Out
) -> None:
    sheet = tmp_path / "sheet.csv"
    assert review(home, "export", "--out", str(sheet)) == 0
    rows = list(csv.DictReader(io.StringIO(sheet.read_bytes().decode("utf-8-sig"), newline="")))
    rows[0]["verdict"] = "perhaps"
    rows[1] |= {"verdict": "exempt in part", "redact": "words that nobody wrote", "exemptions": "EX-SSN"}
    rows[2]["note"] = "no verdict"
    rows[3] |= {"verdict": "exempt", "exemptions": "COPYRIGHT"}
    rows[4] |= {"control": "PRA-1999-0001-000001", "verdict": "responsive"}
    rows[5]["verdict"] = "responsive"
    fill(sheet, rows)
    assert review(home, "import", str(sheet)) == 1
    said = capsys.readouterr().err
    for number, words in enumerate(("'perhaps' is no verdict", "does not say", "no verdict", "copyright"), 2):
        assert f"ow {number} ({control(number - 1)})" in said
        assert words in said
    assert "Row 6 (PRA-1999-0001-000001)" in said
    assert len(city(home).reviews.get(NUMBER).undecided) == 6


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"control,verdict\r\n", "lacks the columns exemptions"),
        (b"", "lacks the columns"),
        ("control;verdict\nn\xe4".encode("latin-1"), "is not UTF-8"),
        (
            b'control,verdict,exemptions,facts,redact,withhold_files,note\n"' + b"x" * 90_000,
            "xx…. names no record",
        ),
        (
            b"control,verdict,exemptions,facts,redact,withhold_files,note\nx,responsive\n",
            "'x' names no record",
        ),
        (b'control,verdict,exemptions,facts,redact,withhold_files,note\n"a"b,"c\n', "names no record|cannot"),
    ],
)
def test_a_file_that_is_no_sheet_is_refused_plainly(body: bytes, said: str) -> None:
    empty = Sheet(Review(NUMBER, [], [], []), {}, lambda _: [], {})
    with pytest.raises(BadQuestion, match=said) as refused:
        from_csv(body, empty, By("Cleo Park", "clerk", "test"), "", datetime(2026, 11, 22, tzinfo=UTC))
    assert len(str(refused.value)) < 400


def test_the_json_form_goes_out_and_back_with_exact_spans(home: Path, tmp_path: Path, capsys: Out) -> None:
    file, place = tmp_path / "review.json", numbers(home)
    assert review(home, "export", "--out", str(file)) == 0
    records = {one["control"]: one for one in map(json.loads, file.read_text().splitlines())}
    one = records[control(place["2"])]
    start = one["texts"]["text"].index("(760)")
    one |= {
        "verdict": "exempt in part", "title": "Deputy Clerk",
        "spans": [{"where": "text", "start": start, "end": start + 14, "code": "EX-PRIV"}],
        "exempted": [{"code": "EX-PRIV", "facts": {"privacy": "the neighbour's own number"}}],
    }  # fmt: skip
    file.write_text(json.dumps(one) + "\n")
    assert review(home, "import", str(file)) == 0
    assert review(home, "show", str(place["2"])) == 0
    assert "released text: Pool hours? my number is [redacted: EX-PRIV] 👍🏽" in capsys.readouterr().out
    file.write_text('{"control": 5}\n{"control": "1", "verdict": "maybe"}\n')
    assert review(home, "import", str(file)) == 1
    assert "Line 2" in capsys.readouterr().err


def test_only_clerk_and_counsel_review(home: Path, capsys: Out) -> None:
    assert review(home, "list", who="ike") == 1
    assert "needs clerk or counsel" in capsys.readouterr().err


def test_looks_exports_and_decisions_stand_in_the_ledger(home: Path, tmp_path: Path) -> None:
    review(home, "decide", "1", "--verdict", "responsive")
    review(home, "export", "--out", str(tmp_path / "sheet.csv"))
    told = [(entry.event.what, entry.event.actor) for entry in city(home).ledger.entries()]
    for what in ("records under review", "review decided", "review sheet written"):
        assert next(actor for name, actor in told if name == what).startswith("Cleo Park, clerk")
    looks = ("search made", "found records looked at")
    assert sum(what in looks for what, _ in told) >= 4  # each time, since they are private


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\t=1", "plain", "'quoted", "it's", "", "'"])
def test_what_a_sheet_guards_comes_back_as_it_was(text: str) -> None:
    assert plain(cell(text)) == text
