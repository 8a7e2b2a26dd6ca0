"""Which of many texts stand in another, found in one pass over it however many they are.

An occurrence of twelve characters has one place that is a multiple of six with seven characters of it from
there on. So every sixth place of the text is looked at, and compared with the pieces of seven characters that
begin in the first six places of the twelve.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import AnyStr, Generic

from paloverde.archive.pieces import LEAST

_WIDE = 7
_STEP = LEAST - _WIDE + 1


class Needles(Generic[AnyStr]):
    """Texts of at least `LEAST` characters each. Each comes with the place of `LEAST` characters in it by
    which it is looked for: best those in which it differs from the others.
    """

    def __init__(self, needles: Iterable[tuple[AnyStr, int]]) -> None:
        self._marks: dict[AnyStr, list[tuple[AnyStr, int]]] = defaultdict(list)
        self._pieces: dict[AnyStr, set[int]] = defaultdict(set)  # where in marks a piece stands
        for needle, place in needles:
            mark = needle[place : place + LEAST]
            self._marks[mark].append((needle, place))
            for at in range(_STEP):
                self._pieces[mark[at : at + _WIDE]].add(at)

    def places(self, text: AnyStr) -> list[tuple[AnyStr, int]]:
        """Every occurrence of each needle, in the order of the text: the needle, and where it begins."""
        return sorted(self._places(text), key=lambda found: found[1])

    def _places(self, text: AnyStr) -> Iterator[tuple[AnyStr, int]]:
        """The same in no order: a needle that overlaps itself is found twice from one place."""
        pieces, marks = self._pieces, self._marks
        if not marks:
            return
        for at in range(0, len(text), _STEP):
            if (piece := text[at : at + _WIDE]) in pieces:
                for begin in (at - inside for inside in pieces[piece] if inside <= at):
                    for needle, place in marks.get(text[begin : begin + LEAST], ()):
                        if begin >= place and text.startswith(needle, begin - place):
                            yield needle, begin - place
