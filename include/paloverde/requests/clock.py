"""The days in which a request is to be answered, with every step of the counting. Pure.

The day of receipt is not counted, the last is (Gov. Code 6800; Code Civ. Proc. 12). The days are calendar
days, and nothing stops them: the statute knows no pause while a requester is asked what is meant.

Where the last day is closed, two dates differ: `target`, the last open day before it, is the one to work to;
`latest`, the first open day after it, is what Code Civ. Proc. 12a allows, and an argument for a court. An
extension is counted from the last day itself, wherever that falls, so that 14 days are never exceeded.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path

import msgspec

from paloverde.errors import BadQuestion
from paloverde.requests.closures import Closures
from paloverde.retention.rules import Seen
from paloverde.steps import Step
from paloverde.wording import spoken

_FILE = Path(__file__).with_name("clock_rules.toml")
_NAMED = 6  # closed days in one sentence
_FARTHEST = date(9900, 1, 1)  # the calendar of Python ends a hundred years later


class ClockRule(msgspec.Struct, frozen=True):
    """A row of `clock_rules.toml`: it applies to what was received from one day to another, both included.

    `cites` has the section for each step: determination, extension, grounds, counting, closed.
    """

    id: str
    text: str
    days: int
    extension_days: int
    cites: Mapping[str, str]
    effective_from: date
    seen: Seen
    verified_by: str
    verified_on: str
    effective_to: date | None = None

    @property
    def mark(self) -> str:
        """How far it may be relied on, in words."""
        if self.verified_by and self.verified_on:
            return f"verified by {self.verified_by} on {self.verified_on}"
        return "not verified by counsel"


def read_rules(text: str) -> tuple[ClockRule, ...]:
    """The rows of a TOML text; `msgspec.ValidationError` names the member that is wrong."""
    return tuple(msgspec.convert(row, ClockRule) for row in tomllib.loads(text)["clock"])


RULES = read_rules(_FILE.read_text(encoding="utf-8"))


class Clock(msgspec.Struct, frozen=True):
    """The dates of one request.

    `last_day` is the tenth day itself, closed or not, and `extended_last_day` the last of an extension.
    `why` is the arithmetic in sentences; `doubts` what was not considered and may change a date.
    """

    received: date
    target: date
    latest: date
    extension_max: date
    last_day: date
    extended_last_day: date
    rule: str
    why: tuple[str, ...]
    doubts: tuple[str, ...] = ()


def clock(received: date, closures: Closures, rules: tuple[ClockRule, ...] = RULES) -> Clock:
    """The dates of a request that came in on a Pacific day. `BadQuestion` where no rule covers that day."""
    rule = rule_on(received, rules)
    last = received + timedelta(rule.days)
    end = last + timedelta(rule.extension_days)
    target = closures.last_open(received, last) or last
    latest = closures.next_open(last)
    extension_max = closures.last_open(last + timedelta(1), end) or closures.last_open(target, last) or end
    dates = Clock(received, target, latest, extension_max, last, end, rule.id, ())
    doubts = tuple(_doubts(dates, closures))
    why = (*_why(dates, rule, closures), *doubts)
    return msgspec.structs.replace(dates, why=why, doubts=doubts)


def _why(dates: Clock, rule: ClockRule, closures: Closures) -> Iterator[str]:
    """The arithmetic, a sentence for each step."""
    yield _receipt(dates, rule, closures)
    yield _counting(dates, rule, closures)
    yield _target(dates, closures)
    yield _latest(dates, rule, closures)
    yield _extension(dates, rule, closures)
    cite = rule.cites["determination"]
    yield f"The clock does not stop while the requester is asked what is meant: {cite} knows no pause."
    yield _ruled(rule)
    if closures.where:
        yield f"Closed days are those of {closures.where}, besides Saturdays and Sundays."


def rule_on(received: date, rules: tuple[ClockRule, ...] = RULES) -> ClockRule:
    """The rule for what was received on a day; `BadQuestion` where there is none."""
    if received > _FARTHEST:
        raise BadQuestion(f"{received} is too far ahead to count from: give the day on which it came in.")
    for rule in rules:
        if rule.effective_from <= received and (rule.effective_to is None or received <= rule.effective_to):
            return rule
    first = min(rule.effective_from for rule in rules)
    raise BadQuestion(
        f"No rule of clock_rules.toml covers {spoken(received)}; the first applies from {spoken(first)}. "
        "Give the day on which the request came in."
    )


def _receipt(dates: Clock, rule: ClockRule, closures: Closures) -> str:
    closed = closures.why_closed(dates.received)
    though = f", though the City was closed ({closed})" if closed else ""
    return (
        f"Received on {spoken(dates.received)}{though}: that day is not counted ({rule.cites['counting']})."
    )


def _counting(dates: Clock, rule: ClockRule, closures: Closures) -> str:
    closed = closures.why_closed(dates.last_day)
    how = f"closed ({closed})" if closed else "open"
    return (
        f"Day 1 is {spoken(dates.received + timedelta(1))}; day {rule.days} is {spoken(dates.last_day)}, "
        f"which is {how} ({rule.cites['determination']}: {rule.days} days from receipt, calendar days)."
    )


def _target(dates: Clock, closures: Closures) -> str:
    if dates.target == dates.last_day:
        if closures.why_closed(dates.target):
            return (
                f"target {spoken(dates.target)}: no day from the receipt to it is open, so it stands itself."
            )
        return f"target {spoken(dates.target)}: it is open, so work to it."
    back = _listed(_between(dates.target, dates.last_day, -1), closures)
    return f"target {spoken(dates.target)}: going back over {back}, it is the last open day, so work to it."


def _latest(dates: Clock, rule: ClockRule, closures: Closures) -> str:
    if dates.latest == dates.last_day:
        return f"latest {spoken(dates.latest)}: the last day is open, so nothing moves it."
    over = _listed(_between(dates.last_day, dates.latest, 1), closures)
    return (
        f"latest {spoken(dates.latest)}: going on over {over}, it is the first open day "
        f"({rule.cites['closed']}). It is an argument for a court; do not plan with it."
    )


def _extension(dates: Clock, rule: ClockRule, closures: Closures) -> str:
    counted = (
        f"extension_max {spoken(dates.extension_max)}: at most {rule.extension_days} days after day "
        f"{rule.days} itself, wherever that falls, end on {spoken(dates.extended_last_day)}"
    )
    cites = f"({rule.cites['extension']}; on the grounds of {rule.cites['grounds']}, by written notice)"
    if dates.extension_max == dates.extended_last_day:
        closed = closures.why_closed(dates.extension_max)
        open_ = "which no open day precedes, so it stands itself" if closed else "which is open"
        return f"{counted}, {open_} {cites}."
    if dates.extension_max <= dates.last_day:
        return f"{counted}, and no day of the extension is open: it would give no more time {cites}."
    back = _listed(_between(dates.extension_max, dates.extended_last_day, -1), closures)
    return f"{counted}; going back over {back}, it is the last open day {cites}."


def _ruled(rule: ClockRule) -> str:
    until = f" to {spoken(rule.effective_to)}" if rule.effective_to else ""
    return (
        f"Rule {rule.id} of clock_rules.toml applies to what is received from {spoken(rule.effective_from)}"
        f"{until}; it is {rule.mark}."
    )


def _doubts(dates: Clock, closures: Closures) -> Iterator[str]:
    if not closures.where:
        yield (
            "HOLIDAYS WERE NOT CONSIDERED: no table of closed days was read, and only Saturdays and Sundays "
            f"count as closed. The dates may be wrong: adopt the City's table with {Step.CLOSED_DAYS.of()}."
        )
        return
    last = max(dates.latest, dates.extended_last_day)
    for year in sorted(set(range(dates.received.year, last.year + 1)) - closures.years):
        yield (
            f"NO CLOSED DAY OF {year} IS KNOWN: the table does not speak of that year, and the dates in it "
            "may be wrong. Give a table that does."
        )


def _between(first: date, last: date, step: int) -> list[date]:
    """The days after `first` up to `last` where we go back from `last` (-1), or from `first` on to before
    `last` (1).
    """
    days = [first + timedelta(n) for n in range((last - first).days + 1)]
    return days[:0:-1] if step < 0 else days[:-1]


def _listed(days: list[date], closures: Closures) -> str:
    """Closed days, each with why; of a long row its ends."""
    told = [
        f"{spoken(day)} ({closures.why_closed(day)})" if day in closures.days else spoken(day) for day in days
    ]
    if len(told) > _NAMED:
        told = [told[0], f"{len(told) - 2} more closed days", told[-1]]
    return ", ".join(told)
