"""Hundreds of nights, one after the other: what must not grow with their number, and whether it does.

    python -m faults.soak NIGHTS [together|apart|idle] [MINUTES]

`together` plays all nights in one process, as a program that never ends would; `apart` each in a process of its own,
as Airflow does; `idle` only the days between them, which tells what the simulated city itself costs. After so many MINUTES no further night is begun. A night is what
the schedule does in a day: the night of the account, the look for removals, a sweep, the ledger's head, the index, a
search, and once a week the fixity check. The last line it prints is what was measured, as JSON.

The archive grows, as it should: `GROWS` are the tables that say what was archived. Everything else must not.
"""

from __future__ import annotations

import ctypes
import gc
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from threading import Event, Thread
from typing import Any

import msgspec
from sqlalchemy import Engine, func, select

from faults.city import FaultyCity, forked
from faults.results import Progress, Result
from paloverde.state import tables
from simcity.year import at_hour

TOGETHER, APART, IDLE = "together", "apart", "idle"
WORDS = {TOGETHER: "in one process", APART: "each in its own process"}
NIGHTS = 400
FOR_EVER = float("inf")
MOST_KB = 64.0  # a night: 23 MB a year
SITES = ("x", "youtube")  # the second counts the units of each day
FIXITY_EVERY = 7
# What was archived, what was done, and what of it was looked at: one row and more for each night, for good.
GROWS = {
    one.name
    for one in (
        tables.ITEMS, tables.RUNS, tables.PARTS, tables.GAPS, tables.LEDGER, tables.FILED, tables.LOG,
        tables.CHECKS, tables.HELD_ITEMS, tables.HELD_OBJECTS, tables.COPIES,
    )
}  # fmt: skip


class Seen(msgspec.Struct):
    """One night: its process's memory in kB at the end and at most, and what it left open or lying about.

    Of memory what is the process's own and in use: files that are mapped, as the index's are, lie in the system's
    cache, and what is free is given back before it is measured.
    """

    resident: int
    peak: int
    files: int
    threads: int
    scratch: int
    waiting: int  # runs whose seal is not stored yet
    rows: dict[str, int]  # of each table that must not grow


def soak(home: Path, nights: int, how: str, seconds: float = FOR_EVER) -> list[Seen]:
    """So many days and nights, each measured, or as many as begin within so many seconds."""
    scratch = home / "scratch"
    scratch.mkdir()
    tempfile.tempdir = str(scratch)
    city = FaultyCity(home, sites=SITES)
    if how != IDLE:
        city.bare_night()
    until, seen = time.monotonic() + seconds, list[Seen]()
    while len(seen) < nights and time.monotonic() < until:
        seen.append(_one_day(city, scratch, len(seen), how))
    city.close()
    return seen


def _one_day(city: FaultyCity, scratch: Path, number: int, how: str) -> Seen:
    _day(city, number)
    with watched() as most:
        if how == TOGETHER:
            _night(city, number)
    if how == APART:
        ended = forked(lambda: _apart(city, scratch, number)).join()
        city.city.clock.move(1200)
        if not isinstance(ended.value, Seen):
            raise RuntimeError(f"{ended.raised or 'killed'}: {ended.words}")
        return ended.value
    return measured(city.installation.vault.books, scratch, most())


def _apart(city: FaultyCity, scratch: Path, number: int) -> Seen:
    city.open()
    with watched() as most:
        _night(city, number)
    return measured(city.installation.vault.books, scratch, most())


def _day(city: FaultyCity, number: int) -> None:
    """A post and a comment more, an older comment less: the site stays about as large as it is."""
    city.day += timedelta(days=1)
    city.city.clock.set(at_hour(city.day, 20))
    for slug in city.tokens:
        presence = city.presence(slug)
        there = [item for item in presence.comments if presence.there(item)]
        post = city.play(site=slug, do="post", text=f"The pool opens again ({number}).")
        assert post is not None
        city.play(site=slug, do="comment", on=post["item"]["id"], text=f"When? ({number})")
        if there:
            city.play(site=slug, do="delete", item=there[0].id, by="author")
    city.told.history.clear()
    city.city.clock.set(at_hour(city.day, 22))


def _night(city: FaultyCity, number: int) -> None:
    here = city.installation
    city.bare_night()
    for slug, token in city.tokens.items():
        here.sweep(slug, token)
    here.index.refresh()
    here.search("pool", "soak")
    if number % FIXITY_EVERY == 0:
        assert here.check_fixity().is_whole


@contextmanager
def watched() -> Iterator[Callable[[], int]]:
    """The most memory in kB that this process held meanwhile, looked at fifty times a second."""
    seen, ended = [own_memory()], Event()

    def watch() -> None:
        while not ended.wait(0.02):
            seen[0] = max(seen[0], own_memory())

    watcher = Thread(target=watch)
    watcher.start()
    try:
        yield lambda: seen[0]
    finally:
        ended.set()
        watcher.join()


def own_memory() -> int:
    """What this process holds now, in kB, without the files that it maps."""
    lines = Path("/proc/self/status").read_text().splitlines()
    told = dict(line.split(":", 1) for line in lines)
    return int(told["RssAnon"].split()[0])


def _give_back() -> None:
    """Have the C library give back what is free (malloc_trim(3)): it keeps that for what comes next, and what
    it keeps depends on the order of things. Where it cannot be asked, it counts as held.
    """
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


