"""The fields of a production as CSV, JSON lines and Parquet: the same values in each."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from io import TextIOWrapper

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from paloverde.archive.schema import UTC_TIME
from paloverde.bundles.tables import cell
from paloverde.productions.fields import FIELDS, Entry, Type, Value
from paloverde.productions.volume import Volume

_BATCH = 1_000  # documents of one row group
_TYPES = {
    Type.TEXT: pa.string(),
    Type.TEXTS: pa.list_(pa.string()),
    Type.TIME: UTC_TIME,
    Type.NUMBER: pa.int64(),
    Type.YES_NO: pa.bool_(),
}
SCHEMA = pa.schema(
    [pa.field(field.name, _TYPES[field.type], metadata={"meaning": field.meaning}) for field in FIELDS]
)


class Tables:
    """The tables of one volume: DATA/VOL001.csv, .jsonl and .parquet."""

    def __init__(self, volume: Volume) -> None:
        stem = f"DATA/{volume.name}"
        # RFC 4180, with a byte order mark so that spreadsheets read UTF-8.
        self._sheet = TextIOWrapper(volume.later(f"{stem}.csv").open("xb"), "utf-8-sig", newline="")
        self._csv = csv.writer(self._sheet, lineterminator="\r\n")
        self._csv.writerow([field.name for field in FIELDS])
        self._lines = volume.later(f"{stem}.jsonl").open("xb")
        self._parquet = pq.ParquetWriter(
            volume.later(f"{stem}.parquet"), SCHEMA, compression="zstd", write_page_checksum=True
        )
        self._rows: list[Mapping[str, Value]] = []

    def add(self, entry: Entry) -> None:
        """Write a document into all three."""
        told = entry.told
        self._csv.writerow([_cell(value) for value in told.values()])
        self._lines.write(msgspec.json.encode(told) + b"\n")
        self._rows.append(told)
        if len(self._rows) == _BATCH:
            self._flush()

    def close(self) -> None:
        """Write what is left; a volume without documents has tables with no rows."""
        self._flush()
        self._sheet.close()
        self._lines.close()
        self._parquet.close()

    def _flush(self) -> None:
        self._parquet.write_table(pa.Table.from_pylist(self._rows, schema=SCHEMA))
        self._rows.clear()


def _cell(value: Value) -> str:
    """A value for a spreadsheet; several are parted by line breaks, which no name or address has."""
    if isinstance(value, tuple):
        return cell("\n".join(value))
    if isinstance(value, bool):
        return "Y" if value else "N"
    return cell(value)
