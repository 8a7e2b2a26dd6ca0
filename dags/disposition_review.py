"""Every month, or when the clerk asks: what may be destroyed, two people's reviews of it, and the act."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from airflow.sdk import CronTriggerTimetable, Param, TriggerRule, task

from paloverde.orchestration import disposition_steps as steps
from paloverde.orchestration.cities import City
from paloverde.orchestration.city_dags import each_city
from paloverde.orchestration.retries import RETRIES, ByErrorClass

DOC = """
### Disposition review

1. **propose**: gather what nothing keeps any longer into an order. Where an order is still open, or nothing
   may be destroyed, it ends here; the log says so.
2. **report**: write what would be destroyed, and what stays and why, into the folder `orders` of the
   archive's home.
3. **clerk_review** and **approver_review**: two different people, one of each role, read the report and
   answer under *Required Actions*. An answer is filed with the archive, under the name of whoever gave it.
4. **carry_out**: destroy exactly what the order names, where nothing lacks: the report has lain open, the
   council's resolution and the city attorney's written consent are filed, two people have approved this list.
   Else it is skipped, and its log says what lacks. It believes only what is filed: marking a task or a run as
   success releases nothing.

*To carry out later*: trigger it with the name of the order, or use `paloverde dispose carry-out`.
*The resolution and the consent* are files: hand them in with `paloverde dispose`.
*If a task is red*: its log says in one sentence what to do.
"""


@each_city(
    dag_id="disposition_review",
    description="Propose lawful destruction, have two people review it, and carry it out.",
    doc_md=DOC,
    schedule=CronTriggerTimetable("0 17 1 * *", timezone="UTC"),
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    tags=["archive", "every month"],
    default_args={"owner": "City Clerk", "retry_policy": ByErrorClass(), **RETRIES},
    params={
        "order": Param(
            None,
            type=["null", "string"],
            pattern="^order-[0-9]{4}-[0-9]{4}$",
            title="Order",
            description="An open order to go on with, such as order-2026-0001. Empty proposes a new one.",
        )
    },
)
def disposition_review(_: City) -> None:
    proposed = task(steps.propose, execution_timeout=timedelta(hours=20))()
    reported = task(steps.report)(proposed)
    reviews = [
        steps.Review(task_id=f"{role}_review", role=role, order_id=reported) for role in ("clerk", "approver")
    ]
    done = task(steps.carry_out, trigger_rule=TriggerRule.NONE_FAILED, execution_timeout=timedelta(hours=20))
    reviews >> done(reported)
