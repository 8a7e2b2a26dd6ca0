"""The review of one request: its records fifty by fifty, what is left, decisions about several at once."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from fastapi.responses import Response

from paloverde.desk import showing
from paloverde.desk.areas.request_frame import request_of, shown
from paloverde.desk.areas.review_plan import AT
from paloverde.desk.asked import page_of
from paloverde.desk.filters import FILTERS, filtered
from paloverde.desk.plans import code_options
from paloverde.desk.rights import Act
from paloverde.desk.under_review import UnderReview, in_words
from paloverde.desk.visit import Here, Pages
from paloverde.requests.reviewing import Version
from paloverde.wording import some

pages = Pages()
_PER_PAGE = 50
_SAID = 400  # bytes of HTML of a text in the list
_LOOKED_AT = 5_000  # new records in which suggestions are looked for at once


@pages.page("/requests/{number}/review", Act.REVIEW)
def review(visit: Here, number: str) -> Response:
    """The records under review, and how it stands."""
    request = request_of(visit, number)
    desk = UnderReview(visit, number)
    values = visit.request.query_params
    chosen = values.get("show", "all") if values.get("show") in FILTERS else "all"
    found = filtered(desk, chosen)
    last = max(1, -(-len(found) // _PER_PAGE))
    page = min(page_of(values), last)
    return shown(
        visit,
        number,
        "review_list.html",
        "Review",
        AT,
        rows=[_row(desk, version) for version in found[(page - 1) * _PER_PAGE : page * _PER_PAGE]],
        count=len(found),
        chosen=chosen,
        filters=[(name, words) for name, (words, _) in FILTERS.items()],
        page=page,
        pages=last,
        query=urlencode({"show": chosen}),
        searched=bool(request.searches),
        stand=desk.numbers,
        signature=desk.review.signature,
        ungathered=desk.ungathered,
        closed=desk.closed,
        first=desk.path(desk.review.undecided[0]) if desk.review.undecided else "",
        codes=code_options(),
        offered=any(version in desk.earlier for version in desk.review.undecided),
    )


@pages.form("/requests/{number}/review/gather", Act.REVIEW)
def gather(visit: Here, number: str) -> Response:
    """Number what was found and is not under review yet."""
    request_of(visit, number)
    desk = UnderReview(visit, number)
    if desk.closed:
        return visit.go(f"/requests/{number}/review", told=desk.closed)
    new = desk.reviews.gather(number, desk.hits.values(), desk.by)
    told = f"{some(len(new), 'record is', 'records are')} new under review."
    if len(new) <= _LOOKED_AT and (many := sum(bool(desk.suggestions(version)) for version in new)):
        told += f" In {many:,} of them something is suggested to look at."
    return visit.go(f"/requests/{number}/review", told=told)


def _row(desk: UnderReview, version: Version) -> dict[str, Any]:
    """One record in the list."""
    hit, decision = desk.hits.get(version), desk.review.decision(version)
    row = {"number": desk.place(version), "path": desk.path(version), "verdict": in_words(decision)}
    if hit is None:
        return row | {"gone": True}
    return row | {
        "gone": False,
        "kind": showing.kind_in_words(hit.kind),
        "account": hit.account,
        "poster": showing.poster(hit),
        "posted_at": hit.posted_at,
        "tags": desk.tags(version),
        "said": showing.said(" ".join((hit.text or "").split()), most=_SAID),
        "suggestions": len(desk.open_suggestions(version)),
        "alike": len(desk.alike(version)),
        "files": len(hit.media),
        "by": decision.decided_by if decision else "",
    }
