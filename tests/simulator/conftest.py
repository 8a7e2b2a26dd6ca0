from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from paloverde.simulator.server import RunningSites, start
from paloverde.simulator.sites import build
from simulator.client import Client

DAY = datetime(2026, 11, 21, 6, tzinfo=UTC)  # 20 November 2026, 10 p.m. Pacific


@pytest.fixture
def sites() -> Iterator[RunningSites]:
    with start(build(7, DAY)) as running:
        yield running


@pytest.fixture
def client(sites: RunningSites) -> Client:
    return Client(sites)


def folder(variable: str, below: str) -> Path:
    """A folder of material that lies outside of the project; the test is skipped where it is not set."""
    root = os.environ.get(variable)
    if not root:
        pytest.skip(f"{variable} is not set: nothing to compare the simulated answers with")
    return Path(root) / below


@pytest.fixture
def meta_fields() -> dict[str, dict[str, Any]]:
    name = "v26.0_fields_from_facebook_business-26.0.3.json"
    loaded: dict[str, dict[str, Any]] = json.loads((folder("PALOVERDE_API_SPECS", "meta") / name).read_text())
    return loaded


@pytest.fixture
def recorded_facebook() -> Path:
    return folder("PALOVERDE_REAL_SAMPLES", "facebook/sns-sdks__python-facebook/testdata/facebook")


@pytest.fixture
def recorded_x() -> Path:
    return folder("PALOVERDE_REAL_SAMPLES", "x/sns-sdks__python-twitter/testdata/apis")
