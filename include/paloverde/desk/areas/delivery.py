"""Handing a bundle over: what is about to go is shown, a second person agrees to exactly that, then it goes
by a link or in another way; links are counted, and can be revoked.
"""

from __future__ import annotations

from typing import Any

from fastapi.responses import Response
from starlette.datastructures import QueryParams

from paloverde.desk.areas.delivery_words import agreement_of, hash_of, summary_of, told_of, went_out
from paloverde.desk.areas.letter_fields import bundles_of, ways_offered
from paloverde.desk.areas.request_frame import Given, as_shown, line, request_of, shown, told
from paloverde.desk.asked import Values, Wrong
from paloverde.desk.rights import Act
from paloverde.desk.typed import Field, Typed, carried
from paloverde.desk.visit import Here, Pages, Visit
from paloverde.desk.wording import plain
from paloverde.errors import PersonNeeded
from paloverde.requests.delivery import MOST_DAYS, MOST_DOWNLOADS, Agreed, Delivered, Terms
from paloverde.requests.events import WAYS, Produced, Way
from paloverde.requests.links import LinkState
from paloverde.requests.request import Request
from paloverde.settings import Settings
from paloverde.wording import some

pages = Pages()
_MOST_LISTED = 100
_NOTHING = QueryParams("")  # no field at all


def _fields(request: Request, settings: Settings) -> list[Field]:
    """How it is to go. What is left empty is what the letter promised, else the requester's address, or the
    City's setting. No link is offered where links have no address.
    """
    days, downloads = settings.delivery_days, settings.delivery_downloads
    return [
        Field(
            "channel",
            "How it goes",
            "choice",
            options=ways_offered(settings),
        ),
        Field("to", "To whom", hint="Left empty: name and address that the requester gave."),
        Field(
            "days",
            "Days that a link works",
            "number",
            f"At most {MOST_DAYS}; left empty: as long as the letter promised, at least {days}.",
        ),
        Field(
            "downloads",
            "Downloads that a link allows",
            "number",
            f"At most {MOST_DOWNLOADS}; left empty: {downloads}.",
        ),
        Field(
            "otherwise",
            "Why it goes otherwise than the letter says",
            hint="Left empty where it goes as the letter says. Whoever agrees reads it.",
        ),
        Field("note", "Note to whoever agrees"),
        Field("bundle", "Which bundle", "choice", options=[("", "the newest one"), *bundles_of(request)]),
    ]


@pages.page("/requests/{number}/delivery", Act.SEE_REQUESTS)
def show(visit: Here, number: str) -> Response:
    """What is about to be sent, in numbers and names; who agreed; what went out; every download."""
    request = request_of(visit, number)
    return _page(visit, request, _typed(visit, request, visit.request.query_params))


@pages.form("/requests/{number}/delivery/propose", Act.WORK_REQUESTS)
def propose(visit: Here, number: str, given: Given) -> Response:
    """File how it is to go: the second person sees that, and agrees to that."""
    request = request_of(visit, number)
    typed = _typed(visit, request, given)
    try:
        visit.city.deliveries.propose(number, _terms(visit, number, typed), visit.by, typed.text("bundle"))
    except Wrong as error:
        return _page(visit, request, typed, {error.field: told(error)})
    except PersonNeeded as error:
        return _page(visit, request, typed, {"": told(error)})
    return visit.go(
        f"/requests/{number}/delivery",
        told="It is proposed so: a second person looks at this page and agrees.",
    )


@pages.form("/requests/{number}/delivery/agree", Act.AGREE)
def agree(visit: Here, number: str, given: Given) -> Response:
    """Agree, as a second person, to exactly what was shown."""
    request = request_of(visit, number)
    typed = _typed(visit, request, given)
    try:
        terms = _terms(visit, number, typed)
        seen = str(given.get("seen", ""))
        agreed = visit.city.deliveries.agree(number, terms, seen, visit.by, typed.text("bundle"))
    except Wrong as error:
        return _page(visit, request, typed, {error.field: told(error)})
    except PersonNeeded as error:
        return _page(visit, request, typed, {"": told(error)})
    name, way = agreed.summary.bundle.name, agreed.summary.terms.channel
    words = f"You agree that {name} goes {way} to {agreed.summary.terms.to}. It counts once."
    return visit.go(f"/requests/{number}/delivery", told=plain(words))


