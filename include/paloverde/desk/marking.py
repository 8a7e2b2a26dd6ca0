"""Places in a text that a person names: by numbers of words and sentences, or by selecting what is shown.

Pure. Offsets count characters of the text as it was archived; on a page unseen characters are written out
(`[U+202E]`), so that a selection there is counted back. Rectangles of pictures are given in percent.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from paloverde.bundles.pages import Segment, segments, visible
from paloverde.errors import BadQuestion
from paloverde.requests.review import Region
from paloverde.requests.spans import texts_of
from paloverde.search.hits import Hit

_WORD = re.compile(r"\S+")
_ENDS = re.compile("[.!?…。！？]['\")\\]”’»]*$")
_PART = re.compile(r"(?P<s>[sS])?(?P<first>\d{1,7})(?:\s*-\s*[sS]?(?P<last>\d{1,7}))?")
_LONGEST = 30  # letters of a word that its number stands beside
_COST = 40  # bytes of HTML for a numbered word, besides its letters
_ESCAPED = 6  # bytes for a letter at worst
_LABELS = {
    "text": "Text", "poster_name": "Poster, display name", "poster_username": "Poster, user name",
    "poster_id": "Poster, id", "permalink": "Address on the site",
}  # fmt: skip
_HOW = ("", "mark", "del")
_WHOLE = 100.0  # percent
Place = tuple[int, int]


class Word(NamedTuple):
    """A word as the page numbers it, from 1."""

    number: int
    text: str


class Sentence(NamedTuple):
    """A sentence as the page numbers it, from 1, with the numbers of its first and last word."""

    number: int
    first: int
    last: int
    words: list[Word]


def label(where: str) -> str:
    """What a text of a record is, in words."""
    if where.startswith("media."):
        return f"Description of file {int(where.split('.')[1]) + 1}"
    return _LABELS.get(where, where)


def markable(hit: Hit) -> dict[str, str]:
    """The texts in which words may be marked: all but the address, which follows what is redacted."""
    return {where: text for where, text in texts_of(hit).items() if where != "permalink"}


def words_of(text: str) -> list[Place]:
    """Each word: whatever stands between blanks."""
    return [match.span() for match in _WORD.finditer(text)]


def sentences_of(text: str) -> list[tuple[int, int]]:
    """The numbers (from 0) of the first and last word of each sentence."""
    words, found, first = words_of(text), list[tuple[int, int]](), 0
    for at, (start, end) in enumerate(words):
        is_last = at + 1 == len(words)
        if is_last or _ENDS.search(text[start:end]) or "\n" in text[end : words[at + 1][0]]:
            found.append((first, at))
            first = at + 1
    return found


def numbered(text: str, window: Place, most: int) -> tuple[list[Sentence], bool]:
    """The sentences of a part of a text with numbers to choose them by, and whether all of them are there."""
    words, shown, spent = words_of(text), list[Sentence](), 0
    for number, (first, last) in enumerate(sentences_of(text), 1):
        if words[last][1] <= window[0] or words[first][0] >= window[1]:
            continue
        here = list[Word]()
        for at in range(first, last + 1):
            start, end = words[at]
            if end > window[0] and start < window[1]:
                word = Word(at + 1, _short(text[start:end]))
                spent += _COST + _ESCAPED * len(word.text)
                if spent > most:
                    return [*shown, Sentence(number, first + 1, last + 1, here)], False
                here.append(word)
        shown.append(Sentence(number, first + 1, last + 1, here))
    return shown, True


def _short(word: str) -> str:
    seen = visible(word)
    return seen if len(seen) <= _LONGEST else f"{seen[:_LONGEST]}…"


def picked(text: str, said: str) -> Iterator[Place]:
    """The places that numbers name: `12`, `12-20`, `s3`, several with commas. `BadQuestion` where none."""
    words, sentences = words_of(text), sentences_of(text)
    for part in filter(None, (one.strip() for one in said.split(","))):
        match = _PART.fullmatch(part)
        if match is None:
            raise BadQuestion(f"{part[:40]!r} names no word: write 12, 12-20, or s3 for the third sentence.")
        first, last = int(match["first"]), int(match["last"] or match["first"])
        most = len(sentences) if match["s"] else len(words)
        if not 1 <= first <= last <= most:
            what = "sentences" if match["s"] else "words"
            raise BadQuestion(f"{part!r} is not there: this text has {most:,} {what}.")
        if match["s"]:
            first, last = sentences[first - 1][0] + 1, sentences[last - 1][1] + 1
        yield words[first - 1][0], words[last - 1][1]


def selected(text: str, start: int, end: int) -> Place:
    """The place in a text of what was selected in its shown form. `BadQuestion` where it holds nothing."""
    at, found = 0, list[int]()
    for place, char in enumerate(text):
        width = len(visible(char)) or 1
        if at < end and start < at + width:
            found.append(place)
        at += width
        if at >= end:
            break
    if not found:
        raise BadQuestion("Nothing is selected: select the words once more.")
    return found[0], found[-1] + 1


def highlighted(
    text: str, window: Place, suggested: Iterable[Place], redacted: Iterable[Place]
) -> list[Segment]:
    """A part of a text in pieces: what is suggested as `mark`, what is redacted already as `del`."""
    first, last = window
    kinds = bytearray(max(0, last - first))
    for kind, places in ((1, suggested), (2, redacted)):
        for start, end in places:
            inside = slice(max(start, first) - first, max(min(end, last), first) - first)
            kinds[inside] = bytes([kind]) * len(kinds[inside])
    pieces, at = list[Segment](), first
    for kind, run in groupby(kinds):
        end = at + len(list(run))
        pieces += [(what or _HOW[kind], piece) for what, piece in segments(text[at:end])]
        at = end
    return pieces


def percent(text: str, name: str) -> float:
    """A number from 0 to 100. `BadQuestion` where it is none."""
    try:
        number = float(text.strip().rstrip("%"))
    except ValueError:
        raise BadQuestion(f"Write the {name} as a number from 0 to 100, such as 12.5.") from None
    if not 0 <= number <= _WHOLE:
        raise BadQuestion(f"Write the {name} as a number from 0 to 100, such as 12.5.")
    return number


def region_of(sha256: str, box: Sequence[float], size: tuple[int, int], code: str) -> Region:
    """A rectangle in percent as whole pixels: never smaller than what was marked."""
    left, top, width, height = box
    if not width or not height:
        raise BadQuestion("The rectangle is empty: give it a width and a height.")
    x, y = (math.floor(edge * whole / _WHOLE) for edge, whole in zip((left, top), size, strict=True))
    ends = (min(left + width, _WHOLE), min(top + height, _WHOLE))
    right, bottom = (math.ceil(edge * whole / _WHOLE) for edge, whole in zip(ends, size, strict=True))
    return Region(sha256, x, y, max(1, right - x), max(1, bottom - y), code)
