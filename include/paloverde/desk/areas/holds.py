"""Holds: the list, and one hold."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from urllib.parse import urlencode

from fastapi.responses import Response
from starlette.exceptions import HTTPException

from paloverde.desk import showing, todo
from paloverde.desk.asked import page_of
from paloverde.desk.files import name_of, taken
from paloverde.desk.rights import Act
from paloverde.desk.visit import Here, Pages, Visit
from paloverde.desk.wording import plain
from paloverde.errors import BadQuestion
from paloverde.retention.custodians import Custodian
from paloverde.retention.facts import HoldKind
from paloverde.retention.holds import Hold, Trigger
from paloverde.wording import some, spoken

pages = Pages()
HERE = "Holds"
_PER_PAGE = 25
_MOST_CUSTODIANS = 200  # of a hold that its page shows
WHY = {
    Trigger.CLAIM: "a claim under the Government Claims Act",
    Trigger.COMPLAINT: "a complaint about a block or a removal",
    Trigger.SUBPOENA: "a subpoena",
    Trigger.LAWSUIT: "a lawsuit",
    Trigger.THREAT: "a threat of one",
    Trigger.DISPUTE: "a dispute over a denied records request",
    Trigger.INSTRUCTION: "the instruction of an attorney",
}
_KINDS = {HoldKind.LITIGATION: "litigation hold", HoldKind.REQUEST: "hold for a records request"}


@pages.page("/holds", Act.SEE_HOLDS)
def holds(visit: Here) -> Response:
    """The holds in force; with `all` those that are over, too."""
    everything = visit.request.query_params.get("all") == "yes"
    every = sorted(visit.city.holds.all(), key=lambda hold: hold.issued_at, reverse=True)
    found = [hold for hold in every if everything or visit.city.holds.is_active(hold)]
    last = max(1, -(-len(found) // _PER_PAGE))
    page = min(page_of(visit.request.query_params), last)
    strays = visit.city.holds.last_strays()
    return visit.show(
        "holds_list.html",
        title=HERE,
        here=HERE,
        rows=[_row(visit, hold) for hold in found[(page - 1) * _PER_PAGE : page * _PER_PAGE]],
        over=len(every) - len(found),
        everything=everything,
        strays=plain(strays.sentence()) if strays is not None and strays.found else "",
        page=page,
        pages=last,
        act=Act,
    )


@pages.page("/holds/{id_}", Act.SEE_HOLDS)
def hold(visit: Here, id_: str) -> Response:
    """One hold: what is to be kept, what is kept, who was told."""
    found = hold_of(visit, id_)
    custodians = visit.city.holds.notices.custodians(found.id)
    due = {one.custodian.name for one in visit.city.holds.reminders() if one.hold.id == found.id}
    return visit.show(
        "holds_look.html",
        title=f"{_KINDS[found.kind].capitalize()} {found.id}",
        here=HERE,
        hold=found,
        path=f"/holds/{found.id}",
        facts=_facts(visit, found),
        is_active=visit.city.holds.is_active(found),
        is_litigation=found.kind is HoldKind.LITIGATION,
        may_order=visit.may(ordering(found)),
        lack=plain(visit.city.holds.lack(found)),
        custodians=[_custodian(found, one, due) for one in custodians[:_MOST_CUSTODIANS]],
        rest=max(0, len(custodians) - _MOST_CUSTODIANS),
        act=Act,
    )  # fmt: skip


@pages.form("/holds/{id_}/memo", Act.SEE_ADVICE)
def memo(visit: Here, id_: str) -> Response:
    """The memo by which counsel released a hold, as a file; the ledger notes the look."""
    found = hold_of(visit, id_)
    body = visit.city.holds.memo(found.id, visit.by)
    return taken(name_of(found.released.memo if found.released else "memo"), body)


def todo_(visit: Visit) -> todo.Section | None:
    """Holds that are not complete, and custodians who are to be written to."""
    if not visit.may(Act.ORDER_HOLDS):
        return None
    holds_ = visit.city.holds
    lacking = [hold for hold in holds_.all() if holds_.lack(hold)]
    lines = [todo.Line(one.id, f"/holds/{one.id}", "does not keep all yet.", True) for one in lacking]
    for one in holds_.reminders()[:_MOST_CUSTODIANS]:
        why = "is owed the letter of release." if one.is_over else "is to be written to today."
        lines.append(
            todo.Line(
                showing.name(one.custodian.name, 100), f"/holds/{one.hold.id}", f"{why} ({one.hold.id})"
            )
        )
    return todo.Section(HERE, lines)


def hold_of(visit: Visit, id_: str) -> Hold:
    """The hold of that name; a page that is not there where there is none."""
    try:
        return visit.city.holds.get(id_.replace("\0", ""))
    except BadQuestion:
        raise HTTPException(404) from None


def ordering(hold: Hold) -> Act:
    """What somebody must be allowed to order about a hold: a litigation hold is counsel's alone."""
    return Act.ORDER_LITIGATION_HOLDS if hold.kind is HoldKind.LITIGATION else Act.ORDER_HOLDS


def letter_path(hold: Hold, name: str) -> str:
    return f"/holds/{hold.id}/letter?{urlencode({'name': name}, errors='replace')}"


def kept_in_words(visit: Visit, hold: Hold) -> str:
    """Of how many stored objects it is certain that they cannot be deleted."""
    bearing, objects = visit.city.holds.bearing(hold)
    if not visit.city.holds.is_active(hold):
        return "over"
    return f"kept: {bearing:,} of {objects:,}"


def _custodian(hold: Hold, one: Custodian, due: Collection[str]) -> tuple[str, str, bool, str]:
    """The name, how the person stands, whether to be written to today, and the page of the letter."""
    told = showing.name(one.name, 300), showing.name(one.sentence(), 600)
    return *told, one.name in due, letter_path(hold, one.name)


def _row(visit: Visit, hold: Hold) -> dict[str, Any]:
    items, _ = visit.city.holds.counts(hold)
    return {
        "id": hold.id,
        "matter": showing.name(hold.matter, 300),
        "kind": _KINDS[hold.kind],
        "issued": hold.issued_at,
        "by": showing.name(hold.issued_by.name),
        "scope": showing.name(hold.scope_sentence(), 400),
        "count": items,
        "kept": kept_in_words(visit, hold),
        "lack": bool(visit.city.holds.lack(hold)),
    }


def _facts(visit: Visit, hold: Hold) -> list[tuple[str, str]]:
    items, objects = visit.city.holds.counts(hold)
    facts = [
        ("Matter", hold.matter),
        ("Why", WHY.get(hold.trigger, hold.trigger.value)),
        ("Issued", f"{showing.moment(hold.issued_at)} by {hold.issued_by.name} ({hold.issued_by.role})"),
        ("To be kept", f"{hold.scope_sentence()}."),
        ("It keeps", f"{some(items, 'item')}, which lie in {some(objects, 'stored object')}"),
        ("Stored objects", kept_in_words(visit, hold)),
    ]
    if hold.widened_at:
        facts.append(("Widened", showing.moment(hold.widened_at)))
    if hold.released:
        who = hold.released.by.name
        facts.append(
            ("Released", f"{showing.moment(hold.released.at)} by {who}, with the memo {hold.released.memo}")
        )
    if hold.closed:
        facts.append(("Ends after", spoken(hold.closed.ends_on)))
    if hold.lifted:
        facts.append(("Legal holds lifted", showing.moment(hold.lifted.at)))
    return [(term, showing.name(value, 4_000)) for term, value in facts]
