"""Who signs in where one Airflow serves many cities, and what they may do there."""

from __future__ import annotations

from pathlib import Path

import pytest

import orchestration.isolated  # noqa: F401 - sets Airflow's home before anything imports Airflow
from paloverde.desk.people import People, Role
from paloverde.orchestration.cities import dag_id_of, told_apart
from paloverde.orchestration.residents import Residents, city_and_username, name_in
from paloverde.orchestration.roles import ALL_DAGS, RIGHTS, Dag

PASSWORD = "a long sentence for tests"
CITIES = ("losolivos", "palmaria")


@pytest.fixture
def residents(tmp_path: Path) -> Residents:
    by_city = {city: People(tmp_path / f"{city}.json") for city in CITIES}
    by_city["palmaria"].put("cleo", "Cleo Park", Role.CLERK, PASSWORD)
    of_all = People(tmp_path / "all.json")
    of_all.put("nora", "Nora Vance", Role.IT, PASSWORD)
    of_all.put("cy", "Cy Ortiz", Role.CLERK, PASSWORD)
    return Residents(of_all, by_city)


def test_somebody_is_found_in_their_own_city_alone(residents: Residents) -> None:
    person = residents.check("palmaria/cleo", PASSWORD)
    assert person is not None
    assert (person.username, person.name) == ("palmaria/cleo", "Cleo Park")
    assert residents.find("palmaria/cleo") == person
    for name in ("losolivos/cleo", "cleo", "/cleo", "palmaria/", "vista/cleo", "palmaria/palmaria/cleo", ""):
        assert residents.find(name) is None, name
        assert residents.check(name, PASSWORD) is None, name
    assert residents.check("palmaria/cleo", "another long sentence") is None


def test_whoever_sees_to_all_cities_is_of_it_or_an_auditor(residents: Residents) -> None:
    assert residents.find("nora") is not None
    assert residents.find("palmaria/nora") is None
    assert residents.find("cy") is None, "no clerk is the clerk of all cities"


def test_names_come_apart_as_they_were_put_together() -> None:
    for city in (None, *CITIES):
        assert city_and_username(name_in(city, "cleo")) == (city, "cleo")
        for dag in ALL_DAGS:
            assert told_apart(dag_id_of(dag, city)) == (city, dag)


@pytest.mark.parametrize("role", Role)
def test_the_rights_of_one_city_reach_no_other(role: Role) -> None:
    rights = RIGHTS[role].in_city("palmaria")
    for dag in ALL_DAGS:
        for part in ("DAG", "RUN", "TASK_INSTANCE", "TASK_LOGS", "XCOM", "CODE", "HITL_DETAIL"):
            for method in ("GET", "POST", "PUT", "DELETE"):
                mine = rights.on_dag(method, part, f"palmaria.{dag}")
                assert mine == RIGHTS[role].on_dag(method, part, dag)
                assert not rights.on_dag(method, part, f"losolivos.{dag}")
                assert not rights.on_dag(method, part, dag)
    assert not rights.things
    assert not rights.on_dag("GET", "AUDIT_LOG", f"palmaria.{Dag.NIGHTLY}")
    assert not rights.on_dag("PUT", "RUN", None), "a change of many at once would be one of other cities, too"


def test_it_of_all_cities_mends_the_nights_of_each() -> None:
    rights = RIGHTS[Role.IT].in_all(CITIES)
    assert all(rights.on_dag("PUT", "TASK_INSTANCE", f"{city}.nightly_archive") for city in CITIES)
    assert not rights.on_dag("PUT", "TASK_INSTANCE", "vista.nightly_archive")
    assert rights.things == RIGHTS[Role.IT].things
