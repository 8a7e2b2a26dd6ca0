"""DuckDB as a stand-in for Trino and Athena: the same SQL, word for word, through the same kind of connection."""

from __future__ import annotations

from typing import Any

from paloverde.archive.schema import RECORDS
from paloverde.archive.seal import Role
from paloverde.search.elsewhere import OverSql, Plan
from paloverde.search.hits import COLUMNS

# What Trino has under these names and DuckDB under others.
_MACRO = "CREATE OR REPLACE MACRO regexp_like(said, pattern) AS regexp_matches(said, pattern)"
_DESCRIBED = "array_to_string(list_transform(media, lambda one: one.alt_text), ' ')"


def tables(connection: Any, plan: Plan, at: str) -> OverSql:
    """The tables `records` and `removed` over the files of a plan, and the engine that asks them."""
    connection.execute(_MACRO)
    for role in (Role.RECORDS, Role.REMOVED):
        listed = ", ".join(f"'{file}'" for file in plan.files(role, at))
        read = f"SELECT *, filename AS file FROM read_parquet([{listed}], filename = true, hive_partitioning = false)"
        nothing = ", ".join(f"NULL::{_type(name)} AS {name}" for name in [*COLUMNS, "file"])
        rows = read if listed else f"SELECT {nothing} LIMIT 0"
        connection.execute(
            f"CREATE OR REPLACE VIEW {role.value} AS SELECT *, {_DESCRIBED} AS described FROM ({rows})"
        )
    return OverSql(connection)


def _type(name: str) -> str:
    if name == "file":
        return "VARCHAR"
    if name == "media":
        return "STRUCT(type VARCHAR, alt_text VARCHAR)[]"
    return {"string": "VARCHAR", "int64": "BIGINT", "date32[day]": "DATE"}.get(
        str(RECORDS.field(name).type), "TIMESTAMPTZ"
    )
