"""Airflow as the doctor sees it from outside: its parts, pools and DAGs, without importing any of it.

Airflow's own health page says nothing of pools and paused DAGs, and its API wants a sign-in: so four short
questions are asked of its database, which is read and never written. Loading Airflow for the same takes five
seconds. Table and column names are those of Airflow 3.3; a later one that has others is told of as not looked
at, and nothing else depends on it.
"""

from __future__ import annotations

import configparser
import os
import shlex
import ssl
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Boolean, Connection, DateTime, column, create_engine, func, select, table
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from paloverde.alarms.here import Look, Place
from paloverde.alarms.line import Level, Line
from paloverde.errors import Unreachable
from paloverde.orchestration.cities import dag_id_of, served, serves_many
from paloverde.orchestration.roles import Dag
from paloverde.orchestration.sites import pools
from paloverde.settings.cities import chosen
from paloverde.wording import at_time, several, some

_ALIVE_SECONDS = 120  # a part writes its heartbeat every few seconds
_SECONDS = 5
_PARTS = {"SchedulerJob": "scheduler", "DagProcessorJob": "dag-processor", "TriggererJob": "triggerer"}
_VARIABLE = "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"
_JOBS = table("job", column("job_type"), column("state"), column("latest_heartbeat", DateTime))
_POOLS = table("slot_pool", column("pool"))
_DAGS = table("dag", column("dag_id"), column("is_paused", Boolean), column("is_stale", Boolean))
_ERRORS = table("import_error", column("id"))


class Wanted(NamedTuple):
    """What must be there: the pools, the DAGs, and those of them without which nothing is archived."""

    pools: frozenset[str]
    dags: frozenset[str]
    vital: frozenset[str]


class Seen(NamedTuple):
    """What Airflow's database says. `beats` is each part's last heartbeat, `paused` says it of each DAG.

    `web` is why the web server does not answer, "" where it does, None where its address is not known.
    """

    beats: Mapping[str, datetime]
    pools: frozenset[str]
    paused: Mapping[str, bool]
    unread: int
    web: str | None
    now: datetime
    wanted: Wanted


def ask(place: Place) -> Seen | None:
    """None where this environment knows of no Airflow. `Unreachable` where its database cannot be asked."""
    address = database_of(os.environ)
    if address is None:
        return None
    try:
        engine = create_engine(address, poolclass=NullPool, hide_parameters=True)
        with engine.connect() as connection:
            found = _read(connection, place.now)
    except (SQLAlchemyError, ImportError) as error:
        raise Unreachable(
            f"Airflow's database cannot be asked ({type(error).__name__}): check that it runs, that "
            f"{_VARIABLE} names it, and that `airflow db migrate` was run."
        ) from None
    return found._replace(web=_web(os.environ.get("AIRFLOW__API__BASE_URL")))


def judge(found: Seen | None) -> Iterator[Line]:
    if found is None:
        told = f"Not looked at: neither AIRFLOW_HOME nor {_VARIABLE} is set here."
        yield Line("airflow", "Airflow", Level.OK, told)
        return
    yield from _parts(found)
    missing = sorted(found.wanted.pools - found.pools)
    yield _one(
        "airflow pools", "Airflow's pools", f"{several(missing)}: not there, and no task of theirs starts.",
        "import them: docs/guide/it.md says how", "All are there.", is_bad=bool(missing),
    )  # fmt: skip
    absent = sorted(found.wanted.dags - found.paused.keys())
    yield _one(
        "airflow dags", "Airflow's DAGs",
        f"{several(absent)}: not read. {some(found.unread, 'file was', 'files were')} refused." if absent
        else f"{some(found.unread, 'file was', 'files were')} refused.",
        "`airflow dags list-import-errors` says why", f"All {some(len(found.wanted.dags), 'DAG')} were read.",
        is_bad=bool(absent or found.unread),
    )  # fmt: skip
    paused = sorted(name for name in found.wanted.dags if found.paused.get(name))
    yield _one(
        "airflow paused", "Paused DAGs", f"{several(paused)}: paused, and never started.",
        "switch them on in Airflow, or by `airflow dags unpause`", "None of ours is paused.",
        is_bad=bool(paused), level=Level.BAD if found.wanted.vital & {*paused} else Level.WARN,
    )  # fmt: skip


