"""Handing a bundle over: what is about to go is shown, a second person agrees to exactly that, then it goes
by a link or in another way; links are counted, and can be revoked.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from fastapi.responses import Response

from paloverde.desk.areas.request_frame import Given, as_shown, line, request_of, shown, told
from paloverde.desk.asked import Values, Wrong
from paloverde.desk.rights import Act
from paloverde.desk.typed import Field, Typed, carried
from paloverde.desk.visit import Here, Pages, Visit
from paloverde.desk.wording import plain
from paloverde.errors import PersonNeeded
from paloverde.requests.delivery import MOST_DAYS, MOST_DOWNLOADS, Agreed, Delivered, Summary, Terms
from paloverde.requests.events import WAYS, Produced, Way
from paloverde.requests.links import LinkState
from paloverde.requests.request import Request
from paloverde.settings import Settings
from paloverde.wording import some

pages = Pages()
_MOST_LISTED = 100
_IN_THE_WAY = "IN THE WAY: "


def _fields(request: Request, settings: Settings) -> list[Field]:
    """How it is to go. What is left empty is the requester's address, or the City's setting."""
    made = [
        (one.bundle.sha256, f"{one.bundle.name} ({one.bundle.sha256[:12]}…)") for one in request.all(Produced)
    ]
    days, downloads = settings.delivery_days, settings.delivery_downloads
    return [
        Field(
            "channel",
            "How it goes",
            "choice",
            options=[(name, way.value) for name, way in WAYS.items()],
            value="link",
        ),
        Field("to", "To whom", hint="Left empty: name and address that the requester gave."),
        Field("days", "Days that a link works", "number", f"At most {MOST_DAYS}; left empty: {days}."),
        Field(
            "downloads",
            "Downloads that a link allows",
            "number",
            f"At most {MOST_DOWNLOADS}; left empty: {downloads}.",
        ),
        Field("bundle", "Which bundle", "choice", options=[("", "the newest one"), *reversed(made)]),
    ]


@pages.page("/requests/{number}/delivery", Act.SEE_REQUESTS)
def show(visit: Here, number: str) -> Response:
    """What is about to be sent, in numbers and names; who agreed; what went out; every download."""
    request = request_of(visit, number)
    values = visit.request.query_params
    return _page(visit, request, _typed(visit, request, values, is_new="channel" not in values))


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
        return _page(visit, request, _typed(visit, request, {}, is_new=True), {"": told(error)})
    made = issued.link
    return shown(
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


@pages.form("/requests/{number}/delivery/record", Act.WORK_REQUESTS)
def record(visit: Here, number: str, given: Given) -> Response:
    """Note that it was handed over in another way, as agreed."""
    request = request_of(visit, number)
    fields = _recording(visit.city.requests.today())
    recorded = Typed(given, fields)
    try:
        channel = WAYS[recorded.choice("by")]
        agreed = visit.city.deliveries.record(
            number, channel, visit.by, recorded.day("on"), recorded.text("record_note")
        )
    except Wrong as error:
        return _page(
            visit, request, _typed(visit, request, {}, is_new=True), {error.field: told(error)}, recorded
        )
    except PersonNeeded as error:
        return _page(visit, request, _typed(visit, request, {}, is_new=True), {"": told(error)}, recorded)
    words = f"Noted: {agreed.summary.bundle.name} was handed over {channel} to {agreed.summary.terms.to}."
    return visit.go(f"/requests/{number}/delivery", told=plain(words))


@pages.form("/requests/{number}/delivery/revoke", Act.WORK_REQUESTS)
def revoke(visit: Here, number: str, given: Given) -> Response:
    """Close links for good: shown first, with what was taken by them, then done as it was shown."""
    request = request_of(visit, number)
    why, named = str(given.get("why", "")).strip(), str(given.get("link", ""))
    links = [one for one in visit.city.deliveries.links(number) if one.link.secret_sha256.startswith(named)]
    typed = _typed(visit, request, {}, is_new=True)
    if not why:
        return _page(visit, request, typed, {"why": "Say why: it stands in the file of the request."})
    seen = _hash(links)
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
            others=_others(visit, number),
        )
    try:
        visit.city.deliveries.revoke(number, why, visit.by, named)
    except PersonNeeded as error:
        return _page(visit, request, typed, {"": told(error)})
    return visit.go(
        f"/requests/{number}/delivery", told=f"{some(len(links), 'link is', 'links are')} closed for good."
    )


def _typed(
    visit: Visit, request: Request, values: Values | Mapping[str, str], *, is_new: bool = False
) -> Typed:
    given: Any = values if hasattr(values, "getlist") else _Nothing()
    return Typed(given, _fields(request, visit.city.settings), is_new=is_new)


class _Nothing:
    """No field at all."""

    def getlist(self, key: object) -> list[str]:
        del key
        return []


def _terms(visit: Visit, number: str, typed: Typed) -> Terms:
    channel = WAYS[typed.choice("channel")]
    return visit.city.deliveries.terms(
        number, channel, to=typed.text("to"), days=typed.number("days"), downloads=typed.number("downloads")
    )


def _recording(today: date) -> list[Field]:
    others = [(name, way.value) for name, way in WAYS.items() if way is not Way.LINK]
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
    fields = _recording(visit.city.requests.today())
    open_ = _standing(visit, number)
    return shown(
        visit,
        number,
        "request_delivery.html",
        "hand it over",
        "/delivery",
        status=400 if wrong else 200,
        lacks=lacks,
        **as_shown(_fields(request, visit.city.settings), typed.values, wrong),
        **_summary(visit, request, summary),
        pairs=carried(typed.values),
        has_link=any(one.summary.terms.channel is Way.LINK for one in open_),
        has_other=any(one.summary.terms.channel is not Way.LINK for one in open_),
        agreements=[_agreement(one) for one in open_],
        recording=fields,
        recorded=(recorded or Typed(_Nothing(), fields, is_new=True)).values,
        acts=[_told(act) for act in visit.city.deliveries.acts(number)][-_MOST_LISTED:],
        links=[_link(visit, one) for one in visit.city.deliveries.links(number)][-_MOST_LISTED:],
    )


def _summary(visit: Visit, request: Request, summary: Summary | None) -> dict[str, Any]:
    """What is about to go, line by line, its hash, and whether this person may be the second one."""
    if summary is None:
        return {"sentences": [], "refusals": [], "seen": "", "may_agree": False, "is_own": False}
    made = request.bundle(summary.bundle.sha256)
    is_own = made is not None and made.by.is_same_person(visit.by)
    lines = [one for one in summary.sentences() if not one.startswith(_IN_THE_WAY)]
    return {
        "sentences": [line(one, 2_000) for one in lines],
        "refusals": [plain(one) for one in summary.refusals],
        "seen": summary.sha256,
        "may_agree": visit.may(Act.AGREE) and not is_own and not summary.refusals,
        "is_own": is_own,
    }


def _standing(visit: Visit, number: str) -> list[Agreed]:
    """Agreements by which nothing was handed over yet."""
    acts = visit.city.deliveries.acts(number)
    used = {act.agreement for act in acts if isinstance(act, Delivered)}
    return [act for place, act in enumerate(acts, 1) if isinstance(act, Agreed) and place not in used]


def _agreement(act: Agreed) -> str:
    terms = act.summary.terms
    return line(
        f"{act.by.name} agreed that {act.summary.bundle.name} goes {terms.channel} to {terms.to}.", 1_000
    )


def _told(act: Agreed | Delivered) -> tuple[Any, str]:
    if isinstance(act, Agreed):
        return act.at, _agreement(act)
    note = f" {act.note}" if act.note else ""
    words = f"{act.by.name} handed {act.sha256[:12]}… over {act.channel} to {act.to}.{note}"
    return act.at, line(words, 1_000)


def _link(visit: Visit, state: LinkState) -> dict[str, Any]:
    now = visit.city.requests.now()
    sentences = [line(one) for one in state.sentences(now)][:_MOST_LISTED]
    return {"id": state.link.secret_sha256, "sentences": sentences, "is_shut": state.is_shut(now)}


def _others(visit: Visit, number: str) -> list[str]:
    """What went out in another way: that no program calls back."""
    acts = visit.city.deliveries.acts(number)
    return [_told(act)[1] for act in acts if isinstance(act, Delivered) and not act.link][-_MOST_LISTED:]


def _hash(links: Iterable[LinkState]) -> str:
    """Of the links that were shown, with what was taken by each."""
    told_ = "\n".join(f"{one.link.secret_sha256} {one.papers}" for one in links)
    return hashlib.sha256(told_.encode()).hexdigest()
