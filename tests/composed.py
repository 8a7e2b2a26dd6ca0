"""The services of docker-compose.yaml, run without containers: the file's own commands, settings, secrets and checks.

What a container has of its own (folders, host names, ports) is put in place by `Places`; nothing else differs but
what `STAND_INS` names. Each service runs under supervisord, which starts it again when it dies, as
`restart: unless-stopped` does; to kill one is to kill every process of it at once, as a container's end does.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import yaml

from paloverde.orchestration.airflow_parts import bare_environment
from paloverde.orchestration.staging import free_port
from paloverde.orchestration.supervise import Part, Supervised

ROOT = Path(__file__).parents[1]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yaml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
ONCE = tuple(name for name, service in SERVICES.items() if service["restart"] == "no")
PROGRAMS = ("redis-server", "redis-cli", "caddy", "age", "age-keygen", "wget", "setpriv", "pg_isready")
HOW_TO_GET_THEM = "make parts, as root, installs them"
_BEHIND = {"AIRFLOW_BEHIND": "api-server:8080", "DESK_BEHIND": "desk:8091", "RECORDS_BEHIND": "delivery:8090"}
_LISTENS = {
    "postgres": 5432,
    "redis": 6379,
    "s3": 9000,
    "api-server": 8080,
    "desk": 8091,
    "delivery": 8090,
    "edge": 443,
}
_VARIABLE = re.compile(r"\$\{(\w+)(?::-([^}]*))?\}|\$\$")


def missing_programs() -> list[str]:
    return [name for name in PROGRAMS if not shutil.which(name)]


@dataclass
class Places:
    """Where this machine has what a container would have under names of its own."""

    home: Path
    chosen: Mapping[str, str]  # what .env would say
    ports: dict[str, int] = field(
        default_factory=lambda: {name: free_port() for name in [*_LISTENS, "alive", "http"]}
    )

    def folder(self, name: str) -> Path:
        path = self.home / name
        path.mkdir(exist_ok=True, parents=True)
        return path

    def volumes(self, service: Mapping[str, Any]) -> dict[str, str]:
        """Path in the container -> path here, of a service's volumes; a file of the project is itself.

        The folder of secrets is the one that was made for this start.
        """
        found = {}
        for volume in service.get("volumes", []):
            source, target = self.filled_in(volume).removesuffix(":ro").split(":")
            if source.startswith("./"):
                found[target] = str((self.home if source.startswith("./secrets/") else ROOT) / source)
            else:
                found[target] = str(self.folder(source))
        return found

    def of(self, service: Mapping[str, Any]) -> Callable[[str], str]:
        """What turns a text of a service into this machine's: variables, folders, hosts, ports."""
        paths = {"/run/secrets": str(self.home / "secrets"), "/opt/city": str(ROOT), **self.volumes(service)}
        if "/tmp" not in paths:  # a container's own
            paths["/tmp"] = str(self.folder("tmp"))
        at_a_path = re.compile(
            rf"(?<![\w.-])({'|'.join(map(re.escape, sorted(paths, key=len, reverse=True)))})(?![\w-])"
        )

        def place(text: str) -> str:
            text = at_a_path.sub(lambda found: paths[found[1]], self.filled_in(text))
            return self.network(text)

        return place

    def filled_in(self, text: str) -> str:
        """As `docker compose` fills in: `${NAME:-default}`, and `$$` for one `$`."""
        return _VARIABLE.sub(
            lambda found: self.chosen.get(found[1]) or found[2] or "" if found[1] else "$", text
        )

    def network(self, text: str) -> str:
        """Hosts and ports, wherever they stand."""
        for name, port in _LISTENS.items():
            here = str(self.ports[name])
            text = re.sub(rf"(?<=[@/]){name}:{port}\b|^{name}:{port}$", f"127.0.0.1:{here}", text)
            text = re.sub(rf"(?<=@){name}(?=/)", f"127.0.0.1:{here}", text)
            if port > 1024:
                text = re.sub(rf"(?<![\d.]){port}(?!\d)", here, text)
        text = re.sub(r"(?<=127\.0\.0\.1:)2020\b", str(self.ports["alive"]), text)
        return text.replace("0.0.0.0", "127.0.0.1").replace("172.30.91.10", "127.0.0.1")


