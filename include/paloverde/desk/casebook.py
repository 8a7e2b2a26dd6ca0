"""All requests at once, for lists. A file that did not grow since it was read last is not read again."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from paloverde.installation import Installation
from paloverde.requests.clock import Clock
from paloverde.requests.closures import Closures
from paloverde.requests.deadlines import due
from paloverde.requests.events import SERIES
from paloverde.requests.request import Request

_MOST = 5_000  # requests that are remembered
_known: dict[tuple[str, str], Request] = {}  # by number and the SHA-256 of the newest paper


def every(city: Installation) -> list[Request]:
    """Every request as it stands, by number."""
    return [_of(city, filed.subject, filed.stored.sha256) for filed in city.cabinet.newest(SERIES)]


def years_without_table(timed: Iterable[tuple[Request, Clock]], closures: Closures, today: date) -> list[int]:
    """Years without closed days: the present one, and those that a deadline touches."""
    touched = {today.year}
    for request, dates in timed:
        if coming := due(request, dates):
            touched |= {*range(dates.received.year, max(coming.day, dates.latest).year + 1)}
    return sorted(touched - closures.years)


def _of(city: Installation, number: str, newest: str) -> Request:
    found = _known.get((number, newest))
    if found is None:
        found = city.requests.get(number)
        if len(_known) >= _MOST:
            _known.clear()
        _known[number, found.entries[-1].sha256] = found
    return found
