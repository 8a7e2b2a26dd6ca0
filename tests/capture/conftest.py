"""The Plaza site with four posts of five comments each, and a city that archives it on a local directory."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from plaza import PlazaSite, plaza
from plazacity import City


@pytest.fixture
def site() -> Iterator[PlazaSite]:
    with plaza() as running:
        yield running


@pytest.fixture
def city(tmp_path: Path, site: PlazaSite) -> City:
    for n in range(1, 5):
        site.post(f"p{n}", f"Street sweeping starts Monday on route {n}")
        for m in range(1, 6):
            site.comment(f"p{n}", f"c{n}{m}", f"Comment {m} on route {n}")
    return City(tmp_path, site)
