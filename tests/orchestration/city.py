"""A city of tests: its home, and one person of each role who may sign in there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import orchestration.isolated  # noqa: F401 - sets Airflow's home before anything imports Airflow
from paloverde.desk.people import People, Role
from paloverde.installation import open_installation
from paloverde.settings import load

PASSWORD = "a long sentence for tests"


@pytest.fixture(scope="session")
def city_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The home of a city's empty archive, as the environment names it; one person of each role may sign in."""
    home = tmp_path_factory.mktemp("city")
    open_installation(load({"PALOVERDE_HOME": str(home)}))
    people = People(home / "users.json")
    for role in Role:
        people.put(role.value, f"The {role.value}", role, PASSWORD)
    with pytest.MonkeyPatch.context() as environ:
        environ.setenv("PALOVERDE_HOME", str(home))
        yield home
