from __future__ import annotations

import random

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from paloverde.archive.parquet import from_parquet, to_parquet
from paloverde.errors import ArchiveDamaged

TABLE = pa.table(
    {
        "account": ["x-palmaria"] * 2000,
        "native_id": [f"18{n:017}" for n in range(2000)],
        "text": [f"street sweeping on route {n * 7919 % 2003} 🌵" for n in range(2000)],
    }
)


def test_a_table_comes_back_as_it_was() -> None:
    assert from_parquet(to_parquet(TABLE)).equals(TABLE)
    assert from_parquet(to_parquet(TABLE), ["text"]).column_names == ["text"]


def test_the_same_table_gives_the_same_bytes() -> None:
    assert to_parquet(TABLE) == to_parquet(TABLE)


def test_no_flipped_bit_is_read_as_good_data() -> None:
    """Page checksums: a flip among the data is an error. (The footer is guarded by the object's hash.)"""
    body = to_parquet(TABLE)
    chunk = pq.ParquetFile(pa.BufferReader(body)).metadata.row_group(0).column(2)
    end = chunk.data_page_offset + chunk.total_compressed_size
    chance = random.Random(7)
    refused = 0
    for _ in range(150):
        place = chance.randrange(4, end)
        flipped = bytearray(body)
        flipped[place] ^= 1 << chance.randrange(8)
        try:
            assert from_parquet(bytes(flipped)).to_pydict() == TABLE.to_pydict(), place
        except ArchiveDamaged:
            refused += 1
    assert refused > 100


@pytest.mark.parametrize("damage", [b"", b"PAR1", b"no parquet at all", to_parquet(TABLE)[:-9]])
def test_what_is_no_parquet_is_named_damaged(damage: bytes) -> None:
    with pytest.raises(ArchiveDamaged, match=r"records/a\.parquet is damaged"):
        from_parquet(damage, where="records/a.parquet")
