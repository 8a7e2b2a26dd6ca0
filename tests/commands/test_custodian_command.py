"""`paloverde custodian`: from the question to records in the archive, by the people who may."""

from __future__ import annotations

import io
import os
from contextlib import redirect_stderr, redirect_stdout
from email.message import EmailMessage
from pathlib import Path

import pytest
from pypdf import PdfReader

from paloverde.cli import main
from paloverde.desk.people import People, Role
from paloverde.installation import open_installation
from paloverde.settings import load
from requesthall import RequestHall

PASSWORD = "a long sentence for tests"


class Line:
    """The command line of a city with a records request."""

    def __init__(self, home: Path) -> None:
        hall = RequestHall(home)
        os.environ.update(hall.settings)
        self.number, self._password = hall.number, home / "password"
        self.today = hall.city.requests.today()
        people = People(home / "users.json")
        for user, name, role in (("cleo", "Cleo Park", Role.CLERK), ("audra", "Audra Sims", Role.AUDITOR)):
            people.put(user, name, role, PASSWORD)
        self._password.write_text(PASSWORD)
        self._password.chmod(0o600)

    def __call__(self, action: str, *words: object, who: str = "cleo", status: int = 0) -> str:
        told = ["custodian", action, *map(str, words)]
        told += ["--as", who, "--password-file", str(self._password)] if who else []
        out, err = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(err):
            ended = main(told)
        assert ended == status, f"{told[:3]} ended with {ended}: {err.getvalue() or out.getvalue()}"
        return f"{out.getvalue()}{err.getvalue()}"

    def ask(self, **more: object) -> str:
        return self(
            "ask", self.number, "Lia Moss", "--title", "Parks Director", "--contact", "lia@city.test", "--address",
            "lia.own@mail.test", "--about", "All about the pool", "--word", "pool", "--due", "2099-01-05",
            *(part for name, value in more.items() for part in (f"--{name}", value)),
        )  # fmt: skip


@pytest.fixture
def line(tmp_path: Path) -> Line:
    return Line(tmp_path)


def test_from_the_question_to_the_archive(line: Line, tmp_path: Path) -> None:
    asked = line.ask(pdf=tmp_path / "letter.pdf")
    assert "Parks Director" in asked
    assert "Not verified by counsel yet: SAN-JOSE" in asked
    assert "Personal telephones" in " ".join(
        page.extract_text() for page in PdfReader(tmp_path / "letter.pdf").pages
    )
    assert "(asked, no answer yet)" in line("list", line.number, who="")
    assert "Reminder 1" in line("remind", line.number, "Lia Moss", "--sent")
    assert "1 reminder" in line("list", line.number, who="")
    assert "Signature: ____" in line("statement", line.number, "Lia Moss", who="")
    signed = tmp_path / "signed.pdf"
    signed.write_bytes(b"%PDF-1.7 signed")
    told = line(
        "answer", line.number, "Lia Moss", "--looked", "email=pool", "--found", 1, "--personal", 1, "--facts",
        "my sister's birthday", "--signed", signed,
    )  # fmt: skip
    assert "A signed statement of" in told
    assert "sister" not in told
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Message-ID"] = "lia.own@mail.test", "clerk@city.test", "<1@mail.test>"
    mail["Date"] = "Mon, 02 Mar 2026 10:00:00 -0800"
    mail.set_content("The pool gate")
    (tmp_path / "1.eml").write_bytes(mail.as_bytes())
    told = line("hand-in", line.number, "Lia Moss", tmp_path / "1.eml")
    assert "1 record archived as custodian-lia-moss, run" in told
    assert "Of 1 e-mail, 1 came from an address that Lia Moss is known by" in told
    assert "(answered with a signed statement)" in line("list", line.number, who="")
    assert "Nobody is to be reminded today." in line("reminders", who="")


def test_who_may_not_is_refused(line: Line) -> None:
    told = line("remind", line.number, "Lia Moss", "--sent", who="audra", status=1)
    assert "audra is auditor" in told
    line.ask()
    assert "asked were: Lia Moss" in line("letter", line.number, "Theo Lark", who="", status=1)


def test_a_paper_that_is_there_already_stops_the_question(line: Line, tmp_path: Path) -> None:
    file = tmp_path / "letter.pdf"
    file.write_bytes(b"another")
    with pytest.raises(AssertionError, match="is there already"):
        line.ask(pdf=file)
    assert "Nobody was asked" in line("list", line.number, who="")
    assert file.read_bytes() == b"another"


def test_an_answer_says_how_much_was_found(line: Line) -> None:
    line.ask()
    told = line("answer", line.number, "Lia Moss", "--looked", "email=pool", status=1)
    assert "--found N, 0 for none" in told


def test_the_words_of_a_statement_have_to_be_text(line: Line, tmp_path: Path) -> None:
    line.ask()
    for name in ("talk.png", "words.doc"):
        (tmp_path / name).write_bytes(b"\xff\xfe\xd8")
    told = line(
        "hand-in", line.number, "Lia Moss", tmp_path / "talk.png", "--statement", tmp_path / "words.doc",
        "--declared", line.today, status=1,
    )  # fmt: skip
    assert "is no text (UTF-8)" in told


def test_who_declared_an_own_device_is_named_until_asked(line: Line) -> None:
    people = open_installation(load(os.environ)).watch
    moss = {"id": "lmoss", "name": "Lia Moss", "standing": "staff", "uses_own_device": "yes"}
    people.put("people", moss, "this test")
    people.put("people", moss | {"id": "left", "name": "Ada Gone", "left_on": "2020-01-01"}, "this test")
    told = line("list", line.number, who="")
    assert "Declared to use a personal device, and not asked: Lia Moss." in told
    assert f"paloverde custodian ask {line.number} 'Lia Moss'" in told
    assert "Ada Gone" not in told
    line.ask()
    assert "Declared" not in line("list", line.number, who="")
