"""The step of the DAG that keeps the search index beside the archive."""

from __future__ import annotations

import logging

from paloverde.installation import open_installation
from paloverde.orchestration.city_dags import settings_here
from paloverde.orchestration.nights import Summary

log = logging.getLogger(__name__)


def refresh_index() -> Summary:
    """Add to the search index what was sealed since, and write out of it what was destroyed."""
    done = open_installation(settings_here()).index.refresh(_say)
    log.info("%s", done.sentence())
    return {"added": done.added, "records": done.records, "gone": done.gone, "segments": done.segments}


def _say(line: str) -> None:
    log.info("%s", line)
