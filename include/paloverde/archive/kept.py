"""The list of all objects that the archive holds, from the database: what is checked, copied and repaired.

Parts of runs, seals, ledger entries, papers and bundles, and the objects of the ledger's log. What the probe
leaves in a store is no record, and not in it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date, datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import (
    CompoundSelect,
    Connection,
    Date,
    Engine,
    Integer,
    LargeBinary,
    Row,
    Select,
    Subquery,
    and_,
    case,
    cast,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
)

from paloverde.archive.store.interface import Stored
from paloverde.archive.vault import end_of
from paloverde.records import add_calendar_years, archive_day
from paloverde.state.tables import CHECKS, COPIES, FILED, LEDGER, LOG, PARTS, RUNS

AT_ONCE = 500  # objects handed out in one go
# Objects asked of the database in one go: each question goes over the whole list, so there are to be few.
WINDOW = 100_000
NEW_DAYS = 7  # what is younger is checked at every check: most damage is done early
_OLD_LOCKS = ("disposition", "reinstatement")  # kinds of runs
FLOOR_YEARS = 2  # no lock of ours is shorter (Gov. Code 34090(d)), whatever the settings said at the time


class Kept(msgspec.Struct, frozen=True):
    """An object of the archive and what is known of it.

    `what` is a part's role, or seal, ledger, paper, log. `day` is the archive day of what a run wrote, None
    for what has none. `copy_version_id` is its version in the second copy, None while there is none.
    `damaged` is what the last check found: "", first, second or both.
    """

    stored: Stored
    what: str
    day: date | None
    copy_version_id: str | None = None
    checked_at: datetime | None = None
    damaged: str = ""

    @property
    def copy(self) -> Stored | None:
        """The object as it is named in the second copy."""
        if self.copy_version_id is None:
            return None
        return msgspec.structs.replace(self.stored, version_id=self.copy_version_id)

    def locked_at_least_until(self) -> datetime | None:
        """The shortest lock that it was given; None where the kind of object does not tell."""
        return None if self.day is None else end_of(add_calendar_years(self.day, FLOOR_YEARS))


class Totals(msgspec.Struct, frozen=True):
    """How much the archive holds: `size` in bytes; `copied`, `copied_size` of it lie in the second copy too.

    `new_size` is what is younger than `NEW_DAYS`. `overdue` were last read before the limit; `unread` never.
    `damaged` were not whole when they were last read.
    """

    objects: int
    size: int
    copied: int
    copied_size: int
    new_size: int
    overdue: int
    unread: int
    damaged: int


def waiting_for_check(books: Engine, begun: datetime) -> Iterator[list[Kept]]:
    """What was not checked since `begun`: damaged first, then what is new, then the longest unchecked.

    In batches: whoever iterates notes the checks of one (in CHECKS) before it asks for the next.
    """
    new = archive_day(begun) - timedelta(days=NEW_DAYS)
    kept = _kept(books.dialect.name)
    turn = case(
        (func.coalesce(CHECKS.c.damaged, "") != "", 0), (and_(kept.c.day.is_not(None), kept.c.day >= new), 1),
        else_=2,
    )  # fmt: skip
    due = or_(CHECKS.c.checked_at.is_(None), CHECKS.c.checked_at < begun)
    query = (
        _with_standing(kept).where(due).order_by(turn, CHECKS.c.checked_at.asc().nulls_first(), kept.c.key)
    )
    while window := _read(books, query.limit(WINDOW)):
        yield from _batches(window)


def uncopied(books: Engine, only: Collection[str] = ()) -> Iterator[list[Kept]]:
    """What does not lie in the second copy yet, as far as the database knows, in the order of keys.

    `only` what is of these kinds, where some are named.
    """
    kept = _kept(books.dialect.name)
    query = _with_standing(kept).where(COPIES.c.key.is_(None)).order_by(kept.c.key, kept.c.version_id)
    if only:
        query = query.where(kept.c.what.in_(only))
    return _page_by_page(books, query, kept)


def damaged(books: Engine) -> Iterator[list[Kept]]:
    """What was not whole when it was last read."""
    kept = _kept(books.dialect.name)
    query = _with_standing(kept).where(CHECKS.c.damaged != "").order_by(kept.c.key, kept.c.version_id)
    return _page_by_page(books, query, kept)


def everything(books: Engine) -> Iterator[list[Kept]]:
    """Every object of the archive, in the order of keys."""
    kept = _kept(books.dialect.name)
    query = _with_standing(kept).order_by(kept.c.key, kept.c.version_id)
    return _page_by_page(books, query, kept)


def totals(connection: Connection, now: datetime, days: int) -> Totals:
    """How much there is, and how much of it is longer unread than `days`."""
    kept = _kept(connection.dialect.name)
    standing = _with_standing(kept).subquery()
    limit, new = now - timedelta(days=days), archive_day(now) - timedelta(days=NEW_DAYS)
    row = connection.execute(
        select(
            func.count(),
            func.sum(standing.c.size),
            _count(standing.c.copy_version_id.is_not(None)),
            func.sum(case((standing.c.copy_version_id.is_not(None), standing.c.size), else_=0)),
            func.sum(case((standing.c.day >= new, standing.c.size), else_=0)),
            _count(standing.c.checked_at < limit),
            _count(standing.c.checked_at.is_(None)),
            _count(func.coalesce(standing.c.damaged, "") != ""),
        ).select_from(standing)
    ).one()
    return Totals(*(int(value or 0) for value in row))


def _count(condition: Any) -> Any:
    return func.sum(case((condition, 1), else_=0))


def _page_by_page(books: Engine, query: Select[Any], kept: Subquery) -> Iterator[list[Kept]]:
    """In batches that begin after the last one: no transaction is open while somebody works on them."""
    page = query
    while window := _read(books, page.limit(WINDOW)):
        last = window[-1].stored
        yield from _batches(window)
        same = and_(kept.c.key == last.key, kept.c.version_id > last.version_id)
        page = query.where(or_(kept.c.key > last.key, same))


def _batches(window: list[Kept]) -> Iterator[list[Kept]]:
    return (window[at : at + AT_ONCE] for at in range(0, len(window), AT_ONCE))


def _read(books: Engine, query: Select[Any]) -> list[Kept]:
    with books.connect() as connection:
        return [_kept_of(row) for row in connection.execute(query)]


def _kept_of(row: Row[Any]) -> Kept:
    stored = Stored(row.key, row.version_id, row.sha256, row.size)
    return Kept(stored, row.what, row.day, row.copy_version_id, row.checked_at, row.damaged or "")


def _with_standing(kept: Subquery) -> Select[Any]:
    """The objects with their checks and copies."""
    checked = and_(CHECKS.c.key == kept.c.key, CHECKS.c.version_id == kept.c.version_id)
    copied = and_(COPIES.c.key == kept.c.key, COPIES.c.version_id == kept.c.version_id)
    found = kept.outerjoin(CHECKS, checked).outerjoin(COPIES, copied)
    return select(
        kept, CHECKS.c.checked_at, CHECKS.c.damaged, COPIES.c.copy_version_id
    ).select_from(found)  # fmt: skip


def _kept(dialect: str) -> Subquery:
    """Key, version id, sha256, size, what and day of every object, each once."""
    return _union(dialect).subquery("kept")


def _union(dialect: str) -> CompoundSelect[Any]:
    no_day = cast(null(), Date).label("day")
    parts = select(
        PARTS.c.key, PARTS.c.version_id, func.min(PARTS.c.sha256).label("sha256"),
        func.min(PARTS.c.size).label("size"), func.min(PARTS.c.role).label("what"),
        # What these runs write or name again keeps the lock that it had, which the day does not tell.
        func.min(case((RUNS.c.kind.not_in(_OLD_LOCKS), PARTS.c.day))).label("day"),
    ).select_from(PARTS.outerjoin(RUNS, RUNS.c.sequence == PARTS.c.sequence)).group_by(
        PARTS.c.key, PARTS.c.version_id
    )  # fmt: skip
    return union_all(
        parts,
        select(
            RUNS.c.key, RUNS.c.version_id, RUNS.c.sha256, _bytes(dialect, RUNS.c.body),
            literal("seal"), RUNS.c.day,
        ).where(~RUNS.c.pending),
        select(
            LEDGER.c.key, LEDGER.c.version_id, LEDGER.c.sha256, _bytes(dialect, LEDGER.c.body),
            literal("ledger"), no_day,
        ).where(~LEDGER.c.pending),
        select(
            FILED.c.key, func.min(FILED.c.version_id), func.min(FILED.c.sha256), func.min(FILED.c.size),
            literal("paper"), no_day,
        ).group_by(FILED.c.key, FILED.c.version_id),
        select(LOG.c.key, LOG.c.version_id, LOG.c.sha256, LOG.c.size, literal("log"), no_day),
    )  # fmt: skip


def _bytes(dialect: str, column: Any) -> Any:
    """The length of a text in bytes, as each database counts it."""
    if dialect == "sqlite":
        return func.length(cast(column, LargeBinary))
    return cast(func.octet_length(column), Integer)
