"""What waits for the Clerk or counsel: dates of records requests, holds that are not complete."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

from paloverde.alarms.here import Look, Place
from paloverde.alarms.line import Level, Line, Who
from paloverde.steps import Step
from paloverde.wording import some, spoken

_SECONDS = 20.0


class DueRequest(NamedTuple):
    """An open request near its date, or past it. Nothing of what it asks for, or who asks, is here."""

    number: str
    day: date
    days_left: int


class Lacking(NamedTuple):
    """A hold in force, and whether everything that it keeps bears it."""

    hold: str
    is_complete: bool
    bearing: int
    objects: int


def ask_requests(place: Place) -> list[DueRequest]:
    requests = place.city.requests
    today = requests.today()
    return [DueRequest(one.number, one.due.day, one.due.days_left(today)) for one in requests.alarms()]


def judge_requests(found: Sequence[DueRequest]) -> Iterator[Line]:
    if not found:
        yield Line("requests", "The records requests", Level.OK, "None that is open is near its date.")
    for one in found:
        late = one.days_left < 0
        left = some(abs(one.days_left), "day")
        how = f"was due on {spoken(one.day)}, {left} ago" if late else f"is due on {spoken(one.day)}"
        level = Level.BAD if late or one.days_left == 0 else Level.WARN
        rest = "" if one.days_left <= 0 else f": {left} left"
        todo = f"{Step.REQUEST.of(one.number)} says what comes next"
        yield Line(
            f"request {one.number}", f"Request {one.number}", level, f"It {how}{rest}.", todo, Who.CLERK
        )


def ask_holds(place: Place) -> list[Lacking]:
    holds = place.city.holds
    active = [hold for hold in holds.all() if holds.is_active(hold)]
    return [Lacking(hold.id, not holds.lack(hold), *holds.bearing(hold)) for hold in active]


def judge_holds(found: Sequence[Lacking]) -> Iterator[Line]:
    lacking = [one for one in found if not one.is_complete]
    if not lacking:
        told = (
            f"{some(len(found), 'hold is', 'holds are')} in force, each complete."
            if found
            else "None is in force."
        )
        yield Line("holds", "The holds", Level.OK, told)
    for one in lacking:
        said = f"It is not complete: {one.bearing:,} of {some(one.objects, 'object')} were seen to bear it."
        todo = f"{Step.HOLDS}; where it stays so, see why the DAG hold_reconcile fails"
        yield Line(f"hold {one.hold}", f"Hold {one.hold}", Level.BAD, said, todo, Who.COUNSEL)


LOOKS = (
    Look("requests", "The records requests", ask_requests, judge_requests, _SECONDS),
    Look("holds", "The holds", ask_holds, judge_holds, _SECONDS),
)
