"""The steps of the DAG that keeps holds: reconcile, and say who is to be reminded."""

from __future__ import annotations

import logging
import os

from paloverde.installation import open_installation
from paloverde.orchestration.nights import Summary
from paloverde.settings import load

log = logging.getLogger(__name__)


def reconcile() -> Summary:
    """Let join what new runs brought, and see that every object that a hold keeps bears its legal hold."""
    done = open_installation(load(os.environ)).holds.reconcile(say=_say)
    done.settle()
    marked = done.marked
    return {
        "objects": marked.objects,
        "bearing": marked.bearing,
        "placed": marked.placed,
        "freed": done.lifted,
    }


def remind() -> Summary:
    """List the custodians who are to be written to today."""
    due = open_installation(load(os.environ)).holds.reminders()
    for reminder in due:
        log.warning("%s", reminder.sentence())
    if not due:
        log.info("No custodian is to be written to today.")
    return {"due": len(due)}


def _say(line: str) -> None:
    log.info("%s", line)
