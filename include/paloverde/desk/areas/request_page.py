"""One request: what is owed next and by when, its days and their arithmetic, its whole history."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from fastapi.responses import Response

from paloverde.desk import showing
from paloverde.desk.archived_until import archived_until
from paloverde.desk.areas.request_frame import line, request_of, shown
from paloverde.desk.areas.request_steps import STEPS
from paloverde.desk.files import name_of, taken
from paloverde.desk.rights import Act
from paloverde.desk.visit import Here, Pages, Visit
from paloverde.desk.wording import plain, ways_of
from paloverde.requests.certificate import questions
from paloverde.requests.clock import Clock
from paloverde.requests.closures import Closures
from paloverde.requests.deadlines import due, left, next_step
from paloverde.requests.events import Noted, Produced, Reopened
from paloverde.requests.grounds import channel_on
from paloverde.requests.in_words import said
from paloverde.requests.lifecycle import out_of_place
from paloverde.requests.request import Entry, Request
from paloverde.wording import some

pages = Pages()
_PER_PAGE = 50
_NEWEST = 8  # entries of the history that its own page shows
_MOST_HINTS = 100  # lines of a table on the page of a request
_DATES = (
    ("received", "Came in", "The day on which the City first got it; it is not counted."),
    ("target", "Work to this day", "The last open day on or before the tenth day."),
    ("latest", "Latest", "An argument for a court, not a plan (Code Civ. Proc. 12a)."),
    ("extension_max", "Latest date of an extension", "What a notice of extension may name at most."),
)


@pages.page("/requests/{number}", Act.SEE_REQUESTS)
def look(visit: Here, number: str) -> Response:
    """How a request stands, and what comes next."""
    request, requests = request_of(visit, number), visit.city.requests
    closures = requests.closures()
    dates = requests.clock(request, closures)
    hint = requests.at_hand(number)
    return shown(
        visit,
        number,
        "request_look.html",
        "",
        "",
        request=request,
        next_step=plain(next_step(request, dates, requests.today())),
        due=_due(visit, request, dates),
        hint=_hint(visit, hint),
        asked=showing.said(request.received.text),
        facts=[*_facts(request)],
        dates=[(words, getattr(dates, name), about) for name, words, about in _DATES],
        why=[_step_in_words(step) for step in dates.why if step not in dates.doubts],
        doubts=[plain(doubt) for doubt in dates.doubts] if request.is_open else [],
        closed=[*_closed(dates, closures)],
        steps=[*_steps(visit, request)],
        searches=_searches(visit, request),
        custodians=[*_custodians(request)][:_MOST_HINTS],
        minutes=request.minutes,
        holds=[line(hold.sentence(), 3_000) for hold in requests.holds_of(number)],
        entries=[_entry(one) for one in request.entries[: -_NEWEST - 1 : -1]],
        more=max(0, len(request.entries) - _NEWEST),
        bundles=[_bundle(request, made) for made in request.all(Produced)],
    )


@pages.page("/requests/{number}/history", Act.SEE_REQUESTS)
def history(visit: Here, number: str, page: int = 1) -> Response:
    """Everything that was ever filed, oldest first."""
    entries = request_of(visit, number).entries
    last = max(1, -(-len(entries) // _PER_PAGE))
    page = max(1, min(page, last))
    rows = [_entry(one) for one in entries[(page - 1) * _PER_PAGE : page * _PER_PAGE]]
    return shown(
        visit, number, "request_history.html", "history", "/history", entries=rows, page=page, pages=last
    )


@pages.page("/requests/{number}/documents/{sha256}", Act.SEE_REQUESTS)
def document(visit: Here, number: str, sha256: str) -> Response:
    """A letter or another file of a request."""
    request = request_of(visit, number)
    names = {one.sha256: one.name for event in request.events for one in event.documents}
    names |= {one.sha256: one.name for sent in visit.city.letters.sent(number) for one in sent.documents}
    body = visit.city.requests.document(number, sha256.replace("\0", ""))
    return taken(name_of(names.get(sha256, "document")), body)


def _step_in_words(step: str) -> str:
    """A step of the counting, its day named as the table over it names it."""
    words = {name: f"{title}:" for name, title, _ in _DATES}
    first, _, rest = step.partition(" ")
    return plain(f"{words.get(first, first)} {rest}")


def _due(visit: Visit, request: Request, dates: Clock) -> dict[str, Any] | None:
    coming = due(request, dates)
    if coming is None:
        return None
    days = coming.days_left(visit.city.requests.today())
    return {"day": coming.day, "left": left(days), "is_late": days < 0}


def _hint(visit: Visit, hint: str) -> tuple[str, str] | None:
    """What comes next on the way to the answer, and the page on which that is done."""
    if not hint:
        return None
    words = plain(hint)
    path = next((way.path for way in ways_of(words) if visit.opens(way.path)), "")
    return words[:1].upper() + words[1:], path


def _facts(request: Request) -> Iterator[tuple[str, str]]:
    asked, who = request.received, request.received.requester
    yield "State", request.state.value
    yield "Came in as", channel_on(asked.channel, asked.received_on).text
    yield (
        "Who asks",
        line(", ".join(filter(None, (who.name, who.contact)))) or "not said, and nobody needs to",
    )
    if asked.wants:
        yield "Wants it as", line(asked.wants)
    if asked.inspect:
        yield "Wants", "to look at the records, not to have copies"
    if request.determination:
        yield "Determined", line(said(request.determination), 2_000)
    if request.extension:
        yield "Extended", line(said(request.extension), 2_000)


def _closed(dates: Clock, closures: Closures) -> Iterator[tuple[Any, str]]:
    """The closed days, weekends apart, that lie between the receipt and the end of an extension."""
    last = max(dates.latest, dates.extended_last_day)
    for number in range((last - dates.received).days + 1):
        day = dates.received + timedelta(number)
        if day in closures.days:
            yield day, showing.name(closures.days[day])


def _steps(visit: Visit, request: Request) -> Iterator[tuple[str, str]]:
    """What may be noted of the request as it stands: title and page."""
    if visit.may(Act.WORK_REQUESTS):
        for step in STEPS:
            if not out_of_place(request, step.type):
                yield step.title, f"/requests/{request.number}/step/{step.name}"


def _searches(visit: Visit, request: Request) -> list[dict[str, Any]]:
    """The newest of the searches, oldest first."""
    made = [one for one in request.entries if one.event in request.searches]
    return [_search(visit, one) for one in made[-_MOST_HINTS:]]


def _search(visit: Visit, entry: Entry) -> dict[str, Any]:
    event: Any = entry.event
    return {
        "question": line(event.question, 300),
        "hits": event.hits,
        "records": event.items,
        "by": event.by.name,
        "at": event.at,
        "through": archived_until(visit.city, event.through),
        "minutes": event.minutes,
        "private": event.scope.include_private,
        "sentence": line(event.sentence, 1_500),
        "limits": len(event.limits),
    }


def _custodians(request: Request) -> Iterator[dict[str, Any]]:
    for one, answer in questions(request):
        yield {
            "name": line(one.custodian),
            "title": line(one.title),
            "about": line(one.about),
            "asked_on": one.asked_on,
            "answer": line(answer.answer) if answer else "",
            "answered_on": answer.answered_on if answer else None,
        }


def _bundle(request: Request, made: Produced) -> dict[str, Any]:
    if request.is_released(made.bundle.sha256):
        state = "released"
    elif request.is_replaced(made):
        state = "replaced by a newer one"
    else:
        state = "agreed to" if request.is_signed_off(made.bundle.sha256) else "waits for a second person"
    records = some(made.records, "record")
    return {"name": made.bundle.name, "records": records, "by": made.by.name, "at": made.at, "state": state}


def _entry(entry: Entry) -> dict[str, Any]:
    """A paper of the file in words."""
    event = entry.event
    by = event.by
    return {
        "number": entry.number,
        "at": event.at,
        "said": showing.said(plain(said(event)), most=showing.SNIPPET),
        "by": showing.name(f"{by.name} ({by.role}), {by.how}"),
        "note": line(event.note) if event.note and not isinstance(event, Noted | Reopened) else "",
        "documents": [(showing.name(one.name), one.sha256) for one in event.documents],
        "sha256": entry.sha256,
    }
