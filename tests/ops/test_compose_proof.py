"""docker-compose.yaml as it stands, run without containers: a city's night, while every part is killed once."""

from __future__ import annotations

import json
import os
import pwd
import secrets
import signal
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from httpx import Client

from composed import HOW_TO_GET_THEM, ROOT, SERVICES, Composed, Places, StandIn, missing_programs
from paloverde.archive.seal import Role as Kept
from paloverde.desk.people import Role
from paloverde.installation import Installation, open_installation
from paloverde.orchestration.airflow_parts import bare_environment
from paloverde.orchestration.airflow_rest import STARTED_BY, Airflow, mark_of
from paloverde.orchestration.staging import Sites, free_port, move_in, wait_until
from paloverde.orchestration.supervise import Part, Supervised
from paloverde.records import Account, archive_day
from paloverde.settings import load
from postgres import programs

MISSING = missing_programs()
pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(1800),  # eleven minutes of processor time, most of it starts of Airflow
    pytest.mark.skipif(bool(MISSING), reason=f"{', '.join(MISSING)} not found: {HOW_TO_GET_THEM}"),
    pytest.mark.skipif(programs() is None, reason="PostgreSQL is not installed on this machine"),
    pytest.mark.skipif(
        os.geteuid() != 0, reason="the proof starts PostgreSQL as another user: run it as root"
    ),
]
CHOSEN = {
    "PALOVERDE_RECORDS_OFFICE": "City Clerk, 1 Plaza, Palma Ria",
    "PALOVERDE_ARCHIVE_LOCATION": "City Hall",
}
# In this order: a task whose worker died is tried again minutes later, and the others die meanwhile.
KILLED = ("worker", "redis", "scheduler", "postgres", "api-server", "s3", "dag-processor", "triggerer", "desk",
          "delivery", "edge", "backup", "tidy")  # fmt: skip
NIGHT_SECONDS = 900.0
S3 = ROOT / "ops" / "s3_server.py"


class Ceph:
    """The stand-in of `s3`: another server that enforces Object Lock, in a folder of its own."""

    def __init__(self, home: Path, port: int) -> None:
        self.home, self._port = home, port

    def begin(self) -> None:
        done = self._asked("start", "--port", str(self._port))
        assert done.returncode == 0, done.stdout

    def healthy(self) -> bool:
        return self._asked("status").returncode == 0

    def kill(self) -> int:
        """Every process of it at once; then it starts again, as the file's `restart` says."""
        pids = [pid for pid, _ in json.loads((self.home / "pids.json").read_text()).values()]
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.begin()
        return len(pids)

    def stop(self) -> None:
        self._asked("stop")

    def keys(self) -> dict[str, str]:
        told = json.loads((self.home / "s3.json").read_text())
        return {"s3_access_key": told["access_key"], "s3_secret_key": told["secret_key"]}

    def _asked(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, S3, *words, "--home", self.home], capture_output=True, text=True, check=False
        )


def make_secrets(places: Places) -> Path:
    """The files, by the command of the guide; then with this machine's addresses."""
    folder = places.home / "secrets"
    subprocess.run(
        [sys.executable, ROOT / "ops" / "make_secrets.py", folder], check=True, capture_output=True
    )
    for file in filter(Path.is_file, folder.iterdir()):
        write(file, places.network(file.read_text(encoding="utf-8")))
    return folder


def write(file: Path, text: str) -> None:
    file.unlink(missing_ok=True)
    file.write_text(text, encoding="utf-8")


