"""Where terms of frequent words, and nearnesses of them, stand: by bits, stretch by stretch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import reduce
from operator import or_
from typing import NamedTuple

import numpy as np

from paloverde.search.index.dense import Stretch, down, up
from paloverde.search.index.layout import U32, U64
from paloverde.search.index.occurring import by_length, forms
from paloverde.search.index.streams import Words
from paloverde.search.tree import Near, Node, Or, Piece, Term, terms

_FREQUENT = 512  # with a place in so many positions, a bit for each position is quicker than a list


def is_frequent(node: Node, words: Words) -> bool:
    """Whether a term or a nearness is asked sooner of all positions than of lists."""
    return _often(node, words) * _FREQUENT > words.space.size


def _often(node: Node, words: Words) -> int:
    """How many places lists would be looked through for: of single words those of the rarest are enough."""
    match node:
        case Term(_, pieces, length):
            often = [
                (words.occurrences_of(forms(words, piece)), piece.wild or piece.stemmed) for piece in pieces
            ]
            return _rarest(often) if len(pieces) == length else max(often)[0]  # a run is looked for at all
        case Near(left, right):
            return _rarest([(_often(part, words), not _is_word(part)) for part in (left, right)])
        case Or(nodes):
            return sum(_often(part, words) for part in nodes)
        case _:
            return 0


def _rarest(several: Sequence[tuple[int, bool]]) -> int:
    """The least often; but those that are true have to be put together first."""
    return max([min(often for often, _ in several), *(often for often, is_several in several if is_several)])


def _is_word(node: Node) -> bool:
    """Whether it stands in one list."""
    return (
        isinstance(node, Term)
        and len(node.pieces) == 1
        and not (node.pieces[0].wild or node.pieces[0].stemmed)
    )


def passages(node: Term | Near, words: Words) -> Iterator[U32]:
    """The passages in which it stands, in pieces, some of them several times."""
    marks = {
        piece: [(covers, words.marks(some)) for covers, some in by_length(words, piece)]
        for term in terms(node)
        for piece in term.pieces
    }
    for stretch in words.space.stretches():
        bits = {
            piece: [(covers, one.within(stretch)) for covers, one in several]
            for piece, several in marks.items()
        }
        yield stretch.passages_of(Here(stretch, bits).firsts(node, None))


class Here(NamedTuple):
    """A stretch of positions, and where the words of a question stand in it, by how many words they cover.

    Of what has several places in a passage no pairs are made: places that begin somewhere are followed to
    where they end, and those that end somewhere back to where they begin. None is anywhere.
    """

    stretch: Stretch
    bits: dict[Piece, list[tuple[int, U64]]]

    def firsts(self, node: Node, until: U64 | None) -> U64:
        """Where those places of a node begin that end before these positions."""
        match node:
            case Term(_, pieces, length):
                return self._firsts_of_term(pieces, length, until)
            case Near(left, right, distance, ordered):
                found = self._firsts_of_two(left, right, distance, until)
                return found if ordered else found | self._firsts_of_two(right, left, distance, until)
            case Or(nodes):
                return reduce(or_, (self.firsts(part, until) for part in nodes))
            case _:
                return self._nowhere()

    def afters(self, node: Node, since: U64 | None) -> U64:
        """Before where those places of a node end that begin at these positions."""
        match node:
            case Term(_, pieces, length):
                return self._afters_of_term(pieces, length, since)
            case Near(left, right, distance, ordered):
                found = self._afters_of_two(left, right, distance, since)
                return found if ordered else found | self._afters_of_two(right, left, distance, since)
            case Or(nodes):
                return reduce(or_, (self.afters(part, since) for part in nodes))
            case _:
                return self._nowhere()

    def _firsts_of_two(self, left: Node, right: Node, distance: int, until: U64 | None) -> U64:
        near = self.stretch.downwards(self.firsts(right, until), distance - 1)
        return self.firsts(left, near)

    def _afters_of_two(self, left: Node, right: Node, distance: int, since: U64 | None) -> U64:
        near = self.stretch.upwards(self.afters(left, since), distance - 1)
        return self.afters(right, near)

    def _firsts_of_term(self, pieces: Sequence[Piece], length: int, until: U64 | None) -> U64:
        """Both sides may read a run as a whole or in pieces."""
        reached = {length: until}  # whence the words from there on lead to the end
        for piece in sorted(pieces, key=lambda piece: -piece.position):
            at, onwards = piece.position, piece.position + piece.length
            for covers, here in self.bits[piece] if onwards in reached else ():
                ends = reached[onwards]
                rest = here if ends is None else here & down(ends, covers)
                known = reached.get(at)
                reached[at] = rest if known is None else known | rest
        found = reached.get(0)
        return self._nowhere() if found is None else found

    def _afters_of_term(self, pieces: Sequence[Piece], length: int, since: U64 | None) -> U64:
        reached = {0: since}  # before where the words up to there end
        for piece in sorted(pieces, key=lambda piece: piece.position):
            at, onwards = piece.position, piece.position + piece.length
            for covers, here in self.bits[piece] if at in reached else ():
                begins = reached[at]
                rest = up(here if begins is None else here & begins, covers)
                known = reached.get(onwards)
                reached[onwards] = rest if known is None else known | rest
        found = reached.get(length)
        return self._nowhere() if found is None else found

    def _nowhere(self) -> U64:
        return np.zeros(self.stretch.words, np.uint64)
