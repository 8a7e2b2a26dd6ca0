from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from orchestration.city import city_home
from orchestration.isolated import AIRFLOW_HOME, REPOSITORY

__all__ = ["airflow_database", "bag", "city_home"]


@pytest.fixture(scope="session")
def airflow_database() -> Path:
    """Airflow's own database, made once for all tests of the session."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from airflow.utils.db import initdb  # noqa: PLC0415 - only the tests that need it wait for it

        initdb()
    return AIRFLOW_HOME


@pytest.fixture(scope="session")
def bag(airflow_database: Path) -> Iterator[Any]:
    """Every DAG of the project, read as Airflow's DAG processor reads them."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from airflow.dag_processing.dagbag import DagBag  # noqa: PLC0415

        yield DagBag(str(REPOSITORY / "dags"), bundle_name="dags-folder")
