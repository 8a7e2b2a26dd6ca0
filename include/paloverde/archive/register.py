"""The register of items: the last known state of each, derived from the sightings that seals name.

One path for a fresh run and for a rebuild: read the sealed sightings, apply them in order.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Connection, Select, case, func, null, select
from sqlalchemy.dialects import postgresql, sqlite

from paloverde.records import Kind
from paloverde.state.tables import ITEMS

_BATCH = 5_000
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


def apply_sightings(connection: Connection, sequence: int, sightings: pa.Table) -> None:
    """Bring the register up to one table of sightings of the run with that sequence number."""
    for batch in sightings.to_batches(max_chunksize=_BATCH):
        rows = _rows(batch, sequence)
        if rows:
            connection.execute(_upsert(connection), rows)


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


def known_versions(connection: Connection, account: str, kind: str, native_ids: list[str]) -> dict[str, str]:
    """Native id -> version hash, of those items that the archive knows."""
    found = connection.execute(
        select(ITEMS.c.native_id, ITEMS.c.version_sha256).where(
            ITEMS.c.account == account, ITEMS.c.kind == kind, ITEMS.c.native_id.in_(native_ids)
        )
    )
    return dict(found.tuples().all())


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


def in_state(account: str, states: Iterable[str]) -> Select[tuple[object, ...]]:
    """All items of an account in these states, longest unlooked-at first."""
    return (
        select(ITEMS)
        .where(ITEMS.c.account == account, ITEMS.c.state.in_(list(states)))
        .order_by(ITEMS.c.looked_at)
    )


def under(account: str, native_id: str) -> Select[tuple[object, ...]]:
    """What hangs under an item (the comments of a post) and is not removed."""
    return select(ITEMS).where(
        ITEMS.c.account == account,
        ITEMS.c.within == native_id,
        ITEMS.c.state.in_(("present", "hidden", "absent")),
    )


def longest_unlooked(account: str, limit: int) -> Select[tuple[object, ...]]:
    """The items whose last look is oldest: the rotation of re-verification."""
    return (
        select(ITEMS)
        .where(ITEMS.c.account == account, ITEMS.c.state.in_(("present", "hidden", "absent")))
        .order_by(ITEMS.c.looked_at)
        .limit(limit)
    )


def newest_seen(account: str, kind: str) -> Select[tuple[object, ...]]:
    """A few items of a kind that were seen last."""
    return (
        select(ITEMS)
        .where(ITEMS.c.account == account, ITEMS.c.kind == kind, ITEMS.c.state == "present")
        .order_by(ITEMS.c.last_seen.desc(), ITEMS.c.native_id)
        .limit(5)
    )


def oldest_look(connection: Connection, account: str) -> datetime | None:
    """When the item that was longest unlooked-at was last looked at."""
    return connection.execute(
        select(ITEMS.c.looked_at)
        .where(ITEMS.c.account == account, ITEMS.c.state.in_(("present", "hidden", "absent")))
        .order_by(ITEMS.c.looked_at)
        .limit(1)
    ).scalar()


def _rows(batch: pa.RecordBatch, sequence: int) -> list[dict[str, object]]:
    """Sightings as rows to insert. Zero and empty values mean "as before" to `_upsert`."""
    looked_at = batch["looked_at"].cast(pa.int64())
    is_seen = pc.is_in(batch["state"], value_set=pa.array(_SEEN))
    nothing = pa.scalar(None, pa.int64())
    names = ("account", "kind", "native_id", "stream", "within", "version_sha256", "state")
    columns = {
        **{name: batch[name] for name in names},
        "record_sequence": pc.if_else(batch["is_new_version"], sequence, 0),
        "posted_at": batch["posted_at"].cast(pa.int64()),
        "first_seen": looked_at,
        "last_seen": pc.if_else(is_seen, looked_at, 0),
        "looked_at": looked_at,
        "absent_since": pc.if_else(is_seen, nothing, looked_at),
    }
    rows: list[dict[str, object]] = pa.RecordBatch.from_pydict(columns).to_pylist()
    return rows


def _upsert(connection: Connection) -> sqlite.Insert | postgresql.Insert:
    """Insert or bring up to date; a zero or empty value of a row says "as before"."""
    insert = sqlite.insert(ITEMS) if connection.dialect.name == "sqlite" else postgresql.insert(ITEMS)
    new = insert.excluded
    seen = new.last_seen > 0
    greatest = func.max if connection.dialect.name == "sqlite" else func.greatest
    return insert.on_conflict_do_update(
        index_elements=[ITEMS.c.account, ITEMS.c.kind, ITEMS.c.native_id],
        set_={
            # A direct look-up is no listing: it leaves the listing that can prove an absence as it was.
            "stream": case((new.stream != "", new.stream), else_=ITEMS.c.stream),
            "within": case((new.stream != "", new.within), else_=ITEMS.c.within),
            "version_sha256": case(
                (new.record_sequence > 0, new.version_sha256), else_=ITEMS.c.version_sha256
            ),
            "record_sequence": case(
                (new.record_sequence > 0, new.record_sequence), else_=ITEMS.c.record_sequence
            ),
            "posted_at": func.coalesce(new.posted_at, ITEMS.c.posted_at),
            # "unknown" says nothing about the item: an outage must not move its state or its look.
            "state": case(
                (new.state == "unknown", ITEMS.c.state),
                # Once removed it stays so until it is seen in public again; the hold stays even then.
                ((ITEMS.c.state == "removed") & (new.state != "present"), ITEMS.c.state),
                else_=new.state,
            ),
            "last_seen": greatest(new.last_seen, ITEMS.c.last_seen),
            "looked_at": case((new.state == "unknown", ITEMS.c.looked_at), else_=new.looked_at),
            "absent_since": case(
                (seen, null()),
                (new.state == "unknown", ITEMS.c.absent_since),
                else_=func.coalesce(ITEMS.c.absent_since, new.absent_since),
            ),
            "removed_at": case((new.state == "present", null()), else_=ITEMS.c.removed_at),
        },
    )
