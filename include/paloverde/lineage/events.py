"""Deeds as events of OpenLineage, by the classes of its own client. Pure, and the only door to that library.

Specification: openlineage.io/spec/2-0-2/OpenLineage.json. The library makes and checks the events; they are
sent through our own door, since its transport would tell the server what else stands in our environment.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from uuid import NAMESPACE_URL, uuid5

from openlineage.client.event_v2 import InputDataset, Job, OutputDataset, Run, RunEvent, RunState
from openlineage.client.facet_v2 import (
    DatasetFacet,
    OutputDatasetFacet,
    job_type_job,
    output_statistics_output_dataset,
    schema_dataset,
)
from openlineage.client.serde import Serde

from paloverde import __version__
from paloverde.archive.schema import RECORDS
from paloverde.lineage.deeds import Deed, Written

PRODUCER = f"urn:paloverde:{__version__}"
_JOBS = "paloverde"


def events(deed: Deed, store: str) -> Iterator[str]:
    """The beginning and the end of a deed, as JSON. `store` is the address that data sets are named under.

    The same deed has the same run id every time: told twice, it is one.
    """
    run = str(uuid5(NAMESPACE_URL, f"{store}/{deed.key}"))
    for state, at in ((RunState.START, deed.began), (RunState.COMPLETE, deed.ended)):
        event = RunEvent(
            eventType=state,
            eventTime=_moment(at),
            run=Run(run),
            job=Job(_JOBS, deed.job, facets={"jobType": _KIND}),
            producer=PRODUCER,
            inputs=[
                *_asked(deed),
                *(InputDataset(store, one.name, facets=_schema(one)) for one in deed.read),
            ],
            outputs=[_output(store, one, is_done=state is RunState.COMPLETE) for one in deed.wrote],
        )
        yield Serde.to_json(event)


_KIND = job_type_job.JobTypeJobFacet("BATCH", "PALOVERDE", "JOB", producer=PRODUCER)


def _asked(deed: Deed) -> Iterator[InputDataset]:
    """The site that a run asked; of its account only the data sets it wrote tell."""
    if deed.site:
        yield InputDataset(f"site://{deed.site}", "account")


def _output(store: str, one: Written, *, is_done: bool) -> OutputDataset:
    counted: dict[str, OutputDatasetFacet] = {}
    if is_done and one.rows is not None:
        counted["outputStatistics"] = output_statistics_output_dataset.OutputStatisticsOutputDatasetFacet(
            rowCount=one.rows, size=one.size, fileCount=one.files, producer=PRODUCER
        )
    return OutputDataset(store, one.name, facets=_schema(one), outputFacets=counted)


def _schema(one: Written) -> dict[str, DatasetFacet]:
    """The columns of records, by name and type."""
    if not one.name.startswith("records"):
        return {}
    fields = [
        schema_dataset.SchemaDatasetFacetFields(name=field.name, type=str(field.type)) for field in RECORDS
    ]
    return {"schema": schema_dataset.SchemaDatasetFacet(fields=list(fields), producer=PRODUCER)}


def _moment(at: datetime) -> str:
    return at.isoformat()
