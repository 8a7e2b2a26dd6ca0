"""The step of the DAG that publishes the Iceberg tables, for cities that want them."""

from __future__ import annotations

import logging

from airflow.sdk.exceptions import AirflowSkipException

from paloverde.installation import open_installation
from paloverde.installation.lake import Lake
from paloverde.orchestration.city_dags import settings_here
from paloverde.orchestration.nights import Summary

log = logging.getLogger(__name__)


def publish_lake() -> Summary:
    """Add to the tables what was sealed since; skipped where the settings name no place for them."""
    settings = settings_here()
    if settings.lake is None:
        raise AirflowSkipException("No Iceberg tables are wanted: PALOVERDE_LAKE is not set.")
    tables = Lake(settings, open_installation(settings).archive).publish(_say)
    for table in tables:
        log.info("%s", table.sentence())
    return {table.role.value: table.holds.rows for table in tables}


def _say(line: str) -> None:
    log.info("%s", line)
