"""What the DAG of the second copy does. Thin: each step is one call of the installation."""

from __future__ import annotations

import logging

from airflow.sdk.exceptions import AirflowSkipException

from paloverde.errors import ArchiveDamaged
from paloverde.installation import open_installation
from paloverde.orchestration.city_dags import settings_here
from paloverde.orchestration.nights import Summary

log = logging.getLogger(__name__)


def copy() -> Summary:
    """Write into the second copy what is not there yet; skipped where the settings name none."""
    settings = settings_here()
    if settings.second_store is None:
        raise AirflowSkipException("There is no second copy: PALOVERDE_SECOND_STORE is not set.")
    copied = open_installation(settings).copies.copy(lambda line: log.info("%s", line))
    log.info("%s", copied.sentence())
    if copied.failed:
        raise ArchiveDamaged(copied.sentence())
    return {"copied": copied.copied, "bytes": copied.size, "objects": copied.objects}
