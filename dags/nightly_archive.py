"""Every night, every registered account: archive it, look for what was removed, say what became of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from airflow.sdk import CronTriggerTimetable, Param, TriggerRule, task, task_group

from paloverde.orchestration import steps
from paloverde.orchestration.cities import City
from paloverde.orchestration.city_dags import each_city
from paloverde.orchestration.retries import LIMITS, RETRIES, ByErrorClass
from paloverde.orchestration.sites import PLATFORMS, pool_of

DOC = """
### Nightly archive

For each site, one after the other within the site and side by side between sites:

1. **accounts**: which accounts are registered.
2. **archive**: ask the site for everything that each account shows, keep it, seal it.
3. **removals**: look directly at what is no longer listed; what is really gone is copied and held two years.

**report** says per account what happened, and is red if one account did not finish; the others are archived
all the same. It runs at 09:15 UTC, just after one or two in the morning in California, for the Pacific day
that has just ended. Running it again for a day changes nothing that is sealed.

A site whose quota is used up is waited for, over a day if it says so, and the archive goes on where it was.
Meanwhile the next nights run beside it.

*If a task is red*: its log says in one sentence what to do. Do it, then clear the task.
*For another day*: trigger it with an archive day, or use Backfill.
"""


def one_site(platform, listed, pool):  # noqa: ANN001, ANN201 - XComArgs of Airflow's own making
    """Archive and look for removals, account by account: one that fails stops no other."""
    at_the_site = {
        "multiple_outputs": False,  # one XCom a task, not one more for each count
        "pool": pool,
        "map_index_template": "{{ account }}",
        "execution_timeout": timedelta(hours=6),
    }

    @task_group(group_id=platform)
    def account(slug: str):  # noqa: ANN202
        archived = task(steps.archive, **at_the_site, **LIMITS)(slug)
        looked = task(steps.removals, **at_the_site)(slug)
        archived >> looked
        return [archived, looked]

    return account.expand(slug=listed)


@each_city(
    dag_id="nightly_archive",
    description="Archive every City Social Media Account, find what was removed, report.",
    doc_md=DOC,
    schedule=CronTriggerTimetable("15 9 * * *", timezone="UTC"),
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=3,  # one account that waits for its quota holds up nobody's next night
    tags=["archive", "every night"],
    default_args={"owner": "City IT", "retry_policy": ByErrorClass(), **RETRIES},
    params={
        "archive_day": Param(
            None,
            type=["null", "string"],
            format="date",
            title="Archive day",
            description="The Pacific day to archive for. Leave empty for the day that has just ended.",
        )
    },
)
def nightly_archive(city: City) -> None:
    archived, looked = [], []
    for platform in PLATFORMS:
        listed = task(steps.accounts, task_id=f"accounts_{platform}")(platform)
        night, removals = one_site(platform, listed, pool_of(platform, city))
        archived.append(night)
        looked.append(removals)
    task(steps.report, trigger_rule=TriggerRule.ALL_DONE, retries=0)(archived, looked)
