"""Every day, before the nightly archive: is each account's token alive, and for how long yet."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from airflow.sdk import CronTriggerTimetable, task

from paloverde.orchestration import steps
from paloverde.orchestration.cities import City
from paloverde.orchestration.city_dags import each_city
from paloverde.orchestration.retries import RETRIES, ByErrorClass
from paloverde.orchestration.sites import PLATFORMS, pool_of

DOC = """
### Account health

For each account: renew its token where it comes near its end, ask the site the cheapest question that proves
that the token lives and opens this account, and count the days until a person must act: the end of a token
that nothing renews, of what renews it, or of the version of the site's API.

Alarms are raised when 14, 7, 2 and 1 days are left, each once: they are in the task's log, in the ledger and
on the desk's page *About this archive*. With two days or less, the task of that account is red every day
until somebody acts.

*If a task is red*: its log says in one sentence what to do, most often: sign in at the site again and give
the new token to `paloverde accounts token`. Then clear the task.
"""


@each_city(
    dag_id="account_health",
    description="Prove every account's token, renew it, and warn before it ends.",
    doc_md=DOC,
    schedule=CronTriggerTimetable("30 8 * * *", timezone="UTC"),
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    tags=["accounts", "every day"],
    default_args={"owner": "City IT", "retry_policy": ByErrorClass(), **RETRIES},
)
def account_health(city: City) -> None:
    for platform in PLATFORMS:
        listed = task(steps.accounts, task_id=f"accounts_{platform}")(platform)
        task(
            steps.health,
            task_id=f"health_{platform}",
            multiple_outputs=False,
            pool=pool_of(platform, city),
            map_index_template="{{ account }}",
            execution_timeout=timedelta(minutes=30),
        ).expand(slug=listed)
