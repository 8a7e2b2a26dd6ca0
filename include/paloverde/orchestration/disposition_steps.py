"""The steps of the disposition review: propose, report, two people's reviews, carry out.

Nothing that Airflow says of a task releases anything. A review files its approval itself, when Airflow hands
it the answer: only that task is given Airflow's own record of who answered, from the row that the server
wrote for the signed-in person (an XCom is written by tasks, and a state by whoever may mark one). The option
that was chosen names the order and its list, so that nothing else is approved than what was shown. Carrying
out reads papers, and nothing else.
"""

from __future__ import annotations

import logging
import re
from typing import Any, NamedTuple

from airflow.providers.standard.operators.hitl import HITLOperator
from airflow.sdk import get_current_context
from airflow.sdk.definitions.context import Context
from airflow.sdk.exceptions import AirflowSkipException
from airflow.sdk.execution_time.hitl import HITLUser

from paloverde.desk.people import Person, Role, people_of
from paloverde.errors import PersonNeeded
from paloverde.installation import Installation, open_installation
from paloverde.orchestration.cities import City, told_apart
from paloverde.orchestration.city_dags import settings_here, started_by
from paloverde.orchestration.residents import city_and_username, name_in
from paloverde.retention.approval import OFFICES, closed
from paloverde.retention.orders import Order, OrderStanding
from paloverde.retention.report import inert, summary

log = logging.getLogger(__name__)

APPROVE, WITHDRAW = "Approve", "Withdraw"
_SHOWN = 16  # hexadecimal digits of the list's hash on a button
_OPTION = re.compile(rf"({APPROVE}|{WITHDRAW}) ([a-z0-9-]+), list ([0-9a-f]{{{_SHOWN}}})")
_TO_DECIDE = (
    "The whole report is a paper of the archive, and lies in the folder `orders` of its home. **Approve** "
    "says that you have read it, and that exactly this list may be destroyed once the resolution, the "
    "consent and the other approval stand. **Withdraw** ends the order for good. To decide later, leave this "
    "page."
)


def propose() -> str:
    """Make an order of what nothing keeps any longer, or take up the one that the form names; its name."""
    context, city = get_current_context(), _city()
    asked = context["params"].get("order")
    if asked:
        order = _open(city, asked).order
        log.info("%s of %s items is taken up.", order.id, order.items)
        return order.id
    still = [standing.order.id for standing in city.disposition.open_orders()]
    if still:
        raise AirflowSkipException(
            f"{', '.join(still)} is open: go on with it by triggering this DAG with its name, or withdraw it."
        )
    made = city.disposition.propose([], started_by(), lambda line: log.info("%s", line))
    log.info("%s", made.sentence)
    if made.order is None:
        raise AirflowSkipException(made.sentence)
    return made.order.id


def report(order_id: str) -> str:
    """Write the report where people read it, and say what is lacking."""
    city = _city()
    for file in city.disposition.report(order_id, city.settings.home / "orders"):
        log.info("The report is %s.", file)
    for sentence in city.disposition.awaited(order_id):
        log.info("Lacking: %s", sentence)
    for sentence in city.disposition.warnings(order_id):
        log.warning("Look again: %s", sentence)
    return order_id


def carry_out(order_id: str | None) -> None:
    """Destroy what an order names, where its papers lack nothing; else skip, and say what is lacking."""
    city = _city()
    if not order_id:
        raise AirflowSkipException("No order was proposed, so nothing is carried out.")
    missing = city.disposition.awaited(order_id)
    if missing:
        raise AirflowSkipException(f"{order_id} is not carried out yet. {' '.join(missing)}")
    roles = {person.username: person.role.value for person in people_of(city.settings).all()}
    made = city.disposition.carry_out(order_id, roles, started_by(), lambda line: log.info("%s", line))
    log.info("%s is carried out: %s items are destroyed, %s left out.", order_id, made.items, len(made.kept))


class Answer(NamedTuple):
    """What somebody chose: to approve or to withdraw, and of which order and list."""

    what: str
    order_id: str
    lines: str  # the first digits of the list's hash


