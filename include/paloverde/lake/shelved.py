"""A table without a catalogue service: its newest metadata is the file that `version-hint.text` names.

Spark reads a table of this form by its address (Iceberg's HadoopTables), DuckDB by its folder, and Trino,
Athena and catalogues of any kind by the address of the metadata file.

Two publishers at the same time do no harm: the names of what they write hold random numbers, and whichever
metadata is named last describes a whole table.
"""

from __future__ import annotations

import io

from pyiceberg.catalog.noop import NoopCatalog
from pyiceberg.serializers import FromByteStream
from pyiceberg.table import CommitTableResponse, Table
from pyiceberg.table.metadata import TableMetadata
from pyiceberg.table.update import RemoveSnapshotsUpdate, TableRequirement, TableUpdate, update_table_metadata

from paloverde.archive.seal import Role
from paloverde.archive.store.shelf import Shelf
from paloverde.errors import TryAgain
from paloverde.lake.files import LakeFiles

FOLDER = "query/iceberg"  # where the tables lie on the shelf (DESIGN section 4)
_HINT = "version-hint.text"


class Shelved(NoopCatalog):
    """The tables on a shelf, each by its role."""

    def __init__(self, shelf: Shelf) -> None:
        super().__init__("paloverde")
        self._shelf = shelf

    def location(self, role: Role) -> str:
        """The address of a table."""
        return f"{self._shelf.address}/{FOLDER}/{role.value}"

    def newest(self, role: Role) -> str | None:
        """The address of a table's newest metadata; None where it was never published."""
        version = self._version(role)
        return f"{self._shelf.address}/{_metadata_key(role, version)}" if version else None

    def metadata(self, role: Role) -> TableMetadata | None:
        """A table as it was published last; None where it never was, or its metadata is gone."""
        version = self._version(role)
        body = self._shelf.read(_metadata_key(role, version)) if version else None
        return None if body is None else FromByteStream.table_metadata(io.BytesIO(body))

    def table(self, role: Role, metadata: TableMetadata, files: LakeFiles) -> Table:
        """A table to work on, from this metadata on."""
        return Table((role.value,), metadata, "", files, self, {"version": str(self._version(role))})

    def commit_table(
        self, table: Table, requirements: tuple[TableRequirement, ...], updates: tuple[TableUpdate, ...]
    ) -> CommitTableResponse:
        """Write the next version and name it. Only its last state is kept: what was destroyed is in none."""
        del requirements  # they compare with what another client may have changed; the version does that here
        role = Role(table.name()[-1])
        version = self._version(role)
        if str(version) != table.config["version"]:
            raise TryAgain(
                "Somebody else publishes the tables at this moment: wait until that is done, then try again."
            )
        metadata = _last_state(update_table_metadata(table.metadata, updates))
        key = _metadata_key(role, version + 1)
        self._shelf.write(key, metadata.model_dump_json(exclude_none=True).encode())
        self._shelf.write(f"{FOLDER}/{role.value}/metadata/{_HINT}", str(version + 1).encode())
        table.config["version"] = str(version + 1)
        return CommitTableResponse(metadata=metadata, **{"metadata-location": f"{self._shelf.address}/{key}"})

    def _version(self, role: Role) -> int:
        """The number of the newest version; 0 before the first."""
        hint = self._shelf.read(f"{FOLDER}/{role.value}/metadata/{_HINT}") or b"0"
        return int(hint) if hint.strip().isdigit() else 0


def _metadata_key(role: Role, version: int) -> str:
    return f"{FOLDER}/{role.value}/metadata/v{version}.metadata.json"


def _last_state(metadata: TableMetadata) -> TableMetadata:
    """Without the states before it, whose lists of files nobody is to read again."""
    past = [one.snapshot_id for one in metadata.snapshots if one.snapshot_id != metadata.current_snapshot_id]
    if not past:
        return metadata
    return update_table_metadata(metadata, (RemoveSnapshotsUpdate.model_validate({"snapshot-ids": past}),))
