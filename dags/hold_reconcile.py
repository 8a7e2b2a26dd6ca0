"""Every night: what new runs brought joins the holds, and every object bears its legal hold."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from airflow.sdk import CronTriggerTimetable, TriggerRule, task

from paloverde.orchestration import hold_steps
from paloverde.orchestration.cities import City
from paloverde.orchestration.city_dags import each_city
from paloverde.orchestration.retries import RETRIES, ByErrorClass

DOC = """
### Hold reconciliation

1. **reconcile**: puts the question of each hold in force to what runs since the last look brought, and lets
   join what matches. Then it looks at every object that a hold keeps, in both copies, and sets the legal hold
   where it is lacking. Objects that no hold keeps any more are freed. The log says "N of N objects bear the
   legal hold".
2. **remind**: lists the custodians who have not acknowledged a notice and are to be written to, and those who
   were asked to search devices of their own and have not answered. It is made whatever became of the first.

It runs at 13:30 UTC, some hours after the nightly archive began. What is sealed later joins in the next
night; the lock of its own night keeps it meanwhile.

*If reconcile is red*: not every object bears its legal hold, or a hold could not look. Tell counsel, and do
what the log says; nothing under a hold is destroyed meanwhile. Then clear the task.
"""


@each_city(
    dag_id="hold_reconcile",
    description="Let new records join the holds, and prove that every held object bears its legal hold.",
    doc_md=DOC,
    schedule=CronTriggerTimetable("30 13 * * *", timezone="UTC"),
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    tags=["holds", "every night"],
    default_args={"owner": "City IT", "retry_policy": ByErrorClass(), **RETRIES},
)
def hold_reconcile(_: City) -> None:
    looked = task(hold_steps.reconcile, multiple_outputs=False, execution_timeout=timedelta(hours=20))()
    reminded = task(hold_steps.remind, multiple_outputs=False, trigger_rule=TriggerRule.ALL_DONE)()
    looked >> reminded
