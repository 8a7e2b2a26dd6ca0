"""Whether both copies are whole, and whether the second one is where the first one is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

import msgspec
from sqlalchemy import Connection, Select, Table, and_, func, select

from paloverde.alarms.here import Look, Place
from paloverde.alarms.line import Level, Line
from paloverde.archive.kept import Totals, totals
from paloverde.archive.ledger import Entry
from paloverde.archive.seal import read_seal
from paloverde.errors import Unreachable
from paloverde.state.tables import ACCOUNTS, CHECKS, COPIES, LEDGER, RUNS
from paloverde.wording import at_time, some

_COPIED_HOURS, _LOST_HOURS = 6, 26  # the DAG second_copy runs every hour
_CHECKED_DAYS = 3  # the DAG fixity_check runs every day
_SECONDS = 30.0
_LAST_COPY = select(COPIES.c.key, COPIES.c.copied_at).order_by(COPIES.c.copied_at.desc()).limit(1)


class Held(NamedTuple):
    """What is known of both copies. Times are of the newest copy and the newest check; None: none yet.

    `began` is when the first account was registered, `waiting_since` when the oldest run or event that is not
    copied was sealed or noted.
    """

    totals: Totals
    has_second: bool
    copied_at: datetime | None
    checked_at: datetime | None
    began: datetime | None
    waiting_since: datetime | None
    now: datetime


def ask(place: Place) -> Held:
    vault = place.city.vault
    with vault.books.connect() as connection:
        found = totals(connection, place.now, place.settings.fixity_days)
        last = connection.execute(_LAST_COPY).first()
        checked = connection.execute(select(func.max(CHECKS.c.checked_at))).scalar()
        began = connection.execute(select(func.min(ACCOUNTS.c.registered_at))).scalar()
        waiting = _waiting_since(connection) if found.copied < found.objects else None
    if vault.second is not None and last is not None and vault.second.find(last.key) is None:
        raise Unreachable(
            f"{vault.second.description} does not hold what was copied there last: its disk may not be "
            "mounted, or PALOVERDE_SECOND_STORE names another place."
        )
    copied = last.copied_at if last else None
    return Held(found, vault.second is not None, copied, checked, began, waiting, place.now)


def _waiting_since(connection: Connection) -> datetime | None:
    """Of the oldest that waits: a copy that is hours old is late only for what has waited as long."""
    run = connection.execute(_uncopied(RUNS)).scalar()
    entry = connection.execute(_uncopied(LEDGER)).scalar()
    times = [read_seal(run.encode(), where="in the database").run.ended_at] if run else []
    times += [msgspec.json.decode(entry, type=Entry).event.at] if entry else []
    return min(times, default=None)


def _uncopied(table: Table) -> Select[tuple[str]]:
    """The oldest seal or entry that the second copy lacks."""
    is_copy = and_(COPIES.c.key == table.c.key, COPIES.c.version_id == table.c.version_id)
    lacking = select(table.c.body).outerjoin(COPIES, is_copy).where(COPIES.c.key.is_(None), ~table.c.pending)
    return lacking.order_by(table.c.sequence).limit(1)


def judge(held: Held) -> Iterator[Line]:
    yield from _whole(held)
    if held.has_second:
        yield _copied(held)


def _whole(held: Held) -> Iterator[Line]:
    key, subject, found = "fixity", "The stored bytes", held.totals
    if found.damaged:
        told = f"{some(found.damaged, 'object was', 'objects were')} not whole when last read."
        todo = "`paloverde repair`; change nothing by hand, and see docs/guide/disaster.md"
        yield Line(key, subject, Level.BAD, told, todo, since=held.checked_at)
        return
    last = held.checked_at or held.began
    late = found.objects > 0 and last is not None and held.now - last > timedelta(days=_CHECKED_DAYS)
    when = f"They were last read on {at_time(held.checked_at)}" if held.checked_at else "They were never read"
    if late:
        told, todo = f"{when} again.", "see why the DAG fixity_check does not run, or run `paloverde fixity`"
        yield Line(key, subject, Level.WARN, told, todo, since=last)
    elif found.overdue:
        told = f"{some(found.overdue, 'object is', 'objects are')} longer unread than the settings allow."
        yield Line(
            key,
            subject,
            Level.WARN,
            told,
            "raise PALOVERDE_FIXITY_BUDGET_MB: `paloverde fixity` says how far",
        )
    else:
        told = (
            f"Of {some(found.objects, 'object')} none is known to be damaged."
            if found.objects
            else "There are none yet."
        )
        yield Line(key, subject, Level.OK, told)


def _copied(held: Held) -> Line:
    key, subject = "second copy", "The second copy"
    behind = held.totals.objects - held.totals.copied
    since = max(filter(None, (held.copied_at or held.began, held.waiting_since)), default=None)
    hours = (held.now - since) / timedelta(hours=1) if since else 0.0
    if behind <= 0 or hours <= _COPIED_HOURS:
        told = (
            f"It answers; {some(behind, 'object waits', 'objects wait')} for the next copy."
            if behind > 0
            else "It has everything."
        )
        return Line(key, subject, Level.OK, told)
    when = f"since {at_time(held.copied_at)}" if held.copied_at else "yet"
    told = f"Nothing was copied {when}, and {some(behind, 'object lies', 'objects lie')} in one place only."
    level = Level.BAD if hours > _LOST_HOURS else Level.WARN
    return Line(
        key,
        subject,
        level,
        told,
        "see why the DAG second_copy does not run, or run `paloverde copies copy`",
        since=since,
    )


LOOKS = (Look("copies", "The two copies", ask, judge, _SECONDS),)
