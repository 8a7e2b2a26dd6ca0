"""How fast a city moves in: records of another archiver as JSON lines, beside what one would write by hand.

    make bench ARGS=imports                       (or: python bench/imports.py [RECORDS])

Each way runs in a process of its own, so that its peak memory is its own. The floor is pandas: `read_json` in
chunks, `to_parquet` for each: no original bytes kept, no hashes, no seal, no register, no doubles found.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

_WORDS = (
    "street",
    "sweeping",
    "monday",
    "park",
    "library",
    "council",
    "budget",
    "water",
    "notice",
    "thank",
    "why",
)
RECORDS = 1_000_000
_WAYS = ("paloverde", "pandas")


def write(path: Path, records: int) -> None:
    """Records as another archiver might hand them over, about 700 bytes each."""
    start = datetime(2021, 1, 1, tzinfo=UTC)
    with path.open("w", encoding="utf-8") as file:
        for n in range(records):
            words = [_WORDS[(n * 7 + m * m) % len(_WORDS)] for m in range(30)]
            raw = json.dumps({"id": f"{10**15 + n}", "message": " ".join(words), "likes": n % 90})
            line = {
                "native_id": f"{10**15 + n}",
                "kind": "comment" if n % 8 else "post",
                "text": " ".join(words),
                "posted_at": (start + timedelta(seconds=n * 150)).isoformat(),
                "parent_id": f"{10**15 + n - n % 8}",
                "poster_name": f"Resident {n % 9973}",
                "poster_id": f"{n % 9973}",
                "visibility": "public",
                "raw": raw,
            }
            file.write(json.dumps(line) + "\n")


def paloverde(path: Path, home: Path) -> None:
    # Each way imports only what it needs: what is loaded counts as its memory.
    from paloverde.imports.said import Wish  # noqa: PLC0415
    from paloverde.installation import Purpose, open_installation  # noqa: PLC0415
    from paloverde.records import Account  # noqa: PLC0415
    from paloverde.settings import load  # noqa: PLC0415

    city = open_installation(load({"PALOVERDE_HOME": str(home)}), purpose=Purpose.BEGIN)
    city.register_account(Account("facebook-palmaria", "facebook", "100", "palmaria"))
    report = city.import_files("facebook-palmaria", [path], Wish(format="records"), "bench", lambda _: None)
    print(report.sentence(), file=sys.stderr)


def pandas(path: Path, home: Path) -> None:
    import pandas as pd  # noqa: PLC0415

    home.mkdir(parents=True)
    for number, chunk in enumerate(pd.read_json(path, lines=True, chunksize=20_000, dtype=False)):
        chunk.to_parquet(home / f"{number}.parquet", compression="zstd")


def one(way: str, path: Path, home: Path) -> None:
    """One way in this process; prints its figures as JSON."""
    started, cpu = time.perf_counter(), time.process_time()
    {"paloverde": paloverde, "pandas": pandas}[way](path, home)
    figures = {
        "way": way,
        "seconds": round(time.perf_counter() - started, 1),
        "cpu": round(time.process_time() - cpu, 1),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }
    print(json.dumps(figures))


def main(records: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "records.jsonl"
        write(path, records)
        size = path.stat().st_size
        print(f"{records:,} records, {size / 1e6:,.0f} MB of JSON lines")
        for way in _WAYS:
            command = [sys.executable, __file__, way, str(path), str(Path(folder) / way)]
            told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
            found = json.loads(told.splitlines()[-1])
            rate = records / found["seconds"]
            print(
                f"{way:10} {found['seconds']:7.1f} s  {found['cpu']:7.1f} cpu-s  {rate:9,.0f} records/s  "
                f"peak {found['peak_mb']:,} MB"
            )


if __name__ == "__main__":
    if len(sys.argv) > 2:
        one(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else RECORDS)
