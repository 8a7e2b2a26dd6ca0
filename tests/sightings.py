"""Sightings as a night writes them."""

from __future__ import annotations

import pyarrow as pa


def first_seen(table: pa.Table, *, new: bool) -> pa.Table:
    """The same sightings, of versions that the run wrote records of (`new`) or that were known."""
    place = table.schema.get_field_index("is_new_version")
    return table.set_column(place, "is_new_version", pa.array([new] * table.num_rows))
