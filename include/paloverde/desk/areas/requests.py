"""Records requests: all of them, taking one in, the City's closed days, the log of figures."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any
from urllib.parse import urlencode

from fastapi.responses import Response

from paloverde.desk import showing
from paloverde.desk.areas.request_frame import HERE, Given, as_shown, told
from paloverde.desk.asked import Wrong
from paloverde.desk.casebook import every, years_without_table
from paloverde.desk.files import brought, taken
from paloverde.desk.rights import Act
from paloverde.desk.todo import Line, Section
from paloverde.desk.typed import Field, Typed
from paloverde.desk.visit import Here, Pages, Visit
from paloverde.desk.wording import plain
from paloverde.errors import PersonNeeded
from paloverde.installation import Installation
from paloverde.records import archive_day
from paloverde.requests.clock import Clock
from paloverde.requests.closures import Closures
from paloverde.requests.deadlines import Alarm, alarm, due, left
from paloverde.requests.events import Noted, Produced, Received, Requester
from paloverde.requests.figures import as_csv, figures
from paloverde.requests.grounds import CHANNELS
from paloverde.requests.request import Request, State

pages = Pages()
_PER_PAGE = 50
_OPEN, _ALL = "open", "all"
_STATES = [(_OPEN, "open ones"), *((state.value, state.value) for state in State), (_ALL, "all")]


@pages.page("/requests", Act.SEE_REQUESTS)
def listed(visit: Here, q: str = "", state: str = _OPEN, page: int = 1) -> Response:
    """The requests: open ones first, by what is due first."""
    closures, today = visit.city.requests.closures(), visit.city.requests.today()
    some = [one for one in every(visit.city) if _is_in(one, state) and _answers(one, q)]
    timed = [(one, visit.city.requests.clock(one, closures)) for one in some]
    timed.sort(key=_urgency)
    last = max(1, -(-len(timed) // _PER_PAGE))
    page = max(1, min(page, last))
    rows = [_row(one, dates, today) for one, dates in timed[(page - 1) * _PER_PAGE : page * _PER_PAGE]]
    return visit.show(
        "requests_list.html",
        title="Records requests",
        here=HERE,
        rows=rows,
        count=len(timed),
        q=q,
        state=state,
        states=_STATES,
        page=page,
        pages=last,
        query=urlencode({"q": q, "state": state}),
        act=Act,
        today=today,
        doubts=_doubts(timed, closures, today),
    )


def _is_in(request: Request, state: str) -> bool:
    if state == _ALL:
        return True
    return request.is_open if state == _OPEN else request.state.value == state


def _answers(request: Request, q: str) -> bool:
    """Whether each word that is looked for stands in its number, its words or who asks."""
    asked = request.received
    text = f"{request.number} {asked.text} {asked.requester.name} {asked.requester.contact}".casefold()
    return all(word in text for word in q.casefold().split())


def _urgency(pair: tuple[Request, Clock]) -> tuple[bool, date, str]:
    request, dates = pair
    coming = due(request, dates)
    return not request.is_open, coming.day if coming else date.max, request.number


def _row(request: Request, dates: Clock, today: date) -> dict[str, Any]:
    coming = due(request, dates)
    days = coming.days_left(today) if coming else None
    return {
        "number": request.number,
        "asked": showing.name(request.received.text, 160),
        "state": request.state.value,
        "received": dates.received,
        "what": plain(coming.what) if coming else "",
        "day": coming.day if coming else None,
        "left": left(days) if days is not None else "",
        "is_late": days is not None and days < 0,
    }


def _doubts(timed: list[tuple[Request, Clock]], closures: Closures, today: date) -> str:
    """Said on the list where closed days are missing of this year, or of one that a deadline touches."""
    years = " and ".join(map(str, years_without_table(timed, closures, today)))
    told = f"The City’s closed days of {years} are not adopted yet: the days on this page may be wrong."
    return told if years else ""


@pages.page("/requests/log.csv", Act.SEE_REQUESTS)
def log(visit: Here) -> Response:
    """The figures of all requests: neither who asks nor what is asked for is in them."""
    visit.pace("export")
    requests = visit.city.requests
    closures, today = requests.closures(), requests.today()
    lines = [figures(one, requests.clock(one, closures), today) for one in every(visit.city)]
    return taken(f"requests-{today}.csv", as_csv(lines).encode(), "text/csv; charset=utf-8")


# Taking one in


def _intake(today: date) -> list[Field]:
    channels = dict.fromkeys((one.id, one.text) for one in CHANNELS if one.applies_on(today))
    return [
        Field(
            "channel",
            "How it came in",
            "choice",
            "Any way counts: a word at the counter or a message on a site is a request like a letter.",
            required=True,
            options=[*channels],
        ),
        Field(
            "received_on",
            "Day on which the City first got it",
            "date",
            "The days are counted from this day, also where it came after office hours.",
            required=True,
            value=str(today),
        ),
        Field("received_time", "Time of day, where it is known", "time"),
        Field("text", "What is asked for, in the requester’s own words", "area", required=True),
        Field("name", "Who asks", hint="Only if they like to say: nobody needs to give a name."),
        Field(
            "contact",
            "Where the answer goes",
            hint="Only if they like to say: an e-mail or postal address, or “comes to the counter”.",
        ),
        Field("wants", "Form or format that is asked for"),
        Field("inspect", "They want to look at the records, not to have copies", "tick"),
        Field(
            "number",
            "Its number, where it has one already",
            hint="Such as PRA-2026-0042. Left empty, it gets the next number of its year.",
        ),
        Field("note", "Anything else, in a few words"),
        Field("document", "The letter, or other files that belong to it", "file"),
    ]


@pages.page("/requests/new", Act.WORK_REQUESTS)
def intake(visit: Here) -> Response:
    """The form to take a request in."""
    fields = _intake(visit.city.requests.today())
    return _intake_form(visit, fields, Typed(visit.request.query_params, fields, is_new=True), {})


@pages.form("/requests/new", Act.WORK_REQUESTS, adds=True)
def receive(visit: Here, given: Given) -> Response:
    """Take a request in."""
    requests = visit.city.requests
    fields = _intake(requests.today())
    typed = Typed(given, fields)
    try:
        event = _received(visit, typed)
        with brought(given) as files:
            request = requests.receive(event)
            if files:
                kept = Noted(by=visit.by, at=requests.now(), note="the request as it came in")
                requests.file(request.number, kept, files=files)
    except Wrong as error:
        return _intake_form(visit, fields, typed, {error.field: told(error)}, 400)
    except PersonNeeded as error:
        return _intake_form(visit, fields, typed, {"": told(error)}, 400)
    return visit.go(f"/requests/{request.number}", told=f"{request.number} is taken in.")


def _intake_form(
    visit: Visit, fields: list[Field], typed: Typed, wrong: dict[str, str], status: int = 200
) -> Response:
    facts = as_shown(fields, typed.values, wrong)
    return visit.show("requests_new.html", status, title="Take a request in", here=HERE, **facts)


def _received(visit: Visit, typed: Typed) -> Received:
    at = typed.moment("received_on", "received_time") if typed.text("received_time") else None
    return Received(
        by=visit.by,
        at=visit.city.requests.now(),
        note=typed.text("note"),
        number=typed.text("number"),
        channel=typed.choice("channel"),
        text=typed.text("text"),
        received_on=archive_day(at) if at else typed.needed_day("received_on"),
        received_at=at,
        requester=Requester(typed.text("name"), typed.text("contact")),
        wants=typed.text("wants"),
        inspect=typed.is_ticked("inspect"),
    )


# Today's page


def todo(visit: Visit) -> Section | None:
    """What is due, and what waits for this person's signature or agreement."""
    if not visit.may(Act.SEE_REQUESTS):
        return None
    alarms = _alarms(visit.city)
    lines = [
        Line(one.number, f"/requests/{one.number}", plain(one.told.partition(": ")[2]), urgent=one.is_overdue)
        for one in alarms
    ]
    return Section("Records requests", [*lines, *_waiting(visit)])


