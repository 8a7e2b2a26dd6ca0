"""What is said, and when: once, again after some hours, worse, over; never of what was not looked at."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from paloverde.alarms.letter import as_json, subject, text
from paloverde.alarms.line import Level, Line, Who, worst
from paloverde.alarms.news import Alert, Known, What, news

NOW = datetime(2026, 11, 23, 18, tzinfo=UTC)
AGAIN = timedelta(hours=24)
DEAD = Line(
    "token x-palmaria", "The access to x-palmaria", Level.BAD, "It was refused.", "sign in", look="accounts"
)
LOW = Line("disk the home", "The disk of the home", Level.WARN, "9 % are free.", "make room", look="disk")
LOOKS = {"accounts", "disk"}


def said(
    known: dict[str, Known], lines: Iterable[Line], now: datetime = NOW, looks: set[str] = LOOKS
) -> tuple[list[What], dict[str, Known]]:
    told = news(known, lines, looks, now, AGAIN)
    return [alert.what for alert in told.alerts], told.known


def test_what_is_bad_is_said_at_once_and_then_only_after_a_day() -> None:
    first, known = said({}, [DEAD])
    assert first == [What.NEW]
    for hours in (0.25, 12, 23.9):
        later, known = said(known, [DEAD], NOW + timedelta(hours=hours))
        assert later == []
    again, known = said(known, [DEAD], NOW + timedelta(hours=24))
    assert again == [What.AGAIN]
    assert said(known, [DEAD], NOW + timedelta(hours=25))[0] == []


def test_a_slow_moment_is_no_warning_and_two_in_a_row_are() -> None:
    first, known = said({}, [LOW])
    assert first == []
    well, forgotten = said(known, [])
    assert (well, forgotten) == ([], {})
    second, known = said(known, [LOW], NOW + timedelta(minutes=15))
    assert second == [What.NEW]
    assert known[LOW.key].since == NOW


def test_what_becomes_worse_is_said_before_its_day_is_over() -> None:
    _, known = said(said({}, [LOW])[1], [LOW])
    worse, _ = said(known, [msgspec.structs.replace(LOW, level=Level.BAD)], NOW + timedelta(hours=1))
    assert worse == [What.WORSE]


def test_what_sways_between_a_warning_and_bad_is_worse_only_once() -> None:
    bad = msgspec.structs.replace(LOW, level=Level.BAD)
    _, known = said({}, [bad])
    for minutes, line in ((15, LOW), (30, bad), (45, LOW), (60, bad)):
        swayed, known = said(known, [line], NOW + timedelta(minutes=minutes))
        assert swayed == []


def test_what_may_be_passing_is_said_when_a_second_round_sees_it() -> None:
    late = msgspec.structs.replace(DEAD, is_passing=True)
    first, known = said({}, [late])
    assert first == []
    assert said(known, [])[0] == []
    assert said(known, [late], NOW + timedelta(minutes=15))[0] == [What.NEW]


def test_what_is_over_is_said_once() -> None:
    _, known = said({}, [DEAD])
    over, known = said(known, [msgspec.structs.replace(DEAD, level=Level.OK)])
    assert (over, known) == ([What.OVER], {})
    assert said(known, [])[0] == []


def test_what_could_not_be_looked_at_is_not_over() -> None:
    _, known = said({}, [DEAD])
    silent, kept = said(known, [], looks={"disk"})
    assert silent == []
    assert kept == known


def test_a_quiet_line_is_for_the_doctor_alone() -> None:
    assert said({}, [msgspec.structs.replace(DEAD, is_quiet=True)])[0] == []


def test_the_time_that_the_line_knows_counts_before_the_time_it_was_seen() -> None:
    began = NOW - timedelta(days=2)
    told = news({}, [msgspec.structs.replace(DEAD, since=began)], LOOKS, NOW, AGAIN)
    assert told.alerts[0].since == began


@pytest.mark.parametrize(
    ("levels", "gravest"),
    [([], Level.OK), ([Level.WARN, Level.OK], Level.WARN), ([Level.WARN, Level.BAD, Level.OK], Level.BAD)],
)
def test_the_gravest_counts(levels: list[Level], gravest: Level) -> None:
    assert worst(levels) is gravest


def test_a_letter_says_what_since_when_who_and_what_to_do_and_what_is_over_comes_last() -> None:
    clerks = Line(
        "request PRA-2026-0001", "Request PRA-2026-0001", Level.WARN, "It is due.", "answer it", Who.CLERK
    )
    alerts = [Alert(What.OVER, LOW, NOW), Alert(What.AGAIN, clerks, NOW), Alert(What.NEW, DEAD, NOW)]
    letter = text(alerts)
    when = "Monday, November 23, 2026, at 10:00 a.m. Pacific time"
    assert letter.startswith(
        "URGENT: The access to x-palmaria (new)\n"
        "  It was refused.\n"
        f"  Since: {when}.\n"
        "  For IT to do: sign in.\n"
        "\n"
        "Soon: Request PRA-2026-0001 (still so)\n"
    )
    assert f"OVER: The disk of the home\n  It is well again; it was not since {when}.\n" in letter
    assert subject("Palma Ria", alerts) == "URGENT: 3 alerts, social media archive, Palma Ria"
    assert subject("Palma Ria", alerts[:1]) == "The disk of the home (over), social media archive, Palma Ria"
    assert [one["state"] for one in as_json("Palma Ria", alerts)["alerts"]] == ["over", "still so", "new"]
