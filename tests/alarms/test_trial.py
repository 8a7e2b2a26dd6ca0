"""`paloverde alerts --try`: whoever set the mail server sees today whether an alert would arrive."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hooked import Hook, hook
from paloverde.cli import main
from postoffice import PASSWORD, USER, Mailbox, post_office

IT, CLERK = "it@palmaria.example", "clerk@palmaria.example"


@pytest.fixture
def box(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Mailbox]:
    with post_office(tmp_path) as made:
        given = {
            "SSL_CERT_FILE": str(made.certificate),
            "PALOVERDE_HOME": str(tmp_path / "home"),
            "PALOVERDE_AGENCY_NAME": "City of Palma Ria",
            "PALOVERDE_ALLOW_LOOPBACK_SITES": "true",
            "PALOVERDE_MAIL_SERVER": made.address,
            "PALOVERDE_MAIL_FROM": "paloverde@palmaria.example",
            "PALOVERDE_MAIL_USER": USER,
            "PALOVERDE_MAIL_PASSWORD": PASSWORD,
            "PALOVERDE_ALERTS_IT": IT,
            "PALOVERDE_ALERTS_CLERK": CLERK,
        }
        for name, value in given.items():
            monkeypatch.setenv(name, value)
        yield made


@pytest.fixture
def chat(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hook]:
    with hook() as made:
        monkeypatch.setenv("PALOVERDE_ALERTS_WEBHOOK", made.url)
        yield made


def test_every_mailbox_and_the_webhook_are_told_that_nothing_is_wrong(
    box: Mailbox, chat: Hook, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["alerts", "--try"]) == 0
    assert f"A trial was sent to {IT}, {CLERK}, the webhook" in capsys.readouterr().out
    it, clerk = box.letters
    assert (it.to, clerk.to) == ((IT,), (CLERK,))
    assert it.tls
    assert it.letter["Subject"] == "A trial of the alerts, social media archive, City of Palma Ria"
    assert "Nothing is wrong." in it.letter.get_content()
    assert "for IT and the City Attorney to act on" in it.letter.get_content()
    assert "for the City Clerk to act on" in clerk.letter.get_content()
    ((_, told),) = chat.got
    assert told["alerts"] == []
    assert "nothing is wrong" in told["text"]
    assert not (tmp_path / "home").exists(), "a trial is no round"


def test_a_mailbox_that_is_refused_is_named(box: Mailbox, capsys: pytest.CaptureFixture[str]) -> None:
    box.refused = {CLERK}
    assert main(["alerts", "--try"]) == 1
    said = capsys.readouterr()
    assert f"takes nothing for {CLERK}: mend the mailboxes" in said.err
    assert f"A trial was sent to {IT}: see whether it arrived." in said.out


def test_a_server_that_is_down_is_named_and_nobody_is_said_to_be_reached(
    box: Mailbox, capsys: pytest.CaptureFixture[str]
) -> None:
    box.is_down = True
    assert main(["alerts", "--try"]) == 1
    said = capsys.readouterr()
    assert "did not take the letter" in said.err
    assert said.out == ""


def test_where_nobody_is_named_it_says_which_setting_does(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PALOVERDE_HOME", str(tmp_path))
    assert main(["alerts", "--try"]) == 1
    assert "set PALOVERDE_ALERTS_IT or PALOVERDE_ALERTS_WEBHOOK" in capsys.readouterr().err
