"""One record under review: its words with what to look at, what was decided, and the ways to decide."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from fastapi.responses import Response

from paloverde.desk import showing
from paloverde.desk.areas.records import Named
from paloverde.desk.areas.review_plan import AT
from paloverde.desk.areas.reviewed import shown, subject_of
from paloverde.desk.filters import FILTERS, among, chosen_of, query_of
from paloverde.desk.looking import looked_through_first
from paloverde.desk.marking import Place, highlighted, label, markable, numbered
from paloverde.desk.plans import code_options, exemption_in_words
from paloverde.desk.rights import Act
from paloverde.desk.under_review import UnderReview, in_words
from paloverde.desk.visit import Here, Pages, Visit
from paloverde.installation.records import is_private
from paloverde.requests.detectors import Suggestion
from paloverde.requests.exemptions import CLAIMS, exemption
from paloverde.requests.review import Decision
from paloverde.requests.reviewing import Version
from paloverde.requests.spans import cuts_of, texts_of
from paloverde.requests.unanswered import sparing
from paloverde.search.hits import Hit, Kept

pages = Pages()
_SHOWN, _NUMBERED = 24_000, 24_000  # bytes of HTML: the text, its numbered words
_OTHER, _OTHERS = 2_000, 24_000  # bytes of HTML: another text, all of them together
_MOST_TEXTS, _MOST_SUGGESTED, _MOST_ALIKE, _MOST_FILES = 45, 60, 20, 40
_MOST_SPANS, _WORDS = 100, 80  # redactions that are listed, and characters of each
_PICTURES = ("photo", "image", "picture", "sticker", "gif", "jpg", "jpeg", "png", "webp")
_MOST_START = 9  # digits


class Opened(NamedTuple):
    """A record under review that somebody opened."""

    desk: UnderReview
    version: Version
    hit: Hit

    @property
    def number(self) -> int:
        return self.desk.place(self.version)

    @property
    def path(self) -> str:
        return self.desk.path(self.version)

    @property
    def chosen(self) -> str:
        """The filter of the list through which somebody goes."""
        return chosen_of(self.desk.visit.request.query_params)

    @property
    def back(self) -> str:
        """It in the address of the review, with the list through which somebody goes."""
        return f"{self.number}{query_of(self.chosen)}"


def opened(visit: Visit, number: str, record: str) -> Opened:
    """The record; a page that is not there where the request or the record is none."""
    subject_of(visit, number)
    desk = UnderReview(visit, number)
    version = desk.at(record)
    return Opened(desk, version, desk.hit(version))


@pages.page("/requests/{number}/review/{record}", Act.REVIEW)
def record(visit: Here, number: str, record: str) -> Response:
    """A record, and all that may be decided about it."""
    one = opened(visit, number, record)
    return looked_through_first(one.desk, f"{one.path}{query_of(one.chosen)}") or page_of(visit, one)


def page_of(visit: Visit, one: Opened, wrong: str = "", typed: str = "", status: int = 200) -> Response:
    """The page of a record; `wrong` is why nothing was done yet, `typed` the words that were typed."""
    desk, version, hit = one.desk, one.version, one.hit
    decision = desk.review.decision(version)
    place, query = among(desk, version, one.chosen), query_of(one.chosen)
    own = _named(one)
    suggested = desk.suggestions(version)
    return shown(
        visit,
        desk.number,
        "review_record.html",
        f"record {one.number:,} of {len(desk.review.versions):,}",
        AT,
        status=status,
        path=one.path,
        control=desk.review.control(version),
        hit=hit,
        poster=showing.poster(hit),
        kind=showing.kind_in_words(hit.kind),
        tags=desk.tags(version),
        private=is_private(hit),
        stands=in_words(decision),
        decision=decision,
        papers=desk.review.papers,
        closed=desk.closed,
        out_on=desk.handed_over.get(version),
        redacted=list(_redacted(hit, decision)) if decision else [],
        history=[_told(one_) for one_ in reversed(desk.review.history(version)[-12:])],
        texts=list(_texts(visit, one, decision)),
        address=showing.name(hit.permalink, 500),
        suggested=[
            _suggestion(one, at, found, decision) for at, found in enumerate(suggested[:_MOST_SUGGESTED])
        ],
        unsaid=max(0, len(suggested) - _MOST_SUGGESTED),
        files=[_file(own, at, kept) for at, kept in enumerate(hit.media[:_MOST_FILES], 1)],
        alike=[_alike(desk, other) for other in desk.alike(version)[:_MOST_ALIKE]],
        more_files=max(0, len(hit.media) - _MOST_FILES),
        more_redacted=max(0, len(decision.spans) - _MOST_SPANS) if decision else 0,
        alikes=len(desk.alike(version)),
        earlier=[_earlier(one_) for one_ in reversed(desk.earlier.get(version, [])[-10:])],
        before=place.before and f"{desk.path(place.before)}{query}",
        after=place.after and f"{desk.path(place.after)}{query}",
        query=query,
        listed=FILTERS[one.chosen][0] if query else "",
        place=place,
        left=len(desk.review.undecided),
        beside=[n for n in (one.number - 1, one.number + 1) if 1 <= n <= len(desk.review.versions)],
        number_here=one.number,
        record_page=own.path(),
        conversation=own.path("/record/conversation"),
        codes=code_options(forum=desk.forum),
        barred=[row for row in CLAIMS[desk.forum].values() if row.bars_web],
        wrong=wrong,
        typed=typed,
    )


def _named(one: Opened) -> Named:
    """The record as the pages of records name it; why a private one is opened is the review."""
    return Named(one.hit.item, one.hit.version_sha256, one.desk.number if is_private(one.hit) else "")


def media_of(one: Opened, sha256: str) -> str:
    """The address of one of its files."""
    return _named(one).path(f"/media/{sha256}")


def _texts(visit: Visit, one: Opened, decision: Decision | None) -> Iterator[dict[str, Any]]:
    """Each text in which words may be marked, with what is suggested and redacted in it."""
    hit = one.hit
    cuts = cuts_of(texts_of(hit), decision.spans if decision else ())
    start = visit.request.query_params.get("from", "0")
    first = int(start) if start.isascii() and start.isdigit() and len(start) <= _MOST_START else 0
    texts = [*markable(hit).items()][:_MOST_TEXTS]
    other = min(_OTHER, _OTHERS // max(1, len(texts)))
    for at, (where, text) in enumerate(texts):
        first_here = min(first, max(0, len(text) - 1)) if where == "text" else 0
        most = _SHOWN if where == "text" else other
        cut = showing.said(text[first_here:], most=most)
        window = (first_here, len(text) - cut.rest)
        found = [(s.start, s.end) for s in one.desk.suggestions(one.version) if s.where == where]
        redacted: list[Place] = [(cut_.start, cut_.end) for cut_ in cuts.get(where, ())]
        words, all_words = numbered(text, window, _NUMBERED if where == "text" else other)
        yield {
            "at": at, "where": where, "label": label(where), "sentences": words, "all_words": all_words,
            "pieces": highlighted(text, window, found, redacted), "start": window[0],
            "shown": "".join(piece for _, piece in showing.said(text[slice(*window)], most=most).pieces),
            "rest": cut.rest, "next": window[1] if cut.rest and where == "text" else 0,
        }  # fmt: skip


def _suggestion(one: Opened, at: int, found: Suggestion, decision: Decision | None) -> dict[str, Any]:
    """A suggestion, whether something of it is redacted already, and who looked at it and left it."""
    hit, spans = one.hit, decision.spans if decision else ()
    left = [left for left in one.desk.review.sparings(one.version) if sparing(found, [left.spared])]
    touched = any(s.where == found.where and s.start < found.end and found.start < s.end for s in spans)
    return {
        "at": at, "words": showing.name(texts_of(hit)[found.where][found.start : found.end], _WORDS),
        "where": label(found.where), "what": found.what, "why": found.why,
        "code": exemption_in_words(found.code, one.desk.forum), "bars_web": exemption(found.code).bars_web,
        "done": touched, "left": left[-1] if left else None,
    }  # fmt: skip


def _redacted(hit: Hit, decision: Decision) -> Iterator[dict[str, Any]]:
    """What is redacted now, each with the name and value of its tick."""
    texts = texts_of(hit)
    numbers = {kept.sha256: number for number, kept in enumerate(hit.media, 1)}
    for at, span in enumerate(decision.spans[:_MOST_SPANS]):
        words = showing.name(texts[span.where][span.start : span.end], _WORDS)
        yield {"tick": "span", "at": at, "what": f"{label(span.where)}: {words}", "code": span.code}
    for at, region in enumerate(decision.regions):
        size = f"{region.width:,} by {region.height:,} pixels"
        what = f"A rectangle of file {numbers.get(region.sha256, '?')}, {size}"
        yield {"tick": "region", "at": at, "what": what, "code": region.code}
    for at, sha256 in enumerate(decision.withheld_media):
        yield {"tick": "file", "at": at, "what": f"File {numbers.get(sha256, '?')}, whole", "code": ""}


def _file(own: Named, number: int, kept: Kept) -> Mapping[str, Any]:
    kind = (kept.type or "file").lower()
    return {
        "number": number,
        "kind": showing.name(kind.replace("_", " ")),
        "path": own.path(f"/media/{kept.sha256}") if kept.sha256 else "",
        "is_picture": is_picture(kept),
        "alt": showing.name(kept.alt_text),
        "reason": showing.name(kept.not_captured) or "no reason was noted",
    }


def is_picture(kept: Kept) -> bool:
    """Whether the site calls a file a picture; its bytes are looked at when it is shown."""
    return any(word in (kept.type or "").lower() for word in _PICTURES)


def _alike(desk: UnderReview, version: Version) -> dict[str, Any]:
    hit = desk.hit(version)
    return {
        "number": desk.place(version),
        "path": desk.path(version),
        "stands": in_words(desk.review.decision(version)),
        "said": showing.said(" ".join((hit.text or "").split()), most=600),
    }


def _earlier(one: Any) -> dict[str, str]:
    return {"request": one.request, "control": one.control, "stands": in_words(one.decision)}


def _told(decision: Decision) -> dict[str, Any]:
    return {
        "at": decision.decided_at,
        "by": decision.decided_by,
        "stands": in_words(decision),
        "note": showing.name(decision.note, 300),
        "facts": [
            (f"{claim.code}, {name.replace('_', ' ')}", showing.name(text, 300))
            for claim in decision.exempted
            for name, text in claim.facts.items()
        ],
    }
