"""Once a week: read stored objects again and compare them with their seals."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from airflow.sdk import CronTriggerTimetable, dag, task

from paloverde.orchestration import steps
from paloverde.orchestration.retries import RETRIES, ByErrorClass

DOC = """
### Fixity check

Reads what the archive holds, byte by byte, and compares length and SHA-256 with the seal that names it.

*If it is red*: at least one stored object is not what its seal says, or could not be read. Do not delete or
repair anything by hand: keep the log, and restore the object from the second copy.
"""


@dag(
    dag_id="fixity_check",
    description="Read the archive again and compare it with its seals.",
    doc_md=DOC,
    schedule=CronTriggerTimetable("30 14 * * 6", timezone="UTC"),
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    tags=["archive", "every week"],
    default_args={"owner": "City IT", "retry_policy": ByErrorClass(), **RETRIES},
)
def fixity_check() -> None:
    task(steps.fixity, multiple_outputs=False, execution_timeout=timedelta(hours=20))()


fixity_check()
