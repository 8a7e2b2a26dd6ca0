"""`paloverde desk`: served as a program of its own, and what IT sees and ends of it."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from desk.desks import until
from desk.owndesk import PASSWORD, browser, sign_in
from paloverde.cli import main
from paloverde.desk.groups import NoRole
from paloverde.desk.newcomers import newcomers_of
from paloverde.desk.people import People, Role, people_of
from paloverde.desk.sessions import sessions_of
from paloverde.installation import Installation, open_installation
from paloverde.settings import load

ISSUER = "https://sign-on.city.example"


@pytest.fixture
def city(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Installation:
    given = {
        "PALOVERDE_HOME": str(tmp_path),
        "PALOVERDE_DESK_ADDRESS": "http://localhost:8091",
        "PALOVERDE_OIDC_ISSUER": ISSUER,
        "PALOVERDE_OIDC_CLIENT_ID": "the-desk",
        "PALOVERDE_OIDC_ROLES": "clerks=clerk",
    }
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    city = open_installation(load(given))
    People(tmp_path / "users.json").put("cleo", "Cleo Park", Role.CLERK, PASSWORD)
    return city


@pytest.fixture
def address(city: Installation) -> Iterator[str]:
    """The desk as its own process; nobody else may have the port that was just free."""
    del city
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = door.getsockname()[1]
    command = [sys.executable, "-m", "paloverde.cli", "desk", "serve", "--port", str(port)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as served:
        assert served.stderr is not None
        until(lambda: "The desk is served on" in served.stderr.readline(), 60)
        yield f"http://127.0.0.1:{port}"
        served.send_signal(signal.SIGINT)
        assert served.wait(30) == 0


def test_it_serves_the_desk_and_it_ends_sessions(address: str, capsys: pytest.CaptureFixture[str]) -> None:
    with browser(address) as client:
        until(lambda: answers(client))
        assert sign_in(client).status_code == 303
        assert client.get("/").status_code == 200
        assert main(["desk", "sessions"]) == 0
        assert capsys.readouterr().out.startswith("cleo  since ")
        assert main(["desk", "sign-out", "cleo"]) == 0
        assert capsys.readouterr().out == "1 session of cleo ended.\n"
        assert client.get("/").status_code == 303
        assert main(["desk", "sessions"]) == 0
        assert capsys.readouterr().out == "Nobody is signed in.\n"


def answers(client: httpx.Client) -> bool:
    try:
        return client.get("/sign-in").status_code == 200
    except httpx.ConnectError:
        return False


def test_a_port_that_is_taken_is_said_in_one_sentence(
    city: Installation, capsys: pytest.CaptureFixture[str]
) -> None:
    del city
    with socket.create_server(("127.0.0.1", 0)) as door:
        assert main(["desk", "serve", "--port", str(door.getsockname()[1])]) == 1
    assert "another program may be there already" in capsys.readouterr().err


def test_people_of_single_sign_on_are_listed_renamed_and_forgotten(
    city: Installation, capsys: pytest.CaptureFixture[str]
) -> None:
    claims = {"sub": "7", "preferred_username": "mlopez", "name": "Maria Lopes", "groups": ["clerks"]}
    newcomers = newcomers_of(city.settings, city.vault.books, city.vault.clock)
    newcomers.arrive(ISSUER, claims)
    username = "mlopez@sign-on.city.example"
    assert main(["desk", "people"]) == 0
    assert capsys.readouterr().out.startswith(f"{username}  clerk  Maria Lopes, last here ")
    assert main(["desk", "name", username, "Maria Lopez"]) == 0
    _, person = newcomers.arrive(ISSUER, claims)
    assert person.name == "Maria Lopez"
    assert main(["desk", "same", username, "cleo"]) == 0
    assert newcomers.arrive(ISSUER, claims)[1].username == "cleo"
    capsys.readouterr()
    assert main(["desk", "people"]) == 0
    assert capsys.readouterr().out.startswith(f"{username}  is cleo  Maria Lopez, last here ")
    assert main(["desk", "forget", username]) == 0
    assert newcomers.all() == []
    told = [entry.event.what for entry in city.ledger.entries()]
    assert {
        "name of single sign-on changed", "single sign-on of a user declared", "username of single sign-on freed"
    } <= {*told}  # fmt: skip
    capsys.readouterr()
    assert main(["desk", "forget", "nobody"]) == 1
    assert "Nobody has come by single sign-on as 'nobody'" in capsys.readouterr().err


def test_who_is_not_let_in_is_listed_with_what_to_do(
    city: Installation, capsys: pytest.CaptureFixture[str]
) -> None:
    claims = {"sub": "7", "preferred_username": "cpark", "name": "Cleo Park", "groups": ["clerks"]}
    newcomers = newcomers_of(city.settings, city.vault.books, city.vault.clock)
    with pytest.raises(NoRole):
        newcomers.arrive(ISSUER, claims)
    assert main(["desk", "people"]) == 0
    said = capsys.readouterr().out
    assert "Not let in: this looks like cleo of the users file" in said
    assert "`paloverde desk same cpark@sign-on.city.example cleo`" in said
    assert main(["desk", "name", "cpark@sign-on.city.example", "Cleo Park"]) == 1
    assert "Cleo Park is the name of cleo already" in capsys.readouterr().err
    assert main(["desk", "same", "cpark@sign-on.city.example", "nobody"]) == 1
    assert "Nobody signs in as 'nobody'" in capsys.readouterr().err


def test_signing_somebody_out_ends_the_sessions_of_both_their_ways(
    city: Installation, capsys: pytest.CaptureFixture[str]
) -> None:
    claims = {"sub": "7", "preferred_username": "mlopez", "name": "Maria Lopez", "groups": ["clerks"]}
    vault = city.vault
    newcomers = newcomers_of(city.settings, vault.books, vault.clock)
    sessions = sessions_of(city.settings, vault.books, vault.clock)
    subject, person = newcomers.arrive(ISSUER, claims)
    listed = people_of(city.settings).find("cleo")
    assert listed is not None
    secrets = [sessions.begin(person, subject), sessions.begin(listed)]
    assert main(["desk", "same", person.username, "cleo"]) == 0
    assert [visitor and visitor.person for visitor in map(sessions.visitor, secrets)] == [listed, listed]
    assert main(["desk", "sign-out", "cleo"]) == 0
    assert capsys.readouterr().out.endswith("2 sessions of cleo ended.\n")
    assert [*map(sessions.visitor, secrets)] == [None, None]
