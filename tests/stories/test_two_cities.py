"""Two cities in one installation, on one real Airflow: each archives itself, and neither reaches the other.

Their accounts have the same names on purpose: whatever crosses from one to the other would be found there.
"""

from __future__ import annotations

import json
import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from urllib.parse import quote

import pytest

from orchestration.isolated import REPOSITORY
from paloverde import open_archive
from paloverde.desk.people import Role, generate_password, people_of_all
from paloverde.errors import PersonNeeded
from paloverde.installation import Installation, open_installation
from paloverde.orchestration import airflow_parts
from paloverde.orchestration.airflow_rest import STARTED_BY, Airflow, mark_of
from paloverde.orchestration.demo import start
from paloverde.orchestration.sites import pools
from paloverde.orchestration.staging import LOOPBACK, SignIn, Sites, free_port, move_in, wait_until
from paloverde.orchestration.supervise import Part, Supervised
from paloverde.records import archive_day
from paloverde.requests.events import Received, Searched
from paloverde.retention.holds import By
from paloverde.settings import load

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

PALMARIA, LOSOLIVOS = "palmaria", "losolivos"
OTHER = {PALMARIA: LOSOLIVOS, LOSOLIVOS: PALMARIA}
SEEDS = {PALMARIA: 11, LOSOLIVOS: 12}
NIGHT = {"logical_date": None}


@dataclass(frozen=True)
class County:
    """One Airflow, its two cities with their settings and people, and IT, who sees to both."""

    folder: Path
    environs: dict[str, dict[str, str]]
    sign_ins: dict[str, dict[Role, SignIn]]
    airflow: Airflow
    it: Airflow

    def somebody(self, city: str, role: Role) -> Airflow:
        who = self.sign_ins[city][role]
        return self.airflow.signed_in(f"{city}/{who.username}", who.password)

    def installation(self, city: str) -> Installation:
        return open_installation(load(self.environs[city]))

    def paloverde(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "paloverde.cli", *words],
            env=airflow_parts.bare_environment() | {"PALOVERDE_CITIES": str(self.folder)},
            capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Iterator[County]:
    home = tmp_path_factory.mktemp("county")
    folder, secret = home / "cities", secrets.token_hex(16)
    folder.mkdir(mode=0o700)
    with ExitStack() as everything, pytest.MonkeyPatch.context() as here:
        here.chdir(REPOSITORY)
        environs, sign_ins = {}, {}
        for city in SEEDS:
            sites = everything.enter_context(_sites_of(city, home))
            environs[city] = {"PALOVERDE_HOME": str(home / city), **sites.settings()}
            lines = [f"{name}={value}" for name, value in environs[city].items()]
            airflow_parts.write_private(folder / f"{city}.env", "\n".join(["# its own", *lines, ""]))
            sign_ins[city] = move_in(home / city, environs[city], sites.accounts())
        password, port = generate_password(), free_port()
        people_of_all(folder).put("nora", "Nora Vance", Role.IT, password)
        ours = {"PALOVERDE_CITIES": str(folder), STARTED_BY: secret}
        environ = airflow_parts.environment(home / "airflow", REPOSITORY, port, ours)
        airflow_parts.migrate(environ, home / "migrate.log")
        airflow = Airflow(f"http://{LOOPBACK}:{port}", mark_of(secret))
        parts = Supervised(home / "parts", airflow_parts.parts(), environ)
        assert start(airflow, parts, everything, print)
        it = airflow.signed_in("nora", password)
        here.setenv("PALOVERDE_CITIES", str(folder))
        for pool in pools():
            it.post("/pools", pool)
        here.delenv("PALOVERDE_CITIES")
        there = County(folder, environs, sign_ins, airflow, it)
        _archive_a_night(there)
        yield there


