"""On request: put the question of a Public Records Act request in words, and answer it from the archive."""

from __future__ import annotations

from datetime import UTC, datetime

from airflow.sdk import Param, dag, task

from paloverde.orchestration import steps
from paloverde.orchestration.retries import RETRIES, ByErrorClass

DOC = """
### Records request

Fill in the form: the request's number, the words to look for, the days, and the accounts if it is not about
all. The first task says the question back as one sentence; read it before anything is released.

The same words as on the command line: `street NEAR/5 sweeping`, `"city council" AND NOT agenda`.
"""


@dag(
    dag_id="records_request",
    description="Answer a Public Records Act request from the archive.",
    doc_md=DOC,
    schedule=None,
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=4,
    tags=["request", "on demand"],
    default_args={"owner": "City Clerk", "retry_policy": ByErrorClass(), **RETRIES},
    params={
        "request_number": Param(
            type="string",
            pattern="^PRA-[0-9]{4}-[0-9]{4}$",
            title="Request number",
            description="As in the clerk's register, such as PRA-2026-0042.",
        ),
        "words": Param(
            type="string",
            minLength=1,
            maxLength=2000,
            title="Words",
            description="What to look for, such as: street NEAR/5 sweeping",
        ),
        "from": Param(
            None, type=["null", "string"], format="date", title="From", description="First day, or empty."
        ),
        "to": Param(
            None, type=["null", "string"], format="date", title="To", description="Last day, or empty."
        ),
        "accounts": Param(
            [],
            type="array",
            items={"type": "string", "pattern": "^[a-z0-9]+(-[a-z0-9_.]+)+$"},
            title="Accounts",
            description="The archive's names of the accounts, one per line; none means all of them.",
        ),
    },
)
def records_request() -> None:
    task(steps.question)()


records_request()
