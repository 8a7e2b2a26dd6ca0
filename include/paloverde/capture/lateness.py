"""Whether an account's newest complete night is older than the schedule allows. Pure.

A night begins an hour or two after its day has ended in California, and one is due each day.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from paloverde.records import PACIFIC, archive_day
from paloverde.steps import Step
from paloverde.wording import some, spoken

LATE_HOURS = 36  # after the end of the newest archived day: a whole night is missing
SEE = (
    "see whether the nights are started (by Airflow's scheduler and its DAG nightly_archive, or by a timer "
    "of the server) and what the newest of them says"
)
URGENT_HOURS = 72  # what lives for a day alone, such as a story, is lost by then


class Late(NamedTuple):
    """What is not archived in time: `night` is the newest that counts, None where there was none.

    `since` is its day, else that of the registration.
    """

    night: date | None
    since: date
    today: date
    is_urgent: bool

    @property
    def ago(self) -> str:
        return f"{some((self.today - self.since).days, 'day')} ago"

    def __str__(self) -> str:
        if self.night is None:
            return f"no night was complete since it was registered on {spoken(self.since)}"
        return f"its last complete night is that of {spoken(self.night)}, {self.ago}"

    def todo(self, slug: str) -> str:
        """What IT does about it."""
        yesterday = self.today - timedelta(days=1)
        return f"{SEE}; then {Step.ARCHIVE.of(slug, yesterday.isoformat())}"


def late(night: date | None, registered: datetime, now: datetime) -> Late | None:
    """Whether a night is overdue, `night` being the newest that counts; None where it is not."""
    ended = datetime.combine(night + timedelta(days=1), time(), PACIFIC) if night else registered
    hours = (now - ended) / timedelta(hours=1)
    if hours < LATE_HOURS:
        return None
    since = night or archive_day(registered)
    return Late(night, since, archive_day(now), hours >= URGENT_HOURS)
