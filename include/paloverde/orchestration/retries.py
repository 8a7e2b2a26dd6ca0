"""Which errors Airflow tries again, and when: the one place where Paloverde's errors meet Airflow's retries.

| error | what Airflow does |
|---|---|
| RateLimited | tries again after exactly the time that the site asked for, as often as the task may |
| any other TryAgain | tries again, waiting longer each time (the task's own delays), up to `PATIENCE` times |
| PersonNeeded, Unreadable, ArchiveDamaged | fails at once; trying again cannot help, somebody must look |
| anything else (a defect, a lost connection to Airflow) | as any other TryAgain |

Airflow counts all tries together and ends a task after its last one even where the policy says retry. A night
may wait for several limits, for a daily quota on several days, and goes on where it was each time: so tasks
that archive have `LIMITS` tries, of which an outage may use only the first few.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from airflow.sdk import RetryDecision, RetryPolicy
from airflow.sdk.definitions.context import Context

from paloverde.errors import ArchiveDamaged, PersonNeeded, RateLimited, Unreadable

# Three tries after the first; with the doubling delay they reach over an ordinary outage of a site.
RETRIES: dict[str, Any] = {
    "retries": 3,
    "retry_delay": timedelta(minutes=2),
    "retry_exponential_backoff": True,
    "max_retry_delay": timedelta(hours=1),
}


LIMITS: dict[str, Any] = {"retries": 20}
PATIENCE = 6  # with the doubling delay, two hours


class ByErrorClass(RetryPolicy):
    """Decides by the class of the error, which says what must be done (see `paloverde.errors`)."""

    def evaluate(
        self,
        exception: BaseException,
        try_number: int,
        max_tries: int,  # noqa: ARG002 - Airflow's signature
        context: Context | None = None,  # noqa: ARG002
    ) -> RetryDecision:
        if isinstance(exception, RateLimited):
            wait = timedelta(seconds=max(1.0, exception.retry_after))
            return RetryDecision.retry(wait, f"The site asks to wait {wait}.")
        if isinstance(exception, PersonNeeded):
            return RetryDecision.fail("A person must change something first; trying again cannot help.")
        if isinstance(exception, ArchiveDamaged):
            return RetryDecision.fail("ALARM: stored bytes are not what a seal says. Nothing is tried again.")
        if isinstance(exception, Unreadable):
            return RetryDecision.fail("What was read cannot be understood; its bytes are kept.")
        if try_number > PATIENCE:
            return RetryDecision.fail(f"It failed {try_number} times; the next night asks again.")
        return RetryDecision.default()
