"""Every day: read stored objects of both copies again and compare them with their seals."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from airflow.sdk import CronTriggerTimetable, task

from paloverde.orchestration import steps
from paloverde.orchestration.cities import City
from paloverde.orchestration.city_dags import each_city
from paloverde.orchestration.retries import RETRIES, ByErrorClass

DOC = """
### Fixity check

Reads what the archive holds, byte by byte, in both copies, and compares length, SHA-256, lock and legal hold
with what is sealed: what was damaged last time first, then what is younger than seven days, then what was
read longest ago, until PALOVERDE_FIXITY_BUDGET_MB are read. It fills a second database from the objects and
compares the one in use with it. The log says how much is overdue, and whether the budget suffices to read
everything within PALOVERDE_FIXITY_DAYS.

*If it is red*: at least one stored object is not what its seal says, or the database is not what the objects
say. Do not delete or mend anything by hand: keep the log, and run `paloverde repair`. See
docs/guide/disaster.md.
"""


@each_city(
    dag_id="fixity_check",
    description="Read the archive again and compare it with its seals.",
    doc_md=DOC,
    schedule=CronTriggerTimetable("30 14 * * *", timezone="UTC"),
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    tags=["archive", "every day"],
    default_args={"owner": "City IT", "retry_policy": ByErrorClass(), **RETRIES},
)
def fixity_check(_: City) -> None:
    task(steps.fixity, multiple_outputs=False, execution_timeout=timedelta(hours=20))()
