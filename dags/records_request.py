"""On request: search the archive for a Public Records Act request, and bundle what was found to be read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from airflow.sdk import Param, task

from paloverde.orchestration import steps
from paloverde.orchestration.asking import PUBLIC_KINDS
from paloverde.orchestration.cities import City
from paloverde.orchestration.city_dags import each_city
from paloverde.orchestration.retries import RETRIES, ByErrorClass

DOC = """
### Records request

Fill in the form: the request's number, the words to look for, the days, and the accounts and kinds if it is
not about all. The task **answer** searches every archived version, removed content included, says in its log
what was asked, what was searched and what was found, and builds the sealed bundle.

*The search stands in the file of the request*, and what it found is held for it, where the request was
taken in with `paloverde request receive`. Where it was not, the log says so.

*The bundle* is for the City to read: **nothing in it is redacted**. It lies in the folder `bundles` of the
archive's home, under the request's number; the log names it with its SHA-256. Asked again under the same
number, a second one is made beside it (`...-2.zip`); none is ever overwritten. Who asked is in the ledger.
What goes to the requester is made with `paloverde review`, `paloverde letter` and
`paloverde bundle --request`.

*Private messages and lists of subscribers are never included here.* For those use
`paloverde request search --private` on the command line.

The same words as on the command line: `street NEAR/5 sweeping`, `"city council" AND NOT agenda`.

*If the task is red*: its log says in one sentence what to mend, most often a slip in the form.
Trigger it again.
"""


@each_city(
    dag_id="records_request",
    description="Search the archive for a Public Records Act request.",
    doc_md=DOC,
    schedule=None,
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,  # a search reads the whole archive, and each names its bundle after those there
    tags=["request", "on demand"],
    default_args={"owner": "City Clerk", "retry_policy": ByErrorClass(), **RETRIES},
    params={
        "request_number": Param(
            type="string",
            pattern="^PRA-[0-9]{4}-[0-9]{4}$",
            title="Request number",
            description="Written as in PRA-2026-0042: the year, then four digits.",
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
            None,
            type=["null", "array"],
            items={"type": "string", "pattern": "^[a-z0-9]+(-[a-z0-9_.]+)+$"},
            title="Accounts",
            description="The archive's names of the accounts, one per line; none means all of them.",
        ),
        "kinds": Param(
            None,
            type=["null", "array"],
            items={"type": "string", "enum": list(PUBLIC_KINDS)},
            examples=list(PUBLIC_KINDS),
            title="Kinds",
            description="Posts, comments, ...; none means all that are public.",
        ),
    },
)
def records_request(_: City) -> None:
    task(steps.answer, multiple_outputs=False, execution_timeout=timedelta(hours=6))()
