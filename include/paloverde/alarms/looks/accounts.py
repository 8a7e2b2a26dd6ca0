"""The accounts: nights that are late or broke off, tokens that are dead or about to die.

What a site answered may hold anything: none of it is repeated here. The account's own page has it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import NamedTuple

from paloverde.alarms.here import Look, Place
from paloverde.alarms.line import Level, Line
from paloverde.capture.health import Standing
from paloverde.capture.lateness import LATE_HOURS, SEE, Late, late
from paloverde.platforms.runway import ALARM_DAYS, RED_DAYS
from paloverde.records import PACIFIC
from paloverde.steps import Step
from paloverde.wording import at_time, some, spoken

_SECONDS = 30.0


class Nights(NamedTuple):
    """How each account stands, and whether nothing at all was sealed lately."""

    standings: Sequence[Standing]
    standstill: Late | None


def ask(place: Place) -> Nights:
    city = place.city
    standings = city.standings()
    asked = {one.account.slug for one in standings}
    days = [night.day for night in city.last_nights() if night.account in asked]
    still = late(max(days), place.now, place.now) if len(asked) > 1 and days else None
    return Nights(standings, still)


def judge(found: Nights) -> Iterator[Line]:
    if not found.standings:
        told = "No account is registered, and nothing is archived."
        yield Line("accounts", "The accounts", Level.WARN, told, "`paloverde accounts add`", is_quiet=True)
    if found.standstill is not None:
        told = f"Nothing was archived of any account since the night of {spoken(found.standstill.since)}."
        yield _bad("nights", "The nights", told, SEE, _late_since(found.standstill))
    for one in found.standings:
        yield _night(one, is_told=found.standstill is not None)
        yield _token(one)


def _night(one: Standing, *, is_told: bool) -> Line:
    """Where no account's night came, one line says it of all."""
    slug = one.account.slug
    key, subject = f"night {slug}", f"The nights of {slug}"
    if one.late is not None and not is_told:
        level = Level.BAD if one.late.is_urgent else Level.WARN
        late = str(one.late)
        said, todo = f"{late[0].upper()}{late[1:]}.", one.late.todo(slug)
        return Line(key, subject, level, said, todo, since=_late_since(one.late))
    if one.broken is not None:
        night = one.broken
        limit = " at the site's limit; it goes on by itself" if night.at_limit else ""
        said = f"That of {spoken(night.day)} broke off on {at_time(night.ended_at)}{limit}."
        level = Level.OK if night.at_limit else Level.WARN
        todo = (
            ""
            if night.at_limit
            else f"{Step.ARCHIVE.of(slug, night.day.isoformat())} says why, and asks again"
        )
        return Line(key, subject, level, said, todo, since=night.ended_at)
    whole = (
        f"The last complete one is that of {spoken(one.whole_night)}."
        if one.whole_night
        else "None was due yet."
    )
    return Line(key, subject, Level.OK, whole)


def _token(one: Standing) -> Line:
    slug = one.account.slug
    key, subject = f"token {slug}", f"The access to {slug}"
    if one.is_dead and one.canary is not None:
        last = f" It last worked on {at_time(one.canary.alive_at)}." if one.canary.alive_at else ""
        said = f"Its site refused it on {at_time(one.canary.asked_at)}.{last}"
        todo = f"{Step.HEALTH.of(slug)} says why; mostly: sign in there again, then {Step.TOKEN.of(slug)}"
        return _bad(key, subject, said, todo, one.canary.asked_at)
    if one.end is not None and one.days_left is not None and one.days_left <= max(ALARM_DAYS):
        how = "ended" if one.days_left < 0 else "ends"
        left = f", in {some(one.days_left, 'day')}" if one.days_left > 0 else ""
        said = f"{one.end.cause[0].upper()}{one.end.cause[1:]} {how} on {spoken(one.end.day)}{left}."
        level = Level.BAD if one.days_left <= RED_DAYS else Level.WARN
        return Line(key, subject, level, said, one.end.todo)
    if one.canary is None:
        todo = f"{Step.HEALTH.of(slug)}"
        return Line(key, subject, Level.WARN, "It was never tried.", todo, is_quiet=True)
    return Line(key, subject, Level.OK, f"It worked on {at_time(one.canary.asked_at)}.")


def _late_since(found: Late) -> datetime:
    """When the night that is missing was late: so many hours after the end of the last one's day."""
    ended = datetime.combine(found.since + timedelta(days=1), time(), PACIFIC)
    return ended.astimezone(UTC) + timedelta(hours=LATE_HOURS)


def _bad(key: str, subject: str, said: str, todo: str, since: datetime) -> Line:
    return Line(key, subject, Level.BAD, said, todo, since=since)


LOOKS = (Look("accounts", "The accounts", ask, judge, _SECONDS),)
