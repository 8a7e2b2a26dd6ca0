"""What people do about an order of destruction: propose, approve, hand in documents, withdraw."""

from __future__ import annotations

import hashlib

from fastapi.responses import Response

from paloverde.desk import showing
from paloverde.desk.areas.disposition import HERE, called, counts_not, standing_of
from paloverde.desk.files import brought_alone
from paloverde.desk.groups_named import groups_of
from paloverde.desk.jobs import JOBS, Progress
from paloverde.desk.rights import Act
from paloverde.desk.steps import Choices, Given, Step, done, form
from paloverde.desk.typed import Field, Typed
from paloverde.desk.visit import Here, Pages, Visit
from paloverde.errors import BadQuestion, PersonNeeded
from paloverde.retention.orders import OrderStanding
from paloverde.wording import some, spoken

pages = Pages()
HOW = "desk"  # as an approval names the way it came
_STALE = "Something was filed about this order meanwhile: look at this page again, then decide."
_CONSENT = (
    Field("name", "Who gave it", "text", "The city attorney, by name.", True),
    Field("date", "Date on the consent", "date", "Not before the order was proposed.", True),
    Field("document", "The consent itself", "file", "Such as a signed PDF.", True),
)
_RESOLUTION = (
    Field("number", "Number of the resolution", "text", "Such as 2026-41.", True),
    Field("date", "Day on which it was adopted", "date", required=True),
    Field("standing", "It is a standing one, adopted before the order was proposed", "tick"),
    Field("document", "The resolution itself", "file", "Such as a signed PDF.", True),
)
_WITHDRAWING = (Field("why", "Why it is withdrawn", "text", "In one sentence.", True),)
_PROPOSED_IS = (
    "Every item of the accounts is looked at; only what nothing keeps any longer comes onto the list.",
    "Nothing is destroyed. The report that is made lies open for some days.",
)
_APPROVED_IS = (
    "Read the report before you approve. Your approval is of exactly the list with the hash below.",
    "Two different people approve: one of the clerk’s office, one approver.",
    "An approval cannot be taken back; an order can be withdrawn.",
)


@pages.page("/propose-disposition", Act.PROPOSE_DISPOSITION)
def propose(visit: Here) -> Response:
    """Choose the accounts."""
    return form(visit, _proposing(visit))


@pages.form("/propose-disposition", Act.PROPOSE_DISPOSITION)
def proposed(visit: Here, given: Given) -> Response:
    """Make an order of what nothing keeps any longer."""
    city, by = visit.city, visit.person.username
    slugs = tuple(sorted(map(str, given.getlist("account"))))

    def work(progress: Progress) -> str:
        progress("Every item is looked at.")
        made = city.disposition.propose(slugs, by, progress)
        if made.order is None:
            raise BadQuestion(made.sentence)
        return f"/disposition/{made.order.id}"

    what, subject = "An order of destruction is proposed", ", ".join(slugs) or "all accounts"
    again, act = "/propose-disposition", Act.PROPOSE_DISPOSITION
    return visit.go(JOBS.start(visit, what, subject, work, again=again, act=act))


@pages.page("/disposition/{order}/approve", Act.APPROVE_DISPOSITION)
def approve(visit: Here, order: str) -> Response:
    """What an approval would stand for."""
    return form(visit, _approving(visit, standing_of(visit, order)))


@pages.form("/disposition/{order}/approve", Act.APPROVE_DISPOSITION)
def approved(visit: Here, order: str, given: Given) -> Response:
    """File an approval of exactly what was seen, by somebody whose approval counts."""
    standing = standing_of(visit, order)
    if told := counts_not(visit):
        raise PersonNeeded(told)

    def do(_: Typed) -> Response:
        if str(given.get("seen", "")) != _seen(standing):
            raise BadQuestion(_STALE)
        person, id_ = visit.person, standing.order.id
        visit.city.disposition.approve(id_, person.username, person.role.value, HOW)
        return visit.go(f"/disposition/{id_}", told=f"You have approved {id_}.")

    return done(visit, _approving(visit, standing), given, do)


@pages.page("/disposition/{order}/consent", Act.FILE_CONSENT)
def consent(visit: Here, order: str) -> Response:
    """Hand in the city attorney's written consent."""
    return form(visit, _consenting(visit, standing_of(visit, order)))


@pages.form("/disposition/{order}/consent", Act.FILE_CONSENT)
def consented(visit: Here, order: str, given: Given) -> Response:
    """File the consent with its document."""
    standing = standing_of(visit, order)

    def do(typed: Typed) -> Response:
        name, day, id_ = typed.needed("name"), typed.needed_day("date"), standing.order.id
        with brought_alone(given) as file:
            visit.city.disposition.consent(id_, name, day, file, visit.person.username)
        return visit.go(f"/disposition/{id_}", told=f"The consent to {id_} is filed.")

    return done(visit, _consenting(visit, standing), given, do)


@pages.page("/disposition/{order}/resolution", Act.FILE_RESOLUTION)
def resolution(visit: Here, order: str) -> Response:
    """Hand in the council's resolution."""
    return form(visit, _resolving(visit, standing_of(visit, order)))


