"""Spark as the engine of a question: candidates by SQL, decided by `matching.py` on the executors.

    answer = search_elsewhere(archive, Spark(session, at="s3a://city-archive"), "street w/5 sweeping")

The session is the caller's (PySpark 4.0 and later); nothing of PySpark is imported here. The executors need
this package; see docs/guide/scale.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from paloverde.archive.schema import RECORDS
from paloverde.archive.seal import Role
from paloverde.search.candidates import NAMES, coverage
from paloverde.search.deciding import decider
from paloverde.search.elsewhere import Found, Plan
from paloverde.search.hits import COLUMNS

_TYPES = {pa.string(): "string", pa.int64(): "bigint", pa.date32(): "date", pa.binary(): "binary"}
_STRICT = {
    "ignoreMissingFiles": "false",
    "ignoreCorruptFiles": "false",
    "parquet.page.verify-checksum.enabled": "true",
}
_DESCRIBED = "array_join(transform(media, one -> one.alt_text), ' ')"


class Spark:
    """A Spark session over the files of an archive; `at` is the address of the store as Spark names it."""

    def __init__(self, session: Any, *, at: str) -> None:
        self._session, self._at = session, at

    def find(self, plan: Plan) -> Found:
        frame = self.versions(plan)
        rows = {row.file: row.versions for row in self._session.sql(coverage()).collect()}
        return Found(rows, [tuple(row) for row in frame.select(*NAMES).collect()])

    def versions(self, plan: Plan) -> Any:
        """A Spark DataFrame of the versions that answer, decided, columns as `candidates.SHOWN`.

        It stays distributed, for answers of millions. The same version may stand in it several times, once
        for each run that observed it; that every file was read is seen by `search_elsewhere` alone.
        """
        candidates = self.candidates(plan)
        return candidates.mapInArrow(decider(plan.inquiry.tree), candidates.schema)

    def candidates(self, plan: Plan) -> Any:
        """A Spark DataFrame of what the SQL alone finds."""
        for role in (Role.RECORDS, Role.REMOVED):
            self._read(plan.files(role, self._at)).createOrReplaceTempView(role.value)
        return self._session.sql(plan.sql())

    def _read(self, files: Sequence[str]) -> Any:
        """These files as a table, each row with where it lies."""
        columns = ", ".join(f"{name} {hive_type(RECORDS.field(name).type)}" for name in COLUMNS)
        if not files:
            return self._session.createDataFrame([], f"{columns}, file string, described string")
        read = self._session.read.schema(columns).options(**_STRICT).parquet(*files)
        return read.selectExpr("*", "_metadata.file_path AS file", f"{_DESCRIBED} AS described")


def hive_type(type_: pa.DataType) -> str:
    """A column's type as Spark, Athena and Trino's tables over files name it."""
    if pa.types.is_timestamp(type_):
        return "timestamp"
    if pa.types.is_list(type_):
        return f"array<{hive_type(type_.value_type)}>"
    if pa.types.is_struct(type_):
        return f"struct<{','.join(f'{field.name}:{hive_type(field.type)}' for field in type_)}>"
    return _TYPES[type_]
