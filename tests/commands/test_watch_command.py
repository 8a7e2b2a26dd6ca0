"""`paloverde watch`: rounds, lists, answers and reports, as whoever has a shell sees them."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from paloverde.cli import main
from paloverde.commands.office import today
from paloverde.watch.checks import CHECKS, REPORTS
from watchedcity import COMMENT, MESSAGE, POST, SLUG, WatchedCity, numbers

# A check of the product that finds something at an account of which no register says anything.
CHECK = "account-approved"


@pytest.fixture
def heard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> WatchedCity:
    city = WatchedCity(tmp_path / "home")
    city.hear("first", POST, COMMENT, MESSAGE)
    for name, value in city.environment().items():
        monkeypatch.setenv(name, value)
    return city


@pytest.fixture
def found(heard: WatchedCity, capsys: pytest.CaptureFixture[str]) -> str:
    """The finding of that check, after a round."""
    assert main(["watch", "round"]) == 0
    assert main(["watch", "list", "--check", CHECK]) == 0
    told = capsys.readouterr().out
    assert "checks looked at 3 versions of 1 sealed run: " in told
    line = next(one for one in told.splitlines() if f", {CHECK}" in one)
    assert SLUG in told
    return line.split()[0]


def test_a_finding_is_listed_shown_answered_and_listed_no_more(
    found: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["watch", "show", found]) == 0
    told = capsys.readouterr().out
    assert "What may be done: " in told
    assert (
        f"By the check {CHECK}, version {CHECKS[CHECK].version}: policy V.A.2 (row P-11), policy V.A.3"
        in told
    )
    assert main(["watch", "answer", found, "acted"]) == 1
    assert "what was done" in capsys.readouterr().err
    assert main(["watch", "answer", found, "acted", "--said", "The form was filed."]) == 0
    assert capsys.readouterr().out == f"Filed: {found} was right, and acted on.\n"
    assert main(["watch", "list", "--check", CHECK]) == 0
    assert capsys.readouterr().out == "No finding of this check is open.\n"
    assert main(["watch", "list", "--check", CHECK, "--all"]) == 0
    assert f"{found}  " in capsys.readouterr().out
    assert main(["watch", "show", found]) == 0
    assert "right, and acted on: The form was filed." in capsys.readouterr().out


def test_a_list_goes_on_after_the_last_one(found: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["watch", "list", "--limit", "1"]) == 0
    told = capsys.readouterr().out
    first = told.split()[0]
    assert f"--after {first}" in told
    assert main(["watch", "list", "--limit", "1", "--after", first]) == 0
    assert capsys.readouterr().out.split()[0] != first


def test_private_and_privileged_findings_are_shown_only_to_whoever_asks_for_them(
    heard: WatchedCity, capsys: pytest.CaptureFixture[str]
) -> None:
    watch = heard.watch(numbers(privileged=True))
    watch.round()
    one = next(one for one in watch.findings(private=True, privileged=True) if one.finding.private)
    for more in ([], ["--private"], ["--counsel"]):
        assert main(["watch", "list", *more]) == 0
        assert one.id not in capsys.readouterr().out
    assert main(["watch", "list", "--private", "--counsel"]) == 0
    told = capsys.readouterr().out
    assert f"{one.id}  this week, numbers, private, for counsel" in told
    assert "0199" not in told
    assert main(["watch", "show", one.id]) == 1
    assert "for counsel alone" in capsys.readouterr().err
    assert main(["watch", "show", one.id, "--counsel"]) == 0
    told = capsys.readouterr().out
    assert "--because WHY shows them" in told
    assert "0199" not in told
    assert main(["watch", "show", one.id, "--counsel", "--because", "The City Attorney asked."]) == 0
    assert "In its words: “760-555-0199”" in capsys.readouterr().out
    assert heard.deeds("private finding looked at")[-1]["reason"] == "The City Attorney asked."


def test_a_list_says_what_more_is_open_that_was_not_asked_for(
    heard: WatchedCity, capsys: pytest.CaptureFixture[str]
) -> None:
    heard.watch(numbers()).round()
    assert main(["watch", "list"]) == 0
    assert capsys.readouterr().out.endswith("\n\n1 more open finding about private records: --private\n")
    assert main(["watch", "list", "--private"]) == 0
    assert "more open" not in capsys.readouterr().out
    assert main(["watch", "list", "--check", CHECK]) == 0
    assert capsys.readouterr().out == "No finding of this check is open.\n"


def test_a_list_tells_what_is_for_counsel_by_its_number_alone(
    heard: WatchedCity, capsys: pytest.CaptureFixture[str]
) -> None:
    heard.watch(numbers(privileged=True)).round()
    assert main(["watch", "list"]) == 0
    assert capsys.readouterr().out == (
        "Nothing waits that may be shown to everybody.\n\n1 more open finding for counsel alone: --counsel\n"
    )


def test_before_the_first_round_nothing_found_is_no_comfort(
    heard: WatchedCity, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["watch", "list"]) == 0
    told = capsys.readouterr().out
    assert "No check has found anything yet." in told
    assert "`paloverde watch round`" in told
    assert "`paloverde watch again --since DATE`" in told


def test_a_list_of_an_account_that_nobody_registered_is_refused(
    heard: WatchedCity, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["watch", "list", "--account", "other-palmira"]) == 1
    assert f"Registered are: {SLUG}." in capsys.readouterr().err


def test_older_records_are_looked_at_again(heard: WatchedCity, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["watch", "again", "disclaimer", "exact-repeats", "--since", str(today())]) == 0
    told = capsys.readouterr().out
    assert told.startswith("2 checks looked at ")
    assert main(["watch", "again", "nothing", "--since", str(today())]) == 1
    assert "There is no check 'nothing'" in capsys.readouterr().err
    assert main(["watch", "again", "--since", str(today() + timedelta(days=2))]) == 1
    assert "has not come yet" in capsys.readouterr().err


def test_checks_and_reports_say_what_they_are(found: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["watch", "checks"]) == 0
    told = capsys.readouterr().out
    assert all(f"{name}  {check.title}" in told for name, check in CHECKS.items())
    assert "1 finding open. Decided by: " in told
    assert main(["watch", "report"]) == 0
    told = capsys.readouterr().out
    assert all(f"{name}  {report.title}" in told for name, report in REPORTS.items())


def test_a_report_is_printed_and_written_for_a_spreadsheet(
    heard: WatchedCity, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["watch", "report", "official-sites"]) == 0
    told = capsys.readouterr().out
    assert "palmaria" in told
    file = tmp_path / "sites.csv"
    assert main(["watch", "report", "official-sites", "--csv", str(file)]) == 0
    assert f"Written to {file}: 1 row." in capsys.readouterr().out
    assert file.read_bytes().startswith(b"\xef\xbb\xbf")
    assert "palmaria" in file.read_text(encoding="utf-8-sig")
    assert main(["watch", "report", "official-sites", "--csv", str(file)]) == 1  # nothing is overwritten
    assert "exists" in capsys.readouterr().err
    assert main(["watch", "report", "official-sites", "--since", "2026-02-01", "--until", "2026-01-01"]) == 1
    assert "from an earlier day" in capsys.readouterr().err
    assert main(["watch", "report", "nothing"]) == 1
    assert "There is no report 'nothing'" in capsys.readouterr().err


def test_a_sample_is_judged_and_the_check_measured(found: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["watch", "sample", CHECK]) == 0
    assert f"{found}  " in capsys.readouterr().out
    assert main(["watch", "answer", found, "wrong", "--said", "It was approved in May."]) == 0
    assert main(["watch", "sample", CHECK]) == 0
    assert f"Nothing of {CHECK} waits to be judged." in capsys.readouterr().out
    assert main(["watch", "precision"]) == 0
    assert "people judged 1: 0 right, 1 false alarm." in capsys.readouterr().out
