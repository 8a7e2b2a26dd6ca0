"""Searching for a request: what a question would find, in numbers; then the search itself, which is filed,
keeps what it finds by the hold of the request, and takes it under review.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import msgspec
from fastapi.responses import Response

from paloverde.archive.registry import all_accounts
from paloverde.bundles.pages import visible
from paloverde.desk import showing
from paloverde.desk.areas.request_frame import Given, line, request_of, shown, told
from paloverde.desk.areas.search import look
from paloverde.desk.asked import Asked, Wrong, asked_of
from paloverde.desk.jobs import JOBS, Progress
from paloverde.desk.rights import Act
from paloverde.desk.typed import Field, Typed
from paloverde.desk.visit import Here, Pages, Visit
from paloverde.desk.wording import plain
from paloverde.errors import PersonNeeded
from paloverde.installation import Installation
from paloverde.records import Kind, archive_day
from paloverde.requests.events import Searched
from paloverde.requests.request import Request
from paloverde.retention.holds import By
from paloverde.search.hits import Hit
from paloverde.search.overview import Overview
from paloverde.search.question import Question
from paloverde.search.scope import PRIVATE_KINDS, Scope
from paloverde.wording import some

pages = Pages()
AT_ONCE = 1_000  # found versions that are gathered while somebody waits; more is long work
_SHOWN = 10  # hits that are shown as examples
_FIELDS = (
    Field("minutes", "Minutes that you spent on it", "number"),
    Field("note", "Anything else, in a few words"),
)


@pages.page("/requests/{number}/search", Act.WORK_REQUESTS)
def counted(visit: Here, number: str) -> Response:
    """The question, and what it would find."""
    request = request_of(visit, number)
    values = visit.request.query_params
    asked = asked_of(values)
    if "q" not in values:
        return _page(visit, request, asked)
    try:
        return _page(visit, request, asked, look(visit, asked, 1, _SHOWN, number))
    except Wrong as error:
        return _page(visit, request, asked, wrong={error.field: told(error)}, status=400)


@pages.form("/requests/{number}/search", Act.WORK_REQUESTS, adds=True)
def search(visit: Here, number: str, given: Given) -> Response:
    """Search for the request."""
    request = request_of(visit, number)
    asked, typed = asked_of(given), Typed(given, _FIELDS)
    city, by = visit.city, visit.by
    try:
        minutes, note = typed.number("minutes"), typed.text("note")
        city.requests.check_takes(number, Searched)
        hits = look(visit, asked, 1, 1, number).counts.hits
        question = asked.question(archive_day(city.vault.clock()))
        scope = asked.scope(visit.accounts(asked.accounts))
        if hits <= AT_ONCE:
            found = _gathered(city, number, question, scope, by, minutes, note)
            return visit.go(f"/requests/{number}", told=found)
    except Wrong as error:
        return _page(visit, request, asked, wrong={error.field: told(error)}, typed=typed, status=400)
    except PersonNeeded as error:
        return _page(visit, request, asked, wrong={"": told(error)}, typed=typed, status=400)

    def work(progress: Progress) -> str:
        progress(
            f"The {hits:,} hits are read from the sealed records, kept by the hold, and taken under review."
        )
        _gathered(city, number, question, scope, by, minutes, note)
        return f"/requests/{number}"

    wish = msgspec.json.encode((asked.query, scope, minutes, note), order="sorted")
    subject = hashlib.sha256(wish).hexdigest()
    again = f"/requests/{number}/search?{asked.query}"
    return visit.go(
        JOBS.start(visit, f"Search for {number}", subject, work, again=again, act=Act.WORK_REQUESTS)
    )


@pages.form("/requests/{number}/repeat", Act.WORK_REQUESTS)
def repeat(visit: Here, number: str) -> Response:
    """Every search of the request again, through its own run: do the same records come?"""
    request = request_of(visit, number)
    if any(one.scope.include_private for one in request.searches):
        visit.need(Act.SEE_PRIVATE)
    visit.pace("export")
    sentences = [line(one.sentence, 1_500) for one in visit.city.requests.replay(number, visit.by)]
    return shown(visit, number, "request_repeated.html", "its searches again", "", sentences=sentences)


def _gathered(
    city: Installation, number: str, question: Question, scope: Scope, by: By, minutes: int, note: str
) -> str:
    """Search, keep, and take under review; what came of it, in words."""
    bounds: dict[str, Any] = msgspec.structs.asdict(scope)
    answer, _ = city.requests.search(number, question, by, minutes=minutes, note=note, **bounds)
    new = city.reviews.gather(number, answer.hits, by)
    found = some(len(answer.hits), "version", "versions")
    return f"Searched and filed: {found} found, {len(new):,} of them new and under review now."


def _page(
    visit: Visit,
    request: Request,
    asked: Asked,
    seen: Overview | None = None,
    *,
    wrong: dict[str, str] | None = None,
    typed: Typed | None = None,
    status: int = 200,
) -> Response:
    return shown(
        visit,
        request.number,
        "request_search.html",
        "search for it",
        "/search",
        status=status,
        asked=asked,
        wrong=wrong or {},
        options=_options(visit),
        seen=seen,
        words=showing.said(request.received.text, most=showing.SNIPPET),
        sentence=visible(seen.sentence) if seen else "",
        hits=_hits(seen.hits) if seen else [],
        limits=[line(str(one)) for one in (*seen.limits, *seen.standing)[:_SHOWN]] if seen else [],
        rest=max(0, len(seen.limits) + len(seen.standing) - _SHOWN) if seen else 0,
        fields=_FIELDS,
        values=typed.values if typed else {},
        refused=plain((wrong or {}).get("", "")),
    )


def _hits(hits: Sequence[Hit]) -> list[dict[str, Any]]:
    """The first hits, each with which it is where several versions of one record are among them."""
    editions = showing.editions(hits)
    return [_hit(hit, editions.get((*hit.item, hit.version_sha256), [])) for hit in hits]


def _hit(hit: Hit, edition: Sequence[str]) -> dict[str, Any]:
    return {
        "kind": showing.kind_in_words(hit.kind),
        "account": hit.account,
        "poster": showing.poster(hit),
        "posted_at": hit.posted_at,
        "tags": [*showing.tags(hit), *edition],
        "said": showing.said(hit.snippet.text, hit.snippet.marks, showing.SNIPPET),
    }


def _options(visit: Visit) -> dict[str, list[tuple[str, str]]]:
    """What the filters offer."""
    accounts = all_accounts(visit.city.vault.books)
    kinds = [kind.value for kind in Kind if visit.may(Act.SEE_PRIVATE) or kind.value not in PRIVATE_KINDS]
    return {
        "account": [(one.slug, f"{one.slug} ({showing.name(one.handle)})") for one in accounts],
        "kind": [(kind, showing.kind_in_words(kind)) for kind in kinds],
    }
