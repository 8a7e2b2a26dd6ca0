"""What holds for every DAG, and the exact list of them."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pendulum
import pytest

from orchestration.isolated import REPOSITORY
from paloverde.errors import (
    ArchiveDamaged,
    CredentialDead,
    PersonNeeded,
    RateLimited,
    Suspicious,
    Unreachable,
    Unreadable,
)
from paloverde.orchestration import sites
from paloverde.orchestration.nights import night_of
from paloverde.orchestration.retries import ByErrorClass
from paloverde.orchestration.roles import Dag
from paloverde.platforms import PLATFORMS
from paloverde.records import PACIFIC

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")


def per_site(task_id: str) -> list[str]:
    """The ids of the tasks that each site has of its own."""
    return [task_id.format(platform) for platform in PLATFORMS]


DAGS = {
    "nightly_archive": {
        "owner": "City IT",
        "tags": {"archive", "every night"},
        "at": (9, 15),
        "runs": 3,
        "tasks": sorted(
            ["report", *per_site("accounts_{}"), *per_site("{}.archive"), *per_site("{}.removals")]
        ),
    },
    "removal_check": {
        "owner": "City IT",
        "tags": {"archive", "every day"},
        "at": (21, 15),
        "runs": 1,
        "tasks": sorted([*per_site("accounts_{}"), *per_site("removals_{}")]),
    },
    "recent_sweep": {
        "owner": "City IT",
        "tags": {"archive", "all day"},
        "at": None,
        "runs": 1,
        "tasks": sorted([*per_site("due_{}"), *per_site("sweep_{}")]),
    },
    "account_health": {
        "owner": "City IT",
        "tags": {"accounts", "every day"},
        "at": (8, 30),
        "runs": 1,
        "tasks": sorted([*per_site("accounts_{}"), *per_site("health_{}")]),
    },
    "fixity_check": {
        "owner": "City IT",
        "tags": {"archive", "every day"},
        "at": (14, 30),
        "runs": 1,
        "tasks": ["fixity"],
    },
    "second_copy": {
        "owner": "City IT",
        "tags": {"archive", "all day"},
        "at": None,
        "runs": 1,
        "tasks": ["copy"],
    },
    "ledger_head": {
        "owner": "City IT",
        "tags": {"archive", "every day"},
        "at": (13, 0),
        "runs": 1,
        "tasks": ["publish_head"],
    },
    "hold_reconcile": {
        "owner": "City IT",
        "tags": {"holds", "every night"},
        "at": (13, 30),
        "runs": 1,
        "tasks": ["reconcile", "remind"],
    },
    "alerts": {
        "owner": "City IT",
        "tags": {"alerts", "all day"},
        "at": None,
        "runs": 1,
        "tasks": ["alert", "lineage"],
    },
    "search_index": {
        "owner": "City IT",
        "tags": {"search", "all day"},
        "at": None,
        "runs": 1,
        "tasks": ["publish_lake", "refresh_index"],
    },
    "policy_watch": {
        "owner": "City IT",
        "tags": {"policy", "every day"},
        "at": (12, 15),
        "runs": 1,
        "tasks": ["hide_by_rule", "read_feeds", "watch_policy"],
    },
    "disposition_review": {
        "owner": "City Clerk",
        "tags": {"archive", "every month"},
        "at": None,
        "runs": 1,
        "tasks": ["approver_review", "carry_out", "clerk_review", "propose", "report"],
    },
    "request_deadlines": {
        "owner": "City Clerk",
        "tags": {"request", "every day"},
        "at": None,  # in Pacific time, so that its hour in UTC moves twice a year: tested below
        "runs": 1,
        "tasks": ["watch"],
    },
    "records_request": {
        "owner": "City Clerk",
        "tags": {"request", "on demand"},
        "at": None,
        "runs": 1,
        "tasks": ["answer"],
    },
}
# These read much of the archive.
LONG = [
    "fixity",
    "answer",
    "copy",
    "reconcile",
    "propose",
    "carry_out",
    "refresh_index",
    "publish_lake",
    "watch_policy",
    "hide_by_rule",
    "read_feeds",
    "alert",
    "lineage",
]
ASKS_A_SITE = ["archive", "removals", "health", "sweep"]


def at_a_site(task: Any) -> bool:
    return any(step in task.task_id for step in ASKS_A_SITE)


def test_these_and_no_others_are_read_without_error(bag: Any) -> None:
    assert bag.import_errors == {}
    assert set(bag.dags) == set(DAGS) == {dag.value for dag in Dag}
    assert {name: sorted(dag.task_dict) for name, dag in bag.dags.items()} == {
        name: expected["tasks"] for name, expected in DAGS.items()
    }


@pytest.mark.parametrize("name", DAGS)
def test_a_dag_says_whose_it_is_and_what_to_do(bag: Any, name: str) -> None:
    dag, expected = bag.dags[name], DAGS[name]
    assert {task.owner for task in dag.tasks} == {expected["owner"]}
    assert dag.tags == expected["tags"]
    assert dag.description.endswith(".")
    assert len(dag.doc_md.strip().splitlines()) > 3
    assert dag.max_active_runs == expected["runs"]
    assert dag.catchup is False


@pytest.mark.parametrize("name", DAGS)
def test_each_task_is_tried_again_by_the_class_of_its_error(bag: Any, name: str) -> None:
    for task in bag.dags[name].tasks:
        assert isinstance(task.retry_policy, ByErrorClass), task.task_id
        never = (name, task.task_id) == ("nightly_archive", "report") or name in ("recent_sweep", "alerts")
        limits = 20 if task.task_id.endswith(".archive") else 3
        assert task.retries == (0 if never else limits), task.task_id
        assert task.retry_exponential_backoff, task.task_id


@pytest.mark.parametrize("name", DAGS)
def test_whatever_asks_a_site_waits_its_turn_in_the_sites_pool(bag: Any, name: str) -> None:
    made = {pool["name"]: pool["slots"] for pool in sites.pools()}
    assert made == dict.fromkeys(per_site("site_{}"), 2)
    for task in bag.dags[name].tasks:
        platform = next((one for one in PLATFORMS if one in task.task_id.replace(".", "_").split("_")), None)
        asks = at_a_site(task) and not task.task_id.startswith(("accounts", "due"))
        assert task.pool == (f"site_{platform}" if asks else "default_pool"), task.task_id
        assert (task.map_index_template == "{{ account }}") is asks, task.task_id
        assert (task.execution_timeout is not None) is (asks or task.task_id in LONG), task.task_id


def test_airflow_takes_the_pools_from_a_file(airflow_database: Path, tmp_path: Path) -> None:
    from airflow.cli.commands.pool_command import pool_import_helper  # noqa: PLC0415 - Airflow is ready now
    from airflow.models import Pool  # noqa: PLC0415

    file = tmp_path / "pools.json"
    file.write_text(sites.as_file())
    _, failed = pool_import_helper(str(file))
    assert failed == []
    made = {pool.pool: pool.slots for pool in Pool.get_pools()}
    assert made.items() >= {"default_pool": 128, **dict.fromkeys(per_site("site_{}"), 2)}.items()


def test_the_report_is_made_whatever_happened_before(bag: Any) -> None:
    report = bag.dags["nightly_archive"].get_task("report")
    assert report.trigger_rule == "all_done"
    assert report.upstream_task_ids == {*per_site("{}.archive"), *per_site("{}.removals")}


@pytest.mark.parametrize("name", [name for name, expected in DAGS.items() if expected["at"]])
@pytest.mark.parametrize("change", [date(2026, 3, 8), date(2026, 11, 1)])
def test_every_night_runs_once_when_the_clocks_change(bag: Any, name: str, change: date) -> None:
    """02:30 does not exist on 8 March 2026 in California, 01:30 comes twice on 1 November."""
    runs = runs_between(bag.dags[name], change - timedelta(days=8), change + timedelta(days=8))
    assert {(run.hour, run.minute) for run in runs} == {DAGS[name]["at"]}
    days = [run.date() for run in runs]
    assert [later - earlier for earlier, later in itertools.pairwise(days)] == [timedelta(days=1)] * (
        len(days) - 1
    )
    archived = [night_of(run) for run in runs]
    assert len(set(archived)) == len(archived)
    if name == "nightly_archive":
        assert archived == [day - timedelta(days=1) for day in days]
        assert change in archived


@pytest.mark.parametrize("change", [date(2026, 3, 8), date(2026, 11, 1)])
def test_the_deadlines_of_requests_are_looked_at_every_day_at_six_in_california(
    bag: Any, change: date
) -> None:
    runs = runs_between(bag.dags["request_deadlines"], change - timedelta(days=3), change + timedelta(days=3))
    here = [run.astimezone(PACIFIC) for run in runs]
    assert {(run.hour, run.minute) for run in here} == {(6, 0)}
    assert [run.date() for run in here] == [here[0].date() + timedelta(days=n) for n in range(len(here))]
    assert len({run.hour for run in runs}) == 2


def runs_between(dag: Any, first: date, last: date) -> list[datetime]:
    """When the DAG's own timetable would run it, as Airflow's scheduler asks it."""
    from airflow.serialization.serialized_objects import DagSerialization  # noqa: PLC0415 - Airflow is ready now

    stored = DagSerialization.from_dict(DagSerialization.to_dict(dag))
    start = datetime(first.year, first.month, first.day, tzinfo=UTC)
    end = datetime(last.year, last.month, last.day, tzinfo=UTC)
    infos = stored.iter_dagrun_infos_between(pendulum.instance(start), pendulum.instance(end))
    return [info.run_after.astimezone(UTC) for info in infos]


@pytest.mark.parametrize(
    ("error", "action", "wait"),
    [
        (RateLimited("wait", 90.0), "retry", 90.0),
        (RateLimited("wait", 0.0), "retry", 1.0),
        (Unreachable("down"), "default", None),
        (OSError("a broken pipe"), "default", None),
        (CredentialDead("renew"), "fail", None),
        (Suspicious("look"), "fail", None),
        (PersonNeeded("mend"), "fail", None),
        (Unreadable("odd"), "fail", None),
        (ArchiveDamaged("stop"), "fail", None),
    ],
)
def test_the_class_of_an_error_decides(error: Exception, action: str, wait: float | None) -> None:
    decision = ByErrorClass().evaluate(error, 1, 3)
    assert decision.action.value == action
    assert (decision.retry_delay.total_seconds() if decision.retry_delay else None) == wait


def test_a_night_waits_for_more_limits_than_an_outage_has_tries(bag: Any) -> None:
    tries = bag.dags["nightly_archive"].get_task("facebook.archive").retries
    for number in range(1, tries + 1):
        assert ByErrorClass().evaluate(RateLimited("midnight", 60.0), number, tries).action.value == "retry"
    assert ByErrorClass().evaluate(Unreachable("down"), 6, tries).action.value == "default"
    assert ByErrorClass().evaluate(Unreachable("down"), 7, tries).action.value == "fail"


def test_new_things_are_looked_for_every_fifteen_minutes(bag: Any) -> None:
    runs = runs_between(bag.dags["recent_sweep"], date(2026, 11, 20), date(2026, 11, 21))
    pauses = {(later - earlier).total_seconds() for earlier, later in itertools.pairwise(runs)}
    assert pauses == {15 * 60}


# Reads the DAG files where opening a socket, a database or a file of the city ends the process.
PARSE = """
import sys
from pathlib import Path
import paloverde.orchestration.steps, paloverde.orchestration.retries, airflow.sdk
airflow.sdk.dag, airflow.sdk.task, airflow.sdk.Param, airflow.sdk.CronTriggerTimetable, airflow.sdk.task_group
airflow.sdk.TriggerRule
home = sys.argv[2]
touched = []
def watch(event, arguments):
    if event in ("socket.connect", "socket.bind", "socket.getaddrinfo", "sqlite3.connect", "subprocess.Popen"):
        touched.append((event, str(arguments)))
    if event == "open" and str(arguments[0]).startswith(home):
        touched.append((event, str(arguments[0])))
sys.addaudithook(watch)
for file in sorted(Path(sys.argv[1]).glob("*.py")):
    exec(compile(file.read_text(), str(file), "exec"), {"__name__": "dag", "__file__": str(file)})
print(touched)
"""


def test_reading_the_dags_touches_no_network_no_database_and_nothing_of_the_city(city_home: Any) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PARSE, str(REPOSITORY / "dags"), str(city_home)],
        env={**os.environ, "PYTHONPATH": str(REPOSITORY / "include")},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stdout.strip()) == (0, "[]"), done.stderr[-2000:]


def test_the_plugins_folder_holds_one_file_and_ignores_others() -> None:
    folder = REPOSITORY / "plugins"
    assert [file.name for file in folder.rglob("*.py")] == ["paloverde_plugin.py"]
    assert (folder / ".airflowignore").read_text().split() == ["*.py", "!paloverde_plugin.py"]
