"""How long it took from posting to the archive, measured on what was posted since its first run.

A busy account has hundreds of thousands of new items in a month. They are read from an index alone, and the
figure is kept in memory until the account's next run: between two runs nothing of it can change.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import NamedTuple

import msgspec
import numpy as np
from sqlalchemy import BigInteger, Connection, select, type_coerce

from paloverde.records import PACIFIC, Kind, archive_day
from paloverde.state.tables import ITEMS, RUNS
from paloverde.wording import some

DAYS = 30
_SAID = (Kind.POST, Kind.STORY, Kind.COMMENT, Kind.MESSAGE)  # what somebody said at a moment
_MOST_KEPT = 1_000  # figures; a city has some dozens of accounts


class Latency(msgspec.Struct, frozen=True):
    """Posted to archived (first observation) of `items` items: the middle one, and 95 in a hundred."""

    items: int
    median: timedelta
    most: timedelta

    def sentence(self) -> str:
        return (
            f"posted to archived over the last {DAYS} days, {some(self.items, 'item')}: half within "
            f"{_spoken(self.median)}, 95 in a hundred within {_spoken(self.most)}"
        )


class _Asked(NamedTuple):
    """All that a figure depends on: `run` is the account's newest seal, since only runs move its register."""

    database: str
    account: str
    run: str
    since: datetime


_KEPT: dict[_Asked, Latency | None] = {}


def latency(connection: Connection, account: str, now: datetime) -> Latency | None:
    """The latency of what was first seen since midnight `DAYS` days ago in the City; None where nothing new
    was posted.

    What was there before the account's first run says nothing about it, and is left out; so is what only an
    import told of, which no listing showed. Percentiles are by nearest rank. A site's clock may be ahead of
    ours: nothing counts as archived before it was posted.
    """
    since = datetime.combine(archive_day(now) - timedelta(days=DAYS), time(), PACIFIC)
    run = connection.execute(
        select(RUNS.c.sha256)
        .where(RUNS.c.account == account, ~RUNS.c.pending)
        .order_by(RUNS.c.sequence.desc())
        .limit(1)
    ).scalar()
    if run is None:
        return _measured(connection, account, since)
    asked = _Asked(str(connection.engine.url), account, run, since)
    if asked not in _KEPT:
        found = _measured(connection, account, since)
        if len(_KEPT) >= _MOST_KEPT:
            _KEPT.clear()
        _KEPT[asked] = found
        return found
    return _KEPT[asked]


def _measured(connection: Connection, account: str, since: datetime) -> Latency | None:
    """Nothing but what ix_items_first_seen holds is asked for: no item itself is looked up."""
    listed = (ITEMS.c.account == account, ITEMS.c.stream != "")
    begun = select(ITEMS.c.first_seen).where(*listed).order_by(ITEMS.c.first_seen).limit(1).scalar_subquery()
    took = type_coerce(ITEMS.c.first_seen, BigInteger) - type_coerce(ITEMS.c.posted_at, BigInteger)
    rows = connection.execute(
        select(took).where(
            *listed,
            ITEMS.c.first_seen >= since,
            ITEMS.c.kind.in_([kind.value for kind in _SAID]),
            ITEMS.c.posted_at >= begun,
        )
    )
    found = np.fromiter(rows.scalars(), np.int64)
    total = len(found)
    if not total:
        return None
    ranks = [(total + 1) // 2 - 1, (total * 95 + 99) // 100 - 1]
    median, most = (max(0, int(one)) for one in np.partition(found, ranks)[ranks])
    return Latency(total, timedelta(microseconds=median), timedelta(microseconds=most))


def _spoken(time: timedelta) -> str:
    minutes = time.total_seconds() / 60
    if minutes < 90:
        return some(max(1, round(minutes)), "minute")
    if minutes < 48 * 60:
        return f"{minutes / 60:.1f} hours"
    return f"{minutes / 1440:.1f} days"
