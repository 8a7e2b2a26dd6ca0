"""Airflow as the doctor sees it, over the database that Airflow itself has made."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from sqlalchemy import create_engine, text

from paloverde.alarms.here import Place
from paloverde.alarms.line import Level
from paloverde.errors import Unreachable
from paloverde.orchestration import airflow_seen
from paloverde.orchestration.airflow_seen import Seen, ask, database_of, judge
from paloverde.orchestration.roles import Dag
from paloverde.settings import load
from postoffice import certificate

NOW = datetime(2026, 11, 23, 18, tzinfo=UTC)
WANTED = airflow_seen._wanted()
WELL = Seen(
    dict.fromkeys(airflow_seen._PARTS, NOW),
    WANTED.pools,
    dict.fromkeys(WANTED.dags, False),
    0,
    "",
    NOW,
    WANTED,
)


def levels(seen: Seen | None) -> dict[str, Level]:
    return {line.key: line.level for line in judge(seen) if line.level is not Level.OK}


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(load({"PALOVERDE_HOME": str(tmp_path)}), NOW)


def test_a_whole_airflow_is_well_and_so_is_none() -> None:
    assert levels(WELL) == levels(None) == {}


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        (WELL._replace(beats={**WELL.beats, "SchedulerJob": NOW - timedelta(minutes=5)}), {"airflow scheduler": Level.BAD}),
        (WELL._replace(beats={"SchedulerJob": NOW, "DagProcessorJob": NOW}), {"airflow triggerer": Level.WARN}),
        (WELL._replace(web="nobody answers there"), {"airflow web": Level.BAD}),
        (WELL._replace(pools=frozenset()), {"airflow pools": Level.BAD}),
        (WELL._replace(unread=1), {"airflow dags": Level.BAD}),
        (WELL._replace(paused={Dag.NIGHTLY: False}), {"airflow dags": Level.BAD}),
        (WELL._replace(paused={**WELL.paused, Dag.DISPOSITION: True}), {"airflow paused": Level.WARN}),
        (WELL._replace(paused={**WELL.paused, Dag.NIGHTLY: True}), {"airflow paused": Level.BAD}),
    ],
)  # fmt: skip
def test_each_thing_that_stops_the_nights_is_told_of(seen: Seen, expected: dict[str, Level]) -> None:
    assert levels(seen) == expected


@pytest.fixture
def database(airflow_database: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Airflow's database with a scheduler that lives, a pool and two DAGs, as Airflow writes them."""
    address = f"sqlite:///{airflow_database / 'airflow.db'}"
    monkeypatch.setenv("AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", address)
    monkeypatch.delenv("AIRFLOW__API__BASE_URL", raising=False)
    from airflow.jobs.job import Job  # noqa: PLC0415 - Airflow's database is there now
    from airflow.models import Pool  # noqa: PLC0415
    from airflow.utils.session import create_session  # noqa: PLC0415

    with create_session() as session:
        session.add(Job(job_type="SchedulerJob", state="running", latest_heartbeat=NOW))
        session.add(Pool(pool="site_seen", slots=2, include_deferred=False))
        session.flush()
    yield address
    with create_engine(address).begin() as connection:
        connection.execute(text("DELETE FROM job"))
        connection.execute(text("DELETE FROM slot_pool WHERE pool = 'site_seen'"))


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning", "ignore::ResourceWarning")
def test_airflow_s_own_database_is_read_as_airflow_wrote_it(database: str, place: Place) -> None:
    seen = ask(place)
    assert seen is not None
    assert seen.beats == {"SchedulerJob": NOW}
    assert {"default_pool", "site_seen"} <= seen.pools
    assert seen.web is None
    told = levels(seen)
    assert "airflow scheduler" not in told
    assert told["airflow dag-processor"] is Level.BAD


class Health(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/api/v2/monitor/health" else 404)
        self.end_headers()

    def log_request(self, code: object = "-", size: object = "-") -> None:
        """Nothing on the terminal."""


def test_a_web_server_under_the_citys_own_authority_is_seen_to_answer(tmp_path: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate(tmp_path))
    with ThreadingHTTPServer(("127.0.0.1", 0), Health) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        Thread(target=server.serve_forever, daemon=True).start()
        assert airflow_seen._web(f"https://localhost:{server.server_port}") == ""
        assert airflow_seen._web(f"https://localhost:{server.server_port}/elsewhere/") == "it answers 404"
        server.shutdown()
    assert airflow_seen._web(f"https://localhost:{server.server_port}") == "nobody answers there"


def test_a_database_that_is_none_is_refused_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: Place
) -> None:
    monkeypatch.setenv("AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", f"sqlite:///{tmp_path / 'none.db'}")
    with pytest.raises(Unreachable, match="airflow db migrate"):
        ask(place)


def test_the_database_is_found_where_airflow_finds_it(tmp_path: Path) -> None:
    name = "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"
    assert database_of({}) is None
    assert database_of({name: "sqlite:////a.db", "AIRFLOW_HOME": "/b"}) == "sqlite:////a.db"
    assert database_of({f"{name}_CMD": "echo sqlite:////c.db"}) == "sqlite:////c.db"
    assert database_of({"AIRFLOW_HOME": str(tmp_path)}) == f"sqlite:///{tmp_path}/airflow.db"
    (tmp_path / "airflow.cfg").write_text("[database]\nsql_alchemy_conn = sqlite:////d%2F.db\n")
    assert database_of({"AIRFLOW_HOME": str(tmp_path)}) == "sqlite:////d%2F.db"
    with pytest.raises(Unreachable, match="run it by hand"):
        database_of({f"{name}_CMD": "false"})


def test_of_many_cities_one_is_told_of_its_own_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is paused in another city is nothing for its mail."""
    for city in ("losolivos", "palmaria"):
        (tmp_path / f"{city}.env").write_text(f"PALOVERDE_HOME={tmp_path}/{city}", encoding="utf-8")
    monkeypatch.setenv("PALOVERDE_CITIES", str(tmp_path))
    monkeypatch.setenv("PALOVERDE_CITY", "palmaria")
    wanted = airflow_seen._wanted()
    assert wanted.vital == {"palmaria.nightly_archive"}
    assert {name.partition(".")[0] for name in wanted.dags | wanted.pools} == {"palmaria"}
    paused = {**dict.fromkeys(wanted.dags, False), "losolivos.nightly_archive": True}
    seen = WELL._replace(wanted=wanted, pools=wanted.pools, paused=paused)
    assert levels(seen) == {}
    assert "losolivos" not in str(
        list(judge(seen._replace(pools=frozenset(), paused={"losolivos.alerts": True})))
    )
