"""What a refresh builds: which parts are read, and which segments become one. Pure.

Segments grow in steps: `FAN` of about one size become one of the next, until they are large. So a night adds
little, every document is written anew a few times only, and few segments stand.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec

from paloverde.archive.reader import SealedPart

FAN = 3
LARGEST = 300_000  # documents of a segment: what a process builds in about half a gigabyte
_WORTH_SHARING = 60_000  # documents from which a second process pays
_SMALLEST = 1_000


class Stands(msgspec.Struct, frozen=True):
    """A segment that there is; `stale` where it holds rows of parts that stand no longer."""

    name: str
    documents: int
    stale: bool = False


class Job(msgspec.Struct, frozen=True):
    """One segment to build: out of parts to be read, and of segments that it takes the place of."""

    parts: list[SealedPart]
    takes: list[str]
    documents: int  # about so many


def plan(
    standing: Sequence[Stands], missing: Sequence[SealedPart], processes: int, largest: int = LARGEST
) -> list[Job]:
    """The segments to build, the small one that may take others over last."""
    groups = _groups(missing, processes, largest)
    jobs = [Job(group, [], _rows(group)) for group in groups]
    small = [one for one in standing if one.stale or one.documents <= largest // 2]
    if jobs:
        last = jobs.pop()
        taken = _taken(last.documents, small, largest)
        names = {one.name for one in taken}
        jobs.append(Job(last.parts, sorted(names), last.documents + sum(one.documents for one in taken)))
        small = [one for one in small if one.name not in names]
    alone = [Job([], [one.name], one.documents) for one in small if one.stale]
    return [*alone, *jobs]


def workers(jobs: Sequence[Job], processes: int) -> int:
    """How many processes build them: 1 is this one alone."""
    is_worth_it = sum(job.documents for job in jobs) >= _WORTH_SHARING
    return min(processes, len(jobs)) if is_worth_it else 1


def _groups(parts: Sequence[SealedPart], processes: int, largest: int) -> list[list[SealedPart]]:
    """Parts in their order, in groups of about equal size, as many as there is work for."""
    total = _rows(parts)
    count = math.ceil(total / largest)
    if total >= _WORTH_SHARING:
        count = math.ceil(count / processes) * processes
    groups: list[list[SealedPart]] = []
    before = 0
    for part in parts:
        if not groups or (len(groups) < count and before * count >= len(groups) * total):
            groups.append([])
        groups[-1].append(part)
        before += part.part.rows
    return groups


def _taken(documents: int, small: Sequence[Stands], largest: int) -> list[Stands]:
    """The small segments that a new one of so many documents takes over."""
    taken: list[Stands] = []
    left = sorted(small, key=lambda one: one.documents)
    while True:
        alike = [one for one in left if _step(one.documents) <= _step(documents)]
        if len(alike) < FAN - 1:
            return taken
        fitting = []
        for one in alike:
            if documents + one.documents <= largest:
                fitting.append(one)
                documents += one.documents
        if not fitting:
            return taken
        taken += fitting
        left = [one for one in left if one not in fitting]


def _step(documents: int) -> int:
    return max(0, round(math.log(max(documents, 1) / _SMALLEST, FAN)))


def _rows(parts: Sequence[SealedPart]) -> int:
    return sum(part.part.rows for part in parts)
