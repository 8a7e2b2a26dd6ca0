"""A decision as somebody says it, in words and numbers of files, made one about exact characters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

import msgspec

from paloverde.errors import BadQuestion
from paloverde.requests.everywhere import Words
from paloverde.requests.exemptions import FREE_FACTS, exemption, is_known
from paloverde.requests.review import Decision, Exempted, Region, Span, Verdict
from paloverde.requests.spans import texts_of
from paloverde.retention.holds import By
from paloverde.search.hits import Hit


class Box(NamedTuple):
    """A rectangle of a record's file, by the file's number from 1; pixels from the left top."""

    file: int
    left: int
    top: int
    width: int
    height: int


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody wants decided about a record. `words` are redacted wherever the record says them; each
    comes with its code. `files` are withheld whole, by their numbers from 1.
    """

    verdict: Verdict
    exempted: tuple[Exempted, ...] = ()
    words: tuple[tuple[str, str], ...] = ()
    files: tuple[int, ...] = ()
    boxes: tuple[tuple[str, Box], ...] = ()
    note: str = ""
    title: str = ""


def decided(hit: Hit, wish: Wish, by: By, at: datetime) -> Decision:
    """The decision that a wish makes of a record. `BadQuestion` where its words or files are not there."""
    return Decision(
        account=hit.account, kind=hit.kind, native_id=hit.native_id, version_sha256=hit.version_sha256,
        verdict=wish.verdict, exempted=wish.exempted, spans=tuple(sorted({*_spans(hit, wish.words)})),
        regions=tuple(Region(_file(hit, box.file), *box[1:], code) for code, box in wish.boxes),
        withheld_media=tuple(_file(hit, number) for number in wish.files),
        note=wish.note, decided_by=by.name, title=wish.title, decided_at=at,
    )  # fmt: skip


def also(before: Decision, more: Decision) -> Decision:
    """What stood, and beside it what is redacted more: exempt in part from then on, unless it is withheld."""
    verdict = before.verdict if before.verdict is Verdict.EXEMPT else Verdict.EXEMPT_IN_PART
    fresh = {claim.code: claim for claim in more.exempted if claim.facts or not exemption(claim.code).facts}
    kept = {claim.code: claim for claim in (*more.exempted, *before.exempted)} | fresh
    return msgspec.structs.replace(
        more,
        verdict=verdict,
        exempted=tuple(kept[code] for code in sorted(kept)),
        spans=tuple(sorted({*before.spans, *more.spans})),
        regions=tuple(sorted({*before.regions, *more.regions})),
        withheld_media=tuple(dict.fromkeys((*before.withheld_media, *more.withheld_media))),
        note=more.note or before.note,
        title=more.title or before.title,
    )


def claims(codes: Iterable[str], facts: Iterable[tuple[str, str]]) -> tuple[Exempted, ...]:
    """Claims of these codes; each fact goes to every code that asks for it, as `NAME` or `CODE.NAME`."""
    named = dict.fromkeys(codes)
    given = list(facts)
    made = []
    for code in named:
        asked = {*exemption(code).facts, *FREE_FACTS}
        own = {name: text for name, text in given if name in asked}
        own |= {name.partition(".")[2]: text for name, text in given if name.startswith(f"{code}.")}
        made.append(Exempted(code, own))
    used = {name for claim in made for name in claim.facts}
    for name, _ in given:
        if name.rpartition(".")[2] not in used:
            raise BadQuestion(f"No claimed exemption asks for a fact {name!r}.")
    return tuple(made)


def coded(text: str, codes: Sequence[str]) -> tuple[str, str]:
    """`CODE: words` as code and words; without a code it is the only one that is claimed."""
    code, colon, words = text.partition(":")
    if colon and is_known(code.strip()):
        return code.strip(), words.strip()
    if len(codes) != 1:
        raise BadQuestion(f"Say under which exemption {text.strip()!r} is redacted, as in EX-PRIV: words.")
    return codes[0], text.strip()


def _spans(hit: Hit, words: Iterable[tuple[str, str]]) -> Iterator[Span]:
    texts = {where: text for where, text in texts_of(hit).items() if where != "permalink"}
    for code, said in words:
        looked_for, found = Words(said), False
        for where, text in texts.items():
            for start, end in looked_for.places(text):
                found = True
                yield Span(where, start, end, code)
        if not found:
            raise BadQuestion(f"The record does not say {said!r}: nothing would be redacted.")


def _file(hit: Hit, number: int) -> str:
    """The hash of a record's file by its number from 1."""
    kept = hit.media[number - 1].sha256 if 1 <= number <= len(hit.media) else None
    if kept is None:
        raise BadQuestion(f"The record has no kept file number {number}.")
    return kept
