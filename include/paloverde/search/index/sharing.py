"""Whether the segments of an index are asked one after the other, or two at once.

Where they lie in memory, one thread is quicker: each step is short, and two wait for each other's turn at the
interpreter. Where they must be read from the disk, one works while the other waits for that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from time import perf_counter, process_time
from typing import NamedTuple, TypeVar

_TELLS = 0.02  # seconds: a shorter question says nothing of the disk
_BUSY = 0.8  # of the time that a question takes: with less it waited for the disk
In = TypeVar("In")
More = TypeVar("More")
Out = TypeVar("Out")


class Spent(NamedTuple):
    """Seconds that went by, and seconds that this process had of the processor."""

    wall: float
    cpu: float


def spent() -> Spent:
    return Spent(perf_counter(), process_time())


class Sharing:
    """What the last question of an opened index met decides for the next; of the first nothing is known."""

    def __init__(self, clock: Callable[[], Spent] = spent) -> None:
        self._clock, self._waits = clock, True

    def each(self, work: Callable[[In, More], Out], some: Iterable[In], more: Iterable[More]) -> list[Out]:
        """What comes of each segment, in their order."""
        pairs, began = [*zip(some, more, strict=True)], self._clock()
        found = _two_at_once(work, pairs) if self._waits else [work(*pair) for pair in pairs]
        ended = self._clock()
        took = ended.wall - began.wall
        if took > _TELLS:
            self._waits = ended.cpu - began.cpu < _BUSY * took
        return found


def _two_at_once(work: Callable[[In, More], Out], pairs: list[tuple[In, More]]) -> list[Out]:
    found: dict[int, Out] = {}
    numbers = iter(range(len(pairs)))

    def share() -> None:
        for number in numbers:
            found[number] = work(*pairs[number])

    with ThreadPoolExecutor(1) as pool:
        beside = pool.submit(share)
        share()
        beside.result()
    return [found[number] for number in range(len(pairs))]
