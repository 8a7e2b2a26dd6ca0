"""Who signs in where one Airflow serves many cities, and what they may do there."""

from __future__ import annotations

from pathlib import Path

import pytest

import orchestration.isolated  # noqa: F401 - sets Airflow's home before anything imports Airflow
from paloverde.desk.passwords import Choice, Unfit
from paloverde.desk.people import People, Role, people_of_all
from paloverde.installation import open_installation
from paloverde.orchestration.cities import dag_id_of, known_in, told_apart
from paloverde.orchestration.residents import Residents, change_of, city_and_username, name_in
from paloverde.orchestration.residents import residents as residents_of_here
from paloverde.orchestration.roles import ALL_DAGS, RIGHTS, Dag
from paloverde.records import Account
from paloverde.settings import load

PASSWORD = "a long sentence for tests"
OWN = "seven herons by the pond"
CITIES = ("losolivos", "palmaria")


@pytest.fixture
def residents(tmp_path: Path) -> Residents:
    by_city = {city: People(tmp_path / f"{city}.json") for city in CITIES}
    by_city["palmaria"].put("cleo", "Cleo Park", Role.CLERK, PASSWORD)
    of_all = People(tmp_path / "all.json")
    of_all.put("nora", "Nora Vance", Role.IT, PASSWORD)
    of_all.put("cy", "Cy Ortiz", Role.CLERK, PASSWORD)
    return Residents(of_all, by_city, lambda: CITIES)


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


@pytest.fixture
def county(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of two cities, each with a clerk of the same name, and Nora, who sees to both."""
    folder = tmp_path / "cities"
    folder.mkdir(mode=0o700)
    for city in CITIES:
        lines = (f"PALOVERDE_HOME={tmp_path / city}", f"PALOVERDE_AGENCY_NAME=City of {city.title()}")
        (folder / f"{city}.env").write_text("\n".join(lines) + "\n")
        (folder / f"{city}.env").chmod(0o600)
        People(tmp_path / city / "users.json").put("cleo", "Cleo Park", Role.CLERK, PASSWORD, temporary=True)
    people_of_all(folder).put("nora", "Nora Vance", Role.IT, PASSWORD, temporary=True)
    monkeypatch.delenv("PALOVERDE_HOME", raising=False)  # of the one city that other tests sign in to
    monkeypatch.setenv("PALOVERDE_CITIES", str(folder))
    return folder


def test_a_password_is_changed_in_ones_own_city_alone_and_its_ledger_tells_of_it(
    county: Path, tmp_path: Path
) -> None:
    given = {"PALOVERDE_HOME": str(tmp_path / "palmaria"), "PALOVERDE_AGENCY_NAME": "City of Palmaria"}
    open_installation(load(given)).register_account(Account("x-palmaria", "x", "1", "palmaria"))
    who = residents_of_here().check("palmaria/cleo", PASSWORD)
    assert who is not None
    changed = change_of(who, Choice(PASSWORD, OWN, OWN))
    assert (changed.username, changed.temporary) == ("palmaria/cleo", False)
    assert residents_of_here().check("palmaria/cleo", OWN) == changed
    assert residents_of_here().check("losolivos/cleo", OWN) is None
    assert residents_of_here().check("losolivos/cleo", PASSWORD) is not None
    events = [one.event for one in open_installation(load(given)).ledger.entries()]
    assert [(one.actor, one.about["username"]) for one in events if one.what == "password changed"] == [
        ("Cleo Park, clerk, desk (cleo)", "cleo")
    ]
    assert not (tmp_path / "losolivos" / "archive").exists()


def test_the_name_that_counts_for_nothing_is_that_of_ones_own_city(county: Path) -> None:
    weak = "losolivos 7 herons"
    for name, is_taken in (("palmaria/cleo", True), ("losolivos/cleo", False)):
        who = residents_of_here().check(name, PASSWORD)
        assert who is not None
        if is_taken:
            assert not change_of(who, Choice(PASSWORD, weak, weak)).temporary
        else:
            with pytest.raises(Unfit, match="the City’s name"):
                change_of(who, Choice(PASSWORD, weak, weak))


def test_whoever_sees_to_all_cities_changes_theirs_in_the_folder_of_the_cities(
    county: Path, tmp_path: Path
) -> None:
    who = residents_of_here().check("nora", PASSWORD)
    assert who is not None
    assert change_of(who, Choice(PASSWORD, OWN, OWN)).username == "nora"
    assert people_of_all(county).check("nora", OWN)
    assert sorted(path.name for path in (tmp_path / "palmaria").iterdir()) == [
        "users.json",
        "users.json.lock",
    ]


def test_with_a_city_that_is_taken_away_its_people_go(residents: Residents) -> None:
    served = list(CITIES)
    there = Residents(residents._of_all, residents._by_city, lambda: served)
    assert there.find("palmaria/cleo") is not None
    served.remove("palmaria")
    assert there.find("palmaria/cleo") is None
    assert there.check("palmaria/cleo", PASSWORD) is None
    assert there.find("nora") is not None


def test_a_city_knows_its_own_people_by_their_own_names(residents: Residents) -> None:
    """As a request's file and the ledger name them; a namesake who is not of the city is nobody of it."""
    cleo, nora = residents.find("palmaria/cleo"), residents.find("nora")
    assert cleo is not None
    assert nora is not None
    assert known_in("palmaria", cleo.in_full) == "Cleo Park (cleo)"
    assert known_in("losolivos", cleo.in_full) == "Cleo Park (palmaria/cleo), not of losolivos"
    assert known_in("palmaria", nora.in_full) == "Nora Vance (nora), not of palmaria"
    assert known_in(None, "Cleo Park (cleo)") == "Cleo Park (cleo)"


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
