"""The register of items: the last known state of each, derived from the sightings that seals name.

One path for a fresh run and for a rebuild: read the sealed sightings, apply them in order.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Connection, CursorResult, Select, or_, select, true

from paloverde.records import Kind
from paloverde.state.tables import ITEMS

_BATCH = 5_000
_NAMES = ("account", "kind", "native_id", "stream", "within", "version_sha256", "state")
_TIMES = ("record_sequence", "posted_at", "first_seen", "last_seen", "looked_at", "absent_since")
_COLUMNS = (*_NAMES, *_TIMES, "not_captured")
# A zero or empty value of a sighting says "as before". "unknown" says nothing about the item: an outage must
# move neither its state nor its last look. Removed it stays until it is seen in public again. A look-up (no
# stream) leaves the listing that can prove an absence as it was. What was looked at before the last look (the
# answers of an interrupted night, an old export) says nothing about how the item stands now.
# "imported" is how an item stands that only imports told of. Nobody looked at the site: it changes nothing of
# what was ever looked at, no listing or rotation expects it, and the first look at the site takes its place.
_UPSERT = """
INSERT INTO items ({columns}) VALUES ({marks})
ON CONFLICT (account, kind, native_id) DO UPDATE SET
  first_seen = CASE WHEN {anew} OR (items.stream = '' AND excluded.stream <> '')
                    THEN excluded.first_seen ELSE items.first_seen END,
  stream = CASE WHEN {anew} OR excluded.stream <> '' THEN excluded.stream ELSE items.stream END,
  within = CASE WHEN {anew} OR excluded.stream <> '' THEN excluded.within ELSE items.within END,
  version_sha256 = CASE WHEN excluded.record_sequence > 0 AND NOT {late}
                        THEN excluded.version_sha256 ELSE items.version_sha256 END,
  record_sequence = CASE WHEN excluded.record_sequence > 0 AND NOT {late}
                         THEN excluded.record_sequence ELSE items.record_sequence END,
  not_captured = CASE WHEN {late} THEN items.not_captured
                      ELSE coalesce(excluded.not_captured, items.not_captured) END,
  posted_at = coalesce(excluded.posted_at, items.posted_at),
  state = CASE WHEN excluded.state = 'unknown' OR {late} THEN items.state
               WHEN items.state = 'removed' AND excluded.state <> 'present' THEN items.state
               WHEN items.state = 'destroyed' AND NOT {anew} THEN items.state
               ELSE excluded.state END,
  last_seen = CASE WHEN {anew} OR (excluded.last_seen > items.last_seen AND NOT {told})
                   THEN excluded.last_seen ELSE items.last_seen END,
  looked_at = CASE WHEN excluded.state = 'unknown' OR {late} THEN items.looked_at ELSE excluded.looked_at END,
  absent_since = CASE WHEN excluded.state = 'unknown' OR {late} OR items.state = 'destroyed'
                      THEN items.absent_since
                      WHEN excluded.last_seen > 0 THEN NULL
                      ELSE coalesce(items.absent_since, excluded.absent_since) END,
  removed_at = CASE WHEN excluded.state = 'present' AND NOT {late} THEN NULL ELSE items.removed_at END
"""
_ANEW = "(items.state = 'destroyed' AND excluded.state IN ('present', 'hidden', 'imported'))"
_TOLD = "(excluded.state = 'imported' AND items.state NOT IN ('imported', 'destroyed'))"
_LATE = f"(NOT {_ANEW} AND (excluded.looked_at < items.looked_at OR {_TOLD}))"
_KNOWN_SQLITE = """
SELECT native_id, version_sha256 FROM items
WHERE account = ? AND kind = ? AND native_id IN ({marks})
"""
# One look into the primary key for each id. Given a list of parameters, PostgreSQL reads the whole account
# for each batch, and once it keeps the plan it compares every row with every id: 900 ids a second.
_KNOWN_POSTGRESQL = """
SELECT wanted, (SELECT version_sha256 FROM items
                WHERE items.account = %s AND items.kind = %s AND items.native_id = wanted)
