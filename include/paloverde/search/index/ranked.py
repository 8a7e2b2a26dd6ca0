"""Which word stands in each place of the sheets, for patterns such as `*a*`, which thousands of words match.

Each form of one word has a *rank*: the most frequent has 1. Of each cell of the sheets its rank is kept, in
the order of the cells. To find where a pattern stands, no list of positions is gone through: whether it
matches is said once of each rank, and then looked up in every place, or in the passages of some documents
alone. Forms without a rank are the rarest, and those of several words; of them cells and forms are kept, too.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from paloverde.search.index.arrow import taken
from paloverde.search.index.layout import I64, U8, U16, U32, Arrays
from paloverde.search.index.mapped import ahead
from paloverde.search.index.sheets import BYTE, WORD, Sheet

RANKS = 1 << 16  # 0 is that of a place without a word, or with one that has no rank
TOGETHER = 8  # lists of forms that are looked up at once: a bit for each
_PAYS = 24  # with a position in so many places, a list is slower than looking every place up
_AT_ONCE = 1 << 17  # places: with what is made of them, they stay in the processor's own memory


class Looked(NamedTuple):
    """Lists of forms that are looked up together: of each form, and of each rank, a bit for each list; and
    which of the lists have forms with a rank.
    """

    lists: int
    ranked: list[int]
    of_forms: U8
    of_ranks: U8


class Ranks:
    """The rank of each form (0 where it has none), and of each cell; and the cells of other forms, sorted."""

    def __init__(self, arrays: Arrays, stream: str) -> None:
        self._of_forms: U16 = arrays[f"{stream}.form_ranks"]
        self._of_cells: U16 = arrays[f"{stream}.cell_ranks"]
        self._cells: U32 = arrays[f"{stream}.other_cells"]
        self._forms: U32 = arrays[f"{stream}.other_forms"]

    def pays(self, occurrences: int) -> bool:
        """Whether every place is looked up sooner than so many are put on the sheets."""
        return occurrences * _PAYS > len(self._of_cells)

    def looked(self, several: Sequence[U32]) -> Looked:
        """Several (at most `TOGETHER`) lists of forms, to be looked up."""
        of_forms = np.zeros(len(self._of_forms), np.uint8)
        for number, forms in enumerate(several):
            is_of_it = np.zeros(len(of_forms), np.uint8)
            is_of_it[forms] = 1 << number
            of_forms |= is_of_it
        of_ranks = np.zeros(RANKS, np.uint8)
        of_ranks[ahead(self._of_forms).astype(np.intp)] = of_forms  # numpy takes longer with other types
        of_ranks[0] = 0
        held = int(np.bitwise_or.reduce(of_ranks))
        ranked = [number for number in range(len(several)) if held >> number & 1]
        return Looked(len(several), ranked, of_forms, of_ranks)

    def on(self, sheet: Sheet, looked: Looked, columns: I64 | None) -> list[U8]:
        """Of each list a bit for each cell of a sheet, in its rows; if asked so, of some columns (at
        least one) alone.
        """
        found = self.most_on(sheet, looked, columns)
        self._add_others(found, sheet, looked, columns)
        return [*found]

    def most_on(self, sheet: Sheet, looked: Looked, columns: I64 | None = None) -> U8:
        """The same without those forms that have no rank."""
        start, stride = sheet.start * WORD, sheet.width * BYTE
        cells = ahead(self._of_cells[start : start + sheet.rows * stride])
        width = stride if columns is None else -(-len(columns) // BYTE) * BYTE
        found = np.zeros((looked.lists, sheet.rows, width // BYTE), np.uint8)
        step = max(_AT_ONCE // width, 1)
        for row in range(0, sheet.rows, step):
            flags = _flags(cells[row * stride : (row + step) * stride], stride, looked, columns)
            for number in looked.ranked:
                bits = np.packbits(flags & np.uint8(1 << number), axis=1, bitorder="little")
                found[number, row : row + step] = bits
        return found

    def _add_others(self, found: U8, sheet: Sheet, looked: Looked, columns: I64 | None) -> None:
        """The places of forms without a rank."""
        start, stride = sheet.start * WORD, sheet.width * BYTE
        ends = np.array((start, start + sheet.rows * stride), np.uint32)  # else all cells are converted
        low, high = np.searchsorted(self._cells, ends).tolist()
        flags = taken(looked.of_forms, self._forms[low:high])
        there = np.flatnonzero(flags != 0)
        rows, at = np.divmod(self._cells[low:high][there] - np.uint32(start), np.uint32(stride))
        flags = flags[there]
        if columns is not None:
            place = np.full(stride, -1, np.int32)
            place[columns] = np.arange(len(columns))
            at = place[at]
            left = np.flatnonzero(at >= 0)
            rows, at, flags = rows[left], at[left], flags[left]
        for number, bits in enumerate(found):
            mine = np.flatnonzero((flags & np.uint8(1 << number)) != 0)
            inside = at[mine].astype(np.uint8) & np.uint8(BYTE - 1)
            places = rows[mine].astype(np.intp) * bits.shape[1] + at[mine] // BYTE
            np.bitwise_or.at(bits.reshape(-1), places, np.uint8(1) << inside)


def _flags(cells: U16, stride: int, looked: Looked, columns: I64 | None) -> U8:
    """The bits of the rank in each of these cells, in their rows; if asked so, of some columns alone."""
    if columns is None:
        return taken(looked.of_ranks, cells).reshape(-1, stride)
    rows = len(cells) // stride
    at = (np.arange(rows, dtype=np.uint32) * np.uint32(stride))[:, None] + columns.astype(np.uint32)
    flags = np.zeros((rows, -(-len(columns) // BYTE) * BYTE), np.uint8)
    flags[:, : len(columns)] = taken(looked.of_ranks, taken(cells, at.reshape(-1))).reshape(rows, -1)
    return flags
