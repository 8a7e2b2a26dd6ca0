from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime

import pytest

from paloverde.records import Kind, Record, add_calendar_years, archive_day


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 11, 22, 7, 59, tzinfo=UTC), date(2026, 11, 21)),
        (datetime(2026, 11, 22, 8, 0, tzinfo=UTC), date(2026, 11, 22)),
        (datetime(2026, 7, 1, 6, 59, tzinfo=UTC), date(2026, 6, 30)),
        (datetime(2026, 7, 1, 7, 0, tzinfo=UTC), date(2026, 7, 1)),
    ],
)
def test_an_archive_day_begins_at_pacific_midnight(moment: datetime, day: date) -> None:
    assert archive_day(moment) == day


@pytest.mark.parametrize(
    ("day", "later"),
    [
        (date(2026, 11, 22), date(2028, 11, 22)),
        (date(2028, 2, 29), date(2030, 3, 1)),
        (date(2026, 2, 28), date(2028, 2, 28)),
    ],
)
def test_two_calendar_years_are_never_shorter_than_two_years(day: date, later: date) -> None:
    assert add_calendar_years(day, 2) == later


def test_a_record_knows_the_hash_of_its_exact_bytes() -> None:
    payload = '{"id": "9007199254740993", "text": "¿Qué día?"}'.encode()
    record = Record(platform="x", kind=Kind.POST, native_id="9007199254740993", payload=payload)
    assert record.payload_sha256 == hashlib.sha256(payload).hexdigest()
