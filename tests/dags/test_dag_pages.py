"""The page of the DAGs is fresh, and says of each what it is, when it runs and who may start it."""

from __future__ import annotations

from typing import Any

import pytest

from orchestration.isolated import REPOSITORY
from paloverde.orchestration.dag_pages import page

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")


def test_the_page_is_fresh(bag: Any) -> None:
    kept = (REPOSITORY / "docs" / "reference" / "dags.md").read_text(encoding="utf-8")
    assert kept == page(bag.dags), "run `make docs` and keep what it writes"


def test_every_dag_is_on_the_page_with_its_schedule_and_its_starters(bag: Any) -> None:
    told = page(bag.dags)
    for name, dag in bag.dags.items():
        assert f"## {name}\n\n{dag.description}" in told
        for param in dag.params:
            assert f"(`{param}`)" in told
    assert "| runs | `15 9 * * *` (cron, UTC) |" in told
    assert "| roles that start it | clerk |" in told