def measured(books: Engine, scratch: Path, most: int) -> Seen:
    """This process and its places as they are now; `most` is what it held of memory in between."""
    gc.collect()
    _give_back()
    with books.connect() as connection:
        pending = select(func.count()).select_from(tables.RUNS).where(tables.RUNS.c.pending)
        rows = {
            table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in tables.METADATA.sorted_tables
            if table.name not in GROWS
        }
        waiting = connection.execute(pending).scalar_one()
    return Seen(
        resident=own_memory(),
        peak=most,
        files=len(os.listdir("/proc/self/fd")),  # noqa: PTH208 - a list of numbers, no folder of anybody
        threads=len(os.listdir("/proc/self/task")),  # noqa: PTH208 - as above
        scratch=sum(1 for _ in scratch.rglob("*")),
        waiting=waiting,
        rows=rows,
    )


def slope(numbers: Sequence[float]) -> float:
    """By how much a figure grows from one night to the next over the second half: least squares."""
    half = numbers[len(numbers) // 2 :]
    middle, mean = (len(half) - 1) / 2, sum(half) / len(half)
    return sum((at - middle) * (one - mean) for at, one in enumerate(half)) / sum(
        (at - middle) ** 2 for at in range(len(half))
    )


COUNTED: dict[str, Callable[[Seen], float]] = {
    "open files": lambda one: one.files,
    "threads": lambda one: one.threads,
    "files in the scratch folder": lambda one: one.scratch,
    "runs that wait for their seal": lambda one: one.waiting,
}


def growing(seen: Sequence[Seen]) -> dict[str, float]:
    """What was counted and grew over the second half, by how much a night: by two at its end, or more.

    One more may be what a night happens to hold at that moment; what grows, grows on.
    """
    counted = COUNTED | {
        f"rows of {name}": (lambda one, name=name: one.rows[name])  # type: ignore[misc]
        for name in seen[-1].rows
    }
    slopes = {words: slope([figure(one) for one in seen]) for words, figure in counted.items()}
    return {words: round(grown, 4) for words, grown in slopes.items() if grown * len(seen) / 2 >= 2}


def measure(nights: int, how: str, seconds: float) -> dict[str, Any]:
    """So many nights in a folder that is gone afterwards, and the figures of them."""
    with tempfile.TemporaryDirectory(prefix="paloverde-soak-") as name:
        seen = soak(Path(name), nights, how, seconds)
    return {
        "nights": len(seen),
        "growing": growing(seen),
        "kb_a_night": round(slope([one.resident for one in seen]), 1),
        "peak_kb_a_night": round(slope([one.peak for one in seen]), 1),
        "resident_kb": [one.resident for one in seen[:: max(1, len(seen) // 10)]],
        "last": msgspec.to_builtins(seen[-1]),
    }


def breaks(told: dict[str, Any], how: str) -> list[str]:
    """What grows with the number of nights, in sentences."""
    found = [f"nights {how}: {words}: {grown} more each night" for words, grown in told["growing"].items()]
    memory = told["kb_a_night"] if how == TOGETHER else told["peak_kb_a_night"]
    if memory > MOST_KB:
        found.append(f"nights {how}: {memory} kB more memory each night")
    return found


def long_form(progress: Progress, *, seconds: float) -> Result:
    """Both ways, each in a process of its own; in the time that is given, at most `NIGHTS` each."""
    begun, told = time.monotonic(), dict[str, dict[str, Any]]()
    for how in (TOGETHER, APART):
        command = [sys.executable, "-m", "faults.soak", str(NIGHTS), how, str(seconds / 2 / 60)]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
        told[how] = json.loads(done.stdout.splitlines()[-1])
        progress(f"soak {how}: {done.stdout.splitlines()[-1]}")
    return result(told, time.monotonic() - begun)


def result(told: dict[str, dict[str, Any]], seconds: float) -> Result:
    """What both ways came to, for the page."""
    wrong, cases, figures = list[str](), 0, dict[str, int | float | str]()
    for how, one in told.items():
        last, memory = one["last"], "resident" if how == TOGETHER else "peak"
        more = one["kb_a_night" if how == TOGETHER else "peak_kb_a_night"]
        wrong += breaks(one, how)
        cases += len(COUNTED) + len(last["rows"]) + 1
        figures |= {
            f"nights {WORDS[how]}": one["nights"],
            f"kB of memory {WORDS[how]}: at the end": last[memory],
            f"kB of memory {WORDS[how]}: more each night over the second half": more,
            f"open files and threads {WORDS[how]}, at the end": f"{last['files']} and {last['threads']}",
            f"files left in the scratch folder {WORDS[how]}": last["scratch"],
            f"runs that wait for their seal {WORDS[how]}": last["waiting"],
            f"tables whose rows must not grow {WORDS[how]}": len(last["rows"]),
        }
    whole = all(one["nights"] == NIGHTS for one in told.values())
    title = "Many nights: memory, files, threads, rows that must not grow"
    return Result("soak", title, cases, cases - len(wrong), seconds, wrong, figures, whole=whole)


def main(arguments: Sequence[str]) -> None:
    nights, how = int(arguments[0]), (*arguments[1:], TOGETHER)[0]
    seconds = float(arguments[2]) * 60 if len(arguments) > 2 else FOR_EVER
    print(json.dumps(measure(nights, how, seconds)))


if __name__ == "__main__":
    main(sys.argv[1:])