def make_postgres(places: Places, password_file: Path) -> list[str]:
    """What the image's start script does once; the command that serves."""
    service, bin_ = SERVICES["postgres"]["environment"], programs()
    folder = places.folder("postgres")
    account = pwd.getpwnam("postgres")
    os.chown(folder, account.pw_uid, account.pw_gid)
    given = folder / "password"
    write(given, password_file.read_text())
    os.chown(given, account.pw_uid, -1)
    user, data = service["POSTGRES_USER"], str(folder / "data")
    as_postgres = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"]
    initdb = [
        "initdb",
        "-D",
        data,
        "-U",
        user,
        "--pwfile",
        str(given),
        "--auth=scram-sha-256",
        "--encoding=UTF8",
    ]
    control = [
        f"{bin_}/pg_ctl",
        "-D",
        data,
        "-w",
        "-o",
        f"-k {folder} -c listen_addresses=",
        "-l",
        f"{folder}/log",
    ]
    environ = os.environ | {"PGPASSWORD": password_file.read_text()}
    psql = ["psql", "--quiet", "-h", str(folder), "-U", user, "-d"]
    for words in (
        [*as_postgres, f"{bin_}/{initdb[0]}", *initdb[1:], service["POSTGRES_INITDB_ARGS"]],
        [*as_postgres, *control, "start"],
        [*psql, "postgres", "-c", f"CREATE DATABASE {service['POSTGRES_DB']}"],
        [*psql, service["POSTGRES_DB"], "-f", str(ROOT / "ops" / "databases.sql")],
        [*as_postgres, *control, "stop"],
    ):
        subprocess.run(words, cwd=folder, env=environ, check=True, stdout=subprocess.DEVNULL)
    given.unlink()
    port = str(places.ports["postgres"])
    return [
        *as_postgres,
        f"{bin_}/postgres",
        "-D",
        data,
        "-p",
        port,
        "-k",
        str(folder),
        "-c",
        "listen_addresses=127.0.0.1",
    ]


@pytest.fixture
def home() -> Iterator[Path]:
    """Not among pytest's own folders: PostgreSQL and Ceph run as others, whom another pytest would shut out."""
    with tempfile.TemporaryDirectory(prefix="paloverde-composed-", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o711)
        yield Path(name)


@pytest.fixture
def sites(home: Path) -> Iterator[Sites]:
    port = free_port()
    words = [
        sys.executable,
        "-m",
        "paloverde.simulator.server",
        "--port",
        str(port),
        "--seed",
        "7",
        "--scale",
        "0.1",
    ]
    with Supervised(home / "sites", [Part("sites", words, at_once=True)], bare_environment()) as parts:
        sites = Sites(port)
        sites.wait(parts)
        yield sites


@pytest.fixture
def places(home: Path) -> Places:
    return Places(home, CHOSEN)


@pytest.fixture
def composed(places: Places, sites: Sites) -> Iterator[Composed]:
    folder = make_secrets(places)
    ceph = Ceph(places.folder("s3"), places.ports["s3"])
    ceph.begin()
    for name, key in ceph.keys().items():
        write(folder / name, key)
    server = make_postgres(places, folder / "postgres_password")
    stand_ins = {
        "postgres": StandIn(command=server),
        "s3": StandIn(begin=lambda: None, healthy=ceph.healthy, kill=ceph.kill, stop=ceph.stop),
    }
    extra = {
        **sites.settings(),
        STARTED_BY: secrets.token_hex(16),
        "PYTHONPATH": os.environ.get("PYTHONPATH", ""),
    }
    with Composed(places, extra, stand_ins) as composed:
        yield composed


