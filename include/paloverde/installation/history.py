"""What was done for an account, day by day and run by run, as the seals in the database tell it.

Each function reads what one page shows and no more: a month of nights, or a few runs.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import Connection, Engine, exists, func, select, text

from paloverde.archive.gaps import KnownGap
from paloverde.archive.seal import BrokenOff, RunKind, read_seal
from paloverde.capture.removal import REMOVABLE, too_many_gone
from paloverde.installation.nights import nights_between
from paloverde.records import Kind
from paloverde.settings import Settings
from paloverde.state.tables import CREDENTIALS, GAPS, IS_OPEN, ITEMS, RUNS


class State(StrEnum):
    """How a day stands. The value is its letter on a calendar."""

    WHOLE = "C"  # a night had everything that it asked for, and asked for everything that was planned
    FILLED = "F"  # a night had gaps, and later runs had the same in full
    GAPS = "G"  # a night had gaps that are still open, broke off, or did not ask for all that was planned
    NONE = "N"  # between two nights, and no night was sealed


class Day(NamedTuple):
    """A day of a calendar. `state` is None where none is due: before the first night, or not over yet."""

    day: date
    state: State | None


class Told(NamedTuple):
    """A sealed run, as a list of runs tells it."""

    sequence: int
    kind: RunKind
    day: date
    started_at: datetime
    ended_at: datetime
    counts: dict[str, int]
    gaps: int
    broken_off: BrokenOff
    notes: list[str]


class TokenKept(NamedTuple):
    """That a token is kept, and since when. It is not opened for this."""

    put_at: datetime
    renewed_at: datetime | None


def month(books: Engine, slug: str, first: date, today: date, gaps: Sequence[KnownGap]) -> list[Day]:
    """The days of the month that begins with `first`; `gaps` are all that the account ever had."""
    last = first.replace(day=monthrange(first.year, first.month)[1])
    begun, _ = span(books, slug)
    nights: dict[date, list[bool]] = {}
    for night, unasked in nights_between(books, slug, first, last):
        nights.setdefault(night.day, []).append(night.is_closed and not unasked)
    days = (first + timedelta(days=n) for n in range(last.day))
    return [Day(day, _state(day, nights.get(day, []), gaps, begun, today)) for day in days]


def span(books: Engine, slug: str) -> tuple[date | None, date | None]:
    """The days of an account's first and last sealed night; None without one."""
    query = select(func.min(RUNS.c.day), func.max(RUNS.c.day)).where(
        RUNS.c.account == slug, RUNS.c.kind == RunKind.NIGHT.value, ~RUNS.c.pending
    )
    with books.connect() as connection:
        first, last = connection.execute(query).one()
    return first, last


def runs_of_day(books: Engine, slug: str, day: date) -> list[Told]:
    """Everything that was sealed for an account for one day, in its order."""
    with books.connect() as connection:
        query = select(RUNS.c.sequence, RUNS.c.body).where(
            RUNS.c.account == slug, RUNS.c.day == day, ~RUNS.c.pending
        )
        rows = connection.execute(query.order_by(RUNS.c.sequence)).all()
    return [_told(row.sequence, row.body) for row in rows]


def newest_runs(books: Engine, slug: str, page: int, per_page: int) -> tuple[list[Told], int]:
    """One page of an account's sealed runs, newest first, and how many there are."""
    mine = (RUNS.c.account == slug, ~RUNS.c.pending)
    query = select(RUNS.c.sequence, RUNS.c.body).where(*mine).order_by(RUNS.c.sequence.desc())
    with books.connect() as connection:
        total = connection.execute(select(func.count()).select_from(RUNS).where(*mine)).scalar_one()
        rows = connection.execute(query.limit(per_page).offset((page - 1) * per_page)).all()
    return [_told(row.sequence, row.body) for row in rows], total


def open_gaps(books: Engine) -> dict[str, int]:
    """How many gaps of each account are open."""
    query = (
        select(GAPS.c.account, func.count().label("open"))
        .where(GAPS.c.filled_by.is_(None))
        .group_by(GAPS.c.account)
    )
    with books.connect() as connection:
        return {row.account: row.open for row in connection.execute(query)}


def token_kept(books: Engine, slug: str) -> TokenKept | None:
    """Since when an account's token is kept; None where there is none."""
    query = select(CREDENTIALS.c.put_at, CREDENTIALS.c.renewed_at).where(CREDENTIALS.c.account == slug)
    with books.connect() as connection:
        row = connection.execute(query).first()
    return TokenKept(row.put_at, row.renewed_at) if row else None


def disappeared(books: Engine, slugs: Iterable[str], settings: Settings) -> dict[str, str]:
    """Why a removal check of now would conclude nothing of an account, in words: too much is gone at once.

    Accounts of which it would are left out. Counts no more items than decide it, however many there are.
    """
    with books.connect() as connection:
        found = ((slug, _disappeared(connection, slug, settings)) for slug in slugs)
        return {slug: why for slug, why in found if why}


def _disappeared(connection: Connection, slug: str, settings: Settings) -> str | None:
    most, percent = settings.mass_disappearance_items, settings.mass_disappearance_percent
    mine = (ITEMS.c.account == slug, ITEMS.c.kind.in_([kind.value for kind in REMOVABLE]))
    above = ITEMS.alias()  # looked up one by one: of all that was ever removed there is no index
    removed = exists().where(
        above.c.account == slug,
        above.c.kind.in_([kind.value for kind in Kind]),
        above.c.native_id == ITEMS.c.within,
        above.c.state == "removed",
    )
    # Said so, SQLite reads the index of the few that are open, and not every item of the account.
    its = (ITEMS.c.account.concat("") == slug, ITEMS.c.kind.in_([kind.value for kind in REMOVABLE]))
    absent = select(func.count()).where(text(IS_OPEN), ITEMS.c.state == "absent", *its, ~removed)
    gone = connection.execute(absent).scalar_one()
    if gone == 0:
        return None
    enough = gone * 100 // max(1, percent) + 1
    few = select(ITEMS.c.native_id).where(*mine).limit(enough).subquery()
    known = connection.execute(select(func.count()).select_from(few)).scalar_one()
    return too_many_gone(gone, known, most=most, percent=percent)


def _state(
    day: date, nights: Sequence[bool], gaps: Iterable[KnownGap], begun: date | None, today: date
) -> State | None:
    """How a day stands; `nights` says of each of its nights whether it is complete."""
    if any(nights):
        return State.WHOLE
    if nights:
        met = [gap for gap in gaps if gap.first_day <= day <= gap.last_day]
        is_filled = bool(met) and all(gap.filled_by is not None for gap in met)
        return State.FILLED if is_filled else State.GAPS
    return State.NONE if begun is not None and begun < day < today else None


def _told(sequence: int, body: str) -> Told:
    run = read_seal(body.encode(), where="in the database").run
    return Told(
        sequence, run.kind, run.day, run.started_at, run.ended_at, run.counts, len(run.coverage.gaps),
        run.coverage.broken_off, run.coverage.notes,
    )  # fmt: skip
