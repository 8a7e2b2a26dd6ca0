"""How long it took from posting to the archive."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from paloverde.archive.latency import Latency, latency
from paloverde.archive.vault import Vault
from paloverde.state.books import writing
from paloverde.state.tables import ITEMS, RUNS

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
BEGUN = NOW - timedelta(days=60)


def keep(vault: Vault, *items: tuple[str, datetime | None, datetime]) -> None:
    """Items of these kinds, posted and first seen at these times."""
    with writing(vault.books) as connection:
        connection.execute(ITEMS.delete())
        for number, (kind, posted, seen) in enumerate([("profile", None, BEGUN), *items]):
            connection.execute(
                ITEMS.insert().values(
                    account="x-palmaria", kind=kind, native_id=str(number), stream="posts", within="",
                    version_sha256="", record_sequence=1, posted_at=posted, state="present",
                    first_seen=seen, last_seen=seen, looked_at=seen,
                )
            )  # fmt: skip


def measured(vault: Vault) -> Latency | None:
    with vault.books.connect() as connection:
        return latency(connection, "x-palmaria", NOW)


def took(hours: float, days_ago: int = 5) -> tuple[str, datetime, datetime]:
    seen = NOW - timedelta(days=days_ago)
    return "comment", seen - timedelta(hours=hours), seen


def test_nothing_posted_is_nothing_measured(vault: Vault) -> None:
    keep(vault)
    assert measured(vault) is None


def test_only_what_was_posted_since_the_first_run_and_seen_lately_counts(vault: Vault) -> None:
    old = ("post", BEGUN - timedelta(days=400), NOW - timedelta(days=1))
    undated = ("post", None, NOW - timedelta(days=1))
    count = ("subscriber_count", NOW - timedelta(days=2), NOW - timedelta(days=1))
    keep(vault, old, undated, count, took(3, days_ago=31), took(6))
    assert measured(vault) == Latency(1, timedelta(hours=6), timedelta(hours=6))


def test_a_site_whose_clock_is_ahead_is_not_faster_than_time(vault: Vault) -> None:
    keep(vault, took(-0.01))
    assert measured(vault) == Latency(1, timedelta(), timedelta())


def test_it_says_itself(vault: Vault) -> None:
    keep(vault, *(took(0.2) for _ in range(18)), took(30), took(120))
    found = measured(vault)
    assert found is not None
    assert found.sentence() == (
        "posted to archived over the last 30 days, 20 items: half within 12 minutes, "
        "95 in a hundred within 30.0 hours"
    )


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(hours=st.lists(st.integers(0, 500), min_size=1, max_size=40))
def test_it_is_the_nearest_rank(vault: Vault, hours: list[int]) -> None:
    keep(vault, *(took(hour) for hour in hours))
    found = measured(vault)
    assert found is not None
    in_order = sorted(hours)
    ranks = -(-len(hours) // 2), -(-len(hours) * 95 // 100)
    assert (found.median, found.most) == tuple(timedelta(hours=in_order[rank - 1]) for rank in ranks)


def seal(vault: Vault, sequence: int) -> None:
    """A run of the account, as the commit log has it."""
    with writing(vault.books) as connection:
        connection.execute(
            RUNS.insert().values(
                sequence=sequence, account="x-palmaria", day=NOW.date(), kind="night", digest=str(sequence),
                key=str(sequence), sha256=str(sequence), previous="", body="", pending=False,
            )
        )  # fmt: skip


def test_between_two_runs_it_is_reckoned_once_and_after_a_run_anew(vault: Vault) -> None:
    keep(vault, took(3))
    seal(vault, 1)
    asked: list[str] = []
    event.listen(vault.books, "before_cursor_execute", lambda *given: asked.append(given[2]))
    first = measured(vault)
    assert [one for one in asked if "items" in one]
    asked.clear()
    assert measured(vault) == first == Latency(1, timedelta(hours=3), timedelta(hours=3))
    assert not [one for one in asked if "items" in one]
    keep(vault, took(5))
    seal(vault, 2)
    assert measured(vault) == Latency(1, timedelta(hours=5), timedelta(hours=5))


def test_a_new_day_reckons_anew(vault: Vault) -> None:
    keep(vault, took(6, days_ago=30))
    seal(vault, 1)
    assert measured(vault) is not None
    with vault.books.connect() as connection:
        assert latency(connection, "x-palmaria", NOW + timedelta(days=1)) is None


def test_new_items_are_counted_from_an_index_and_none_is_looked_up(vault: Vault) -> None:
    if vault.books.dialect.name != "sqlite":
        pytest.skip("PostgreSQL chooses by what a table holds")
    keep(vault, took(3))
    asked: list[tuple[str, Any]] = []
    event.listen(vault.books, "before_cursor_execute", lambda *given: asked.append((given[2], given[3])))
    measured(vault)
    ((statement, values),) = [one for one in asked if "posted_at" in one[0]]
    with vault.books.connect() as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all()
    reads = [str(row[-1]) for row in plan if "items" in str(row[-1])]
    assert reads
    assert all("USING COVERING INDEX ix_items_first_seen" in one for one in reads), plan
