"""Every morning at six in California: which records requests are near their dates, and which are overdue."""

from __future__ import annotations

from datetime import UTC, datetime

from airflow.sdk import CronTriggerTimetable, task

from paloverde.orchestration import request_steps
from paloverde.orchestration.cities import City
from paloverde.orchestration.city_dags import each_city
from paloverde.orchestration.retries import RETRIES, ByErrorClass

DOC = """
### Deadlines of records requests

Looks at every open Public Records Act request and warns on the fifth and the eighth day, on the last office
day before its date, on the date itself, and every day after it. The date is the target of the clock, or the
one in the notice of extension; once it is determined, the day on which records were promised.

Each warning is in the task's log, and once in the file of the request (`paloverde request show`). A day on
which this did not run is made good for by the next. It also sees that the hold of every request is as its
file says, where somebody was interrupted while closing it or opening it again.

*If watch is red*: a request is overdue, and the log names it. Answer it, and file what was done with
`paloverde request`. The task is green again on the morning after.
"""


@each_city(
    dag_id="request_deadlines",
    description="Warn of the dates by which records requests are to be answered.",
    doc_md=DOC,
    schedule=CronTriggerTimetable("0 6 * * *", timezone="America/Los_Angeles"),
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    tags=["request", "every day"],
    default_args={"owner": "City Clerk", "retry_policy": ByErrorClass(), **RETRIES},
)
def request_deadlines(_: City) -> None:
    task(request_steps.watch, multiple_outputs=False)()
