"""What is asked of one seed, and what came of it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from paloverde.simulator.sites import SITES
from simcity.audit import Break


@dataclass(frozen=True)
class Plan:
    """What is asked of a year. `faults` and `crashes` at False leave only events."""

    seed: int
    nights: int
    sites: tuple[str, ...] = tuple(SITES)
    scale: float = 0.08
    troubled: bool = True


@dataclass
class Told:
    """What came of one seed."""

    seed: int
    nights: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    events: Counter[str] = field(default_factory=Counter)
    breaks: list[Break] = field(default_factory=list)
    history: dict[int, list[str]] = field(default_factory=dict)
    seconds: float = 0.0
