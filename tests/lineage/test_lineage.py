"""Lineage to a file and to a real server: whole, without a person's word, and never in anybody's way."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import update

from doubled import Doubled, directories
from hooked import Hook, hook
from paloverde.cli import main
from paloverde.errors import BadSetting, Unreachable
from paloverde.installation import Installation, open_installation
from paloverde.lineage.telling import tell
from paloverde.records import Account, Holder
from paloverde.settings import load
from paloverde.state.tables import RUNS

WORDS = "sweeping"


@pytest.fixture
def server() -> Iterator[Hook]:
    with hook() as made:
        yield made


@pytest.fixture
def doubled(tmp_path: Path) -> Doubled:
    return directories(tmp_path / "city")


def told_to(doubled: Doubled, where: str) -> Installation:
    given = doubled.environment() | {"PALOVERDE_LINEAGE": where, "PALOVERDE_ALLOW_LOOPBACK_SITES": "true"}
    return open_installation(load(given))


def jobs(events: list[dict[str, Any]]) -> list[str]:
    return [one["job"]["name"] for one in events if one["eventType"] == "COMPLETE"]


def check(event: dict[str, Any]) -> None:
    """What the specification asks of a run event (openlineage.io/spec/2-0-2, RunEvent)."""
    assert event["eventType"] in ("START", "COMPLETE")
    assert datetime.fromisoformat(event["eventTime"]).tzinfo is not None
    UUID(event["run"]["runId"])
    assert event["job"]["namespace"]
    assert event["producer"].startswith("urn:")
    assert "RunEvent" in event["schemaURL"]
    for place in (*event["inputs"], *event["outputs"]):
        assert place["namespace"]
        assert place["name"]
        for facet in (*place["facets"].values(), *place.get("outputFacets", {}).values()):
            assert facet["_producer"] == event["producer"]
            assert facet["_schemaURL"].startswith("https://openlineage.io/spec/facets/")


def test_a_server_gets_each_run_with_what_it_sealed_and_no_person_s_word(
    doubled: Doubled, server: Hook
) -> None:
    doubled.filled()
    city = told_to(doubled, server.url)
    city.search(WORDS, "Rosa Quintero", reason="the mayor asked")
    city.index.refresh()
    assert tell(city).deeds == 4
    assert {path for path, _ in server.got} == {"/api/v1/lineage"}
    events = [event for _, event in server.got]
    for event in events:
        check(event)
    assert jobs(events) == ["capture.import", "capture.import", "search", "index.refresh"]
    sealed = next(
        one for one in events if one["eventType"] == "COMPLETE" and one["job"]["name"] == "capture.import"
    )
    by_name = {re.sub(r"account=.*", "account", one["name"]): one for one in sealed["outputs"]}
    assert {"records/account", "exchanges/account", "media"} <= by_name.keys()
    counted = by_name["records/account"]["outputFacets"]["outputStatistics"]
    assert counted["rowCount"] == 3
    assert counted["size"] > 100
    assert {"native_id", "text"} <= {
        one["name"] for one in by_name["records/account"]["facets"]["schema"]["fields"]
    }
    everything = json.dumps(events).lower()
    for hidden in (WORDS, "rosa", "mayor", "pool opens", str(city.settings.home)):
        assert hidden not in everything


def test_nothing_is_told_twice_and_what_is_new_is(doubled: Doubled, server: Hook) -> None:
    city = doubled.filled()
    city = told_to(doubled, server.url)
    assert tell(city).deeds == 2
    assert tell(city).deeds == 0
    doubled.hand_in(city, "later")
    assert tell(city).deeds == 1


def test_a_server_that_fails_costs_no_run_and_is_told_everything_later(
    doubled: Doubled, server: Hook
) -> None:
    doubled.filled()
    city, server.status = told_to(doubled, server.url), 503
    with pytest.raises(Unreachable, match="PALOVERDE_LINEAGE did not take an event: it answered 503"):
        tell(city)
    doubled.hand_in(city, "meanwhile")  # a run is sealed all the same
    server.got.clear()
    server.status = 201
    assert tell(city).deeds == 3
    ids = [event["run"]["runId"] for _, event in server.got]
    assert len(ids) == 2 * len(set(ids)) == 6


def test_a_run_that_waits_for_its_seal_is_told_in_its_turn(doubled: Doubled, server: Hook) -> None:
    doubled.filled()
    city = told_to(doubled, server.url)
    first = update(RUNS).where(RUNS.c.sequence == 1)
    with city.vault.books.begin() as connection:
        connection.execute(first.values(pending=True))
    assert tell(city).deeds == 0
    with city.vault.books.begin() as connection:
        connection.execute(first.values(pending=False))
    assert tell(city).deeds == 2


def test_what_is_too_much_for_one_round_waits_and_that_is_said(doubled: Doubled, server: Hook) -> None:
    doubled.filled()
    city = told_to(doubled, server.url)
    told = tell(city, most=1)
    assert (told.deeds, told.more) == (1, True)
    assert told.sentence() == "1 deed told to the lineage. More wait for the next round."
    while told.more:
        told = tell(city, most=1)
    city.index.refresh()
    tell(city)
    assert jobs([event for _, event in server.got]) == ["capture.import", "capture.import", "index.refresh"]


def test_a_deed_that_is_told_again_is_the_same_run(doubled: Doubled, server: Hook) -> None:
    doubled.filled()
    city = told_to(doubled, server.url)
    tell(city)
    (city.settings.home / "lineage.json").unlink()
    tell(city)
    half = len(server.got) // 2
    assert [event["run"] for _, event in server.got[:half]] == [
        event["run"] for _, event in server.got[half:]
    ]


def test_a_file_takes_one_event_a_line(doubled: Doubled, tmp_path: Path) -> None:
    doubled.filled()
    file = tmp_path / "lineage" / "events.jsonl"
    assert tell(told_to(doubled, f"file://{file}")).deeds == 2
    events = [json.loads(line) for line in file.read_text().splitlines()]
    assert jobs(events) == ["capture.import", "capture.import"]


def test_an_official_s_own_account_is_not_named(doubled: Doubled, server: Hook) -> None:
    first = doubled.open()
    first.register_account(Account("other-palmaria", "other", "palmaria", "palmaria", Holder.OFFICIAL))
    doubled.hand_in(first, "one")
    tell(told_to(doubled, server.url))
    told = json.dumps([event for _, event in server.got])
    assert "account=official-" in told
    assert "other-palmaria" not in told


def test_without_the_setting_nothing_is_told(
    doubled: Doubled, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(BadSetting, match="PALOVERDE_LINEAGE"):
        tell(doubled.filled())
    for name, value in doubled.environment().items():
        monkeypatch.setenv(name, value)
    assert main(["lineage"]) == 1
    assert "PALOVERDE_LINEAGE names neither a file nor a server" in capsys.readouterr().err
