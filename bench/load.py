"""The load test: nights of 100 accounts, and clerks at the desk meanwhile, until a limit is found.

    make bench ARGS=load                       a million records (or: python bench/load.py --records N)
    make bench ARGS="load --sizes 100000"      fewer

100 accounts share so many posts and replies. The first night keeps all of them, the second lists all of them
again; the site is a process on loopback that sends bytes made before. Then the index, and the desk: more and
more clerks, first alone and then while nights run without a pause, until the 95th percentile of a page is
over a second or a page does not come. What is found goes into bench/load.json, and `bench/load_page.py` makes
the page of it.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from subprocess import PIPE, Popen, run
from typing import Any

import psutil

from loadsite import fill, served
from measured import environment, measured, size_of

RECORDS = 1_000_000
ACCOUNTS = 100
AT_ONCE = 4  # accounts at a time, on two cores: half of what one Celery worker is given
CLERKS = (1, 2, 4, 8, 16, 24, 32, 48, 64, 96, 128)
SECONDS = 20.0  # of each step
MOST_MS = 1_000  # of the 95th percentile
FOLDER = Path(__file__).parents[1] / ".bench" / "load"
MEASURED = Path(__file__).with_name("load.json")
_HERE = Path(__file__).parent


def main(records: int, folder: Path = FOLDER) -> None:
    """All of it, in a folder that is emptied but for the site's bytes."""
    place = folder / f"{records}"
    shutil.rmtree(place / "home", ignore_errors=True)
    fill(place / "site", ACCOUNTS, records // ACCOUNTS)
    found: dict[str, Any] = {"records": records, "accounts": ACCOUNTS, "machine": environment(),
                             "on": f"{datetime.now(UTC):%Y-%m-%d}", "desk": []}  # fmt: skip
    with served(place / "site") as site:
        found["nights"] = [_told("night", _night(place, site, number)) for number in (1, 2)]
        found["index"] = _told("index", _measured("index", place, site))
        found["archive_bytes"] = size_of(place / "home" / "archive")
        found["desk"] += _steps(place, site)
        with _nights_meanwhile(place, site) as meanwhile:
            found["desk"] += _steps(place, site, with_nights=True)
        found["meanwhile"] = meanwhile
    keep(found)
    print("`python bench/load_page.py > docs/reference/load.md` makes the page of it.")


def _night(place: Path, site: str, number: int) -> dict[str, Any]:
    return _measured("nights", place, site, str(ACCOUNTS), str(number), str(AT_ONCE))


def _measured(what: str, place: Path, site: str, *more: str) -> dict[str, Any]:
    done = measured([sys.executable, str(_HERE / "loadcity.py"), what, str(place), site, *more])
    return done.said | {"own_mb": round(done.own), "all_mb": round(done.resident)}


def _steps(place: Path, site: str, *, with_nights: bool = False) -> Iterator[dict[str, Any]]:
    """The desk under more and more clerks, up to and with the first step that is too much."""
    with _beside("desk", place, site) as desk:
        assert desk.stdout is not None
        address = desk.stdout.readline().strip()
        run([sys.executable, str(_HERE / "loadclerks.py"), address, "0", "0"], check=True)
        for clerks in CLERKS:
            step = _step(desk.pid, address, clerks) | {"with_nights": with_nights}
            yield _told("desk", step)
            if is_too_much(step):
                return


def is_too_much(step: dict[str, Any]) -> bool:
    """Whether a step is beyond the limit: pages that take too long, or do not come."""
    return bool(step["errors"]) or step["p95_ms"] > MOST_MS


def _step(pid: int, address: str, clerks: int) -> dict[str, Any]:
    process = psutil.Process(pid)
    before, begun = process.cpu_times(), time.monotonic()
    command = [sys.executable, str(_HERE / "loadclerks.py"), address, str(clerks), str(SECONDS)]
    done = run(command, capture_output=True, text=True, check=True)
    after, took = process.cpu_times(), time.monotonic() - begun
    used = (after.user + after.system) - (before.user + before.system)
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told | {
        "desk_mb": round(process.memory_info().rss / 1e6),
        "desk_cores": round(used / took, 2),
        "cpu_ms": round(used * 1_000 / told["requests"]),
        "load": round(os.getloadavg()[0], 1),
    }


@contextmanager
def _nights_meanwhile(place: Path, site: str) -> Iterator[dict[str, Any]]:
    """Night after night while the block lasts; at its end, what they came to."""
    told: dict[str, Any] = {}
    with _beside("repeating", place, site, str(ACCOUNTS), "3", str(AT_ONCE)) as nights:
        yield told
        said, _ = nights.communicate("")
    told.update(_told("nights meanwhile", json.loads(said.splitlines()[-1])))


@contextmanager
def _beside(what: str, place: Path, site: str, *more: str) -> Iterator[Popen[str]]:
    """A process of the city that runs until the block ends."""
    command = [sys.executable, str(_HERE / "loadcity.py"), what, str(place), site, *more]
    with Popen(command, stdin=PIPE, stdout=PIPE, text=True) as process:
        yield process
        if process.stdin is not None and not process.stdin.closed:
            process.stdin.close()


def _told(what: str, figures: dict[str, Any]) -> dict[str, Any]:
    print(f"{what}: {json.dumps(figures)}", flush=True)
    return figures


def keep(found: dict[str, Any]) -> None:
    """Into load.json, in place of the last run of that size."""
    kept = json.loads(MEASURED.read_text(encoding="utf-8")) if MEASURED.exists() else []
    runs = [one for one in kept if one["records"] != found["records"]] + [found]
    MEASURED.write_text(
        json.dumps(sorted(runs, key=lambda one: int(one["records"])), indent=1) + "\n", encoding="utf-8"
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--records", type=int, default=RECORDS)
    parser.add_argument(
        "--folder", type=Path, default=FOLDER, help="where the site's bytes and the archive lie"
    )
    args = parser.parse_args()
    main(args.records, args.folder)
