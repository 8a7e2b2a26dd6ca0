"""Noting the steps of a request: the form, what will be filed where that is final, and what is refused."""

from __future__ import annotations

import hashlib

import msgspec
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from paloverde.desk import showing
from paloverde.desk.areas.request_frame import Given, as_shown, request_of, shown, told
from paloverde.desk.areas.request_step import Filer, Step
from paloverde.desk.areas.request_steps import BY_NAME, fields_of
from paloverde.desk.asked import Wrong
from paloverde.desk.files import brought
from paloverde.desk.rights import Act
from paloverde.desk.typed import Field, Typed, carried
from paloverde.desk.visit import Here, Pages, Visit
from paloverde.desk.wording import plain
from paloverde.errors import PersonNeeded
from paloverde.requests.deadlines import next_step
from paloverde.requests.events import AnyEvent, Closed, Extended, Responsible
from paloverde.requests.grounds import grounds_on
from paloverde.requests.in_words import said
from paloverde.requests.lifecycle import extension_lacks, out_of_place
from paloverde.requests.request import Request
from paloverde.wording import some, spoken

pages = Pages()
_CHANGED = "Somebody else went on with this request meanwhile, or it says something else now: read it again."


@pages.page("/requests/{number}/step/{name}", Act.WORK_REQUESTS)
def step_form(visit: Here, number: str, name: str) -> Response:
    """The form of a step."""
    request, step = request_of(visit, number), _step(name)
    fields = fields_of(step, request, visit.city.requests.today())
    return _form(visit, request, step, fields, Typed(visit.request.query_params, fields, is_new=True), {})


@pages.form("/requests/{number}/step/{name}", Act.WORK_REQUESTS, adds=True)
def take_step(visit: Here, number: str, name: str, given: Given) -> Response:
    """File a step; what is final is shown first, and filed as it was shown."""
    request, step = request_of(visit, number), _step(name)
    fields = fields_of(step, request, visit.city.requests.today())
    typed = Typed(given, fields)
    try:
        event = step.event(typed, Filer(request, visit.by, visit.city.requests.now()))
        if step.is_final:
            seen, hash_ = str(given.get("seen", "")), _hash(request, event)
            if refused := visit.city.requests.refusal(request, event):
                return _form(visit, request, step, fields, typed, {"": plain(refused)}, 400)
            if seen != hash_:
                return _confirm(visit, request, step, event, typed, _CHANGED if seen else "")
        with brought(given) as files:
            visit.city.requests.file(
                number, event, after=request.papers if step.is_final else None, files=files
            )
    except Wrong as error:
        return _form(visit, request, step, fields, typed, {error.field: told(error)}, 400)
    except PersonNeeded as error:
        return _form(visit, request, step, fields, typed, {"": told(error)}, 400)
    return visit.go(f"/requests/{number}", told=f"Filed: {plain(said(event))}")


@pages.page("/requests/{number}/extension-date", Act.WORK_REQUESTS)
def extension_date(visit: Here, number: str, q: str = "") -> Response:
    """Whether a notice of extension may name a date, while it is typed."""
    request = request_of(visit, number)
    return shown(
        visit, number, "request_date.html", "extension", "", meaning=_date_in_words(visit, request, q)
    )


def _step(name: str) -> Step:
    if name not in BY_NAME:
        raise HTTPException(404)
    return BY_NAME[name]


def _form(
    visit: Visit,
    request: Request,
    step: Step,
    fields: list[Field],
    typed: Typed,
    wrong: dict[str, str],
    status: int = 200,
) -> Response:
    facts = as_shown(fields, typed.values, wrong)
    return shown(
        visit,
        request.number,
        "request_step.html",
        step.title,
        "",
        status=status,
        step=step,
        **facts,
        dates=_dates(visit, request) if step.name == "extend" else [],
    )


def _dates(visit: Visit, request: Request) -> list[str]:
    """The days that bound an extension, for whoever writes its notice."""
    dates = visit.city.requests.clock(request)
    return [
        f"Day to work to without an extension: {spoken(dates.target)}.",
        f"Tenth day, before the end of which the notice must go out: {spoken(dates.last_day)}.",
        f"Latest date that the notice may name: {spoken(dates.extension_max)}.",
    ]


def _confirm(
    visit: Visit, request: Request, step: Step, event: AnyEvent, typed: Typed, changed: str
) -> Response:
    """What will be filed, in words, before it is."""
    pairs = carried(typed.values, ("seen", _hash(request, event)))
    return shown(
        visit,
        request.number,
        "request_confirm.html",
        step.title,
        "",
        step=step,
        changed=changed,
        pairs=pairs,
        said=showing.said(plain(said(event))),
        note=showing.said(event.note),
        after=_after(visit, request, event),
    )


def _after(visit: Visit, request: Request, event: AnyEvent) -> list[str]:
    """What holds once it is filed."""
    open_holds = visit.city.requests.holds_of(request.number)
    days = visit.city.settings.request_tail_days
    if isinstance(event, Closed) and open_holds:
        return [f"What it keeps may be destroyed under the schedule {some(days, 'day')} after it is closed."]
    if isinstance(event, Extended):
        return [f"The determination is owed by {spoken(event.until)}. The time cannot be extended again."]
    if not request.is_open:
        return ["What it was about is held again."] if open_holds else []
    dates, today = visit.city.requests.clock(request), visit.city.requests.today()
    return [f"Until now: {plain(next_step(request, dates, today))}"]


def _hash(request: Request, event: AnyEvent) -> str:
    """Of what is confirmed: the event apart from the moment, and how far the file went when it was shown."""
    at = request.received.at
    body = msgspec.json.encode((msgspec.structs.replace(event, at=at), request.papers), order="sorted")
    return hashlib.sha256(body).hexdigest()


def _date_in_words(visit: Visit, request: Request, text: str) -> str:
    """What the rules of requests say of one date, everything else of the notice taken as good."""
    field = Field("until", "")
    try:
        until = Typed(_One(text), [field]).day("until")
    except Wrong as error:
        return str(error)
    if until is None:
        return ""
    today = visit.city.requests.today()
    codes = [*grounds_on(request.received.received_on)][:1]
    event = Extended(
        by=visit.by,
        at=visit.city.requests.now(),
        grounds=tuple(codes),
        facts=dict.fromkeys(codes, "given"),
        until=until,
        sent_on=today,
        officer=Responsible("given", "given"),
    )
    closures = visit.city.requests.closures()
    dates = visit.city.requests.clock(request, closures)
    if refused := out_of_place(request, Extended) or extension_lacks(request, event, dates):
        return plain(refused)
    why = closures.why_closed(until)
    closed = f" The office is closed on that day: {why}." if why else ""
    return f"{spoken(until)}, may be named.{closed}"


class _One:
    """One value under every name."""

    def __init__(self, value: str) -> None:
        self._value = value

    def getlist(self, key: object) -> list[str]:
        del key
        return [self._value]
