"""Whether alerts themselves are made and reach somebody: else silence would look like health."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from paloverde.alarms.here import Look, Place
from paloverde.alarms.line import Level, Line
from paloverde.alarms.memory import remembered
from paloverde.wording import at_time, ended

_LATE = timedelta(hours=2)  # the DAG alerts runs every quarter of an hour


class LastRound(NamedTuple):
    """The last round of alerts; `at` is None where there was none. `trouble` is why it could not be said."""

    at: datetime | None
    trouble: str
    now: datetime


def ask(place: Place) -> LastRound:
    last = remembered(place.settings.home)
    return LastRound(last.round_at, last.trouble, place.now)


def judge(found: LastRound) -> Iterator[Line]:
    key, subject, todo = (
        "alerts",
        "The alerts",
        "see why the DAG alerts does not run, or run `paloverde alerts --send`",
    )
    if found.at is None:
        yield Line(key, subject, Level.WARN, "No round was made yet.", todo, is_quiet=True)
    elif found.now - found.at > _LATE:
        said = f"The last round was made on {at_time(found.at)}."
        yield Line(key, subject, Level.WARN, said, todo, is_quiet=True)
    elif found.trouble:
        todo = "do what the sentence says, then `paloverde alerts --send`"
        yield Line(key, subject, Level.BAD, ended(found.trouble), todo, is_quiet=True)
    else:
        yield Line(key, subject, Level.OK, f"The last round was made on {at_time(found.at)}.")


LOOKS = (Look("alerts", "The alerts", ask, judge, needs_city=False),)
