"""The steps of the DAG that watches what the policy asks beside an archive."""

from __future__ import annotations

import logging

from paloverde.installation import open_installation
from paloverde.orchestration.city_dags import settings_here
from paloverde.orchestration.nights import Summary

log = logging.getLogger(__name__)


def read_feeds() -> Summary:
    """Ask for the feeds of the City's own blogs; red where one was not read. The others are taken in."""
    done = open_installation(settings_here()).read_feeds("policy watch", _say)
    log.info("%s", done.sentence())
    done.settle()
    return {"asked": done.asked, "new": done.new}


def watch_policy() -> Summary:
    """Show the checks what was sealed since the last round; red where a check failed.

    The counts of findings go into the log and the ledger, and nothing of what was found.
    """
    done = open_installation(settings_here()).watch.round(_say)
    log.info("%s", done.sentence())
    done.settle()
    return {"runs": done.runs, "versions": done.versions, "found": done.found, "ended": done.ended}


def hide_by_rule() -> Summary:
    """Hide what approved rules name, after the round; red where a person must look.

    Where no rule counts it does nothing, and says so.
    """
    done = open_installation(settings_here()).hidings.round()
    log.info("%s", done.sentence())
    done.settle()
    return {"rules": done.rules, "hidden": len(done.hidden), "proposed": len(done.proposed)}


def _say(line: str) -> None:
    log.info("%s", line)