def test_a_night_survives_the_death_of_every_part(
    composed: Composed, sites: Sites, places: Places, home: Path
) -> None:
    began = time.monotonic()

    def told(what: str) -> None:
        print(f"[{time.monotonic() - began:6.1f} s] {what}", flush=True)

    city = {
        name: value for name, value in composed.environment("desk").items() if name.startswith("PALOVERDE_")
    }
    accounts = sites.accounts()
    people: dict[Role, Any] = {}
    composed.start({"migrate": lambda: people.update(move_in(Path(city["PALOVERDE_HOME"]), city, accounts))})
    for name in KILLED:
        composed.wait_until_healthy(name)
    told("every health check of the file is content")
    airflow = Airflow(
        f"http://127.0.0.1:{places.ports['api-server']}", mark_of(composed.environment("worker")[STARTED_BY])
    )
    it = airflow.signed_in(people[Role.IT].username, people[Role.IT].password)
    night = first_night(it)
    wait_until(lambda: "running" in states(it, night), 120, lambda: f"no task runs: {states(it, night)}")
    for name in KILLED:
        processes = composed.kill(name)
        killed_at = time.monotonic()
        time.sleep(1)
        composed.wait_until_healthy(name)
        told(
            f"{name}: {processes} killed, healthy again after {time.monotonic() - killed_at:.0f} s; {states(it, night)}"
        )
    state = it.wait_for_run("nightly_archive", night, NIGHT_SECONDS, told)
    assert state == "success", [
        task for task in it.tasks("nightly_archive", night) if task["state"] == "failed"
    ]
    told("the night is complete")
    tried = {task["task_id"]: task["try_number"] for task in it.tasks("nightly_archive", night)}
    assert max(tried.values()) > 1, "no task was hit: the kills came too late to prove anything"
    for name in KILLED:
        composed.wait_until_healthy(name)
    told("every health check is content again")
    assert lacks(open_installation(load(city)), sites, [account["slug"] for account in accounts], home) == []
    told("the archive holds what the sites show")
    told(composed.run("migrate", ["paloverde", "fixity", "--budget-mb", "100000"]).splitlines()[-1])
    told(composed.run("migrate", ["paloverde", "ledger"]).splitlines()[-1])
    bundle = str(home / "answer.zip")
    composed.run(
        "migrate", ["paloverde", "bundle", "--question", "street", "--name", "PRA-2026-17", "--out", bundle]
    )
    told(composed.run("migrate", ["paloverde", "verify", bundle]).splitlines()[0])
    for name, page in {"desk": "/sign-in", "records": "/", "airflow": "/"}.items():
        assert at_the_edge(places, name, page) in (200, 302, 303, 307, 404), name
    told("the edge leads to all three, over TLS")


def lacks(city: Installation, sites: Sites, slugs: list[str], home: Path) -> list[str]:
    """What of the archive is not as in one that nothing disturbed, and as the sites' own list says.

    The other archive is made now, of the same sites, in a folder.
    """
    undisturbed = {"PALOVERDE_HOME": str(home / "undisturbed"), **sites.settings()}
    other = open_installation(load(undisturbed))
    for account in sites.accounts():
        other.register_account(
            Account(account["slug"], account["platform"], account["native_id"], account["handle"])
        )
        other.archive_night(account["slug"], archive_day(datetime.now(UTC)), account["token"])
    here, there = items(city), items(other)
    assert len(there) > len(slugs), "the sites show nothing, so that nothing is compared"
    faults = [f"{one} is not in the archive" for one in sorted(there - here)]
    faults += [f"{one} is in no undisturbed archive" for one in sorted(here - there)]
    nights = {night.account for night in city.last_nights()}
    return faults + [f"{slug} has no sealed night" for slug in slugs if slug not in nights]


def items(city: Installation) -> set[tuple[str, str, str, str]]:
    """What an archive holds of what people said: account, kind, id, words."""
    tables = (city.archive.table(sealed.part) for sealed in city.archive.parts(Kept.RECORDS))
    return {
        (row["account"], row["kind"], row["native_id"], row["text"] or "")
        for table in tables
        for row in table.to_pylist()
        if row["kind"] in ("post", "comment", "message", "story")
    }


def at_the_edge(places: Places, name: str, page: str) -> int:
    """The status that somebody outside gets over TLS; who does not trust Caddy's own authority gets nothing."""
    address, host = f"https://127.0.0.1:{places.ports['edge']}{page}", f"{name}.localhost"
    authority = next(places.folder("edge").rglob("root.crt"))
    trusting = ssl.create_default_context(cafile=str(authority))
    with Client(verify=trusting, trust_env=False, timeout=60) as client:
        asked = client.build_request("GET", address, headers={"host": host})
        asked.extensions["sni_hostname"] = host
        return client.send(asked).status_code


def first_night(it: Airflow) -> str:
    """Airflow starts the night that was due by itself."""
    runs = "/dags/nightly_archive/dagRuns"
    wait_until(lambda: bool(it.get(runs)["dag_runs"]), 120, lambda: "no night was started")
    return str(it.get(runs)["dag_runs"][0]["dag_run_id"])


def states(it: Airflow, night: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for task in it.tasks("nightly_archive", night):
        found[str(task["state"])] = found.get(str(task["state"]), 0) + 1
    return found
