"""Whether a document surely fits on one page, so that nobody need lay it out to know.

Most records are a few lines. What a sheet takes is reckoned from above: every character as wide as its widest
form, every line as high as the highest font, of each line only as much as is full before the longest word
goes to the next. Whoever comes near the end of the page, or has letters that join, is laid out and counted
(`pages`). What is reckoned follows `documents.typ` and `house.typ`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from functools import lru_cache

from paloverde.bundles.pages import visible
from paloverde.bundles.pdf.fonts import FAMILIES, Fonts
from paloverde.bundles.pdf.glyphs import ENDLESS
from paloverde.productions.sheets import Sheet

_INCH = 72.0
_PAGE = (11 - 0.9 - 0.95) * _INCH  # points; Letter without its margins
_WIDE = 6.5 * _INCH
_SURE = 0.75  # of a page: the rest is for what is reckoned too small, such as pairs of letters set apart
_FRAME = 4.2 * _INCH + 2 * 13  # of a file, whatever is in it
# em: the capitals of the first font (0.69) or the highest of any (0.945), and the room between lines (0.62)
_LINE, _LINE_OF_ANY = 1.35, 1.6
_OF_MARKS = 8.0  # em: a mark without a letter is written out, [U+200D]
_JOINED = (range(0x0590, 0x1E00), range(0xA800, 0xAC00), range(0xFB1D, 0xFE00), range(0xFE70, 0xFF00))
_MARKS = "\u200d\ufe0e\ufe0f"
_HOLDS = "\u00a0\u2007\u202f\u2060\ufeff"  # no line breaks there, whatever Python takes for a space


def is_surely_one_page(sheet: Sheet, fonts: Fonts) -> bool:
    """Whether the sheet takes one page, whatever its numbers are. False says nothing."""
    room = _PAGE - (_FRAME if sheet.is_file else 0)
    return sum(_parts(sheet, widths(fonts))) <= _SURE * room


class Widths(dict[str, float]):
    """How wide a character is at most, in em; infinite where it depends on others."""

    def __init__(self, fonts: Fonts) -> None:
        super().__init__({"\t": 4.0})
        self._families, self._emoji = fonts.families[: len(FAMILIES)], fonts.families[fonts.emoji]

    def __missing__(self, char: str) -> float:
        width = self[char] = self._width(char)
        return width

    def _width(self, char: str) -> float:
        if char in _MARKS:
            return _OF_MARKS
        code = ord(char)
        if char in _HOLDS or visible(char) != char or any(code in one for one in _JOINED):
            return math.inf
        own = next((one.widths[code] for one in self._families if code in one.characters), math.inf)
        return own if char.isascii() else max(own, self._emoji.widths.get(code, 0.0))


@lru_cache(maxsize=4)
def widths(fonts: Fonts) -> Widths:
    """The widths of some fonts, looked up once for all documents."""
    return Widths(fonts)


def _parts(sheet: Sheet, wide: Widths) -> Iterator[float]:
    """The height of each part in points, from above."""
    yield _text(sheet.title, 13, _WIDE, wide) + 13
    yield from _facts(sheet.who, 9.5, 8, wide)
    yield from (_text(remark, 9.5, _WIDE - 10, wide) + 12 for remark in sheet.remarks)
    yield 4 * 13  # above and below the words
    yield _text(sheet.text, 11, _WIDE - 20, wide) + 13 * (1 + sheet.text.count("\n"))
    yield from _facts(sheet.facts, 8.5, 10, wide)


def _facts(pairs: Iterable[tuple[str, str]], size: float, column: float, wide: Widths) -> Iterator[float]:
    """Name and value beside each other, reckoned as if they stood one below the other."""
    for name, value in pairs:
        yield _text(name, size, (column - 0.6) * size, wide) - size * _line(name)
        yield _text(value, size, _WIDE - column * size, wide) + 0.6 * size


def _text(text: str, size: float, room: float, wide: Widths) -> float:
    """The height of a text that is set in `size` points and `room` points wide."""
    lines = text.replace("\r\n", "\n").split("\n")
    return sum(_of_line(one, size, room, wide) for one in lines)


def _of_line(text: str, size: float, room: float, wide: Widths) -> float:
    em = sum(map(wide.__getitem__, text))
    line = size * _line(text)
    if em * size <= room:
        return line
    if math.isinf(em):
        return math.inf
    words = text.split()
    longest = max((sum(map(wide.__getitem__, word[:ENDLESS])) for word in words), default=0.0)
    full = room - longest * size
    if full < room / 4 or any(len(word) >= ENDLESS and not word.isascii() for word in words):
        return math.inf
    return math.ceil(em * size / full) * line


def _line(text: str) -> float:
    return _LINE if text.isascii() else _LINE_OF_ANY
