"""Whether an item must be kept: pure decisions that give every reason, with its day and its source.

An empty list of reasons is the only permission there is. It permits a proposal, and destroys nothing.
Days are Pacific; a reason's `until` is the first day on which it no longer holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta

from paloverde.records import Holder, add_calendar_years, archive_day
from paloverde.retention.facts import Facts, Ground, HeldBy, HoldKind, Reason
from paloverde.retention.rules import RULES, Rule, years_of
from paloverde.retention.schedule import After, RecordClass, Schedule, Schedules
from paloverde.wording import spoken

_A_DAY = timedelta(days=1)
_MOMENT = timedelta(microseconds=1)


def reasons_to_keep(facts: Facts, today: date, schedules: Schedules) -> list[Reason]:
    """Every reason to keep an item on a day; none is the only permission to propose its destruction."""
    return [
        reason for reason in _grounds(facts, today, schedules) if reason.until is None or today < reason.until
    ]


def keep_until(reasons: Iterable[Reason]) -> date | None:
    """The first day on which none of the reasons holds any longer; None where no such day is known.

    None, too, of no reasons at all: `free_since` says since when nothing keeps it.
    """
    days = [reason.until for reason in reasons]
    return None if None in days else max((day for day in days if day is not None), default=None)


def free_since(facts: Facts, today: date, schedules: Schedules) -> date | None:
    """The first day from which on nothing kept an item; None where something still keeps it.

    As the facts are now: a hold that was released since is in them no longer.
    """
    if reasons_to_keep(facts, today, schedules):
        return None
    turns = {today, *_turns(schedules)}
    ends = {reason.until for day in turns for reason in _grounds(facts, day, schedules) if reason.until}
    past = sorted((day for day in turns | ends if date.min < day <= today), reverse=True)
    return next((day for day in past if reasons_to_keep(facts, day - _A_DAY, schedules)), None)


def kept_because(reasons: Sequence[Reason]) -> str:
    """The reasons as one sentence for a person: "Kept, because …"."""
    if not reasons:
        return "Nothing keeps it."
    said = [f"{reason.sentence} ({reason.source})" for reason in reasons]
    *first, last = said
    joined = f"{'; '.join(first)}; and {last}" if first else last
    until = keep_until(reasons)
    ends = f"It must be kept until {spoken(until)}." if until else "No day is known on which that ends."
    return f"Kept, because {joined}. {ends}"


def _turns(schedules: Schedules) -> Iterator[date]:
    """The days on which other schedules begin to apply."""
    for schedule in schedules.adopted:
        yield schedule.effective_from
        if schedule.effective_to is not None and schedule.effective_to < date.max:
            yield schedule.effective_to + _A_DAY


def _grounds(facts: Facts, today: date, schedules: Schedules) -> Iterator[Reason]:
    """Every ground that bears on an item, those included whose day has passed."""
    yield _floor(facts)
    if facts.removed_on is not None:
        yield from _removal(facts, facts.removed_on, schedules.reasonable_years)
    yield from _classes(facts, today, schedules)
    for held in facts.holds:
        yield _hold(held)
    if facts.locked_until is not None:
        yield _lock(facts.locked_until)
    if facts.shown:
        told = "the site showed it when it was last looked at, and hands it to the City again while it does"
        yield _by(RULES["still_shown"], Ground.IN_USE, told, None)
    if facts.in_question:
        told = "it may have been removed, and nobody knows yet whether it was"
        yield _by(RULES["not_settled"], Ground.QUESTION, told, None)


def _floor(facts: Facts) -> Reason:
    rule = RULES["two_year_floor"]
    until = years_after(facts.received_on, years_of(rule))
    told = (
        f"the City last received it on {spoken(facts.received_on)}, and a record that is less than two years"
    )
    return _by(rule, Ground.FLOOR, f"{told} old may not be destroyed, until {spoken(until)}", until)


def _removal(facts: Facts, removed_on: date, reasonable_years: int) -> Iterator[Reason]:
    rule = RULES["removal_hold"]
    until = years_after(removed_on, years_of(rule))
    told = f"it was found removed on {spoken(removed_on)}, and removed content is kept for two years"
    yield _by(rule, Ground.REMOVAL, f"{told}, until {spoken(until)}", until)
    if facts.holder is Holder.OFFICIAL:
        until = years_after(removed_on, reasonable_years)
        told = "it was deleted from an official's account, and the City counts"
        told += f" {reasonable_years} years as the reasonable time, until {spoken(until)}"
        yield _by(RULES["officials_time"], Ground.OFFICIAL, told, until)


def _classes(facts: Facts, today: date, schedules: Schedules) -> Iterator[Reason]:
    """One reason for each class that covers the item; where none does, that it is unknown."""
    covering = schedules.covering(facts, today)
    for schedule, class_ in covering:
        yield _class(facts, schedule, class_)
    if not covering:
        none = "no retention schedule is in effect" if not schedules.on(today) else "no class covers it"
        told = f"{none}, and what has no class is never destroyed"
        yield _by(RULES["unknown_class"], Ground.UNKNOWN, told, None)


def _class(facts: Facts, schedule: Schedule, class_: RecordClass) -> Reason:
    source = f"Resolution {schedule.resolution}, class {class_.id}"
    named = f"it is of the class {class_.title!r}"
    if class_.excluded:
        told = f"{named}, which section {class_.excluded} excludes from destruction"
        return _by(RULES["excluded"], Ground.EXCLUDED, told, None, f"{source}; Gov. Code {class_.excluded}")
    if class_.permanent:
        return _by(RULES["schedule"], Ground.SCHEDULE, f"{named}, which is kept for ever", None, source)
    from_day = facts.received_on if class_.after is After.RECEIVED else facts.removed_on
    if from_day is None:
        told = f"{named}, whose time begins with a removal, and it was not removed"
        return _by(RULES["schedule"], Ground.SCHEDULE, told, None, source)
    years = class_.years or 0
    until = years_after(from_day, years)
    how = "the City last received it" if class_.after is After.RECEIVED else "it was removed"
    kept = f"kept for {_years(years)} after {how} ({spoken(from_day)}), until {spoken(until)}"
    told = f"{named}, which is {kept}"
    source += f"; procedure {class_.procedure}, Gov. Code 34090.7" if class_.duplicate else ""
    return _by(RULES["schedule"], Ground.SCHEDULE, told, until, source)


def _hold(held: HeldBy) -> Reason:
    since = spoken(archive_day(held.since))
    if held.kind is HoldKind.LITIGATION:
        told = f"the litigation hold {held.hold} ({held.matter}) is on it since {since}, and counsel has not"
        told += " released it"
        return _by(RULES["litigation_hold"], Ground.LITIGATION, told, None, f"Litigation hold {held.hold}")
    rule, source = RULES["records_request"], f"Hold {held.hold}, under {RULES['records_request'].cite}"
    told = f"the hold {held.hold} ({held.matter}) is on it since {since}"
    if held.ends_on is None:
        return _by(rule, Ground.REQUEST, f"{told}, and the request is open", None, source)
    until = min(held.ends_on, date.max - _A_DAY) + _A_DAY
    told += f"; the request is closed, and the hold keeps it for some time after, until {spoken(until)}"
    return _by(rule, Ground.REQUEST, told, until, source)


def _lock(locked_until: datetime) -> Reason:
    """A lock ends within a day or with it: the first whole day without it counts."""
    until = archive_day(locked_until - _MOMENT) + _A_DAY
    told = f"the store locks an object that holds it, until {spoken(until)}"
    return _by(RULES["store_lock"], Ground.LOCK, told, until)


def years_after(day: date, years: int) -> date:
    """The same day calendar years later; the last day there is where a calendar ends before."""
    return add_calendar_years(day, years) if day.year + years <= date.max.year else date.max


def _years(count: int) -> str:
    return "1 year" if count == 1 else f"{count} years"


def _by(rule: Rule, ground: Ground, sentence: str, until: date | None, source: str = "") -> Reason:
    return Reason(ground, sentence, source or rule.cite, until, rule.is_verified)
