"""`make faults`: the long forms of all suites, with a line of progress; what they found becomes a page.

    python -m faults.run [SUITE ...] [--minutes N] [--processes N] [--into FILE]

SUITE is one of clocks, soak, writers, corruption, kills and sweep; or a part of the sweep, such as sweep/store/SQLite.
Each suite plays as many of its cases as fit into its share of the minutes, in an order that is drawn, so that a
short run is a sample of everything. Without --minutes every case is played, which takes hours.
"""

from __future__ import annotations

import argparse
import gc
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from faults import bent, clocks, corruption, kills, page, soak, sweeping, writers
from faults.places import postgresql
from faults.results import Progress, Result
from postgres import NOT_INSTALLED, PostgreSQL
from stores import NO_SERVER, find_s3

SUITES = ("clocks", "soak", "writers", "corruption", "kills", "sweep")
SHARES = {"clocks": 0.04, "writers": 0.08, "corruption": 0.13, "kills": 0.15, "soak": 0.1, "sweep": 0.5}
FOR_EVER = 7 * 24 * 3600.0


@dataclass(frozen=True)
class Wanted:
    """What to run with."""

    access: dict[str, str] | None
    server: PostgreSQL | None
    processes: int
    seconds: float
    progress: Progress


def run(name: str, wanted: Wanted) -> Iterator[Result]:
    """The results of one suite, as they come."""
    suite, _, part = name.partition("/")
    how = {"processes": wanted.processes, "seconds": wanted.seconds}
    if suite == "clocks":
        yield clocks.long_form(wanted.progress)
    elif suite == "soak":
        yield soak.long_form(wanted.progress, seconds=wanted.seconds)
    elif suite == "corruption":
        yield corruption.long_form(wanted.progress, **how)  # type: ignore[arg-type]
        if wanted.access is not None:
            yield bent.long_form(wanted.access, wanted.progress, seconds=wanted.seconds / 4)
    elif suite == "kills":
        yield kills.long_form(wanted.access, wanted.server, wanted.progress, **how)  # type: ignore[arg-type]
    elif wanted.access is None:
        wanted.progress(f"{suite}: {NO_SERVER}")
    elif suite == "writers":
        yield writers.long_form(wanted.access, wanted.server, wanted.progress, **how)  # type: ignore[arg-type]
    else:
        yield from sweeping.long_form(
            wanted.access, wanted.server, wanted.progress, only=part, **how,  # type: ignore[arg-type]
        )  # fmt: skip


def keep(into: Path, result: Result) -> None:
    """Puts a result in the place of the last one of its suite, and writes the page anew."""
    known = {one.suite: one for one in page.read(into)} if into.exists() else {}
    known[result.suite] = result.stamped()
    told = msgspec.json.format(msgspec.json.encode([known[name] for name in sorted(known)]), indent=1)
    into.write_bytes(told + b"\n")
    into.with_suffix(".md").write_text(page.page(page.read(into)), encoding="utf-8")


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description="Breaks the archive on purpose, and audits what comes of it."
    )
    parser.add_argument("suites", nargs="*", help=f"of {', '.join(SUITES)}; all where none is named")
    parser.add_argument(
        "--minutes", type=float, help="for all suites together; else until every case is played"
    )
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument(
        "--into", type=Path, default=page.FIGURES, help="the figures; the page lies beside them"
    )
    options = parser.parse_args(argv)
    chosen = options.suites or list(SUITES)
    suites = {name: name.partition("/")[0] for name in chosen}
    if unknown := set(suites.values()) - set(SUITES):
        parser.error(f"no suite {', '.join(sorted(unknown))}: there are {', '.join(SUITES)}")
    begun, broken = time.monotonic(), 0

    def progress(words: str) -> None:
        print(f"{time.monotonic() - begun:7,.0f} s  {words}", flush=True)

    gc.freeze()  # what is loaded now is shared with every process that is forked
    with postgresql() as server:
        if server is None:
            progress(NOT_INSTALLED)
        total = sum(SHARES[name] for name in suites.values())
        for suite in chosen:
            seconds = options.minutes * 60 * SHARES[suites[suite]] / total if options.minutes else FOR_EVER
            for result in run(suite, Wanted(find_s3(), server, options.processes, seconds, progress)):
                keep(options.into, result)
                broken += result.cases - result.passed
                progress(
                    f"{result.title}: {result.passed:,} of {result.cases:,} passed in {result.seconds:,.0f} s"
                )
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
