"""Numbers, dates and times as a sentence says them. Every time is the City's own (Pacific).

A number comes with its noun, so that nothing says "1 records"; a date comes with its weekday, so that a slip
of a day is seen.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime
from functools import lru_cache

from paloverde.records import PACIFIC

_SHOWN = 5  # of several that a sentence names
# An actor as the ledger has one (`retention.holds.By`): "Ana Ruiz, clerk, desk (ana)", "command line (root)".
_ACTOR = re.compile(r"(?:(?P<name>.+), (?P<role>[a-z_]+), )?(?P<place>desk|command line) \((?P<user>.*)\)")
_OFFICES = {"public_affairs": "Public Affairs", "it": "IT"}


def some(number: int, one: str, many: str = "") -> str:
    """A number with its noun: 1 record, 2 records; `many` where an s does not make it."""
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"


def ended(text: str) -> str:
    """A sentence that somebody wrote, with its end: a period where it has none."""
    return text if text.endswith((".", "?", "!", "…")) else f"{text}."


def several(names: Sequence[str]) -> str:
    """The first few of several names, and how many more there are."""
    rest = len(names) - _SHOWN
    shown = ", ".join(names[:_SHOWN])
    return f"{shown} and {rest:,} more" if rest > 0 else shown


def by_whom(actor: str) -> str:
    """Who did something, as the ledger names them, in words: Pia Nolan (Public Affairs), at the desk."""
    found = _ACTOR.fullmatch(actor)
    if found is None:
        return actor
    who = f"{found['name']} ({role_in_words(found['role'])})" if found["name"] else found["user"]
    return f"{who}, at the {found['place']}"


def role_in_words(role: str) -> str:
    """A role in the City as a paper names it: Public Affairs, IT, counsel."""
    return _OFFICES.get(role, role.replace("_", " "))


def long_date(day: date) -> str:
    """A date as a letter writes it: January 8, 2027."""
    return f"{day:%B} {day.day}, {day.year}"


@lru_cache(maxsize=16_384)  # one page may say the same days for each of many thousands
def spoken(day: date) -> str:
    """A date with its weekday: Friday, January 8, 2027."""
    return f"{day:%A}, {long_date(day)}"


def short(day: date) -> str:
    """A date with its weekday, for a line of a list: Fri, Jan 8, 2027."""
    return f"{day:%a, %b %-d, %Y}"


def short_moment(at: datetime) -> str:
    """A moment on the City's clock, for a line of a list: Fri, Jan 8, 2027, 5:00 p.m. PST."""
    return f"{brief(at)} {_local(at):%Z}"


def zoned_moment(at: datetime) -> str:
    """A moment on the City's clock with its zone, for a certificate: Friday, January 8, 2027, 17:00 PST."""
    return f"{spoken(_local(at))}, {_local(at):%H:%M %Z}"


def at_time(at: datetime) -> str:
    """A moment as a letter writes it: Friday, January 8, 2027, at 5:00 p.m. Pacific time."""
    return f"{spoken(_local(at))}, at {_time(at)} Pacific time"


def brief(at: datetime) -> str:
    """The same for a table: Fri, Jan 8, 2027, 5:00 p.m."""
    return f"{short(_local(at))}, {_time(at)}"


def _time(at: datetime) -> str:
    local = _local(at)
    half = "a.m." if local.hour < 12 else "p.m."
    return f"{(local.hour + 11) % 12 + 1}:{local:%M} {half}"


def _local(at: datetime) -> datetime:
    return at.astimezone(PACIFIC)
