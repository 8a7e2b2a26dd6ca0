"""What each role may do in Airflow: one table, and whatever is not in it is refused.

Nobody may delete a DAG, a run or a task's history, nor write an XCom: runs are part of the evidence that
a night happened. Of the disposition review nobody may mark or clear anything, either: clerk and approver
start and answer it (`HITL_DETAIL`), and what is not filed with the archive releases nothing there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from paloverde.desk.people import Role
from paloverde.orchestration.cities import City, dag_id_of


class Dag(StrEnum):
    """Our DAGs, by id."""

    NIGHTLY = "nightly_archive"
    REMOVALS = "removal_check"
    FIXITY = "fixity_check"
    REQUEST = "records_request"
    HEALTH = "account_health"
    SWEEP = "recent_sweep"
    HOLDS = "hold_reconcile"
    INDEX = "search_index"
    WATCH = "policy_watch"
    COPY = "second_copy"
    LEDGER = "ledger_head"
    DISPOSITION = "disposition_review"
    DEADLINES = "request_deadlines"
    ALERTS = "alerts"


ALL_DAGS = frozenset(Dag)
_READ = frozenset({"GET"})
_START = frozenset({"GET", "POST"})
_MEND = frozenset({"GET", "POST", "PUT"})

# Parts of a DAG, as Airflow names them (DagAccessEntity); "DAG" is the DAG itself. The UI's list of DAGs asks
# for reviews too (HITL_DETAIL), and shows an error and no DAG to whoever may not see them.
_LOOKS = ("DAG", "RUN", "TASK", "TASK_INSTANCE", "DEPENDENCIES", "VERSION", "WARNING", "HITL_DETAIL")

# Read-only pages. Without PLUGINS (their names), the UI draws no menu entry of our own pages.
_EVERYBODYS_VIEWS = frozenset({"WEBSITE", "PLUGINS"})
_MENU_OF_A_CITY = frozenset({"Dags", "Required Actions", "XComs"})


@dataclass(frozen=True)
class Rights:
    """What one role may do.

    `dags` maps a part of a DAG to the methods allowed on it, for each DAG; `things` maps anything else of
    Airflow's (connections, pools, ...) to methods; `views` are read-only pages; `menu` what the menu shows.
    The pages of the desk, which stand in Airflow's frame, have their table in `desk.rights`.
    """

    dags: Mapping[str, Mapping[str, frozenset[str]]]
    things: Mapping[str, frozenset[str]] = field(default_factory=dict)
    views: frozenset[str] = _EVERYBODYS_VIEWS
    menu: frozenset[str] = frozenset({"Dags"})

    def on_dag(self, method: str, part: str, dag_id: str | None) -> bool:
        """Whether `method` is allowed on a part of a DAG.

        Without a DAG the question is about all of them at once: a list (which Airflow narrows to the DAGs
        whose "DAG" part may be read, whatever part is listed), or a change of many.
        """
        if dag_id is not None:
            return method in self.dags.get(dag_id, {}).get(part, frozenset())
        if method != "GET":
            return all(method in self.dags.get(dag, {}).get(part, frozenset()) for dag in ALL_DAGS)
        readable = [parts for parts in self.dags.values() if method in parts.get("DAG", frozenset())]
        return bool(readable) and all(method in parts.get(part, frozenset()) for parts in readable)

    def in_city(self, city: str) -> Rights:
        """The same where one Airflow serves many cities, for somebody of one of them: its DAGs alone.

        What belongs to no DAG belongs to all cities (pools, connections, the machine's state), and so do the
        entries of the audit log that name none, which Airflow shows to whoever may read it.
        """
        dags = {
            dag_id_of(dag, city): {part: methods for part, methods in parts.items() if part != "AUDIT_LOG"}
            for dag, parts in self.dags.items()
        }
        return Rights(dags, views=_EVERYBODYS_VIEWS, menu=self.menu & _MENU_OF_A_CITY)

    def in_all(self, cities: Iterable[City]) -> Rights:
        """The same for those who see to all cities' nights."""
        dags = {dag_id_of(dag, city): parts for city in cities for dag, parts in self.dags.items()}
        return replace(self, dags=dags)


def _parts(methods: frozenset[str], *parts: str) -> dict[str, frozenset[str]]:
    return dict.fromkeys(parts, methods)


_GLANCE = _parts(_READ, *_LOOKS)
_GLANCE_AND_LOGS = _GLANCE | _parts(_READ, "TASK_LOGS")
_AUDIT = _GLANCE_AND_LOGS | _parts(_READ, "AUDIT_LOG", "CODE", "XCOM")
_SWITCH = _AUDIT | _parts(frozenset({"GET", "PUT"}), "DAG")  # PUT pauses and resumes
_REVIEW = _GLANCE_AND_LOGS | _parts(_START, "RUN") | _parts(frozenset({"GET", "PUT"}), "HITL_DETAIL")
_RUN = _SWITCH | _parts(_MEND, "RUN", "TASK_INSTANCE")  # POST starts, PUT clears and marks

RIGHTS: Mapping[Role, Rights] = {
    Role.CLERK: Rights(
        dags={
            Dag.NIGHTLY: _GLANCE_AND_LOGS,
            Dag.REMOVALS: _GLANCE_AND_LOGS,
            Dag.FIXITY: _GLANCE_AND_LOGS,
            Dag.HEALTH: _GLANCE_AND_LOGS,
            Dag.SWEEP: _GLANCE_AND_LOGS,
            Dag.HOLDS: _GLANCE_AND_LOGS,
            Dag.INDEX: _GLANCE_AND_LOGS,
            Dag.WATCH: _GLANCE_AND_LOGS,
            Dag.COPY: _GLANCE_AND_LOGS,
            Dag.LEDGER: _GLANCE_AND_LOGS,
            Dag.ALERTS: _GLANCE_AND_LOGS,
            Dag.REQUEST: _GLANCE_AND_LOGS | _parts(_START, "RUN"),
            Dag.DEADLINES: _GLANCE_AND_LOGS | _parts(_START, "RUN"),
            Dag.DISPOSITION: _REVIEW,
        },
        menu=frozenset({"Dags", "Required Actions"}),
    ),
    Role.COUNSEL: Rights(dags=dict.fromkeys(ALL_DAGS, _GLANCE_AND_LOGS)),
    Role.PUBLIC_AFFAIRS: Rights(dags={Dag.NIGHTLY: _GLANCE, Dag.REMOVALS: _GLANCE}),
    Role.IT: Rights(
        dags={
            Dag.NIGHTLY: _RUN,
            Dag.REMOVALS: _RUN,
            Dag.FIXITY: _RUN,
            Dag.HEALTH: _RUN,
            Dag.SWEEP: _RUN,
            Dag.HOLDS: _RUN,
            Dag.INDEX: _RUN,
            Dag.WATCH: _RUN,
            Dag.COPY: _RUN,
            Dag.LEDGER: _RUN,
            Dag.ALERTS: _RUN,
            Dag.DEADLINES: _RUN,
            Dag.REQUEST: _SWITCH,  # what is asked, and when, is the clerk's to say
            Dag.DISPOSITION: _SWITCH,
        },
        things={
            "connection": _MEND | {"DELETE"},
            "pool": _MEND | {"DELETE"},
            "variable": _READ,
            "asset": _READ,
            "asset_alias": _READ,
        },
        views=_EVERYBODYS_VIEWS
        | {"CLUSTER_ACTIVITY", "DOCS", "IMPORT_ERRORS", "JOBS", "PROVIDERS", "TRIGGERS"},
        menu=frozenset(
            {
                "Dags",
                "Audit Log",
                "Connections",
                "Docs",
                "Jobs",
                "Plugins",
                "Pools",
                "Providers",
                "XComs",
            }
        ),
    ),
    Role.APPROVER: Rights(
        dags={**dict.fromkeys(ALL_DAGS, _GLANCE), Dag.DISPOSITION: _REVIEW},
        menu=frozenset({"Dags", "Required Actions"}),
    ),
    Role.AUDITOR: Rights(
        dags=dict.fromkeys(ALL_DAGS, _AUDIT),
        things={"pool": _READ, "asset": _READ, "asset_alias": _READ},
        views=_EVERYBODYS_VIEWS | {"CLUSTER_ACTIVITY", "DOCS", "IMPORT_ERRORS", "JOBS", "PROVIDERS"},
        menu=frozenset({"Dags", "Audit Log", "Docs", "Jobs", "Plugins", "Pools", "Providers", "XComs"}),
    ),
    Role.EMPLOYEE: Rights(dags={}, menu=frozenset()),  # reports content at the desk, and nothing here
}
# Whoever sees some accounts alone: runs and their logs tell of all. The menu's own entry leads to the desk.
LIMITED = Rights(dags={}, menu=frozenset())