@pages.form("/requests/{number}/delivery/link", Act.WORK_REQUESTS)
def link(visit: Here, number: str) -> Response:
    """Make the link that was agreed to; its address is shown on this page alone, once."""
    request = request_of(visit, number)
    try:
        issued = visit.city.deliveries.link(number, visit.by)
    except PersonNeeded as error:
        return _page(visit, request, _typed(visit, request, _NOTHING), {"": told(error)})
    made = issued.link
    answer = shown(
        visit,
        number,
        "request_link.html",
        "the link",
        "/delivery",
        address=issued.address,
        name=line(made.bundle.name),
        until=made.expires_at,
        downloads=some(made.downloads, "download"),
    )
    return visit.once(answer, f"/requests/{number}/delivery")


@pages.form("/requests/{number}/delivery/record", Act.WORK_REQUESTS)
def record(visit: Here, number: str, given: Given) -> Response:
    """Note that it was handed over in another way, as agreed."""
    request = request_of(visit, number)
    fields = _recording(visit, number)
    recorded = Typed(given, fields)
    try:
        channel = WAYS[recorded.choice("by")]
        agreed = visit.city.deliveries.record(
            number, channel, visit.by, recorded.day("on"), recorded.text("record_note")
        )
    except Wrong as error:
        return _page(visit, request, _typed(visit, request, _NOTHING), {error.field: told(error)}, recorded)
    except PersonNeeded as error:
        return _page(visit, request, _typed(visit, request, _NOTHING), {"": told(error)}, recorded)
    words = f"Noted: {agreed.summary.bundle.name} was handed over {channel} to {agreed.summary.terms.to}."
    return visit.go(f"/requests/{number}/delivery", told=plain(words))


@pages.form("/requests/{number}/delivery/revoke", Act.WORK_REQUESTS)
def revoke(visit: Here, number: str, given: Given) -> Response:
    """Close links for good: shown first, with what was taken by them, then done as it was shown."""
    request = request_of(visit, number)
    why, named = str(given.get("why", "")).strip(), str(given.get("link", ""))
    links = [one for one in visit.city.deliveries.links(number) if one.link.secret_sha256.startswith(named)]
    typed = _typed(visit, request, _NOTHING)
    if not why:
        return _page(visit, request, typed, {"why": "Say why: it stands in the file of the request."})
    seen = hash_of(links)
    if str(given.get("seen", "")) != seen:
        return shown(
            visit,
            number,
            "request_revoke.html",
            "revoke links",
            "/delivery",
            why=why,
            named=named,
            seen=seen,
            links=[_link(visit, one) for one in links],
            count=len(links),
            others=_others(visit, request),
        )
    try:
        visit.city.deliveries.revoke(number, why, visit.by, named)
    except PersonNeeded as error:
        return _page(visit, request, typed, {"": told(error)})
    return visit.go(
        f"/requests/{number}/delivery", told=f"{some(len(links), 'link is', 'links are')} closed for good."
    )


def _typed(visit: Visit, request: Request, values: Values) -> Typed:
    """What somebody chose; else what was agreed to or proposed last; else what the letter promised."""
    fields = _fields(request, visit.city.settings)
    if values.getlist("channel"):
        return Typed(values, fields)
    terms, bundle = _at_hand(visit, request)
    pairs = {
        "channel": next(name for name, way in WAYS.items() if way is terms.channel),
        "to": terms.to,
        "days": str(terms.days or ""),
        "downloads": str(terms.downloads or ""),
        "otherwise": terms.otherwise,
        "note": terms.note,
        "bundle": bundle,
    }
    return Typed(QueryParams(pairs), fields)


