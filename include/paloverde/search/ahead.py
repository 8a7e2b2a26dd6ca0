"""Working on things in order, by a few threads that are never more than those few ahead."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

_WORKERS = 2  # parts that are fetched and pre-selected ahead, and so the most that lie in memory
In = TypeVar("In")
Out = TypeVar("Out")


def ahead(work: Callable[[In], Out], items: Iterable[In]) -> Iterator[Out]:
    """The result of each item, in order, worked on by a few threads, never more than those few ahead."""
    with ThreadPoolExecutor(_WORKERS) as pool:
        waiting: deque[Future[Out]] = deque()
        for item in items:
            waiting.append(pool.submit(work, item))
            if len(waiting) > _WORKERS:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
