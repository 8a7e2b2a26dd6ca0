"""The end of a review: a second person signs it; and what earlier requests were given of the same records."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from typing import Any

from fastapi.responses import Response
from starlette.datastructures import FormData

from paloverde.bundles.verify import PAYLOAD
from paloverde.desk import showing
from paloverde.desk.areas.request_frame import Given, request_of, shown
from paloverde.desk.areas.review_plan import AT
from paloverde.desk.asked import page_of
from paloverde.desk.marking import label
from paloverde.desk.rights import Act
from paloverde.desk.under_review import UnderReview, in_words, numbers_of
from paloverde.desk.visit import Here, Pages, Visit
from paloverde.desk.wording import plain
from paloverde.errors import BadQuestion, PersonNeeded
from paloverde.requests.asked import QUESTION
from paloverde.requests.detectors import Suggestion
from paloverde.requests.earlier import offered
from paloverde.requests.review_checks import check_signature
from paloverde.requests.reviewing import Sparing, Version
from paloverde.requests.spans import texts_of
from paloverde.wording import some

pages = Pages()
_PER_PAGE = 50
_MOST_PAIRS, _MOST_SUGGESTED, _MOST_WARNINGS = 100, 100, 60
_MOST_LINES = 200


@pages.page("/requests/{number}/review/sign", Act.SIGN_REVIEW)
def sign_page(visit: Here, number: str) -> Response:
    """What whoever signs puts a name to."""
    request_of(visit, number)
    return _page(visit, UnderReview(visit, number))


@pages.form("/requests/{number}/review/sign", Act.SIGN_REVIEW)
def sign(visit: Here, number: str, form: Given) -> Response:
    """Sign the finished review, as somebody who decided nothing in it."""
    request_of(visit, number)
    desk = UnderReview(visit, number)
    seen = _suggestions(desk)
    try:
        if str(form.get("seen", "")) != _shown(desk):
            raise BadQuestion("Something was decided or found meanwhile: look at it once more, then sign.")
        if seen and form.get("all_seen") != str(seen):
            told = some(seen, "suggestion stands", "suggestions stand")
            raise BadQuestion(f"{told} unanswered: look at them all, then tick that you have.")
        accepted, unread = {*_accepted(desk, form)}, _lines(form, "unread")
        if open_ := [pair for pair in _pairs(desk) if pair not in accepted]:
            named = ", ".join(f"{one} in {other}" for one, other in open_[:3])
            raise BadQuestion(
                f"Redacted words still stand elsewhere ({named}): redact them there, too, or tick that they "
                "may be read there."
            )
        shown_now = desk.review.decisions_sha256
        review = desk.reviews.sign(number, desk.hits, desk.by, accepted, unread, seen, shown_now)
    except PersonNeeded as error:
        return _page(visit, desk, plain(str(error)), form, 400)
    told = f"{desk.by.name} has signed the review of {number}, decisions {review.decisions_sha256[:16]}…."
    return visit.go(f"/requests/{number}/review", told=told)


@pages.page("/requests/{number}/review/earlier", Act.REVIEW)
def earlier(visit: Here, number: str) -> Response:
    """The undecided records that another request was given before."""
    request_of(visit, number)
    desk = UnderReview(visit, number)
    found = list(offered(desk.review, desk.earlier))
    last = max(1, -(-len(found) // _PER_PAGE))
    page = min(page_of(visit.request.query_params), last)
    rows = []
    for control, one in found[(page - 1) * _PER_PAGE : page * _PER_PAGE]:
        (version,) = desk.review.chosen(control)
        hit = desk.hits.get(version)
        text = " ".join(((hit.text if hit else "") or "").split())
        rows.append({
            "number": desk.place(version), "path": desk.path(version), "request": one.request,
            "control": one.control, "stands": in_words(one.decision), "said": showing.said(text, most=400),
        })  # fmt: skip
    return shown(
        visit, number, "review_earlier.html", "Given to earlier requests", AT,
        rows=rows, count=len(found), page=page, pages=last,
        title_now=desk.review.title_of(desk.by.name) or visit.person.title,
    )  # fmt: skip


@pages.form("/requests/{number}/review/as-before", Act.REVIEW)
def as_before(visit: Here, number: str, form: Given) -> Response:
    """Decide ticked records as they were decided for the newest earlier request."""
    request_of(visit, number)
    desk = UnderReview(visit, number)
    ticked = {*numbers_of(map(str, form.getlist("record")))}
    title = str(form.get("title", "")).strip()[:200]
    made = desk.reviews.as_before(desk.review, desk.by, title)
    chosen = [one for one in made if desk.place(one.version) in ticked]
    back = f"/requests/{number}/review"
    if not chosen:
        return visit.go(f"{back}/earlier", told="No undecided record is ticked that was decided before.")
    try:
        return visit.go(back, told=desk.filed(chosen))
    except PersonNeeded as error:
        return visit.go(f"{back}/earlier", told=plain(str(error)))


def _page(
    visit: Visit, desk: UnderReview, wrong: str = "", form: FormData | None = None, status: int = 200
) -> Response:
    barred, left = _why_not(desk), list[tuple[str, str]]()
    if not barred:
        try:
            left = _pairs(desk)
        except BadQuestion as error:
            barred = plain(str(error))
    found = desk.standing if not barred else {}
    warnings = desk.warnings() if not barred else []
    left_alone = desk.left_alone if not barred else []
    ticked = {*form.getlist("accept")} if form else set()
    return shown(
        visit,
        desk.number,
        "review_sign.html",
        "Sign the review",
        AT,
        status=status,
        wrong=wrong,
        barred=barred,
        stand=desk.numbers,
        decided_by=sorted({one.decision.decided_by for one in desk.review.standing.values()}),
        decisions=desk.review.decisions_sha256,
        ungathered=desk.ungathered,
        seen=_shown(desk) if not barred else "",
        suggestions=sum(map(len, found.values())),
        suggested=list(_suggested(desk))[:_MOST_SUGGESTED] if found else [],
        spared=[_spared(desk, *one) for one in left_alone[:_MOST_SUGGESTED]],
        more_spared=max(0, len(left_alone) - _MOST_SUGGESTED),
        left=[_left(desk, pair, ticked=f"{pair[0]}={pair[1]}" in ticked) for pair in left[:_MOST_PAIRS]],
        more_left=max(0, len(left) - _MOST_PAIRS),
        warnings=warnings[:_MOST_WARNINGS],
        more_warnings=max(0, len(warnings) - _MOST_WARNINGS),
        signature=desk.review.signature,
        values={name: str(form.get(name, "")) if form else "" for name in ("places", "unread")},
    )


def _why_not(desk: UnderReview) -> str:
    """Why this person may not sign now; "" where nothing is in the way."""
    try:
        check_signature(desk.review, desk.by)
    except PersonNeeded as error:
        return plain(str(error))
    return ""


def _shown(desk: UnderReview) -> str:
    """The hash of what the page shows: the decisions, what stands unanswered, what is still said."""
    told = (desk.review.decisions_sha256, _suggestions(desk), sorted(_pairs(desk)))
    return hashlib.sha256(repr(told).encode()).hexdigest()


def _suggestions(desk: UnderReview) -> int:
    return sum(map(len, desk.standing.values()))


def _pairs(desk: UnderReview) -> list[tuple[str, str]]:
    """Where redacted words still stand: the record they are redacted in, and the record that says them."""
    return [*dict.fromkeys((one.redacted_in, one.control) for one in desk.left)]


def _left(desk: UnderReview, pair: tuple[str, str], *, ticked: bool) -> dict[str, Any]:
    redacted_in, control = pair
    found = [one for one in desk.left if (one.redacted_in, one.control) == pair]
    record = desk.released[control].hit
    words = dict.fromkeys(
        showing.name(texts_of(record)[one.where][one.start : one.end], 80) for one in found[:20]
    )
    return {
        "value": f"{redacted_in}={control}", "redacted_in": redacted_in, "control": control,
        "words": list(words), "where": sorted({label(one.where) for one in found}), "ticked": ticked,
        "path": f"/requests/{desk.number}/review/{int(control.rpartition('-')[2])}",
    }  # fmt: skip


def _suggested(desk: UnderReview) -> Iterator[dict[str, Any]]:
    for version, found in desk.standing.items():
        yield from (_suggestion(desk, version, one) for one in found)


def _suggestion(desk: UnderReview, version: Version, one: Suggestion) -> dict[str, Any]:
    words = texts_of(desk.hit(version))[one.where][one.start : one.end]
    return {
        "number": desk.place(version), "path": desk.path(version), "what": one.what, "code": one.code,
        "words": showing.name(words, 200),
    }  # fmt: skip


def _spared(desk: UnderReview, version: Version, found: Suggestion, one: Sparing) -> dict[str, Any]:
    """A suggestion that somebody looked at and left."""
    return {**_suggestion(desk, version, found), "by": one.by.name, "at": one.at}


def _accepted(desk: UnderReview, form: FormData) -> Iterable[tuple[str, str]]:
    """The pairs that the signer accepts: ticked ones, and those of the lines with places of the bundle."""
    known = {*_pairs(desk)}
    for value in form.getlist("accept"):
        redacted_in, _, control = str(value).partition("=")
        if (redacted_in, control) in known:
            yield redacted_in, control
    for line in _lines(form, "places"):
        records, is_pair, where = (piece.strip() for piece in line.partition("="))
        if not (records and is_pair and where):
            raise BadQuestion(f"{line[:60]!r} does not say which record and where: write it as 17=23.")
        is_named = where == QUESTION or where.startswith(PAYLOAD)
        controls = [desk.review.control(version) for version in desk.review.chosen(records)]
        places = [where] if is_named else [desk.review.control(one) for one in desk.review.chosen(where)]
        yield from ((control, place) for control in controls for place in places)


def _lines(form: FormData, name: str) -> list[str]:
    lines = (line.strip() for line in str(form.get(name, "")).splitlines()[:_MOST_LINES])
    return [line for line in lines if line]
