"""Every hour: what was sealed since is added to the search index, and to the Iceberg tables where wanted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from airflow.sdk import CronTriggerTimetable, task

from paloverde.orchestration import index_steps, lake_steps
from paloverde.orchestration.cities import City
from paloverde.orchestration.city_dags import each_city
from paloverde.orchestration.retries import RETRIES, ByErrorClass

DOC = """
### Search index

**refresh_index** adds to the search index what nights, sweeps, removal checks and imports have sealed since,
and writes out of it what was lawfully destroyed. The log says how many records, and how long it took: seconds
in most hours, some minutes the first time.

The index makes searches quick and is nothing more: a search reads whatever the index does not hold yet from
the sealed records themselves, and says so.

*If refresh_index is red*: searches give the same answers, more slowly. Do what the log says (mostly: make
room on the disk of `PALOVERDE_INDEX_FOLDER`), then clear the task. `paloverde index rebuild` builds it anew.

**publish_lake** adds the same to the Iceberg tables that Spark, Trino and others read, and takes out of them
what was lawfully destroyed. It is skipped unless `PALOVERDE_LAKE` names a place for them.

*If publish_lake is red*: records and searches are not touched; the tables are as old as
`paloverde lake status` says. Do what the log says, then clear the task. `paloverde lake publish --anew` makes
them from nothing.
"""


@each_city(
    dag_id="search_index",
    description="Add what was sealed since to the search index, and write out what was destroyed.",
    doc_md=DOC,
    schedule=CronTriggerTimetable("20 * * * *", timezone="UTC"),
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    tags=["search", "all day"],
    default_args={"owner": "City IT", "retry_policy": ByErrorClass(), **RETRIES},
)
def search_index(_: City) -> None:
    task(index_steps.refresh_index, multiple_outputs=False, execution_timeout=timedelta(hours=20))()
    task(lake_steps.publish_lake, multiple_outputs=False, execution_timeout=timedelta(hours=20))()
