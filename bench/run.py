"""`make bench`: records per second from wire bytes, and peak memory, beside what a user would pick instead.

`make bench ARGS=imports` measures moving in from another archiver in the same way (see imports.py), and
`make bench ARGS=disposition` lawful destruction (see disposition.py), `make bench ARGS=search` search (see
search.py), `make bench ARGS=bundle` the response to a records request (see bundle.py), `make bench ARGS=desk`
the pages of the desk (see desk.py), `make bench ARGS=production` a discovery production (see production.py),
`make bench ARGS=watch` the checks of the policy (see watch.py), `make bench ARGS=capacity` what a million
records cost (see capacity.py), `make bench ARGS=county` a hundred thousand sealed runs (see county.py), and
`make bench ARGS=load` nights of 100 accounts and many clerks at once (see load.py).
Every row runs in a process of its own, one after the other, on the same bytes; making the bytes is not
counted. CPU seconds count all threads; on a busy machine they are the fairer figure.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from importlib import import_module
from pathlib import Path

import disposition
import imports
from pages import PAGE, pages

ROWS = {
    "Paloverde, sealed night": "ours:night",
    "Paloverde, decoding alone": "ours:decoding",
    "twarc 2 flatten, nothing kept": "peers:twarc_flatten",
    "dlt to Parquet": "peers:dlt_parquet",
}
SIZES = (1_000, 10_000, 100_000)
_TAKES = {
    "search": ("folder", "limit"),
    "bundle": (),
    "desk": ("folder",),
    "production": (),
    "watch": (),
    "capacity": (),
    "county": (),
    "load": ("folder",),
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "what",
        nargs="?",
        choices=(
            "night",
            "imports",
            "disposition",
            "search",
            "bundle",
            "desk",
            "production",
            "watch",
            "capacity",
            "county",
            "load",
        ),
        default="night",
        help="a night's answers, moving in, destruction, search, a response, the desk, and so on (see above)",
    )
    parser.add_argument("--sizes", type=int, nargs="*", help="numbers of records, or of nights")
    parser.add_argument("--folder", type=Path, help="search, desk, load: where what is built is kept")
    parser.add_argument("--limit", type=float, help="search: seconds that a peer has for a question")
    parser.add_argument("--one", nargs=2, metavar=("ROW", "RECORDS"), help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.one:
        print(json.dumps(measure(args.one[0], int(args.one[1]))))
        return 0
    if args.what == "imports":
        for size in args.sizes or (imports.RECORDS,):
            imports.main(size)
        return 0
    if args.what == "disposition":
        for nights in args.sizes or (disposition.NIGHTS,):
            disposition.main(nights)
        return 0
    if args.what in _TAKES:
        other = import_module(args.what)  # not loaded where the memory of something else is measured
        given = {name: getattr(args, name) for name in _TAKES[args.what]}
        for size in args.sizes or (other.RECORDS,):
            other.main(size, **{name: value for name, value in given.items() if value is not None})
        return 0
    print(f"{'':34}{'records':>9}{'records/s':>11}{'per CPU s':>11}{'peak memory':>13}")
    for size in args.sizes or SIZES:
        for title, row in ROWS.items():
            figures = one(row, size)
            told = f"{size:>9,}{figures['per_second']:>11,.0f}{figures['per_cpu_second']:>11,.0f}"
            print(f"{title:34}{told}{figures['peak_mb']:>10,.0f} MB", flush=True)
    return 0


def one(row: str, size: int) -> dict[str, float]:
    """The figures of one row, from a process of its own."""
    environment = {**os.environ, "RUNTIME__DLTHUB_TELEMETRY": "false", "RUNTIME__LOG_LEVEL": "CRITICAL"}
    command = [sys.executable, __file__, "--one", row, str(size)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    if done.returncode:
        raise SystemExit(f"{row} with {size} records failed:\n{done.stderr[-2000:]}")
    figures: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return figures


def measure(row: str, size: int) -> dict[str, float]:
    """Run one row on bytes that lie ready on disk."""
    module, name = row.split(":")
    work = getattr(import_module(module), name)
    with tempfile.TemporaryDirectory() as folder:
        files = []
        for number, body in enumerate(pages(size)):
            files.append(Path(folder) / f"{number}.gz")
            files[-1].write_bytes(body)
        work(pages(PAGE), Path(tempfile.mkdtemp(dir=folder)))  # warm: imports, first migrations, caches
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        started, cpu = time.perf_counter(), time.process_time()
        got = work((path.read_bytes() for path in files), Path(tempfile.mkdtemp(dir=folder)))
        wall, cpu = time.perf_counter() - started, time.process_time() - cpu
    if got != size:
        raise SystemExit(f"{row}: {got} of {size} records")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {
        "per_second": got / wall,
        "per_cpu_second": got / cpu,
        "peak_mb": peak / 1024,
        "before_mb": before / 1024,
    }


if __name__ == "__main__":
    sys.exit(main())
