"""What would be decided about some records, shown in numbers and words before it is filed."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any

import msgspec
from fastapi.responses import Response
from starlette.datastructures import FormData

from paloverde.desk import showing
from paloverde.desk.areas.request_frame import Given
from paloverde.desk.areas.reviewed import shown, subject_of
from paloverde.desk.drafts import Drafts
from paloverde.desk.filters import FILTERS, filtered
from paloverde.desk.plans import (
    Plan,
    Proposed,
    Said,
    asked,
    changed,
    decisions,
    papers_of,
    spans_of,
    versions_of,
)
from paloverde.desk.rights import Act
from paloverde.desk.under_review import UnderReview, in_words, numbers_of
from paloverde.desk.visit import Here, Pages, Visit
from paloverde.desk.wording import plain
from paloverde.errors import BadQuestion, PersonNeeded
from paloverde.requests.exemptions import Exemption, is_known
from paloverde.requests.review import Verdict
from paloverde.requests.reviewing import Version
from paloverde.requests.spans import texts_of
from paloverde.wording import some

pages = Pages()
AT = "/review"
_SAID = 400  # bytes of HTML of a text
_NAMED, _WORDS = 60, 60  # records and words that a page names
_MOST_FACT = 8_000  # characters
_FACT = "fact."


@pages.form("/requests/{number}/review/plan", Act.REVIEW)
def plan(visit: Here, number: str, form: Given) -> Response:
    """What would be decided about the ticked records, before it is."""
    subject_of(visit, number)
    desk = UnderReview(visit, number)
    try:
        return propose(visit, desk, _ticked(desk, form))
    except BadQuestion as error:
        return visit.go(f"/requests/{number}/review", told=plain(error))


@pages.page("/requests/{number}/review/plan/{id_}", Act.REVIEW)
def shown_plan(visit: Here, number: str, id_: str) -> Response:
    """A plan as it would be filed now; once it is filed, that it was."""
    subject_of(visit, number)
    try:
        return _page(visit, UnderReview(visit, number), _kept(visit, number, id_), id_)
    except BadQuestion as error:
        return visit.go(f"/requests/{number}/review", told=plain(error))


@pages.form("/requests/{number}/review/plan/{id_}/alike", Act.REVIEW)
def wider(visit: Here, number: str, id_: str) -> Response:
    """The same plan for the records that are the same or nearly, too."""
    subject_of(visit, number)
    desk = UnderReview(visit, number)
    try:
        return propose(visit, desk, _with_alike(_kept(visit, number, id_).plan, desk))
    except BadQuestion as error:
        return visit.go(f"/requests/{number}/review", told=plain(error))


@pages.form("/requests/{number}/review/plan/{id_}", Act.REVIEW)
def file(visit: Here, number: str, id_: str, form: Given) -> Response:
    """File what was shown; shown again where somebody decided meanwhile, or where it lacks something."""
    subject_of(visit, number)
    desk, said = UnderReview(visit, number), _said(form)
    try:
        kept = _kept(visit, number, id_)
        versions = versions_of(kept.plan, desk)
    except BadQuestion as error:
        return visit.go(f"/requests/{number}/review", told=plain(error))
    if kept.filed or (told := changed(desk, papers_of(form), versions)):
        return _page(visit, desk, kept, id_, said, "" if kept.filed else told, 409)
    try:
        found = decisions(kept.plan, desk, said, visit.city.vault.clock())
        if not found:
            raise BadQuestion("Nothing of this is in the records: nothing would be decided.")
        told = desk.filed(found)
    except PersonNeeded as error:
        return _page(visit, desk, kept, id_, said, plain(error), 400)
    _drafts(visit).drop(id_, visit.person.username)
    _drafts(visit).put(id_, visit.person.username, msgspec.structs.replace(kept, filed=told))
    return visit.go(_back(number, kept.plan), told=told)


def propose(visit: Visit, desk: UnderReview, made: Plan) -> Response:
    """Keep a plan, and go to its page, which shows what it does and asks for what it needs. `BadQuestion`
    where it names what is not there, or the request is closed.
    """
    desk.check_open()
    versions_of(made, desk)
    id_ = secrets.token_hex(16)
    _drafts(visit).put(id_, visit.person.username, Proposed(desk.number, made))
    return visit.go(f"/requests/{desk.number}/review/plan/{id_}")


def _page(
    visit: Visit,
    desk: UnderReview,
    kept: Proposed,
    id_: str,
    said: Said | None = None,
    wrong: str = "",
    status: int = 200,
) -> Response:
    made, said = kept.plan, said or Said(title=desk.review.title_of(desk.by.name) or visit.person.title)
    versions = versions_of(made, desk)
    rows = [_planned(made, version, desk) for version in versions[:_NAMED]]
    more = {other for version in versions for other in desk.alike(version)} - {*versions}
    given = [version for version in versions if made.verdict is Verdict.RESPONSIVE and version in desk.hits]
    out = [desk.handed_over[version] for version in versions if version in desk.handed_over]
    return shown(
        visit,
        desk.number,
        "review_plan.html",
        "What was decided" if kept.filed else "What will be decided",
        AT,
        status=status,
        plan=made,
        filed=kept.filed,
        path=f"/requests/{desk.number}/review/plan/{id_}",
        papers=desk.review.papers,
        does=_does(made, versions),
        rows=rows,
        rest=len(versions) - len(rows),
        more=len(more),
        claims=[(row, notes_on(row), facts) for row, facts in asked(made, desk, said)],
        said=said,
        wrong=wrong,
        suggested=sum(len(desk.suggestions(version)) for version in given),
        overturned=sum(desk.review.decision(version) is not None for version in versions),
        out=len(out),
        out_on=min(out, default=None),
        signature=desk.review.signature,
        back=_back(desk.number, made),
    )


def _back(number: str, made: Plan) -> str:
    return f"/requests/{number}/review{f'/{made.back}' if made.back else ''}"


def _kept(visit: Visit, number: str, id_: str) -> Proposed:
    """Somebody's plan. `BadQuestion` where it is not kept any more, or is about another request."""
    kept, _ = _drafts(visit).get(id_, visit.person.username, Proposed)
    if kept.number != number:
        raise BadQuestion("This plan is about another request: tick the records here.")
    return kept


