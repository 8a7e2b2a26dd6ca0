from __future__ import annotations

import gzip
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from paloverde.simulator import control, server
from paloverde.simulator.events import EVENTS
from paloverde.simulator.faults import KINDS
from paloverde.simulator.sites import SITES
from simulator.client import Client

INCLUDE = Path(server.__file__).parents[2]


def test_long_answers_are_chunked_and_short_ones_are_not(client: Client) -> None:
    long, short = client.facebook("me/feed", limit="100"), client.facebook("me")
    assert long.headers["transfer-encoding"] == "chunked"
    assert "content-length" not in long.headers
    assert int(short.headers["content-length"]) == len(short.wire)


@pytest.mark.parametrize("limit", ["1", "100"])
def test_gzip_is_for_those_who_ask(client: Client, limit: str) -> None:
    plain = client.facebook("me/feed", limit=limit)
    zipped = client.facebook("me/feed", limit=limit, zipped=True)
    assert zipped.headers["content-encoding"] == "gzip"
    assert len(zipped.wire) < len(plain.wire)
    assert gzip.decompress(zipped.wire) == plain.wire


def test_the_same_question_gets_the_same_bytes(client: Client) -> None:
    asked = {
        "max_results": "100",
        "tweet_fields": "created_at,entities,public_metrics",
        "expansions": "author_id",
    }
    path = f"users/{client.user}/mentions"
    assert client.x(path, **asked, zipped=True).json == client.x(path, **asked, zipped=True).json


def test_the_accounts_can_be_registered_as_they_are_told(client: Client) -> None:
    for account in client.control("GET", "accounts"):
        assert account["slug"] == f"{account['platform']}-{account['handle']}"
        assert re.fullmatch(r"[\w:-]+", account["native_id"])
        assert account["token"].startswith("city-token-")
    assert [one["platform"] for one in client.control("GET", "accounts")] == list(SITES)


def test_the_control_api_tells_what_it_has(client: Client) -> None:
    told = client.control("GET", "")
    assert told["controls"] == [f"{verb} /_sim/{name}" for verb, name in control.ACTS]
    for verb, name in control.ACTS:
        assert f"/_sim/{name}" in (control.__doc__ or ""), f"{verb} {name} is missing from the docstring"
    unknown = client.send("GET", "/_sim/nothing")
    assert unknown.status == 404


def test_an_outsider_cannot_control_the_city(client: Client) -> None:
    handler = server.Handler.__new__(server.Handler)
    handler.server = client.sites._server
    handler.client_address = ("203.0.113.9", 4711)
    ask = server.Ask("GET", "/accounts", {}, {}, "http://sites/_sim")
    refused = handler._answer("_sim", ask, b"")
    assert refused.status == 403
    assert "token" not in json.dumps(refused.payload)


def test_it_listens_on_loopback_only(client: Client) -> None:
    assert client.sites._server.server_address[0] == "127.0.0.1"


def test_a_request_that_makes_no_sense_is_refused_with_a_reason(client: Client) -> None:
    for name, body in (("clock", {}), ("settings", {"site": "x", "nothing": 1}), ("tokens", {"site": "x"})):
        answer = client.send("POST", f"/_sim/{name}", body=body)
        assert answer.status == 400
        assert answer.json["error"].endswith(".")


def test_it_answers_two_hundred_requests_quickly(client: Client) -> None:
    started = time.monotonic()
    for _ in range(200):
        assert client.facebook("me").status == 200
    assert time.monotonic() - started < 5  # a loaded machine; a quiet one needs a fraction of a second


@pytest.fixture
def process() -> Iterator[subprocess.Popen[str]]:
    environment = {**os.environ, "PYTHONPATH": str(INCLUDE)}
    command = [
        sys.executable,
        "-m",
        "paloverde.simulator.server",
        "--port",
        "0",
        "--day",
        "2026-11-20",
        "--seed",
        "3",
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as running:
        yield running
        if running.poll() is None:
            running.kill()


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_the_command_says_what_it_serves_and_ends_at_once(
    process: subprocess.Popen[str], how: signal.Signals
) -> None:
    assert process.stdout is not None
    lines = []
    while not lines or "Stop with" not in lines[-1]:
        lines.append(process.stdout.readline())
    said = "".join(lines)
    assert re.search(r"http://127\.0\.0\.1:\d+", said)
    assert "2026-11-20 22:00 Pacific" in said
    assert "facebook-cityofpalmaria, 61 posts, 400 comments, 20 conversations, 300 followers" in said
    assert "curl" in said
    started = time.monotonic()
    process.send_signal(how)
    assert process.wait(5) == 0
    assert time.monotonic() - started < 2


def test_a_port_that_is_taken_gives_one_plain_sentence(
    client: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    assert server.main(["--port", str(client.sites.port), "--day", "2026-11-20"]) == 1
    assert capsys.readouterr().err.strip().endswith("choose another with --port.")


@pytest.mark.parametrize(
    "name", [*KINDS, *EVENTS, *(name for site in SITES.values() for name in site.settings)]
)
def test_the_readme_explains_every_fault_event_and_setting(name: str) -> None:
    readme = Path(server.__file__).with_name("README.md").read_text(encoding="utf-8")
    assert f"`{name}`" in readme
