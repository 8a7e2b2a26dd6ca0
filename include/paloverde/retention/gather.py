"""The facts of an account's items, streamed from the register and from what the sealed objects say besides.

The register knows when each item was last seen and how it stands. Three things stand in objects only: the
day and cause of a removal, how an item came to the City where that was no night's answer, and who could see
it. Those are read once, part by part and only the columns that matter, into a temporary table of the
database, which joins them to the register: memory does not grow with the archive.

Nights, sweeps and removal checks bring what the site's API answered, so provenance is read from the parts of
imports only. Who could see an item stands in every night's records: it is read only where
asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Date,
    Integer,
    MetaData,
    Row,
    Select,
    String,
    Table,
    Text,
    and_,
    select,
    type_coerce,
)

from paloverde.archive.layout import name_of
from paloverde.archive.reader import Archive, SealedPart
from paloverde.archive.register import DESTROYED, IMPORTED
from paloverde.archive.seal import Role, RunKind
from paloverde.archive.vault import end_of
from paloverde.records import Account, Kind, Provenance, archive_day
from paloverde.retention.decision import years_after
from paloverde.retention.facts import Facts, HeldBy, ItemId
from paloverde.state.tables import ITEMS, PARTS, RUNS

Holds = Callable[[str], Mapping[tuple[Kind, str], tuple[HeldBy, ...]]]
Locks = Callable[[str], Mapping[tuple[Kind, str], datetime]]

_SHOWN = ("present",)
# Hidden is a removal that the next check settles; gone and withheld were never confirmed, where they stand.
_IN_QUESTION = ("hidden", "absent", "gone", "withheld", "unknown")
_FEW = 500  # as many as one statement may name
_BATCH = 20_000  # rows written at once
_READ_AT_ONCE = 5_000
_HOUR = 3_600_000_000  # microseconds
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_PROVENANCES = tuple(Provenance)
_API = frozenset({Provenance.API})
_RECORD = ("kind", "native_id", "provenance", "visibility", "observed_at")
_SIGHTING = ("kind", "native_id", "how", "date")
_REMOVAL = ("kind", "native_id", "provenance", "confirmed_at", "removed_at", "cause")
_KEY_TAIL = len("-.parquet") + 64

_TOLD = Table(
    "told",
    MetaData(),
    Column("kind", String(20), primary_key=True),
    Column("native_id", Text, primary_key=True),
    Column("provenance", Integer, nullable=False),  # a bit for each of `Provenance`
    Column("visibility", String(20), nullable=False),
    Column("seen", BigInteger, nullable=False),  # when that was observed
    Column("received_on", Date),
    Column("removed_on", Date),
    Column("cause", Text),
    prefixes=["TEMPORARY"],
)
_COLUMNS = tuple(column.name for column in _TOLD.columns)
_UPSERT = """
INSERT INTO told ({columns}) VALUES ({marks})
ON CONFLICT (kind, native_id) DO UPDATE SET
  provenance = told.provenance | excluded.provenance,
  visibility = CASE WHEN excluded.visibility <> '' AND excluded.seen >= told.seen
                    THEN excluded.visibility ELSE told.visibility END,
  seen = CASE WHEN excluded.seen > told.seen THEN excluded.seen ELSE told.seen END,
  received_on = CASE WHEN told.received_on IS NULL OR excluded.received_on > told.received_on
                     THEN excluded.received_on ELSE told.received_on END,
  cause = CASE WHEN excluded.removed_on IS NULL OR excluded.removed_on < told.removed_on
               THEN told.cause ELSE excluded.cause END,
  removed_on = CASE WHEN told.removed_on IS NULL OR excluded.removed_on > told.removed_on
                    THEN excluded.removed_on ELSE told.removed_on END
