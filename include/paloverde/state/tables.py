"""The tables. Only SQL and meaning; who writes them is elsewhere.

What others name (sites, stores) is of any length here: PostgreSQL refuses what is too long, SQLite does not.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class UtcTime(TypeDecorator[datetime]):
    """An aware UTC moment, stored as microseconds since 1970: the same in every database.

    A whole number is taken as such microseconds already, as Arrow columns give them.
    """

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | int | None, dialect: Any) -> int | None:
        del dialect
        return (value - _EPOCH) // _MICROSECOND if isinstance(value, datetime) else value

    def process_result_value(self, value: int | None, dialect: Any) -> datetime | None:
        del dialect
        return None if value is None else _EPOCH + timedelta(microseconds=value)


METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    }
)

# The registry of City Social Media Accounts. No credential is ever stored here.
ACCOUNTS = Table(
    "accounts",
    METADATA,
    Column("slug", String(80), primary_key=True),
    Column("platform", String(20), nullable=False),
    Column("native_id", Text, nullable=False),
    Column("handle", Text, nullable=False),
    Column("active", Boolean, nullable=False, default=True),
    Column("registered_at", UtcTime(), nullable=False),
)

# The commit log. A row is `pending` from the moment its seal is decided until the seal is stored and
# its effects are applied; a pending row is always rolled forward, never back.
RUNS = Table(
    "runs",
    METADATA,
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    Column("account", String(80), nullable=False),
    Column("day", Date, nullable=False),
    Column("kind", String(20), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("key", String(200), nullable=False),
    Column("version_id", Text),
    Column("sha256", String(64), nullable=False),
    Column("previous", String(64), nullable=False),
    Column("body", Text, nullable=False),
    Column("pending", Boolean, nullable=False),
    UniqueConstraint("account", "day", "kind", "digest"),
)

# Every object that a seal names: readers take their file list from here, never from a listing.
PARTS = Table(
    "parts",
    METADATA,
    Column("key", Text, primary_key=True),
    Column("version_id", Text, primary_key=True),
    Column("sequence", Integer, primary_key=True),
    Column("role", String(12), nullable=False),
    Column("account", String(80), nullable=False),
    Column("day", Date, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("rows", Integer, nullable=False),
    Column("undated", Integer, nullable=False),
    Column("earliest", UtcTime()),
    Column("latest", UtcTime()),
    Column("checked_at", UtcTime()),
    Index(None, "role", "account", "day"),
)

_OPEN = text("state IN ('absent', 'hidden')")

# The register of items: the last known state of each. Derived from the sightings that seals name.
ITEMS = Table(
    "items",
    METADATA,
    Column("account", String(80), primary_key=True),
    Column("kind", String(20), primary_key=True),
    Column("native_id", Text, primary_key=True),
    Column("stream", String(40), nullable=False),
    Column("within", Text, nullable=False),
    Column("version_sha256", String(64), nullable=False),
    Column("record_sequence", Integer, nullable=False),
    Column("posted_at", UtcTime()),
    Column("state", String(12), nullable=False),
    Column("first_seen", UtcTime(), nullable=False),
    Column("last_seen", UtcTime(), nullable=False),
    Column("looked_at", UtcTime(), nullable=False),
    Column("absent_since", UtcTime()),
    Column("removed_at", UtcTime()),
    Index("ix_items_listing", "account", "stream", "within"),
    # The few that something is to be done about: an index of all states would cost every sighting a write.
    Index("ix_items_open", "account", sqlite_where=_OPEN, postgresql_where=_OPEN),
    sqlite_with_rowid=False,
)

# The ledger's chain: each event's hash covers the event before it. The bytes lie in the store.
LEDGER = Table(
    "ledger",
    METADATA,
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    Column("sha256", String(64), nullable=False),
    Column("previous", String(64), nullable=False),
    Column("key", String(200), nullable=False),
    Column("version_id", Text),
    Column("body", Text, nullable=False),
    Column("pending", Boolean, nullable=False),
)