@pages.form("/disposition/{order}/resolution", Act.FILE_RESOLUTION)
def resolved(visit: Here, order: str, given: Given) -> Response:
    """File the resolution with its document."""
    standing = standing_of(visit, order)

    def do(typed: Typed) -> Response:
        number, day, id_ = typed.needed("number"), typed.needed_day("date"), standing.order.id
        is_standing = typed.is_ticked("standing")
        with brought_alone(given) as file:
            visit.city.disposition.resolution(
                id_, number, day, file, visit.person.username, standing=is_standing
            )
        return visit.go(f"/disposition/{id_}", told=f"The resolution for {id_} is filed.")

    return done(visit, _resolving(visit, standing), given, do)


@pages.page("/disposition/{order}/withdraw", Act.WITHDRAW_DISPOSITION)
def withdraw(visit: Here, order: str) -> Response:
    """What a withdrawal ends."""
    return form(visit, _withdrawing(visit, standing_of(visit, order)))


@pages.form("/disposition/{order}/withdraw", Act.WITHDRAW_DISPOSITION)
def withdrawn(visit: Here, order: str, given: Given) -> Response:
    """Withdraw an order for good."""
    standing = standing_of(visit, order)

    def do(typed: Typed) -> Response:
        if str(given.get("seen", "")) != _seen(standing):
            raise BadQuestion(_STALE)
        visit.city.disposition.withdraw(standing.order.id, typed.needed("why"), visit.person.username)
        told = f"{standing.order.id} is withdrawn. Its items may be proposed anew."
        return visit.go(f"/disposition/{standing.order.id}", told=told)

    return done(visit, _withdrawing(visit, standing), given, do)


def _seen(standing: OrderStanding) -> str:
    """What somebody who confirms has seen: the list, the report, and everything that was filed until then."""
    order = standing.order
    told = (order.id, order.lines_sha256, order.report_sha256, order.table_sha256, standing.acts)
    return hashlib.sha256(repr(told).encode()).hexdigest()


def _proposing(visit: Visit) -> Step:
    options = [(one.slug, f"{one.slug} ({one.platform})") for one in visit.city.accounts()]
    return Step(
        "Propose an order of destruction", HERE, "/propose-disposition", "Look for what may be destroyed",
        "/disposition", "To all orders", choices=Choices("account", "Accounts; none means all", options),
        lead=_PROPOSED_IS,
    )  # fmt: skip


def _approving(visit: Visit, standing: OrderStanding) -> Step:
    groups, order = groups_of(visit, standing), standing.order
    facts = [
        *_facts(visit, standing),
        *(
            (f"{one.account}, {one.kind}", f"{some(one.items, 'item')}, {one.record_class}")
            for one in groups[:50]
        ),
        ("List (SHA-256)", order.lines_sha256),
        ("Report (SHA-256)", order.report_sha256),
    ]
    step = _step(visit, standing, "Approve", "approve", "Approve the destruction of exactly this list")
    if told := counts_not(visit):
        return step._replace(facts=facts, warnings=[told], button="")
    warnings = visit.city.disposition.warnings(order.id)
    path = f"/disposition/{order.id}/report"
    return step._replace(
        facts=facts, lead=_APPROVED_IS, hidden=[("seen", _seen(standing))], warnings=warnings, final=True,
        links=[("The report, as a page", path), ("The same as a table, an item a line", f"{path}?form=csv")],
    )  # fmt: skip


def _consenting(visit: Visit, standing: OrderStanding) -> Step:
    step = _step(visit, standing, "Hand in the consent to", "consent", "File this consent")
    return step._replace(fields=_CONSENT, lead=("Whoever hands it in cannot approve the order as well.",))


def _resolving(visit: Visit, standing: OrderStanding) -> Step:
    step = _step(visit, standing, "Hand in the resolution for", "resolution", "File this resolution")
    return step._replace(fields=_RESOLUTION, lead=("The one that adopted the schedule is none for this.",))


def _withdrawing(visit: Visit, standing: OrderStanding) -> Step:
    step = _step(visit, standing, "Withdraw", "withdraw", "Withdraw this order for good")
    return step._replace(fields=_WITHDRAWING, hidden=[("seen", _seen(standing))], final=True)


def _step(visit: Visit, standing: OrderStanding, title: str, action: str, button: str) -> Step:
    path = f"/disposition/{standing.order.id}"
    return Step(
        f"{title} {standing.order.id}", HERE, f"{path}/{action}", button, path, "Back to the order",
        facts=_facts(visit, standing),
    )  # fmt: skip


def _facts(visit: Visit, standing: OrderStanding) -> list[tuple[str, str]]:
    order = standing.order
    return [
        ("It would destroy", f"{some(order.items, 'item')} in {some(order.versions, 'version')}"),
        ("Accounts", showing.name(", ".join(order.accounts), 600)),
        ("Proposed", f"{showing.moment(order.proposed_at)} by {called(visit, order.proposed_by)}"),
        ("The report lies open until", spoken(order.opens_on)),
    ]
