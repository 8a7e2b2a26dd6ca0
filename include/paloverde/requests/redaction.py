"""What a requester is given of a found record: a copy in which nothing of the redacted words is left.

Redaction happens here, in the data, before anything is rendered (Gov. Code 7922.525(b)): letters, pages,
tables and files are made from `Released.hit` and never see the original. What is not text and could tell the
words is replaced too: hashes over the words (a short text can be guessed from its hash), the way to the exact
payload, marks and snippets of the search, addresses and ids that repeat the words, and where the poster's
name is redacted whole, all that leads to the poster.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum

import msgspec

from paloverde.errors import BadQuestion
from paloverde.requests.exemptions import exemption
from paloverde.requests.needles import POSTER, is_telling, looked_for, said_again
from paloverde.requests.pointing import no_way_back, pointing
from paloverde.requests.review import Decision, Span, Verdict
from paloverde.requests.spans import Cut, box, boxed, cuts_of, moved, texts_of, words_of
from paloverde.requests.telling import Hidden, Telling
from paloverde.search.hits import Hit, Kept, Removal, Snippet, snippet
from paloverde.search.matching import Mark


class Given(StrEnum):
    """What becomes of a kept file of a record."""

    WHOLE = "whole"
    PAINTED = "painted over"
    WITHHELD = "withheld"


class Painted(msgspec.Struct, frozen=True):
    """A redacted picture that was made: its hash and size in bytes."""

    sha256: str
    size: int


class File(msgspec.Struct, frozen=True):
    """A kept file of a record. `source` is the hash of the archived file, and not for the requester where it
    is not given whole; `sha256` is that of the file which is given, None where none is or it is not made yet.
    """

    number: int
    given: Given
    source: str
    sha256: str | None = None
    size: int | None = None
    codes: tuple[str, ...] = ()


class Redaction(msgspec.Struct, frozen=True, order=True):
    """A part that was redacted, as the box, the letter and the log say it."""

    where: str
    code: str
    label: str
    statute: str


class Released(msgspec.Struct, frozen=True, kw_only=True):
    """One record as it is released. `needles` are the redacted words, for the leak test alone: they are never
    written anywhere. `repeated` is where the record says them again outside of what was redacted: a person
    must decide on these before release.
    """

    control: str
    hit: Hit
    verdict: Verdict
    redactions: tuple[Redaction, ...] = ()
    files: tuple[File, ...] = ()
    needles: tuple[str, ...] = ()
    repeated: tuple[Span, ...] = ()
    hidden_id: str = ""  # the record's id at its site where it is not given: for the leak test alone

    @property
    def is_redacted(self) -> bool:
        """Whether anything of it is kept back."""
        return bool(self.redactions)

    @property
    def is_withheld(self) -> bool:
        """Whether nothing but a slip in its place is given."""
        return self.verdict is Verdict.EXEMPT


def released(
    hit: Hit,
    decision: Decision,
    *,
    control: str,
    painted: Mapping[str, Painted] | None = None,
    hidden: Hidden | None = None,
) -> Released:
    """One record as it is released under a decision.

    Without `painted` (for looking at it before release) pictures with regions are not there. `BadQuestion`
    where the decision is about another version, is not to release, or has a span that is not in the record.
    """
    _check(hit, decision, control)
    statutes = {claim.code: exemption(claim.code).statute(claim.facts) for claim in decision.exempted}
    if decision.verdict is Verdict.EXEMPT:
        return _slip(hit, decision, control, statutes)
    cuts = _with_poster(hit, cuts_of(texts_of(hit), decision.spans))
    files = _files(hit, decision, painted)
    kept_back = [file for file in files if file.given is not Given.WHOLE]
    hidden = hidden or Hidden({})
    if not cuts and not kept_back:
        shown = pointing(hit, hidden, control)
        return Released(
            control=control,
            hit=shown,
            hidden_id="" if shown.native_id == hit.native_id else hit.native_id,
            verdict=decision.verdict,
            files=tuple(files),
        )
    texts = texts_of(hit)
    words = [word for where, of_text in cuts.items() for word in words_of(texts[where], of_text)]
    redactions = {
        _redaction(where, code, statutes)
        for where, some in cuts.items()
        for cut in some
        for code in cut.codes
    }
    redactions |= {_redaction(f"media.{file.number}", c, statutes) for file in kept_back for c in file.codes}
    redacted = pointing(_redacted(hit, cuts, words, files, control), hidden, control)
    return Released(
        control=control,
        hit=redacted,
        hidden_id="" if redacted.native_id == hit.native_id else hit.native_id,
        verdict=decision.verdict,
        redactions=tuple(sorted(redactions)),
        files=tuple(files),
        needles=looked_for(words),
        repeated=tuple(said_again(texts, cuts)),
    )


def _check(hit: Hit, decision: Decision, control: str) -> None:
    if (*hit.item, hit.version_sha256) != decision.version:
        raise BadQuestion(f"What was decided is about another version than the record {control}.")
    if decision.verdict is Verdict.NOT_RESPONSIVE:
        raise BadQuestion(f"{control} was found not responsive: nothing of it is released.")
    claimed = {claim.code for claim in decision.exempted}
    used = {span.code for span in decision.spans} | {region.code for region in decision.regions}
    for code in sorted(used - claimed):
        raise BadQuestion(f"{control} is redacted under {code}, which the decision does not claim.")
    kept_back = bool(used or decision.withheld_media)
    if decision.verdict is Verdict.RESPONSIVE and kept_back:
        raise BadQuestion(f"{control} is to be handed over whole, and parts of it are redacted: say which.")
    if decision.verdict is not Verdict.RESPONSIVE and not claimed:
        raise BadQuestion(f"{control} is kept back under no exemption: name one.")
    if decision.verdict is Verdict.EXEMPT_IN_PART and not kept_back:
        raise BadQuestion(f"{control} is exempt in part, and no part of it is redacted: mark it.")


def _redaction(where: str, code: str, statutes: Mapping[str, str]) -> Redaction:
    return Redaction(where, code, exemption(code).label, statutes[code])


def _with_poster(hit: Hit, cuts: dict[str, list[Cut]]) -> dict[str, list[Cut]]:
    """Where one of the poster's names is redacted whole, all of them are."""
    codes = hiding(hit, cuts)
    if not codes:
        return cuts
    whole = {name: [Cut(0, len(getattr(hit, name)), codes)] for name in POSTER if getattr(hit, name)}
    return {**cuts, **whole}


