"""Publishing the tables: what was sealed since is added, what stands no longer is taken out.

Each step is one commit that names the last run whose files it holds, so that a publishing that is killed goes
on where it was. When a table is done, its files and rows are compared with those that stand by the seals.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import groupby
from typing import NamedTuple

import msgspec
from pyiceberg.manifest import DataFile
from pyiceberg.table import Table
from pyiceberg.table.metadata import TableMetadata
from sqlalchemy import func, select

from paloverde.archive.reader import Archive, SealedPart
from paloverde.archive.seal import Role, RunKind, unchecked_seal
from paloverde.archive.store.shelf import Shelf
from paloverde.errors import Suspicious
from paloverde.lake.files import LakeFiles
from paloverde.lake.shelved import Shelved
from paloverde.lake.tables import TABLES, fresh, schema_of
from paloverde.state.tables import PARTS, RUNS
from paloverde.wording import some

Say = Callable[[str], None]
_AT_ONCE = 5_000  # files of one commit: some seconds of work, and what a killed publishing does again
_THROUGH, _SEAL = "paloverde.through-run", "paloverde.through-seal"
_TAKES_OUT = (RunKind.DISPOSITION.value, RunKind.REINSTATEMENT.value)  # the runs that supersede parts


class Head(NamedTuple):
    """The last sealed run that counts, and its seal's hash; 0 before the first."""

    sequence: int
    sha256: str


class Holds(NamedTuple):
    """Files and rows."""

    files: int
    rows: int

    def __str__(self) -> str:
        return f"{some(self.rows, 'row')} in {some(self.files, 'file')}"


class Published(msgspec.Struct, frozen=True):
    """What one table holds now: the files of the sealed runs 1 to `through`; `metadata` is its address."""

    role: Role
    holds: Holds
    added: int
    dropped: int
    through: int
    metadata: str

    def sentence(self) -> str:
        """In plain words."""
        if not self.through:
            return f"The table {self.role.value} waits for the first sealed run."
        did = [f"{some(self.added, 'file')} added"] if self.added else []
        did += [f"{some(self.dropped, 'file')} that stand no longer taken out"] if self.dropped else []
        return (
            f"The table {self.role.value} holds all of sealed runs 1 to {self.through:,}: {self.holds} "
            f"({'; '.join(did) or 'nothing was new'})."
        )


def publish(
    archive: Archive,
    at: str,
    shelf: Shelf,
    say: Say = lambda _: None,
    *,
    anew: bool = False,
    at_once: int = _AT_ONCE,
) -> list[Published]:
    """Bring every table up to date with the archive, whose store other programs know as `at`.

    With `anew` each is made from nothing, as it is where the published one is of other columns or of another
    archive. A commit takes whole runs, until `at_once` files are together.

    `Suspicious` where a table does not hold what stands by the seals; what the store raises (a file that is
    damaged or missing) passes through, and the table stays as it was.
    """
    catalog, files = Shelved(shelf), LakeFiles(archive.store, at, shelf)
    return [_published(archive, catalog, files, role, say, anew, at_once) for role in TABLES]


def behind(archive: Archive, shelf: Shelf) -> list[str]:
    """How each table stands to the archive, in plain words."""
    catalog, head = Shelved(shelf), head_of(archive)
    told = []
    for role in TABLES:
        metadata = catalog.metadata(role)
        if metadata is None:
            told.append(f"The table {role.value} was never published.")
            continue
        through, holds = through_of(archive, metadata), holds_of(metadata)
        if through is None:
            told.append(f"The table {role.value} is of another archive, or of other columns.")
            continue
        newer = head.sequence - through
        covers = f"holds sealed runs 1 to {through:,}, {holds}"
        late = f" It is behind: {some(newer, 'run')} came since." if newer else ""
        told.append(f"The table {role.value} {covers}.{late} Its metadata: {catalog.newest(role)}")
    return told


def head_of(archive: Archive) -> Head:
    """The last run before which no other waits for its seal."""
    pending = select(func.min(RUNS.c.sequence)).where(RUNS.c.pending)
    with archive.books.connect() as connection:
        first = connection.execute(pending).scalar()
        query = select(RUNS.c.sequence, RUNS.c.sha256).order_by(RUNS.c.sequence.desc()).limit(1)
        row = connection.execute(query if first is None else query.where(RUNS.c.sequence < first)).first()
    return Head(*row) if row else Head(0, "")


def through_of(archive: Archive, metadata: TableMetadata) -> int | None:
    """The last run whose files a published table holds; None where it is not a table of this archive."""
    through = int(metadata.properties.get(_THROUGH, "0"))
    columns = schema_of(TABLES[Role(metadata.location.rpartition("/")[2])])
    with archive.books.connect() as connection:
        sha256 = connection.execute(select(RUNS.c.sha256).where(RUNS.c.sequence == through)).scalar() or ""
    is_ours = sha256 == metadata.properties.get(_SEAL, "") and metadata.schema().fields == columns.fields
    return through if is_ours else None


