"""What holds for every test: no network but loopback, no settings from outside.

The guard is an audit hook of the interpreter, so that it sees every library's sockets and no code is patched.
It sees this process only; tests that start others give them loopback addresses.
"""

from __future__ import annotations

import ipaddress
import json
import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import hypothesis
import pytest

from paloverde.settings import FOR_TESTS, PREFIX

OPTIONAL = {
    "PALOVERDE_REAL_SAMPLES": "recorded answers of the real sites",
    "PALOVERDE_API_SPECS": "the sites' own API definitions",
    "PALOVERDE_VECTORS": "public test vectors",
}
# Address and keys of the S3 server: written by `make s3`, or the file that PALOVERDE_TEST_S3 names.
S3_ACCESS = Path(os.environ.get("PALOVERDE_TEST_S3") or Path(__file__).parents[1] / ".s3" / "s3.json")
refused: list[str] = []
pytest_plugins = ["postgres"]

# How fast a busy machine draws examples, or tries one, proves nothing about them.
hypothesis.settings.register_profile(
    "city", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("city")

for name in [name for name in os.environ if name.startswith(PREFIX) and name not in FOR_TESTS]:
    del os.environ[name]


def is_loopback(host: str) -> bool:
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return host == "localhost"
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback


def is_numeric(host: str) -> bool:
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True


def may_be_resolved(host: object) -> bool:
    """Only a name sends a question out; a number, nothing, and this machine's own name do not."""
    text = host.decode("idna", "replace") if isinstance(host, bytes) else str(host or "")
    return text in ("", socket.gethostname()) or is_numeric(text) or is_loopback(text)


def leaves_the_machine(event: str, arguments: tuple[Any, ...]) -> bool:
    """Whether the audit event is a socket that speaks or listens outside loopback."""
    if event in ("socket.getaddrinfo", "socket.gethostbyname"):
        return not may_be_resolved(arguments[0])
    if event not in ("socket.connect", "socket.bind", "socket.sendto"):
        return False
    here, address = arguments
    if here.family == socket.AF_UNIX:
        return False
    return not (isinstance(address, tuple) and is_loopback(str(address[0])))


def refuse_outside(event: str, arguments: tuple[Any, ...]) -> None:
    if event.startswith("socket.") and leaves_the_machine(event, arguments):
        where = arguments[0] if event.startswith("socket.get") else arguments[1]
        refused.append(f"{event} {where!r}")
        pytest.fail(f"A test may only use loopback sockets, and this one tried {refused[-1]}.")


sys.addaudithook(refuse_outside)


@pytest.fixture(autouse=True)
def _only_loopback() -> Iterator[None]:
    """Fails the test even where the code under test swallowed the refusal, or a thread did."""
    refused.clear()
    yield
    assert not refused, f"A test may only use loopback sockets, and this one tried {', '.join(refused)}."


@pytest.fixture
def refused_sockets() -> list[str]:
    """What the guard refused in this test; a test that provokes it on purpose clears the list."""
    return refused


@pytest.fixture(autouse=True)
def _own_environment() -> Iterator[None]:
    """What a test sets in the environment ends with it."""
    before = dict(os.environ)
    yield
    for name in os.environ.keys() - before.keys():
        del os.environ[name]
    os.environ.update(before)


def lock_server() -> str | None:
    """The address of the S3 server of the tests, where it answers now."""
    if not S3_ACCESS.exists():
        return None
    endpoint = str(json.loads(S3_ACCESS.read_text(encoding="utf-8"))["endpoint"])
    parts = urlsplit(endpoint)
    try:
        socket.create_connection((parts.hostname or "", parts.port or 80), timeout=2).close()
    except OSError:
        return None
    return endpoint


def pytest_report_header() -> list[str]:
    """Which optional things are there: what is absent here is skipped below, never silently passed."""
    lines = [
        f"{what}: {'present' if os.environ.get(name) else f'absent, its tests are skipped ({name} is not set)'}"
        for name, what in OPTIONAL.items()
    ]
    server = lock_server()
    lines.append(
        f"S3 server that enforces locks: {server or 'absent, its tests are skipped (make s3 starts one)'}"
    )
    return lines
