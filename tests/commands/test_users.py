from __future__ import annotations

from pathlib import Path

import pytest

from paloverde.cli import main
from paloverde.orchestration.people import People


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
    assert capsys.readouterr().out == "ana  clerk  Ana Example\n"


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
