"""Airflow for tests: a home of its own, made before anything imports Airflow; it reads its settings on import."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
import warnings
from pathlib import Path

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

__all__ = ["AIRFLOW_HOME", "REPOSITORY", "TestClient", "airflow"]