class Review(HITLOperator):
    """Asks the people of one role about an order, and files what one of them answers.

    Who is asked is read from the users file when the task starts, and who answered is looked up there again.
    """

    template_fields = (*HITLOperator.template_fields, "order_id")

    def __init__(self, *, role: str, order_id: Any, **more: Any) -> None:
        told = f"Review by {OFFICES[role]}"
        super().__init__(subject=told, options=[APPROVE, WITHDRAW], body="", **more)
        self.role, self.order_id = Role(role), order_id

    def execute(self, context: Context) -> None:
        """Ask. `PersonNeeded` where nobody has the role: Airflow would let anybody answer then."""
        city = _city()
        standing = _open(city, self.order_id)
        asked = [person for person in people_of(city.settings).all() if person.role is self.role]
        approved = {one.username for one in standing.approvals if one.role == self.role}
        if any(person.username in approved for person in asked):
            raise AirflowSkipException(f"One of {OFFICES[self.role]} has approved {self.order_id} already.")
        if not asked:
            raise PersonNeeded(
                f"Nobody signs in as {self.role.value}: add somebody with `paloverde users add`."
            )
        order = standing.order
        self.subject = f"{order.id}: review by {OFFICES[self.role]}"
        self.body = (
            f"{summary(order, city.disposition.lines(order.id), city.disposition.today)}\n\n{_TO_DECIDE}"
        )
        self.body += "".join(f"\n\n*Look again:* {inert(one)}" for one in city.disposition.warnings(order.id))
        self.options = [option(APPROVE, order), option(WITHDRAW, order)]
        self.assigned_users = [
            HITLUser(id=name_in(_whose(context), person.username), name=person.name) for person in asked
        ]
        super().execute(context)

    def execute_complete(self, context: Context, event: dict[str, Any]) -> str:
        """File what was answered: `event` is Airflow's record of the answer, as its server wrote it."""
        city = _city()
        answer, person = answered(event), self._respondent(city, context, event)
        order = city.disposition.standing(answer.order_id).order
        if not order.lines_sha256.startswith(answer.lines):
            raise PersonNeeded(
                f"{answer.order_id} names another list now than the one that was shown: ask again."
            )
        if answer.what == WITHDRAW:
            city.disposition.withdraw(order.id, "refused in the review", person.username)
            raise AirflowSkipException(f"{person.username} has withdrawn {order.id}.")
        run = context["dag_run"]
        how = f"Airflow: {run.dag_id}, {run.run_id}, {self.task_id}, answered {event['responded_at']}"
        city.disposition.approve(order.id, person.username, self.role.value, how)
        log.info("%s has approved %s.", person.username, order.id)
        return order.id

    def _respondent(self, city: Installation, context: Context, event: dict[str, Any]) -> Person:
        who = event.get("responded_by_user")
        if event.get("timedout") or not who:
            raise PersonNeeded("Airflow names nobody who answered this review: nothing was approved.")
        whose, username = city_and_username(who["id"])
        person = people_of(city.settings).find(username) if whose == _whose(context) else None
        if person is None or person.role is not self.role:
            raise PersonNeeded(
                f"{who['id']} answered, and is not {self.role.value} by the users file: nothing was approved."
            )
        return person


def option(what: str, order: Order) -> str:
    """A button's words: they bind the answer to the order and the list that were shown."""
    return f"{what} {order.id}, list {order.lines_sha256[:_SHOWN]}"


def answered(event: dict[str, Any]) -> Answer:
    """What was chosen. `PersonNeeded` where it is not exactly one of the buttons."""
    chosen = event.get("chosen_options") or []
    match = _OPTION.fullmatch(chosen[0]) if len(chosen) == 1 else None
    if match is None:
        raise PersonNeeded("The answer to this review is none of its two buttons: nothing was approved.")
    return Answer(match[1], match[2], match[3])


def _open(city: Installation, order_id: str) -> OrderStanding:
    """An order about which something is still to be decided."""
    standing = city.disposition.standing(order_id)
    if ended := closed(standing, city.disposition.today):
        raise AirflowSkipException(ended)
    return standing


def _city() -> Installation:
    return open_installation(settings_here())


def _whose(context: Context) -> City:
    return told_apart(context["dag"].dag_id)[0]
