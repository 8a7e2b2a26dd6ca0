"""What somebody means to decide about several records, as the page that asks once more carries it.

Nothing is filed from the first form of a decision that keeps something back: it becomes a plan, which is kept
and has a page of its own that says what it does in numbers and words. The form on that page says how many
decisions there were when it was shown, so that what a colleague decides meanwhile is seen.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

import msgspec
from starlette.datastructures import FormData

from paloverde.desk.under_review import UnderReview, in_words, numbers_of
from paloverde.errors import BadQuestion
from paloverde.requests.deciding import Wish, also, claims, decided
from paloverde.requests.everywhere import Words
from paloverde.requests.exemptions import (
    CLAIMS,
    FACTS,
    SEGREGABILITY,
    Exemption,
    Forum,
    exemption,
    in_forum,
)
from paloverde.requests.review import Decision, Region, Span, Verdict
from paloverde.requests.reviewing import Version
from paloverde.requests.spans import texts_of
from paloverde.search.hits import Hit
from paloverde.wording import at_time

_MOST_TOLD = 3  # papers of colleagues that a sentence tells


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """A decision about records by their numbers. Without a verdict something is redacted beside what stands.

    `marks` are exact places in the first record; in the others the same words are looked for. `words` are
    looked for in all. Files and regions go by the file's hash, in each record that has it.
    """

    records: tuple[int, ...]
    verdict: Verdict | None = None
    codes: tuple[str, ...] = ()
    marks: tuple[Span, ...] = ()
    words: tuple[tuple[str, str], ...] = ()
    files: tuple[str, ...] = ()
    regions: tuple[Region, ...] = ()
    back: str = ""  # the part of the address that is shown afterwards

    @property
    def keeps_back(self) -> bool:
        return self.verdict in (None, Verdict.EXEMPT)


class Proposed(msgspec.Struct, frozen=True):
    """A plan for a request as it is kept for whoever made it; `filed` is what came of it."""

    number: str
    plan: Plan
    filed: str = ""


class Said(NamedTuple):
    """What is written down beside a plan."""

    facts: Mapping[str, str] = {}
    title: str = ""
    note: str = ""


class Asked(NamedTuple):
    """A fact that a claim needs: the name of its field, what it asks, and what was written before."""

    name: str
    label: str
    value: str
    needed: bool


def changed(desk: UnderReview, papers: int, versions: Collection[Version]) -> str:
    """What was decided about these records after so many papers with decisions, by whom and when; "" where
    nothing was.
    """
    told, these = list[str](), {*versions}
    for paper in desk.review.since(papers):
        made = [one for one in paper.decisions if one.version in these]
        if made:
            who = "You have" if paper.by.is_same_person(desk.by) else f"{paper.by.name} has"
            what = f"record {desk.place(made[0].version):,} as “{in_words(made[0])}”"
            what = what if len(made) == 1 else f"{len(made):,} of these records"
            told.append(f"{who} decided {what} meanwhile, on {at_time(paper.at)}.")
    return f"{' '.join(told[-_MOST_TOLD:])} Look at it once more." if told else ""


def papers_of(form: FormData) -> int:
    """How many papers with decisions there were when a form was shown; none where it does not say."""
    (papers,) = numbers_of([str(form.get("papers", ""))]) or (0,)
    return papers


def versions_of(plan: Plan, desk: UnderReview) -> list[Version]:
    """The records of a plan. `BadQuestion` where one is not there."""
    known = desk.review.versions
    if not plan.records:
        raise BadQuestion("No record is ticked: tick those that it is about.")
    if not all(1 <= number <= len(known) for number in plan.records):
        raise BadQuestion("This form names a record that is not under review: open the list again.")
    return [known[number - 1] for number in plan.records]


def spans_of(plan: Plan, version: Version, desk: UnderReview) -> list[Span]:
    """What is redacted in one record."""
    hit, is_first = desk.hit(version), desk.place(version) == plan.records[0]
    found = {*plan.marks} if is_first else {*_like_the_marks(plan, hit, desk)}
    for code, words in plan.words:
        found |= {*_places(hit, words, code)}
    return sorted(found)


def _like_the_marks(plan: Plan, hit: Hit, desk: UnderReview) -> Iterator[Span]:
    texts = texts_of(desk.hit(desk.review.versions[plan.records[0] - 1]))
    for mark in plan.marks:
        yield from _places(hit, texts.get(mark.where, "")[mark.start : mark.end], mark.code)


def _places(hit: Hit, words: str, code: str) -> Iterator[Span]:
    looked_for = Words(words)
    for where, text in texts_of(hit).items():
        if where != "permalink":
            yield from (Span(where, start, end, code) for start, end in looked_for.places(text))


def decisions(plan: Plan, desk: UnderReview, said: Said, at: datetime) -> list[Decision]:
    """The decisions that a plan makes; none for a record in which it finds nothing to redact.

    `BadQuestion` where a code is none.
    """
    made = (_decision(plan, version, desk, said, at) for version in versions_of(plan, desk))
    return [one for one in made if one is not None]


def _decision(plan: Plan, version: Version, desk: UnderReview, said: Said, at: datetime) -> Decision | None:
    hit, before = desk.hit(version), desk.review.decision(version)
    own = {kept.sha256 for kept in hit.media}
    files = tuple(sha256 for sha256 in plan.files if sha256 in own)
    regions = tuple(one for one in plan.regions if one.sha256 in own)
    spans = tuple(spans_of(plan, version, desk)) if plan.verdict is None else ()
    if plan.verdict is None and not (files or regions or spans):
        return None
    used = {one.code for one in spans} | {one.code for one in regions}
    codes = [code for code in plan.codes if plan.verdict is not None or files or code in used]
    facts = [(name, text) for name, text in said.facts.items() if name.partition(".")[0] in codes]
    verdict = plan.verdict or Verdict.EXEMPT_IN_PART
    wish = Wish(verdict=verdict, exempted=claims(codes, facts), note=said.note, title=said.title)
    new = msgspec.structs.replace(
        decided(hit, wish, desk.by, at), spans=spans, regions=regions, withheld_media=files
    )
    return also(before, new) if before is not None and plan.verdict is None else new


def without(before: Decision, spans: Sequence[int], regions: Sequence[int], files: Sequence[int]) -> Decision:
    """What stood, without some of what was redacted, by their places in it; responsive where nothing is
    left.
    """
    kept_spans = tuple(one for at, one in enumerate(before.spans) if at not in spans)
    kept_regions = tuple(one for at, one in enumerate(before.regions) if at not in regions)
    kept_files = tuple(one for at, one in enumerate(before.withheld_media) if at not in files)
    used = {one.code for one in kept_spans} | {one.code for one in kept_regions}
    keeps = before.exempted if kept_files else [one for one in before.exempted if one.code in used]
    is_left = bool(kept_spans or kept_regions or kept_files)
    return msgspec.structs.replace(
        before,
        verdict=before.verdict if is_left else Verdict.RESPONSIVE,
        exempted=tuple(keeps) if is_left else (),
        spans=kept_spans,
        regions=kept_regions,
        withheld_media=kept_files,
    )


def asked(plan: Plan, desk: UnderReview, said: Said) -> list[tuple[Exemption, list[Asked]]]:
    """Each exemption of a plan with the facts that it needs, filled in as they were written last."""
    first = desk.review.decision(versions_of(plan, desk)[0])
    rows = [exemption(code) for code in plan.codes]
    return [(row, [_asked(name, row, desk, said, first) for name in _facts(row, plan)]) for row in rows]


def _facts(row: Exemption, plan: Plan) -> list[str]:
    """What a claim asks for; why no part can be released is asked once, and for a records request alone."""
    is_last = row.code == plan.codes[-1] and row.forum is Forum.REQUEST
    return [*row.facts, *([SEGREGABILITY] if plan.verdict is Verdict.EXEMPT and is_last else [])]


def _asked(name: str, row: Exemption, desk: UnderReview, said: Said, first: Decision | None) -> Asked:
    field = f"{row.code}.{name}"
    before = said.facts.get(field) or _written(first, row.code, name)
    if not before and name != SEGREGABILITY:
        before = next((text for one in _own(desk) if (text := _written(one, row.code, name))), "")
    return Asked(field, FACTS[name], before, needed=name in row.facts or name == SEGREGABILITY)


def _own(desk: UnderReview) -> Iterator[Decision]:
    """What this person decided in the review, newest first."""
    mine = [one.decision for one in desk.review.standing.values() if one.by.is_same_person(desk.by)]
    yield from sorted(mine, key=lambda one: one.decided_at, reverse=True)


def _written(decision: Decision | None, code: str, name: str) -> str:
    claimed = decision.exempted if decision else ()
    return next((one.facts.get(name, "") for one in claimed if one.code == code), "")


def code_options(first: str = "", forum: Forum = Forum.REQUEST) -> list[tuple[str, str]]:
    """The exemptions or privileges as a field offers them: those that keep words of a copy back."""
    rows = [row for row in CLAIMS[forum].values() if not row.bars_web]
    rows.sort(key=lambda row: row.facts == ("balancing",))  # the catch-all last: for what no other fits
    options = [(row.code, f"{row.code}: {row.title} ({row.cite})") for row in rows]
    return [("", first or f"Choose {'an exemption' if forum is Forum.REQUEST else 'a privilege'}"), *options]


def exemption_in_words(code: str, forum: Forum = Forum.REQUEST) -> str:
    """An exemption that is suggested by its code and title, as a column names it; in discovery the privilege
    that is like it.
    """
    claim = in_forum(code, forum)
    return f"{claim}: {exemption(claim).title}" if claim else "no privilege is like it"
