"""What the demo sets up before the night: a store, the simulated sites, accounts, people."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from paloverde.archive.store import make_bucket
from paloverde.desk.people import People, Role, generate_password
from paloverde.errors import BadSetting, PersonNeeded, Unreachable
from paloverde.installation import open_installation
from paloverde.orchestration.airflow_parts import write_private
from paloverde.orchestration.supervise import Part, Supervised
from paloverde.platforms import PLATFORMS
from paloverde.records import Account
from paloverde.settings import load

LOOPBACK = "127.0.0.1"
SEED = 7
_MARK = "made-by-paloverde-demo"
_S3_SECONDS = 240
_SITES_SECONDS = 30
_STAFF = (
    (Role.CLERK, "City Clerk"),
    (Role.COUNSEL, "City Attorney"),
    (Role.PUBLIC_AFFAIRS, "Public Affairs"),
    (Role.IT, "City IT"),
)


class Teller:
    """Says what happens, with the seconds since the start."""

    def __init__(self) -> None:
        self._start = time.monotonic()

    def __call__(self, sentence: str) -> None:
        print(f"[{self.seconds:6.1f} s] {sentence}", flush=True)

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._start


@dataclass(frozen=True)
class SignIn:
    """How somebody of the demo signs in."""

    username: str
    password: str


def free_port(preferred: int = 0) -> int:
    """A port of this machine that nobody listens on: the preferred one where it is free, else any."""
    for port in (preferred, 0):
        with closing(socket.socket()) as probe:
            probe.setsockopt(
                socket.SOL_SOCKET, socket.SO_REUSEADDR, 1
            )  # else a port just left counts as taken
            try:
                probe.bind((LOOPBACK, port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise Unreachable("This machine gives out no free port on 127.0.0.1: end some programs, then try again.")


def wait_until(ready: Callable[[], bool], seconds: float, otherwise: Callable[[], str]) -> None:
    """Wait until `ready()`; after `seconds` raise Unreachable with the sentence of `otherwise()`."""
    deadline = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > deadline:
            raise Unreachable(otherwise())
        time.sleep(0.2)


def choose_store(project: Path, home: Path, environ: Mapping[str, str]) -> dict[str, str]:
    """The store's settings: what the environment names, else the S3 server of `make s3`, else a directory."""
    given = {
        name: value
        for name, value in environ.items()
        if name.startswith(("PALOVERDE_STORE", "PALOVERDE_S3_"))
    }
    if given:
        return given
    access = project / ".s3" / "s3.json"
    if not access.exists():
        return {}
    _start_s3_server(project)
    s3 = _access_to_s3(access)
    bucket = f"s3://{s3.bucket}-demo-{datetime.now(UTC):%Y%m%d-%H%M%S}"
    make_bucket(bucket, endpoint=s3.endpoint, access_key=s3.access_key, secret_key=s3.secret_key)
    for name, key in (("access_key", s3.access_key), ("secret_key", s3.secret_key)):
        write_private(home / f"s3_{name}", key)
    return {
        "PALOVERDE_STORE": bucket,
        "PALOVERDE_S3_ENDPOINT": s3.endpoint,
        "PALOVERDE_S3_ACCESS_KEY_FILE": str(home / "s3_access_key"),
        "PALOVERDE_S3_SECRET_KEY_FILE": str(home / "s3_secret_key"),
    }


def sites_part(port: int) -> Part:
    """The simulated sites, on that port, with the same city every time."""
    return Part(
        "sites",
        [sys.executable, "-m", "paloverde.simulator.server", "--port", str(port), "--seed", str(SEED)],
    )


class Sites:
    """The simulated sites while they are up."""

    def __init__(self, port: int) -> None:
        self.url = f"http://{LOOPBACK}:{port}"

    def wait(self, parts: Supervised) -> None:
        wait_until(
            self._answers,
            _SITES_SECONDS,
            lambda: f"The simulated sites did not start. The end of their log is:\n{parts.tail('sites')}",
        )

    def accounts(self) -> list[dict[str, Any]]:
        """The city's accounts, tokens included."""
        return list(self._ask("accounts"))

    def happen(self, event: Mapping[str, str]) -> dict[str, Any]:
        """Let something happen in the city; what it changed."""
        (entry,) = self._ask("events", [event])
        return dict(entry["item"])

    def settings(self) -> dict[str, str]:
        """Paloverde's settings that lead to these sites."""
        return {
            "PALOVERDE_AGENCY_NAME": "City of Palma Ria",  # whose accounts they are; there is no such city
            **{f"PALOVERDE_{name.upper()}_API": f"{self.url}/{name}" for name in PLATFORMS},
            "PALOVERDE_TOKEN_API": f"{self.url}/tokens",
            "PALOVERDE_LINKEDIN_CALLS_PER_DAY": "100000",  # the demo plays two nights on one day
            "PALOVERDE_ALLOW_LOOPBACK_SITES": "true",
        }

    def _answers(self) -> bool:
        try:
            self.accounts()
        except OSError:
            return False
        return True

    def _ask(self, control: str, body: Any = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}/_sim/{control}", data=data)  # noqa: S310 - loopback
        with _DIRECT.open(request, timeout=30) as answer:
            return json.load(answer)


def move_in(home: Path, city: Mapping[str, str], accounts: list[dict[str, Any]]) -> dict[Role, SignIn]:
    """Register the accounts, keep their tokens, and add the people who may sign in."""
    installation = open_installation(load(city))
    for account in accounts:
        installation.register_account(
            Account(account["slug"], account["platform"], account["native_id"], account["handle"])
        )
        installation.put_token(account["slug"], json.dumps(account["grant"]), "demo")
    people = People(home / "users.json")
    sign_ins = {}
    for role, name in _STAFF:
        sign_ins[role] = SignIn(role.value, generate_password())
        people.put(role.value, name, role, sign_ins[role].password)
    return sign_ins


@contextmanager
def emptied(home: Path) -> Iterator[None]:
    """Make `home` an empty folder and keep a second demo out of it.

    Raises PersonNeeded for a folder that no demo made, and for one where a demo is running.
    """
    mark = home / _MARK
    if home.exists() and any(home.iterdir()) and not mark.exists():
        raise PersonNeeded(f"{home} is not a folder of an earlier demo: name another, or move it away.")
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    with mark.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise PersonNeeded(f"A demo is running in {home} already: stop it with Ctrl-C first.") from None
        for path in home.iterdir():
            if path.is_dir():
                shutil.rmtree(path)
            elif path != mark:
                path.unlink()
        yield


class _S3Access(msgspec.Struct, frozen=True):
    """How to reach the server of `make s3`."""

    endpoint: str
    access_key: str
    secret_key: str
    bucket: str


def _access_to_s3(file: Path) -> _S3Access:
    try:
        return msgspec.json.decode(file.read_bytes(), type=_S3Access)
    except (OSError, msgspec.DecodeError):
        raise BadSetting(
            f"{file} cannot be read: run `make s3-stop`, move {file.parent} away, then `make s3` again."
        ) from None


def _start_s3_server(project: Path) -> None:
    done = subprocess.run(  # noqa: S603 - our own script
        [sys.executable, str(project / "ops" / "s3_server.py"), "start"],
        cwd=project,
        capture_output=True,
        text=True,
        timeout=_S3_SECONDS,
        check=False,
        env={name: value for name, value in os.environ.items() if not name.startswith("PALOVERDE_")},
    )
    if done.returncode:
        raise BadSetting(
            f"The S3 server of `make s3` did not start: {done.stderr.strip() or done.stdout.strip()}"
        )


_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))
