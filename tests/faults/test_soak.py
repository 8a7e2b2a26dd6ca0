"""Nights in short leave nothing behind that grows; `make faults ARGS=soak` plays hundreds of them."""

from __future__ import annotations

import pytest

from faults import apart, soak
from faults.soak import APART, TOGETHER, Seen

WARM_KB = 2_000.0  # a night: in a short run the libraries still fill what they keep


def seen(_: int, **more: int) -> Seen:
    plain = {"resident": 200_000, "peak": 210_000, "files": 9, "threads": 4, "scratch": 0, "waiting": 0}
    return Seen(**{**plain, **more}, rows={"turns": 1, "jobs": 0})


@pytest.mark.slow
@pytest.mark.parametrize("how", [TOGETHER, APART])
def test_a_dozen_nights_leave_nothing_open_and_nothing_lying_about(how: str) -> None:
    told = apart.run("faults.soak", "10", how)
    assert told["nights"] == 10
    assert told["growing"] == {}
    assert told["last"]["scratch"] == told["last"]["waiting"] == 0
    assert told["kb_a_night"] < WARM_KB


@pytest.mark.parametrize("leak", ["files", "threads", "scratch", "waiting"])
def test_what_grows_a_little_each_night_is_named(leak: str) -> None:
    nights = [seen(number, **{leak: 10 + number // 4}) for number in range(40)]
    assert len(soak.growing(nights)) == 1
    assert "more each night" in soak.breaks({"growing": soak.growing(nights), "kb_a_night": 0}, TOGETHER)[0]


def test_what_comes_and_goes_is_no_growth() -> None:
    assert soak.growing([seen(number, files=9 + number % 3) for number in range(40)]) == {}


def test_what_was_taken_in_the_first_half_and_kept_is_no_growth() -> None:
    assert soak.growing([seen(number, files=min(number, 15)) for number in range(40)]) == {}


def test_memory_that_grows_is_named() -> None:
    nights = [seen(number, resident=200_000 + 100 * number) for number in range(40)]
    told = {"growing": {}, "kb_a_night": soak.slope([one.resident for one in nights])}
    assert soak.breaks(told, TOGETHER) == ["nights together: 100.0 kB more memory each night"]


def test_rows_of_a_table_that_must_not_grow_are_counted() -> None:
    nights = [seen(number, files=9) for number in range(40)]
    for number, one in enumerate(nights):
        one.rows["jobs"] = number
    assert list(soak.growing(nights)) == ["rows of jobs"]
