"""The steps of the DAG that watches the installation."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from functools import partial

from airflow.sdk.exceptions import AirflowSkipException

from paloverde.alarms.alerting import say, seen, standing
from paloverde.alarms.looks import LOOKS
from paloverde.installation import Purpose, open_installation
from paloverde.lineage.telling import tell
from paloverde.orchestration.city_dags import settings_here
from paloverde.orchestration.nights import Summary

log = logging.getLogger(__name__)


def lineage() -> Summary:
    """Tell a lineage server what was read and written since; skipped where the settings name none."""
    settings = settings_here()
    if settings.lineage is None:
        raise AirflowSkipException("No lineage is told: PALOVERDE_LINEAGE is not set.")
    told = tell(open_installation(settings, purpose=Purpose.WORK))
    log.info("%s", told.sentence())
    return {"deeds": told.deeds}


def alert() -> Summary:
    """Look at every part, and send what is new to those whom the settings name; red where it was not sent.

    What stands now is in the log, whether it was sent or not. Airflow itself is not looked at: that this runs
    says enough of it, and that it does not, a timer outside of it.
    """
    settings, now = settings_here(), datetime.now(UTC)
    found = seen(settings, partial(open_installation, settings, purpose=Purpose.WORK), now, LOOKS)
    stands = standing(found)
    for line in stands:
        log.warning(
            "%s: %s For %s to do: %s.", line.subject, line.said, line.who.value, line.todo.rstrip(".")
        )
    done = say(settings, found, now)
    if done.troubles:
        raise type(done.troubles[0])(" ".join(map(str, done.troubles)))
    return {"standing": len(stands), "said": len(done.alerts), "places": done.places}
