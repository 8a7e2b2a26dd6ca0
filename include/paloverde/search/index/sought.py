"""The words of a question on the sheets: by bits that are kept, by lists, or by the rank of each place."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property

import numpy as np

from paloverde.search.index.layout import I64, U8
from paloverde.search.index.occurring import by_length, is_broad
from paloverde.search.index.ranked import TOGETHER, Looked
from paloverde.search.index.sheets import BYTE, Sheet
from paloverde.search.index.streams import Words
from paloverde.search.tree import Piece

Bits = dict[Piece, list[tuple[int, U8]]]  # of the words of a question, by how many words they cover
_Group = tuple[Sequence[int], Looked]  # which of the words are looked up together


class Sought:
    """The words that some pieces find, and where they stand on each sheet.

    Of those that stand in very many places, `broad` ones, each place is looked up.
    """

    def __init__(self, pieces: Iterable[Piece], words: Words) -> None:
        self._words, self._pieces = words, [*dict.fromkeys(pieces)]
        self._found = [(piece, *one) for piece in self._pieces for one in by_length(words, piece)]
        broad = [at for at, (piece, _, _) in enumerate(self._found) if is_broad(words, piece)]
        self._all_are_broad = len(broad) == len(self._found)
        self._broad = self._groups(broad)
        others = [at for at in range(len(self._found)) if at not in broad]
        self._marks = {at: words.marks(self._found[at][2]) for at in others}

    @property
    def is_broad(self) -> bool:
        return bool(self._broad)

    def on(self, sheet: Sheet, chosen: I64 | None = None) -> Bits:
        """A bit for each cell of a sheet, in its rows; if asked so, of some bytes of the rows alone."""
        marked = {at: _taken(marks.on(sheet), chosen) for at, marks in self._marks.items()}
        return self._bits(marked | self._looked_up(self._broad, sheet, _columns_of(chosen)))

    def most_on(self, sheet: Sheet) -> Bits:
        """The same of all its rows and bytes, but without the rarest forms of what is broad."""
        found = {at: marks.on(sheet) for at, marks in self._marks.items()}
        for numbers, looked in self._broad:
            found |= zip(numbers, self._words.ranks.most_on(sheet, looked), strict=True)
        return self._bits(found)

    def among(self, sheet: Sheet, columns: I64) -> Bits:
        """The same of some columns alone: each of their places is looked up."""
        return self._bits(self._looked_up(self._all, sheet, columns))

    @cached_property
    def _all(self) -> list[_Group]:
        return self._broad if self._all_are_broad else self._groups(range(len(self._found)))

    def _groups(self, numbers: Sequence[int]) -> list[_Group]:
        """As many of these together as can be looked up at once."""
        groups = [numbers[at : at + TOGETHER] for at in range(0, len(numbers), TOGETHER)]
        return [(group, self._words.ranks.looked([self._found[at][2] for at in group])) for group in groups]

    def _looked_up(self, groups: Sequence[_Group], sheet: Sheet, columns: I64 | None) -> dict[int, U8]:
        found: dict[int, U8] = {}
        for numbers, looked in groups:
            found |= zip(numbers, self._words.ranks.on(sheet, looked, columns), strict=True)
        return found

    def _bits(self, found: dict[int, U8]) -> Bits:
        bits: Bits = {piece: [] for piece in self._pieces}
        for at, (piece, covers, _) in enumerate(self._found):
            bits[piece].append((covers, found[at]))
        return bits


def _taken(bits: U8, chosen: I64 | None) -> U8:
    return bits if chosen is None else bits.take(chosen, axis=1)


def _columns_of(chosen: I64 | None) -> I64 | None:
    return None if chosen is None else (chosen[:, None] * BYTE + np.arange(BYTE)).reshape(-1)