"""


def facts_of(
    archive: Archive,
    account: Account,
    *,
    lock_years: int,
    holds: Holds,
    locked: Locks | None = None,
    items: Collection[ItemId] | None = None,
    visibility: bool = True,
) -> Iterator[Facts]:
    """The facts of each item of an account that was not destroyed, or of these `items` of it.

    `holds` and `locked` give, for an account's slug, what holds its items and the latest lock of the objects
    of each. Whatever `locked` says, an item counts as locked for `lock_years` from the day on which it was
    last received: that day's objects hold it. `visibility` asks who could see each item when it was seen
    last, which costs a reading of all records.
    """
    wanted = None if items is None else {(str(one.kind), one.native_id) for one in items}
    held, locks = holds(account.slug), locked(account.slug) if locked else {}
    with _reading(archive) as connection:
        _tell(connection, archive, account.slug, wanted, visibility=visibility)
        query = _joined(account.slug, wanted)
        # Closed whatever happens: a reader that stops half-way leaves no open cursor on the server.
        with connection.execute(query, execution_options={"yield_per": _READ_AT_ONCE}) as rows:
            for row in rows:
                if wanted is None or (row[0], row[1]) in wanted:
                    key = (Kind(row[0]), row[1])
                    yield _facts(account, row, held.get(key, ()), locks.get(key), lock_years)


@contextmanager
def _reading(archive: Archive) -> Iterator[Connection]:
    """One connection with its temporary table, which sees the register as it stands now."""
    with archive.books.connect() as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN")
        _TOLD.metadata.create_all(connection, checkfirst=False)
        yield connection


def _facts(
    account: Account,
    row: Row[Any],
    held: tuple[HeldBy, ...],
    locked_until: datetime | None,
    lock_years: int,
) -> Facts:
    kind, native_id, state, posted_at, first_seen, last_seen, *told = row
    code, visibility, brought_on, removed_on, cause = told
    received_on = _day(max(first_seen, last_seen, posted_at or 0))
    if brought_on is not None and brought_on > received_on:
        received_on = brought_on
    own_lock = _end_of(years_after(received_on, lock_years))
    return Facts(
        item=ItemId(account.slug, Kind(kind), native_id),
        holder=account.holder,
        provenance=_provenances(code or 0, is_imported=state == IMPORTED),
        visibility=visibility or "",
        posted_at=None if posted_at is None else _EPOCH + timedelta(microseconds=posted_at),
        received_on=received_on,
        shown=state in _SHOWN,
        in_question=state in _IN_QUESTION or (state == "removed" and removed_on is None),
        removed_on=removed_on,
        cause=cause,
        holds=held,
        locked_until=max(own_lock, locked_until) if locked_until else own_lock,
    )


def _joined(account: str, wanted: set[tuple[str, str]] | None) -> Select[Any]:
    """The register's rows of an account, each with what the objects say of it. Moments are microseconds."""
    moments = [type_coerce(ITEMS.c[name], BigInteger) for name in ("posted_at", "first_seen", "last_seen")]
    told = [_TOLD.c[name] for name in ("provenance", "visibility", "received_on", "removed_on", "cause")]
    same = and_(_TOLD.c.kind == ITEMS.c.kind, _TOLD.c.native_id == ITEMS.c.native_id)
    query = (
        select(ITEMS.c.kind, ITEMS.c.native_id, ITEMS.c.state, *moments, *told)
        .select_from(ITEMS.outerjoin(_TOLD, same))
        .where(ITEMS.c.account == account, ITEMS.c.state != DESTROYED)
    )
    if wanted is None or len(wanted) > _FEW:
        return query
    return query.where(ITEMS.c.native_id.in_(sorted({native_id for _, native_id in wanted})))


def _tell(
    connection: Connection,
    archive: Archive,
    account: str,
    wanted: set[tuple[str, str]] | None,
    *,
    visibility: bool,
) -> None:
    """Fill the temporary table from the objects, one part in memory at a time."""
    ids = None if wanted is None or len(wanted) > _FEW else {native_id for _, native_id in wanted}
    for sealed in _parts(archive, account, Role.RECORDS, all_runs=visibility):
        _note(connection, _rows_of(archive, sealed, _RECORD, ids), _as_record)
    for sealed in _parts(archive, account, Role.SIGHTINGS, all_runs=False):
        _note(connection, _rows_of(archive, sealed, _SIGHTING, ids), _as_sighting)
    for sealed in archive.parts(Role.REMOVED, [account]):
        if ids is None or _may_concern(sealed, ids):
            _note(connection, _rows_of(archive, sealed, _REMOVAL, ids), _as_removal)


