"""Who may do what with the disposition review, read from the table that the auth manager asks."""

from __future__ import annotations

import itertools

import pytest

from paloverde.desk.people import Role
from paloverde.orchestration.roles import ALL_DAGS, RIGHTS, Dag

TWO = (Role.CLERK, Role.APPROVER)


def test_only_the_two_who_approve_answer_it_and_no_other_dag_asks_anybody() -> None:
    answer = {
        (role, dag)
        for role, dag in itertools.product(RIGHTS, ALL_DAGS)
        if RIGHTS[role].on_dag("PUT", "HITL_DETAIL", dag)
    }
    assert answer == {(role, Dag.DISPOSITION) for role in TWO}


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("part", ["RUN", "TASK_INSTANCE", "XCOM", "TASK", "VERSION"])
def test_nobody_marks_clears_or_rewrites_anything_of_it(role: Role, part: str) -> None:
    assert not RIGHTS[role].on_dag("PUT", part, Dag.DISPOSITION)
    assert not RIGHTS[role].on_dag("DELETE", part, Dag.DISPOSITION)
    assert not RIGHTS[role].on_dag("PUT", part, None)  # nor of all DAGs at once


@pytest.mark.parametrize("role", Role)
def test_it_is_started_by_the_two_only(role: Role) -> None:
    assert RIGHTS[role].on_dag("POST", "RUN", Dag.DISPOSITION) is (role in TWO)
    assert RIGHTS[role].on_dag("POST", "XCOM", Dag.DISPOSITION) is False
    assert ("Required Actions" in RIGHTS[role].menu) is (role in TWO)


def test_the_approver_reads_its_logs_and_those_of_no_other_dag() -> None:
    readable = {dag for dag in ALL_DAGS if RIGHTS[Role.APPROVER].on_dag("GET", "TASK_LOGS", dag)}
    assert readable == {Dag.DISPOSITION}
