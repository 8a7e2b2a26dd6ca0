"""Decisions about one record: handed over, not responsive, withheld; like another; taken back in part."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import msgspec
from fastapi.responses import Response
from starlette.datastructures import FormData

from paloverde.desk.areas.request_frame import Given
from paloverde.desk.areas.review_plan import codes_of, propose
from paloverde.desk.areas.review_record import Opened, opened, page_of
from paloverde.desk.filters import among, query_of
from paloverde.desk.plans import Plan, changed, papers_of, without
from paloverde.desk.rights import Act
from paloverde.desk.under_review import in_words, numbers_of
from paloverde.desk.visit import Here, Pages
from paloverde.desk.wording import plain
from paloverde.errors import BadQuestion, PersonNeeded
from paloverde.requests.deciding import Wish, decided
from paloverde.requests.review import Decision, Verdict

pages = Pages()


@pages.form("/requests/{number}/review/{record}/verdict", Act.REVIEW)
def verdict(visit: Here, number: str, record: str, form: Given) -> Response:
    """Hand it over whole, or not at all: at once, unless it undoes what was kept back, or it went out."""
    one = opened(visit, number, record)
    if told := changed(one.desk, papers_of(form), [one.version]):
        return page_of(visit, one, told, status=409)
    try:
        plan = _plan(one, form)
        if plan.codes or plan.keeps_back or _undoes(one):
            return propose(visit, one.desk, plan)
        wish = Wish(verdict=plan.verdict or Verdict.RESPONSIVE)
        made = decided(one.hit, wish, one.desk.by, visit.city.vault.clock())
        after = among(one.desk, one.version, one.chosen).after  # as the list was when it was decided
        told = f"Record {one.number:,} is {in_words(made)}. {one.desk.filed([made])}"
    except PersonNeeded as error:
        return page_of(visit, one, plain(error), status=400)
    query = query_of(one.chosen)
    return visit.go(f"{one.desk.path(after) if after else f'/requests/{number}/review'}{query}", told=told)


def _undoes(one: Opened) -> bool:
    """Whether a new decision undoes what was kept back, or comes too late for what the requester has."""
    stands = one.desk.review.decision(one.version)
    is_kept_back = stands is not None and stands.verdict in (Verdict.EXEMPT, Verdict.EXEMPT_IN_PART)
    return is_kept_back or one.version in one.desk.handed_over


def _plan(one: Opened, form: FormData) -> Plan:
    """The plan of the form with the verdicts. `BadQuestion` where it names none."""
    named, here = str(form.get("verdict", "")), one.back
    match named:
        case "responsive" | "not responsive":
            return Plan(records=(one.number,), verdict=Verdict(named), back=here)
        case "off the web":
            codes = codes_of(form, "barred")
            return Plan(records=(one.number,), verdict=Verdict.RESPONSIVE, codes=codes, back=here)
        case "exempt":
            return Plan(records=(one.number,), verdict=Verdict.EXEMPT, codes=codes_of(form), back=here)
    raise BadQuestion("Say what is decided: responsive, not responsive, or withheld whole.")


@pages.form("/requests/{number}/review/{record}/same", Act.REVIEW)
def same(visit: Here, number: str, record: str) -> Response:
    """Decide what is the same text or nearly as this record is decided."""
    one = opened(visit, number, record)
    decision, others = one.desk.review.decision(one.version), one.desk.alike(one.version)
    if decision is None or not others:
        return page_of(
            visit, one, "Decide this record first: then the others are decided like it.", status=400
        )
    in_part = decision.verdict is Verdict.EXEMPT_IN_PART
    plan = Plan(
        records=(one.number, *map(one.desk.place, others)),
        verdict=None if in_part else decision.verdict,
        codes=tuple(claim.code for claim in decision.exempted),
        marks=decision.spans,
        files=decision.withheld_media,
        regions=decision.regions,
        back=one.back,
    )
    try:
        return propose(visit, one.desk, plan)
    except BadQuestion as error:
        return page_of(visit, one, plain(error), status=400)


@pages.form("/requests/{number}/review/{record}/uncover", Act.REVIEW)
def uncover(visit: Here, number: str, record: str, form: Given) -> Response:
    """Take ticked redactions off again."""
    one = opened(visit, number, record)
    decision = one.desk.review.decision(one.version)
    ticked = {name: numbers_of(map(str, form.getlist(name))) for name in ("span", "region", "file")}
    if decision is None or not any(ticked.values()):
        return page_of(visit, one, "Tick what is not to be redacted any more.", status=400)
    if told := changed(one.desk, papers_of(form), [one.version]):
        return page_of(visit, one, f"{told} Then tick again.", status=409)
    if one.version in one.desk.handed_over and not form.get("out"):
        told = "Tick that you know that the requester has it already, and tick once more what is taken off."
        return page_of(visit, one, told, status=400)
    now, by = visit.city.vault.clock(), one.desk.by.name
    title = one.desk.review.title_of(by) or visit.person.title
    made = [
        msgspec.structs.replace(after, decided_by=by, decided_at=now, title=title or after.title)
        for after in _uncovered(one, decision, ticked)
    ]
    try:
        return visit.go(f"{one.path}{query_of(one.chosen)}", told=one.desk.filed(made))
    except PersonNeeded as error:
        return page_of(visit, one, plain(error), status=400)


def _uncovered(one: Opened, decision: Decision, ticked: Mapping[str, Sequence[int]]) -> Iterator[Decision]:
    """What stands without the ticked redactions; of a picture or file in every record that has it, since it
    is given the same way in all.
    """
    yield without(decision, ticked["span"], ticked["region"], ticked["file"])
    regions = {region for at, region in enumerate(decision.regions) if at in ticked["region"]}
    files = {sha256 for at, sha256 in enumerate(decision.withheld_media) if at in ticked["file"]}
    holders = {v for sha256 in files | {r.sha256 for r in regions} for v in one.desk.with_file(sha256)}
    for version in holders - {one.version}:
        other = one.desk.review.decision(version)
        if other is not None and other.verdict is Verdict.EXEMPT_IN_PART:
            same = [at for at, region in enumerate(other.regions) if region in regions]
            yield without(other, (), same, [at for at, f in enumerate(other.withheld_media) if f in files])
