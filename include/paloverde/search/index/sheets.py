"""Sheets: the passages of a stream side by side, so that a word and the next one lie in rows that follow.

A *sheet* has a column for each of some passages of about the same length, eight of them to a byte, and a row
for each word of the longest. So the words behind are one row further in every passage at once, and nothing
reaches from one passage into another. A *cell* is one place of a sheet, counted in bits over all sheets; each
sheet begins with a machine word.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from paloverde.search.index.layout import BLOCK, I64, U16, U32

WORD = 64  # bits
BYTE = 8
ROOM = 1 << 18  # bytes of a sheet: with what is made of it, it stays in the processor's own memory
_WIDEST = (1 << 16) - 1  # bytes of a row
_LONGER, _MORE = 4, 4  # on a sheet, the longest has at most a quarter and 4 words more than the shortest


class Sheet(NamedTuple):
    """Where a sheet lies: its first machine word, its rows, the bytes of a row, and those of the rows of all
    sheets before it.
    """

    start: int
    rows: int
    width: int
    before: int

    @property
    def words(self) -> int:
        """How many machine words it takes."""
        return words_of(self.rows, self.width)


class Laid(NamedTuple):
    """How passages are laid on sheets: rows and width (in bytes) of each, and the passage of each column."""

    rows: U32
    widths: U16
    passages: I64

    def sheets(self) -> list[Sheet]:
        return [*sheets_of(self.rows, self.widths)]


def sheets_of(rows: U32, widths: U16) -> Iterator[Sheet]:
    """The sheets of these sizes, one after the other."""
    start = before = 0
    for one, width in zip(rows.tolist(), widths.tolist(), strict=True):
        yield Sheet(start, one, width, before)
        start, before = start + words_of(one, width), before + width


def words_of(rows: int, width: int) -> int:
    """The machine words of so many rows of so many bytes."""
    return -(-rows * width * BYTE // WORD)


def lay(lengths: I64, *, room: int = ROOM) -> Laid:
    """Lay passages of so many words (at least one each) on sheets, the short ones first."""
    passages = np.argsort(lengths, kind="stable")
    rising = lengths[passages]
    rows: list[int] = []
    widths: list[int] = []
    first = 0
    while first < len(rising):
        shortest = int(rising[first])
        longest = shortest + shortest // _LONGER + _MORE
        fits = int(np.searchsorted(rising, longest, side="right"))
        widest = min(max(room // longest, 1), _WIDEST)
        after = first + min(max((fits - first) // BYTE, 1), widest) * BYTE
        after = min(after, len(rising))
        rows.append(int(rising[after - 1]))
        widths.append(-(-(after - first) // BYTE))
        first = after
    return Laid(np.array(rows, np.uint32), np.array(widths, np.uint16), passages)


def cells_of_blocks(laid: Laid, blocks: I64) -> tuple[I64, U16]:
    """Of each block of positions (so many of each passage) the cell of its first, and the width of a row."""
    sheets = laid.sheets()
    widths = laid.widths.astype(np.int64)
    base = np.array([sheet.start * WORD for sheet in sheets], np.int64)
    columns = np.arange(len(laid.passages))
    which = np.repeat(np.arange(len(sheets)), widths * BYTE)[: len(columns)]
    inside = columns - BYTE * (np.cumsum(widths) - widths)[which]
    cells, steps = np.empty(len(columns), np.int64), np.empty(len(columns), np.uint16)
    cells[laid.passages], steps[laid.passages] = base[which] + inside, laid.widths[which]
    passage = np.repeat(np.arange(len(blocks)), blocks)
    number = np.arange(len(passage)) - np.repeat(np.cumsum(blocks) - blocks, blocks)
    of_blocks: U16 = steps[passage]
    return cells[passage] + number * BLOCK * BYTE * of_blocks, of_blocks