class _sites_of:  # noqa: N801 - a context, named as it reads
    """The simulated sites of one city."""

    def __init__(self, city: str, home: Path) -> None:
        self.port = free_port()
        command = [sys.executable, "-m", "paloverde.simulator.server", "--port", str(self.port)]
        part = Part("sites", [*command, "--seed", str(SEEDS[city]), "--scale", "0.1"])
        self.up = Supervised(home / f"sites-{city}", [part], airflow_parts.bare_environment())

    def __enter__(self) -> Sites:
        sites = Sites(self.port)
        sites.wait(self.up.__enter__())
        return sites

    def __exit__(self, *trouble: object) -> None:
        self.up.__exit__(*trouble)


def _archive_a_night(county: County) -> None:
    """Airflow runs each city's own DAG."""
    wanted = {f"{city}.nightly_archive" for city in SEEDS}
    wait_until(
        lambda: wanted <= {dag["dag_id"] for dag in county.it.get("/dags?limit=200")["dags"]},
        90,
        lambda: f"Airflow did not read the DAGs: {county.it.get('/importErrors')['import_errors']}",
    )
    for dag in sorted(wanted):
        county.it.patch(f"/dags/{dag}", {"is_paused": False})
        county.it.post(f"/dags/{dag}/dagRuns", {**NIGHT, "dag_run_id": "a-night"})
    for dag in sorted(wanted):
        assert county.it.wait_for_run(dag, "a-night", 240, print) == "success"


def _ids(city: Installation) -> set[str]:
    """Of everything public in a city's archive."""
    with open_archive(city.settings.home) as archive:
        return set(archive.search("*").to_arrow().column("native_id").to_pylist())


def test_each_night_is_sealed_in_its_own_citys_archive(county: County) -> None:
    here, there = county.installation(PALMARIA), county.installation(LOSOLIVOS)
    assert {night.account for night in here.last_nights()} == {night.account for night in there.last_nights()}
    mine, theirs = _ids(here), _ids(there)
    assert min(len(mine), len(theirs)) > 100
    assert not mine & theirs


def test_people_see_the_dags_of_their_own_city(county: County) -> None:
    for city in SEEDS:
        for role in (Role.CLERK, Role.COUNSEL, Role.IT):
            person = county.somebody(city, role)
            seen = {dag["dag_id"] for dag in person.get("/dags?limit=200")["dags"]}
            assert seen, role
            assert {name.partition(".")[0] for name in seen} == {city}
    every = {dag["dag_id"].partition(".")[0] for dag in county.it.get("/dags?limit=200")["dags"]}
    assert every == set(SEEDS)


@pytest.mark.parametrize("role", [Role.CLERK, Role.IT, Role.COUNSEL])
def test_nothing_of_another_citys_night_opens(county: County, role: Role) -> None:
    person, run = county.somebody(PALMARIA, role), f"/dags/{LOSOLIVOS}.nightly_archive/dagRuns/a-night"
    for path in (
        f"/dags/{LOSOLIVOS}.nightly_archive",
        run,
        f"{run}/taskInstances",
        f"{run}/taskInstances/report/logs/1",
        f"{run}/taskInstances/report/xcomEntries",
        f"/dagSources/{LOSOLIVOS}.nightly_archive",
    ):
        assert person.status("GET", f"/api/v2{path}") == 403, path
    assert person.status("POST", f"/api/v2/dags/{LOSOLIVOS}.nightly_archive/dagRuns", NIGHT) == 403
    assert person.status("POST", f"/api/v2/dags/{LOSOLIVOS}.records_request/dagRuns", NIGHT) == 403
    assert person.status("PATCH", f"/api/v2/dags/{LOSOLIVOS}.nightly_archive", {"is_paused": True}) == 403
    listed = person.get("/dags/~/dagRuns?limit=100")["dag_runs"]
    assert {one["dag_id"].partition(".")[0] for one in listed} <= {PALMARIA}


def test_what_was_caught_up_of_another_city_is_not_listed(county: County) -> None:
    """Airflow asks its rights about the DAG of a body, and lists the backfills of the one in the address."""
    theirs, ours = f"{LOSOLIVOS}.nightly_archive", {"dag_id": f"{PALMARIA}.nightly_archive"}
    person, path = county.somebody(PALMARIA, Role.IT), f"/api/v2/backfills?dag_id={theirs}"
    assert person.status("GET", path) == 403
    assert person.status("GET", path, ours) == 400
    assert person.status("GET", f"/api/v2/backfills?dag_id={ours['dag_id']}") == 200


