from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from paloverde.desk.attempts import (
    PER_PERSON,
    PER_PERSON_AND_PLACE,
    PER_PLACE,
    WINDOW_SECONDS,
    Attempts,
    Failures,
    KeptAttempts,
)
from paloverde.state.books import open_books

START = datetime(2026, 11, 18, 20, tzinfo=UTC)


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["in memory", "in the database"])
def attempts(request: pytest.FixtureRequest, clock: Clock, tmp_path: Path) -> Failures:
    if request.param == "in memory":
        return Attempts(clock)
    books = open_books(f"sqlite:///{tmp_path}/state.db")
    return KeptAttempts(books, lambda: START + timedelta(seconds=clock.now))


def fail(attempts: Failures, username: str, place: str, times: int) -> None:
    for _ in range(times):
        attempts.failed(username, place)


def test_after_some_failures_somebody_must_wait_and_no_longer(attempts: Failures, clock: Clock) -> None:
    fail(attempts, "ana", "10.0.0.1", PER_PERSON_AND_PLACE - 1)
    assert attempts.must_wait("ana", "10.0.0.1") == 0
    fail(attempts, "ana", "10.0.0.1", 1)
    assert attempts.must_wait("ana", "10.0.0.1") == WINDOW_SECONDS
    clock.now += WINDOW_SECONDS
    assert attempts.must_wait("ana", "10.0.0.1") == 0


def test_a_guesser_elsewhere_does_not_lock_a_person_out(attempts: Failures) -> None:
    fail(attempts, "ana", "10.9.9.9", PER_PERSON_AND_PLACE)
    assert attempts.must_wait("ana", "10.0.0.1") == 0


def test_many_usernames_from_one_place_must_wait(attempts: Failures) -> None:
    for number in range(PER_PLACE):
        attempts.failed(f"name{number}", "10.9.9.9")
    assert attempts.must_wait("another", "10.9.9.9") > 0
    assert attempts.must_wait("another", "10.0.0.1") == 0


def test_one_username_from_many_places_must_wait(attempts: Failures) -> None:
    for number in range(PER_PERSON):
        attempts.failed("ana", f"10.9.{number}.9")
    assert attempts.must_wait("ana", "10.0.0.1") > 0


def test_where_no_username_is_known_the_place_alone_waits(attempts: Failures) -> None:
    fail(attempts, "", "10.9.9.9", PER_PLACE - 1)
    assert attempts.must_wait("", "10.9.9.9") == 0
    fail(attempts, "", "10.9.9.9", 1)
    assert attempts.must_wait("", "10.9.9.9") > 0
    for number in range(PER_PERSON):
        attempts.failed("", f"10.8.{number}.9")
    assert attempts.must_wait("", "10.0.0.1") == 0  # nobody is all who have no name


def test_success_forgets_own_failures_only(attempts: Failures) -> None:
    fail(attempts, "ana", "10.0.0.1", PER_PLACE)
    attempts.succeeded("ana", "10.0.0.1")
    assert attempts.must_wait("ana", "10.0.0.1") > 0  # the place has guessed too often
    assert attempts.must_wait("ana", "10.0.0.2") == 0


def test_the_memory_of_failures_is_bounded(clock: Clock) -> None:
    attempts = Attempts(clock)
    for number in range(6_000):
        attempts.failed(f"name{number}", "10.9.9.9")
    clock.now += WINDOW_SECONDS + 1
    attempts.failed("ana", "10.0.0.1")
    assert len(attempts._failures) == 3
