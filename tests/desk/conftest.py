"""A city with one records request, and its desk."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from desk.desks import Desks, served
from requesthall import RequestHall


@pytest.fixture
def hall(tmp_path: Path) -> RequestHall:
    return RequestHall(tmp_path)


@pytest.fixture
def desks(hall: RequestHall) -> Iterator[Desks]:
    with served(Desks(hall.city)) as running:
        yield running
