"""Every day after the night: the checks of the policy look at what was archived, and say what they found."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from airflow.sdk import CronTriggerTimetable, TriggerRule, task

from paloverde.orchestration import watch_steps
from paloverde.orchestration.cities import City
from paloverde.orchestration.city_dags import each_city
from paloverde.orchestration.retries import RETRIES, ByErrorClass

DOC = """
### Policy watch

**read_feeds** asks for the feeds of the City's own blogs and newsrooms (accounts of another site whose id is
the address of a feed), and takes in what is new. Without such an account it asks nothing, and says so.

**watch_policy** shows each check of the Social Media Policy what nights, sweeps and imports have sealed since
it last looked, and asks those that look at everything once a day: is the disclaimer on each page, does the
policy link answer, who posts without a grant. What they find waits at the desk under "Policy", and
`paloverde watch list` shows it. No check ever acts: a person decides.

**hide_by_rule** then hides the comments that a hiding rule names which two people approved, one of them
counsel, and proposes the others. Without such a rule, or without PALOVERDE_ALLOW_HIDING, it sends nothing and
says so.

The log and the ledger have counts, and nothing of what was found. It runs at 12:15 UTC, some hours after the
nightly archive began; what is sealed later is looked at the next day. A round that was interrupted is gone on
with by the next.

*If read_feeds is red*: a feed did not answer, or is none; the log names it and says what to do. The others
were taken in, and the checks run all the same. It is asked for again the next day.

*If watch_policy is red*: a check failed, and the log names it and the place in the program. The other checks
have done their work, and nothing is lost: the check that failed keeps its place. Tell whoever keeps this
program; when it is mended, clear the task.

*If hide_by_rule is red*: the site refused (a permission of the token, a limit), or a rule named more comments
in one round than it may hide, and hid none of them. The log says which; look at the desk under "Policy",
"Hidden by a rule".
"""


@each_city(
    dag_id="policy_watch",
    description="Look for what the policy asks beside an archive, and put what is found before people.",
    doc_md=DOC,
    schedule=CronTriggerTimetable("15 12 * * *", timezone="UTC"),
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    tags=["policy", "every day"],
    default_args={"owner": "City IT", "retry_policy": ByErrorClass(), **RETRIES},
)
def policy_watch(_: City) -> None:
    fed = task(watch_steps.read_feeds, multiple_outputs=False, execution_timeout=timedelta(hours=1))()
    watched = task(
        watch_steps.watch_policy,
        multiple_outputs=False,
        trigger_rule=TriggerRule.ALL_DONE,
        execution_timeout=timedelta(hours=20),
    )()
    hidden = task(
        watch_steps.hide_by_rule,
        multiple_outputs=False,
        trigger_rule=TriggerRule.ALL_DONE,
        execution_timeout=timedelta(hours=2),
    )()
    fed >> watched >> hidden
