"""Between nights: look for what is new on every account, so that what lives a few hours is kept."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from airflow.sdk import CronTriggerTimetable, task

from paloverde.orchestration import steps
from paloverde.orchestration.cities import City, setting_of
from paloverde.orchestration.city_dags import each_city
from paloverde.orchestration.retries import RETRIES, ByErrorClass
from paloverde.orchestration.sites import PLATFORMS, pool_of

DOC = """
### Recent sweep

Looks at new posts and stories, at the newest comments of recent posts and at messages, and keeps what the
archive does not hold yet. What it finds folds into the day's records; the next night does not keep it twice.
Nothing that is missing is believed gone: only a night's complete listing and a direct look say that.

1. **due**: which accounts are to be looked at now. Left out are those whose night is running, and those whose
   site's daily budget does not allow another look yet; the log says which and why.
2. **sweep**: one look for each of them. Most end without a record; that is no fault.

*If a task is red*: nothing needs to be cleared, the next look comes by itself. If it stays red, the nightly
archive of that account will be red as well, and its log says what to do.
*How often*: PALOVERDE_SWEEP_MINUTES.
"""


def every_few_minutes(city: City) -> CronTriggerTimetable:
    return CronTriggerTimetable(f"*/{setting_of('sweep_minutes', city)} * * * *", timezone="UTC")


@each_city(
    dag_id="recent_sweep",
    description="Look for what is new between two nights.",
    doc_md=DOC,
    schedule=every_few_minutes,
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    tags=["archive", "all day"],
    # A look that fails is not tried again: the next one comes soon, and looks back to the last that did not.
    default_args={"owner": "City IT", "retry_policy": ByErrorClass(), **RETRIES, "retries": 0},
)
def recent_sweep(city: City) -> None:
    for platform in PLATFORMS:
        due = task(steps.due, task_id=f"due_{platform}")(platform)
        task(
            steps.sweep,
            task_id=f"sweep_{platform}",
            multiple_outputs=False,
            pool=pool_of(platform, city),
            map_index_template="{{ account }}",
            execution_timeout=timedelta(minutes=30),
        ).expand(slug=due)
