"""Between two nights: sweeps, gaps and latency as IT sees them, on the simulated sites."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from paloverde.archive.turns import turn
from paloverde.cli import main
from paloverde.errors import BadQuestion, RateLimited, TryAgain
from paloverde.state.books import writing
from simulatedcity import TODAY, ArchivedCity, archived_city

X = "x-cityofpalmaria"


@pytest.fixture
def city(tmp_path: Path) -> Iterator[ArchivedCity]:
    with archived_city(tmp_path / "city") as running:
        running.tokens = {X: running.tokens[X]}
        yield running


def events(city: ArchivedCity) -> list[tuple[str, dict[str, str]]]:
    return [(entry.event.what, entry.event.about) for entry in city.city.ledger.entries()]


def test_a_sweep_before_the_first_night_says_what_to_do(city: ArchivedCity) -> None:
    with pytest.raises(BadQuestion, match="run `paloverde archive x-cityofpalmaria` first"):
        city.city.sweep(X, city.tokens[X])


def test_a_sweep_keeps_what_is_new_and_says_how_fast(city: ArchivedCity) -> None:
    city.night()
    with writing(city.city.vault.books) as connection:  # that night was an hour ago
        connection.execute(text(f"UPDATE items SET first_seen = first_seen - {3600 * 10**6}"))
    assert city.city.sweep_not_due(X) is None
    city.event(site="x", do="post", text="Road works on Palm Row this afternoon")
    report = city.city.sweep(X, city.tokens[X])
    assert report.new_versions >= 1
    assert report.sequence is not None
    assert [what for what, _ in events(city)][-1] == "sweep sealed"
    assert city.city.sweep(X, city.tokens[X]).sequence is None
    assert "is swept next at" in str(city.city.sweep_not_due(X))
    measured = city.city.latency(X)
    assert measured is not None
    assert measured.median < timedelta(minutes=5)
    assert "Road works" in str(city.city.search("works", "this test").hits)


def test_while_a_night_runs_no_sweep_does(city: ArchivedCity) -> None:
    city.night()
    vault = city.city.vault
    with turn(vault.books, X, "night", timedelta(minutes=5), vault.clock):
        with pytest.raises(TryAgain, match="A night of x-cityofpalmaria is running"):
            city.city.sweep(X, city.tokens[X])


def test_the_gaps_of_a_night_are_one_entry_of_the_ledger(city: ArchivedCity) -> None:
    city.night(TODAY - timedelta(days=1))
    city.fault(kind="server_error", site="x", contains="mentions", times=None, status=503)
    city.night()
    opened = [about for what, about in events(city) if what == "gaps opened"]
    assert len(opened) == 1
    assert int(opened[0]["number"]) == len(city.city.gaps(X)) > 0
    city.night(TODAY + timedelta(days=1))
    assert len([about for what, about in events(city) if what == "gaps opened"]) == 1
    city.mend()
    city.night(TODAY + timedelta(days=2))
    assert [about["number"] for what, about in events(city) if what == "gaps closed"] == [opened[0]["number"]]


def test_a_gap_that_a_sweep_opens_stands_in_the_ledger_too(city: ArchivedCity) -> None:
    city.night()
    before = len([what for what, _ in events(city) if what == "gaps opened"])
    city.fault(kind="expired_media", site="media", times=None)
    city.event(site="x", do="post", text="The pool opens today", photo="The new pool")
    sequence = city.city.sweep(X, city.tokens[X]).sequence
    told = [about for what, about in events(city) if what == "gaps opened"][before:]
    assert [about["sequence"] for about in told] == [str(sequence)]


def test_the_shell_lists_gaps_and_sweeps(
    city: ArchivedCity, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    city.fault(kind="server_error", site="x", contains="mentions", times=None, status=503)
    city.night()
    city.mend()
    city.city.put_token(X, city.tokens[X], "this test")
    monkeypatch.setenv("PALOVERDE_HOME", str(tmp_path / "city"))
    monkeypatch.setenv("PALOVERDE_X_API", f"{city.sites.url}/x")
    monkeypatch.setenv("PALOVERDE_ALLOW_LOOPBACK_SITES", "true")
    assert main(["gaps", X]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines
    assert all(line.startswith(f"{X}, ") and "Open until" in line for line in lines)
    assert main(["sweep", X]) == 0
    assert f"{X}, a look between nights:" in capsys.readouterr().out
    assert main(["ledger", "--json"]) == 0
    assert json.loads(capsys.readouterr().out.splitlines()[0])


@pytest.mark.parametrize("nth", [9])
def test_a_quota_that_ends_in_the_middle_is_not_spent_twice(tmp_path: Path, nth: int) -> None:
    with archived_city(tmp_path / "city") as city:
        (slug,) = (slug for slug in city.tokens if slug.startswith("youtube"))
        token = city.tokens[slug]
        city.fault(kind="quota_exceeded", site="youtube", nth=nth, times=None)
        with pytest.raises(RateLimited) as limited:
            city.city.archive_night(slug, TODAY, token)
        assert limited.value.retry_after > 60
        city.mend()
        whole = city.city.archive_night(slug, TODAY, token)
        assert whole.replayed == nth - 1
        again = city.city.archive_night(slug, TODAY + timedelta(days=1), token)
        assert (whole.records, again.new_versions, again.candidates) == (again.records, 0, 0)
        assert "night" not in {gap.stream for gap in city.city.gaps(slug)}
