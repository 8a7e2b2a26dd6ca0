"""What may follow what in the file of a request, and why not. Pure.

`ALLOWED` is the whole table: the events that each state takes. `refusal` looks an event up in it, then asks
what the event itself must have; the sentence that it returns says what comes first.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

from paloverde.records import archive_day
from paloverde.requests.clock import Clock
from paloverde.requests.events import (
    DENYING,
    DISCLOSING,
    Acknowledged,
    AnyEvent,
    ClarificationAnswered,
    ClarificationAsked,
    Closed,
    CustodianAnswered,
    CustodianAsked,
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
from paloverde.requests.exemptions import EXEMPTIONS
from paloverde.requests.gates import way_of, web_delivery_refusals
from paloverde.requests.grounds import grounds_on
from paloverde.requests.letters import Delivery
from paloverde.requests.request import Request, State
from paloverde.requests.review_state import ReviewState, untold
from paloverde.requests.wording import some
from paloverde.retention.hold_orders import CLERK, COUNSEL
from paloverde.retention.hold_scope import spoken

ASKS_REVIEW = (Determined, SignedOff, Released, Closed)
_ALWAYS: frozenset[type[Event]] = frozenset({MinutesSpent, Noted, Litigated})
_OPEN: frozenset[type[Event]] = _ALWAYS | {
    Acknowledged,
    ClarificationAsked,
    ClarificationAnswered,
    Searched,
    CustodianAsked,
    CustodianAnswered,
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
        Released: "first tell the requester what was determined: `paloverde request determine`",
        Reopened: "only what is closed can be opened again",
    }
)
TIMER = "timer"  # the role of the daily look at the deadlines
_OFFICE = (CLERK, COUNSEL)
_DAYS = ("sent_on", "asked_on", "answered_on", "released_on", "on", "closed_on")


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
    closed = "`paloverde request reopen` opens it again"
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
            return event.outcome is not Outcome.NOT_AGENCY
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
            return _extension(request, event, dates)
        case Determined():
            return _determination(request, event, review)
        case SignedOff():
            return _signing(request, event, review)
        case Released():
            return _release(request, event, review)
        case Produced():
            expected = len(request.all(Produced)) + 1
            told = f"It says instalment {event.instalment}, and the next one is {expected}."
            return told if event.instalment != expected else ""
        case Closed():
            return _closing(request, event, review)
        case ReviewFinished():
            return _review(request, event)
        case ClarificationAnswered() | CustodianAnswered():
            return _answered(request, event)
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
        case CustodianAsked():
            return _said(event.custodian, "the custodian's name") or _said(event.about, "what was asked for")
        case Litigated():
            return _said(event.matter, "the name of the matter")
        case Noted() | Reopened():
            return _said(event.note, "words in a note")
    return ""


def _said(text: str, what: str) -> str:
    return "" if text.strip() else f"It needs {what}."


def _answered(request: Request, event: ClarificationAnswered | CustodianAnswered) -> str:
    if isinstance(event, ClarificationAnswered):
        is_asked = bool(request.all(ClarificationAsked))
        missing = "Nobody has asked the requester yet: first `paloverde request clarify`."
    else:
        asked = sorted({one.custodian for one in request.all(CustodianAsked)})
        is_asked = event.custodian in asked
        missing = f"{event.custodian} was not asked; asked were: {', '.join(asked) or 'nobody yet'}."
    return _said(event.answer, "what was answered") if is_asked else missing


def _review(request: Request, event: ReviewFinished) -> str:
    if min(event.responsive, event.not_responsive, event.exempt_in_part, event.exempt) < 0:
        return "A number of records cannot be below zero."
    return "" if request.searches else "Nothing was searched yet: first `paloverde request search`."


def _extension(request: Request, event: Extended, dates: Clock) -> str:
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


def _determination(request: Request, event: Determined, review: ReviewState) -> str:
    """Gov. Code 7922.535(a), 7922.540: reasons, date and time, names and titles; and true of the review."""
    if event.outcome in DISCLOSING and event.available_at is None:
        return "It needs the estimated date and time when the records will be made available."
    if event.available_at is not None and archive_day(event.available_at) < event.sent_on:
        return f"The records cannot be available before it is sent, on {spoken(event.sent_on)}."
    if event.outcome is Outcome.NONE and not request.searches:
        return "That there are no records needs a search: first `paloverde request search`."
    if event.outcome in DENYING and not event.responsible:
        return "It denies something, and needs the name and title of each person responsible for that."
    if any(not (one.name.strip() and one.title.strip()) for one in event.responsible):
        return "Each person responsible for a denial needs a name and a title or position."
    if told := _exemptions(event):
        return told
    told = _too_early(request, event.outcome, review) or _untold(event, review)
    return told or _said(event.reasons, "the reasons for the determination")


def _too_early(request: Request, outcome: Outcome, review: ReviewState) -> str:
    """What comes before a determination about records: they are searched for, and all found reviewed."""
    if outcome is Outcome.NONE and review.responsive:
        return f"{_found(review.responsive)} responsive: it cannot be determined that there are none."
    if outcome is Outcome.NONE and (review.ungathered or review.undecided):
        return f"It cannot be determined that there are none. {review.open}"
    if outcome is Outcome.FULL and not request.searches:
        return "That all is disclosed needs a search: first `paloverde request search`."
    return review.open if outcome in (DISCLOSING | DENYING) else ""


def _exemptions(event: Determined) -> str:
    """A denial rests on an exemption that the law has on that day (Gov. Code 7922.000)."""
    if event.outcome in DENYING and not event.exemptions:
        return "It denies something, and needs the exemption that it claims, such as EX-PRIV."
    for code in event.exemptions:
        if code not in EXEMPTIONS or not EXEMPTIONS[code].is_law_on(event.sent_on):
            return f"{code!r} is no exemption on that day; there are: {', '.join(EXEMPTIONS)}."
    return ""


def _untold(event: Determined, review: ReviewState) -> str:
    """What the review keeps back and that determination does not tell."""
    named = [one.name for one in event.responsible]
    return " ".join(untold(event.outcome, event.exemptions, named, review))


def _found(number: int) -> str:
    return some(number, "record version was found", "record versions were found")


def _signing(request: Request, event: SignedOff, review: ReviewState) -> str:
    """The one who signs off is another person than the one who put it together (rulebook R-21)."""
    made = request.bundle(event.sha256)
    if made is None:
        return f"No instalment of this request has a bundle {event.sha256[:16]}…: name one that was produced."
    if made.by.person == event.by.person:
        return f"{made.by.name} put this bundle together: somebody else has to sign it off."
    return _out_of_date(request, made, review)


def _out_of_date(request: Request, made: Produced, review: ReviewState) -> str:
    """Why a bundle no longer holds what the signed review and the determination say."""
    if not review.is_settled:
        return review.open
    if made.decisions_sha256 != review.decisions_sha256:
        return "Something was found or decided since this bundle was built: build it again from the review."
    return _untold(request.determination, review) if request.determination else ""


def _release(request: Request, event: Released, review: ReviewState) -> str:
    determined = request.determination
    if determined is None or determined.outcome not in DISCLOSING:
        return "What was determined hands nothing over: first determine full or part."
    made = request.bundle(event.sha256)
    if made is None:
        return f"No instalment of this request has a bundle {event.sha256[:16]}…: name one that was produced."
    if not request.is_signed_off(event.sha256):
        return "Nobody has signed this bundle off: a second person looks at it first."
    barred = web_delivery_refusals(
        Delivery(way_of(event.way)), review.exposed, review.private, event.released_on
    )
    return _out_of_date(request, made, review) or " ".join(f"{bar.says} ({bar.cite})" for bar in barred)


def _closing(request: Request, event: Closed, review: ReviewState) -> str:
    if event.ending is Ending.WITHDRAWN:
        return _said(event.note, "a note of how the requester withdrew it")
    determined = request.determination
    if determined is None:
        return "Nothing was determined yet: first `paloverde request determine`."
    if determined.outcome in DISCLOSING and not request.all(Released):
        return "Records were promised and nothing was released yet: first hand them over."
    if event.note.strip():
        return ""
    left = _left_out(request, determined, review)
    return f"{left} Or say in a note why it is closed all the same." if left else ""


def _left_out(request: Request, determined: Determined, review: ReviewState) -> str:
    """What was found and the answer is silent about."""
    if review.open:
        return review.open
    if determined.outcome is Outcome.NONE and review.responsive:
        return f"{_found(review.responsive)} responsive since it was determined that there are none."
    last = request.last(Released)
    made = request.bundle(last.sha256) if last else None
    if made is not None and made.decisions_sha256 != review.decisions_sha256:
        return "The review says other things than when the last bundle was built: build and release one more."
    return ""
