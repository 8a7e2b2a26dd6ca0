"""Alerts reach a real mail server and a real webhook, each thing once, and never with what is archived."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from hooked import Hook, hook
from paloverde.alarms.alerting import Round, say, seen
from paloverde.alarms.line import Level, Line, Who
from paloverde.alarms.looks import LOOKS
from paloverde.alarms.memory import one_round, remembered
from paloverde.alarms.round import Seen
from paloverde.errors import BadSetting, TryAgain, Unreachable
from paloverde.installation import Installation, Purpose, open_installation
from paloverde.platforms.token_text import read_token
from paloverde.records import Account
from paloverde.settings import Settings, load
from paloverde.state.health import note_canary
from postoffice import PASSWORD, USER, Mailbox, post_office

NOW = datetime(2026, 11, 23, 18, tzinfo=UTC)
SECRET = "EAAB-a-token-of-palmaria-that-nobody-may-read"
WORDS = "The mayor's cousin Rosa Quintero said this"
DEAD = Line(
    "token x-palmaria", "The access to x-palmaria", Level.BAD, "It was refused.", "sign in", look="accounts"
)
DUE = Line("request PRA-1", "Request PRA-1", Level.BAD, "It is due.", "answer it", Who.CLERK, look="requests")
FOUND = Seen([DEAD, DUE], frozenset({"accounts", "requests"}))


@pytest.fixture
def box(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Mailbox]:
    with post_office(tmp_path) as made:
        monkeypatch.setenv("SSL_CERT_FILE", str(made.certificate))
        yield made


@pytest.fixture
def chat() -> Iterator[Hook]:
    with hook() as made:
        yield made


def settings(tmp_path: Path, box: Mailbox, **more: str) -> Settings:
    given = {
        "PALOVERDE_HOME": str(tmp_path / "home"),
        "PALOVERDE_AGENCY_NAME": "City of Palma Ria",
        "PALOVERDE_ALLOW_LOOPBACK_SITES": "true",
        "PALOVERDE_MAIL_SERVER": box.address,
        "PALOVERDE_MAIL_FROM": "paloverde@palmaria.example",
        "PALOVERDE_MAIL_USER": USER,
        "PALOVERDE_MAIL_PASSWORD": PASSWORD,
        "PALOVERDE_ALERTS_IT": "it@palmaria.example,night@palmaria.example",
    }
    return load(given | {f"PALOVERDE_{name.upper()}": value for name, value in more.items()})


def test_each_gets_what_is_theirs_over_tls_and_signed_in(tmp_path: Path, box: Mailbox) -> None:
    done = say(settings(tmp_path, box, alerts_clerk="clerk@palmaria.example"), FOUND, NOW)
    assert (done.places, done.troubles) == (2, [])
    it, clerk = box.letters
    assert it.to == ("it@palmaria.example", "night@palmaria.example")
    assert clerk.to == ("clerk@palmaria.example",)
    assert all(one.tls and one.signed_in for one in box.letters)
    assert (
        it.letter["Subject"]
        == "URGENT: The access to x-palmaria (new), social media archive, City of Palma Ria"
    )
    assert it.letter["Auto-Submitted"] == "auto-generated"
    assert "For IT to do: sign in." in it.letter.get_content()
    assert "PRA-1" not in it.letter.get_content()
    assert "For the City Clerk to do: answer it." in clerk.letter.get_content()


def test_what_nobody_else_is_set_for_goes_to_it(tmp_path: Path, box: Mailbox) -> None:
    say(settings(tmp_path, box), FOUND, NOW)
    (letter,) = box.letters
    assert "PRA-1" in letter.letter.get_content()


def test_the_same_is_not_said_twice_and_its_end_is_said(tmp_path: Path, box: Mailbox) -> None:
    city = settings(tmp_path, box)
    for minutes in (0, 15, 30):
        say(city, FOUND, NOW + timedelta(minutes=minutes))
    assert len(box.letters) == 1
    say(city, Seen([DUE], FOUND.answered), NOW + timedelta(hours=1))
    assert len(box.letters) == 2
    assert "OVER: The access to x-palmaria" in box.letters[1].letter.get_content()
    say(city, Seen([DUE], FOUND.answered), NOW + timedelta(hours=25))
    assert len(box.letters) == 3
    assert "Request PRA-1 (still so)" in box.letters[2].letter.get_content()


def test_what_could_not_be_sent_is_sent_by_the_next_round(tmp_path: Path, box: Mailbox) -> None:
    city, box.is_down = settings(tmp_path, box), True
    done = say(city, FOUND, NOW)
    assert [type(error) for error in done.troubles] == [Unreachable]
    assert "451" in remembered(city.home).trouble
    box.is_down = False
    assert say(city, FOUND, NOW + timedelta(minutes=15)).troubles == []
    assert len(box.letters) == 1
    assert remembered(city.home).trouble == ""


def test_a_mailbox_that_is_not_there_keeps_nobody_else_from_hearing(tmp_path: Path, box: Mailbox) -> None:
    box.refused = {"clerk@palmaria.example"}
    city = settings(tmp_path, box, alerts_clerk="clerk@palmaria.example")
    done = say(city, FOUND, NOW)
    assert [type(error) for error in done.troubles] == [BadSetting]
    assert "clerk@palmaria.example" in str(done.troubles[0])
    assert [one.to[0] for one in box.letters] == ["it@palmaria.example"]
    again = say(city, FOUND, NOW + timedelta(minutes=15))
    assert [one.line.key for one in again.alerts] == ["request PRA-1"]


def test_where_one_mailbox_of_a_letter_is_wrong_the_other_is_not_told_over_and_over(
    tmp_path: Path, box: Mailbox
) -> None:
    box.refused = {"night@palmaria.example"}
    city = settings(tmp_path, box)
    done = say(city, FOUND, NOW)
    assert [type(error) for error in done.troubles] == [BadSetting]
    assert "night@palmaria.example" in str(done.troubles[0])
    assert "it@palmaria.example" not in str(done.troubles[0])
    assert say(city, FOUND, NOW + timedelta(minutes=15)).alerts == []
    assert [one.to for one in box.letters] == [("it@palmaria.example",)]


def test_the_webhook_is_not_told_again_while_the_mail_server_is_away(
    tmp_path: Path, box: Mailbox, chat: Hook
) -> None:
    city, box.is_down = settings(tmp_path, box, alerts_webhook=chat.url), True
    for minutes in (0, 15, 30):
        say(city, FOUND, NOW + timedelta(minutes=minutes))
    assert len(chat.got) == 1
    box.is_down = False
    say(city, FOUND, NOW + timedelta(minutes=45))
    assert (len(chat.got), len(box.letters)) == (1, 1)
    say(city, Seen([DUE], FOUND.answered), NOW + timedelta(minutes=60))
    assert (len(chat.got), len(box.letters)) == (2, 2)


@pytest.mark.parametrize(
    ("spoil", "error", "words"),
    [
        ({"mail_password": "wrong"}, BadSetting, "PALOVERDE_MAIL_PASSWORD"),
        ({"mail_server": "127.0.0.1:1"}, Unreachable, "did not answer properly"),
        ({"mail_security": "tls"}, Unreachable, "certificate|did not answer"),
    ],
)
def test_a_wrong_setting_is_named_and_the_password_is_not(
    tmp_path: Path, box: Mailbox, spoil: dict[str, str], error: type[Exception], words: str
) -> None:
    done = say(settings(tmp_path, box, **spoil), FOUND, NOW)
    with pytest.raises(error, match=words):
        raise done.troubles[0]
    assert "wrong" not in str(done.troubles[0])
    assert PASSWORD not in str(done.troubles[0])


def test_no_letter_goes_where_nobody_vouches_for_the_server(
    tmp_path: Path, box: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    done = say(settings(tmp_path, box), FOUND, NOW)
    assert "certificate" in str(done.troubles[0])
    box.has_tls = False
    done = say(settings(tmp_path, box), FOUND, NOW)
    assert "STARTTLS" in str(done.troubles[0])
    assert box.letters == []


def test_a_webhook_gets_the_same_as_json_and_its_address_is_not_told(
    tmp_path: Path, box: Mailbox, chat: Hook
) -> None:
    city = settings(tmp_path, box, alerts_webhook=f"{chat.url}/services/a-secret-path")
    assert say(city, FOUND, NOW).places == 2
    ((path, body),) = chat.got
    assert path == "/services/a-secret-path"
    assert body["text"] == "URGENT: 2 alerts, social media archive, City of Palma Ria"
    assert body["alerts"][0] | {"since": ""} == {
        "key": DEAD.key, "state": "new", "level": "bad", "subject": DEAD.subject, "said": DEAD.said,
        "todo": "sign in", "who": "IT", "since": "",
    }  # fmt: skip
    chat.status = 500
    done = say(city, Seen([], FOUND.answered), NOW)
    assert "a-secret-path" not in str(done.troubles[0])
    assert "a-secret-path" not in repr(city)


def test_two_rounds_at_once_say_nothing_twice(tmp_path: Path, box: Mailbox) -> None:
    city = settings(tmp_path, box)
    with one_round(city.home), pytest.raises(TryAgain, match="Another round"):
        say(city, FOUND, NOW)
    assert box.letters == []


def test_a_memory_that_cannot_be_read_costs_one_more_letter(tmp_path: Path, box: Mailbox) -> None:
    city = settings(tmp_path, box)
    say(city, FOUND, NOW)
    (city.home / "alerts.json").write_text("{half")
    say(city, FOUND, NOW)
    assert len(box.letters) == 2
    assert (city.home / "alerts.json").stat().st_mode & 0o077 == 0


def looked(city: Settings, purpose: Purpose = Purpose.WORK) -> Round:
    now = datetime.now(UTC)
    return say(city, seen(city, partial(open_installation, city, purpose=purpose), now, LOOKS), now)


def dead_city(city: Settings) -> Installation:
    """A city whose site said something of its own when it refused the token."""
    made = open_installation(city)
    made.register_account(Account("x-palmaria", "x", "1", "palmaria"))
    now = datetime.now(UTC)
    made.access.credentials.put("x-palmaria", read_token(SECRET, None, now), now)
    note_canary(made.vault.books, "x-palmaria", alive=False, said=f"refused: {WORDS} {SECRET}", now=now)
    return made


def test_no_word_of_a_site_and_no_token_is_in_a_letter_or_in_the_memory(
    tmp_path: Path, box: Mailbox, chat: Hook
) -> None:
    city = settings(tmp_path, box, alerts_webhook=chat.url)
    dead_city(city)
    done = looked(city)
    assert [one.line.key for one in done.alerts] == ["token x-palmaria"]
    everything = [one.raw.decode() for one in box.letters] + [str(chat.got)]
    everything.append((city.home / "alerts.json").read_text())
    for told in everything:
        assert "x-palmaria" in told
        for hidden in (SECRET, "Rosa", "mayor", PASSWORD):
            assert hidden not in told


def test_a_token_that_lives_again_is_said_to_be_over(tmp_path: Path, box: Mailbox) -> None:
    city = settings(tmp_path, box)
    made = dead_city(city)
    looked(city)
    note_canary(made.vault.books, "x-palmaria", alive=True, said="it lives", now=datetime.now(UTC))
    assert [(one.what.value, one.line.key) for one in looked(city).alerts] == [("over", "token x-palmaria")]


def test_a_lost_database_is_said_and_nothing_that_hangs_on_it_is_over(tmp_path: Path, box: Mailbox) -> None:
    city = settings(tmp_path, box)
    dead_city(city)
    looked(city)
    file = city.home / "paloverde.db"
    file.rename(file.with_suffix(".away"))
    (told,) = looked(city).alerts
    assert (told.what.value, told.line.key) == ("new", "opening")
    assert "There is no archive here" in told.line.said
    file.with_suffix(".away").rename(file)
    assert [(one.what.value, one.line.key) for one in looked(city).alerts] == [("over", "opening")]
