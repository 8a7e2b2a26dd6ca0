"""Every hour: write what is new in the archive into its second copy."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from airflow.sdk import CronTriggerTimetable, task

from paloverde.orchestration import copy_steps
from paloverde.orchestration.cities import City
from paloverde.orchestration.city_dags import each_city
from paloverde.orchestration.retries import RETRIES, ByErrorClass

DOC = """
### Second copy

Writes every object of the archive once more into the place that PALOVERDE_SECOND_STORE names, with the lock
and the legal hold of the first, under other credentials. What is there already is not written again;
interrupted, it goes on where it was. The step is skipped while no second copy is set: then one lost store is
a lost archive.

*If it is red*: the second store does not answer or does not keep locks, and the log says which; or an object
is damaged in the archive itself: run `paloverde fixity`, then `paloverde repair`. See docs/guide/disaster.md.
"""


@each_city(
    dag_id="second_copy",
    description="Write what is new in the archive into its second copy.",
    doc_md=DOC,
    schedule=CronTriggerTimetable("50 * * * *", timezone="UTC"),
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    tags=["archive", "all day"],
    default_args={"owner": "City IT", "retry_policy": ByErrorClass(), **RETRIES},
)
def second_copy(_: City) -> None:
    task(copy_steps.copy, multiple_outputs=False, execution_timeout=timedelta(hours=20))()
