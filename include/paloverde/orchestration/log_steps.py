"""What the DAG of the ledger's log does. Thin: the step is one call of the installation."""

from __future__ import annotations

import logging
import os

from paloverde.installation import open_installation
from paloverde.orchestration.nights import Summary
from paloverde.settings import load

log = logging.getLogger(__name__)


def publish_head() -> Summary:
    """Publish the ledger: a signed head, its timestamps, its witnesses; fails where one of them did not."""
    publication = open_installation(load(os.environ)).log.publish()
    for sentence in publication.sentences:
        log.info("%s", sentence)
    for trouble in publication.troubles:
        log.warning("%s", trouble)
    publication.raise_the_worst()
    head = publication.published.head
    return {"entries": 0 if head is None else head.size, "new": publication.published.new}
