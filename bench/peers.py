"""What a user would pick instead, on the same bytes."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dlt
from dlt.destinations import filesystem
from twarc.expansions import flatten


def twarc_flatten(bodies: Iterator[bytes], folder: Path) -> int:
    """twarc: parse, put the users into the posts; nothing is written, hashed or kept."""
    del folder
    return sum(len(flatten(json.loads(gzip.decompress(body)))) for body in bodies)


def dlt_parquet(bodies: Iterator[bytes], folder: Path) -> int:
    """dlt: extract, normalize, load as Parquet files into a folder."""
    seen = 0

    def posts() -> Iterator[list[dict[str, Any]]]:
        nonlocal seen
        for body in bodies:
            page = json.loads(gzip.decompress(body))
            seen += len(page["data"])
            yield page["data"]

    pipeline = dlt.pipeline(
        "bench",
        pipelines_dir=str(folder / "pipelines"),
        destination=filesystem(f"file://{folder}/loaded"),
        dataset_name="bench",
        progress=None,
    )
    pipeline.run(posts(), table_name="posts", loader_file_format="parquet")
    return seen
