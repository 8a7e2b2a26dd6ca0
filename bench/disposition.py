"""How fast a lawful destruction is where every stored object is of mixed fate: one item of each answer goes.

    make bench ARGS=disposition                       (or: python bench/disposition.py [NIGHTS])

Each night brought 1,000 posts in ten answers; ten of them go, one of each answer, so that every raw answer
and every table is written again with what stays (ordered.py). Each way runs in a process of its own on the
same archive, so that its peak memory is its own; making the archive is not counted. The floor is pandas and
warcio as one would write it by hand: tables read, filtered and written again, archives copied record by
record. There nothing is looked for in the raw bytes, nothing sealed or destroyed, no lock or hold asked.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

NIGHTS = 100
_WAYS = ("floor", "paloverde")


def paloverde(home: Path, out: Path) -> int:
    """Everything: reasons gathered again, bytes found and taken out, sealed, old versions destroyed."""
    # Each way imports only what it needs: what is loaded counts as its memory.
    from ordered import LATER, ORDER  # noqa: PLC0415
    from paloverde.installation import open_installation  # noqa: PLC0415
    from paloverde.settings import load  # noqa: PLC0415

    del out
    moment = LATER + timedelta(days=31)
    city = open_installation(load({"PALOVERDE_HOME": str(home)}), lambda: moment)
    people = {"ana": "clerk", "ben": "approver"}
    certificate = city.disposition.carry_out(ORDER, people, "ana", lambda _: None)
    assert not certificate.kept, certificate.kept[:3]
    return certificate.items


def floor(home: Path, out: Path) -> int:
    """Tables filtered by pandas, archives copied by warcio."""
    import pandas as pd  # noqa: PLC0415
    from warcio.archiveiterator import ArchiveIterator  # noqa: PLC0415
    from warcio.warcwriter import WARCWriter  # noqa: PLC0415

    going, gone = set((home / "going.txt").read_text().splitlines()), 0
    for number, file in enumerate(_files(home, "records", "*.parquet")):
        table = pd.read_parquet(file)
        stays = table[~table["native_id"].isin(going)]
        gone += len(table) - len(stays)
        stays.to_parquet(out / f"{number}.parquet", compression="zstd")
    for number, file in enumerate(_files(home, "exchanges", "*.warc.gz")):
        with file.open("rb") as source, (out / f"{number}.warc.gz").open("wb") as target:
            writer = WARCWriter(target, gzip=True)
            for record in ArchiveIterator(source):
                writer.write_record(record)
    return gone


def _files(home: Path, folder: str, name: str) -> list[Path]:
    return sorted(file for file in (home / "archive" / folder).rglob(name) if file.is_file())


def one(way: str, home: Path, out: Path) -> None:
    """One way in this process; prints its figures as JSON."""
    started, cpu = time.perf_counter(), time.process_time()
    items = {"paloverde": paloverde, "floor": floor}[way](home, out)
    figures = {
        "items": items,
        "seconds": round(time.perf_counter() - started, 1),
        "cpu": round(time.process_time() - cpu, 1),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }
    print(json.dumps(figures))


def main(nights: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        home, out = Path(folder) / "home", Path(folder) / "out"
        out.mkdir()
        making = Path(__file__).with_name("ordered.py")
        subprocess.run([sys.executable, making, str(home), str(nights)], check=True)
        print(f"{nights:,} nights, every answer and every table of mixed fate")
        for way in _WAYS:
            command = [sys.executable, __file__, way, str(home), str(out)]
            told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
            found = json.loads(told.splitlines()[-1])
            print(
                f"{way:10} {found['seconds']:7.1f} s  {found['cpu']:7.1f} cpu-s  "
                f"{found['items']:7,} items gone  peak {found['peak_mb']:,} MB"
            )


if __name__ == "__main__":
    if len(sys.argv) > 2:
        one(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else NIGHTS)
