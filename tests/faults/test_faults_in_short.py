"""The short forms of the suites that break things on purpose; `make faults` plays the long ones.

What is drawn depends on the day: each day's `make test` sees other cases. A failure names its case.
"""

from __future__ import annotations

import math
from collections import Counter
from datetime import UTC, datetime

import pytest

from faults import bent, clocks, corruption, kills, writers
from faults.httpproxy import proxy_to
from faults.kills import DIRECTORY, S3, KillGround, Series
from faults.places import SQLITE, postgresql
from faults.sweep import ground
from faults.sweeping import sample
from faults.writers import RaceGround, Round
from stores import NO_SERVER, find_s3

TODAY = datetime.now(UTC).timetuple().tm_yday
# Forking is what these suites do, from threads that pyarrow keeps and that hold nothing a child needs.
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")]
without_faketime = pytest.mark.skipif(
    clocks.library() is None, reason="libfaketime is not made for this machine"
)


@pytest.fixture
def access() -> dict[str, str]:
    found = find_s3()
    if found is None:
        pytest.skip(NO_SERVER)
    return found


@pytest.mark.s3
def test_a_night_survives_any_one_fault_of_its_store_and_its_database(access: dict[str, str]) -> None:
    with postgresql() as server, ground(access, server) as here:
        outcomes = list(sample(here, f"day {TODAY}", others=1, critical=3))
    assert {str(one.case): one.words for one in outcomes if one.words} == {}
    assert any(one.struck for one in outcomes)


def test_a_night_survives_kill_9_at_any_moment() -> None:
    told = kills.play(KillGround(None, None), Series(TODAY, DIRECTORY, SQLITE, 10))
    assert told.breaks == []
    assert told.kills > 0


@pytest.mark.s3
def test_a_night_survives_kill_9_on_the_s3_server(access: dict[str, str]) -> None:
    with proxy_to(access["endpoint"]) as proxy:
        told = kills.play(KillGround(access, None, way=proxy.endpoint), Series(TODAY, S3, SQLITE, 4))
    assert told.breaks == []


def test_every_corruption_is_found_and_repaired() -> None:
    told = corruption.play(corruption.nothing, corruption.Batch(TODAY, 5))
    assert told.breaks == []
    assert told.found == told.done.total() > 0
    assert told.repaired + 2 * told.lost == told.found  # what is lost was damaged in both copies


@pytest.mark.s3
def test_every_corruption_that_s3_lets_be_played_is_found_and_repaired(access: dict[str, str]) -> None:
    done: Counter[str] = Counter()
    with proxy_to(access["endpoint"]) as proxy:
        assert bent.play(access, proxy, TODAY, done) == []
    assert done.total() > 0


@pytest.mark.s3
def test_of_twelve_writers_one_wins_and_all_tell_the_same(access: dict[str, str]) -> None:
    told = writers.play(RaceGround(access, None), Round(TODAY, writers.TURNLESS, SQLITE))
    assert told.breaks == []
    assert told.winners == 1


@without_faketime
@pytest.mark.parametrize(
    "case", [one for number, one in enumerate(clocks.all_cases()) if number % 16 == TODAY % 16], ids=str
)
def test_days_locks_and_removals_are_right_on_other_clocks(case: clocks.Clock) -> None:
    assert clocks.play(case) == []


def test_the_moments_of_the_matrix_are_those_that_they_are_called() -> None:
    at = {name: moment.astimezone(clocks.PACIFIC) for name, moment in clocks.MOMENTS.items()}
    first, second = (at[f"the hour that comes twice, {which} time"] for which in ("first", "second"))
    assert (first.hour, first.fold) == (1, 0)
    assert (second.hour, second.fold) == (1, 1)
    assert at["leap day"].month == 2
    assert at["leap day"].day == 29
    assert math.log2(clocks.MOMENTS["seconds before 2**31 seconds"].timestamp() + 4) == 31