def hiding(hit: Hit, cuts: Mapping[str, Sequence[Cut]]) -> tuple[str, ...]:
    """The codes under which the poster is not to be known; none where the poster is."""
    found: dict[str, None] = {}
    for name in POSTER:
        for cut in cuts.get(name, ()):
            if cut.end - cut.start == len(getattr(hit, name) or "") or name != "poster_name":
                found |= dict.fromkeys(cut.codes)
    return tuple(found)


def _files(hit: Hit, decision: Decision, painted: Mapping[str, Painted] | None) -> list[File]:
    """What becomes of each kept file of the record."""
    own = {kept.sha256 for kept in hit.media if kept.sha256}
    named = {*decision.withheld_media, *(region.sha256 for region in decision.regions)}
    for sha256 in sorted(named - own):
        raise BadQuestion(f"The record has no kept file {sha256[:12]}… that could be redacted.")
    return [
        _file(number, kept.sha256, kept.size, decision, painted)
        for number, kept in enumerate(hit.media)
        if kept.sha256 is not None
    ]


def _file(
    number: int, sha256: str, size: int | None, decision: Decision, painted: Mapping[str, Painted] | None
) -> File:
    regions = [region for region in decision.regions if region.sha256 == sha256]
    if sha256 in decision.withheld_media:
        codes = tuple(claim.code for claim in decision.exempted)
        return File(number, Given.WITHHELD, sha256, codes=codes)
    if not regions:
        return File(number, Given.WHOLE, sha256, sha256, size)
    codes = tuple(sorted({region.code for region in regions}))
    if painted is not None and sha256 not in painted:
        raise BadQuestion(f"The picture {sha256[:12]}… has regions to paint over, and was not painted yet.")
    if painted is None:
        return File(number, Given.PAINTED, sha256, codes=codes)
    return File(number, Given.PAINTED, sha256, painted[sha256].sha256, painted[sha256].size, codes)


