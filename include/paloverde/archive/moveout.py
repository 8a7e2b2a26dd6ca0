"""Moving out with everything, as a folder of plain files that any program can read.

    records/<account>.jsonl   every version of every record, its raw bytes in it (the form that import reads)
    removed/<account>.jsonl   every removed item with all that is known of its removal
    exchanges/ media/         raw exchanges (WARC) and files, byte for byte as they were sealed
    sealed/                   the sealed tables (Parquet) behind the lines above, byte for byte
    runs/ ledger/ bundles/    seals, ledger (with its published log) and built bundles, byte for byte
    papers/                   holds, notices, orders, approvals, certificates and all else that was filed, but
                              nothing that is attorney-client privileged (Evidence Code 954)
    manifest.json             SHA-256 and size of every file; accounts.json the registry; archive.json which
                              archive it was, by its key and its newest seal

No credential is in it: the archive holds none.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import BinaryIO, Self

import msgspec
from sqlalchemy import select

from paloverde.archive.layout import run_key
from paloverde.archive.log.shelf import kept_of_the_log
from paloverde.archive.papers import papers_of
from paloverde.archive.reader import Archive
from paloverde.archive.seal import Role, read_seal
from paloverde.archive.store.interface import Store, Stored
from paloverde.errors import BadQuestion
from paloverde.imports.origin import ARCHIVE, MovedFrom
from paloverde.imports.recordform import line_of
from paloverde.records import Account
from paloverde.state.tables import LEDGER, RUNS
from paloverde.wording import some

_LINES = {Role.RECORDS: "records", Role.REMOVED: "removed"}
# Sealed for counsel alone; they stay with the archive.
_PRIVILEGED = ("papers/privileged/", "papers/hold-memos/")
_ROWS = 5_000  # turned into lines at a time

_README = """\
Everything that a Paloverde archive holds of these accounts: {accounts}.

records/   one JSON object a line: every observed version of every post, comment, message ... `raw` is what
           the site sent, byte for byte (raw_base64 where it is no text); payload_sha256 is its SHA-256.
removed/   the same for what was removed, with when, why and until when it must be kept.
exchanges/ the raw answers of the sites (WARC 1.1), and files that were imported.
media/     pictures, videos and attachments, named by their SHA-256.
sealed/    the same records as sealed tables (Parquet).  runs/ the signed seals, each with the hash of the one
           before it.  ledger/ every event, chained in the same way, and the log that was published of
           it (`paloverde verify --log THIS-FOLDER --head A-HEAD-YOU-KEPT`).  bundles/ what was released.
papers/    what people and rules did about records: holds, notices, orders of destruction, approvals,
           certificates ... Counsel's advice and memos are not here: they are privileged.
manifest.json  SHA-256 and size of every file here.  archive.json  which archive this was, and when.

To move in:  paloverde import THIS-FOLDER --account SLUG --format records
"""


class MovedOut(msgspec.Struct, frozen=True):
    """What was written."""

    folder: str
    accounts: int
    records: int
    removed: int
    files: int
    size: int

    def sentence(self) -> str:
        whose = some(self.accounts, "account")
        return (
            f"{self.folder} holds everything of {whose}. Versions of records: {self.records:,}, "
            f"removed items: {self.removed:,}, files: {self.files:,}, {self.size / 1e6:,.1f} MB."
        )


def move_out(
    archive: Archive, accounts: Sequence[Account], folder: Path, progress: Callable[[str], None]
) -> MovedOut:
    """Write everything of these accounts into a new or empty folder.

    Raises `BadQuestion` where the folder is in use, `ArchiveDamaged` where sealed bytes have changed.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise BadQuestion(f"{folder} is not empty. Name a folder that does not exist yet.")
    out = _Out(folder)
    slugs = [account.slug for account in accounts]
    counts = dict.fromkeys(_LINES, 0)
    for slug in slugs:
        for role in _LINES:
            counts[role] += _lines(archive, role, slug, out)
        progress(f"{slug}: {some(counts[Role.RECORDS], 'record')} so far")
    for role in Role:
        for stored in dict.fromkeys(sealed.part.stored for sealed in archive.parts(role, slugs)):
            below = "" if role in (Role.EXCHANGES, Role.MEDIA) else "sealed/"
            out.fetch(below + stored.key, archive.store, stored)
        progress(f"{role.value} are written")
    for stored in (*_chains(archive), *kept_of_the_log(archive.books)):
        out.fetch(stored.key, archive.store, stored)
    for stored in dict.fromkeys(papers_of(archive.books)):
        if stored.key.startswith("papers/") and not stored.key.startswith(_PRIVILEGED):
            out.fetch(stored.key, archive.store, stored)
    for stored in archive.store.walk("bundles/"):
        out.fetch(stored.key, archive.store, stored)
    out.write(ARCHIVE, msgspec.json.encode(_moved_from(archive)))
    out.write("accounts.json", msgspec.json.encode(list(accounts)))
    out.write("README.txt", _README.format(accounts=", ".join(slugs)).encode())
    out.finish()
    return MovedOut(
        str(folder), len(slugs), counts[Role.RECORDS], counts[Role.REMOVED], len(out.manifest), out.size
    )


