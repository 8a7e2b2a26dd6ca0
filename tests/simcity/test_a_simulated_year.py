"""Twenty cities, thirty nights each: what was truly there is archived, and nothing is said that is not so.

`make simcity SEEDS=200 NIGHTS=365` runs as many as there is time for; `simcity.audit` lists what may never be.
"""

from __future__ import annotations

import os

import pytest

from paloverde.simulator.sites import SITES
from simcity.plan import Plan
from simcity.run import Summary, one, plans, run, told_at_length
from simcity.showing import SHOWING

SEEDS, NIGHTS = range(1, 21), 30


def test_the_audit_knows_what_every_site_can_show() -> None:
    assert set(SITES) == set(SHOWING)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_twenty_cities_stand_thirty_nights_of_events_and_faults() -> None:
    wanted = plans(SEEDS, NIGHTS)
    by_seed, summary = {plan.seed: plan for plan in wanted}, Summary()
    words: list[str] = []
    for told in run(wanted, os.cpu_count() or 1):
        summary.add(told)
        words += told_at_length(told, by_seed[told.seed])
    print("\n".join(summary.lines()))
    assert not words, "\n".join(words)
    assert summary.nights == len(SEEDS) * NIGHTS
    # The nights were full of trouble, and the audit had much to look at.
    assert sum(summary.faults.values()) > 300
    assert summary.counts["shown and checked"] > 20_000
    assert summary.counts["removals"] > 200


def test_a_seed_replays_alike() -> None:
    plan = Plan(3, 7, tuple(SHOWING)[:2])
    first, second = one(plan), one(plan)
    assert (first.history, first.counts, first.faults) == (second.history, second.counts, second.faults)
    assert first.breaks == second.breaks == []
