"""Airflow for tests: a home of its own, made before anything imports Airflow; it reads its settings on import."""

from __future__ import annotations

import atexit
import os
import shutil
import sys
import tempfile
import warnings
from pathlib import Path

import pytest

if "airflow" in sys.modules:
    raise RuntimeError(
        "Airflow was imported before it had a home for tests: import orchestration.isolated first."
    )

REPOSITORY = Path(__file__).parents[2]
AIRFLOW_HOME = Path(tempfile.mkdtemp(prefix="paloverde-airflow-"))
atexit.register(shutil.rmtree, AIRFLOW_HOME, ignore_errors=True)

os.environ.update(
    AIRFLOW_HOME=str(AIRFLOW_HOME),
    AIRFLOW__CORE__DAGS_FOLDER=str(REPOSITORY / "dags"),
    AIRFLOW__CORE__PLUGINS_FOLDER=str(REPOSITORY / "plugins"),
    AIRFLOW__CORE__LOAD_EXAMPLES="False",
    AIRFLOW__CORE__UNIT_TEST_MODE="False",
    AIRFLOW__CORE__AUTH_MANAGER="paloverde.orchestration.auth.CityAuthManager",
    AIRFLOW__API_AUTH__JWT_SECRET="a secret that signs the tokens of these tests and nothing else, " * 2,
    AIRFLOW__API__ENABLE_SWAGGER_UI="False",  # as the demo and production have it
    AIRFLOW__API__SECRET_KEY="another secret of these tests",
)

# What Airflow and Starlette warn of while they are imported is theirs to mend; everything later is an error.
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import airflow.api_fastapi.app
    import airflow.sdk
    from fastapi.testclient import TestClient

# A DAG has several serialized versions once two tests have read it; one of Airflow's relations expects one.
AIRFLOWS_OWN_WARNINGS = pytest.mark.filterwarnings(
    "ignore::DeprecationWarning",
    "ignore::FutureWarning",
    "ignore::ResourceWarning",
    "ignore:Multiple rows returned with uselist=False:sqlalchemy.exc.SAWarning",
)

__all__ = ["AIRFLOWS_OWN_WARNINGS", "AIRFLOW_HOME", "REPOSITORY", "TestClient", "airflow"]