def _moved_from(archive: Archive) -> MovedFrom:
    newest = select(RUNS).where(~RUNS.c.pending).order_by(RUNS.c.sequence.desc()).limit(1)
    with archive.books.connect() as connection:
        row = connection.execute(newest).mappings().first()
    if row is None:
        return MovedFrom("", 0, "", None)
    seal = read_seal(row["body"].encode(), where="in the database")
    return MovedFrom(seal.public_key, seal.sequence, row["sha256"], seal.run.ended_at)


def _lines(archive: Archive, role: Role, slug: str, out: _Out) -> int:
    """The rows of an account as lines; how many."""
    count = 0
    parts = archive.parts(role, [slug])
    if parts:
        with out.opened(f"{_LINES[role]}/{slug}.jsonl") as file:
            for sealed in parts:
                table = archive.table(sealed.part)
                for batch in table.to_batches(max_chunksize=_ROWS):
                    file.write(b"".join(line_of(row) for row in batch.to_pylist()))
                count += table.num_rows
    return count


def _chains(archive: Archive) -> Iterable[Stored]:
    """Every seal and every event: each names the one before it, so that none can be left out."""
    with archive.books.connect() as connection:
        runs = (
            connection.execute(select(RUNS).where(~RUNS.c.pending).order_by(RUNS.c.sequence)).mappings().all()
        )
        events = connection.execute(select(LEDGER).where(~LEDGER.c.pending)).mappings().all()
    for row in runs:
        key = run_key(row["sequence"], row["sha256"])
        yield Stored(key, row["version_id"], row["sha256"], len(row["body"].encode()))
    for row in events:
        yield Stored(row["key"], row["version_id"], row["sha256"], len(row["body"].encode()))


class _Out:
    """The folder, and the hash of each file in it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.manifest: dict[str, dict[str, object]] = {}
        self.size = 0
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def write(self, name: str, body: bytes) -> None:
        with self.opened(name) as file:
            file.write(body)

    def fetch(self, name: str, store: Store, stored: Stored) -> None:
        """An object of the archive, byte for byte; its hash is checked on the way."""
        store.fetch(stored, self._place(name))
        self.note(name, stored.sha256, stored.size)

    def opened(self, name: str) -> _Hashed:
        return _Hashed(self._place(name).open("wb"), name, self)

    def note(self, name: str, sha256: str, size: int) -> None:
        self.manifest[name] = {"sha256": sha256, "size": size}
        self.size += size

    def _place(self, name: str) -> Path:
        path = self._folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def finish(self) -> None:
        body = msgspec.json.format(msgspec.json.encode(self.manifest), indent=1)
        (self._folder / "manifest.json").write_bytes(body)


class _Hashed:
    """A file that is hashed while it is written."""

    def __init__(self, file: BinaryIO, name: str, out: _Out) -> None:
        self._file, self._name, self._out = file, name, out
        self._sha256, self._size = hashlib.sha256(), 0

    def __enter__(self) -> Self:
        return self

    def write(self, body: bytes) -> None:
        self._file.write(body)
        self._sha256.update(body)
        self._size += len(body)

    def __exit__(self, *_: object) -> None:
        self._file.close()
        self._out.note(self._name, self._sha256.hexdigest(), self._size)
