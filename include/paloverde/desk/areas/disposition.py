"""Disposition: the orders of destruction, and one of them: what it names, what it lacks, how it goes on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import msgspec
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from paloverde.bundles.scratch import scratch
from paloverde.desk import showing, todo
from paloverde.desk.asked import page_of
from paloverde.desk.files import taken
from paloverde.desk.groups_named import groups_of
from paloverde.desk.people import Role, people_of
from paloverde.desk.rights import Act, roles_of
from paloverde.desk.visit import Here, Pages, Visit
from paloverde.desk.wording import plain
from paloverde.errors import BadQuestion
from paloverde.records import add_calendar_years, archive_day
from paloverde.retention.approval import APPROVING, LAPSES_AFTER_YEARS, OFFICES, closed, half_done, lacking
from paloverde.retention.orders import Approval, Consent, OrderStanding, PeopleCheck, Resolution
from paloverde.wording import some, spoken

pages = Pages()
HERE = "Disposition"
_PER_PAGE = 25
_MOST_GROUPS, _MOST_KEPT = 500, 100
_FILES = {"html": "text/html", "csv": "text/csv"}


class Need(NamedTuple):
    """One thing that an order needs: who gives it, and whether it is there, in words."""

    what: str
    who: str
    state: str
    is_there: bool
    path: str = ""  # of the form, for whoever may give it
    link: str = ""


@pages.page("/disposition", Act.SEE_DISPOSITION)
def disposition(visit: Here) -> Response:
    """Every order, newest first."""
    orders = list(reversed(visit.city.disposition.orders()))
    last = max(1, -(-len(orders) // _PER_PAGE))
    page = min(page_of(visit.request.query_params), last)
    return visit.show(
        "disposition_list.html",
        title=HERE,
        here=HERE,
        rows=[_row(visit, one) for one in orders[(page - 1) * _PER_PAGE : page * _PER_PAGE]],
        page=page,
        pages=last,
        act=Act,
    )


@pages.page("/disposition/{order}", Act.SEE_DISPOSITION)
def order(visit: Here, order: str) -> Response:
    """One order: its numbers, what it lacks, and how it goes on."""
    standing = standing_of(visit, order)
    groups = groups_of(visit, standing)
    ended = closed(standing, visit.city.disposition.today)
    needs = [] if ended else [*_needs(visit, standing)]
    return visit.show(
        "disposition_look.html",
        title=f"Order of destruction {standing.order.id}",
        here=HERE,
        order=standing.order,
        path=f"/disposition/{standing.order.id}",
        accounts=", ".join(standing.order.accounts),
        by=called(visit, standing.order.proposed_by),
        ended=plain(ended),
        half_done=plain(half_done(standing)),
        carried=_carried_out(visit, standing),
        needs=needs,
        # What the table says to be missing is not said twice.
        waits=any(not one.is_there for one in needs),
        lacking=[] if ended else [plain(one) for one in lacking_of(visit, standing)],
        counts_not="" if ended else counts_not(visit),
        warnings=[plain(one) for one in visit.city.disposition.warnings(order)],
        lapses=add_calendar_years(archive_day(standing.order.proposed_at), LAPSES_AFTER_YEARS),
        groups=groups[:_MOST_GROUPS],
        rest=max(0, len(groups) - _MOST_GROUPS),
        act=Act,
    )


@pages.page("/disposition/{order}/report", Act.SEE_DISPOSITION)
def report(visit: Here, order: str, form: str = "html") -> Response:
    """The report that lies open, as it was filed: a page, or a table with one line an item."""
    standing = standing_of(visit, order)
    if form not in _FILES:
        raise BadQuestion("The report is taken as a page or as a table: choose one on the order’s page.")
    with scratch() as folder:
        files = visit.city.disposition.report(standing.order.id, folder)
        body = next(one for one in files if one.suffix == f".{form}").read_bytes()
    return taken(f"{standing.order.id}-report.{form}", body, _FILES[form])


@pages.page("/disposition/{order}/certificate", Act.SEE_DISPOSITION)
def certificate(visit: Here, order: str) -> Response:
    """The certificate of an order that was carried out, as a page to keep."""
    standing = standing_of(visit, order)
    body = visit.city.disposition.certificate_page(standing.order.id)
    return taken(f"{standing.order.id}-certificate.html", body, "text/html")


def todo_(visit: Visit) -> todo.Section | None:
    """What open orders lack that the person can give."""
    if not any(visit.may(act) for act in (Act.APPROVE_DISPOSITION, Act.FILE_CONSENT, Act.FILE_RESOLUTION)):
        return None
    lines = []
    for standing in visit.city.disposition.open_orders():
        id_ = standing.order.id
        mine = [need.what.lower() for need in _needs(visit, standing) if need.path]
        if standing.sealed:
            lines.append(
                todo.Line(id_, f"/disposition/{id_}", "is half carried out: it is to be completed.", True)
            )
        elif mine:
            lines.append(todo.Line(id_, f"/disposition/{id_}", f"waits for {', '.join(mine)}."))
        elif not lacking_of(visit, standing) and visit.may(Act.APPROVE_DISPOSITION):
            lines.append(todo.Line(id_, f"/disposition/{id_}", "lacks nothing: it can be carried out."))
    return todo.Section(HERE, lines)


def standing_of(visit: Visit, order: str) -> OrderStanding:
    """How an order stands; a page that is not there where there is none."""
    try:
        return visit.city.disposition.standing(order.replace("\0", ""))
    except BadQuestion:
        raise HTTPException(404) from None


def lacking_of(visit: Visit, standing: OrderStanding) -> list[str]:
    """What carrying an order out would find lacking today, its look at who approved included."""
    check = PeopleCheck(visit.city.vault.clock(), _roles(visit))
    return lacking(msgspec.structs.replace(standing, check=check), visit.city.disposition.today)


def counts_not(visit: Visit) -> str:
    """Why an approval of somebody whose role approves would not count; empty where it would.

    Carrying out looks everybody up in the users file, where nobody of single sign-on stands.
    """
    role = visit.person.role
    if role.value not in APPROVING or _roles(visit).get(visit.person.username) == role.value:
        return ""
    others = [one.name for one in people_of(visit.city.settings).all() if one.role is role]
    can = f"These can: {', '.join(others)}." if others else "Nobody of your role is among them: ask IT."
    return (
        "Your approval would not count. Before anything is destroyed, each who approved is looked up among "
        "the people who have a password here, and you came with the City’s account alone. "
        f"{showing.name(can, 300)} If you have a password as well, IT can make both ways one."
    )


def _row(visit: Visit, standing: OrderStanding) -> dict[str, Any]:
    order_, today = standing.order, visit.city.disposition.today
    ended = closed(standing, today)
    if standing.certificate:
        state = "carried out: destroyed, with a certificate"
    elif standing.sealed:
        state = "half carried out: it is to be completed"
    elif ended:
        state = "withdrawn" if standing.withdrawn else "lapsed"
    else:
        missing = lacking_of(visit, standing)
        state = f"open, {some(len(missing), 'thing')} lacking" if missing else "open, nothing lacking"
    return {
        "id": order_.id,
        "proposed": order_.proposed_at,
        "by": called(visit, order_.proposed_by),
        "count": order_.items,
        "accounts": showing.name(", ".join(order_.accounts), 300),
        "state": state,
    }


def _needs(visit: Visit, standing: OrderStanding) -> Iterator[Need]:
    """What an order needs, each with who gives it and the form for whoever may."""
    order_, today, path = standing.order, visit.city.disposition.today, f"/disposition/{standing.order.id}"
    left = (order_.opens_on - today).days
    until = (
        f"it lies open until {spoken(order_.opens_on)}, {some(left, 'more day')}" if left > 0 else "it has"
    )
    yield Need("The report has lain open", "nobody: the days must pass", until, left <= 0)
    resolved, agreed = _resolution(standing.resolution), _consent(standing.consent)
    yield _need(
        visit, "The council’s resolution", Act.FILE_RESOLUTION, resolved, f"{path}/resolution", "Hand it in"
    )
    yield _need(
        visit, "The city attorney’s consent", Act.FILE_CONSENT, agreed, f"{path}/consent", "Hand it in"
    )
    for role in APPROVING:
        yield _approval(visit, standing, role, f"{path}/approve")


def _resolution(given: Resolution | None) -> str:
    told = f"{given.number} of {spoken(given.adopted_on)}" if given else ""
    return f"{told}, a standing one" if given and given.standing else told


def _consent(given: Consent | None) -> str:
    return f"{given.name}, {spoken(given.given_on)}" if given else ""


def _need(visit: Visit, what: str, act: Act, told: str, path: str, link: str) -> Need:
    who = " or ".join(role.words for role in roles_of(act))
    may = not told and visit.may(act)
    return Need(what, who, showing.name(told, 300) or "missing", bool(told), path if may else "", link)


def _approval(visit: Visit, standing: OrderStanding, role: str, path: str) -> Need:
    """The approval of one of an office. Whoever approved already, or handed in the consent, is not asked,
    nor is anybody whose approval would not count.
    """
    given = [one for one in standing.approvals if one.role == role]
    good = [one for one in given if _roles(visit).get(one.username) == role]
    me = visit.person.username
    taken_ = {one.username for one in standing.approvals}
    taken_ |= {standing.consent.recorded_by} if standing.consent else set()
    need = _need(
        visit,
        f"The approval of one of {OFFICES[role]}",
        Act.APPROVE_DISPOSITION,
        _approved(visit, good),
        path,
        "Look at it and approve",
    )
    is_mine = visit.person.role is Role(role) and me not in taken_ and not counts_not(visit)
    if given and not good:
        told = _approved(visit, given)
        told = f"missing: {told} does not count, being no {role} with a password here"
        need = need._replace(state=showing.name(told, 300))
    return need._replace(who=role, path=need.path if is_mine else "")


def _approved(visit: Visit, given: Sequence[Approval]) -> str:
    return "; ".join(f"{called(visit, one.username)}, {showing.moment(one.given_at)}" for one in given)


def called(visit: Visit, username: str) -> str:
    """Somebody by name, with the username; by that alone where it stands in the users file no more."""
    names = {one.username: one.name for one in people_of(visit.city.settings).all()}
    name = names.get(username, "")
    return showing.name(f"{name} ({username})" if name else username)


def _carried_out(visit: Visit, standing: OrderStanding) -> dict[str, Any]:
    """What was destroyed, when, by whom, and who stood behind it; empty before that."""
    if not standing.certificate:
        return {}
    made = visit.city.disposition.certificate(standing.order.id)
    behind = [
        ("The council’s resolution", _resolution(made.resolution)),
        ("The city attorney’s consent", _consent(made.consent)),
        *((f"Approved, as {one.role}", _approved(visit, [one])) for one in made.approvals),
    ]
    return {
        "at": made.carried_out_at,
        "by": called(visit, made.carried_out_by),
        "items": made.items,
        "versions": made.versions,
        "kept": [showing.name(one, 600) for one in made.kept[:_MOST_KEPT]],
        "behind": [(what, showing.name(told, 300)) for what, told in behind if told],
    }


def _roles(visit: Visit) -> dict[str, str]:
    """The users file as it is now: username to role."""
    return {one.username: one.role.value for one in people_of(visit.city.settings).all()}
