"""What may follow what in the file of a request, and why not. Pure.

`ALLOWED` is the whole table: the events that each state takes. `refusal` looks an event up in it, then asks
what the event itself must have (`determining` and `handing_over` know that of the answer and of what leaves
the City); the sentence that it returns says what comes first.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

from paloverde.requests.clock import Clock
from paloverde.requests.custodians import CustodianEvent, custodian_lacks
from paloverde.requests.determining import determination_lacks
from paloverde.requests.events import (
    Acknowledged,
    AnyEvent,
    ClarificationAnswered,
    ClarificationAsked,
    Closed,
    CustodianAnswered,
    CustodianAsked,
    CustodianHandedIn,
    CustodianReminded,
    Determined,
    Ending,
    Event,
    Extended,
    Litigated,
    MinutesSpent,
    Noted,
    Outcome,
    Produced,
    Released,
    Reminded,
    Reopened,
    ReviewFinished,
    Searched,
    SignedOff,
)
from paloverde.requests.grounds import grounds_on
from paloverde.requests.handing_over import closing_lacks, release_lacks, signing_lacks
from paloverde.requests.request import Request, State
from paloverde.requests.review_state import ReviewState
from paloverde.retention.hold_orders import CLERK, COUNSEL
from paloverde.steps import Step
from paloverde.wording import spoken

ASKS_REVIEW = (Determined, SignedOff, Released, Closed)
_ALWAYS: frozenset[type[Event]] = frozenset({MinutesSpent, Noted, Litigated})
_OPEN: frozenset[type[Event]] = _ALWAYS | {
    Acknowledged,
    ClarificationAsked,
    ClarificationAnswered,
    Searched,
    CustodianAsked,
    CustodianReminded,
    CustodianAnswered,
    CustodianHandedIn,
    ReviewFinished,
    Determined,
    Produced,
    SignedOff,
    Reminded,
    Closed,
}
_UNDETERMINED: frozenset[type[Event]] = _OPEN | {Extended}
_DETERMINED: frozenset[type[Event]] = _OPEN | {Released}
_OVER: frozenset[type[Event]] = _ALWAYS | {Reopened}
ALLOWED: Mapping[State, frozenset[type[Event]]] = MappingProxyType(
    {
        State.RECEIVED: _UNDETERMINED,
        State.CLARIFYING: _UNDETERMINED,
        State.EXTENDED: _OPEN,
        State.PROMISED: _OPEN,
        State.DETERMINED: _DETERMINED,
        State.PRODUCING: _DETERMINED,
        State.CLOSED: _OVER,
        State.LITIGATION: _DETERMINED,
    }
)
# What comes first, where a state does not take an event.
_FIRST: Mapping[type[Event], str] = MappingProxyType(
    {
        Extended: "only what is not determined and was not extended yet can be extended, and once",
        Released: f"first tell the requester what was determined, full or part: {Step.SEND}",
        Reopened: "only what is closed can be opened again",
    }
)
TIMER = "timer"  # the role of the daily look at the deadlines
_OFFICE = (CLERK, COUNSEL)
_DAYS = (
    *("sent_on", "asked_on", "reminded_on", "answered_on", "handed_on", "released_on", "on", "closed_on"),
)


def refusal(request: Request, event: AnyEvent, dates: Clock, today: date, review: ReviewState) -> str:
    """Why an event may not be filed now, in words; "" where it may. `today` is the Pacific day, `review`
    how the review stands, which those of `ASKS_REVIEW` look at.
    """
    if told := out_of_place(request, type(event)):
        return told
    found = _wrong_day(request, event, today) or _lack(request, event, dates, review)
    return f"{request.number}: “{name_of(type(event))}” was not filed. {found}" if found else ""


def out_of_place(request: Request, type_: type[Event]) -> str:
    """Why a request does not take an event of a type as it stands, and what comes first; "" where it does."""
    if type_ in ALLOWED[request.state]:
        return ""
    closed = f"{Step.REOPEN.of(request.number)} opens it again"
    first = closed if request.state is State.CLOSED else _FIRST.get(type_, "it came in already")
    return f"{request.number} is {request.state}, and “{name_of(type_)}” cannot follow: {first}."


def roles_for(type_: type[Event]) -> tuple[str, ...]:
    """Who may file an event of a type, whatever the way it comes."""
    if type_ is Reminded:
        return (*_OFFICE, TIMER)
    return (*_OFFICE, "approver") if type_ is SignedOff else _OFFICE


def says_all(event: AnyEvent) -> bool:
    """Whether an event says that all was found and answered, so that nothing found may be left lying."""
    match event:
        case Determined():
            return event.outcome not in (Outcome.NOT_AGENCY, Outcome.DISCLOSABLE)
        case Closed():
            return event.ending is Ending.ANSWERED and not event.note.strip()
    return False


def name_of(type_: type[Event]) -> str:
    """An event's name in words, as its papers have it."""
    return str(type_.__struct_config__.tag)


