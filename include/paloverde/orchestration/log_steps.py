"""What the DAG of the ledger's log does. Thin: the step is one call of the installation."""

from __future__ import annotations

import logging

from airflow.sdk.exceptions import AirflowSkipException

from paloverde.installation import open_installation
from paloverde.installation.log import UNNAMED
from paloverde.orchestration.city_dags import settings_here
from paloverde.orchestration.nights import Summary

log = logging.getLogger(__name__)


def publish_head() -> Summary:
    """Publish the ledger: a signed head, its timestamps, its witnesses; fails where one of them did not.

    Skipped, with a warning, where the log has no name yet: it bears its first one for good.
    """
    city = open_installation(settings_here())
    if city.log.is_unnamed:
        log.warning("%s", UNNAMED)
        raise AirflowSkipException(UNNAMED)
    publication = city.log.publish()
    for sentence in publication.sentences:
        log.info("%s", sentence)
    for trouble in publication.troubles:
        log.warning("%s", trouble)
    publication.raise_the_worst()
    head = publication.published.head
    return {"entries": 0 if head is None else head.size, "new": publication.published.new}