def _drafts(visit: Visit) -> Drafts:
    return Drafts(visit.city.settings.home / "desk" / "plans")


def codes_of(form: FormData, field: str = "code") -> tuple[str, ...]:
    """The exemptions that a form names. `BadQuestion` where there is none."""
    found = tuple(dict.fromkeys(str(one) for one in form.getlist(field) if one))
    if not found:
        raise BadQuestion("Choose the exemption under which it is kept back.")
    if strange := [code for code in found if not is_known(code)]:
        raise BadQuestion(f"There is no exemption {strange[0][:40]!r}: choose one of the list.")
    return found


def _with_alike(made: Plan, desk: UnderReview) -> Plan:
    """The plan for the records that are the same or nearly, too."""
    numbers = dict.fromkeys(made.records)
    for version in versions_of(made, desk):
        numbers |= dict.fromkeys(desk.place(other) for other in desk.alike(version))
    return msgspec.structs.replace(made, records=tuple(numbers))


def notes_on(row: Exemption) -> list[str]:
    """What is to be known before an exemption is claimed."""
    told = []
    if not row.is_verified:
        told.append("Counsel has not confirmed yet that this exemption is told here as the law has it.")
    if row.seen == "memory":
        told.append(f"Nobody has looked {row.cite} up in the code yet: do so before the letter goes.")
    if row.reviewers:
        joined = (" and " if row.together else " or ").join(row.reviewers)
        told.append(f"Decided or signed by: {joined}.")
    if row.expires_with:
        told.append(f"It ends with: {row.expires_with}.")
    return told


def _ticked(desk: UnderReview, form: FormData) -> Plan:
    """The plan of the list's form: ticked records, or all that its filter leaves."""
    verdicts = {verdict.value: verdict for verdict in Verdict if verdict is not Verdict.EXEMPT_IN_PART}
    verdict, show = verdicts.get(_text(form, "verdict")), _text(form, "show")
    if verdict is None:
        raise BadQuestion("Say what is decided: responsive, not responsive, or withheld whole.")
    codes = codes_of(form) if verdict is Verdict.EXEMPT else ()
    if form.get("whole") and show in FILTERS:
        return Plan(records=tuple(map(desk.place, filtered(desk, show))), verdict=verdict, codes=codes)
    ticked = numbers_of(str(one) for one in form.getlist("record"))
    return Plan(records=ticked, verdict=verdict, codes=codes)


def _said(form: FormData) -> Said:
    facts = {
        name.removeprefix(_FACT): str(value).replace("\r\n", "\n").strip()[:_MOST_FACT]
        for name, value in form.items()
        if name.startswith(_FACT) and str(value).strip()
    }
    return Said(facts, _text(form, "title")[:200], _text(form, "note")[:_MOST_FACT])


def _text(form: FormData, name: str) -> str:
    return str(form.get(name, "")).strip()


def _does(made: Plan, versions: Sequence[Version]) -> str:
    """What a plan does, as the sentence on top of its page."""
    records = some(len(versions), "record")
    if made.verdict is None:
        return f"This redacts in {records}. What is redacted there already stays so."
    does = {
        Verdict.RESPONSIVE: "hands over whole",
        Verdict.NOT_RESPONSIVE: "hands over nothing of",
        Verdict.EXEMPT: "withholds whole",
    }
    return f"This {does[made.verdict]} {records}."


def _planned(made: Plan, version: Version, desk: UnderReview) -> dict[str, Any]:
    """One record of a plan, with the words that it redacts there."""
    hit = desk.hit(version)
    texts, own = texts_of(hit), {kept.sha256 for kept in hit.media}
    spans = spans_of(made, version, desk) if made.verdict is None else []
    words = [showing.name(texts.get(one.where, "")[one.start : one.end]) for one in spans[:_WORDS]]
    regions = sum(one.sha256 in own for one in made.regions)
    files = sum(sha256 in own for sha256 in made.files)
    return {
        "number": desk.place(version),
        "path": desk.path(version),
        "stands": in_words(desk.review.decision(version)),
        "said": showing.said(" ".join((hit.text or "").split()), most=_SAID),
        "words": words,
        "more": len(spans) - len(words),
        "regions": regions,
        "files": files,
        "nothing": made.verdict is None and not (spans or regions or files),
        "tags": desk.tags(version),
    }
