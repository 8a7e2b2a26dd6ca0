"""`paloverde request`, from the letter to the closing, as a clerk at the command line sees it."""

from __future__ import annotations

import csv
import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from exports import Office, account, shown
from paloverde.cli import main
from paloverde.desk.people import People, Role
from paloverde.installation import open_installation
from paloverde.records import archive_day
from paloverde.settings import load
from paloverde.wording import spoken

PASSWORD = "a long sentence for tests"
NOW = datetime.now(UTC)
TODAY = archive_day(NOW)
NUMBER = f"PRA-{TODAY.year}-0001"


class Desk:
    """The command line of a city with one account; Cleo is its clerk."""

    def __init__(self, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.home, self.capsys = home, capsys
        open_installation(load(os.environ)).register_account(account("x"))
        people = People(home / "users.json")
        people.put("cleo", "Cleo Park", Role.CLERK, PASSWORD)
        (home / "password").write_text(PASSWORD)
        (home / "password").chmod(0o600)

    def night(self) -> None:
        """The site shows two posts."""
        posts = [shown("x", "1", "Pool hours", NOW), shown("x", "2", "Library", NOW)]
        Office(self.home).night("x", posts, NOW - timedelta(days=1))

    def says(self, *words: str, status: int = 0, who: str = "cleo") -> str:
        """What `paloverde request` prints, or its error where a status is expected."""
        reads = words[0] in ("list", "show", "log", "closures")
        signed = [] if reads else ["--as", who, "--password-file", str(self.home / "password")]
        self.capsys.readouterr()
        assert main(["request", *words, *signed]) == status
        streams = self.capsys.readouterr()
        return streams.err if status else streams.out


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Desk:
    monkeypatch.setenv("PALOVERDE_HOME", str(tmp_path))
    monkeypatch.setenv("PALOVERDE_DATABASE", f"sqlite:///{tmp_path}/state.db")
    monkeypatch.setenv("PALOVERDE_SIGNING_KEY_FILE", str(tmp_path / "key.pem"))
    return Desk(tmp_path, capsys)


def receive(desk: Desk, *more: str) -> str:
    return desk.says(
        "receive", "--channel", "letter", "--on", str(TODAY), "--text", "All about the pool", *more
    )


def test_a_request_is_taken_in_without_name_or_purpose_and_the_next_step_is_said(desk: Desk) -> None:
    told = receive(desk)
    assert told.startswith(f"{NUMBER} is taken in.\n{NUMBER} came in on {spoken(TODAY)}; it is received.\n")
    assert "Next: determine, and tell the requester, by " in told
    assert "days left)" in told


def test_the_letter_itself_is_kept(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("Dear City")
    receive(desk, "--document", str(tmp_path / "letter.txt"), "--name", "Mia Ito")
    shown_ = desk.says("show", NUMBER)
    assert "Document: letter.txt, SHA-256 " in shown_
    assert "By: Mia Ito" in shown_
    assert "Asked for: All about the pool" in shown_


def test_a_document_that_cannot_be_read_takes_nothing_in(desk: Desk, tmp_path: Path) -> None:
    told = desk.says(
        "receive", "--channel", "letter", "--on", str(TODAY), "--text", "Pool", "--document",
        str(tmp_path / "letter.pdf"), status=1,
    )  # fmt: skip
    assert "letter.pdf cannot be read (No such file or directory). Nothing was taken in" in told
    assert desk.says("list", "--all") == "No request is open.\n"


def test_a_time_after_hours_counts_as_its_day(desk: Desk) -> None:
    yesterday = TODAY - timedelta(days=1)
    told = desk.says("receive", "--channel", "telephone", "--at", f"{yesterday}T22:45", "--text", "Pool")
    assert f"came in on {spoken(yesterday)}" in told
    assert "10:45 p.m." in desk.says("show", f"PRA-{yesterday.year}-0001")


def test_the_list_has_what_is_due_first_on_top(desk: Desk) -> None:
    receive(desk, "--number", f"PRA-{TODAY.year}-0007")
    earlier = str(TODAY - timedelta(days=6))
    desk.says(
        "receive", "--channel", "email", "--on", earlier, "--text", "Older", "--number", "PRA-2026-0009"
    )
    lines = desk.says("list").splitlines()
    assert [line.split()[0] for line in lines] == ["PRA-2026-0009", f"PRA-{TODAY.year}-0007"]
    assert all("left: determine, and tell the requester" in line for line in lines)


def test_a_search_is_filed_held_and_replayed(desk: Desk) -> None:
    desk.night()
    receive(desk)
    told = desk.says("search", NUMBER, "pool", "--minutes", "15")
    assert "Found: 1 version of 1 record" in told
    assert "Pool hours" in told
    assert f"Hold for an open records request {NUMBER}" in told
    assert "the same 1 version came, SHA-256 " in desk.says("replay", NUMBER)
    assert "Working time noted: 15 minutes" in desk.says("show", NUMBER)


def test_an_extension_names_grounds_facts_and_a_date_or_is_refused(desk: Desk) -> None:
    receive(desk)
    dates = json.loads(desk.says("show", NUMBER, "--json"))["dates"]
    until, officer = dates["extension_max"], "Ana Ruiz, City Clerk"
    extend = ["extend", NUMBER, "--officer", officer, "--until"]
    assert "Name a ground" in desk.says(*extend, until, status=1)
    assert "UC2 needs the facts" in desk.says(*extend, until, "--ground", "UC2", status=1)
    late = str(TODAY + timedelta(days=25))
    assert "is not one of them" in desk.says(*extend, late, "--ground", "UC2=9,000 records", status=1)
    told = desk.says(*extend, until, "--ground", "uc2=9,000 records", "--ground", "UC3=the Sheriff")
    assert "as the notice of extension says" in told
    assert "because of UC2 (9,000 records), UC3 (the Sheriff)" in desk.says("show", NUMBER)


def test_a_denial_needs_names_and_titles(desk: Desk) -> None:
    receive(desk)
    deny = ["determine", NUMBER, "denied", "--reasons", "They are privileged."]
    assert "name and title of each person" in desk.says(*deny, status=1)
    with pytest.raises(SystemExit):
        desk.says(*deny, "--responsible", "Ana Ruiz")
    told = desk.says(*deny, "--responsible", "Ana Ruiz, City Attorney", "--exemption", "EX-ATTY")
    assert "it is determined" in told
    assert "Responsible for the denial: Ana Ruiz, City Attorney." in desk.says("show", NUMBER)


def test_records_that_are_handed_over_need_a_date_and_a_time(desk: Desk) -> None:
    receive(desk)
    full = ["determine", NUMBER, "full", "--reasons", "They are public records."]
    assert "estimated date and time" in desk.says(*full, status=1)
    desk.night()
    desk.says("search", NUMBER, "zebra")
    with pytest.raises(SystemExit):
        desk.says(*full, "--available", "2030-01-02")
    later = TODAY + timedelta(days=5)
    told = desk.says(*full, "--available", f"{later}T14:30")
    assert (
        f"Next: hand the records over, as the determination says, by {spoken(later)} (5 days left)." in told
    )
    assert "first hand them over" in desk.says("close", NUMBER, status=1)


def test_every_other_step_is_filed_and_told(desk: Desk) -> None:
    receive(desk)
    assert "Not acknowledged yet" in desk.says("show", NUMBER)
    told = f"The requester was told on {spoken(TODAY)} that the request is here."
    assert desk.says("acknowledge", NUMBER).startswith(f"Filed: {told}\n")
    assert f"Acknowledged: the requester first heard from the City on {spoken(TODAY)}." in desk.says(
        "show", NUMBER
    )
    assert "waiting for the requester" in desk.says("clarify", NUMBER, "--question", "Which pool?")
    desk.says("clarify", NUMBER, "--answer", "The old one")
    desk.says("custodian", NUMBER, "Ben Ito", "--title", "Council", "--asked", "his own telephone")
    desk.says("custodian", NUMBER, "Ben Ito", "--answered", "nothing found")
    desk.says("minutes", NUMBER, "25", "--what", "reading")
    desk.says("note", NUMBER, "--note", "They will come by.")
    assert "words in a note" in desk.says("note", NUMBER, status=1)
    assert "how the requester withdrew it" in desk.says("close", NUMBER, "--withdrawn", status=1)
    desk.says("close", NUMBER, "--withdrawn", "--note", "by telephone")
    assert "reopen" in desk.says("acknowledge", NUMBER, status=1)
    assert "No request is open." in desk.says("list")
    assert f"{NUMBER}  closed" in desk.says("list", "--all")
    desk.says("reopen", NUMBER, "--note", "They came back")
    assert "it is in litigation" in desk.says("litigation", NUMBER, "Ito v. City")
    told = desk.says("show", NUMBER, "--why")
    at = [told.index(words) for words in ("request is here", "Which pool?", "The old one", "Ito v. City")]
    assert at == sorted(at)
    assert "1. Received on" in told
    assert "25 minutes spent" in told


def test_a_promise_in_time_is_due_and_the_final_determination_is_owed(desk: Desk) -> None:
    desk.night()
    receive(desk)
    later = TODAY + timedelta(days=20)
    early = ["determine", NUMBER, "disclosable", "--reasons", "Comments were found."]
    at = ["--available", f"{later}T14:30"]
    assert "needs a search" in desk.says(*early, *at, status=1)
    desk.says("search", NUMBER, "pool")
    assert "estimated date and time" in desk.says(*early, status=1)
    told = desk.says(*early, *at)
    assert "it is determined, its records under review" in told
    assert f"make the records available, reviewed and determined, as promised, by {spoken(later)}" in told
    assert f"`paloverde review gather {NUMBER}`" in told
    for note in ([], ["--note", "They wait"]):
        assert "the final determination is still owed" in desk.says("close", NUMBER, *note, status=1)
    row = next(csv.DictReader(desk.says("log").removeprefix("\ufeff").splitlines()))
    assert (row["outcome"], row["determined"], row["determined_finally"]) == ("disclosable", str(TODAY), "")
    assert row["promised_for"] == str(later)
    assert "there are disclosable records; what is withheld of them" in desk.says("show", NUMBER)


def test_the_log_is_csv_of_every_request(desk: Desk, tmp_path: Path) -> None:
    receive(desk)
    assert desk.says("log").startswith("\ufeffnumber,channel,state,received,")
    desk.says("log", "--out", str(tmp_path / "log.csv"))
    with (tmp_path / "log.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["number"], row["received"], row["late"]) for row in rows] == [(NUMBER, str(TODAY), "no")]
    assert "File exists" in desk.says("log", "--out", str(tmp_path / "log.csv"), status=1)


def test_closed_days_are_adopted_and_listed(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_text("date,name\n2030-12-25,Christmas Day\n")
    assert "has adopted no closed days" in desk.says("closures")
    assert "The closed days of 2030 are adopted as c.csv says." in desk.says(
        "adopt-closures", str(tmp_path / "c.csv")
    )
    assert "nothing was filed" in desk.says("adopt-closures", str(tmp_path / "c.csv"))
    assert desk.says("closures") == "2030-12-25  Wednesday, December 25, 2030  Christmas Day\n"


def test_somebody_of_it_takes_nothing_in(desk: Desk) -> None:
    People(desk.home / "users.json").put("ivo", "Ivo Lee", Role.IT, PASSWORD)
    words = ["receive", "--channel", "letter", "--on", str(TODAY), "--text", "Pool"]
    assert "`receive` needs clerk or counsel" in desk.says(*words, status=1, who="ivo")


def test_signs_that_steer_a_terminal_are_shown_and_not_obeyed(desk: Desk) -> None:
    receive(desk, "--note", "\x1b[2J hello")
    assert "\x1b" not in desk.says("show", NUMBER)
