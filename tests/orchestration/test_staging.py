from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from paloverde.desk.people import People, Role
from paloverde.errors import BadSetting, PersonNeeded, Unreachable
from paloverde.installation import open_installation
from paloverde.orchestration import airflow_parts, demo
from paloverde.orchestration.airflow_rest import MARK, Airflow, mark_of
from paloverde.orchestration.staging import (
    Sites,
    Teller,
    choose_store,
    emptied,
    free_port,
    move_in,
    wait_until,
)
from paloverde.orchestration.supervise import Part, Supervised
from paloverde.settings import load
from paloverde.simulator.server import start
from paloverde.simulator.sites import build

PASSWORD = "a long sentence for tests"
MARK_OF_OURS = mark_of("a secret of these tests")


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
    nowhere = Airflow(f"http://127.0.0.1:{free_port()}", MARK_OF_OURS)
    assert nowhere.healthy() == "the web server"
    assert not nowhere.is_anothers()
    with pytest.raises(Unreachable, match="does not answer"):
        nowhere.get("/dags")
    with pytest.raises(Unreachable, match="does not answer"):
        nowhere.signed_in("it", PASSWORD)


class PretendAirflow(ThreadingHTTPServer):
    """Answers as an Airflow does whose parts are all up, with its mark if any, and keeps what it is sent."""

    daemon_threads = True

    def __init__(self, mark: str = "") -> None:
        super().__init__(("127.0.0.1", 0), Pretended)
        self.mark = mark
        self.sent: list[bytes] = []
        self.airflow = Airflow(f"http://127.0.0.1:{self.server_port}", MARK_OF_OURS)


class Pretended(BaseHTTPRequestHandler):
    server: PretendAirflow

    def do_GET(self) -> None:
        up = {"status": "healthy"}
        self.answer({"metadatabase": up, "scheduler": up, "dag_processor": up})

    def do_POST(self) -> None:
        self.server.sent.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.answer({"access_token": "a-token"})

    def answer(self, said: dict[str, Any]) -> None:
        self.send_response(401 if self.path == "/paloverde/" else 200)
        if self.path == "/paloverde/" and self.server.mark:
            self.send_header(MARK, self.server.mark)
        self.end_headers()
        self.wfile.write(json.dumps(said).encode())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its signature
        """Tests print nothing."""


@contextmanager
def pretend_airflow(mark: str = "") -> Iterator[PretendAirflow]:
    with PretendAirflow(mark) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server
        finally:  # a test that fails must not wait for it for ever
            server.shutdown()
            thread.join()


@pytest.mark.parametrize("mark", ["", mark_of("the secret of another demo")])
def test_the_sign_in_is_never_sent_to_somebody_elses_airflow(mark: str) -> None:
    with pretend_airflow(mark) as server:
        assert server.airflow.healthy() == ""
        assert server.airflow.is_anothers()
        with pytest.raises(
            PersonNeeded, match=r"Another program answers at .* the sign-in was not sent to it"
        ):
            server.airflow.signed_in("it", PASSWORD)
    assert server.sent == []


def test_our_own_airflow_is_known_by_its_mark_and_signed_in_to() -> None:
    with pretend_airflow(MARK_OF_OURS) as server:
        assert not server.airflow.is_anothers()
        server.airflow.signed_in("it", PASSWORD).get("/dags")
    assert [PASSWORD.encode() in sent for sent in server.sent] == [True]


def test_a_port_that_somebody_else_took_meanwhile_is_given_up(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    idle = Supervised(
        tmp_path, [Part("idle", ["sleep", "60"], at_once=True)], airflow_parts.bare_environment()
    )
    with pretend_airflow() as server, ExitStack() as everything:
        assert not demo.start(server.airflow, idle, everything, Teller())
        assert not (tmp_path / "supervisord.sock").exists()
    assert server.sent == []
    assert f"Another program has come to {server.airflow.address} first" in capsys.readouterr().out


def test_an_airflow_that_is_ours_stays_up(tmp_path: Path) -> None:
    idle = Supervised(
        tmp_path, [Part("idle", ["sleep", "60"], at_once=True)], airflow_parts.bare_environment()
    )
    with pretend_airflow(MARK_OF_OURS) as server, ExitStack() as everything:
        assert demo.start(server.airflow, idle, everything, Teller())
        assert idle.pids()
