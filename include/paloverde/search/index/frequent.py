"""Where terms of frequent words, and nearnesses of them, stand: by bits, sheet by sheet."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import or_
from typing import NamedTuple

import numpy as np

from paloverde.search.index.dense import both_down, downwards, up, upwards
from paloverde.search.index.layout import I64, U8, Mask
from paloverde.search.index.occurring import by_length, forms
from paloverde.search.index.streams import Words
from paloverde.search.tree import Near, Node, Or, Piece, Term, terms

_FREQUENT = 192  # with a place in so many, a bit for each place is quicker than a list
_SEVERAL = 512  # and than several lists, which have to be put together first
_RARE = 100  # with one in so many at most, lists are gone through for what may answer
_SOME = 32  # with one of so many documents left, these are taken out and looked at alone
_FEW = 4  # with fewer than one byte in so many left of a sheet, these are taken out of it
Bits = dict[Piece, list[tuple[int, U8]]]  # of the words of a question, by how many words they cover


def is_frequent(node: Term | Near, words: Words) -> bool:
    """Whether a term or a nearness is asked sooner of all places than of lists."""
    if isinstance(node, Near):
        asked = [forms(words, piece) for term in terms(node) for piece in term.pieces]
        return sum(map(words.occurrences_of, asked)) * _RARE > words.space.size
    often = [words.occurrences_of(forms(words, piece)) for piece in node.pieces]
    several = [many for many, piece in zip(often, node.pieces, strict=True) if piece.wild or piece.stemmed]
    if len(node.pieces) != node.length:  # beside a run that is looked for at all
        several = often
    # Lists are looked through from the rarest on.
    return max(min(often) * _FREQUENT, max(several, default=0) * _SEVERAL) > words.space.size


def documents(node: Term | Near, words: Words, size: int, among: Mask | None = None) -> Mask:
    """Of so many documents those in which a term or a nearness stands; if asked so, of some alone."""
    marks = {
        piece: [(covers, words.marks(some)) for covers, some in by_length(words, piece)]
        for term in terms(node)
        for piece in term.pieces
    }
    space = words.space
    few = among is not None and int(np.count_nonzero(among)) * _SOME < size
    left = words.columns_of(among) if among is not None and few else None
    held = np.zeros(space.width, np.uint8)
    for sheet in space.sheets:
        here = slice(sheet.before, sheet.before + sheet.width)
        chosen = None if left is None else _chosen(left[here])
        bits = {
            piece: [(covers, _taken(one.on(sheet), chosen)) for covers, one in several]
            for piece, several in marks.items()
        }
        shape = sheet.rows, sheet.width if chosen is None else len(chosen)
        firsts = Here(shape, bits).firsts(node, None)
        held[here][slice(None) if chosen is None else chosen] = np.bitwise_or.reduce(firsts, axis=0)
    return words.holding_columns(held, size, among if few else None)


def _chosen(left: U8) -> I64 | None:
    """The bytes of the rows of a sheet in which a passage is left; None where they are too many to take."""
    return np.flatnonzero(left) if np.count_nonzero(left) * _FEW < len(left) else None


def _taken(bits: U8, chosen: I64 | None) -> U8:
    return bits if chosen is None else bits.take(chosen, axis=1)


class Here(NamedTuple):
    """A sheet of so many rows and bytes, and where the words of a question stand on it, by how many words
    they cover.

    Of what has several places in a passage no pairs are made: places that begin somewhere are followed to
    where they end, and those that end somewhere back to where they begin. None is anywhere.
    """

    shape: tuple[int, int]
    bits: Bits

    def firsts(self, node: Node, until: U8 | None) -> U8:
        """Where those places of a node begin that end before these places."""
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

    def afters(self, node: Node, since: U8 | None) -> U8:
        """Before where those places of a node end that begin at these places."""
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

    def _firsts_of_two(self, left: Node, right: Node, distance: int, until: U8 | None) -> U8:
        near = downwards(self.firsts(right, until), distance - 1)
        return self.firsts(left, near)

    def _afters_of_two(self, left: Node, right: Node, distance: int, since: U8 | None) -> U8:
        near = upwards(self.afters(left, since), distance - 1)
        return self.afters(right, near)

    def _firsts_of_term(self, pieces: Sequence[Piece], length: int, until: U8 | None) -> U8:
        """Both sides may read a run as a whole or in pieces."""
        if len(pieces) == 1:
            return self._firsts_of_word(pieces[0], until)
        reached = {length: until}  # whence the words from there on lead to the end
        for piece in sorted(pieces, key=lambda piece: -piece.position):
            at, onwards = piece.position, piece.position + piece.length
            for covers, here in self.bits[piece] if onwards in reached else ():
                ends = reached[onwards]
                rest = here if ends is None else both_down(here, ends, covers)
                known = reached.get(at)
                reached[at] = rest if known is None else known | rest
        found = reached.get(0)
        return self._nowhere() if found is None else found

    def _firsts_of_word(self, piece: Piece, until: U8 | None) -> U8:
        several = [
            here if until is None else both_down(here, until, covers) for covers, here in self.bits[piece]
        ]
        return reduce(or_, several) if several else self._nowhere()

    def _afters_of_term(self, pieces: Sequence[Piece], length: int, since: U8 | None) -> U8:
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

    def _nowhere(self) -> U8:
        return np.zeros(self.shape, np.uint8)
