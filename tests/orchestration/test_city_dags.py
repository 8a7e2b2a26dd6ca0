"""What a task takes of the city that its DAG is named for, where one Airflow serves many."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.sdk.execution_time.context import set_current_context

import orchestration.isolated  # noqa: F401 - sets Airflow's home before anything imports Airflow
from paloverde.errors import BadSetting, CredentialDead
from paloverde.installation import open_installation
from paloverde.orchestration.city_dags import settings_here, started_by
from paloverde.orchestration.steps import _token
from paloverde.records import Account
from paloverde.settings import load_city

SLUG = "x-palmaria"


@contextmanager
def task_of(dag_id: str, by: str | None = None) -> Iterator[None]:
    context: Any = {
        "dag": SimpleNamespace(dag_id=dag_id),
        "dag_run": SimpleNamespace(run_id="a-night", triggering_user_name=by),
    }
    with set_current_context(context):
        yield


@pytest.fixture
def county(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two cities with an account of the same name, of which one has a token."""
    folder = tmp_path / "cities"
    folder.mkdir(mode=0o700)
    monkeypatch.delenv("PALOVERDE_HOME", raising=False)  # of the one city that other tests sign in to
    monkeypatch.setenv("PALOVERDE_CITIES", str(folder))
    for city in ("losolivos", "palmaria"):
        file = folder / f"{city}.env"
        file.touch(mode=0o600)
        file.write_text(f"PALOVERDE_HOME={tmp_path / city}\n", encoding="utf-8")
    for city in ("losolivos", "palmaria"):
        there = open_installation(load_city(city, os.environ))
        there.register_account(Account(SLUG, "x", "1", "palmaria"))
    there.put_token(SLUG, "palmarias-own", "this test")
    return folder


def test_a_task_opens_the_city_that_its_dag_is_named_for(county: Path, tmp_path: Path) -> None:
    with task_of("losolivos.nightly_archive"):
        assert settings_here().home == tmp_path / "losolivos"
    with task_of("nightly_archive"), pytest.raises(LookupError):
        settings_here()


def test_whatever_command_the_environment_is_for(county: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PALOVERDE_CITY", "palmaria")
    with task_of("losolivos.nightly_archive"):
        assert settings_here().home.name == "losolivos"


def test_a_city_that_is_taken_away_while_its_dag_runs_is_opened_no_more(county: Path) -> None:
    with task_of("losolivos.nightly_archive"):
        (county / "losolivos.env").unlink()
        with pytest.raises(BadSetting, match="'losolivos' is none of them"):
            settings_here()


def test_no_connection_of_airflows_is_a_citys_token(county: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is named for the account, and both cities have one of that name."""
    monkeypatch.setenv("AIRFLOW_CONN_PALOVERDE_X_PALMARIA", '{"conn_type": "generic", "password": "whose"}')
    with task_of("losolivos.nightly_archive"), pytest.raises(CredentialDead) as refused:
        _token(SLUG)
    assert f"`paloverde --city losolivos accounts token {SLUG}`" in str(refused.value)
    with task_of("palmaria.nightly_archive"):
        assert _token(SLUG) is None, "the kept one is used"


def test_of_one_city_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PALOVERDE_HOME", str(tmp_path))
    monkeypatch.setenv("AIRFLOW_CONN_PALOVERDE_X_PALMARIA", '{"conn_type": "generic", "password": "ours"}')
    open_installation(settings_here()).register_account(Account(SLUG, "x", "1", "palmaria"))
    with task_of("nightly_archive"):
        assert _token(SLUG) == "ours"


def test_whoever_started_a_run_is_named_as_in_their_city() -> None:
    with task_of("palmaria.records_request", "Cleo Park (palmaria/cleo)"):
        assert started_by() == "Cleo Park (cleo)"
    with task_of("palmaria.records_request", "Nora Vance (nora)"):
        assert started_by() == "Nora Vance (nora), not of palmaria"
    with task_of("records_request", "Cleo Park (cleo)"):
        assert started_by() == "Cleo Park (cleo)"
    with task_of("palmaria.records_request"):
        assert started_by() == "the run a-night"
