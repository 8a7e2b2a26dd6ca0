from __future__ import annotations

import socket
from datetime import UTC, datetime
from pathlib import Path

import pytest

from paloverde.errors import BadSetting, PersonNeeded, Unreachable
from paloverde.installation import open_installation
from paloverde.orchestration import airflow_parts
from paloverde.orchestration.airflow_rest import Airflow
from paloverde.orchestration.people import People, Role
from paloverde.orchestration.staging import (
    Sites,
    choose_store,
    emptied,
    free_port,
    move_in,
    wait_until,
)
from paloverde.settings import load
from paloverde.simulator.server import start
from paloverde.simulator.sites import build


def test_the_preferred_port_is_taken_where_it_is_free_and_another_where_it_is_not() -> None:
    port = free_port()
    assert free_port(port) == port
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", port))
        busy.listen()
        assert free_port(port) != port


def test_waiting_ends_with_a_sentence() -> None:
    wait_until(lambda: True, 0, lambda: "never said")
    with pytest.raises(Unreachable, match="It did not come up"):
        wait_until(lambda: False, 0.3, lambda: "It did not come up.")


def test_only_a_folder_of_an_earlier_demo_is_emptied(tmp_path: Path) -> None:
    home = tmp_path / "demo"
    with emptied(home):
        (home / "old").touch()
        (home / "folder").mkdir()
    with emptied(home):
        assert len(list(home.iterdir())) == 1  # the mark that a demo made it
    assert home.stat().st_mode & 0o077 == 0
    precious = tmp_path / "city"
    precious.mkdir()
    (precious / "archive").touch()
    with pytest.raises(PersonNeeded, match="is not a folder of an earlier demo"), emptied(precious):
        pass
    assert (precious / "archive").exists()


def test_two_demos_do_not_share_a_folder(tmp_path: Path) -> None:
    home = tmp_path / "demo"
    with emptied(home):
        (home / "running").touch()
        with pytest.raises(PersonNeeded, match=r"running in .* already"), emptied(home):
            pass
        assert (home / "running").exists()


def test_the_store_that_the_environment_names_is_taken_else_a_directory(tmp_path: Path) -> None:
    given = {"PALOVERDE_STORE": "s3://city", "PALOVERDE_S3_ENDPOINT": "http://127.0.0.1:9"}
    assert choose_store(tmp_path, tmp_path, {**given, "HOME": "/"}) == given
    assert choose_store(tmp_path, tmp_path, {}) == {}


def test_moving_in_registers_accounts_and_keeps_their_tokens_to_itself(tmp_path: Path) -> None:
    with start(build(3, datetime.now(UTC).replace(microsecond=0), scale=0.05)) as running:
        sites = Sites(running.port)
        accounts = sites.accounts()
        city = {"PALOVERDE_HOME": str(tmp_path), **sites.settings()}
        sign_ins = move_in(tmp_path, city, accounts)
        hidden = sites.happen({"site": accounts[0]["slug"], "do": "hide", "item": "latest comment"})
    assert hidden["state"] == "hidden"
    people = People(tmp_path / "users.json")
    assert people.check("clerk", sign_ins[Role.CLERK].password) == people.find("clerk")
    assert people.check("it", sign_ins[Role.IT].password) == people.find("it")
    kept = open_installation(load(city)).access.credentials
    assert kept.accounts() == {account["slug"] for account in accounts}
    stored = b"".join(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
    assert [account for account in accounts if account["token"].encode() in stored] == []
    environ = airflow_parts.environment(tmp_path / "airflow", tmp_path, 8080, city)
    for account in accounts:
        assert account["token"] not in repr(environ)


def test_a_damaged_note_of_the_s3_server_is_said_so(tmp_path: Path) -> None:
    (tmp_path / ".s3").mkdir()
    (tmp_path / ".s3" / "s3.json").write_text("{")
    (tmp_path / "ops").mkdir()
    (tmp_path / "ops" / "s3_server.py").write_text("")  # a server that is up already
    with pytest.raises(BadSetting, match=r"s3\.json cannot be read: run `make s3-stop`"):
        choose_store(tmp_path, tmp_path, {})


def test_airflows_environment_is_its_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.setenv("AIRFLOW__CORE__PARALLELISM", "32")
    monkeypatch.setenv("PALOVERDE_STORE", "s3://another")
    environ = airflow_parts.environment(tmp_path, tmp_path, 8080, {"PALOVERDE_HOME": "/city"})
    assert environ["AIRFLOW__CORE__PARALLELISM"] == "4"
    assert environ["AIRFLOW__API__HOST"] == "127.0.0.1"
    assert environ["PALOVERDE_HOME"] == "/city"
    assert "PYTHONDONTWRITEBYTECODE" not in environ
    assert "PALOVERDE_STORE" not in environ


def test_it_says_where_to_go_when_started_elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(BadSetting, match="go to the folder of the project"):
        airflow_parts.project_folder()


def test_an_airflow_that_is_not_there_is_said_so() -> None:
    nowhere = Airflow(f"http://127.0.0.1:{free_port()}")
    assert nowhere.healthy() == "the web server"
    with pytest.raises(Unreachable, match="does not answer"):
        nowhere.get("/dags")
