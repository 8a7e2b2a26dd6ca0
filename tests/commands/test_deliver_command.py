"""`paloverde deliver`: shown, agreed to with the second person's own password, given out, called back."""

from __future__ import annotations

import http.client
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from handover import ADDRESS, build
from paloverde.cli import main
from paloverde.desk.people import People, Role

PASSWORD = "the long sentence of "
NAMES = {"cleo": ("Cleo Park", Role.CLERK), "ana": ("Ana Ruiz", Role.COUNSEL), "ivo": ("Ivo Lang", Role.IT)}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A city with a built response, and people with passwords."""
    home = tmp_path_factory.mktemp("built") / "city"
    number = build(home)
    for username, (name, role) in NAMES.items():
        People(home / "users.json").put(username, name, role, PASSWORD + username)
        (home / username).write_text(PASSWORD + username)
        (home / username).chmod(0o600)
    return home, number


class Deliver:
    """Runs the command; remembers what was said on both streams."""

    def __init__(self, home: Path, number: str, capsys: pytest.CaptureFixture[str]) -> None:
        self.home, self.number, self._capsys, self.out, self.said = home, number, capsys, "", ""

    def __call__(self, action: str, *words: str, who: str = "") -> int:
        signed = ("--as", who, "--password-file", str(self.home / who)) if who else ()
        code = main(["deliver", action, self.number, *words, *signed])
        streams = self._capsys.readouterr()
        self.out, self.said = streams.out, streams.out + streams.err
        return code

    def seen(self, *words: str) -> str:
        """The hash of the summary that is shown."""
        assert self("show", *words) == 0
        found = re.search(r"^SHA-256 of this summary: ([0-9a-f]{64})$", self.out, re.MULTILINE)
        assert found is not None
        return found[1]


@pytest.fixture
def deliver(
    built: tuple[Path, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Deliver:
    home = tmp_path / "city"
    shutil.copytree(built[0], home)
    monkeypatch.setenv("PALOVERDE_HOME", str(home))
    monkeypatch.setenv("PALOVERDE_DATABASE", f"sqlite:///{home}/state.db")
    monkeypatch.setenv("PALOVERDE_SIGNING_KEY_FILE", str(home / "key.pem"))
    monkeypatch.setenv("PALOVERDE_LOG_ORIGIN", "archive.palmaria.example/ledger")
    monkeypatch.setenv("PALOVERDE_RECORDS_OFFICE", "City Clerk, 1 Plaza, clerk@palmaria.example")
    monkeypatch.setenv("PALOVERDE_DELIVERY_ADDRESS", ADDRESS)
    return Deliver(home, built[1], capsys)


def test_it_is_shown_agreed_to_by_a_second_person_given_out_and_called_back(deliver: Deliver) -> None:
    to = ("--to", "rosa@mail.example")
    seen = deliver.seen(*to)
    assert "2 record versions" in deliver.out
    assert deliver("agree", *to, "--summary", seen, who="cleo") == 1
    assert "somebody else has to agree" in deliver.said
    assert deliver("agree", *to, "--summary", seen, who="ana") == 0
    assert deliver("link", who="cleo") == 0
    assert re.fullmatch(rf"{ADDRESS}/r/[\w-]{{43}}\n", deliver.out)
    assert deliver("list") == 0
    assert (
        f"Ana Ruiz agreed that {deliver.number}-1.zip goes by a private link to rosa@mail.example"
        in deliver.out
    )
    assert "Nobody has downloaded it." in deliver.out
    assert deliver("revoke", "--why", "A privileged letter was in it", who="ana") == 0
    assert "Revoked by Ana Ruiz" in deliver.out


def test_what_was_proposed_is_what_is_shown_and_agreed_to_without_any_option(deliver: Deliver) -> None:
    chosen = ("--to", "rosa@mail.example", "--days", "30", "--note", "She has a slow line")
    assert deliver("propose", *chosen, who="cleo") == 0
    assert "Cleo Park proposes this." in deliver.out
    seen = deliver.seen()
    assert "The link works for 30 days" in deliver.out
    assert "She has a slow line" in deliver.out
    assert deliver("agree", "--summary", seen, who="ana") == 0
    assert deliver("list") == 0
    assert "Cleo Park proposed that it goes by a private link to rosa@mail.example" in deliver.out
    assert deliver("propose", who="ivo") == 1


def test_one_of_several_live_links_is_listed_and_called_back(deliver: Deliver) -> None:
    to = ("--to", "rosa@mail.example")
    for _ in range(2):
        assert deliver("agree", *to, "--summary", deliver.seen(*to), who="ana") == 0
        assert deliver("link", who="cleo") == 0
    assert deliver("list") == 0
    live = re.findall(r"^Link ([0-9a-f]{12}) to \S+-1\.zip ", deliver.out, re.MULTILINE)
    assert len(set(live)) == 2
    assert deliver.out.count("It works until ") == 2
    assert deliver("revoke", "--why", "Sent twice", "--link", live[0], who="ana") == 0
    assert re.search(rf"^Link {live[0]} .*\nRevoked by Ana Ruiz", deliver.out, re.MULTILINE)
    assert re.search(rf"^Link {live[1]} .*\nIt works until ", deliver.out, re.MULTILINE)
    assert deliver("list") == 0
    assert (deliver.out.count("It works until "), deliver.out.count("Revoked by Ana Ruiz")) == (1, 1)


def test_what_stands_in_the_way_ends_with_status_1(deliver: Deliver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PALOVERDE_DELIVERY_ADDRESS")
    assert deliver("show") == 1
    assert "IN THE WAY: Links have no address yet" in deliver.out
    assert "IN THE WAY: It is not said to whom it goes" in deliver.out


def test_at_the_counter_it_is_recorded_and_cannot_be_called_back(deliver: Deliver) -> None:
    by = ("--by", "counter", "--to", "Rosa Quintero")
    assert deliver("agree", *by, "--summary", deliver.seen(*by), who="ana") == 0
    assert deliver("record", "--by", "counter", "--note", "She signed for it.", who="cleo") == 0
    assert "was handed over at the counter to Rosa Quintero" in deliver.out
    assert deliver("list") == 0
    assert "She signed for it." in deliver.out


def test_it_refuses_an_outsider_and_a_wrong_password(deliver: Deliver) -> None:
    assert deliver("link", who="ivo") == 1
    assert "`link` needs clerk or counsel" in deliver.said
    (deliver.home / "ana").write_text("a wrong password, quite long")
    assert deliver("revoke", "--why", "I say so", who="ana") == 1
    assert "The password is not that of 'ana'" in deliver.said


def test_the_service_runs_on_this_machine_and_gives_the_bundle(deliver: Deliver) -> None:
    to = ("--to", "rosa@mail.example")
    deliver("agree", *to, "--summary", deliver.seen(*to), who="ana")
    deliver("link", who="cleo")
    path = deliver.out.strip().removeprefix(ADDRESS)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = [sys.executable, "-m", "paloverde.cli", "deliver", "serve", "--port", str(port)]
    with subprocess.Popen(words, env=os.environ, stderr=subprocess.PIPE, text=True) as process:
        try:
            body = asked(port, f"{path}/file")
        finally:
            process.send_signal(signal.SIGINT)
            said = process.communicate(timeout=30)[1]
    assert body == (deliver.home / "response.zip").read_bytes()
    assert path.removeprefix("/r/") not in said
    assert deliver("list") == 0
    assert "sent whole" in deliver.out


def test_a_port_that_is_taken_is_said_in_one_sentence(deliver: Deliver) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        words = [sys.executable, "-m", "paloverde.cli", "deliver", "serve", "--port", str(port)]
        done = subprocess.run(words, env=os.environ, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 1
    (said,) = done.stderr.splitlines()
    assert f"Links cannot be served on 127.0.0.1, port {port} (Address already in use" in said
    assert "--port" in said


def asked(port: int, path: str) -> bytes:
    """The body of an answer, once the service listens."""
    end = time.monotonic() + 60
    while True:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        try:
            connection.request("GET", path)
            return connection.getresponse().read()
        except ConnectionRefusedError:
            assert time.monotonic() < end
            time.sleep(0.1)
        finally:
            connection.close()