def _at_hand(visit: Visit, request: Request) -> tuple[Terms, str]:
    """How it goes, and which bundle: as was agreed to or proposed last, as the letter promised it, else by
    the first way that there is.
    """
    deliveries, number = visit.city.deliveries, request.number
    proposal, agreed = deliveries.proposal(number), next(iter(_standing(visit, number)[::-1]), None)
    made = request.bundle(agreed.summary.bundle.sha256) if agreed else None
    if agreed and made and not request.is_replaced(made) and (proposal is None or agreed.at >= proposal.at):
        return agreed.summary.terms, made.bundle.sha256
    if proposal is not None:
        return proposal.terms, proposal.sha256
    first = WAYS[ways_offered(visit.city.settings)[0][0]]
    return deliveries.terms(number, None if deliveries.promise(number) else first), ""


def _terms(visit: Visit, number: str, typed: Typed) -> Terms:
    return visit.city.deliveries.terms(
        number,
        WAYS[typed.choice("channel")],
        to=typed.text("to"),
        days=typed.number("days"),
        downloads=typed.number("downloads"),
        note=typed.text("note"),
        otherwise=typed.text("otherwise"),
    )


def _recording(visit: Visit, number: str) -> list[Field]:
    """How it went: what was agreed to stands first."""
    today, ways = visit.city.requests.today(), {one.summary.terms.channel for one in _standing(visit, number)}
    others = [(name, way.value) for name, way in WAYS.items() if way is not Way.LINK]
    others.sort(key=lambda one: WAYS[one[0]] not in ways)
    return [
        Field("by", "How it went", "choice", options=others),
        Field("on", "Day on which that was", "date", value=str(today)),
        Field("record_note", "Anything else, such as “She signed for it”"),
    ]


def _page(
    visit: Visit,
    request: Request,
    typed: Typed,
    wrong: dict[str, str] | None = None,
    recorded: Typed | None = None,
) -> Response:
    wrong, number = dict(wrong or {}), request.number
    summary, lacks = None, ""
    if request.all(Produced):
        try:
            summary = visit.city.deliveries.show(number, _terms(visit, number, typed), typed.text("bundle"))
        except Wrong as error:
            wrong.setdefault(error.field, told(error))
        except PersonNeeded as error:
            lacks = told(error)
    fields, proposal = _recording(visit, number), visit.city.deliveries.proposal(number)
    open_, acts = _standing(visit, number), visit.city.deliveries.acts(number)
    is_under_way = bool(open_ or proposal or wrong or visit.request.query_params)
    return shown(
        visit,
        number,
        "request_delivery.html",
        "hand it over",
        "/delivery",
        status=400 if wrong else 200,
        lacks=lacks,
        went_out=went_out(request, acts, summary.bundle.sha256) if summary and not is_under_way else "",
        **as_shown(_fields(request, visit.city.settings), typed.values, wrong),
        **summary_of(visit, request, summary, open_, proposal),
        pairs=carried(typed.values),
        has_link=any(one.summary.terms.channel is Way.LINK for one in open_),
        has_other=any(one.summary.terms.channel is not Way.LINK for one in open_),
        agreements=[agreement_of(one) for one in open_],
        recording=fields,
        recorded=(recorded or Typed(_NOTHING, fields, is_new=True)).values,
        acts=[told_of(request, act) for act in acts][-_MOST_LISTED:],
        links=[_link(visit, one) for one in visit.city.deliveries.links(number)][-_MOST_LISTED:],
    )


def _standing(visit: Visit, number: str) -> list[Agreed]:
    """Agreements by which nothing was handed over yet."""
    acts = visit.city.deliveries.acts(number)
    used = {act.agreement for act in acts if isinstance(act, Delivered)}
    return [act for place, act in enumerate(acts, 1) if isinstance(act, Agreed) and place not in used]


def _link(visit: Visit, state: LinkState) -> dict[str, Any]:
    now = visit.city.requests.now()
    sentences = [line(one) for one in state.sentences(now)][:_MOST_LISTED]
    return {"id": state.link.secret_sha256, "sentences": sentences, "is_shut": state.is_shut(now)}


def _others(visit: Visit, request: Request) -> list[str]:
    """What went out in another way: that no program calls back."""
    acts = visit.city.deliveries.acts(request.number)
    others = [act for act in acts if isinstance(act, Delivered) and not act.link]
    return [told_of(request, act)[1] for act in others][-_MOST_LISTED:]
