"""An account's last night, where it broke off: why, whether it goes on by itself, and from when on."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import Connection, Engine, select

from paloverde.archive.seal import BrokenOff, RunKind, read_seal
from paloverde.state.tables import PAUSES, RUNS
from paloverde.steps import Step
from paloverde.wording import at_time

_ITS_STREAM = "night"  # of the gap that names what broke it off
_MET_A_LIMIT = "the site's limit or daily quota was reached"
_NOT_ONE_LIST = "not one list was had to its end; the gaps say why"


class BrokenNight(NamedTuple):
    """A night that ended before it had asked everything.

    `paused_until` is when the site wants to be asked again, None where it may be asked now.
    """

    account: str
    day: date
    ended_at: datetime
    cause: str
    at_limit: bool
    paused_until: datetime | None

    def __str__(self) -> str:
        return f"it broke off on {at_time(self.ended_at)}: {self.cause.rstrip('.')}"

    @property
    def todo(self) -> str:
        """What goes on by itself, from when on, and how a person does the same."""
        by_hand = Step.ARCHIVE.of(self.account, self.day.isoformat())
        after = f", after {at_time(self.paused_until)}" if self.paused_until else ""
        how = "goes on where it stopped" if self.at_limit else "asks again"
        return f"wait for the night's next try, or do it by {by_hand}{after}: it {how}"


def broken_nights(books: Engine, slugs: Iterable[str], now: datetime) -> dict[str, BrokenNight]:
    """The newest sealed night of each of these accounts where it broke off; none where it came to its end."""
    with books.connect() as connection:
        found = (_broken_night(connection, slug, now) for slug in slugs)
        return {night.account: night for night in found if night is not None}


def _broken_night(connection: Connection, slug: str, now: datetime) -> BrokenNight | None:
    nights = select(RUNS.c.body).where(
        RUNS.c.account == slug, RUNS.c.kind == RunKind.NIGHT.value, ~RUNS.c.pending
    )
    row = connection.execute(nights.order_by(RUNS.c.sequence.desc()).limit(1)).first()
    if row is None:
        return None
    run = read_seal(row.body.encode(), where="in the database").run
    cover = run.coverage
    if cover.broken_off is BrokenOff.NO:
        return None
    told = [gap.cause.removeprefix("it broke off: ") for gap in cover.gaps if gap.stream == _ITS_STREAM]
    at_limit = cover.broken_off is BrokenOff.LIMIT
    cause = told[0] if told else _MET_A_LIMIT if at_limit else _NOT_ONE_LIST
    paused_until = _paused_until(connection, run.platform, slug, now)
    return BrokenNight(slug, run.day, run.ended_at, cause, at_limit, paused_until)


def _paused_until(connection: Connection, site: str, slug: str, now: datetime) -> datetime | None:
    """Until when the site wants to be left alone, by this account or by the whole app; None: not at all."""
    mine = (PAUSES.c.site == site, PAUSES.c.owner.in_((slug, "")), PAUSES.c.free_at > now)
    ends = connection.execute(select(PAUSES.c.free_at).where(*mine)).scalars().all()
    return max(ends, default=None)
