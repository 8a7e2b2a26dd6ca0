"""The text of alerts: for a mailbox, and for a webhook. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from paloverde.alarms.line import Level, Who
from paloverde.alarms.news import Alert, What
from paloverde.settings import Settings
from paloverde.wording import at_time, some

_URGENT = "URGENT"
_FOOT = (
    "This is said once when it begins, again while it lasts, and once more when it is over. "
    "`paloverde alerts` lists what stands now; docs/guide/alarms.md explains each."
)


def by_mailbox(settings: Settings, alerts: Sequence[Alert]) -> dict[tuple[str, ...], list[Alert]]:
    """Who is written to, and of what; nobody where no mailbox is set. IT gets what nobody else is set for."""
    boxes: Mapping[Who, tuple[str, ...] | None] = {
        Who.IT: settings.alerts_it,
        Who.CLERK: settings.alerts_clerk,
        Who.COUNSEL: settings.alerts_counsel,
    }
    found: dict[tuple[str, ...], list[Alert]] = {}
    for alert in alerts:
        box = boxes[alert.line.who] or settings.alerts_it
        if box:
            found.setdefault(box, []).append(alert)
    return found


def subject(agency: str, alerts: Sequence[Alert]) -> str:
    """The head of the letter, in few words: what it is about, of several how many."""
    urgent = any(one.line.level is Level.BAD and one.what is not What.OVER for one in alerts)
    first = alerts[0]
    told = f"{first.line.subject} ({first.what.value})" if len(alerts) == 1 else some(len(alerts), "alert")
    return f"{_URGENT + ': ' if urgent else ''}{told}, social media archive, {agency}"


def text(alerts: Sequence[Alert]) -> str:
    """The letter, the urgent first, what is over last."""
    order = sorted(alerts, key=lambda one: (one.what is What.OVER, one.line.level is not Level.BAD))
    return "\n\n".join([*("\n".join(_paragraph(one)) for one in order), _FOOT]) + "\n"


def as_json(agency: str, alerts: Sequence[Alert]) -> dict[str, Any]:
    """The same for a program. `text` is what chat services show of it."""
    return {
        "text": subject(agency, alerts),
        "installation": agency,
        "alerts": [
            {
                "key": one.line.key,
                "state": one.what.value,
                "level": one.line.level.value,
                "subject": one.line.subject,
                "said": one.line.said,
                "todo": one.line.todo,
                "who": one.line.who.value,
                "since": one.since.isoformat(),
            }
            for one in alerts
        ],
    }


def _paragraph(alert: Alert) -> Iterator[str]:
    line = alert.line
    if alert.what is What.OVER:
        yield f"OVER: {line.subject}"
        yield f"  It is well again; it was not since {at_time(alert.since)}."
        return
    mark = _URGENT if line.level is Level.BAD else "Soon"
    yield f"{mark}: {line.subject} ({alert.what.value})"
    yield f"  {line.said}"
    yield f"  Since: {at_time(alert.since)}."
    yield f"  For {line.who.value} to do: {line.todo.rstrip('.')}."
