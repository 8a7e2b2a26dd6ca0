"""The step of the DAG that watches what the policy asks beside an archive."""

from __future__ import annotations

import logging
import os

from paloverde.installation import open_installation
from paloverde.orchestration.nights import Summary
from paloverde.settings import load

log = logging.getLogger(__name__)


def watch_policy() -> Summary:
    """Show the checks what was sealed since the last round; red where a check failed.

    The counts of findings go into the log and the ledger, and nothing of what was found.
    """
    done = open_installation(load(os.environ)).watch.round(_say)
    log.info("%s", done.sentence())
    done.settle()
    return {"runs": done.runs, "versions": done.versions, "found": done.found, "ended": done.ended}


def _say(line: str) -> None:
    log.info("%s", line)
