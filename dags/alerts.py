"""Every quarter of an hour: look at every part of the installation, and write to whoever must act."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from airflow.sdk import CronTriggerTimetable, task

from paloverde.orchestration import alert_steps
from paloverde.orchestration.cities import City
from paloverde.orchestration.city_dags import each_city
from paloverde.orchestration.retries import RETRIES, ByErrorClass

DOC = """
### Alerts

Looks at nights and tokens, the chains of seals and of the ledger, both copies, the database, the store and
their clocks, the search index, disks, keys and certificates, dates of records requests, holds. What needs
somebody is sent to those whom PALOVERDE_ALERTS_IT, PALOVERDE_ALERTS_CLERK and PALOVERDE_ALERTS_COUNSEL name,
and to PALOVERDE_ALERTS_WEBHOOK: once when it begins, again after PALOVERDE_ALERTS_AGAIN_HOURS, and once when
it is over. Each says what is wrong, since when, who must act, and what to do. Where nobody is named, it
stands in this log alone.

It cannot say that Airflow itself stands still. Let a timer of the server run `paloverde alerts --send`, too:
what was said already is not said twice. See docs/guide/alarms.md.

**lineage** tells the place that PALOVERDE_LINEAGE names what was read and written since; it is skipped while
none is named. Where that server is away, this task is red and nothing else: the next round tells it.

*If alert is red*: what was found could not be sent, and the log says why: most often the mail server. The
next round sends it.
"""

AT_ONCE = {**RETRIES, "retries": 0}  # the next round comes soon, and says what this one could not


@each_city(
    dag_id="alerts",
    description="Watch the installation, and write to whoever must act.",
    doc_md=DOC,
    schedule=CronTriggerTimetable("5,20,35,50 * * * *", timezone="UTC"),
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    tags=["alerts", "all day"],
    default_args={"owner": "City IT", "retry_policy": ByErrorClass(), **AT_ONCE},
)
def alerts(_: City) -> None:
    task(alert_steps.alert, multiple_outputs=False, execution_timeout=timedelta(minutes=10))()
    task(alert_steps.lineage, multiple_outputs=False, execution_timeout=timedelta(minutes=10))()
