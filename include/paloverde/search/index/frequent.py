"""Where terms of frequent words, and nearnesses of them, stand: by bits, stretch by stretch."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import reduce
from operator import or_
from typing import NamedTuple

import numpy as np

from paloverde.search.index.dense import Marks, Stretch, down, up
from paloverde.search.index.layout import BLOCK, U32, U64, Mask
from paloverde.search.index.occurring import by_length, forms
from paloverde.search.index.streams import Words
from paloverde.search.tree import Near, Node, Or, Piece, Term, terms

_FREQUENT = 512  # with a place in so many positions, a bit for each position is quicker than a list
_BLOCKS = 8  # so far apart they are compared
Bits = dict[Piece, list[tuple[int, U64]]]  # of the words of a question, by how many words they cover


def is_frequent(term: Term, words: Words) -> bool:
    """Whether a term is asked sooner of all positions than of lists."""
    often = [words.occurrences_of(forms(words, piece)) for piece in term.pieces]
    several = [many for many, piece in zip(often, term.pieces, strict=True) if piece.wild or piece.stemmed]
    if len(term.pieces) != term.length:  # beside a run that is looked for at all
        several = often
    # Lists are looked through from the rarest on; but several have to be put together first.
    return max([min(often), *several]) * _FREQUENT > words.space.size


class Asked:
    """A term or a nearness, and where its words stand in a stream."""

    def __init__(self, node: Term | Near, words: Words) -> None:
        self.node, self.words = node, words
        self._marks = {
            piece: [(covers, words.marks(some)) for covers, some in by_length(words, piece)]
            for term in terms(node)
            for piece in term.pieces
        }

    def passages(self, among: Mask | None = None) -> Iterator[U32]:
        """The passages in which it stands, in pieces, some several times; if asked so, of some documents."""
        for stretch, bits in self._everywhere() if among is None else self._within(among):
            firsts = Here(stretch, bits).firsts(self.node, None)
            yield stretch.passages_of(stretch.held(firsts))

    def _everywhere(self) -> Iterator[tuple[Stretch, Bits]]:
        for stretch in self.words.space.stretches():
            yield stretch, self._bits(stretch.marked)

    def _within(self, among: Mask) -> Iterator[tuple[Stretch, Bits]]:
        blocks = self.words.blocks_of(among)
        space = self.words.space.only(blocks)
        taken = self._bits(lambda marks: space.taken(marks.whole(), blocks))
        for stretch in space.stretches():
            yield (
                stretch,
                {
                    piece: [(covers, bits[stretch.start : stretch.stop]) for covers, bits in several]
                    for piece, several in taken.items()
                },
            )

    def _bits(self, of: Callable[[Marks], U64]) -> Bits:
        return {
            piece: [(covers, of(marks)) for covers, marks in several]
            for piece, several in self._marks.items()
        }

    def surely(self) -> Iterator[U32]:
        """Passages in which a nearness of two words stands, told by blocks alone: by two that are no further
        apart than the distance less their own length, and hold one word each.
        """
        if not isinstance(self.node, Near):
            return
        apart = min((self.node.distance - BLOCK + 1) // BLOCK, _BLOCKS)
        sides = [self._one_word(side) for side in (self.node.left, self.node.right)]
        if apart < 1 or sides[0] is None or sides[1] is None:
            return
        for stretch in self.words.space.stretches():
            left, right = (side.within(stretch) for side in sides if side is not None)
            one, other = stretch.held(left & ~right), stretch.held(right)
            yield stretch.passages_of(close(stretch, one, other, apart, ordered=self.node.ordered))

    def _one_word(self, node: Node) -> Marks | None:
        """Where a word stands that covers no other; none for what is more than a word."""
        if not isinstance(node, Term) or len(node.pieces) != 1:
            return None
        return next((marks for covers, marks in self._marks[node.pieces[0]] if covers == 1), None)


def close(stretch: Stretch, one: Mask, other: Mask, apart: int, *, ordered: bool) -> Mask:
    """Blocks that end with two of one passage, so far apart at most; the first has the first word."""
    found = np.zeros_like(one) if ordered else one & other
    for step in range(1, min(apart + 1, len(one))):
        near = one[:-step] & other[step:]
        if not ordered:
            near |= other[:-step] & one[step:]
        near &= stretch.passages[:-step] == stretch.passages[step:]
        found[step:] |= near
    return found


class Here(NamedTuple):
    """A stretch of positions, and where the words of a question stand in it, by how many words they cover.

    Of what has several places in a passage no pairs are made: places that begin somewhere are followed to
    where they end, and those that end somewhere back to where they begin. None is anywhere.
    """

    stretch: Stretch
    bits: Bits

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
