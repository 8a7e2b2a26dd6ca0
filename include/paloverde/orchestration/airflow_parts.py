"""Airflow's parts on one machine, the settings under which they held, and the program behind links.

Imports nothing of Airflow. Each setting below that differs from Airflow's own has its reason beside it.
"""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from paloverde.errors import BadSetting, Unreachable
from paloverde.orchestration.supervise import Part

# SQLite makes writers wait for each other; Python's 5 seconds are too few for four workers on two cores.
SQLITE_CONNECT_ARGS = {"timeout": 60}
_MIGRATE_SECONDS = 300
CONNECTION_PREFIX = "paloverde_"
DELIVERY_PORT = 8090  # as `paloverde deliver serve` has it
_LOOPBACK = "127.0.0.1"


def project_folder() -> Path:
    """The folder that holds `dags/` and `plugins/`: the one we are in.

    Raises BadSetting elsewhere.
    """
    folder = Path.cwd()
    if not (folder / "dags" / "nightly_archive.py").exists():
        raise BadSetting(
            f"{folder} holds no dags/nightly_archive.py: go to the folder of the project and run again."
        )
    return folder


def environment(home: Path, project: Path, port: int, city: Mapping[str, str]) -> dict[str, str]:
    """The environment of Airflow's parts, with `home` as its home; `city` are Paloverde's own settings."""
    address = f"http://127.0.0.1:{port}"
    airflow = {
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__DAGS_FOLDER": str(project / "dags"),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(project / "plugins"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "True",  # the demo starts what it shows
        "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
        "AIRFLOW__CORE__PARALLELISM": "4",  # with 32, SQLite locks up and every part dies
        "AIRFLOW__CORE__AUTH_MANAGER": "paloverde.orchestration.auth.CityAuthManager",
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{address}/execution/",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home / 'airflow.db'}",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONNECT_ARGS": f"{__name__}.SQLITE_CONNECT_ARGS",
        "AIRFLOW__API__HOST": "127.0.0.1",
        "AIRFLOW__API__PORT": str(port),
        "AIRFLOW__API__BASE_URL": address,
        "AIRFLOW__API__WORKERS": "1",  # several die on slow machines while they start
        "AIRFLOW__API__INSTANCE_NAME": "Social media records",
        "AIRFLOW__API__ENABLE_SWAGGER_UI": "False",  # it answers strangers, and loads scripts from elsewhere
        "AIRFLOW__API_AUTH__JWT_EXPIRATION_TIME": "36000",  # a working day; Airflow's own is 24 hours
        "AIRFLOW__WORKERS__EXECUTION_API_TIMEOUT": "60",  # 5 fails whole runs while the API is still cold
        "AIRFLOW__WORKERS__MIN_HEARTBEAT_INTERVAL": "2",  # a worker may see its task's end only then
        "AIRFLOW__SCHEDULER__SCHEDULER_HEARTBEAT_SEC": "1",
        "AIRFLOW__SECRETS__BACKEND": "paloverde.orchestration.secrets_backend.CityBackend",
    }
    return bare_environment() | airflow | dict(city)


def bare_environment() -> dict[str, str]:
    """The environment of this process, without the settings of another Airflow or city."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "PALOVERDE_"))
    }
    kept.pop("PYTHONDONTWRITEBYTECODE", None)  # without bytecode, Airflow starts three times slower
    return kept


def connection_id(slug: str) -> str:
    """The name of the Airflow connection whose password is the token of an account."""
    return CONNECTION_PREFIX + slug.replace("-", "_")


def delivery_parts(city: Mapping[str, str]) -> list[Part]:
    """The program that serves links to bundles, where the city's settings say under which address they are.

    An address on this machine is served itself; any other is that of a web server in front of this one.
    """
    address = city.get("PALOVERDE_DELIVERY_ADDRESS")
    if not address:
        return []
    port = (urlsplit(address).port if urlsplit(address).hostname == _LOOPBACK else None) or DELIVERY_PORT
    serve = ["deliver", "serve", "--host", _LOOPBACK, "--port", str(port)]
    return [Part("delivery", [sys.executable, "-m", "paloverde.cli", *serve])]


def parts() -> list[Part]:
    """Airflow's programs. Nothing here defers; but without a triggerer the home page shows a red fault."""
    airflow = _airflow()
    return [
        Part("api-server", [airflow, "api-server"]),
        Part("dag-processor", [airflow, "dag-processor"]),
        Part("scheduler", [airflow, "scheduler"]),
        Part("triggerer", [airflow, "triggerer", "--skip-serve-logs"], at_once=True),  # it ends in 10 seconds
    ]


def migrate(environ: Mapping[str, str], log: Path) -> None:
    """Make Airflow's database, or bring it up to date; also its keys, written into its airflow.cfg."""
    with log.open("wb") as said:
        done = subprocess.run(  # noqa: S603 - our own environment's airflow
            [_airflow(), "db", "migrate"],
            env=dict(environ),
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=subprocess.STDOUT,
            timeout=_MIGRATE_SECONDS,
            check=False,
        )
    if done.returncode:
        end = "\n".join(log.read_text(errors="replace").splitlines()[-10:])
        raise Unreachable(f"Airflow's database could not be made; the end of {log} is:\n{end}")


def _airflow() -> str:
    program = Path(sys.executable).with_name("airflow")
    if not program.exists():
        raise BadSetting(f"{program} is not there: run `make env`, then try again.")
    return str(program)


def write_private(file: Path, text: str) -> None:
    """Put `text` where `file` is, whole, readable by this user alone."""
    draft = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    with os.fdopen(
        os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8"
    ) as stream:
        stream.write(text)
    draft.replace(file)
