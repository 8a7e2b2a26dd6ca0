"""Every day after the night: publish the ledger as a log that nobody can write again unnoticed."""

from __future__ import annotations

from datetime import UTC, datetime

from airflow.sdk import CronTriggerTimetable, task

from paloverde.orchestration import log_steps
from paloverde.orchestration.cities import City
from paloverde.orchestration.city_dags import each_city
from paloverde.orchestration.retries import RETRIES, ByErrorClass

DOC = """
### Ledger head

Hashes the ledger's new entries into its Merkle tree, signs a head over all of them, has it stamped by the
timestamp authorities and signed by the witnesses that the settings name. Without new entries there is no new
head, and what an authority did not give is asked for again. See docs/guide/proof.md.

*If it is skipped*: `PALOVERDE_LOG_ORIGIN` is not set; nothing is published before the log has its name.

*If it is red*: the log of the task says in one sentence who did not answer, and it is tried again. If it
speaks of **two histories**, of entries that are **gone**, or of a tile or head that was changed: stop, delete
and repair nothing by hand, keep the log, and tell IT and counsel.
"""


@each_city(
    dag_id="ledger_head",
    description="Publish a signed head of the ledger, stamped and witnessed.",
    doc_md=DOC,
    schedule=CronTriggerTimetable("0 13 * * *", timezone="UTC"),
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    tags=["archive", "every day"],
    default_args={"owner": "City IT", "retry_policy": ByErrorClass(), **RETRIES},
)
def ledger_head(_: City) -> None:
    task(log_steps.publish_head, multiple_outputs=False)()
