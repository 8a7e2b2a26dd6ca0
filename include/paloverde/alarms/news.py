"""What of the lines is said now: once when it begins, again after some hours, and when it is over. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

import msgspec

from paloverde.alarms.line import Level, Line, worst


class What(StrEnum):
    """Why something is said."""

    NEW = "new"
    WORSE = "worse"
    AGAIN = "still so"
    OVER = "over"


class Known(msgspec.Struct, frozen=True):
    """What was not ok at the last round, and when it was last said; None: it was seen, and not said yet.

    `gravest` is the worst that was said of it since it began: what sways to and fro is worse only once.
    """

    line: Line
    since: datetime
    said_at: datetime | None
    gravest: Level = Level.OK


class Alert(msgspec.Struct, frozen=True):
    """Something that is said, and why now. `since` is when it began, or was first seen."""

    what: What
    line: Line
    since: datetime


class News(NamedTuple):
    """What to say, what is known after it was said, and what is known where it could not be said."""

    alerts: list[Alert]
    known: dict[str, Known]
    unsaid: dict[str, Known]


def news(
    known: Mapping[str, Known],
    lines: Iterable[Line],
    answered: Collection[str],
    now: datetime,
    again: timedelta,
) -> News:
    """What is to be said of a round, `known` being what was known before it.

    A warning is said when a second round sees it too, and so is what may be passing: a slow moment is none.
    What else is bad is said at once.
    What a look did not come to say is neither over nor new.
    """
    found = {line.key: line for line in lines if line.level is not Level.OK and not line.is_quiet}
    alerts, after, unsaid = list[Alert](), dict[str, Known](), dict[str, Known]()
    for key, line in found.items():
        before = known.get(key)
        since = line.since or (before.since if before else now)
        what = _what(before, line, now, again)
        said_at, gravest = (before.said_at, before.gravest) if before else (None, Level.OK)
        after[key] = unsaid[key] = Known(line, since, said_at, gravest)
        if what is not None:
            alerts.append(Alert(what, line, since))
            after[key] = Known(line, since, now, worst([line.level, gravest]))
    for key, before in known.items():
        if key in found:
            continue
        if before.line.look not in answered:
            after[key] = unsaid[key] = before
        elif before.said_at is not None:
            alerts.append(Alert(What.OVER, before.line, before.since))
            unsaid[key] = before
    return News(alerts, after, unsaid)


def _what(before: Known | None, line: Line, now: datetime, again: timedelta) -> What | None:
    if before is None:
        return What.NEW if line.level is Level.BAD and not line.is_passing else None
    if before.said_at is None:
        return What.NEW
    if line.level is Level.BAD and before.gravest is not Level.BAD:
        return What.WORSE
    return What.AGAIN if now - before.said_at >= again else None