def _parts(archive: Archive, account: str, role: Role, *, all_runs: bool) -> list[SealedPart]:
    """An account's parts of a role: of all its runs, or of its imports, which bring what no API answered.

    What a disposition wrote again belongs to the run whose observations it holds.
    """
    if all_runs:
        return archive.parts(role, [account])
    imports = select(RUNS.c.sequence).where(RUNS.c.account == account, RUNS.c.kind == RunKind.IMPORT.value)
    where = (PARTS.c.account == account, PARTS.c.role == role.value, PARTS.c.of_run.in_(imports))
    return archive.parts_where(select(PARTS).where(*where))


def _may_concern(sealed: SealedPart, ids: set[str]) -> bool:
    """Whether the object of a removed item can be one of theirs; its key begins with the item's name."""
    name = sealed.part.key.rsplit("/", 1)[-1][:-_KEY_TAIL]
    return name in {name_of(native_id) for native_id in ids}


def _rows_of(archive: Archive, sealed: SealedPart, names: tuple[str, ...], ids: set[str] | None) -> pa.Table:
    table = archive.table(sealed.part, names)
    if ids is None:
        return table
    return table.filter(pc.is_in(table["native_id"], value_set=pa.array(sorted(ids), pa.string())))


def _note(
    connection: Connection, table: pa.Table, told: Callable[[dict[str, list[Any]]], Iterator[tuple[Any, ...]]]
) -> None:
    mark = "?" if connection.dialect.paramstyle == "qmark" else "%s"
    upsert = _UPSERT.format(columns=", ".join(_COLUMNS), marks=", ".join([mark] * len(_COLUMNS)))
    for batch in table.to_batches(max_chunksize=_BATCH):
        rows = list(told(batch.to_pydict()))
        if rows:
            connection.exec_driver_sql(upsert, rows)


def _as_record(columns: dict[str, list[Any]]) -> Iterator[tuple[Any, ...]]:
    for kind, native_id, provenance, visibility, observed_at in zip(
        *(columns[name] for name in _RECORD), strict=True
    ):
        seen = 0 if observed_at is None else (observed_at - _EPOCH) // timedelta(microseconds=1)
        yield kind, native_id, _code(provenance), visibility or "", seen, None, None, None


def _as_sighting(columns: dict[str, list[Any]]) -> Iterator[tuple[Any, ...]]:
    for kind, native_id, how, day in zip(*(columns[name] for name in _SIGHTING), strict=True):
        if how == "import":  # the day on which it was handed in; the register dates it when it was made
            yield kind, native_id, 0, "", 0, day.isoformat(), None, None


def _as_removal(columns: dict[str, list[Any]]) -> Iterator[tuple[Any, ...]]:
    for kind, native_id, provenance, confirmed_at, removed_at, cause in zip(
        *(columns[name] for name in _REMOVAL), strict=True
    ):
        days = [archive_day(moment).isoformat() for moment in (confirmed_at, removed_at) if moment]
        yield kind, native_id, _code(provenance), "", 0, None, max(days, default=None), cause


def _code(provenance: str | None) -> int:
    return 1 << _PROVENANCES.index(Provenance(provenance)) if provenance else 0


@lru_cache(maxsize=64)
def _provenances(code: int, *, is_imported: bool) -> frozenset[Provenance]:
    """What the parts say. What the register knows from looking at the site, the API answered."""
    told = frozenset(one for at, one in enumerate(_PROVENANCES) if code >> at & 1)
    return told if is_imported else told | _API


@lru_cache(maxsize=65_536)
def _day_of_hour(hour: int) -> date:
    return archive_day(_EPOCH + timedelta(hours=hour))


def _day(moment: int) -> date:
    """The Pacific day of a moment in microseconds: the clock is only ever changed by whole hours."""
    return _day_of_hour(moment // _HOUR)


_end_of = lru_cache(maxsize=4_096)(end_of)