class Composed:
    """The installation: `start` everything in the file's order, `kill` one, wait until it is `healthy`."""

    def __init__(self, places: Places, extra: Mapping[str, str], stand_ins: Mapping[str, StandIn]) -> None:
        self.places, self._extra, self._stand_ins = places, dict(extra), dict(stand_ins)
        self.up: dict[str, Supervised] = {}
        self.seconds: dict[str, float] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with ExitStack() as everything:
            for stand_in in self._stand_ins.values():
                everything.callback(stand_in.stop)
            for name, parts in self.up.items():
                everything.callback(parts.stop)
                everything.callback(self.kill, name)

    def environment(self, name: str) -> dict[str, str]:
        """What the service's processes find in their environment, and nothing of this process's settings."""
        service = SERVICES[name]
        place = self.places.of(service)
        given = (
            {key: place(value) for key, value in self.places.chosen.items()} if "env_file" in service else {}
        )
        given |= {key: place(str(value)) for key, value in (service.get("environment") or {}).items()}
        ours = service["image"].startswith("paloverde:")
        if ours:
            home = {"AIRFLOW_HOME": place("/var/lib/airflow")} if "AIRFLOW__CORE__EXECUTOR" in given else {}
            given |= {**home, **self._extra, "TMPDIR": place("/tmp")}
        if name == "edge":
            given |= {key: self.places.network(behind) for key, behind in _BEHIND.items()}
            given |= {
                "EDGE_HTTP_PORT": str(self.places.ports["http"]),
                "EDGE_HTTPS_PORT": str(self.places.ports["edge"]),
                "EDGE_ALIVE_PORT": str(self.places.ports["alive"]),
                "XDG_DATA_HOME": place("/data"),
                "XDG_CONFIG_HOME": place("/data"),
            }
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        postgres = (
            {"PGHOST": "127.0.0.1", "PGPORT": str(self.places.ports["postgres"])}
            if name == "postgres"
            else {}
        )
        return bare_environment() | given | postgres | {"PATH": path}

    def words(self, name: str, words: list[str]) -> list[str]:
        place = self.places.of(SERVICES[name])
        return [place(word) for word in words]

    def start(self, after: Mapping[str, Callable[[], None]]) -> None:
        """Every service as soon as what it depends on is as the file asks; `after` one, something is done."""
        waiting = list(SERVICES)
        done: set[str] = set()
        while waiting:
            name = next(name for name in waiting if set(SERVICES[name].get("depends_on", {})) <= done)
            for other, asked in SERVICES[name].get("depends_on", {}).items():
                if asked["condition"] == "service_healthy":
                    self.wait_until_healthy(other)
            self._begin(name)
            after.get(name, lambda: None)()
            waiting.remove(name)
            done.add(name)

    def _begin(self, name: str) -> None:
        if name in self._stand_ins and self._stand_ins[name].begin is not None:
            self._stand_ins[name].begin()
            return
        if name in ONCE:
            self.run(name, self.words(name, SERVICES[name]["command"]))
            return
        words = self._stand_ins[name].command if name in self._stand_ins else None
        script = self.places.folder("parts") / f"{name}.sh"
        script.write_text(
            f"exec {shlex.join(words or self.words(name, SERVICES[name]['command']))}\n", "utf-8"
        )
        part = Part(name, ["sh", str(script)], at_once=True)
        parts = Supervised(self.places.folder("parts") / name, [part], self.environment(name))
        self.up[name] = parts.__enter__()

    def run(self, name: str, words: list[str]) -> str:
        """One command in the place of a service, to its end, as `docker compose run` does."""
        done = subprocess.run(
            words,
            env=self.environment(name),
            cwd=self.places.folder("tmp"),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, (
            name,
            words[:4],
            done.returncode,
            done.stdout[-3000:],
            done.stderr[-3000:],
        )
        return done.stdout

    def is_healthy(self, name: str) -> bool:
        """What the file's own health check says."""
        if name in self._stand_ins and self._stand_ins[name].healthy is not None:
            return self._stand_ins[name].healthy()
        check: list[str] = SERVICES[name]["healthcheck"]["test"]
        words = check[1:] if check[0] == "CMD" else ["sh", "-c", *check[1:]]
        limit = float(SERVICES[name]["healthcheck"]["timeout"].removesuffix("s"))
        try:
            done = subprocess.run(
                self.words(name, words), env=self.environment(name), cwd=self.places.folder("tmp"),
                capture_output=True, timeout=limit, check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            return False
        return done.returncode == 0

    def wait_until_healthy(self, name: str, seconds: float = 240) -> None:
        began = time.monotonic()
        while not self.is_healthy(name):
            if time.monotonic() - began > seconds:
                raise AssertionError(f"{name} is not healthy after {seconds:.0f} s:\n{self.said(name)}")
            time.sleep(2)  # each check of Airflow's loads all of Airflow
        self.seconds[name] = time.monotonic() - began

    def kill(self, name: str) -> int:
        """SIGKILL to every process of a service at once; how many there were."""
        if name in self._stand_ins and self._stand_ins[name].kill is not None:
            return self._stand_ins[name].kill()
        (tether,) = self.up[name].pids().values()
        ended = list(descendants(tether))
        for pid in ended:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        return len(ended)

    def said(self, name: str) -> str:
        return self.up[name].tail(name, 30) if name in self.up else "(not under supervision)"


@dataclass(frozen=True)
class StandIn:
    """What runs in place of an image's own program; a part that is None is the file's."""

    command: list[str] = field(default_factory=list)
    begin: Callable[[], None] | None = None
    healthy: Callable[[], bool] | None = None
    kill: Callable[[], int] | None = None
    stop: Callable[[], None] = lambda: None


def descendants(pid: int) -> Iterator[int]:
    """Every process under `pid`."""
    for file in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):
            for child in map(int, file.read_text().split()):
                yield child
                yield from descendants(child)
