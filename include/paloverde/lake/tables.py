"""The tables: one for each kind of sealed Parquet file, with its columns, partitions and properties.

What their metadata may say is limited on purpose. By default Iceberg keeps the smallest and greatest value of
every column of every file, the beginnings of texts among them: words of private messages would stand outside
of the archive, and those of destroyed records would outlive them. Only four columns without content have
bounds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import count

import pyarrow as pa
from pyiceberg.partitioning import PartitionField, PartitionSpec
from pyiceberg.schema import Schema
from pyiceberg.table.metadata import TableMetadata, new_table_metadata
from pyiceberg.table.sorting import UNSORTED_SORT_ORDER
from pyiceberg.transforms import IdentityTransform
from pyiceberg.types import (
    BinaryType,
    BooleanType,
    DateType,
    IcebergType,
    IntegerType,
    ListType,
    LongType,
    NestedField,
    StringType,
    StructType,
    TimestamptzType,
)

from paloverde.archive.schema import RECORDS, REMOVED, SIGHTINGS, TOMBSTONES, UTC_TIME
from paloverde.archive.seal import Role

TABLES: Mapping[Role, pa.Schema] = {
    Role.RECORDS: RECORDS,
    Role.REMOVED: REMOVED,
    Role.SIGHTINGS: SIGHTINGS,
    Role.TOMBSTONES: TOMBSTONES,
}
BOUNDED = ("account", "date", "posted_at", "observed_at")
_PARTITIONS = ("account", "date")
_FIRST_PARTITION = 1000  # where the format begins to count partition fields
_PLAIN: Mapping[pa.DataType, IcebergType] = {
    pa.string(): StringType(),
    pa.binary(): BinaryType(),
    pa.bool_(): BooleanType(),
    pa.int32(): IntegerType(),
    pa.int64(): LongType(),
    pa.date32(): DateType(),
    UTC_TIME: TimestamptzType(),
}


def schema_of(columns: pa.Schema) -> Schema:
    """The same columns in Iceberg's words.

    The sealed files bear no field ids, so a name mapping leads from their names to these. Any column may be
    missing from files of earlier releases, so none is required.
    """
    ids = count(1)
    return Schema(*_fields(columns, ids))


def fresh(role: Role, location: str) -> TableMetadata:
    """A table that has no files yet."""
    schema = schema_of(TABLES[role])
    return new_table_metadata(schema, _partitions(schema), UNSORTED_SORT_ORDER, location, _properties(schema))


def _fields(columns: pa.Schema | pa.StructType, ids: Iterator[int]) -> list[NestedField]:
    # All fields of one level before those inside them, as the format itself numbers a new table.
    numbered = [(next(ids), field) for field in columns]
    return [
        NestedField(number, field.name, _type_of(field.type, ids), required=False)
        for number, field in numbered
    ]


def _type_of(type_: pa.DataType, ids: Iterator[int]) -> IcebergType:
    if pa.types.is_list(type_):
        return ListType(next(ids), _type_of(type_.value_type, ids), element_required=False)
    if pa.types.is_struct(type_):
        return StructType(*_fields(type_, ids))
    return _PLAIN[type_]


def _partitions(schema: Schema) -> PartitionSpec:
    """By account and archive day, as the keys are; each file holds one of each."""
    return PartitionSpec(
        *(
            PartitionField(schema.find_field(name).field_id, number, IdentityTransform(), name)
            for number, name in enumerate(_PARTITIONS, _FIRST_PARTITION)
        )
    )


def _properties(schema: Schema) -> dict[str, str]:
    bounded = [name for name in BOUNDED if name in schema.column_names]
    return {
        "schema.name-mapping.default": schema.name_mapping.model_dump_json(),
        "write.metadata.metrics.default": "none",
        **{f"write.metadata.metrics.column.{name}": "full" for name in bounded},
        "commit.manifest-merge.enabled": "true",
        # Engines that tidy up (expire_snapshots, DROP ... PURGE) leave the files alone: they are the archive.
        "gc.enabled": "false",
    }
