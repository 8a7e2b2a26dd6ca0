"""What `paloverde review` shows of records: lists, whole records, suggestions, the same words elsewhere."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence

from paloverde.commands.review_desk import Desk
from paloverde.records import Visibility, archive_day
from paloverde.requests.detectors import Suggestion, suggested
from paloverde.requests.everywhere import Corpus, Occurrence
from paloverde.requests.exemptions import in_forum
from paloverde.requests.redaction import released
from paloverde.requests.review import Decision, Verdict
from paloverde.requests.reviewing import Version
from paloverde.requests.spans import texts_of
from paloverde.search.hits import Hit
from paloverde.search.scope import PRIVATE_KINDS
from paloverde.wording import short, short_moment, some

_AROUND = 40  # characters shown around a place
_SHOWN = 70  # characters of a text in a list
_NAME = 30  # characters of a poster's name in a list


def listed(desk: Desk, args: argparse.Namespace) -> Iterator[str]:
    """One page of the records, then how the review stands."""
    review = desk.review
    chosen = review.undecided if args.undecided else review.versions
    first = (args.page - 1) * args.per_page
    shown = chosen[first : first + args.per_page]
    yield from (_line(desk, version) for version in shown)
    if len(shown) < len(chosen):
        yield _page(args.page, first, len(shown), len(chosen))
    yield from desk.warnings()
    yield desk.summary()


def _page(page: int, first: int, shown: int, all_: int) -> str:
    if not shown:
        return f"There is no page {page:,}: {some(all_, 'record')} in all."
    more = f" `--page {page + 1}` shows more." if first + shown < all_ else ""
    return f"Records {first + 1:,} to {first + shown:,} of {all_:,}.{more}"


def _line(desk: Desk, version: Version) -> str:
    """One record in a list: what was decided, when and by whom it was said, and how it begins."""
    hit, decision = desk.hit(version), desk.review.decision(version)
    day = short(archive_day(hit.posted_at)) if hit.posted_at else "no date given"
    said = f"{hit.kind} by {_cut(_poster(hit), _NAME)}{', private' if is_private(hit) else ''}"
    text = _cut(" ".join((hit.text or "").split()) or "(no words)", _SHOWN)
    return f"{desk.review.control(version)}  {_verdict(decision):<14}  {day}  {said}: {text}"


def is_private(hit: Hit) -> bool:
    """Whether only those who took part could see it."""
    return hit.visibility == Visibility.PRIVATE or hit.kind in PRIVATE_KINDS


def _verdict(decision: Decision | None) -> str:
    if decision is None:
        return "undecided"
    codes = ", ".join(claim.code for claim in decision.exempted)
    return f"{decision.verdict.value}{f' ({codes})' if codes else ''}"


def _poster(hit: Hit) -> str:
    return " ".join((hit.poster_name or hit.poster_username or hit.poster_id or "unknown").split())


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[:most]}…"


def suggestions(desk: Desk, args: argparse.Namespace) -> Iterator[str]:
    """What may have to be redacted, each with its words and why."""
    if args.unanswered:
        found = desk.unanswered(desk.chosen(args.records) if args.records else desk.review.versions)
        for one in found:
            yield _suggestion(desk, desk.review.chosen(one.control)[0], one.suggestion)
        yield from (
            f"{_suggestion(desk, one.version, one.suggestion)}; left by {one.by.by.name}"
            for one in desk.left_alone()
        )
        yield f"{some(len(found), 'suggestion')} unanswered in what is handed over."
        return
    versions = desk.chosen(args.records) if args.records else desk.review.undecided
    new = [(version, one) for version in versions for one in suggested(desk.hit(version))]
    yield from (_suggestion(desk, version, one) for version, one in new)
    if not new:
        yield _nothing_suggested(len(versions))


def _nothing_suggested(looked_at: int) -> str:
    if not looked_at:
        return "No record is undecided, so that none was looked through: name records to look through them."
    through = some(looked_at, "record was", "records were")
    return f"{through} looked through, and nothing is suggested: what a program cannot see, a person may."


def _suggestion(desk: Desk, version: Version, one: Suggestion) -> str:
    words = texts_of(desk.hit(version))[one.where][one.start : one.end]
    code = in_forum(one.code, desk.forum)
    look = f", look at {code}" if code else ""
    return f"{desk.review.control(version)}  {one.where}: {words!r}: {one.what} ({one.why}){look}"


def shown(desk: Desk, args: argparse.Namespace) -> Iterator[str]:
    """Records whole: texts, files, what stands about them, and as they would be released."""
    for version in desk.chosen(args.records):
        hit, decision = desk.hit(version), desk.review.decision(version)
        day = short_moment(hit.posted_at) if hit.posted_at else "no date given"
        yield f"{desk.review.control(version)}  {hit.account}/{hit.kind}/{hit.native_id}"
        yield f"  {day}, by {_poster(hit)}{', private' if is_private(hit) else f', {hit.visibility}'}"
        yield from (f"  {where}: {text}" for where, text in texts_of(hit).items())
        for number, kept in enumerate(hit.media, 1):
            yield f"  file {number}: {kept.type or 'file'} {kept.sha256 or kept.not_captured or 'not kept'}"
        yield from _decided(hit, decision) if decision else ["  undecided"]
        for one in desk.review.history(version):
            told = f"{_verdict(one)}{f'; {one.note}' if one.note else ''}"
            yield f"  {short_moment(one.decided_at)}  {one.decided_by}: {told}"
        alike = [desk.review.control(other) for other in desk.alike(version)]
        yield from [f"  like: {', '.join(alike)}"] if alike else []
        yield from _as_released(desk, version, decision)


def _decided(hit: Hit, decision: Decision) -> Iterator[str]:
    """What is kept back, word by word, and by which facts."""
    texts = texts_of(hit)
    for span in decision.spans:
        yield f"  redacted in {span.where}: {texts[span.where][span.start : span.end]!r} ({span.code})"
    numbers = {kept.sha256: number for number, kept in enumerate(hit.media, 1)}
    for region in decision.regions:
        place = f"{region.left},{region.top},{region.width},{region.height}"
        yield f"  painted over in file {numbers.get(region.sha256, '?')}: {place} ({region.code})"
    for sha256 in decision.withheld_media:
        yield f"  withheld: file {numbers.get(sha256, '?')}"
    for claim in decision.exempted:
        yield f"  {claim.code}{':' if claim.facts else ''}"
        yield from (f"    {name}: {text}" for name, text in claim.facts.items())


def _as_released(desk: Desk, version: Version, decision: Decision | None) -> Iterator[str]:
    if decision is not None and decision.verdict is not Verdict.NOT_RESPONSIVE:
        made = released(desk.hit(version), decision, control=desk.review.control(version))
        yield from (f"  released {where}: {text}" for where, text in texts_of(made.hit).items())
        for span in made.repeated:
            yield f"  the same words stand unredacted in {span.where} at {span.start}"


def elsewhere(desk: Desk, words: str) -> Iterator[Occurrence]:
    """Every place in the records under review where the same words stand."""
    return Corpus(desk.under_review).places(words)


def places(desk: Desk, found: Sequence[Occurrence]) -> Iterator[str]:
    """Each place with what is said around it."""
    for one in found:
        text = texts_of(desk.hit(one.version))[one.where]
        around = f"{text[max(0, one.start - _AROUND) : one.start]}[{text[one.start : one.end]}]"
        said = " ".join(f"{around}{text[one.end : one.end + _AROUND]}".split())
        yield f"{desk.review.control(one.version)}  {one.where}: {said}"
