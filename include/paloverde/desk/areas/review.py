"""The review of one request: its records fifty by fifty, what is left, decisions about several at once."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from fastapi.responses import Response

from paloverde.desk import showing
from paloverde.desk.areas.review_plan import AT
from paloverde.desk.areas.reviewed import has_records, shown, subject_of
from paloverde.desk.asked import page_of
from paloverde.desk.filters import FILTERS, chosen_of, filtered, query_of
from paloverde.desk.looking import looked_through_first
from paloverde.desk.plans import code_options
from paloverde.desk.rights import Act
from paloverde.desk.under_review import UnderReview, in_words
from paloverde.desk.visit import Here, Pages, Visit
from paloverde.desk.wording import plain
from paloverde.errors import BadQuestion
from paloverde.requests.exemptions import Forum
from paloverde.requests.reviewing import Version
from paloverde.wording import some

pages = Pages()
_PER_PAGE = 50
_SAID = 400  # bytes of HTML of a text in the list
_LOOKED_AT = 1_000  # new records in which suggestions are looked for at once


@pages.page("/requests/{number}/review", Act.REVIEW)
def review(visit: Here, number: str) -> Response:
    """The records under review, and how it stands."""
    subject = subject_of(visit, number)
    desk = UnderReview(visit, number)
    values = visit.request.query_params
    if first := looked_through_first(desk, f"/requests/{number}/review?{values}"):
        return first
    if values.get("record"):
        return _opened(visit, desk, values["record"].strip())
    chosen = chosen_of(values)
    lists = {name: filtered(desk, name) for name in FILTERS}
    found = lists[chosen]
    last = max(1, -(-len(found) // _PER_PAGE))
    page = min(page_of(values), last)
    return shown(
        visit,
        number,
        "review_list.html",
        "Review",
        AT,
        rows=[_row(desk, version, chosen) for version in found[(page - 1) * _PER_PAGE : page * _PER_PAGE]],
        count=len(found),
        chosen=chosen,
        filters=[(name, f"{words} ({len(lists[name]):,})") for name, (words, _) in FILTERS.items()],
        page=page,
        pages=last,
        query=urlencode({"show": chosen}),
        searched=has_records(subject),
        stand=desk.numbers,
        signature=desk.review.signature,
        ungathered=desk.ungathered,
        closed=desk.closed,
        first=desk.path(desk.review.undecided[0]) if desk.review.undecided else "",
        codes=code_options(forum=desk.forum),
        offered=desk.forum is Forum.REQUEST
        and any(version in desk.earlier for version in desk.review.undecided),
    )


@pages.form("/requests/{number}/review/gather", Act.REVIEW)
def gather(visit: Here, number: str) -> Response:
    """Number what was found and is not under review yet."""
    subject_of(visit, number)
    desk = UnderReview(visit, number)
    if desk.closed:
        return visit.go(f"/requests/{number}/review", told=desk.closed)
    new = desk.reviews.gather(number, desk.hits.values(), desk.by)
    told = f"{some(len(new), 'record is', 'records are')} new under review."
    if len(new) <= _LOOKED_AT and (many := sum(bool(desk.suggestions(version)) for version in new)):
        told += f" In {many:,} of them something is suggested to look at."
    return visit.go(f"/requests/{number}/review", told=told)


def _opened(visit: Visit, desk: UnderReview, named: str) -> Response:
    """The record that somebody named by its number."""
    try:
        versions = desk.review.chosen(named)
    except BadQuestion as error:
        return visit.go(f"/requests/{desk.number}/review", told=plain(error))
    if len(versions) != 1:
        return visit.go(f"/requests/{desk.number}/review", told="Write the number of one record, such as 17.")
    return visit.go(desk.path(versions[0]))


def _row(desk: UnderReview, version: Version, chosen: str) -> dict[str, Any]:
    """One record in the list."""
    hit, decision = desk.hits.get(version), desk.review.decision(version)
    row = {
        "number": desk.place(version),
        "path": f"{desk.path(version)}{query_of(chosen)}",
        "verdict": in_words(decision),
    }
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
