"""What is due next in a request, when somebody is warned of it, and the figures of its course. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import msgspec

from paloverde.records import archive_day
from paloverde.requests.clock import Clock
from paloverde.requests.closures import Closures
from paloverde.requests.events import DISCLOSING, Released, Reminded
from paloverde.requests.request import Request, State
from paloverde.wording import spoken

_EARLY = (5, 8)  # days after receipt on which somebody is warned
OVERDUE = "overdue"


class Due(msgspec.Struct, frozen=True):
    """The next thing that has a date: the Pacific day, and what is to be done by then."""

    day: date
    what: str

    def days_left(self, today: date) -> int:
        """Calendar days from today to the day; below zero where it is over."""
        return (self.day - today).days


class Alarm(msgspec.Struct, frozen=True):
    """A warning that falls due: its name ("day 5", "target", "overdue" ...) and its sentence.

    `key` tells the warnings of one deadline from those of another, as the paper of a reminder keeps it.
    """

    number: str
    name: str
    due: Due
    told: str

    @property
    def key(self) -> str:
        return f"{self.name} of {self.due.day}"

    @property
    def is_overdue(self) -> bool:
        return self.name == OVERDUE


def due(request: Request, dates: Clock) -> Due | None:
    """What is due next; None where nothing has a date."""
    determined = request.determination
    if not request.is_open:
        return None
    if determined is None:
        extended = request.extension
        if extended is not None:
            return Due(extended.until, "determine, as the notice of extension says")
        return Due(dates.target, "determine, and tell the requester")
    promised = determined.available_at
    if not determined.is_final and promised is not None:
        return Due(archive_day(promised), "make the records available, reviewed and determined, as promised")
    if determined.outcome in DISCLOSING and promised is not None and not request.all(Released):
        return Due(archive_day(promised), "hand the records over, as the determination says")
    return None


def next_step(request: Request, dates: Clock, today: date) -> str:
    """What happens next, in one sentence."""
    coming = due(request, dates)
    if coming is not None:
        return f"Next: {coming.what}, by {spoken(coming.day)} ({left(coming.days_left(today))})."
    if request.state is State.CLOSED:
        return "It is closed: nothing is due."
    if request.state is State.LITIGATION:
        return "It is in litigation: ask counsel before anything is done."
    return "Next: hand over what is left, if anything is, and close it."


def left(days: int) -> str:
    """How many days are left, in words."""
    if days == 0:
        return "today"
    number = f"{abs(days):,} {'day' if abs(days) == 1 else 'days'}"
    return f"{number} left" if days > 0 else f"{number} OVERDUE"


def alarm(request: Request, dates: Clock, closures: Closures, today: date) -> Alarm | None:
    """The last warning that has fallen due by today; None where it is too early or nothing is due.

    A day on which nobody looked is made good for: whoever looks later gets the most urgent one.
    """
    coming = due(request, dates)
    if coming is None:
        return None
    reached = [name for day, name in _warnings(request, dates, closures, coming) if day <= today]
    if not reached:
        return None
    told = (
        f"{request.number}: {coming.what}, by {spoken(coming.day)} ({left(coming.days_left(today))}). "
        f"Received on {spoken(dates.received)}."
    )
    return Alarm(request.number, reached[-1], coming, told)


def is_new(request: Request, found: Alarm) -> bool:
    """Whether nobody was warned of this yet."""
    return all(one.alarm != found.key for one in request.all(Reminded))


def _warnings(request: Request, dates: Clock, closures: Closures, coming: Due) -> Iterator[tuple[date, str]]:
    """The days on which somebody is warned of what is due, in order, the most urgent last."""
    if request.determination is None and request.extension is None:
        for number in _EARLY:
            day = dates.received + timedelta(number)
            if day < coming.day:
                yield day, f"day {number}"
    first = min(dates.received, coming.day)
    before = closures.last_open(first, coming.day - timedelta(1)) or coming.day - timedelta(1)
    yield before, "target-1"  # the last office day before it: on a Sunday nobody reads a warning
    yield coming.day, "target"
    yield coming.day + timedelta(1), OVERDUE
