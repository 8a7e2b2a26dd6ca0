"""Each look's judgement: what is well, what somebody must see to soon, and what at once."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime, timedelta

import pytest

from paloverde.alarms.line import Level, Line, Who
from paloverde.alarms.looks import backups, copies, derived, kept, machine, offices, saying
from paloverde.archive.kept import Totals
from paloverde.search.index.upkeep import Coverage

NOW = datetime(2026, 11, 23, 18, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
GB = 10**9


def levels(lines: object) -> list[Level]:
    found = list(lines)  # type: ignore[call-overload]
    assert all(isinstance(line, Line) and line.said.endswith(".") for line in found)
    assert all(bool(line.todo) is (line.level is not Level.OK) for line in found)
    return [line.level for line in found]


@pytest.mark.parametrize(
    ("free", "level"),
    [(50, Level.OK), (10, Level.OK), (9, Level.WARN), (5, Level.WARN), (4, Level.BAD), (0, Level.BAD)],
)
def test_a_disk_is_low_below_its_share_and_urgent_below_half_of_it(free: int, level: Level) -> None:
    assert levels(machine.judge_disks([machine.Disk("the home", "/srv/x", 100 * GB, free * GB, 10)])) == [
        level
    ]


@pytest.mark.parametrize(
    ("mode", "level"),
    [(0o600, Level.OK), (0o400, Level.OK), (None, Level.OK), (0o640, Level.BAD), (0o604, Level.BAD)],
)
def test_a_key_that_others_may_read_is_urgent(mode: int | None, level: Level) -> None:
    assert levels(machine.judge_keys([machine.KeyFile("The signing key", "/srv/key.pem", mode)])) == [level]


@pytest.mark.parametrize(
    ("left", "level"), [(60, Level.OK), (22, Level.OK), (21, Level.WARN), (5, Level.BAD), (-1, Level.BAD)]
)
def test_a_certificate_is_told_of_three_weeks_before_its_end(left: int, level: Level) -> None:
    one = machine.Certificate("desk_address", "desk.palmaria.example", NOW + left * DAY, NOW, "")
    assert levels(machine.judge_certificates([one])) == [level]


def test_a_certificate_that_cannot_be_had_is_urgent() -> None:
    one = machine.Certificate("desk_address", "desk.palmaria.example", None, NOW, "nobody answers")
    assert levels(machine.judge_certificates([one])) == [Level.BAD]


@pytest.mark.parametrize(
    ("apart", "level"), [(0.4, Level.OK), (-120, Level.OK), (121, Level.BAD), (-3600, Level.BAD)]
)
def test_a_clock_may_not_be_farther_away_than_the_settings_allow(apart: float, level: Level) -> None:
    found = levels(kept.judge_answer(kept.Answered("store", 0.1, apart, 120)))
    assert found == [Level.OK, level]


def test_a_database_of_another_form_and_a_slow_one_are_told_of() -> None:
    assert levels(kept.judge_answer(kept.Answered("database", 0.1, None, 120, ("0001", "0002")))) == [
        Level.BAD,
        Level.OK,
    ]
    assert levels(kept.judge_answer(kept.Answered("database", 2.5, None, 120, ("0001", "0001")))) == [
        Level.WARN
    ]


def link(number: int, previous: str, body: str = "") -> kept.Link:
    body = body or f"link {number}"
    return kept.Link(number, hashlib.sha256(body.encode()).hexdigest(), previous, body)


def chain(length: int) -> list[kept.Link]:
    made: list[kept.Link] = []
    for number in range(1, length + 1):
        made.append(link(number, made[-1].sha256 if made else ""))
    return made[::-1]


def test_a_whole_chain_fits() -> None:
    assert (
        levels(kept.judge_chains([kept.Chain("seals", chain(40)), kept.Chain("events", [])]))
        == [Level.OK] * 2
    )


@pytest.mark.parametrize("place", [0, 5, 39])
def test_a_link_whose_words_were_changed_is_found(place: int) -> None:
    links = chain(40)
    links[place] = links[place]._replace(body="something else")
    (found,) = kept.judge_chains([kept.Chain("seals", links)])
    assert found.level is Level.BAD
    assert f"Number {links[place].sequence:,} " in found.said


@pytest.mark.parametrize("place", [1, 20])
def test_a_link_that_was_taken_out_is_found(place: int) -> None:
    links = chain(40)
    del links[place]
    assert levels(kept.judge_chains([kept.Chain("seals", links)])) == [Level.BAD]


def totals(*, objects: int = 10, copied: int = 10, overdue: int = 0, damaged: int = 0) -> Totals:
    return Totals(objects, objects * 100, copied, copied * 100, 0, overdue, 0, damaged)


@pytest.mark.parametrize(
    ("found", "copied_ago", "waits", "checked_ago", "expected"),
    [
        (totals(), 1, None, 1, [Level.OK, Level.OK]),
        (totals(damaged=1), 1, None, 1, [Level.BAD, Level.OK]),
        (totals(overdue=1), 1, None, 1, [Level.WARN, Level.OK]),
        (totals(), 1, None, 80, [Level.WARN, Level.OK]),
        (totals(copied=9), 1, 90, 1, [Level.OK, Level.OK]),
        (totals(copied=9), 7, 8, 1, [Level.OK, Level.WARN]),
        (totals(copied=9), 7, None, 1, [Level.OK, Level.WARN]),
        (totals(copied=9), 27, 28, 1, [Level.OK, Level.BAD]),
        (totals(copied=9), 27, 1, 1, [Level.OK, Level.OK]),  # there was nothing to copy before
    ],
)
def test_damage_is_urgent_and_so_is_a_day_without_a_copy_of_what_waits(
    found: Totals, copied_ago: int, waits: int | None, checked_ago: int, expected: list[Level]
) -> None:
    at = NOW - copied_ago * HOUR, NOW - checked_ago * HOUR
    waiting = None if waits is None else NOW - waits * HOUR
    held = copies.Held(found, True, at[0], at[1], NOW - 90 * DAY, waiting, NOW)
    assert levels(copies.judge(held)) == expected


def test_without_a_second_copy_only_the_bytes_are_told_of() -> None:
    held = copies.Held(
        totals(copied=0),
        has_second=False,
        copied_at=None,
        checked_at=NOW,
        began=NOW,
        waiting_since=NOW,
        now=NOW,
    )
    assert levels(copies.judge(held)) == [Level.OK]


@pytest.mark.parametrize(
    ("hours", "level"), [(3, Level.OK), (27, Level.WARN), (75, Level.BAD), (None, Level.BAD)]
)
def test_backups_that_stop_are_told_of(hours: int | None, level: Level) -> None:
    newest = None if hours is None else NOW - hours * HOUR
    assert levels(backups.judge(backups.Backups("/srv/backups", 3, newest, NOW))) == [level]
    assert levels(backups.judge(backups.Backups("", 0, None, NOW))) == []


@pytest.mark.parametrize(("hours", "level"), [(0, Level.OK), (2, Level.OK), (4, Level.WARN), (30, Level.BAD)])
def test_an_index_that_stays_behind_is_told_of(hours: int, level: Level) -> None:
    lacks = [object()] if hours else []
    found = Coverage(1, 2, 3, 4, lacks, [])  # type: ignore[arg-type]
    behind = derived.Behind(
        is_there=True, coverage=found, since=NOW - hours * HOUR if hours else None, now=NOW
    )
    assert levels(derived.judge_index(behind)) == [level]


@pytest.mark.parametrize(
    ("wanted", "ago", "expected"),
    [(False, 90, []), (True, 10, [Level.OK]), (True, 51, [Level.WARN]), (True, None, [Level.WARN])],
)
def test_a_head_that_is_not_published_for_two_days_is_told_of(
    wanted: bool, ago: int | None, expected: list[Level]
) -> None:
    at = None if ago is None else NOW - ago * HOUR
    assert levels(derived.judge_head(derived.Head(wanted, at, 5, 9, NOW))) == expected


def test_a_run_that_nobody_sealed_is_told_of_after_most_of_a_day() -> None:
    assert levels(derived.judge_unsealed(derived.Unsealed(None, NOW))) == [Level.OK]
    assert levels(derived.judge_unsealed(derived.Unsealed(NOW - HOUR, NOW))) == [Level.OK]
    assert levels(derived.judge_unsealed(derived.Unsealed(NOW - DAY, NOW))) == [Level.WARN]


@pytest.mark.parametrize(
    ("left", "level"), [(3, Level.WARN), (1, Level.WARN), (0, Level.BAD), (-4, Level.BAD)]
)
def test_the_clerk_is_told_of_a_request_and_not_of_what_it_asks(left: int, level: Level) -> None:
    (found,) = offices.judge_requests(
        [offices.DueRequest("PRA-2026-0001", date(2026, 11, 23) + left * DAY, left)]
    )
    assert (found.level, found.who) == (level, Who.CLERK)
    assert "1 days" not in found.said


def test_counsel_is_told_of_a_hold_that_is_not_complete() -> None:
    assert levels(offices.judge_holds([offices.Lacking("LIT-1", True, 4, 4)])) == [Level.OK]
    (found,) = offices.judge_holds(
        [offices.Lacking("LIT-1", True, 4, 4), offices.Lacking("LIT-2", False, 3, 4)]
    )
    assert (found.level, found.who, found.key) == (Level.BAD, Who.COUNSEL, "hold LIT-2")


@pytest.mark.parametrize(
    ("ago", "trouble", "level"),
    [
        (None, "", Level.WARN),
        (0.2, "", Level.OK),
        (3.0, "", Level.WARN),
        (0.2, "The mail server is gone", Level.BAD),
    ],
)
def test_alerts_that_are_not_made_or_do_not_arrive_are_told_of(
    ago: float | None, trouble: str, level: Level
) -> None:
    at = None if ago is None else NOW - ago * HOUR
    assert levels(saying.judge(saying.LastRound(at, trouble, NOW))) == [level]
