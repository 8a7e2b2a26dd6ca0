"""A round of alerts: look, compare with what was said, send what is new, remember it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import msgspec

from paloverde.alarms import letter, mail
from paloverde.alarms.here import AnyLook, Place
from paloverde.alarms.line import Line
from paloverde.alarms.memory import Memory, one_round, remember, remembered
from paloverde.alarms.news import Alert, news
from paloverde.alarms.round import OPENING, Opened, Seen, look_round
from paloverde.errors import PaloverdeError, Unreachable
from paloverde.installation import Installation
from paloverde.platforms.network import post
from paloverde.settings import Settings

_SECONDS, _MOST = 20.0, 64 * 1024
_GOOD = range(200, 300)


class Round(NamedTuple):
    """What a round said, to how many places, and what stood in the way of saying it."""

    alerts: list[Alert]
    places: int
    troubles: list[PaloverdeError]


def seen(
    settings: Settings, opening: Callable[[], Installation], now: datetime, looks: Sequence[AnyLook]
) -> Seen:
    """Open the archive within its time, and look at every part."""
    opened = Opened(opening)
    found = look_round(Place(settings, now, opened.city), looks)
    return Seen([opened.line, *found.lines], found.answered | {OPENING})


def say(settings: Settings, found: Seen, now: datetime) -> Round:
    """Say what of a round is to be said now. What nobody could be told is said by the next round."""
    with one_round(settings.home):
        before = remembered(settings.home)
        again = timedelta(hours=settings.alerts_again_hours)
        told = news(before.known, found.lines, found.answered, now, again)
        sent = _sent(settings, told.alerts)
        late = {alert.line.key for alert in told.alerts} - sent.keys
        known = {key: one for key, one in told.known.items() if key not in late}
        known |= {key: one for key, one in told.unsaid.items() if key in late}
        remember(settings.home, Memory(known, now, " ".join(map(str, sent.troubles))))
    return Round(told.alerts, sent.places, sent.troubles)


def standing(found: Seen) -> list[Line]:
    """What needs somebody now, the gravest first, whether it was said or not."""
    wanted = [line for line in found.lines if line.level.value != "ok" and not line.is_quiet]
    return sorted(wanted, key=lambda line: line.level.value != "bad")


class _Sent(NamedTuple):
    """The keys of what somebody was told, in how many places, and what stood in the way elsewhere."""

    keys: set[str]
    places: int
    troubles: list[PaloverdeError]


def _sent(settings: Settings, alerts: Sequence[Alert]) -> _Sent:
    """Each place is tried, whatever became of the one before. Where none is set, the log is the place."""
    agency, troubles, places = settings.agency_name, list[PaloverdeError](), 0
    keys, boxes = {alert.line.key for alert in alerts}, letter.by_mailbox(settings, alerts)
    for box, mine in boxes.items():
        try:
            mail.send(settings, box, letter.subject(agency, mine), letter.text(mine))
            places += 1
        except PaloverdeError as error:
            troubles.append(error)
            keys -= {alert.line.key for alert in mine}
    if alerts and settings.alerts_webhook is not None:
        try:
            _post(settings.alerts_webhook.reveal(), agency, alerts)
            places += 1
        except PaloverdeError as error:
            troubles.append(error)
            keys = keys if boxes else set()
    return _Sent(keys, places, troubles)


def _post(address: str, agency: str, alerts: Sequence[Alert]) -> None:
    body = msgspec.json.encode(letter.as_json(agency, alerts))
    got = post(address, body, "application/json", _SECONDS, _MOST)
    if got.status not in _GOOD:
        raise Unreachable(
            f"The address of PALOVERDE_ALERTS_WEBHOOK did not take the alerts: it answered {got.status}."
        )
