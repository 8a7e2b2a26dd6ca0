"""The values for Airflow's Helm chart, held against what is proven: docker-compose.yaml, the image, the settings.

The chart itself is not here: that it renders these values is not shown by any of these tests.
"""

from __future__ import annotations

import re
from importlib.metadata import version
from pathlib import Path
from typing import Any

import yaml

from paloverde.settings import SETTINGS

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "ops" / "helm" / "values.yaml").read_text(encoding="utf-8")
VALUES: dict[str, Any] = yaml.safe_load(TEXT)
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yaml").read_text(encoding="utf-8"))
ENV: dict[str, str] = {one["name"]: one["value"] for one in VALUES["env"]}
# Each city's own, or said to the chart in another way.
ADDRESSES = {"PALOVERDE_S3_ENDPOINT", "AIRFLOW__API__BASE_URL", "PALOVERDE_AGENCY_NAME"}
GROWN = {"AIRFLOW__CORE__PARALLELISM"}
BY_THE_CHART = {
    "AIRFLOW__CORE__EXECUTOR",
    "AIRFLOW__CORE__EXECUTION_API_SERVER_URL",
    "AIRFLOW__CELERY__BROKER_URL_CMD",
    "AIRFLOW__CORE__FERNET_KEY_CMD",
    "AIRFLOW__API__SECRET_KEY_CMD",
    "AIRFLOW__API_AUTH__JWT_SECRET_CMD",
    "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN_CMD",
    "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN_ASYNC_CMD",
}


def test_every_setting_is_that_of_the_proven_installation() -> None:
    """What belongs to the edge, the desk, the links, backups and metrics is not; what is in .env is the city's."""
    proven = {
        name: value
        for name, value in COMPOSE["x-airflow"]["environment"].items()
        if not name.startswith(("OTEL_", "AIRFLOW__METRICS__"))
    }
    elsewhere = {
        "FORWARDED_ALLOW_IPS",
        "PALOVERDE_DESK_ADDRESS",
        "PALOVERDE_DELIVERY_ADDRESS",
        "PALOVERDE_BACKUP_FOLDER",
    }
    assert ENV.keys() - {"PALOVERDE_AGENCY_NAME"} == proven.keys() - BY_THE_CHART - elsewhere
    same = ENV.keys() - ADDRESSES - GROWN
    assert {name: ENV[name] for name in same} == {name: proven[name] for name in same}


def test_as_many_tasks_run_as_its_workers_take() -> None:
    workers = VALUES["workers"]["replicas"] * int(ENV["AIRFLOW__CELERY__WORKER_CONCURRENCY"])
    assert int(ENV["AIRFLOW__CORE__PARALLELISM"]) == workers


def test_no_secret_stands_in_it() -> None:
    secret = {setting.variable for setting in SETTINGS if setting.secret}
    assert ENV.keys() & secret == set()
    assert all(isinstance(one["value"], str) for one in VALUES["env"])
    named = [VALUES["data"]["metadataSecretName"], VALUES["data"]["brokerUrlSecretName"]]
    named += [VALUES[f"{one}SecretName"] for one in ("fernetKey", "apiSecretKey", "jwt")]
    assert all(name.startswith("paloverde-") for name in named)
    assert "://" not in re.sub(r"(s3|https)://[a-z0-9.-]+", "", TEXT)  # nor an address with a password


def test_every_secret_that_it_names_is_made_from_a_file_that_is_written() -> None:
    made = dict(re.findall(r"kubectl create secret generic (\S+) (.*)", TEXT))
    named = {VALUES["data"]["metadataSecretName"], VALUES["data"]["brokerUrlSecretName"]}
    named |= {VALUES[f"{one}SecretName"] for one in ("fernetKey", "apiSecretKey", "jwt")}
    named |= {volume["secret"]["secretName"] for volume in VALUES["volumes"] if "secret" in volume}
    assert made.keys() == named
    files = set(re.findall(r"secrets/(\w+)", " ".join(made.values())))
    assert files <= COMPOSE["secrets"].keys()
    read = {Path(value).name for name, value in ENV.items() if name.endswith("_FILE")}
    assert read == set(re.findall(r"secrets/(\w+)", made["paloverde-files"]))


def test_pods_run_as_the_user_of_the_image_and_without_rights() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    user = int(re.findall(r"useradd --uid (\d+)", dockerfile)[0])
    pod, container = VALUES["securityContexts"]["pod"], VALUES["securityContexts"]["containers"]
    assert VALUES["uid"] == pod["runAsUser"] == user
    assert pod["runAsNonRoot"] is True
    assert container == {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}
    assert f"AIRFLOW_HOME={VALUES['airflowHome']}" in dockerfile


def test_its_airflow_is_the_locked_one() -> None:
    assert VALUES["airflowVersion"] == version("apache-airflow")
    assert f"paloverde:{VALUES['defaultAirflowTag']}" == COMPOSE["x-airflow"]["image"]


def test_it_says_that_nobody_has_run_it() -> None:
    assert "chart has NOT rendered it and no cluster has run it" in " ".join(TEXT.replace("#", "").split())
