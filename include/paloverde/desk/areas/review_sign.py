"""The end of a review: a second person signs it; and what earlier requests were given of the same records."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterator
from functools import partial
from itertools import starmap
from typing import Any, NamedTuple
from urllib.parse import urlencode

from fastapi.responses import Response
from starlette.datastructures import FormData

from paloverde.bundles.enclosed import LETTER
from paloverde.bundles.verify import PAYLOAD
from paloverde.desk import showing
from paloverde.desk.areas.request_frame import Given
from paloverde.desk.areas.review_plan import AT
from paloverde.desk.areas.reviewed import shown, subject_of
from paloverde.desk.asked import page_of
from paloverde.desk.looking import left_looked_for_first, looked_through_first, signed_as_work
from paloverde.desk.marking import label
from paloverde.desk.plans import changed, exemption_in_words, papers_of
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
from paloverde.wording import several, some

pages = Pages()
_PER_PAGE = 50
_MOST_GROUPS, _MOST_SUGGESTED, _MOST_WARNINGS = 100, 100, 60
_EACH, _MOST_LINES = 20, 200  # lines of one group, and of all; that somebody writes
_LONGEST_WORDS = 80  # characters of words that stand elsewhere
_WRITTEN = re.compile(r"(?:record )?(?P<records>[^ ](?:.*?[^ ])?) +in +(?P<where>.+)", re.IGNORECASE)
_FILE = re.compile(rf"{re.escape(PAYLOAD)}|VOL\d+/")  # how a file's place in a bundle or volume begins
_PLACES = {
    "the cover letter": tuple(f"{LETTER}.{kind}" for kind in ("html", "pdf")),
    "the words of the search": (QUESTION,),
}


@pages.page("/requests/{number}/review/sign", Act.SIGN_REVIEW)
def sign_page(visit: Here, number: str) -> Response:
    """What whoever signs puts a name to."""
    subject_of(visit, number)
    desk = UnderReview(visit, number)
    page, may = f"/requests/{number}/review/sign", not _why_not(desk)
    first = looked_through_first(desk, page) or (left_looked_for_first(desk, page) if may else None)
    return first or _page(visit, desk)


@pages.form("/requests/{number}/review/sign", Act.SIGN_REVIEW)
def sign(visit: Here, number: str, form: Given) -> Response:
    """Sign the finished review, as somebody who decided nothing in it."""
    subject_of(visit, number)
    desk = UnderReview(visit, number)
    seen = _suggestions(desk)
    try:
        if str(form.get("seen", "")) != _shown(desk):
            told = changed(desk, papers_of(form), desk.review.versions)
            raise BadQuestion(told or "Something was decided or found meanwhile: look at it once more.")
        if seen and form.get("all_seen") != str(seen):
            told = some(seen, "suggestion stands", "suggestions stand")
            raise BadQuestion(f"{told} unanswered: look at them all, then tick that you have.")
        accepted, unread = {*_accepted(desk, form)}, _lines(form, "unread")
        if open_ := [pair for pair in _pairs(desk) if pair not in accepted]:
            words = several([f"“{'; '.join(one.words)}”" for one in _groups(desk) if {*one.pairs} & {*open_}])
            raise BadQuestion(
                f"Redacted words still stand elsewhere ({words}): redact them there, too, or tick that they "
                "may be read there."
            )
        shown_now = desk.review.decisions_sha256
        signs = partial(desk.reviews.sign, number, desk.hits, desk.by, accepted, unread, seen, shown_now)
        if work := signed_as_work(desk, f"/requests/{number}/review", signs):
            return work
        review = signs()
    except PersonNeeded as error:
        return _page(visit, desk, plain(error), form, 400)
    told = f"{desk.by.name} has signed the review of {review.request}."
    return visit.go(f"/requests/{number}/review", told=told)


@pages.page("/requests/{number}/review/earlier", Act.REVIEW)
def earlier(visit: Here, number: str) -> Response:
    """The undecided records that another request was given before."""
    subject_of(visit, number)
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
    subject_of(visit, number)
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
        return visit.go(f"{back}/earlier", told=plain(error))


def _page(
    visit: Visit, desk: UnderReview, wrong: str = "", form: FormData | None = None, status: int = 200
) -> Response:
    barred, left = _why_not(desk), list[tuple[str, str]]()
    if not barred:
        try:
            left = _pairs(desk)
        except BadQuestion as error:
            barred = plain(error)
    found = desk.standing if not barred else {}
    warnings = desk.warnings() if not barred else []
    left_alone = desk.left_alone if not barred else []
    ticked = {*map(str, form.getlist("accept")), *map(str, form.getlist("word"))} if form else set()
    standing = {one.decision.decided_by for one in desk.review.standing.values()}
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
        decided_by=sorted(standing),
        before=[name for name in desk.review.reviewers if name not in standing],
        decisions=desk.review.decisions_sha256,
        ungathered=desk.ungathered,
        seen=_shown(desk) if not barred else "",
        suggestions=sum(map(len, found.values())),
        suggested=list(_suggested(desk))[:_MOST_SUGGESTED] if found else [],
        spared=[_spared(desk, *one) for one in left_alone[:_MOST_SUGGESTED]],
        more_spared=max(0, len(left_alone) - _MOST_SUGGESTED),
        papers=desk.review.papers,
        groups=list(_shown_groups(desk, ticked)) if left else [],
        more_groups=max(0, len(_groups(desk)) - _MOST_GROUPS) if left else 0,
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
        return plain(error)
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


class _Group(NamedTuple):
    """Words that were redacted and still stand, with every pair of records that says them so."""

    words: tuple[str, ...]
    pairs: list[tuple[str, str]]

    @property
    def value(self) -> str:
        """What the tick for all of it sends: which words, as a hash."""
        return hashlib.sha256(repr(self.words).encode()).hexdigest()


def _groups(desk: UnderReview) -> list[_Group]:
    """What still stands, by its words; capitals do not count. Those that stand most often first."""
    said: dict[tuple[str, str], dict[str, None]] = {}
    for one in desk.left:
        text = desk.texts(one.control)[one.where]
        words = showing.name(text[one.start : one.end].casefold(), _LONGEST_WORDS)
        said.setdefault((one.redacted_in, one.control), {})[words] = None
    groups: dict[tuple[str, ...], list[tuple[str, str]]] = {}
    for pair, words_ in said.items():
        groups.setdefault(tuple(sorted(words_)), []).append(pair)
    return sorted(starmap(_Group, groups.items()), key=lambda one: -len(one.pairs))


def _shown_groups(desk: UnderReview, ticked: Collection[str]) -> Iterator[dict[str, Any]]:
    """The groups as the page shows them: each with a tick for all, and one for each record."""
    wheres: dict[tuple[str, str], set[str]] = {}
    for one in desk.left:
        wheres.setdefault((one.redacted_in, one.control), set()).add(label(one.where))
    room = _MOST_LINES
    for group in _groups(desk)[:_MOST_GROUPS]:
        lines = [_line(desk, pair, wheres[pair], ticked) for pair in group.pairs[: min(_EACH, room)]]
        room -= len(lines)
        yield {
            "value": group.value, "words": group.words, "lines": lines, "ticked": group.value in ticked,
            "count": len(group.pairs), "more": len(group.pairs) - len(lines),
            "query": urlencode({"words": group.words[0]}),
        }  # fmt: skip


def _line(
    desk: UnderReview, pair: tuple[str, str], wheres: Collection[str], ticked: Collection[str]
) -> dict[str, Any]:
    redacted_in, control = (int(one.rpartition("-")[2]) for one in pair)
    value = "=".join(pair)
    return {
        "value": value, "ticked": value in ticked, "redacted_in": redacted_in, "number": control,
        "where": sorted(wheres), "path": f"/requests/{desk.number}/review/{control}",
    }  # fmt: skip


def _suggested(desk: UnderReview) -> Iterator[dict[str, Any]]:
    for version, found in desk.standing.items():
        yield from (_suggestion(desk, version, one) for one in found)


def _suggestion(desk: UnderReview, version: Version, one: Suggestion) -> dict[str, Any]:
    words = texts_of(desk.hit(version))[one.where][one.start : one.end]
    return {
        "number": desk.place(version), "path": desk.path(version), "what": one.what,
        "code": exemption_in_words(one.code, desk.forum),
        "words": showing.name(words, 200),
    }  # fmt: skip


def _spared(desk: UnderReview, version: Version, found: Suggestion, one: Sparing) -> dict[str, Any]:
    """A suggestion that somebody looked at and left."""
    return {**_suggestion(desk, version, found), "by": one.by.name, "at": one.at}


def _accepted(desk: UnderReview, form: FormData) -> Iterator[tuple[str, str]]:
    """The pairs that the signer accepts: ticked ones, all of ticked words, and those written down."""
    ticked, words = {*map(str, form.getlist("accept"))}, {*map(str, form.getlist("word"))}
    yield from (pair for pair in _pairs(desk) if "=".join(pair) in ticked)
    yield from (pair for group in _groups(desk) if group.value in words for pair in group.pairs)
    for line in _lines(form, "places"):
        yield from _written(desk, line)


def _written(desk: UnderReview, line: str) -> Iterator[tuple[str, str]]:
    """What a line such as “17 in 23” or “17 in the cover letter” accepts."""
    found = _WRITTEN.fullmatch(line)
    if not found:
        raise BadQuestion(
            f"“{showing.name(line, 60)}” does not say which record and where: write it as “17 in 23”, “17 in "
            "the cover letter” or “17 in the words of the search”."
        )
    where = found["where"]
    places = _PLACES.get(where.casefold()) or ((where,) if _FILE.match(where) else ())
    if not places:
        places = tuple(map(desk.review.control, desk.review.chosen(where.removeprefix("record "))))
    for version in desk.review.chosen(found["records"]):
        yield from ((desk.review.control(version), place) for place in places)


def _lines(form: FormData, name: str) -> list[str]:
    lines = (line.strip() for line in str(form.get(name, "")).splitlines()[:_MOST_LINES])
    return [line for line in lines if line]
