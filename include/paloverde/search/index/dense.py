"""Where frequent words stand: one bit for each place of the passages of a stream, instead of lists.

For words such as `of` and `the` all passages of a sheet (see `sheets`) are compared at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache, reduce
from operator import or_
from typing import NamedTuple

import numpy as np

from paloverde.search.index.arrow import taken
from paloverde.search.index.layout import BLOCK, I64, U8, U16, U32, U64
from paloverde.search.index.mapped import ahead
from paloverde.search.index.places import Ordinals
from paloverde.search.index.sheets import BYTE, WORD, Sheet

FREQUENT = 128  # the bits of a word in one of so many places are at most four times as long as its list
COMMON = 64  # and those of a word in one of so many documents at most twice as long as the list of these
_LOW = 8  # rows of a sheet
_SCATTERED = 16  # with fewer than one bit in so many places each is set by itself
_SPARSE = 256  # with positions in fewer than one of so many blocks, widths are told from sheets
_BLOCK_BITS, _INSIDE = np.uint32(BLOCK.bit_length() - 1), np.uint32(BLOCK - 1)


class Marks(NamedTuple):
    """Where a word stands: a bit for each cell, and a few `more` in the machine words `at`."""

    bits: U64
    at: I64
    more: U64

    def on(self, sheet: Sheet) -> U8:
        """A bit for each cell of a sheet, in its rows."""
        start, stop = sheet.start, sheet.start + sheet.words
        low, high = np.searchsorted(self.at, (start, stop)).tolist()
        found = self.bits[start:stop]
        if low != high:
            found = found.copy()
            np.bitwise_or.at(found, self.at[low:high] - start, self.more[low:high])
        rows, width = sheet.rows, sheet.width
        return found.view(np.uint8)[: rows * width].reshape(rows, width)


class Space:
    """The sheets of a stream. Of each block of positions there is the cell of its first one (`cells`), and
    how many bytes lie between that and the next (`widths`): as many as a row of its sheet has.
    """

    def __init__(self, sheets: Iterable[Sheet], cells: U32, widths: U16) -> None:
        self.sheets = [*sheets]
        self._cells, self._widths = ahead(cells), widths
        self._starts = np.array([sheet.start * WORD for sheet in self.sheets], np.uint32)
        self._of_sheets = np.array([sheet.width for sheet in self.sheets], np.uint32)
        self.words = sum(sheet.words for sheet in self.sheets)
        self.size = self.words * WORD
        self.width = sum(sheet.width for sheet in self.sheets)

    def cells(self, positions: Ordinals) -> U32:
        """The cell of each position."""
        block = positions >> _BLOCK_BITS
        firsts = taken(self._cells, block)
        row = positions & _INSIDE
        row *= np.uint32(BYTE)
        if len(block) * _SPARSE < len(self._widths):
            row *= self._of_sheets[np.searchsorted(self._starts, firsts, side="right") - 1]
        else:
            row *= taken(ahead(self._widths), block)
        row += firsts
        return row

    def bits(self, positions: Ordinals) -> U64:
        """A bit for each of these positions."""
        return marked([self.cells(positions)], self.words)

    def marks(self, lists: Sequence[Ordinals], kept: Sequence[U64]) -> Marks:
        """What stands at the positions of these lists, and where bits are kept already."""
        # Patterns have thousands of short lists: together they are moved at once.
        cells = self.cells(np.concatenate([np.empty(0, np.uint32), *lists]))
        if not kept or len(cells) > self.words // (WORD // BLOCK):
            return Marks(reduce(or_, [marked([cells], self.words), *kept]), *_nothing())
        others = np.sort(cells)
        return Marks(kept[0] if len(kept) == 1 else reduce(or_, kept), *_each(others))


def marked(several: Iterable[U32], words: int) -> U64:
    """A bit for each cell of these lists, in so many machine words."""
    lists = [*several]
    many = sum(map(len, lists))
    if many * _SCATTERED < words * WORD:
        found = np.zeros(words, np.uint64)
        _add(lists, found)
        if int(np.bitwise_count(found).sum(dtype=np.int64)) == many:  # otherwise some were set twice
            return found
    room = np.zeros(words * WORD, dtype=bool)
    for cells in lists:
        room[cells.astype(np.intp)] = True
    return np.packbits(room, bitorder="little").view(np.uint64)


def _add(several: Iterable[U32], found: U64) -> None:
    """Adding is twice as quick as `or`, and the same as long as no bit is set twice."""
    for cells in several:
        np.add.at(found, *_each(cells))


def _each(cells: U32) -> tuple[I64, U64]:
    """Of each cell its machine word, and its bit there."""
    bits = np.uint64(1) << (cells & np.uint32(WORD - 1)).astype(np.uint64)
    return (cells >> np.uint32(WORD.bit_length() - 1)).astype(np.int64), bits


def _nothing() -> tuple[I64, U64]:
    return np.empty(0, np.int64), np.empty(0, np.uint64)


def up(bits: U8, by: int) -> U8:
    """Each bit moved to a later place of its passage."""
    moved = np.zeros_like(bits)
    if by < len(bits):
        moved[by:] = bits[: len(bits) - by]
    return moved


def both_down(bits: U8, others: U8, by: int) -> U8:
    """The bits where another is set so many places later in the passage."""
    found = np.empty_like(bits)
    kept = max(len(bits) - by, 0)
    np.bitwise_and(bits[:kept], others[by:], out=found[:kept])
    found[kept:] = 0
    return found


def upwards(bits: U8, reach: int) -> U8:
    """The bits, and up to `reach` places behind each."""
    if reach >= len(bits) > _LOW:
        return _running(bits[::-1])[::-1]
    found = bits
    for step in _steps(min(reach, len(bits) - 1)):
        more = np.empty_like(found)
        more[:step] = found[:step]
        np.bitwise_or(found[step:], found[:-step], out=more[step:])
        found = more
    return found


def downwards(bits: U8, reach: int) -> U8:
    """The bits, and up to `reach` places before each."""
    if reach >= len(bits) > _LOW:
        return _running(bits)
    found = bits
    for step in _steps(min(reach, len(bits) - 1)):
        more = np.empty_like(found)
        more[-step:] = found[-step:]
        np.bitwise_or(found[:-step], found[step:], out=more[:-step])
        found = more
    return found


def _running(bits: U8) -> U8:
    """Each row with all that follow it: of so many rows quicker than in steps."""
    found = np.empty_like(bits)
    found[-1] = bits[-1]
    for row in range(len(bits) - 2, -1, -1):
        np.bitwise_or(bits[row], found[row + 1], out=found[row])
    return found


@cache
def _steps(reach: int) -> list[int]:
    """Steps that together make any distance up to `reach`."""
    steps: list[int] = []
    while (done := sum(steps)) < reach:
        steps.append(min(done + 1, reach - done))
    return steps
