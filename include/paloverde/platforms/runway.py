"""How long an account can still be archived before a person must act: data, and a pure reckoning.

What ends is an access token that nothing renews, what renews it, or the version of the site's API that is
asked for. What renews itself is no end, until that fails.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import NamedTuple

import msgspec

from paloverde.platforms.renewal import Renewal, hindrance
from paloverde.records import PACIFIC, archive_day
from paloverde.state.credentials import Credential
from paloverde.steps import Step

ALARM_DAYS = (14, 7, 2, 1)
RED_DAYS = 2  # with so many days left, the daily health check fails until somebody acts


class VersionEnd(msgspec.Struct, frozen=True):
    """The day on which a version of an API is no longer served. `verified`: read on the site's own page."""

    on: date
    source: str
    verified: bool


_TWO_YEARS = "developers.facebook.com/docs/apps/versions: two years after the release of the next version"

# Reckoned from the day on which the version after each came out; any other version has no known end.
GRAPH_VERSIONS: Mapping[str, VersionEnd] = {
    "v20.0": VersionEnd(date(2026, 10, 2), _TWO_YEARS, verified=False),
    "v21.0": VersionEnd(date(2027, 1, 21), _TWO_YEARS, verified=False),
    "v22.0": VersionEnd(date(2027, 5, 29), _TWO_YEARS, verified=False),
    "v23.0": VersionEnd(date(2027, 10, 8), _TWO_YEARS, verified=False),
    "v24.0": VersionEnd(date(2028, 2, 18), _TWO_YEARS, verified=False),
}


class End(NamedTuple):
    """What ends, when, and what a person does about it."""

    at: datetime
    cause: str
    todo: str

    @property
    def day(self) -> date:
        """The Pacific day on which it ends."""
        return archive_day(self.at)

    def days_left(self, now: datetime) -> int:
        """Whole calendar days until then; 0 on the day itself, negative when it has passed."""
        return (self.day - archive_day(now)).days


def token_ends(slug: str, way: Renewal | None, credential: Credential, now: datetime) -> list[End]:
    """When a kept token dies for good: its own end where nothing renews it, and the end of what renews it."""
    again = f"sign in at the site again, then give the token to {Step.TOKEN.of(slug)}"
    why_not = hindrance(way, credential, now)
    ends = []
    if credential.expires_at is not None and (why_not or (way is not None and way.by_itself)):
        ends.append(End(credential.expires_at, "the token", again))
    if credential.refresh_expires_at is not None and credential.refresh_token is not None:
        ends.append(End(credential.refresh_expires_at, "what renews the token", again))
    return ends


def version_end(title: str, version: str, setting: str, on: date | None) -> list[End]:
    """When the version of the API that is asked for is no longer served."""
    if on is None:
        return []
    at = datetime.combine(on, time(), PACIFIC)
    todo = f"choose a newer version in {setting}, once this program supports it"
    return [End(at, f"version {version} of {title}'s API", todo)]


def first_end(ends: list[End]) -> End | None:
    """The one that comes first; None where no end is known."""
    return min(ends, key=lambda end: end.at, default=None)


def crossed(end: End, now: datetime) -> list[int]:
    """The alarms that are due for an end: each number of `ALARM_DAYS` that its days have come down to."""
    left = end.days_left(now)
    return [days for days in ALARM_DAYS if left <= days]
