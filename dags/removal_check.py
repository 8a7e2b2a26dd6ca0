"""Once a day, away from the nightly archive: look again at old items, so that no removal goes unseen."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from airflow.sdk import CronTriggerTimetable, Param, task

from paloverde.orchestration import steps
from paloverde.orchestration.cities import City
from paloverde.orchestration.city_dags import each_city
from paloverde.orchestration.retries import RETRIES, ByErrorClass
from paloverde.orchestration.sites import PLATFORMS, pool_of

DOC = """
### Removal check

Looks directly at items that no listing has shown for a while, oldest look first, within each site's quota,
and settles what the nightly archive left uncertain. What is really gone is copied and held for two calendar
years; an outage, a lost permission or a mass disappearance never counts as a removal.

*If a task is red*: its log says in one sentence what to do. "Suspicious" means that so much disappeared at
once that a person must look at the site before anything is believed.
"""


@each_city(
    dag_id="removal_check",
    description="Look again at old items; copy and hold what was removed.",
    doc_md=DOC,
    schedule=CronTriggerTimetable("15 21 * * *", timezone="UTC"),
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    tags=["archive", "every day"],
    default_args={"owner": "City IT", "retry_policy": ByErrorClass(), **RETRIES},
    params={
        "archive_day": Param(
            None,
            type=["null", "string"],
            format="date",
            title="Archive day",
            description="The Pacific day that removals are recorded under. Empty means the day just ended.",
        )
    },
)
def removal_check(city: City) -> None:
    for platform in PLATFORMS:
        listed = task(steps.accounts, task_id=f"accounts_{platform}")(platform)
        task(
            steps.removals,
            task_id=f"removals_{platform}",
            multiple_outputs=False,
            pool=pool_of(platform, city),
            map_index_template="{{ account }}",
            execution_timeout=timedelta(hours=6),
        ).expand(slug=listed)