def _wrong_day(request: Request, event: AnyEvent, today: date) -> str:
    """What is said to have been done is not done in the future, nor before the request came in."""
    received = request.received.received_on
    for name in _DAYS:
        day = getattr(event, name, None)
        if day is not None and not received <= day <= today:
            return (
                f"It is dated {spoken(day)}; the request came in on {spoken(received)}, and today is "
                f"{spoken(today)}: give a day between the two."
            )
    return ""


def _lack(request: Request, event: AnyEvent, dates: Clock, review: ReviewState) -> str:
    """What an event itself lacks, or what comes before it."""
    match event:
        case Extended():
            return extension_lacks(request, event, dates)
        case Determined():
            return determination_lacks(request, event, review)
        case SignedOff():
            return signing_lacks(request, event, review)
        case Released():
            return release_lacks(request, event, review)
        case Produced():
            return _instalment(request, event)
        case Closed():
            return closing_lacks(request, event, review)
        case ReviewFinished():
            return _review(request, event)
        case ClarificationAnswered():
            return _answered(request, event)
    if isinstance(event, CustodianEvent):
        return custodian_lacks(request.events, event)
    return _unsaid(event)


def _unsaid(event: AnyEvent) -> str:
    """The words or numbers that an event cannot do without."""
    match event:
        case MinutesSpent() if event.minutes <= 0:
            return "Give the minutes as a number above zero."
        case Searched() if event.minutes < 0:
            return "Give the minutes as a number, 0 or more."
        case ClarificationAsked():
            return _said(event.question, "the question that was asked")
        case Litigated():
            return _said(event.matter, "the name of the matter")
        case Noted() | Reopened():
            return _said(event.note, "words in a note")
    return ""


def _said(text: str, what: str) -> str:
    return "" if text.strip() else f"It needs {what}."


def _answered(request: Request, event: ClarificationAnswered) -> str:
    if not request.all(ClarificationAsked):
        return f"Nobody has asked the requester yet: first {Step.CLARIFY.of(request.number)}."
    return _said(event.answer, "what was answered")


def _review(request: Request, event: ReviewFinished) -> str:
    if min(event.responsive, event.not_responsive, event.exempt_in_part, event.exempt) < 0:
        return "A number of records cannot be below zero."
    return "" if request.searches else f"Nothing was searched yet: first {Step.SEARCH.of(request.number)}."


def _instalment(request: Request, event: Produced) -> str:
    """Instalments are numbered; one that was not released is put together again under its number."""
    expected = request.next_instalment
    if event.instalment != expected:
        return f"It says instalment {event.instalment}, and the next one is {expected}."
    before = [one for one in request.all(Produced) if one.instalment == expected]
    if before and event.replaces != before[-1].bundle.sha256:
        return f"Instalment {expected} is there already: say which bundle this one replaces."
    return ""


def extension_lacks(request: Request, event: Extended, dates: Clock) -> str:
    """Gov. Code 7922.535(b), (c): grounds, facts, a date within 14 days, and in time."""
    known = grounds_on(request.received.received_on)
    if not event.grounds:
        return f"Name a ground: {', '.join(known)} (Gov. Code 7922.535(c))."
    for code in event.grounds:
        if code not in known:
            return f"{code!r} is no ground for this request; there are: {', '.join(known)}."
        if not event.facts.get(code, "").strip():
            return f"{code} needs the facts of this request. {known[code].facts}"
    if event.sent_on > dates.last_day:
        return (
            f"The notice must go out before the tenth day is over, and that was {spoken(dates.last_day)}: "
            "the time can no longer be extended. Determine now, and note what happened."
        )
    if not dates.target < event.until <= dates.extension_max:
        return (
            f"The notice may name a date after {spoken(dates.target)} and up to "
            f"{spoken(dates.extension_max)}, and {spoken(event.until)} is not one of them."
        )
    return _said(event.officer.name, "the name of the head of the agency or designee who gives notice") or (
        _said(event.officer.title, f"the title of {event.officer.name}")
    )
