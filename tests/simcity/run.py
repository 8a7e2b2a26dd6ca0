"""Many simulated years from the shell: `make simcity SEEDS=200 NIGHTS=365`, and one again: `make simcity SEED=17`.

Seeds run in several processes; each works in a folder in memory and leaves nothing. Every break is printed with its
seed, its night, what happened around it, and the command that replays it. The exit status is 1 where there is any.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path

from paloverde.simulator.sites import SITES
from simcity.audit import Break
from simcity.nights import live
from simcity.plan import Plan, Told
from simcity.showing import SHOWING
from simcity.year import Year

MEMORY = Path("/dev/shm")  # a disk in memory, where there is one: the store syncs every object
LINES = 25  # of history around a break
SHOWN = 5  # breaks of one seed that are told at length


@contextmanager
def folder() -> Iterator[Path]:
    """A folder of one seed, gone afterwards."""
    where = MEMORY if os.access(MEMORY, os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="simcity-", dir=where) as name:
        yield Path(name)


def one(plan: Plan) -> Told:
    """A whole seed. A crash of the product or of this program is a break as well."""
    started = time.monotonic()
    with folder() as home:
        year = Year(plan, home)
        try:
            live(year)
            told = year.finish()
        except Exception:  # noqa: BLE001  whatever it was, the seed is told
            told = year.told
            told.breaks.append(Break(told.nights, "", "crash", traceback.format_exc()))
        finally:
            year.close()
    told.seconds = time.monotonic() - started
    return told


def plans(seeds: Sequence[int], nights: int, *, scale: float = 0.08) -> list[Plan]:
    """Each seed gets a site in turn, and every other seed a second one beside it, each time another."""
    names = [name for name in SITES if name in SHOWING]
    each = len(names)
    pairs = {seed: (seed % each, (seed + 1 + seed // each % (each - 1)) % each) for seed in seeds}
    return [
        Plan(seed, nights, tuple(names[one] for one in pairs[seed][: 1 + seed % 2]), scale) for seed in seeds
    ]


def run(wanted: list[Plan], processes: int) -> Iterator[Told]:
    """Every seed's outcome, as they end."""
    if processes <= 1:
        yield from map(one, wanted)
        return
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        for done in as_completed([pool.submit(one, plan) for plan in wanted]):
            yield done.result()


class Summary:
    """What all seeds came to."""

    def __init__(self) -> None:
        self.seeds = self.nights = 0
        self.counts: Counter[str] = Counter()
        self.faults: Counter[str] = Counter()
        self.events: Counter[str] = Counter()
        self.breaks: list[tuple[int, Break]] = []

    def add(self, told: Told) -> None:
        self.seeds += 1
        self.nights += told.nights
        self.counts += told.counts
        self.faults += told.faults
        self.events += told.events
        self.breaks += [(told.seed, one) for one in told.breaks]

    def lines(self) -> Iterator[str]:
        faults = sum(self.faults.values())
        yield f"{self.seeds:,} seeds, {self.nights:,} nights, {sum(self.events.values()):,} events, {faults:,} faults"
        for title, counted in (
            ("faults by kind", self.faults),
            ("events", self.events),
            ("counts", self.counts),
        ):
            named = ", ".join(f"{name} {number:,}" for name, number in sorted(counted.items()) if number)
            yield f"{title}: {named}"
        yield f"invariant breaks: {len(self.breaks):,}"


def told_at_length(told: Told, plan: Plan) -> Iterator[str]:
    """The first breaks of a seed with what happened around them."""
    for one_break in told.breaks[:SHOWN]:
        yield f"BREAK seed {told.seed}, night {one_break.night}, {one_break.account}: {one_break.what}: {one_break.words}"
        around = [
            line for night in (one_break.night - 1, one_break.night) for line in told.history.get(night, [])
        ]
        yield from (f"    {line}" for line in around[-LINES:])
        yield f"    again: make simcity SEED={told.seed} NIGHTS={plan.nights} SITES={','.join(plan.sites)}"
    if len(told.breaks) > SHOWN:
        yield f"    and {len(told.breaks) - SHOWN} more breaks of seed {told.seed}"


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description="Archives simulated cities night after night and audits each."
    )
    parser.add_argument("--seeds", type=int, default=20, help="how many cities (default 20)")
    parser.add_argument("--seed", type=int, help="only this one")
    parser.add_argument("--nights", type=int, default=30, help="nights of each (default 30)")
    parser.add_argument("--sites", help="names with commas between; else each seed gets a share in turn")
    parser.add_argument(
        "--scale", type=float, default=0.08, help="size of the cities (1 is 900 records a site)"
    )
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args(argv)
    seeds = [options.seed] if options.seed is not None else list(range(1, options.seeds + 1))
    wanted = plans(seeds, options.nights, scale=options.scale)
    if options.sites:
        sites = tuple(options.sites.split(","))
        wanted = [Plan(plan.seed, plan.nights, sites, plan.scale) for plan in wanted]
    by_seed, summary, started = {plan.seed: plan for plan in wanted}, Summary(), time.monotonic()
    for told in run(wanted, options.processes):
        summary.add(told)
        names = ", ".join(by_seed[told.seed].sites)
        print(f"seed {told.seed} ({names}): {told.nights} nights, {len(told.breaks)} breaks, {told.seconds:.0f} s "
              f"[{summary.seeds} of {len(wanted)}]", flush=True)  # fmt: skip
        for line in told_at_length(told, by_seed[told.seed]):
            print(line, flush=True)
    print("\n".join(summary.lines()))
    print(f"{time.monotonic() - started:,.0f} seconds")
    return 1 if summary.breaks else 0


if __name__ == "__main__":
    sys.exit(main())
