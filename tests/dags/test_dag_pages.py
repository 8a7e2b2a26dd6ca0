"""The page of the DAGs is fresh, and says of each what it is, when it runs and who may start it."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
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


def test_the_guide_for_it_says_of_every_task_what_it_means_when_it_is_red(bag: Any) -> None:
    guide = (REPOSITORY / "docs" / "guide" / "it.md").read_text(encoding="utf-8")
    table = guide.split("| red task | what it means |")[1].split("\n\n")[0]
    told = [name for line in table.splitlines()[2:] for name in re.findall(r"`([^`]+)`", line.split("|")[1])]
    tasks = {task.task_id for dag in bag.dags.values() for task in dag.tasks}
    named = {name: {task for task in tasks if fnmatchcase(task, name.replace("…", "*"))} for name in told}
    assert set().union(*named.values()) == tasks
    assert [name for name, found in named.items() if not found] == []
