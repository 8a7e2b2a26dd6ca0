from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from paloverde.cli import main
from paloverde.desk.people import People, Role, people_of_all
from paloverde.installation import Installation, Purpose, open_installation
from paloverde.records import Account
from paloverde.settings import load


@pytest.fixture
def password(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> str:
    """What `users add` made for ana, the one clerk of a new city."""
    monkeypatch.setenv("PALOVERDE_HOME", str(tmp_path))
    assert main(["users", "add", "ana", "--role", "clerk", "--name", "Ana Example"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("ana may sign in as clerk. Password: ")
    return said.split()[-1]


@pytest.fixture
def people(tmp_path: Path, password: str) -> People:
    """The users file of that city."""
    return People(tmp_path / "users.json")


def test_the_password_that_is_made_lets_in(
    people: People, password: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert people.check("ana", password) == people.find("ana")
    assert main(["users"]) == 0
    assert capsys.readouterr().out == "ana  clerk  Ana Example  (has not chosen a password yet)\n"


OWN = "seven herons by the pond"


def typing(monkeypatch: pytest.MonkeyPatch, *typed: str) -> None:
    """Whatever asks for a secret is given these, one after the other, as by somebody at the keyboard."""
    answers = iter(typed)
    monkeypatch.setattr("getpass.getpass", lambda _prompt: next(answers))


def test_the_password_that_it_gave_signs_nobody_in_at_the_command_line(
    people: People, password: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    secret = tmp_path / "password"
    secret.write_text(password)
    secret.chmod(0o600)
    named = ["--as", "ana", "--password-file", str(secret)]
    open_installation(load({"PALOVERDE_HOME": str(tmp_path)}))
    received = [
        "request",
        "receive",
        "--channel",
        "email",
        "--on",
        "2026-11-02",
        "--text",
        "All of it",
        *named,
    ]
    assert main(received) == 1
    assert "choose one of your own first, with `paloverde users password ana`" in capsys.readouterr().err
    people.put("ana", "Ana Example", Role.CLERK, password)
    assert main(received) == 0


def test_somebody_changes_their_own_at_the_command_line(
    archive: Installation,
    people: People,
    password: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    typing(monkeypatch, password, OWN, OWN)
    assert main(["users", "password", "ana"]) == 0
    assert "The password of ana is changed. All their sign-ins ended." in capsys.readouterr().out
    person = people.check("ana", OWN)
    assert person is not None
    assert not person.temporary
    assert [(what, about) for what, _, about in told(archive)[1:]] == [
        ("password changed", {"username": "ana"})
    ]


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        (("a guess",), "The password is not that of 'ana'"),
        (("", OWN, "seven heron by the pond"), "typed in two ways"),
        (("", "ana example ana ana", "ana example ana ana"), "your name or username"),
    ],
)
def test_what_is_not_taken_at_the_command_line_is_said_and_changes_nothing(
    people: People,
    password: str,
    typed: tuple[str, ...],
    why: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    typing(monkeypatch, *(one or password for one in typed))
    assert main(["users", "password", "ana"]) == 1
    assert why in capsys.readouterr().err
    assert people.check("ana", password) == people.find("ana")


def test_what_it_types_for_somebody_is_judged_as_what_they_choose(
    people: People, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    typing(monkeypatch, "ben ito ben ito ben ito", OWN)
    add = ["users", "add", "benito", "--role", "it", "--name", "Benito Ito", "--ask"]
    assert main(add) == 1
    assert "does not count" in capsys.readouterr().err
    assert people.find("benito") is None
    assert main(add) == 0
    assert people.find("benito").temporary  # type: ignore[union-attr]


def test_whoever_sees_to_all_cities_changes_theirs_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "cities"
    folder.mkdir(mode=0o700)
    (folder / "palmaria.env").write_text(f"PALOVERDE_HOME={tmp_path / 'palmaria'}\n")
    (folder / "palmaria.env").chmod(0o600)
    monkeypatch.setenv("PALOVERDE_CITIES", str(folder))
    assert main(["users", "add", "nora", "--role", "it", "--name", "Nora Vance"]) == 0
    made = capsys.readouterr().out.split()[-1]
    typing(monkeypatch, made, OWN, OWN)
    assert main(["users", "password", "nora"]) == 0
    assert people_of_all(folder).check("nora", OWN)


def test_a_city_that_was_not_said_or_is_empty_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As a script leaves it whose variable is not set: nobody becomes IT of all cities by it."""
    folder = tmp_path / "cities"
    folder.mkdir(mode=0o700)
    (folder / "palmaria.env").write_text(f"PALOVERDE_HOME={tmp_path / 'palmaria'}\n")
    (folder / "palmaria.env").chmod(0o600)
    monkeypatch.setenv("PALOVERDE_CITIES", str(folder))
    monkeypatch.delenv("PALOVERDE_HOME", raising=False)
    monkeypatch.setenv("PALOVERDE_CITY", "palmaria")
    add = ["users", "add", "nora", "--role", "it"]
    assert main(["--city", "", *add]) == 1
    assert "PALOVERDE_CITY does not say which is meant" in capsys.readouterr().err
    assert people_of_all(folder).all() == []
    assert main(["--city", "palmaria", *add]) == 0
    assert "At Airflow’s sign-in the name is palmaria/nora" in capsys.readouterr().err
    monkeypatch.delenv("PALOVERDE_CITY")
    assert main(add) == 0
    assert "nora sees to the nights of all cities" in capsys.readouterr().err


def test_letters_name_people_by_name_and_title_and_a_new_password_keeps_both(
    people: People, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["users", "add", "cleo", "--role", "counsel"]) == 0
    assert "Letters and papers name this person as “cleo”" in capsys.readouterr().err
    named = ("--name", "Cleo Park", "--title", "City Attorney")
    assert main(["users", "add", "cleo", "--role", "counsel", *named]) == 0
    capsys.readouterr()
    before = people.find("cleo")
    assert main(["users", "add", "cleo", "--role", "clerk"]) == 0
    after = people.find("cleo")
    assert before is not None
    assert after is not None
    assert (after.name, after.title, after.role) == ("Cleo Park", "City Attorney", Role.CLERK)
    assert after.password != before.password
    capsys.readouterr()
    assert main(["users"]) == 0
    assert (
        "cleo  clerk  Cleo Park, City Attorney  (has not chosen a password yet)\n" in capsys.readouterr().out
    )


def test_whoever_is_removed_can_no_longer_sign_in(
    people: People, password: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["users", "remove", "ana"]) == 0
    assert capsys.readouterr().out == "ana can no longer sign in.\n"
    assert people.check("ana", password) is None
    assert people.all() == []


def test_removing_nobody_is_refused_in_one_sentence(
    people: People, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["users", "remove", "ben"]) == 1
    assert "Nobody signs in as 'ben': see who does with `paloverde users list`." in capsys.readouterr().err
    assert [person.username for person in people.all()] == ["ana"]


@pytest.fixture
def archive(tmp_path: Path, people: People) -> Installation:
    """That city's archive has begun, and has told who may sign in."""
    del people
    given = load({"PALOVERDE_HOME": str(tmp_path)})
    open_installation(given).register_account(Account("x-palmaria", "x", "1", "palmaria"))
    return open_installation(given)


def told(archive: Installation) -> list[tuple[str, str, dict[str, str]]]:
    """What the ledger tells of who may sign in, by whom, without what names the paper."""
    events = [
        entry.event for entry in archive.ledger.entries() if entry.event.about.get("series") == "people"
    ]
    named = ("series", "subject", "paper", "paper_version", "paper_sha256", "paper_size")
    return [
        (one.what, one.actor.split(" ", 1)[0], {k: v for k, v in one.about.items() if k not in named})
        for one in events
    ]


def test_the_ledger_tells_who_gave_which_role(
    archive: Installation, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["users", "add", "ben", "--role", "it"]) == 0
    assert main(["users", "add", "ana", "--role", "approver"]) == 0
    password = capsys.readouterr().out.split()[-1]
    assert main(["users", "remove", "ben"]) == 0
    assert told(archive)[1:] == [
        (
            "user added",
            "command",
            {"username": "ben", "role_before": "none", "role": "it", "password": "a new one"},
        ),
        (
            "user changed",
            "command",
            {"username": "ana", "role_before": "clerk", "role": "approver", "password": "a new one"},
        ),
        ("user removed", "command", {"username": "ben", "role_before": "it", "role": "none"}),
    ]
    open_installation(load({"PALOVERDE_HOME": str(tmp_path)}))  # which has nothing more to tell
    assert len(told(archive)) == 4
    written = b"".join(path.read_bytes() for path in (tmp_path / "archive").rglob("*") if path.is_file())
    assert password.encode() not in written
    assert b"argon2" not in written


def test_what_a_hand_changed_before_is_not_told_of_whoever_runs_the_command(
    archive: Installation, people: People
) -> None:
    people.put("eve", "Eve Example", Role.APPROVER, "another long sentence")
    assert main(["users", "remove", "ana"]) == 0
    assert [(what, who) for what, who, _ in told(archive)[1:]] == [
        ("sign-ins changed", "noticed"),
        ("user removed", "command"),
    ]
    assert told(archive)[1][2] == {"user eve": "added as approver"}


def test_somebody_is_removed_at_once_where_the_archive_cannot_be_opened(
    archive: Installation, people: People, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.move(tmp_path / "signing-key.pem", tmp_path / "away")
    assert main(["users", "remove", "ana"]) == 1
    assert "the ledger could not be told of it yet" in capsys.readouterr().err
    assert people.all() == []
    shutil.move(tmp_path / "away", tmp_path / "signing-key.pem")
    open_installation(load({"PALOVERDE_HOME": str(tmp_path)}), purpose=Purpose.WORK)
    assert told(archive)[-1] == ("sign-ins changed", "noticed", {"user ana": "removed, was clerk"})


def test_without_an_archive_nothing_is_begun(people: People, tmp_path: Path) -> None:
    assert [person.username for person in people.all()] == ["ana"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["users.json", "users.json.lock"]


def test_whoever_is_asked_for_a_secret_and_gives_none_is_told_plainly(people: People, tmp_path: Path) -> None:
    """Ctrl-D at the keyboard, here the end of a pipe: one sentence, no trace of a fault, nothing done."""
    words = ["users", "add", "ben", "--role", "it", "--ask"]
    done = subprocess.run(
        [sys.executable, "-m", "paloverde.cli", *words],
        env={"PALOVERDE_HOME": str(tmp_path), "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, start_new_session=True,
    )  # fmt: skip
    assert done.returncode == 1
    assert "paloverde: Nothing was typed, and nothing was done. Leave out --ask" in done.stderr
    assert "Traceback" not in done.stderr
    assert people.find("ben") is None


def test_a_person_is_limited_to_accounts_until_all_are_given_again(
    people: People, capsys: pytest.CaptureFixture[str]
) -> None:
    add = ["users", "add", "ana", "--role", "clerk"]
    assert main([*add, "--accounts", "x-palmaria, fb-palmaria"]) == 0
    assert main(["users"]) == 0
    assert "Ana Example  (only x-palmaria, fb-palmaria)" in capsys.readouterr().out
    assert main(add) == 0  # a new password alone takes no limit off
    (ana,) = people.all()
    assert ana.accounts == ("x-palmaria", "fb-palmaria")
    assert main([*add, "--accounts", "all"]) == 0
    (ana,) = people.all()
    assert ana.accounts == ()


def test_nobody_is_limited_to_no_account_at_all(people: People, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["users", "add", "ana", "--role", "clerk", "--accounts", " , "])
    assert "no account is named; `all` takes a limit off" in capsys.readouterr().err
    assert [person.accounts for person in people.all()] == [()]


def test_the_ledger_tells_who_was_limited_to_which_accounts(
    archive: Installation, people: People, capsys: pytest.CaptureFixture[str]
) -> None:
    add = ["users", "add", "ana", "--role", "clerk", "--accounts"]
    assert main([*add, "x-palmaria"]) == 0
    assert told(archive)[-1][2]["accounts"] == "x-palmaria"
    people.file.write_text(people.file.read_text().replace('"x-palmaria"', '"x-other"'))
    open_installation(archive.settings, purpose=Purpose.WORK)
    assert told(archive)[-1][2]["user ana"] == "sees x-other"
    assert main([*add, "all"]) == 0
    assert told(archive)[-1][2]["accounts"] == "all"
    capsys.readouterr()
