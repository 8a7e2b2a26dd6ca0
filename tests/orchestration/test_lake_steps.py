"""The step of the DAG `search_index` that publishes the Iceberg tables."""

from __future__ import annotations

from pathlib import Path

import pytest
from airflow.sdk.exceptions import AirflowSkipException

from doubled import Doubled, directories
from paloverde.orchestration.lake_steps import publish_lake


@pytest.fixture
def both(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Doubled:
    both = directories(tmp_path / "city")
    for name, value in both.environment().items():
        monkeypatch.setenv(name, value)
    both.filled()
    return both


def test_a_city_that_wants_no_tables_gets_none(both: Doubled) -> None:
    with pytest.raises(AirflowSkipException, match="PALOVERDE_LAKE is not set"):
        publish_lake()


def test_what_was_sealed_is_published(both: Doubled, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PALOVERDE_LAKE", f"file://{tmp_path / 'lake'}")
    assert publish_lake() == {"records": 6, "removed": 0, "sightings": 6, "tombstones": 0}
    assert (tmp_path / "lake" / "query" / "iceberg" / "records" / "metadata" / "version-hint.text").exists()
