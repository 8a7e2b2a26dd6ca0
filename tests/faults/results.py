"""What a suite found, and how many processes play its cases."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import msgspec

ROOT = Path(__file__).parents[2]
Progress = Callable[[str], None]
T = TypeVar("T")
R = TypeVar("R")
W = TypeVar("W")


class Result(msgspec.Struct):
    """One suite's run. `figures` are what it counted besides, `notes` what a reader must know of them."""

    suite: str
    title: str
    cases: int
    passed: int
    seconds: float
    breaks: list[str] = []
    figures: dict[str, int | float | str] = {}
    notes: list[str] = []
    date: str = ""
    commit: str = ""
    cores: int = 0
    whole: bool = True  # every case was played; else as many as the time allowed

    def stamped(self) -> Result:
        """The same, with when, from which commit and on how many cores it was found."""
        now = f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"
        return msgspec.structs.replace(self, date=now, commit=commit(), cores=os.cpu_count() or 1)


def commit() -> str:
    """The commit of this checkout, marked where files differ from it."""
    try:
        told = subprocess.run(
            ["git", "describe", "--always", "--dirty=, with changes", "--abbrev=10", "--exclude=*"],
            cwd=ROOT, capture_output=True, text=True, check=True,
        )  # fmt: skip
    except (OSError, subprocess.CalledProcessError):
        return "no checkout"
    return told.stdout.strip()


def in_processes(
    cases: Sequence[T],
    opened: Callable[[], AbstractContextManager[W]],
    play: Callable[[W, T], R],
    processes: int,
    until: float,
) -> Iterator[R]:
    """Plays cases in several processes, each with a ground of its own; none is begun after `until` (monotonic).

    Raises `RuntimeError` with the words of a process that failed.
    """
    forking = multiprocessing.get_context("fork")
    results: Any = forking.SimpleQueue()

    def work(number: int) -> None:
        """What one of the processes does with its share."""
        try:
            with opened() as ground:
                for case in cases[number::processes]:
                    if time.monotonic() > until:
                        break
                    results.put(("case", play(ground, case)))
            results.put(("end", None))
        except BaseException as error:  # noqa: BLE001  the parent must hear of it
            results.put(("failed", f"{type(error).__name__}: {error}"))

    workers = [forking.Process(target=work, args=(number,)) for number in range(processes)]
    for worker in workers:
        worker.start()
    yield from _as_they_come(results, workers)


def _as_they_come(results: Any, workers: list[Any]) -> Iterator[Any]:
    """What the processes tell, until all have ended."""
    running = len(workers)
    while running:
        kind, told = results.get()
        if kind == "failed":
            for worker in workers:
                worker.terminate()
            raise RuntimeError(told)
        if kind == "case":
            yield told
        else:
            running -= 1
    for worker in workers:
        worker.join()