def database_of(environ: Mapping[str, str]) -> str | None:
    """The address of Airflow's database, as Airflow finds it: variable, command, its home's file, default."""
    if address := environ.get(_VARIABLE):
        return address
    if command := environ.get(f"{_VARIABLE}_CMD"):
        return _said(command)
    if not (home := environ.get("AIRFLOW_HOME")):
        return None
    read = configparser.ConfigParser(interpolation=None)
    read.read(Path(home) / "airflow.cfg")
    return read.get("database", "sql_alchemy_conn", fallback=f"sqlite:///{Path(home) / 'airflow.db'}")


def _said(command: str) -> str:
    """What the command of a setting prints, as Airflow takes it: no shell."""
    try:
        done = subprocess.run(  # noqa: S603 - the operator's own setting
            shlex.split(command), capture_output=True, text=True, timeout=_SECONDS, check=True
        )
    except (OSError, subprocess.SubprocessError):
        raise Unreachable(
            f"The command of {_VARIABLE}_CMD did not give an address; run it by hand."
        ) from None
    return done.stdout.strip()


def _read(connection: Connection, now: datetime) -> Seen:
    beats = select(_JOBS.c.job_type, func.max(_JOBS.c.latest_heartbeat, type_=DateTime))
    running = beats.where(_JOBS.c.state == "running").group_by(_JOBS.c.job_type)
    return Seen(
        {kind: _aware(at) for kind, at in connection.execute(running) if at is not None},
        frozenset(connection.execute(select(_POOLS.c.pool)).scalars()),
        {
            row.dag_id: bool(row.is_paused)
            for row in connection.execute(select(_DAGS.c.dag_id, _DAGS.c.is_paused).where(~_DAGS.c.is_stale))
        },
        connection.execute(select(func.count()).select_from(_ERRORS)).scalar_one(),
        None,
        now,
        _wanted(),
    )


def _wanted() -> Wanted:
    """Of many cities, what belongs to the one that is looked at: the others' is not told to its people."""
    cities = (chosen(os.environ),) if serves_many() else served()
    names = frozenset(str(pool["name"]) for pool in pools(cities))
    dags = frozenset(dag_id_of(dag, city) for city in cities for dag in Dag)
    return Wanted(names, dags, frozenset(dag_id_of(Dag.NIGHTLY, city) for city in cities))


def _aware(at: datetime) -> datetime:
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at


def _web(address: str | None) -> str | None:
    if address is None:
        return None
    request = urllib.request.Request(f"{address.rstrip('/')}/api/v2/monitor/health")  # noqa: S310 - the operator's own
    try:
        with _DIRECT.open(request, timeout=_SECONDS):
            return ""
    except urllib.error.HTTPError as error:
        with error:
            return f"it answers {error.code}"
    except (OSError, ValueError):
        return "nobody answers there"


def _parts(found: Seen) -> Iterator[Line]:
    for kind, name in _PARTS.items():
        at = found.beats.get(kind)
        alive = at is not None and (found.now - at).total_seconds() <= _ALIVE_SECONDS
        told = f"Its last sign of life was on {at_time(at)}." if at else "It never gave a sign of life."
        yield _one(
            f"airflow {name}", f"Airflow's {name}", told, f"start `airflow {name}` again, and read its log",
            "It is alive.", is_bad=not alive,
            level=Level.WARN if name == "triggerer" else Level.BAD,  # nothing of ours defers
        )  # fmt: skip
    if found.web is not None:
        yield _one(
            "airflow web", "Airflow's web server", f"It does not answer: {found.web}.",
            "start `airflow api-server` again, and read its log", "It answers.", is_bad=bool(found.web),
        )  # fmt: skip


def _one(
    key: str, subject: str, wrong: str, todo: str, right: str, *, is_bad: bool, level: Level = Level.BAD
) -> Line:
    return Line(key, subject, level, wrong, todo) if is_bad else Line(key, subject, Level.OK, right)


# Whether it answers is asked, and nothing is told to it. Whose certificate it has is no matter here, and the
# City's own authority is often known to browsers alone. A proxy is for the internet, not for this machine.
_ANY_CERTIFICATE = ssl.create_default_context()
_ANY_CERTIFICATE.check_hostname = False
_ANY_CERTIFICATE.verify_mode = ssl.CERT_NONE
_DIRECT = urllib.request.build_opener(
    urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=_ANY_CERTIFICATE)
)
LOOKS = (Look("airflow", "Airflow", ask, judge, 15.0, needs_city=False),)
