"""A round over a real city: what is broken on purpose is found, and nothing hangs or hides anything else."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import update

from doubled import SLUG, Doubled, all_kept, directories, spoil
from paloverde.alarms.alerting import seen, standing
from paloverde.alarms.here import Look, Place
from paloverde.alarms.line import Level, Line
from paloverde.alarms.looks import LOOKS, derived, kept
from paloverde.alarms.round import Opened, look_round
from paloverde.archive.ledger import Event
from paloverde.errors import Unreachable
from paloverde.installation import Installation, Purpose, open_installation
from paloverde.records import Account
from paloverde.settings import load
from paloverde.state.tables import COPIES, LEDGER, RUNS
from stores import NO_SERVER, bucket_at, find_s3

NOW = datetime.now(UTC)


@pytest.fixture
def doubled(tmp_path: Path) -> Doubled:
    return directories(tmp_path / "city")


def found(city: Installation) -> dict[str, Line]:
    return {line.key: line for line in look_round(Place(city.settings, datetime.now(UTC), city), LOOKS).lines}


def bad(lines: dict[str, Line]) -> set[str]:
    return {key for key, line in lines.items() if line.level is Level.BAD}


def test_nothing_of_a_whole_city_is_bad_and_every_look_answers(doubled: Doubled) -> None:
    city = doubled.filled()
    round_ = look_round(Place(city.settings, datetime.now(UTC), city), LOOKS)
    assert round_.answered == {look.key for look in LOOKS}
    assert bad(found(city)) == set()


@pytest.mark.parametrize("table", [RUNS, LEDGER], ids=["seals", "ledger"])
def test_a_changed_seal_and_a_changed_event_are_found(doubled: Doubled, table: object) -> None:
    city = doubled.filled()
    with city.vault.books.begin() as connection:
        first = update(table).where(table.c.sequence == 1)  # type: ignore[arg-type, attr-defined]
        connection.execute(first.values(body='{"changed": 1}'))
    keys = {"chain of seals", "chain of events of the ledger"}
    assert len(bad(found(city)) & keys) == 1


def test_damage_that_a_check_has_found_stays_an_alert_until_it_is_repaired(doubled: Doubled) -> None:
    city = doubled.filled()
    victim = next(kept.stored.key for kept in all_kept(city) if kept.what == "media")
    spoil(doubled.first, victim)
    city.check_fixity()
    assert bad(found(city)) == {"fixity"}
    city.copies.repair()
    assert bad(found(city)) == set()


def test_a_second_copy_that_is_gone_is_a_line_and_stops_no_other_look(
    doubled: Doubled, tmp_path: Path
) -> None:
    city = doubled.filled()
    second = Path(doubled.second.url.removeprefix("file://"))
    second.rename(tmp_path / "elsewhere")
    second.write_text("a file where the folder was")
    lines = found(city)
    assert lines["look at copies"].level is Level.BAD
    assert lines["database"].level is Level.OK
    assert "chain of seals" in lines


def test_what_is_new_after_a_quiet_day_is_not_late_for_its_copy_at_once(doubled: Doubled) -> None:
    city = doubled.filled()
    then = datetime.now(UTC) - timedelta(days=2)
    with city.vault.books.begin() as connection:
        connection.execute(update(COPIES).values(copied_at=then))
    city.ledger.append(Event("search made", "cleo", datetime.now(UTC), {}))
    line = found(city)["second copy"]
    assert (line.level, line.said) == (Level.OK, "It answers; 1 object waits for the next copy.")
    later = look_round(Place(city.settings, datetime.now(UTC) + timedelta(hours=7), city), LOOKS)
    late = next(line for line in later.lines if line.key == "second copy")
    assert late.level is Level.WARN


def test_a_seal_that_waits_for_a_day_is_told_of(doubled: Doubled) -> None:
    city = doubled.filled()
    with city.vault.books.begin() as connection:
        connection.execute(update(RUNS).where(RUNS.c.sequence == 2).values(pending=True))
    later = Place(city.settings, datetime.now(UTC) + timedelta(hours=30), city)
    [line] = derived.judge_unsealed(derived.ask_unsealed(later))
    assert line.level is Level.WARN


def test_an_index_that_stays_behind_is_found(doubled: Doubled) -> None:
    city = doubled.filled()
    later = look_round(Place(city.settings, datetime.now(UTC) + timedelta(hours=30), city), LOOKS)
    assert "index" in bad({line.key: line for line in later.lines})
    city.index.refresh()
    assert found(city)["index"].level is Level.OK


def test_a_key_that_others_may_read_is_found(doubled: Doubled) -> None:
    city = doubled.filled()
    city.settings.signing_key_file.chmod(0o644)
    assert bad(found(city)) == {"key signing-key.pem"}


def test_an_account_without_nights_is_told_of_after_three_days(doubled: Doubled) -> None:
    city = doubled.filled()
    city.register_account(Account("x-palmaria", "x", "1", "palmaria"))
    then = datetime.now(UTC) + timedelta(days=4)
    later = Place(city.settings, then, open_installation(city.settings, lambda: then))
    night = next(line for line in look_round(later, LOOKS).lines if line.key == "night x-palmaria")
    assert night.level is Level.BAD
    assert "paloverde archive x-palmaria" in night.todo


def test_a_look_that_hangs_is_a_line_and_the_others_are_not_waited_for(tmp_path: Path) -> None:
    ends, settings = threading.Event(), load({"PALOVERDE_HOME": str(tmp_path)})
    well = Line("well", "A part", Level.OK, "It is well.")
    hangs = Look("hangs", "A dead disk", lambda _: ends.wait(60), lambda _: [well], 0.3, needs_city=False)
    fails = Look("fails", "A store", _unreachable, lambda _: [well], needs_city=False)
    defect = Look("defect", "A part", lambda _: 1 / 0, lambda _: [well], needs_city=False)
    answers = Look("answers", "A part", lambda _: 1, lambda _: [well], needs_city=False)
    began = time.monotonic()
    round_ = look_round(Place(settings, NOW), [hangs, fails, defect, answers])
    ends.set()
    assert time.monotonic() - began < 5
    assert [(line.look, line.level) for line in round_.lines] == [
        ("hangs", Level.BAD), ("fails", Level.BAD), ("defect", Level.BAD), ("answers", Level.OK)
    ]  # fmt: skip
    assert round_.answered == {"answers"}
    # What a busy machine may look like for a moment is told apart from a defect
    assert [line.is_passing for line in round_.lines] == [True, True, False, False]
    assert "It gave no answer within" in round_.lines[0].said
    assert round_.lines[1].said == "The store is down."
    assert "ZeroDivisionError" in round_.lines[2].said


def test_an_archive_that_does_not_open_in_time_is_a_line(tmp_path: Path) -> None:
    ends = threading.Event()

    def never() -> Installation:
        ends.wait(60)
        raise AssertionError

    opened = Opened(never, seconds=0.2)
    ends.set()
    assert opened.city is None
    assert opened.line.level is Level.BAD


def test_where_nothing_opens_the_rest_is_looked_at_all_the_same(tmp_path: Path) -> None:
    settings = load({"PALOVERDE_HOME": str(tmp_path / "nowhere")})
    round_ = seen(settings, partial(open_installation, settings, purpose=Purpose.WORK), NOW, LOOKS)
    assert [line.key for line in standing(round_)] == ["opening"]
    assert {"disk", "key", "settings", "opening"} <= round_.answered
    assert "database" not in round_.answered
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.s3
def test_the_clock_of_a_real_store_is_compared_with_ours(tmp_path: Path) -> None:
    access = find_s3()
    if access is None:
        pytest.skip(NO_SERVER)
    with bucket_at("s3", access) as place:
        settings = {"PALOVERDE_HOME": str(tmp_path / "home"), "PALOVERDE_STORE": place.url}
        settings |= {f"PALOVERDE_S3_{name.upper()}": value for name, value in place.keys.items()}
        city = open_installation(load(settings))
        city.register_account(Account(SLUG, "other", "palmaria", "palmaria"))
        answer = kept.ask_store(Place(city.settings, datetime.now(UTC), city))
    assert answer.apart is not None
    assert abs(answer.apart) < 5


def _unreachable(_: Place) -> None:
    raise Unreachable("The store is down")
