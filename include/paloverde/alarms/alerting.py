"""A round of alerts: look, compare with what was said, send what is new, remember it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import msgspec

from paloverde.alarms import letter, mail
from paloverde.alarms.here import AnyLook, Place
from paloverde.alarms.line import Level, Line
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
    """Say what of a round is to be said now. Whoever could not be told is told by the next round."""
    with one_round(settings.home):
        before = remembered(settings.home)
        again = timedelta(hours=settings.alerts_again_hours)
        told = news(before.known, found.lines, found.answered, now, again)
        sent = _sent(settings, told.alerts, before.posted)
        late = {alert.line.key for alert in told.alerts} - sent.keys
        known = {key: one for key, one in told.known.items() if key not in late}
        known |= {key: one for key, one in told.unsaid.items() if key in late}
        trouble = " ".join(map(str, sent.troubles))
        remember(settings.home, Memory(known, now, trouble, frozenset(late & sent.posted)))
    return Round(told.alerts, sent.places, sent.troubles)


def standing(found: Seen) -> list[Line]:
    """What needs somebody now, the gravest first, whether it was said or not."""
    wanted = [line for line in found.lines if line.level is not Level.OK and not line.is_quiet]
    return sorted(wanted, key=lambda line: line.level is not Level.BAD)


class _Sent(NamedTuple):
    """The keys of what need not be said again, and of what the webhook has; to how many places it went, and
    what stood in the way elsewhere.
    """

    keys: set[str]
    posted: set[str]
    places: int
    troubles: list[PaloverdeError]


def _sent(settings: Settings, alerts: Sequence[Alert], posted: Collection[str]) -> _Sent:
    """Each place is tried, whatever became of the one before. Where none is set, the log is the place.

    A letter counts where any of its mailboxes takes it; the webhook alone where there is no mailbox.
    """
    boxes = letter.by_mailbox(settings, alerts)
    keys, troubles, places = {alert.line.key for alert in alerts}, list[PaloverdeError](), 0
    for box, mine in boxes.items():
        try:
            refused = mail.send(settings, box, letter.subject(settings.agency_name, mine), letter.text(mine))
            troubles += [mail.refusal(settings, refused)] if refused else []
            places += 1
        except PaloverdeError as error:
            troubles.append(error)
            keys -= {alert.line.key for alert in mine}
    fresh = [alert for alert in alerts if alert.line.key not in posted]
    has = {alert.line.key for alert in alerts} & {*posted}
    if fresh and settings.alerts_webhook is not None:
        try:
            _post(settings.alerts_webhook.reveal(), settings.agency_name, fresh)
            has |= {alert.line.key for alert in fresh}
            places += 1
        except PaloverdeError as error:
            troubles.append(error)
            keys = keys if boxes else set()
    return _Sent(keys, has, places, troubles)


def _post(address: str, agency: str, alerts: Sequence[Alert]) -> None:
    body = msgspec.json.encode(letter.as_json(agency, alerts))
    got = post(address, body, "application/json", _SECONDS, _MOST)
    if got.status not in _GOOD:
        raise Unreachable(
            f"The address of PALOVERDE_ALERTS_WEBHOOK did not take the alerts: it answered {got.status}."
        )
