"""Spans of a text: never through the middle of a letter, joined where they touch, replaced by a box.

A box says under what was redacted and never how long it was. Offsets count characters (code points) of the
text as it was archived.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from paloverde.errors import BadQuestion
from paloverde.requests.review import Span
from paloverde.search.hits import Hit

FIELDS = ("text", "poster_name", "poster_username", "poster_id", "permalink")
_JOINER = "\u200d"
_SKIN_TONES = range(0x1F3FB, 0x1F400)
_REGIONAL = range(0x1F1E6, 0x1F200)  # two of them are one flag
_JAMO = range(0x1160, 0x1200)  # vowels and last consonants, which belong to the Korean letter before them


class Cut(NamedTuple):
    """What is replaced by one box: characters `start` to `end`, and the codes under which it is."""

    start: int
    end: int
    codes: tuple[str, ...]


def texts_of(hit: Hit) -> dict[str, str]:
    """Every text of a record in which a span may lie, by the name that `Span.where` gives it."""
    named = {name: getattr(hit, name) for name in FIELDS}
    named |= {f"media.{number}.alt_text": kept.alt_text for number, kept in enumerate(hit.media)}
    return {where: text for where, text in named.items() if text}


def cuts_of(texts: Mapping[str, str], spans: Iterable[Span]) -> dict[str, list[Cut]]:
    """What is cut out of each text. `BadQuestion` names a span that lies in none of them."""
    found: dict[str, list[Cut]] = {}
    for span in spans:
        text = texts.get(span.where)
        if text is None:
            raise BadQuestion(f"The record has no {span.where} to redact; it has {_names(texts)}.")
        if not 0 <= span.start < span.end <= len(text):
            raise BadQuestion(
                f"Characters {span.start} to {span.end} are not in {span.where}, which has {len(text)}: "
                "mark the words again."
            )
        found.setdefault(span.where, []).append(Cut(*whole_letters(text, span.start, span.end), (span.code,)))
    return {where: _joined(texts[where], cuts) for where, cuts in found.items()}


def _names(texts: Mapping[str, str]) -> str:
    return ", ".join(texts) or "no text at all"


def _joined(text: str, cuts: Iterable[Cut]) -> list[Cut]:
    """Cuts in order; those that overlap, touch, or have nothing but blanks between them are one."""
    done: list[Cut] = []
    for cut in sorted(cuts):
        last = done[-1] if done else None
        if last is not None and (cut.start <= last.end or text[last.end : cut.start].isspace()):
            codes = (*last.codes, *(code for code in cut.codes if code not in last.codes))
            done[-1] = Cut(last.start, max(last.end, cut.end), codes)
        else:
            done.append(cut)
    return done


def whole_letters(text: str, start: int, end: int) -> tuple[int, int]:
    """The same characters with whatever belongs to the first and last letter: accents, joined emoji, flags.

    The rules of extended grapheme clusters (Unicode UAX 29), a little wider: never narrower.
    """
    while start > 0 and _is_inside(text, start):
        start -= 1
    while end < len(text) and _is_inside(text, end):
        end += 1
    return start, end


def _is_inside(text: str, at: int) -> bool:
    """Whether a place lies inside a letter as a reader sees it."""
    before, after = text[at - 1], text[at]
    code = ord(after)
    if before == _JOINER or unicodedata.category(after) in ("Mn", "Mc", "Me", "Cf"):
        return True
    if code in _SKIN_TONES or code in _JAMO or before + after == "\r\n":
        return True
    return code in _REGIONAL and ord(before) in _REGIONAL and _halves_before(text, at) % 2 == 1


def _halves_before(text: str, at: int) -> int:
    """How many halves of flags stand before a place without a break."""
    first = at
    while first > 0 and ord(text[first - 1]) in _REGIONAL:
        first -= 1
    return at - first


def box(codes: Sequence[str], what: str = "redacted") -> str:
    """What stands where something was: the same for one letter and for a whole page."""
    return f"[{what}: {', '.join(codes)}]"


def boxed(text: str, cuts: Sequence[Cut]) -> str:
    """A text with a box in place of each cut."""
    pieces, at = [], 0
    for cut in cuts:
        pieces += [text[at : cut.start], box(cut.codes)]
        at = cut.end
    return "".join([*pieces, text[at:]])


def words_of(text: str, cuts: Iterable[Cut]) -> list[str]:
    """The words that were cut out."""
    return [text[cut.start : cut.end] for cut in cuts]


def moved(marks: Iterable[tuple[int, int]], cuts: Sequence[Cut]) -> list[tuple[int, int]]:
    """Marks of a text where they lie in its boxed form; those that a box covers are gone."""
    done = []
    for start, end in marks:
        if not any(cut.start < end and start < cut.end for cut in cuts):
            shift = sum(len(box(cut.codes)) - (cut.end - cut.start) for cut in cuts if cut.end <= start)
            done.append((start + shift, end + shift))
    return done