def _redacted(
    hit: Hit, cuts: Mapping[str, Sequence[Cut]], words: Sequence[str], files: Sequence[File], control: str
) -> Hit:
    """The record with boxes for words, and without whatever could tell them."""
    hides = bool(hiding(hit, cuts))
    telling = Telling([*words, *([hit.native_id] if hides else [])], _all_codes(cuts, files))
    changed: dict[str, str | None] = {
        where: boxed(getattr(hit, where), cut)
        for where, cut in cuts.items()
        if not where.startswith("media.")
    }
    if "permalink" not in changed:
        changed["permalink"] = telling.boxed(hit.permalink, always=hides)
    marks = moved(hit.marks, cuts.get("text", ()))
    return msgspec.structs.replace(
        hit,
        **changed,
        native_id=control if telling.is_told_by(hit.native_id) else hit.native_id,
        parent_id=telling.boxed(hit.parent_id),
        thread_id=telling.boxed(hit.thread_id),
        posted_text=telling.boxed(hit.posted_text),
        drift=None,
        media=list(_media(hit, cuts, files, telling, hides=hides)),
        removed=_removal(hit.removed, telling),
        **no_way_back(control),
        marks=marks,
        snippet=snippet(changed.get("text", hit.text) or "", [Mark(0, *mark) for mark in marks]),
    )


def _all_codes(cuts: Mapping[str, Sequence[Cut]], files: Sequence[File]) -> tuple[str, ...]:
    found = [code for some in cuts.values() for cut in some for code in cut.codes]
    return tuple(dict.fromkeys(found + [code for file in files for code in file.codes]))


def _media(
    hit: Hit, cuts: Mapping[str, Sequence[Cut]], files: Sequence[File], telling: Telling, *, hides: bool
) -> Iterator[Kept]:
    by_number = {file.number: file for file in files}
    for number, kept in enumerate(hit.media):
        name, file = f"media.{number}.alt_text", by_number.get(number)
        described = boxed(kept.alt_text or "", cuts[name]) if name in cuts else kept.alt_text
        if file is not None and file.given is not Given.WHOLE:
            what = "withheld" if file.given is Given.WITHHELD else "redacted"
            said = None if file.given is Given.WITHHELD else described
            reason = None if file.sha256 else box(file.codes, what)
            yield Kept(type=kept.type, alt_text=said, sha256=file.sha256, size=file.size, not_captured=reason)
        else:
            yield msgspec.structs.replace(
                kept,
                alt_text=described,
                url=telling.boxed(kept.url, always=hides),
                native_id=telling.boxed(kept.native_id, always=hides),
                not_captured=telling.boxed(kept.not_captured),
            )


def _removal(removed: Removal | None, telling: Telling) -> Removal | None:
    if removed is None:
        return None
    return msgspec.structs.replace(removed, cause_reason=telling.boxed(removed.cause_reason))


def _slip(hit: Hit, decision: Decision, control: str, statutes: Mapping[str, str]) -> Released:
    """The slip in place of a record that is withheld whole: what it was and of which day, nothing of it."""
    codes = tuple(claim.code for claim in decision.exempted)
    slip = Hit(
        account=hit.account, date=hit.date, platform=hit.platform, kind=hit.kind, native_id=control,
        version_sha256=f"withheld-{control}", text=box(codes, "withheld"), posted_at=hit.posted_at,
        visibility=hit.visibility, observed_at=hit.observed_at, provenance=hit.provenance, payload_sha256="",
        snippet=Snippet(box(codes, "withheld")), part="", row=-1, sequence=hit.sequence,
    )  # fmt: skip
    whole = [text for where, text in texts_of(hit).items() if where == "text" or where.endswith("alt_text")]
    return Released(
        control=control,
        hit=slip,
        hidden_id=hit.native_id,
        verdict=decision.verdict,
        redactions=tuple(_redaction("whole", code, statutes) for code in codes),
        files=tuple(
            File(number, Given.WITHHELD, kept.sha256, codes=codes)
            for number, kept in enumerate(hit.media)
            if kept.sha256
        ),
        needles=looked_for(text for text in whole if is_telling(text)),
    )
