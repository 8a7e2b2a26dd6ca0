"""Consultations before an official deletes, alerts where there was none, and what counsel advises."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from fastapi.responses import Response

from paloverde.desk import showing
from paloverde.desk.areas.removed import HERE, Named, called
from paloverde.desk.areas.removed_forms import item_of
from paloverde.desk.asked import Wrong, page_of
from paloverde.desk.private import may_know, may_list
from paloverde.desk.rights import Act
from paloverde.desk.steps import Given, Step, done, form
from paloverde.desk.typed import Field, Typed
from paloverde.desk.visit import Here, Pages, Visit
from paloverde.errors import BadQuestion
from paloverde.installation.removals import Listed
from paloverde.retention.consults import Alert, Ticket, consulted_in_words, opened_in_words
from paloverde.retention.dossier import RemovalFact, subject_of
from paloverde.wording import some

pages = Pages()
_PER_PAGE = 50
_OPENING = (
    Field("about", "What is to be deleted", "text", "Its address at the site, or account/kind/id.", True),
    Field("note", "Why it is to be deleted", "area"),
)
_NOTING = (
    Field("manager_day", "City Manager consulted on", "date"),
    Field("manager_time", "City Manager consulted at", "time"),
    Field("attorney_day", "City Attorney consulted on", "date"),
    Field("attorney_time", "City Attorney consulted at", "time"),
    Field(
        "outcome", "What came of it", "text", "Such as: may be deleted. Never what the City Attorney said."
    ),
    Field("note", "Anything else", "area"),
)
_ADVICE = (Field("advice", "What counsel advises", "area", "It is sealed, and only counsel reads it.", True),)


@pages.page("/removed/consults", Act.SEE_REMOVED)
def consults(visit: Here) -> Response:
    """Alerts of deletions on officials' accounts, and the tickets."""
    consults_, removals = visit.city.dossiers.consults, visit.city.dossiers.removals.seen()
    listed = [one for one in removals.listed if may_list(visit, one.fact)]
    alerts = consults_.alerts_among((one.fact, one.papers) for one in listed)
    alerts.sort(key=lambda alert: not alert.is_open)
    hidden = _hidden(visit, removals.listed)
    tickets = [one for one in consults_.tickets() if one.about not in hidden]
    tickets.sort(key=lambda ticket: ticket.opened_at, reverse=True)
    last = max(1, -(-max(len(alerts), len(tickets)) // _PER_PAGE))
    page = min(page_of(visit.request.query_params), last)
    part = slice((page - 1) * _PER_PAGE, page * _PER_PAGE)
    shown = [one for one in tickets[part] if _may_see(visit, one)]
    deleted = consults_.deletions(shown, [one.fact for one in listed])
    return visit.show(
        "removed_consults.html",
        title="Consultations and alerts",
        here=HERE,
        alerts=[_alert(one) for one in alerts[part]],
        open_=sum(one.is_open for one in alerts),
        answered=sum(not one.is_open for one in alerts),
        tickets=[_ticket(one, deleted.get(one.id)) for one in shown],
        unread=removals.unread,
        page=page,
        pages=last,
        act=Act,
    )


@pages.page("/removed/consults/open", Act.SETTLE)
def open_(visit: Here, item: str = "") -> Response:
    """Open a ticket before something is deleted."""
    fields = (_OPENING[0]._replace(value=item), _OPENING[1])
    return form(visit, _OPEN._replace(fields=fields))


@pages.form("/removed/consults/open", Act.SETTLE, adds=True)
def opened(visit: Here, given: Given) -> Response:
    """File a new ticket."""

    def do(typed: Typed) -> Response:
        tickets, about = visit.city.dossiers.consults, typed.text("about")
        if not about:
            raise BadQuestion("Say what is to be deleted.")
        ticket = tickets.open(_named(visit, about), visit.actor, typed.text("note"))
        told = f"{ticket.id} is open. Note now when each of the two was consulted."
        told += "" if ticket.captured else f" Look again: {_NOT_FOUND}."
        if ticket.id in tickets.deletions([ticket]):
            told += " Look again: what it is about was found deleted before this ticket was opened."
        return visit.go(f"/removed/consults/note?{urlencode({'ticket': ticket.id})}", told=told)

    return done(visit, _OPEN, given, do)


@pages.page("/removed/consults/note", Act.SETTLE)
def note(visit: Here, ticket: str = "") -> Response:
    """Note who was consulted when."""
    return form(visit, _noting(visit, ticket))


@pages.form("/removed/consults/note", Act.SETTLE, adds=True)
def noted(visit: Here, given: Given) -> Response:
    """File who was consulted when."""
    id_ = str(given.get("ticket", ""))
    step = _noting(visit, id_)

    def do(typed: Typed) -> Response:
        told = {name: typed.text(name) for name in ("outcome", "note")}
        manager = typed.moment("manager_day", "manager_time")
        attorney = typed.moment("attorney_day", "attorney_time")
        if not (manager or attorney or any(told.values())):
            raise BadQuestion("Fill in what there is to be noted.")
        ticket = visit.city.dossiers.consults.note(
            id_, visit.actor, city_manager=manager, city_attorney=attorney, **told
        )
        rest = f" It lacks {ticket.lacks}." if ticket.lacks else " Both were consulted."
        return visit.go("/removed/consults", told=f"Noted on {ticket.id}.{rest}")

    return done(visit, step, given, do)


@pages.page("/removed/advice", Act.SEE_ADVICE)
def advice(visit: Here, item: str = "") -> Response:
    """What counsel advised about an item, and a form for more. Each look stands in the ledger."""
    return form(visit, _advising(visit, item, read=True))


@pages.form("/removed/advice", Act.SEE_ADVICE, adds=True)
def advised(visit: Here, given: Given) -> Response:
    """Keep counsel's advice, sealed and apart."""
    item = str(given.get("item", ""))
    step = _advising(visit, item, read=False)

    def do(typed: Typed) -> Response:
        kept = visit.city.dossiers.advise(item, typed.text("advice"), visit.actor)
        told = f"The advice is kept, sealed and apart from the dossier. {kept.remark}".strip()
        return visit.go(f"/removed/advice?{urlencode({'item': item}, errors='replace')}", told=told)

    return done(visit, step, given, do)


def _named(visit: Visit, about: str) -> str:
    """What a ticket is about: an item of the archive by its name, or an address that none is found by.

    `Wrong` where it is neither.
    """
    if "://" in about:
        found = visit.city.dossiers.consults.item_at(about)
        if found is None or not may_know(visit, found):
            return about
        return f"{found.account}/{found.kind.value}/{found.native_id}"
    try:
        item_of(visit, about)
    except BadQuestion:
        raise Wrong("about", _NO_NAME) from None
    return about


_NO_NAME = (
    "Nothing in the archive is named so: paste the address that stands on the record’s page, or write "
    "account/kind/id, such as facebook-mayor/post/77."
)
_NOT_FOUND = "no record with this address was found in the archive, and what is deleted must be in it before"
_OPENED_IS = (
    "Both City Manager and City Attorney are consulted before officials delete (policy V.E.4(d)).",
    "What is to be deleted must be in the archive before.",
)
_NOTED_IS = (
    "A time before the item was posted, or one to come, is refused.",
    "What is written down only after the deletion says so.",
)
_ADVISED_IS = (
    "Privileged: for counsel alone. It is in no search, bundle, dossier or file that is handed over.",
    "The ledger notes each look, without a word of it.",
)
_OPEN = Step(
    "Open a consultation", HERE, "/removed/consults/open", "Open the ticket", "/removed/consults",
    "To all consultations", _OPENING,
    lead=_OPENED_IS,
)  # fmt: skip


def _noting(visit: Visit, id_: str) -> Step:
    consults_ = visit.city.dossiers.consults
    ticket = next((one for one in consults_.tickets() if one.id == id_), None)
    if ticket is None:
        raise BadQuestion("There is no ticket of that name: the page of consultations names them all.")
    removals = visit.city.dossiers.removals.seen().listed
    if ticket.about in _hidden(visit, removals) or not _may_see(visit, ticket):
        visit.need(Act.SEE_PRIVATE)
    deleted = consults_.deletions([ticket]).get(id_)
    return Step(
        f"Consultation {id_}", HERE, "/removed/consults/note", "Note this", "/removed/consults",
        "To all consultations", _NOTING, facts=_ticket(ticket, deleted)["facts"], hidden=[("ticket", id_)],
        lead=_NOTED_IS,
    )  # fmt: skip


def _hidden(visit: Visit, listed: Sequence[Listed]) -> set[str]:
    """The names and addresses of removed items of which somebody may not know, as tickets have them."""
    facts = [one.fact for one in listed if not may_list(visit, one.fact)]
    return {name for fact in facts for name in (subject_of(fact.item), fact.permalink) if name}


def _may_see(visit: Visit, ticket: Ticket) -> bool:
    """Whether somebody may know of the item that a ticket names, which need not be removed yet."""
    return "://" in ticket.about or may_know(visit, visit.city.dossiers.item(ticket.about))


def _advising(visit: Visit, item: str, *, read: bool) -> Step:
    found = item_of(visit, item)
    told = [("Item", showing.name(subject_of(found)))]
    if not visit.city.dossiers.has_advice(item):
        told.append(("Advice", "None is filed yet."))
    elif not read:
        told.append(("Advice", "Some is filed. It is not read here: open this page again from the dossier."))
    else:
        for filed, text in visit.city.dossiers.advice(item, visit.actor):
            term = f"{showing.moment(filed.filed_at)}, {showing.name(filed.filed_by)}"
            told.append((term, _whole(showing.said(text))))
    return Step(
        "Advice of counsel", HERE, "/removed/advice", "Keep this advice", Named(found).path(),
        "Back to the dossier", _ADVICE, facts=told, hidden=[("item", item)],
        lead=_ADVISED_IS,
    )  # fmt: skip


def _whole(said: showing.Said) -> str:
    """A text as one, which says how much of it a page cannot hold."""
    text = "".join(piece for _, piece in said.pieces)
    return f"{text} … and {some(said.rest, 'character')} more, not shown here." if said.rest else text


def _alert(alert: Alert) -> dict[str, Any]:
    return {
        "path": Named(alert.fact.item).path(),
        "what": called(alert.fact),
        "name": showing.name(subject_of(alert.fact.item)),
        "is_open": alert.is_open,
        "says": alert.standing.value,
        "ticket": alert.ticket.id if alert.ticket else "",
        "removed": alert.fact.removed_at,
        "raised": alert.raised_at,
        "open_path": Named(alert.fact.item).path("/removed/consults/open"),
        "note_path": f"/removed/consults/note?{urlencode({'ticket': alert.ticket.id})}"
        if alert.ticket
        else "",
    }


def _ticket(ticket: Ticket, deleted: RemovalFact | None) -> dict[str, Any]:
    """A ticket; what of it was written down or took place after the deletion says so."""
    facts: Sequence[tuple[str, str]] = [
        ("About", showing.name(ticket.about, 300)),
        ("Opened", showing.name(opened_in_words(ticket, deleted), 300)),
        ("Content", "in the archive" if ticket.captured else _NOT_FOUND),
        *((name, showing.name(consulted_in_words(one, deleted), 300)) for name, one in ticket.both.items()),
        *([("What came of it", showing.name(ticket.outcome, 1_000))] if ticket.outcome else []),
        *(("Note", showing.name(text, 1_000)) for text in ticket.notes[:20]),
    ]
    path = f"/removed/consults/note?{urlencode({'ticket': ticket.id})}"
    return {"id": ticket.id, "facts": facts, "lacks": ticket.lacks, "path": path}
