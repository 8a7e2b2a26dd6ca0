"""The kept tokens as Airflow connections: for the City's own DAGs, whoever writes them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import orchestration.isolated  # noqa: F401 - sets Airflow's home before anything imports Airflow
from paloverde.installation import Installation, open_installation
from paloverde.orchestration.airflow_parts import environment
from paloverde.orchestration.secrets_backend import CityBackend
from paloverde.records import Account
from paloverde.settings import load

SLUG, OTHER = "x-palm-aria", "facebook-palmaria"
TOKEN = "the-token-of-palm-aria"


@pytest.fixture
def city(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Installation:
    monkeypatch.setenv("PALOVERDE_HOME", str(tmp_path))
    city = open_installation(load(os.environ))
    city.register_account(Account(SLUG, "x", "1", "palmaria"))
    city.register_account(Account(OTHER, "facebook", "2", "palmaria"))
    city.put_token(SLUG, TOKEN, "this test")
    return city


def test_a_kept_token_is_the_password_of_its_connection(city: Installation) -> None:
    connection = CityBackend().get_connection("paloverde_x_palm_aria")
    assert (connection.password, connection.conn_type) == (TOKEN, "generic")


def test_what_is_not_kept_here_is_left_to_airflows_own_places(city: Installation) -> None:
    backend = CityBackend()
    assert backend.get_connection("paloverde_facebook_palmaria") is None
    assert backend.get_connection("paloverde_nobody") is None
    assert backend.get_connection("aws_default") is None
    assert backend.get_variable("anything") is None
    assert backend.get_config("anything") is None


def test_other_connections_open_no_archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PALOVERDE_HOME", str(tmp_path / "nowhere"))
    assert CityBackend().get_connection("aws_default") is None
    assert not (tmp_path / "nowhere").exists()


ASKS = """
from airflow.sdk import Connection
print(Connection.get("paloverde_x_palm_aria").password == "the-token-of-palm-aria")
print(Connection.get("paloverde_facebook_palmaria").password == "put-into-airflow")
"""


def test_airflow_itself_asks_the_city_first_and_then_its_environment(
    city: Installation, tmp_path: Path
) -> None:
    """A process of its own, with the settings of the demo: Airflow reads its backends only once."""
    environ = environment(tmp_path / "airflow", tmp_path, 8080, {"PALOVERDE_HOME": str(tmp_path)})
    environ["AIRFLOW_CONN_PALOVERDE_FACEBOOK_PALMARIA"] = (
        '{"conn_type": "generic", "password": "put-into-airflow"}'
    )
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", ASKS], env=environ, capture_output=True, text=True, check=False
    )
    assert done.stdout.split()[-2:] == ["True", "True"], done.stderr[-2000:]
    assert TOKEN not in done.stderr
