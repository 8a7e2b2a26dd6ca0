"""What was handed in becomes rows: original bytes, records and media onto the spool, batch by batch.

An import is no look at the site. Its sightings have the state "imported" and are dated when the export was
made: they add items that nobody knew and change nothing of those that were looked at.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, datetime
from functools import partial
from pathlib import Path

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from paloverde import __version__
from paloverde.archive.exchanges import ExchangeFile, Resource
from paloverde.archive.layout import exchanges_key, media_key, records_key, removed_key, sightings_key
from paloverde.archive.parquet import to_parquet
from paloverde.archive.register import IMPORTED
from paloverde.archive.schema import REMOVED, SIGHTINGS
from paloverde.archive.seal import Role
from paloverde.archive.vault import Vault, end_of
from paloverde.capture.held import Held
from paloverde.capture.media import Kept
from paloverde.capture.spool import Spool
from paloverde.capture.tables import Row, record_table, seen_table
from paloverde.capture.versions import version_sha256
from paloverde.errors import Unreachable, Unreadable
from paloverde.imports.members import Member
from paloverde.imports.private import in_doubt_private
from paloverde.imports.removedform import completed
from paloverde.imports.said import Dossier, File, Original, Read, Task
from paloverde.imports.times import checked
from paloverde.platforms.conversation import Gap
from paloverde.records import Medium, Provenance, Record, is_kept_private

BATCH_ROWS = 20_000
BATCH_BYTES = 24 * 1024 * 1024
LONGEST_ID = 512  # characters; a database keeps ids in an index
PLACES = 10_000  # unread pieces whose places are told one by one
_NO_ID = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")
_NOT_HERE = Kept(not_captured="the file was not handed in, and an import asks no site for it")


class Handed:
    """Takes in what readers say of handed-in files. One batch is in memory at a time.

    Beside it grows one hash for each distinct version (about 100 bytes), to know what comes twice.
    """

    def __init__(
        self, task: Task, day: date, vault: Vault, spool: Spool, held: Held, made_at: datetime, largest: int
    ) -> None:
        self._task, self._day, self._vault, self._spool = task, day, vault, spool
        self._held, self._made_at, self._largest = held, made_at, largest
        self.records = self.new_versions = self.known = self.linked = self.twice = self.drifted = 0
        self.dossiers = self.unread = self.originals = self.files_found = self.private = 0
        self.places: list[str] = []
        self.odd: list[str] = []  # places of records of which something was set aside
        self.names: dict[str, str] = {}  # of each member what became of it
        self.missing: Counter[tuple[str, str]] = Counter()  # by the file that names them, and why
        self.files_of: Counter[str] = Counter()  # by the file that names them: pictures that are here
        self.hashes: dict[str, hashlib._Hash] = {}  # of what readers were given
        self._streamed: dict[str, Kept] = {}
        self._seen: set[bytes] = set()
        self._origin = self._name = ""
        self._start = 0
        self._open_batch()

    def _open_batch(self) -> None:
        self._exchanges = ExchangeFile(f"Paloverde {__version__}", self._vault.clock())
        self._rows: list[Row] = []
        self._details: list[str] = []
        self._dossiers: list[tuple[Dossier, Row]] = []
        self._kept: dict[int, Kept] = {}
        self._size = self._offset = 0

    def original(self, original: Original) -> None:
        """Keep bytes exactly; what is read next was read from them."""
        resource = Resource(
            original.name, original.body, self._vault.clock(), original.taken_out, original.segment,
            self._origin if original.segment > 1 else "", original.total,
        )  # fmt: skip
        self._offset, record_id = self._exchanges.add_resource(resource)
        if original.segment <= 1:
            self._origin = record_id
            self.originals += 1
        self._name, self._start = original.name, original.start
        self.hashes.setdefault(original.name, hashlib.sha256()).update(original.body)
        self.names[original.name] = "kept with the raw exchanges"
        self._size += len(original.body)

    def read(self, read: Read) -> None:
        """Take in records and the files that belong to them."""
        for file in read.files:
            self._keep(file)
        observed = read.observed or [None] * len(read.records)
        grades: Sequence[Provenance | None] = read.grades or [None] * len(read.records)
        for record, moment, grade in zip(read.records, observed, grades, strict=True):
            self._take(record, moment, grade, read)
        self.unread += len(read.unread)
        for unread in read.unread:
            self._tell(f"{self._name}{self._at(unread.position)}: {unread.reason}")
        if len(self._rows) >= BATCH_ROWS or self._size >= BATCH_BYTES:
            self.close()

    def dossier(self, dossier: Dossier) -> None:
        """Take in a removed item with what is known of its removal; it stays locked as long as it says."""
        for file in dossier.files:
            self._keep(file)
        if self._is_named(dossier.record):
            self._dossiers.append(
                (dossier, self._row(dossier.record, dossier.row["observed_at"], dossier.grade))
            )
            self.dossiers += 1

    def place(self, name: str) -> str:
        """How a gap names a file: with its hash, so that the very same file can fill it later."""
        return f"{name} ({self.hashes[name].hexdigest()[:12]})" if name in self.hashes else name

    def placed(self, gap: Gap) -> Gap:
        return msgspec.structs.replace(gap, of=self.place(gap.of))

    def stream(self, member: Member) -> Kept:
        """Put a member of any size onto the spool, once; why it is not there, where that fails."""
        if member.name not in self._streamed:
            kept = self._stream(member)
            self._streamed[member.name] = kept
            self.names[member.name] = (
                f"media {kept.sha256}" if kept.sha256 else f"not kept: {kept.not_captured}"
            )
            if kept.not_captured:
                self._tell(f"{member.name}: not kept: {kept.not_captured}")
        return self._streamed[member.name]

    def close(self) -> None:
        """Put the original bytes, then the rows that lead back to them, on the spool; begin another batch."""
        slug, exchange_key = self._task.account.slug, ""
        if self._exchanges.count:
            key = partial(exchanges_key, slug, self._day)
            exchange_key = self._spool.add(Role.EXCHANGES, key, self._exchanges.close())
        new = [row for row in self._rows if row.is_new or row.again]
        if new:
            self._spool_table(
                Role.RECORDS, records_key, record_table(slug, self._day, new, exchange_key, self._what)
            )
        if self._rows:
            self._spool_table(Role.SIGHTINGS, sightings_key, self._sightings(slug))
        for dossier, row in self._dossiers:
            table = record_table(slug, self._day, [row], exchange_key, self._what)
            self._spool_dossier(completed(table.to_pylist()[0] | dossier.row), row.record)
        self.new_versions += sum(row.is_new for row in new)
        self.files_found += sum(row.again for row in new)
        self._open_batch()

    def _take(self, record: Record, moment: datetime | None, grade: Provenance | None, read: Read) -> None:
        if not self._is_named(record):
            return
        _set_aside_an_odd_time(record, self._task.now)
        if grade is None:
            in_doubt_private(record, public=self._task.public)
        row, detail = self._row(record, moment, grade), ""
        known = self._held.alike(record) if read.derived else None
        if known is not None:
            detail, record.native_id = f"the export's item {record.native_id}", known.native_id
            held: str | None = known.version_sha256
        else:
            start = read.starts.get(record.native_id, "")
            held = self._held.version(record, row.version_sha256, exact=read.exact, start=start)
        if held is not None:
            self._join(row, held)
        if (key := bytes.fromhex(row.version_sha256)[:16]) in self._seen:
            self.twice += 1
            return
        self._seen.add(key)
        self.linked += known is not None and not row.is_new
        self.known += held is not None and known is None and not row.is_new
        self._count(row, detail)

    def _count(self, row: Row, detail: str) -> None:
        record = row.record
        self.records += 1
        self.private += row.is_new and is_kept_private(record.kind, record.visibility)
        if record.drift is not None:
            self.drifted += 1
            if len(self.odd) < PLACES:
                self.odd.append(f"{self._name}{self._at(record.position)}: {record.drift}")
        self._rows.append(row)
        self._details.append(detail)
        self._size += len(record.payload)

    def _join(self, row: Row, held: str) -> None:
        """A record of which a version is held: that version again, or another where it now states more."""
        record = row.record
        if self._held.lacks(held, record):
            version = version_sha256(record)
            if version == held:  # that hash knows nothing of days, conversations and addresses
                more = msgspec.json.encode((held, record.posted_at, record.thread_id, record.permalink))
                version = hashlib.sha256(more).hexdigest()
            if not self._held.has(version):
                row.version_sha256 = version
                return
            held = version
        files = sum(self._what(medium).sha256 is not None for medium in record.media)
        row.version_sha256, row.is_new = held, False
        row.again = self._held.lacks_files(held, files)

    def _row(self, record: Record, moment: datetime | None, grade: Provenance | None) -> Row:
        observed_at = min(moment or self._made_at, self._task.now)
        version = version_sha256(record)
        return Row(record, version, "", "", self._offset, observed_at, grade or self._task.provenance)

    def _is_named(self, record: Record) -> bool:
        """Whether its id can be one; else it is told as unread (its bytes are in the original)."""
        if record.native_id and len(record.native_id) <= LONGEST_ID and not _NO_ID.search(record.native_id):
            return True
        self.unread += 1
        self._tell(f"{self._name}{self._at(record.position)}: the id {record.native_id[:40]!r} cannot be one")
        return False

    def _keep(self, file: File) -> None:
        kept = Kept(file.sha256 or None, file.size, file.missing) if file.missing else self._bytes_of(file)
        if kept.not_captured:
            kept = Kept(not_captured=kept.not_captured)
            self.missing[self._name, kept.not_captured or ""] += 1
        else:
            self.files_of[self._name] += 1
        self._kept[id(file.medium)] = kept

    def _bytes_of(self, file: File) -> Kept:
        if file.member is not None:
            kept = self.stream(file.member)
            if file.sha256 and kept.sha256 and kept.sha256 != file.sha256:
                return Kept(
                    not_captured=f"the file handed in is not the one with the hash {file.sha256[:64]}"
                )
            return kept
        path = self._spool.vacant()
        path.write_bytes(file.body or b"")
        part = self._spool.adopt(Role.MEDIA, media_key, path)
        return Kept(part.sha256, part.size)

    def _stream(self, member: Member) -> Kept:
        if member.size > self._largest:
            return Kept(
                not_captured=f"it has {member.size:,} bytes, more than the {self._largest:,} that are taken"
            )
        path = self._spool.vacant()
        try:
            _write(member, path)
        except Unreadable as error:
            path.unlink(missing_ok=True)
            return Kept(not_captured=str(error))
        part = self._spool.adopt(Role.MEDIA, media_key, path)
        return Kept(part.sha256, part.size)

    def _what(self, medium: Medium) -> Kept:
        return self._kept.get(id(medium), _NOT_HERE)

    def _sightings(self, slug: str) -> pa.Table:
        table, size = seen_table(slug, self._day, self._rows), len(self._rows)
        said = {
            "state": pa.array([IMPORTED] * size, pa.string()),
            "how": pa.array(["import"] * size, pa.string()),
            "not_captured": pa.nulls(size, pa.int32()),
            "detail": pa.array(self._details, pa.string()),
        }
        for name, column in said.items():
            table = table.set_column(SIGHTINGS.get_field_index(name), SIGHTINGS.field(name), column)
        return table

    def _spool_table(self, role: Role, key_of: Callable[[str, date, str], str], table: pa.Table) -> None:
        posted = table["posted_at"]
        bounds = pc.min_max(posted).as_py()
        self._spool.add(
            role,
            partial(key_of, self._task.account.slug, self._day),
            to_parquet(table),
            rows=table.num_rows,
            undated=posted.null_count,
            bounds=(bounds["min"], bounds["max"]),
        )

    def _spool_dossier(self, row: dict[str, object], record: Record) -> None:
        until = row["retain_until"]
        self._spool.add(
            Role.REMOVED,
            partial(removed_key, self._task.account.slug, self._day, record.native_id),
            to_parquet(pa.Table.from_pylist([row], schema=REMOVED)),
            rows=1,
            undated=int(record.posted_at is None),
            bounds=(record.posted_at, record.posted_at),
            locked_until=end_of(until) if isinstance(until, date) else None,
        )

    def _at(self, position: int) -> str:
        return f", byte {self._start + position:,}" if position >= 0 else ""

    def _tell(self, place: str) -> None:
        if len(self.places) < PLACES:
            self.places.append(place)


def _set_aside_an_odd_time(record: Record, now: datetime) -> None:
    """A time at which nobody posted is only text: it would stand in every search between two days."""
    if record.posted_at is None:
        return
    moment, wrong = checked(record.posted_at, now)
    if wrong:
        record.posted_text = record.posted_text or record.posted_at.isoformat()
        record.posted_at, record.drift = moment, "; ".join(filter(None, (record.drift, wrong)))


def _write(member: Member, path: Path) -> None:
    try:
        with path.open("wb") as file:
            for chunk in member.chunks():
                file.write(chunk)
    except OSError as error:
        raise Unreachable(
            f"The disk did not take {member.name} ({error.strerror}: {path.parent}). Make room there and "
            "import again; nothing that is sealed has changed."
        ) from error
