"""The doctor of the whole installation, as IT runs it in a shell and as a program reads it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from paloverde.cli import main
from paloverde.installation import open_installation
from paloverde.records import Account
from paloverde.settings import load


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PALOVERDE_HOME", str(tmp_path / "home"))
    for name in [name for name in os.environ if name.startswith("AIRFLOW")]:
        monkeypatch.delenv(name)
    city = open_installation(load({"PALOVERDE_HOME": str(tmp_path / "home")}))
    city.register_account(Account("x-palmaria", "x", "1", "palmaria"))
    return tmp_path / "home"


def test_it_tells_of_every_part_then_of_the_store_and_is_content(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["doctor"]) == 0
    said = capsys.readouterr().out
    for part in ("The archive", "The database", "The chain of seals", "The disk of the home", "Airflow"):
        assert f" {part} " in said
    assert "bad: 0." in said
    assert said.rstrip().endswith("COMPLIANCE must not be set on this store.")


def test_it_only_looks_where_it_is_to_be_quick(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = sorted(path for path in (home / "archive").rglob("*"))
    assert main(["doctor", "--quick"]) == 0
    assert sorted(path for path in (home / "archive").rglob("*")) == before
    assert "It can promise" not in capsys.readouterr().out


def test_a_program_reads_the_same(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["level"] == "warn"
    assert {"key", "subject", "level", "said", "todo", "who"} <= told["lines"][0].keys()
    assert told["examination"]["probe"]["usable"] is True


def test_what_is_bad_is_told_with_what_to_do_and_ends_with_one(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (home / "signing-key.pem").chmod(0o644)
    assert main(["doctor", "--quick"]) == 1
    said = " ".join(capsys.readouterr().out.split())
    assert "bad The signing key Others than its owner may use" in said
    assert "To do: `chmod 600" in said
    assert "bad: 1." in said


@pytest.mark.slow
def test_it_ends_in_time_where_nothing_answers(home: Path) -> None:
    """A store that takes a connection and never says a word is the worst of them."""
    silent = "import socket,time; s=socket.create_server(('127.0.0.1',0)); print(s.getsockname()[1],flush=True); time.sleep(99)"
    with subprocess.Popen([sys.executable, "-c", silent], stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            port = server.stdout.readline().strip()
            dark = {"PALOVERDE_STORE": "s3://nobody", "PALOVERDE_S3_ENDPOINT": f"http://127.0.0.1:{port}"}
            dark |= {"PALOVERDE_S3_ACCESS_KEY": "a", "PALOVERDE_S3_SECRET_KEY": "b"}
            began = time.monotonic()
            done = subprocess.run(
                [sys.executable, "-m", "paloverde.cli", "doctor", "--quick"],
                env=os.environ | dark | {"PYTHONPATH": "include"},
                capture_output=True, text=True, timeout=80, check=False,
            )  # fmt: skip
        finally:
            server.kill()
    assert done.returncode == 1, done.stderr
    assert time.monotonic() - began < 60
    assert "The archive" in done.stdout
    assert "It did not open within 20 seconds." in " ".join(done.stdout.split())


def test_alerts_says_what_stands_and_refuses_to_send_to_nobody(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["alerts"]) == 0
    assert "Nothing needs anybody now." in capsys.readouterr().out
    (home / "signing-key.pem").chmod(0o644)
    assert main(["alerts"]) == 1
    assert "BAD  The signing key: Others than its owner" in capsys.readouterr().out
    assert main(["alerts", "--send"]) == 1
    assert "PALOVERDE_ALERTS_IT" in capsys.readouterr().err
