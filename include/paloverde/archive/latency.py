"""How long it took from posting to the archive, measured on what was posted since its first run."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec
from sqlalchemy import BigInteger, Connection, func, or_, select, type_coerce

from paloverde.records import Kind
from paloverde.state.tables import ITEMS
from paloverde.wording import some

DAYS = 30
_SAID = (Kind.POST, Kind.STORY, Kind.COMMENT, Kind.MESSAGE)  # what somebody said at a moment


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


def latency(connection: Connection, account: str, now: datetime) -> Latency | None:
    """The latency of what was first seen in the last `DAYS` days; None where nothing new was posted.

    What was there before the account's first run says nothing about it, and is left out; so is what only an
    import told of, which no listing showed. Percentiles are by
    nearest rank. A site's clock may be ahead of ours: nothing counts as archived before it was posted.
    """
    begun = (
        select(ITEMS.c.first_seen)
        .where(ITEMS.c.account == account, ITEMS.c.stream != "")
        .order_by(ITEMS.c.first_seen)
        .limit(1)
        .scalar_subquery()
    )
    took = type_coerce(ITEMS.c.first_seen, BigInteger) - type_coerce(ITEMS.c.posted_at, BigInteger)
    measured = (
        select(
            took.label("took"),
            func.row_number().over(order_by=took).label("rank"),
            func.count().over().label("total"),
        )
        .where(
            ITEMS.c.account == account,
            ITEMS.c.stream != "",
            ITEMS.c.first_seen >= now - timedelta(days=DAYS),
            ITEMS.c.kind.in_([kind.value for kind in _SAID]),
            ITEMS.c.posted_at >= begun,
        )
        .subquery()
    )
    middle, late = (measured.c.total + 1) // 2, (measured.c.total * 95 + 99) // 100
    rows = connection.execute(
        select(measured.c.took, measured.c.total)
        .where(or_(measured.c.rank == middle, measured.c.rank == late))
        .order_by(measured.c.rank)
    ).all()
    if not rows:
        return None
    median, most = (timedelta(microseconds=max(0, int(row.took))) for row in (rows[0], rows[-1]))
    return Latency(rows[0].total, median, most)


def _spoken(time: timedelta) -> str:
    minutes = time.total_seconds() / 60
    if minutes < 90:
        return some(max(1, round(minutes)), "minute")
    if minutes < 48 * 60:
        return f"{minutes / 60:.1f} hours"
    return f"{minutes / 1440:.1f} days"
