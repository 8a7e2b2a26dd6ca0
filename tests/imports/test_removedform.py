"""What a removed item's object adds: times in the City, reasons for what is missing, lines of another archive."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paloverde.imports.removedform import completed, in_pacific, reasons_of, told_of
from paloverde.records import Missing, Provenance

START = datetime(2000, 1, 1, tzinfo=UTC)


@given(st.timedeltas(timedelta(), timedelta(days=20_000)))
def test_a_time_in_the_city_is_the_same_moment_and_names_its_weekday(passed: timedelta) -> None:
    moment = (START + passed).replace(microsecond=0)
    told = in_pacific(moment)
    assert told is not None
    local, _, offset = told.partition(" (UTC")
    told_at = local.rsplit(" ", 1)[0]
    naive = datetime.strptime(told_at, "%A, %B %d, %Y, %H:%M:%S").replace(tzinfo=UTC)
    assert naive - timedelta(hours=int(offset.split(":")[0])) == moment
    assert naive.strftime("%A") == told_at.split(",")[0]


def test_the_hour_that_comes_twice_is_told_apart() -> None:
    first, second = datetime(2026, 11, 1, 8, 30, tzinfo=UTC), datetime(2026, 11, 1, 9, 30, tzinfo=UTC)
    assert in_pacific(first) == "Sunday, November 1, 2026, 01:30:00 PDT (UTC-07:00)"
    assert in_pacific(second) == "Sunday, November 1, 2026, 01:30:00 PST (UTC-08:00)"
    assert in_pacific(None) is None
    assert in_pacific(datetime(1, 1, 1, tzinfo=UTC)) is None


some = st.one_of(st.none(), st.just(""), st.text(min_size=1))


@given(some, some, some, st.sampled_from([None, *Missing]), st.sampled_from([None, *Provenance]))
def test_no_part_of_an_identity_is_missing_without_a_reason(
    name: str | None, user: str | None, id_: str | None, missing: str | None, came: str | None
) -> None:
    row = {
        "poster_name": name, "poster_username": user, "poster_id": id_, "poster_missing": missing,
        "provenance": came, "posted_at": None,
    }  # fmt: skip
    reasons = reasons_of(row)
    for part, value in (("name", name), ("username", user), ("id", id_)):
        reason = reasons[f"poster_{part}_missing"]
        assert (reason is None) == bool(value)
        assert reason is None or reason in {one.value for one in Missing}
        assert missing is None or reason in (None, missing)
    said = row | {"poster_name_missing": "ANONYMISED"}
    assert completed(said)["poster_name_missing"] == "ANONYMISED"


@pytest.mark.parametrize(
    "wrong",
    [
        {"versions": "none"},
        {"versions": [{"version_sha256": 1, "observed_at": "2026-01-01T00:00:00Z"}]},
        {"thread": [{"relation": "friend", "kind": "post", "native_id": "1"}]},
        {"thread_rest": -1},
        {"evidence": [{"what": "look-up", "at": "yesterday", "said": ""}]},
        {"evidence": [{"what": "look-up", "at": "2026-01-01T00:00:00Z", "said": "", "sequence": 10**30}]},
        {"poster_id_missing": "BECAUSE"},
        {"first_absent_at": 1},
    ],
)
def test_what_does_not_fit_is_refused_and_nothing_is_guessed(wrong: dict[str, Any]) -> None:
    with pytest.raises(msgspec.MsgspecError):
        told_of(json.dumps(wrong).encode())


def test_a_line_without_any_of_it_says_nothing() -> None:
    assert set(map(str, told_of(b'{"text": "x", "raw": "y"}').values())) == {"None", "[]"}
