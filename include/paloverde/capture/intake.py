"""From records to the files of a run: batches of rows with the raw exchanges they came from.

A batch is closed when it has many rows or many bytes, so memory stays flat however large the night.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date, datetime
from functools import cached_property, partial

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from paloverde import __version__
from paloverde.archive.exchanges import ExchangeFile
from paloverde.archive.layout import exchanges_key, records_key, sightings_key
from paloverde.archive.parquet import to_parquet
from paloverde.archive.register import known_versions, unfetched
from paloverde.archive.seal import Role
from paloverde.archive.vault import Vault
from paloverde.capture.media import MediaKeeper
from paloverde.capture.spool import Spool
from paloverde.capture.tables import Row, Sighting, record_table, seen_table, sighting_table
from paloverde.capture.versions import version_sha256
from paloverde.platforms.conversation import Found
from paloverde.platforms.exchange import Exchange
from paloverde.records import Account, Provenance, Record

BATCH_ROWS = 10_000
BATCH_BYTES = 16 * 1024 * 1024


class ExchangeKey(msgspec.Struct):
    """The key of a batch's exchange file: its hash, and so its key, is known once the batch is closed."""

    key: str = ""


class Place(msgspec.Struct, frozen=True):
    """Where an exchange lies: its file, and the offset in it."""

    file: ExchangeKey
    offset: int


class Batch:
    """What is gathered between two files: raw exchanges, the rows read from them, other sightings."""

    def __init__(self, opened_at: datetime) -> None:
        self.exchanges = ExchangeFile(f"Paloverde {__version__}", opened_at)
        self.file = ExchangeKey()
        self.rows: list[Row] = []
        self.sightings: list[Sighting] = []
        self.size = 0

    @property
    def is_full(self) -> bool:
        return len(self.rows) >= BATCH_ROWS or self.size >= BATCH_BYTES


class Intake:
    """Takes in what a run finds, and closes it in batches onto the spool.

    One batch is in memory at a time. (A thread that closes it while the next one fills was tried: it gained a
    twentieth and doubled the memory.)
    `seen` grows with the items of the run, one short entry each: it finds doubles between pages and,
    at the end, what a listing should have shown and did not.
    """

    def __init__(
        self,
        account: Account,
        day: date,
        vault: Vault,
        spool: Spool,
        media: MediaKeeper,
        provenance: Provenance = Provenance.API,
    ) -> None:
        self._account, self._day, self._vault, self._spool, self._media = account, day, vault, spool, media
        self._provenance = provenance
        self.seen: dict[tuple[str, str], str] = {}
        self.records = self.new_versions = self.unread = self.drifted = self.exchanges = self.files_found = 0
        self.began: datetime | None = None  # when the oldest answer of the run was received
        self._sum = 0
        self._batch = Batch(vault.clock())

    def exchange(self, exchange: Exchange) -> None:
        """Keep a raw exchange; what is found until the next one was read from it, and is in its batch."""
        if self._batch.is_full:
            self.close_batch()
        self._offset = self._batch.exchanges.add(exchange)
        self._received_at = exchange.received_at
        self.began = min(self.began or exchange.received_at, exchange.received_at)
        self._batch.size += len(exchange.body)
        self.exchanges += 1

    def found(self, found: Found) -> None:
        """Take in records and count what could not be read (its bytes are in the exchange)."""
        self.unread += len(found.unread)
        for record in found.records:
            self._take(record, found.stream, found.of)

    def sighted(self, sightings: Iterable[Sighting]) -> None:
        """Take in sightings without a record: absences, direct look-ups."""
        for sighting in sightings:
            self._batch.sightings.append(sighting)
            self.note(f"{sighting.kind} {sighting.native_id} {sighting.state}")

    def note(self, text: str) -> None:
        """Let something else of the run (a gap, an incomplete listing) count in its digest."""
        self._count(hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest())

    @property
    def place(self) -> Place | None:
        """Where the last exchange lies; None before the first."""
        return Place(self._batch.file, self._offset) if self.exchanges else None

    @property
    def digest(self) -> str:
        """The logical digest: the same for the same observations, in any order, however often made."""
        return f"{self._sum:064x}"

    def close_batch(self) -> None:
        """Put the raw exchanges, then the rows that point into them, on the spool; begin the next batch."""
        batch, self._batch = self._batch, Batch(self._vault.clock())
        slug, exchange_key = self._account.slug, ""
        if batch.exchanges.count:
            key = partial(exchanges_key, slug, self._day)
            exchange_key = self._spool.add(Role.EXCHANGES, key, batch.exchanges.close())
        batch.file.key = exchange_key
        self._mark_known(batch.rows)
        self._fetch_media(batch.rows)
        new = [row for row in batch.rows if row.is_new or row.again]
        if new:
            table = record_table(slug, self._day, new, exchange_key, self._media.keep)
            self._spool_table(Role.RECORDS, records_key, table)
        if batch.rows:
            self._spool_table(Role.SIGHTINGS, sightings_key, seen_table(slug, self._day, batch.rows))
        if batch.sightings:
            self._spool_table(Role.SIGHTINGS, sightings_key, sighting_table(slug, self._day, batch.sightings))
        self.new_versions += sum(row.is_new for row in new)
        self.files_found += sum(row.again for row in new)

    def _take(self, record: Record, stream: str, within: str) -> None:
        version = version_sha256(record)
        key = (record.kind, record.native_id)
        before = self.seen.get(key)
        if before == version:
            return
        self.seen[key] = version
        self.records += before is None
        self.drifted += record.drift is not None
        self._batch.rows.append(
            Row(record, version, stream, within, self._offset, self._received_at, self._provenance)
        )
        self._batch.size += len(record.payload)
        self._count(version)

    def _count(self, sha256: str) -> None:
        """Add a hash to the digest of a set: a sum knows no order."""
        self._sum = (self._sum + int(sha256, 16)) % 2**256

    def _mark_known(self, rows: list[Row]) -> None:
        """Find the rows whose version the archive holds already."""
        by_kind: dict[str, list[Row]] = defaultdict(list)
        for row in rows:
            by_kind[row.record.kind].append(row)
        with self._vault.books.connect() as connection:
            for kind, of_kind in by_kind.items():
                ids = [row.record.native_id for row in of_kind]
                known = known_versions(connection, self._account.slug, kind, ids)
                for row in of_kind:
                    row.is_new = known.get(row.record.native_id) != row.version_sha256

    def _fetch_media(self, rows: list[Row]) -> None:
        """Fetch the files of new versions, and once more those of known ones that could not be had before.

        Such a version is written again only when a file has come; readers take both rows for one version.
        """
        for row in rows:
            before = self._unfetched.get((row.record.kind, row.record.native_id), 0)
            if not row.is_new and not before:
                continue
            missed = sum(self._media.keep(medium).not_captured is not None for medium in row.record.media)
            row.again = not row.is_new and missed < before
            row.not_captured = missed if row.is_new or row.again else None
            if row.again:
                self.note(f"files of {row.record.kind} {row.record.native_id}: {missed} missing")

    @cached_property
    def _unfetched(self) -> dict[tuple[str, str], int]:
        with self._vault.books.connect() as connection:
            return unfetched(connection, self._account.slug)

    def _spool_table(self, role: Role, key_of: Callable[[str, date, str], str], table: pa.Table) -> None:
        posted = table["posted_at"]
        bounds = pc.min_max(posted).as_py()
        self._spool.add(
            role,
            partial(key_of, self._account.slug, self._day),
            to_parquet(table),
            rows=table.num_rows,
            undated=posted.null_count,
            bounds=(bounds["min"], bounds["max"]),
        )
