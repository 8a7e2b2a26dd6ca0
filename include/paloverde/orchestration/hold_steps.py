"""The steps of the DAG that keeps holds: reconcile, and say who is to be reminded."""

from __future__ import annotations

import logging

from paloverde.installation import open_installation
from paloverde.orchestration.city_dags import settings_here
from paloverde.orchestration.nights import Summary

log = logging.getLogger(__name__)


def reconcile() -> Summary:
    """Let join what new runs brought, and see that every object that a hold keeps bears its legal hold."""
    done = open_installation(settings_here()).holds.reconcile(say=_say)
    done.settle()
    marked = done.marked
    return {
        "objects": marked.objects,
        "bearing": marked.bearing,
        "placed": marked.placed,
        "freed": done.lifted,
    }


def remind() -> Summary:
    """List the custodians who are to be written to today: of holds, and of searches of own devices."""
    city = open_installation(settings_here())
    searches, today = city.device_searches.reminders(), city.device_searches.today()
    due = [reminder.sentence() for reminder in city.holds.reminders()]
    due += [f"{number}: {one.sentence(today)}" for number, one in searches]
    for sentence in due:
        log.warning("%s", sentence)
    if not due:
        log.info("No custodian is to be written to today.")
    return {"due": len(due)}


def _say(line: str) -> None:
    log.info("%s", line)
