"""What a request needs to be taken in, and the number that it gets. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from datetime import date

from paloverde.errors import BadQuestion
from paloverde.requests.clock import clock
from paloverde.requests.closures import Closures
from paloverde.requests.events import Received
from paloverde.requests.grounds import channel_on
from paloverde.steps import Step
from paloverde.wording import spoken

_NUMBER = re.compile(r"PRA-(\d{4})-(\d{4,})")


def check_intake(event: Received, taken: Collection[str], closures: Closures, today: date) -> None:
    """`BadQuestion` where its number is none or taken, the day still to come, or the text empty."""
    if event.number and not _NUMBER.fullmatch(event.number):
        raise BadQuestion(f"{event.number!r} is no number of a request: write it as PRA-2026-0042.")
    if event.number in taken:
        raise BadQuestion(f"{event.number} is taken already: {Step.REQUEST.of(event.number)} shows it.")
    if event.received_on > today:
        raise BadQuestion(f"{spoken(event.received_on)} has not come yet: say when the request came in.")
    if not event.text.strip():
        raise BadQuestion("Write down what is asked for, in the requester's words.")
    clock(event.received_on, closures)
    channel_on(event.channel, event.received_on)


def next_number(year: int, taken: Iterable[str]) -> str:
    """The number after the last of that year."""
    matches = filter(None, map(_NUMBER.fullmatch, taken))
    last = max((int(match[2]) for match in matches if int(match[1]) == year), default=0)
    return f"PRA-{year}-{last + 1:04}"
