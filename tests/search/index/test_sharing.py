"""Segments are asked two at once where the disk must be waited for, and one after the other where not."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Event, get_ident

import pytest

from paloverde.search.index.sharing import Sharing, Spent, spent


def in_threads(
    sharing: Sharing, work: Callable[[int, int], int] = lambda one, other: one + other
) -> set[int]:
    """Which threads worked on two pieces, each of which waits for the other where there are two."""
    seen, met = set[int](), (Event(), Event())

    def meeting(one: int, other: int) -> int:
        seen.add(get_ident())
        met[one].set()
        met[1 - one].wait(0.2)
        return work(one, other)

    assert sharing.each(meeting, [0, 1], [10, 20]) == [work(0, 10), work(1, 20)]
    return seen


def clocked(*each: tuple[float, float]) -> Sharing:
    """One whose questions take so many seconds, and so many of the processor."""
    moments = iter([moment for wall, cpu in each for moment in (Spent(0, 0), Spent(wall, cpu))])
    return Sharing(lambda: next(moments))


def test_the_first_question_is_shared_by_two_and_one_of_memory_is_not() -> None:
    sharing = clocked((1, 1.3), (1, 1))
    assert [len(in_threads(sharing)) for _ in range(2)] == [2, 1]


def test_after_a_question_that_waited_for_the_disk_two_work_again() -> None:
    sharing = clocked((1, 0.6), (1, 1.2), (1, 0.5), (1, 1))
    assert [len(in_threads(sharing)) for _ in range(4)] == [2, 2, 1, 2]


def test_time_that_is_waited_is_not_of_the_processor() -> None:
    began = spent()
    time.sleep(0.2)
    ended = spent()
    assert ended.wall - began.wall >= 0.2
    assert ended.cpu - began.cpu < 0.1


def test_what_fails_in_one_segment_fails_the_question() -> None:
    sharing = Sharing()
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            sharing.each(lambda one, other: one // other, [1, 2, 3], [1, 1, 0])
