"""Marking what is redacted: words typed, numbered or selected, suggestions, files, regions of a picture."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlencode

from fastapi.responses import Response
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException

from paloverde.desk import showing
from paloverde.desk.areas.request_frame import Given
from paloverde.desk.areas.review_plan import AT, codes_of, propose
from paloverde.desk.areas.review_record import Opened, media_of, opened, page_of
from paloverde.desk.areas.reviewed import shown, subject_of
from paloverde.desk.asked import page_of as number_of_page
from paloverde.desk.filters import query_of
from paloverde.desk.marking import label, markable, percent, picked, region_of, selected
from paloverde.desk.plans import Plan, code_options
from paloverde.desk.rights import Act
from paloverde.desk.under_review import UnderReview, in_words, numbers_of
from paloverde.desk.visit import Here, Pages, Visit
from paloverde.desk.wording import plain
from paloverde.errors import BadQuestion, PersonNeeded
from paloverde.requests.detectors import Suggestion
from paloverde.requests.everywhere import Occurrence, Words, same_words
from paloverde.requests.exemptions import exemption, in_forum
from paloverde.requests.pictures import size_of
from paloverde.requests.review import Region, Span, Verdict
from paloverde.requests.spans import texts_of, whole_letters
from paloverde.search.hits import Kept

pages = Pages()
_PER_PAGE = 50
_AROUND = 60  # characters shown around a place
_MOST_WORDS = 1_000  # characters that are looked for
_PERCENT = ("left", "top", "width", "height")
_MOST_DIGITS = 9


@pages.form("/requests/{number}/review/{record}/redact", Act.REVIEW)
def redact(visit: Here, number: str, record: str, form: Given) -> Response:
    """Words of a record: those typed, numbered or selected."""
    one = opened(visit, number, record)
    words = str(form.get("words", "")).strip()[:_MOST_WORDS]
    if form.get("scope") == "everywhere" and words:
        query = urlencode({"words": words, "from": one.number})
        return visit.go(f"/requests/{number}/review/everywhere?{query}")
    try:
        (code,) = codes_of(form)[:1]
        marks = [*_numbered(one, form, code), *_selected(one, form, code)]
        if words:
            marks += _said(one, words, code)
        if not marks:
            raise BadQuestion("Nothing is marked: type the words, choose their numbers, or select them.")
        plan = Plan(records=(one.number,), codes=(code,), marks=tuple(sorted({*marks})), back=one.back)
        return propose(visit, one.desk, plan)
    except PersonNeeded as error:
        return page_of(visit, one, plain(str(error)), words, 400)


@pages.form("/requests/{number}/review/{record}/suggestions", Act.REVIEW)
def accept(visit: Here, number: str, record: str, form: Given) -> Response:
    """Redact the ticked suggestions, each under its exemption or all under another; or note that they were
    looked at and left.
    """
    one = opened(visit, number, record)
    found, ticked = one.desk.suggestions(one.version), numbers_of(map(str, form.getlist("take")))
    taken = [found[at] for at in ticked if at < len(found)]
    try:
        if not taken:
            raise BadQuestion(
                "No suggestion is ticked: tick those that are redacted, or those that are left."
            )
        if form.get("do") == "leave":
            return visit.go(f"{one.path}{query_of(one.chosen)}", told=one.desk.leave(one.version, taken))
        other = codes_of(form)[0] if form.get("code") else ""
        return propose(visit, one.desk, _accepted(one, taken, other))
    except PersonNeeded as error:
        return page_of(visit, one, plain(str(error)), status=400)


def _accepted(one: Opened, taken: Sequence[Suggestion], other: str) -> Plan:
    """The plan that redacts suggestions. What only bars the web is claimed, and nothing is redacted."""
    coded = [(other or in_forum(found.code, one.desk.forum), found) for found in taken]
    if not all(code for code, _ in coded):
        raise BadQuestion("No privilege is like some of what is ticked: choose the one that is claimed.")
    barred = [code for code, _ in coded if exemption(code).bars_web]
    back = one.back
    if barred and len(barred) < len(coded):
        raise BadQuestion(
            f"{barred[0]} keeps a record off the web and no word of a copy back: tick it alone, or choose "
            "the exemption under which these words are redacted."
        )
    codes = tuple(dict.fromkeys(code for code, _ in coded))
    if barred:
        return Plan(records=(one.number,), verdict=Verdict.RESPONSIVE, codes=codes, back=back)
    marks = {Span(found.where, found.start, found.end, code) for code, found in coded}
    return Plan(records=(one.number,), codes=codes, marks=tuple(sorted(marks)), back=back)


@pages.form("/requests/{number}/review/{record}/files", Act.REVIEW)
def withhold(visit: Here, number: str, record: str, form: Given) -> Response:
    """Withhold pictures or files whole, in every record that has them."""
    one = opened(visit, number, record)
    try:
        chosen = [kept_of(one, str(at)).sha256 or "" for at in numbers_of(map(str, form.getlist("file")))]
        if not chosen:
            raise BadQuestion("No file is ticked: tick those that are withheld.")
        return propose(visit, one.desk, _of_files(one, codes_of(form)[:1], files=chosen))
    except PersonNeeded as error:
        return page_of(visit, one, plain(str(error)), status=400)


@pages.page("/requests/{number}/review/everywhere", Act.REVIEW)
def everywhere(visit: Here, number: str) -> Response:
    """Every place in the records under review where the same words stand."""
    subject_of(visit, number)
    desk, values = UnderReview(visit, number), visit.request.query_params
    words = values.get("words", "").strip()[:_MOST_WORDS]
    wrong, found = "", list[Occurrence]()
    try:
        found = _everywhere(desk, words) if words else []
    except BadQuestion as error:
        wrong = plain(str(error))
    last = max(1, -(-len(found) // _PER_PAGE))
    page = min(number_of_page(values), last)
    records = dict.fromkeys(one.version for one in found)
    return shown(
        visit,
        number,
        "review_everywhere.html",
        "The same words everywhere",
        AT,
        words=words,
        said=showing.name(words, 300),
        wrong=wrong,
        rows=[_place(desk, one) for one in found[(page - 1) * _PER_PAGE : page * _PER_PAGE]],
        places_found=len(found),
        records=len(records),
        kept_back=sum(desk.is_kept_back(version) for version in records),
        page=page,
        pages=last,
        query=urlencode({"words": words}),
        codes=code_options(forum=desk.forum),
    )


@pages.form("/requests/{number}/review/redact-everywhere", Act.REVIEW)
def redact_everywhere(visit: Here, number: str, form: Given) -> Response:
    """Redact words in every record that says them and is not kept back whole."""
    subject_of(visit, number)
    desk, words = UnderReview(visit, number), str(form.get("words", "")).strip()[:_MOST_WORDS]
    try:
        found = dict.fromkeys(one.version for one in _everywhere(desk, words))
        handed = tuple(desk.place(version) for version in found if not desk.is_kept_back(version))
        if not handed:
            raise BadQuestion("No record that is handed over says these words.")
        (code,) = codes_of(form)[:1]
        return propose(visit, desk, Plan(records=handed, codes=(code,), words=((code, words),)))
    except PersonNeeded as error:
        query = urlencode({"words": words})
        return visit.go(f"/requests/{number}/review/everywhere?{query}", told=plain(str(error)))


@pages.page("/requests/{number}/review/{record}/picture/{file}", Act.REVIEW)
def picture(visit: Here, number: str, record: str, file: str) -> Response:
    """A picture with a grid, and what is painted over in it."""
    return _picture(visit, opened(visit, number, record), file)


@pages.form("/requests/{number}/review/{record}/picture/{file}", Act.REVIEW)
def paint(visit: Here, number: str, record: str, file: str, form: Given) -> Response:
    """Paint over a rectangle of a picture, in every record that has it."""
    one = opened(visit, number, record)
    kept = kept_of(one, file)
    typed = {name: str(form.get(name, ""))[:20] for name in _PERCENT}
    try:
        size = size_of(visit.city.archive.media(kept.sha256 or ""))
        (code,) = codes_of(form)[:1]
        region = region_of(kept.sha256 or "", [percent(typed[name], name) for name in _PERCENT], size, code)
        return propose(visit, one.desk, _of_files(one, (code,), regions=[region]))
    except PersonNeeded as error:
        return _picture(visit, one, file, plain(str(error)), typed, 400)


def _picture(
    visit: Visit, one: Opened, file: str, wrong: str = "", typed: Any = None, status: int = 200
) -> Response:
    kept = kept_of(one, file)
    sha256, decision = kept.sha256 or "", one.desk.review.decision(one.version)
    try:
        size, cannot = size_of(visit.city.archive.media(sha256)), ""
    except BadQuestion as error:
        size, cannot = (0, 0), plain(str(error))
    regions = [region for region in (decision.regions if decision else ()) if region.sha256 == sha256]
    return shown(
        visit,
        one.desk.number,
        "review_picture.html",
        f"record {one.number:,}, file {file}",
        AT,
        status=status,
        path=one.path,
        file=int(file),
        source=media_of(one, sha256),
        alt=showing.name(kept.alt_text, 500),
        size=size,
        cannot=cannot,
        regions=regions,
        records=len(one.desk.with_file(sha256)),
        values=typed or {"left": "40", "top": "40", "width": "20", "height": "20"},
        wrong=wrong,
        codes=code_options(forum=one.desk.forum),
    )


def kept_of(one: Opened, file: str) -> Kept:
    """A kept file of a record by its number from 1; a page that is not there where there is none."""
    numbers = numbers_of([file])
    if not numbers or not 1 <= numbers[0] <= len(one.hit.media) or not one.hit.media[numbers[0] - 1].sha256:
        raise HTTPException(404)
    return one.hit.media[numbers[0] - 1]


def _of_files(
    one: Opened, codes: Sequence[str], files: Sequence[str] = (), regions: Sequence[Region] = ()
) -> Plan:
    """A plan about files, in every record that has them and is not kept back whole: a file is given the same
    way everywhere.
    """
    hashes = {*files, *(region.sha256 for region in regions)}
    holders = {version for sha256 in hashes for version in one.desk.with_file(sha256)}
    others = [version for version in holders if version != one.version and not one.desk.is_kept_back(version)]
    return Plan(
        records=(one.number, *sorted(map(one.desk.place, others))), codes=tuple(codes), files=tuple(files),
        regions=tuple(regions), back=one.back,
    )  # fmt: skip


def _numbered(one: Opened, form: FormData, code: str) -> Iterator[Span]:
    for at, (where, text) in enumerate(markable(one.hit).items()):
        for start, end in picked(text, str(form.get(f"pick-{at}", ""))):
            yield Span(where, start, end, code)


def _selected(one: Opened, form: FormData, code: str) -> Iterator[Span]:
    where, texts = str(form.get("sel-where", "")), markable(one.hit)
    numbers = [str(form.get(name, "")) for name in ("sel-from", "sel-start", "sel-end")]
    if where not in texts or not all(one_.isascii() and one_.isdigit() for one_ in numbers):
        return
    if any(len(one_) > _MOST_DIGITS for one_ in numbers):
        return
    first, start, end = map(int, numbers)
    if start < end:
        found = selected(texts[where][first:], start, end)
        yield Span(where, *whole_letters(texts[where], first + found[0], first + found[1]), code)


def _said(one: Opened, words: str, code: str) -> Iterator[Span]:
    looked_for, is_said = Words(words), False
    for where, text in markable(one.hit).items():
        for start, end in looked_for.places(text):
            is_said = True
            yield Span(where, start, end, code)
    if not is_said:
        raise BadQuestion(f"The record does not say “{showing.name(words)}”: nothing would be redacted.")


def _everywhere(desk: UnderReview, words: str) -> list[Occurrence]:
    """Every place where these words stand; addresses follow what is redacted."""
    hits = [desk.hits[version] for version in desk.review.versions if version in desk.hits]
    return [one for one in same_words(hits, words) if one.where != "permalink"]


def _place(desk: UnderReview, one: Occurrence) -> dict[str, Any]:
    """A place with what is said around it."""
    text = texts_of(desk.hit(one.version))[one.where]
    first = max(0, one.start - _AROUND)
    around = text[first : one.end + _AROUND]
    return {
        "number": desk.place(one.version),
        "path": desk.path(one.version),
        "where": label(one.where),
        "stands": in_words(desk.review.decision(one.version)),
        "said": showing.said(around, [(one.start - first, one.end - first)], most=1_500),
    }