def holds_of(metadata: TableMetadata) -> Holds:
    """How many files and rows a published table says that it holds."""
    snapshot = metadata.current_snapshot()
    if snapshot is None or snapshot.summary is None:
        return Holds(0, 0)
    return Holds(int(snapshot.summary["total-data-files"] or 0), int(snapshot.summary["total-records"] or 0))


def _published(
    archive: Archive, catalog: Shelved, files: LakeFiles, role: Role, say: Say, anew: bool, at_once: int
) -> Published:
    metadata = None if anew else catalog.metadata(role)
    through = None if metadata is None else through_of(archive, metadata)
    if metadata is None or through is None:
        metadata, through = fresh(role, catalog.location(role)), 0
    table = catalog.table(role, metadata, files)
    added = dropped = 0
    while True:
        head = head_of(archive)
        for step in _steps(archive, role, through, head, at_once):
            gone = _named_in(table, files, _taken_out(archive, role, through, head))
            _commit(table, files, gone, step)
            added, dropped, through = added + len(step.parts), dropped + len(gone), step.head.sequence
            say(f"{role.value}: through run {through:,} of {head.sequence:,}")
        if holds_of(table.metadata) == _stands(archive, role, head):
            break
        if head_of(archive) == head:  # else something was destroyed meanwhile: go on to that run
            raise Suspicious(
                f"The table {role.value} holds {holds_of(table.metadata)}, and by the seals there stand "
                f"{_stands(archive, role, head)}: publish it anew with `paloverde lake publish --anew`."
            )
    return Published(role, holds_of(table.metadata), added, dropped, through, catalog.newest(role) or "")


class _Step(NamedTuple):
    """The parts of some runs, and the last of these runs."""

    parts: list[SealedPart]
    head: Head


def _steps(archive: Archive, role: Role, through: int, head: Head, at_once: int) -> Iterator[_Step]:
    """What is new, some thousand files at a time, whole runs in each; the last step leads to the head."""
    if through == head.sequence:
        return
    newer = select(PARTS).where(PARTS.c.role == role.value, PARTS.c.sequence > through)
    parts = archive.parts_where(newer.where(PARTS.c.sequence <= head.sequence))
    parts.sort(key=lambda part: part.sequence)
    waiting: list[SealedPart] = []
    for sequence, of_run in groupby(parts, key=lambda part: part.sequence):
        waiting += of_run
        if len(waiting) >= at_once and sequence < head.sequence:
            yield _Step(waiting, Head(sequence, _seal_of(archive, sequence)))
            waiting = []
    yield _Step(waiting, head)


def _seal_of(archive: Archive, sequence: int) -> str:
    with archive.books.connect() as connection:
        return str(connection.execute(select(RUNS.c.sha256).where(RUNS.c.sequence == sequence)).scalar())


def _taken_out(archive: Archive, role: Role, through: int, head: Head) -> set[str]:
    """The keys of parts that runs after `through` superseded."""
    query = select(RUNS.c.key, RUNS.c.body).where(
        RUNS.c.kind.in_(_TAKES_OUT), RUNS.c.sequence > through, RUNS.c.sequence <= head.sequence
    )
    with archive.books.connect() as connection:
        seals = [unchecked_seal(body.encode(), where=key) for key, body in connection.execute(query)]
    return {one.key for seal in seals for one in seal.run.superseded if one.role is role}


def _named_in(table: Table, files: LakeFiles, keys: set[str]) -> list[DataFile]:
    """Those of these files that the table names. It is read whole, where something was destroyed at all."""
    snapshot = table.current_snapshot()
    if not keys or snapshot is None:
        return []
    addresses = {files.address(key) for key in keys}
    entries = (
        entry
        for manifest in snapshot.manifests(table.io)
        for entry in manifest.fetch_manifest_entry(table.io)
    )
    return [entry.data_file for entry in entries if entry.data_file.file_path in addresses]


def _commit(table: Table, files: LakeFiles, gone: list[DataFile], step: _Step) -> None:
    """One commit: out with what is gone, in with what is new, and the run up to which that holds."""
    addresses = files.named(step.parts)
    try:
        with table.transaction() as change:
            if gone:
                with change.update_snapshot().overwrite() as out:
                    for one in gone:
                        out.delete_data_file(one)
            if addresses:
                change.add_files(addresses, check_duplicate_files=False)
            change.set_properties({_THROUGH: str(step.head.sequence), _SEAL: step.head.sha256})
    except ValueError as error:  # of the library: columns that the table does not have, two days in a file
        raise Suspicious(
            f"A sealed file of runs up to {step.head.sequence:,} does not fit its table: {error}. Report it "
            "with this sentence; the records are safe, and searches do not need the tables."
        ) from error


def _stands(archive: Archive, role: Role, head: Head) -> Holds:
    """What stands by the seals up to a run."""
    standing = (
        select(PARTS.c.key, PARTS.c.rows)
        .where(PARTS.c.role == role.value, PARTS.c.sequence <= head.sequence)
        .distinct()
        .subquery()
    )
    with archive.books.connect() as connection:
        files, rows = connection.execute(select(func.count(), func.sum(standing.c.rows))).one()
    return Holds(files, int(rows or 0))
