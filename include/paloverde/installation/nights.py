"""What the database knows of an account's nights: the newest, the newest whole one, how far back to ask."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple, cast

from sqlalchemy import Engine, func, select

from paloverde.archive.gaps import reaches_back_to_the_first
from paloverde.archive.register import oldest_look
from paloverde.archive.seal import RunKind, read_seal
from paloverde.capture.removal import LASTING
from paloverde.errors import BadQuestion
from paloverde.records import PACIFIC
from paloverde.state.tables import RUNS

_FIRST_DAY = date(2004, 1, 1)  # before the first of the sites


class LastNight(NamedTuple):
    """An account's newest sealed night."""

    account: str
    day: date
    whole: bool
    oldest_look: datetime | None


def last_nights(books: Engine) -> list[LastNight]:
    """The newest sealed night of each account, and what was longest not looked at."""
    newest = select(func.max(RUNS.c.sequence)).where(RUNS.c.kind == RunKind.NIGHT.value, ~RUNS.c.pending)
    with books.connect() as connection:
        sequences = connection.execute(newest.group_by(RUNS.c.account)).scalars().all()
        bodies = connection.execute(select(RUNS.c.body).where(RUNS.c.sequence.in_(sequences))).scalars().all()
        runs = [read_seal(body.encode(), where="in the database").run for body in bodies]
        looks = [oldest_look(connection, run.account, LASTING) for run in runs]
    nights = [
        LastNight(run.account, run.day, not run.coverage.gaps, look)
        for run, look in zip(runs, looks, strict=True)
    ]
    return sorted(nights)


def whole_night(books: Engine, slug: str) -> date | None:
    """The newest night without a gap. Read backwards, a few at a time: it is most often the newest."""
    nights = select(RUNS.c.day, RUNS.c.body).where(
        RUNS.c.account == slug, RUNS.c.kind == RunKind.NIGHT.value, ~RUNS.c.pending
    )
    newest_first = nights.order_by(RUNS.c.day.desc(), RUNS.c.sequence.desc())
    with (
        books.connect().execution_options(yield_per=5) as connection,
        connection.execute(newest_first) as rows,
    ):
        for row in rows:
            if not read_seal(row.body.encode(), where="in the database").run.coverage.gaps:
                return cast(date, row.day)
    return None


def reaching_back(books: Engine, slug: str, day: date, days: int) -> datetime | None:
    """How far back a night lists posts: everything (None) the first time, then so many days."""
    with books.connect() as connection:
        if reaches_back_to_the_first(connection, slug, day):
            return None
    return datetime.combine(day - timedelta(days=days), time(), PACIFIC).astimezone(UTC)


def refuse_an_odd_day(day: date, today: date) -> None:
    """What is sealed for a day cannot be taken back, so the day must be one that a site can speak of."""
    if not _FIRST_DAY <= day <= today:
        raise BadQuestion(
            f"{day} cannot be archived: an archive day lies between {_FIRST_DAY} and today ({today})."
        )