FROM unnest(%s::text[]) AS wanted
"""
IMPORTED = "imported"
DESTROYED = "destroyed"
# The stream of what a direct look-up found although its listing leaves it out: until one shows it again, no
# listing expects it, and none can tell of its end.
UNLISTED = "look-up"
_SEEN = ("present", "hidden")  # states in which the item itself was seen


class Item(msgspec.Struct, frozen=True):
    """What the archive knows of an item without opening a file."""

    account: str
    kind: Kind
    native_id: str
    stream: str
    within: str
    version_sha256: str
    record_sequence: int
    posted_at: datetime | None
    state: str
    first_seen: datetime
    last_seen: datetime
    looked_at: datetime
    absent_since: datetime | None
    removed_at: datetime | None
    not_captured: int | None = None


def apply_sightings(connection: Connection, sequence: int, sightings: pa.Table) -> None:
    """Bring the register up to one table of sightings of the run with that sequence number."""
    # Straight to the driver: binding so many rows costs SQLAlchemy more than it costs the database.
    marks = ", ".join(_mark(connection) for _ in _COLUMNS)
    upsert = _UPSERT.format(columns=", ".join(_COLUMNS), marks=marks, anew=_ANEW, late=_LATE, told=_TOLD)
    for batch in sightings.to_batches(max_chunksize=_BATCH):
        columns = _columns(batch, sequence)
        rows = list(zip(*(columns[name].to_pylist() for name in _COLUMNS), strict=True))
        if rows:
            connection.exec_driver_sql(upsert, rows)


def apply_removals(connection: Connection, removed: pa.Table) -> None:
    """Mark what a run found removed."""
    moments = removed["removed_at"].cast(pa.int64()).to_pylist()
    keys = zip(
        removed["account"].to_pylist(),
        removed["kind"].to_pylist(),
        removed["native_id"].to_pylist(),
        strict=True,
    )
    for (account, kind, native_id), moment in zip(keys, moments, strict=True):
        connection.execute(
            ITEMS.update()
            .where(ITEMS.c.account == account, ITEMS.c.kind == kind, ITEMS.c.native_id == native_id)
            .values(state="removed", removed_at=moment)
        )


def apply_tombstones(connection: Connection, tombstones: pa.Table) -> None:
    """Mark what was lawfully destroyed; nothing of its content is known any more."""
    names = ("account", "kind", "native_id")
    items = set(zip(*(tombstones[one].to_pylist() for one in names), strict=True))
    for account, kind, native_id in sorted(items):
        connection.execute(
            ITEMS.update()
            .where(ITEMS.c.account == account, ITEMS.c.kind == kind, ITEMS.c.native_id == native_id)
            .values(
                state=DESTROYED, version_sha256="", record_sequence=0, removed_at=None, absent_since=None,
                not_captured=None,
            )
        )  # fmt: skip


def forget_items(connection: Connection, account: str, items: Iterable[tuple[str, str]]) -> None:
    """Forget items, each by its kind and id: all that is known of them is told again after that."""
    for kind, native_id in sorted(items):
        connection.execute(
            ITEMS.delete().where(
                ITEMS.c.account == account, ITEMS.c.kind == kind, ITEMS.c.native_id == native_id
            )
        )


def known_versions(connection: Connection, account: str, kind: str, native_ids: list[str]) -> dict[str, str]:
    """Native id -> version hash, of those items that the archive knows."""
    known: dict[str, str] = {}
    for start in range(0, len(native_ids), _BATCH):
        wanted = native_ids[start : start + _BATCH]
        rows = _known(connection, account, kind, wanted)
        known.update({native_id: version for native_id, version in rows if version is not None})
    return known


def unfetched(connection: Connection, account: str) -> dict[tuple[str, str], int]:
    """How many pictures and files of each item (kind, native id) could not be fetched yet."""
    query = select(ITEMS.c.kind, ITEMS.c.native_id, ITEMS.c.not_captured).where(
        ITEMS.c.account == account, ITEMS.c.not_captured > 0
    )
    return {(row.kind, row.native_id): row.not_captured for row in connection.execute(query)}


def items(connection: Connection, query: Select[tuple[object, ...]]) -> Iterator[Item]:
    """The items of a query over the ITEMS table."""
    for row in connection.execute(query).mappings():
        yield Item(**{**row, "kind": Kind(row["kind"])})


def expected_in(account: str, stream: str, within: str, since: datetime | None) -> Select[tuple[object, ...]]:
    """What a complete listing has to show: last seen in it, not removed, posted at or after `since`."""
    query = select(ITEMS).where(
        ITEMS.c.account == account,
        ITEMS.c.stream == stream,
        ITEMS.c.within == within,
        ITEMS.c.state.in_(("present", "hidden", "absent")),
    )
    return query if since is None else query.where(ITEMS.c.posted_at >= since)


def in_state(account: str, kinds: Iterable[str], states: Iterable[str]) -> Select[tuple[object, ...]]:
    """The items of an account of these kinds and in these states, longest unlooked-at first."""
    return (
        select(ITEMS)
        .where(
            ITEMS.c.account == account,
            ITEMS.c.kind.in_([str(kind) for kind in kinds]),
            ITEMS.c.state.in_(list(states)),
        )
        .order_by(ITEMS.c.looked_at)
    )


def under(account: str, native_id: str) -> Select[tuple[object, ...]]:
    """What hangs under an item (the comments of a post) and is not removed."""
    return select(ITEMS).where(
        ITEMS.c.account == account,
        ITEMS.c.within == native_id,
        ITEMS.c.state.in_(("present", "hidden", "absent")),
    )


def longest_unlooked(
    account: str, kinds: Iterable[str], due: datetime, limit: int
) -> Select[tuple[object, ...]]:
    """What is there and was last looked at by `due`, oldest look first: the rotation of re-verification.

    What no listing shows is always due: only a look-up can find it gone.
    """
    waiting = in_state(account, kinds, ("present", "hidden"))
    return waiting.where(or_(ITEMS.c.looked_at <= due, ITEMS.c.stream == UNLISTED)).limit(limit)


def newest_seen(account: str, kind: str) -> Select[tuple[object, ...]]:
    """A few items of a kind that were seen last."""
    return (
        select(ITEMS)
        .where(ITEMS.c.account == account, ITEMS.c.kind == kind, ITEMS.c.state == "present")
        .order_by(ITEMS.c.last_seen.desc(), ITEMS.c.native_id)
        .limit(5)
    )


def stirred_posts(account: str, since: datetime, most: int, streams: Collection[str]) -> Select[tuple[str]]:
    """The newest posts in these listings (none named: in all) that were posted or commented on since."""
    commented = select(ITEMS.c.within).where(
        ITEMS.c.account == account, ITEMS.c.first_seen >= since, ITEMS.c.kind == Kind.COMMENT.value
    )
    return (
        select(ITEMS.c.native_id)
        .where(
            ITEMS.c.account == account,
            ITEMS.c.kind == Kind.POST.value,
            ITEMS.c.state.in_(("present", "hidden")),
            or_(ITEMS.c.posted_at >= since, ITEMS.c.native_id.in_(commented)),
            ITEMS.c.stream.in_(sorted(streams)) if streams else true(),
        )
        .order_by(ITEMS.c.posted_at.desc(), ITEMS.c.native_id)
        .limit(most)
    )


def posts_in(connection: Connection, account: str, streams: Iterable[str]) -> set[str]:
    """The native ids of the posts that stand in these listings."""
    query = select(ITEMS.c.native_id).where(
        ITEMS.c.account == account,
        ITEMS.c.kind == Kind.POST.value,
        ITEMS.c.stream.in_(sorted(streams)),
        ITEMS.c.state.in_(_SEEN),
    )
    return set(connection.execute(query).scalars())


def talked_under(connection: Connection, account: str, since: datetime) -> set[str]:
    """What comments hang under that were posted since then."""
    query = select(ITEMS.c.within).where(
        ITEMS.c.account == account, ITEMS.c.kind == Kind.COMMENT.value, ITEMS.c.posted_at >= since
    )
    return set(connection.execute(query.distinct()).scalars())


def oldest_look(connection: Connection, account: str, kinds: Iterable[str]) -> datetime | None:
    """When the item of these kinds that was longest unlooked-at was last looked at."""
    waiting = in_state(account, kinds, ("present", "hidden", "absent"))
    return connection.execute(waiting.with_only_columns(ITEMS.c.looked_at).limit(1)).scalar()


def _known(connection: Connection, account: str, kind: str, wanted: list[str]) -> CursorResult[Any]:
    """Native ids and version hashes of one batch; PostgreSQL says None for what it does not know."""
    if connection.dialect.name == "postgresql":
        return connection.exec_driver_sql(_KNOWN_POSTGRESQL, (account, kind, wanted))
    query = _KNOWN_SQLITE.format(marks=", ".join("?" * len(wanted)))
    return connection.exec_driver_sql(query, (account, kind, *wanted))


def _mark(connection: Connection) -> str:
    """How this database's driver marks a parameter."""
    return "?" if connection.dialect.paramstyle == "qmark" else "%s"


def _columns(batch: pa.RecordBatch, sequence: int) -> dict[str, pa.Array]:
    """Sightings as columns to insert. Zero and empty values mean "as before" to `_UPSERT`."""
    looked_at = batch["looked_at"].cast(pa.int64())
    is_seen = pc.is_in(batch["state"], value_set=pa.array(_SEEN))
    was_there = pc.or_(is_seen, pc.equal(batch["state"], IMPORTED))
    is_absent = pc.invert(pc.or_(was_there, pc.equal(batch["state"], "expired")))
    return {
        **{name: batch[name] for name in _NAMES},
        "record_sequence": pc.if_else(batch["is_new_version"], sequence, 0),
        "posted_at": batch["posted_at"].cast(pa.int64()),
        "first_seen": looked_at,
        "last_seen": pc.if_else(was_there, looked_at, 0),
        "looked_at": looked_at,
        "absent_since": pc.if_else(is_absent, looked_at, pa.scalar(None, pa.int64())),
        "not_captured": batch["not_captured"],
    }