def test_what_belongs_to_the_whole_machine_is_its_its_own(county: County) -> None:
    citys_it = county.somebody(PALMARIA, Role.IT)
    for path in ("/pools", "/connections", "/variables", "/eventLogs", "/importErrors"):
        assert citys_it.status("GET", f"/api/v2{path}") == 403, path
        assert county.it.status("GET", f"/api/v2{path}") == 200, path


def test_the_desk_shows_everybody_their_own_records(county: County) -> None:
    mine, theirs = _ids(county.installation(PALMARIA)), _ids(county.installation(LOSOLIVOS))
    clerk = county.somebody(PALMARIA, Role.CLERK)
    page = unescape(clerk.page("/paloverde/search?q=*"))
    assert any(f"id={quote(one, safe='')}" in page or f"id={one}" in page for one in mine)
    assert not any(f"id={one}" in page for one in theirs)
    for account in county.installation(LOSOLIVOS).accounts():
        for one in sorted(theirs)[:5]:
            asked = f"account={account.slug}&kind=post&id={quote(one, safe='')}"
            assert clerk.status("GET", f"/paloverde/record?{asked}") == 404


def test_it_of_all_cities_has_no_desk(county: County) -> None:
    assert county.it.status("GET", "/paloverde/search?q=*") in (401, 403)


def test_a_request_is_answered_from_its_own_citys_archive(county: County) -> None:
    """By Airflow, with a bundle in the city's own home that holds none of the other's records."""
    clerk, dag = county.somebody(LOSOLIVOS, Role.CLERK), f"{LOSOLIVOS}.records_request"
    county.it.patch(f"/dags/{dag}", {"is_paused": False})
    by = By("Cleo Park", "clerk", "this test")
    now = datetime.now(UTC)
    received = Received(by=by, at=now, number="", channel="email", text="All", received_on=archive_day(now))
    number = county.installation(LOSOLIVOS).requests.receive(received).number
    asked = {"request_number": number, "words": "*"}
    clerk.post(f"/dags/{dag}/dagRuns", {**NIGHT, "dag_run_id": "asked", "conf": asked})
    assert clerk.wait_for_run(dag, "asked", 240, print) == "success"
    (search,) = county.installation(LOSOLIVOS).requests.get(number).all(Searched)
    assert search.by.username == county.sign_ins[LOSOLIVOS][Role.CLERK].username
    (bundle,) = (county.installation(LOSOLIVOS).settings.home / "bundles").glob("*.zip")
    assert not (county.installation(PALMARIA).settings.home / "bundles").exists()
    told = subprocess.run(
        [sys.executable, "-m", "zipfile", "-l", str(bundle)], capture_output=True, text=True, check=True
    )
    assert "records" in told.stdout


def test_a_password_opens_its_own_city_alone(county: County) -> None:
    who = county.sign_ins[PALMARIA][Role.CLERK]
    for name in (f"{LOSOLIVOS}/{who.username}", who.username, f"nowhere/{who.username}", f"/{who.username}"):
        with pytest.raises(PersonNeeded, match="401"):
            county.airflow.signed_in(name, who.password)


def test_a_command_says_which_city_it_means(county: County) -> None:
    unsaid = county.paloverde("accounts")
    assert unsaid.returncode == 1
    assert "put `--city losolivos` behind `paloverde`" in unsaid.stderr
    said = county.paloverde("--city", PALMARIA, "search", "*", "--json")
    assert said.returncode == 0, said.stderr
    found = {json.loads(line)["native_id"] for line in said.stdout.splitlines() if line.startswith("{")}
    assert not found & _ids(county.installation(LOSOLIVOS))
    strange = county.paloverde("--city", "vista", "accounts")
    assert "'vista' is none of them" in strange.stderr
