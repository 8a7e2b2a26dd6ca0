"""`paloverde bundle` and `paloverde verify` at the command line: who may, what is in the way, what is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from paloverde.cli import main
from paloverde.desk.people import People, Role
from requesthall import WORDS, RequestHall

PASSWORD = "a long enough password 77"


@pytest.fixture
def hall(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RequestHall:
    hall = RequestHall(tmp_path / "city")
    for name, value in hall.settings.items():
        monkeypatch.setenv(name, value)
    people = People(hall.home / "users.json")
    people.put("cleo", "Cleo Park", Role.CLERK, PASSWORD)
    people.put("ivo", "Ivo Lee", Role.IT, PASSWORD)
    password = hall.home / "password"
    password.write_text(PASSWORD)
    password.chmod(0o600)
    return hall


def response(hall: RequestHall, *words: str, who: str = "cleo") -> int:
    signed = ["--as", who, "--password-file", str(hall.home / "password")]
    return main(["bundle", "--request", hall.number, *words, *signed])


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--question", "pool"], "give --name and --out"),
        (["--request", "PRA-2026-0001"], "give --as and --out, or --show"),
        (["--request", "PRA-2026-0001", "--out", "b.zip"], "give --as"),
    ],
)
def test_what_is_missing_is_asked_for(
    words: list[str], told: str, hall: RequestHall, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["bundle", *words]) == 1
    assert told in capsys.readouterr().err


def test_only_the_office_builds_a_response(hall: RequestHall, capsys: pytest.CaptureFixture[str]) -> None:
    assert response(hall, "--show", who="ivo") == 1
    assert "needs" in capsys.readouterr().err


def test_whoever_builds_accepts_nothing(hall: RequestHall, capsys: pytest.CaptureFixture[str]) -> None:
    """Only whoever signs the review does."""
    with pytest.raises(SystemExit):
        response(hall, "--show", "--accept", "PRA-2026-0001-000001=PRA-2026-0001-000002")
    assert "unrecognized arguments: --accept" in capsys.readouterr().err


def test_what_would_go_out_is_shown_with_what_stands_in_its_way(
    hall: RequestHall, capsys: pytest.CaptureFixture[str]
) -> None:
    hall.review(hall.search())
    assert response(hall, "--show") == 1
    told = capsys.readouterr().out
    assert "2 handed over, 1 with redactions" in told
    assert "IN THE WAY: Nobody has signed the review" in told
    assert WORDS not in told
    assert response(hall, "--out", str(hall.home / "b.zip")) == 1
    assert not (hall.home / "b.zip").exists()


def test_a_response_is_built_and_verified_and_nothing_is_in_the_way(
    hall: RequestHall, capsys: pytest.CaptureFixture[str]
) -> None:
    hall.ready()
    assert response(hall, "--show") == 0
    out = hall.home / "b.zip"
    assert response(hall, "--out", str(out), "--with-log", "--by-name") == 0
    assert "2 records" in capsys.readouterr().out
    assert main(["verify", str(out)]) == 0
    told = capsys.readouterr().out
    assert told.startswith("WHOLE")
    assert "something is redacted there, so their exact text is not in this bundle" in told


def test_a_bundle_of_a_question_is_whole(hall: RequestHall, capsys: pytest.CaptureFixture[str]) -> None:
    out = hall.home / "q.zip"
    assert main(["bundle", "--question", "pool", "--name", "Pool", "--out", str(out)]) == 0
    assert main(["verify", str(out)]) == 0
    assert "each of the 3 records" in capsys.readouterr().out
