"""The city that the tests of destruction copy: it takes seconds to build, and is built once."""

from __future__ import annotations

from pathlib import Path

import pytest
from disposing import build_city


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("city")
    build_city(home)
    return home
