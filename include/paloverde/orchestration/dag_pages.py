"""The reference page of the DAGs, from what they say of themselves: `docs/reference/dags.md`.

    AIRFLOW_HOME=/tmp/elsewhere python -m paloverde.orchestration.dag_pages

prints it, from the folder of the project. Importing Airflow writes into its home: name one that may be lost.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator, Mapping
from typing import Any

from airflow.dag_processing.dagbag import DagBag

from paloverde.errors import BadSetting
from paloverde.orchestration.airflow_parts import project_folder
from paloverde.orchestration.roles import RIGHTS

_HEAD = """\
# DAGs

Made by `make docs` from `dags/` and `include/paloverde/orchestration/roles.py`; edit there. Airflow shows the
same words on each DAG's page. Times are UTC: California's clocks change, the schedule does not.
"""


def read_dags() -> Mapping[str, Any]:
    """The project's DAGs by id; `BadSetting` where one cannot be read."""
    with contextlib.redirect_stdout(sys.stderr):  # Airflow logs where the page is to go
        bag = DagBag(str(project_folder() / "dags"), bundle_name="dags-folder")
    if bag.import_errors:
        raise BadSetting(f"The DAGs cannot be read: {bag.import_errors}")
    return bag.dags


def page(dags: Mapping[str, Any]) -> str:
    """The reference page, in Markdown."""
    return "\n".join([_HEAD, *(line for name in sorted(dags) for line in _section(dags[name]))])


def _section(dag: Any) -> Iterator[str]:
    yield f"## {dag.dag_id}\n"
    yield f"{dag.description}\n"
    yield "| | |\n|---|---|"
    for name, value in _facts(dag).items():
        yield f"| {name} | {value} |"
    yield ""
    if dag.params:
        yield "| field of its form | meaning |\n|---|---|"
        yield from (_field(name, dag.params.get_param(name)) for name in dag.params)
        yield ""
    title, _, told = dag.doc_md.strip().partition("\n")
    yield f"{told.strip() if title.startswith('#') else dag.doc_md.strip()}\n"


def _facts(dag: Any) -> dict[str, str]:
    expression = getattr(dag.timetable, "expression", None)
    return {
        "runs": f"`{expression}` (cron, UTC)" if expression else "when somebody starts it",
        "at the same time": f"at most {dag.max_active_runs}",
        "owner": dag.owner,
        "tags": ", ".join(sorted(dag.tags)),
        "tasks": ", ".join(f"`{task.task_id}`" for task in dag.topological_sort()),
        "roles that see it": _roles(dag.dag_id, "GET", "DAG"),
        "roles that read its logs": _roles(dag.dag_id, "GET", "TASK_LOGS"),
        "roles that start it": _roles(dag.dag_id, "POST", "RUN"),
        "roles that clear a task": _roles(dag.dag_id, "PUT", "TASK_INSTANCE"),
    }


def _roles(dag_id: str, method: str, part: str) -> str:
    names = [role.value for role, rights in RIGHTS.items() if rights.on_dag(method, part, dag_id)]
    return ", ".join(names) or "none"


def _field(name: str, param: Any) -> str:
    return f"| {param.schema.get('title', name)} (`{name}`) | {param.description} |"


if __name__ == "__main__":
    print(page(read_dags()), end="")
