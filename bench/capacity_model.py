"""From measured points to what an installation needs. Pure; `capacity_page.py` prints it.

Every quantity is taken to be so much for each record and so much for each run, and both are fitted to the
points by least squares of the relative error, so that a small point counts as much as a large one.
"""

from __future__ import annotations

import json
import math
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

Point = Mapping[str, Any]
HERE = Path(__file__).parent
COSTS = {
    "capture_cpu_s": "processor seconds: capture, from wire bytes to the seal",
    "index_cpu_s": "processor seconds: search index",
    "lake_cpu_s": "processor seconds: Iceberg tables",
    "objects": "objects written",
    "records_bytes": "bytes: records (Parquet)",
    "sightings_bytes": "bytes: sightings (Parquet)",
    "exchanges_bytes": "bytes: raw answers (WARC)",
    "seals_bytes": "bytes: seals",
    "index_bytes": "bytes: search index",
    "lake_bytes": "bytes: Iceberg metadata",
    "database_bytes": "bytes: database",
    "database_rows": "rows: database",
}
ARCHIVED = ("records_bytes", "sightings_bytes", "exchanges_bytes", "seals_bytes")
_DAYS = 365.25


class Price(NamedTuple):
    """What a record and a run cost, of one quantity."""

    record: float
    run: float

    def of(self, records: float, runs: float) -> float:
        return self.record * records + self.run * runs


def fit(points: Sequence[Point], cost: str) -> Price:
    """The two prices that err least, relative to each point; neither is negative."""
    rows = [
        (point["records"] / point[cost], point["nights"] / point[cost]) for point in points if point[cost]
    ]
    rr, rn, nn = (math.fsum(a * b for a, b in pairs) for pairs in _products(rows))
    r, n = (math.fsum(row[side] for row in rows) for side in (0, 1))
    over = rr * nn - rn * rn
    record, run = ((r * nn - n * rn) / over, (n * rr - r * rn) / over) if over else (r / rr, 0.0)
    if run < 0:
        return Price(r / rr, 0.0)
    return Price(0.0, n / nn) if record < 0 else Price(record, run)


def error(price: Price, point: Point, cost: str) -> float:
    """How far the prediction is from a point, as a share of the point."""
    return price.of(point["records"], point["nights"]) / point[cost] - 1


def held_out(points: Sequence[Point], cost: str) -> float:
    """The error at the largest point of a fit that has not seen it."""
    *rest, largest = sorted(points, key=lambda point: int(point["records"]))
    return error(fit(rest, cost), largest, cost)


def is_compared(point: Point, cost: str, given: Mapping[str, Any]) -> bool:
    """Whether a point is large enough for this quantity to be compared with its prediction."""
    least = {"s": given["within"]["cpu_seconds"], "bytes": given["within"]["bytes"]}
    return bool(point[cost] >= least.get(cost.rpartition("_")[2], 0))


def allowed(cost: str, given: Mapping[str, Any]) -> float:
    """The error that is allowed, as a share of the point."""
    within = given["within"]
    return float(within["cpu_percent" if cost.endswith("cpu_s") else "percent"]) / 100


class Needs(NamedTuple):
    """What an installation needs; bytes, processor seconds, pieces."""

    records: float
    runs: float
    archive: float
    media: float
    index: float
    lake: float
    database: float
    rows: float
    night_cpu: float
    night_puts: float
    night_waits: float


def needs(prices: Mapping[str, Price], given: Mapping[str, Any], one: Mapping[str, Any]) -> Needs:
    """What one of the installations of capacity.toml needs."""
    assumed = {name: entry["value"] for name, entry in given["assumed"].items()}
    days = one["years"] * _DAYS
    records = one["accounts"] * days * one["records_a_day"]
    runs = one["accounts"] * days * assumed["runs_a_day"]
    night = one["accounts"] * one["records_a_day"], one["accounts"] * assumed["runs_a_day"]
    pictures = assumed["pictures_a_record"]
    return Needs(
        records=records,
        runs=runs,
        archive=sum(prices[part].of(records, runs) for part in ARCHIVED),
        media=records * pictures * assumed["bytes_a_picture"],
        index=prices["index_bytes"].of(records, runs),
        lake=prices["lake_bytes"].of(records, runs),
        database=prices["database_bytes"].of(records, runs),
        rows=prices["database_rows"].of(records, runs),
        night_cpu=prices["capture_cpu_s"].of(*night),
        night_puts=prices["objects"].of(*night) + night[0] * pictures,
        night_waits=one["accounts"] * assumed["account_seconds"],
    )


def workers(need: Needs, given: Mapping[str, Any]) -> tuple[int, int]:
    """Celery workers of one core each that end the night in time: for the work, and for waiting for sites."""
    assumed = {name: entry["value"] for name, entry in given["assumed"].items()}
    seconds = assumed["night_hours"] * 3600
    waiting = seconds * assumed["accounts_at_a_time"]
    return math.ceil(need.night_cpu / seconds), math.ceil(need.night_waits / waiting)


def _products(rows: Sequence[tuple[float, float]]) -> tuple[list[tuple[float, float]], ...]:
    return (
        [(r, r) for r, _ in rows],
        [(r, n) for r, n in rows],
        [(n, n) for _, n in rows],
    )


def read() -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The points that were measured, and what is assumed."""
    points = json.loads((HERE / "capacity.json").read_text(encoding="utf-8"))
    return points, tomllib.loads((HERE / "capacity.toml").read_text(encoding="utf-8"))
