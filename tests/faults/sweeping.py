"""The long form of the sweep: every case, in several processes; the short form: a sample, and the commit in full."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from functools import partial
from random import Random

from faults.places import SQLITE
from faults.results import Progress, Result, in_processes
from faults.sweep import (
    CRITICAL,
    DATABASE,
    S3,
    STORE,
    Case,
    Ground,
    Outcome,
    Tally,
    all_cases,
    counted,
    faults_of,
    ground,
    play,
)
from postgres import PostgreSQL


def long_form(
    access: dict[str, str], server: PostgreSQL | None, progress: Progress, *, processes: int, seconds: float,
    only: str = "",
) -> Iterator[Result]:  # fmt: skip
    """Both layers on both databases, each as one result; or `only` one of them ("store/SQLite")."""
    with ground(access, server) as here:
        plans = [
            (layer, base, counted(here, layer, base))
            for layer in (STORE, DATABASE)
            for base in here.databases()
            if only in ("", f"{layer}/{base}")
        ]
    everything = sum(len(all_cases(seen, layer, base)) for layer, base, seen in plans)
    progress(f"{everything:,} cases of {len(plans)} sweeps, in {processes} processes")
    until = time.monotonic() + seconds
    for number, (layer, base, seen) in enumerate(plans):
        left = max(0.0, until - time.monotonic()) / (len(plans) - number)
        yield _one_sweep(access, server, progress, (layer, base, seen), processes, left)


def _one_sweep(
    access: dict[str, str],
    server: PostgreSQL | None,
    progress: Progress,
    plan: tuple[str, str, dict[str, list[str]]],
    processes: int,
    seconds: float,
) -> Result:
    layer, base, seen = plan
    cases = all_cases(seen, layer, base)
    Random(f"{layer} {base}").shuffle(
        cases
    )  # what the time does not allow is a sample, not the end of the night
    begun, tally = time.monotonic(), Tally()
    for outcome in in_processes(cases, partial(ground, access, server), play, processes, begun + seconds):
        _add(tally, outcome, progress, f"{layer}/{base}", len(cases))
    figures: dict[str, int | float | str] = {
        "operations of the night": len(seen[S3]),
        "faults of each": len(faults_of(layer, base)),
        "cases there are": len(cases),
        "of them on the S3 server": sum(case.store == S3 for case in cases),
        **dict(sorted(tally.endings.items())),
        "nights that ended before the operation came": tally.missed,
        "surplus versions of a key": sum(tally.surplus.values()),
        "locked objects that no seal names": sum(tally.unnamed.values()),
    }
    title = f"N-th {'request to the S3 server' if layer == STORE else 'database operation'}, on {base}"
    return Result(
        f"sweep {layer} {base}", title, tally.cases, tally.cases - len(tally.broken), time.monotonic() - begun,
        tally.broken, figures, whole=tally.cases + tally.missed == len(cases),
    )  # fmt: skip


def _add(tally: Tally, outcome: Outcome, progress: Progress, name: str, of: int) -> None:
    tally.add(outcome)
    if outcome.words:
        progress(f"BROKEN {tally.broken[-1]}")
    if tally.cases % 25 == 0:
        told = f"surplus {sum(tally.surplus.values())}, unnamed {sum(tally.unnamed.values())}"
        progress(f"{name}: {tally.cases:,} of {of:,} cases, {len(tally.broken)} broken, {told}")


def sample(here: Ground, seed: str, others: int, critical: int) -> Iterator[Outcome]:
    """A sample that is another one with each seed: of the operations that decide, and of all others."""
    rng = Random(seed)
    for layer in (STORE, DATABASE):
        base = SQLITE if layer == STORE else rng.choice(here.databases())
        seen = counted(here, layer, base)
        cases = all_cases(seen, layer, base)
        deciding = [case for case in cases if seen[case.store][case.nth - 1] in CRITICAL]
        for case in _each_fault(rng, deciding, critical) + rng.sample(cases, others):
            yield play(here, case)


def _each_fault(rng: Random, cases: Sequence[Case], number: int) -> list[Case]:
    """So many cases, as many different faults among them as there are."""
    by_fault: dict[str, list[Case]] = {}
    for case in cases:
        by_fault.setdefault(case.fault, []).append(case)
    chosen = [rng.choice(found) for found in by_fault.values()]
    rng.shuffle(chosen)
    return chosen[:number]
