"""`make s3`: a real server in one directory, which survives kill -9 with its data and its locks."""

from __future__ import annotations

import importlib
import json
import os
import signal
import stat
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType

import pytest

from paloverde.archive.store import make_bucket
from stores import Place

OPS = Path(__file__).parents[2] / "ops"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(OPS))
    return importlib.import_module("s3_server")


def command(home: Path, *actions: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, OPS / "s3_server.py", *actions, "--home", home],
        capture_output=True, text=True, timeout=200, check=False,
    )  # fmt: skip


def test_a_server_that_does_not_run_is_said_to_be_down(tmp_path: Path) -> None:
    done = command(tmp_path / "s3", "status")
    assert done.returncode == 3
    assert "does not answer" in done.stdout or "not installed" in done.stdout


def test_stopping_what_does_not_run_is_no_error(tmp_path: Path) -> None:
    done = command(tmp_path / "s3", "stop")
    assert (done.returncode, done.stdout) == (0, "s3: was not running\n")


def test_a_directory_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = command(tmp_path / "file/s3", "start")
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout == f"s3: {tmp_path}/file/s3 cannot be made (Not a directory); set another --home.\n"


def test_a_stranger_with_a_recorded_number_is_never_ended(server: ModuleType, tmp_path: Path) -> None:
    home = server.Home(tmp_path)
    with subprocess.Popen(["sleep", "60"]) as stranger:
        server.write_private(home.pids, {"mon": [stranger.pid, "1"]})  # started at another time than recorded
        assert server.alive(home, "mon") is None
        assert server.stop_daemons(home) == []
        assert stranger.poll() is None
        stranger.terminate()


def test_its_keys_are_for_its_owner_only(server: ModuleType, tmp_path: Path) -> None:
    server.write_private(tmp_path / "s3.json", {"secret_key": "x"})
    assert stat.S_IMODE((tmp_path / "s3.json").stat().st_mode) == 0o600
    assert json.loads((tmp_path / "s3.json").read_text()) == {"secret_key": "x"}


def test_everything_listens_on_loopback_and_lies_in_one_directory(server: ModuleType, tmp_path: Path) -> None:
    text = server.configuration(server.Home(tmp_path), "an-id", 1234, 5678)
    settings = dict(line.split(" = ", 1) for line in text.splitlines()[1:])
    assert settings["rgw frontends"] == "beast endpoint=127.0.0.1:5678 tcp_nodelay=1"
    assert settings["mon host"] == "[v2:127.0.0.1:1234/0]"
    assert {settings["public addr"], settings["cluster addr"]} == {"127.0.0.1"}
    assert not any("/etc" in value or "/var" in value for value in settings.values())


def test_a_taken_port_is_not_chosen(server: ModuleType) -> None:
    port = server.free_port()
    assert server.free_port(port) == port
    with server.socket.socket() as other:
        other.bind(("127.0.0.1", port))
        other.listen()
        assert server.free_port(port) != port


@pytest.mark.s3
@pytest.mark.slow
def test_data_and_locks_survive_kill_9(server: ModuleType, tmp_path: Path) -> None:
    home = server.Home(tmp_path / "s3")
    if server.missing_programs(home):
        pytest.skip("the S3 server's programs are not installed (make s3 installs them)")
    try:
        first = command(home.path, "start")
        assert first.returncode == 0, first.stdout
        assert "already running" in command(home.path, "start").stdout
        access = server.access(home)
        place = Place(
            "s3", f"s3://{access['bucket']}", {n: access[n] for n in ("endpoint", "access_key", "secret_key")}
        )
        make_bucket(place.url, **place.keys)
        until = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=1)
        kept = [place.store().put(f"runs/{n}", os.urandom(100_000), locked_until=until) for n in range(20)]
        for name in server.DAEMONS:
            os.kill(server.alive(home, name), signal.SIGKILL)
        again = command(home.path, "start")
        assert again.returncode == 0, again.stdout
        assert server.access(home) == access, "the address and the keys stay"
        for stored in kept:
            assert place.store().get(stored)
            assert place.store().standing(stored).locked_until == until
    finally:
        stopped = command(home.path, "stop")
    assert "stopped" in stopped.stdout
    assert not any(server.alive(home, name) for name in server.DAEMONS)