def _alarms(city: Installation) -> list[Alarm]:
    """What the daily look warns of, without reading again what did not change."""
    closures, today = city.requests.closures(), city.requests.today()
    timed = [(one, city.requests.clock(one, closures)) for one in every(city) if one.is_open]
    timed.sort(key=_urgency)
    found = (alarm(request, dates, closures, today) for request, dates in timed)
    return [one for one in found if one is not None]


def _waiting(visit: Visit) -> Iterator[Line]:
    """Where the next step is this person's as the second one."""
    for request in every(visit.city):
        if not request.is_open:
            continue
        number, made = request.number, request.last(Produced)
        if made and visit.may(Act.AGREE) and _wants_agreement(request, made, visit):
            yield Line(
                f"Agree to what goes out of {number}",
                f"/requests/{number}/delivery",
                f"{made.bundle.name} waits for a second person.",
            )
        elif visit.may(Act.SIGN_REVIEW) and _wants_signature(request, visit):
            yield Line(
                f"Sign the review of {number}",
                f"/requests/{number}/review/sign",
                "Everything is decided, and somebody who decided nothing signs.",
            )


def _wants_agreement(request: Request, made: Produced, visit: Visit) -> bool:
    is_out = request.is_released(made.bundle.sha256) or request.is_signed_off(made.bundle.sha256)
    return not is_out and not made.by.is_same_person(visit.by)


def _wants_signature(request: Request, visit: Visit) -> bool:
    if not any(search.hits for search in request.searches):
        return False
    review = visit.city.reviews.get(request.number)
    ready = bool(review.versions) and not review.undecided and review.signature is None
    return ready and not review.has_decided(visit.by)
