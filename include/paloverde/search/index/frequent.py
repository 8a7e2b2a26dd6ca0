"""Where terms of frequent words, and nearnesses of them, stand: by bits, sheet by sheet."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import or_
from typing import NamedTuple

import numpy as np

from paloverde.search.index import occurring
from paloverde.search.index.dense import both_down, downwards, up, upwards
from paloverde.search.index.layout import I64, U8, Mask
from paloverde.search.index.occurring import often
from paloverde.search.index.sheets import BYTE
from paloverde.search.index.sought import Bits, Sought
from paloverde.search.index.streams import Words
from paloverde.search.tree import Near, Node, Or, Piece, Term, terms

_FREQUENT = 40  # with a place gone through in so many, a bit for each place is quicker than lists
_ALIKE, _LOOKED_FOR = 32, 4  # times; see `places.shared`
_SEVERAL = 512  # and than several lists, which have to be put together first
_RARE = 100  # with one in so many at most, lists are gone through for what may answer
_SOME = 32  # with one of so many documents left, these are taken out and looked at alone
_FEW = 4  # with fewer than one byte in so many left of a sheet, these are taken out of it
_MANY = 5  # where every place is looked up, passages are taken out with one of so many documents left
_HEAD = 8  # words of each passage that are looked at first, of what stands nearly everywhere


def is_frequent(node: Term | Near, words: Words) -> bool:
    """Whether a term or a nearness is asked sooner of all places than of lists."""
    if isinstance(node, Near):
        asked = sum(often(words, piece) for term in terms(node) for piece in term.pieces)
        return asked * _RARE > words.space.size
    each = [often(words, piece) for piece in node.pieces]
    several = [many for many, piece in zip(each, node.pieces, strict=True) if piece.wild or piece.stemmed]
    if len(node.pieces) != node.length:  # beside a run that is looked for at all
        several = each
    # Lists are looked through from the rarest on: those about as long are sorted with it, others searched.
    least = min(each)
    gone_through = sum(many if many < least * _ALIKE else least * _LOOKED_FOR for many in each)
    return max(gone_through * _FREQUENT, max(several, default=0) * _SEVERAL) > words.space.size


def is_broad(node: Term | Near, words: Words) -> bool:
    """Whether a word that is asked for stands in so many places that all of them are looked up."""
    return any(occurring.is_broad(words, piece) for term in terms(node) for piece in term.pieces)


def documents(node: Term | Near, words: Words, size: int, among: Mask | None = None) -> Mask:
    """Of so many documents those in which a term or a nearness stands; if asked so, of some alone."""
    sought = Sought((piece for term in terms(node) for piece in term.pieces), words)
    if not sought.is_broad:
        few = _if_few(among, size, _SOME)
        return words.holding_columns(_held(node, words, sought, few), size, few)
    found = words.holding_columns(_held_early(node, words, sought), size)
    few = _if_few(~found if among is None else among & ~found, size, _MANY)
    held = _held(node, words, sought, few) if few is None else _held_among(node, words, sought, few)
    return found | words.holding_columns(held, size, few)


def _if_few(among: Mask | None, size: int, share: int) -> Mask | None:
    return among if among is not None and int(np.count_nonzero(among)) * share < size else None


def _held(node: Node, words: Words, sought: Sought, few: Mask | None) -> Mask:
    """The columns in which it stands; if asked so, those of a few documents (and perhaps others) alone."""
    left = None if few is None else np.packbits(words.columns_of(few), bitorder="little")
    held = np.zeros(words.space.width, np.uint8)
    for sheet in words.space.sheets:
        here = held[sheet.before : sheet.before + sheet.width]
        chosen = None if left is None else _chosen(left[sheet.before : sheet.before + sheet.width])
        width = sheet.width if chosen is None else len(chosen)
        if width:
            found = _somewhere(node, sought.on(sheet, chosen), sheet.rows, width)
            here[slice(None) if chosen is None else chosen] = found
    return _apart(held)


def _held_early(node: Node, words: Words, sought: Sought) -> Mask:
    """The columns in which it stands among their first words: most of those in which it stands at all."""
    held = np.zeros(words.space.width, np.uint8)
    for sheet in words.space.sheets:
        head = sheet._replace(rows=min(sheet.rows, _HEAD))
        held[sheet.before : sheet.before + sheet.width] = _somewhere(
            node, sought.most_on(head), head.rows, head.width
        )
    return _apart(held)


def _held_among(node: Node, words: Words, sought: Sought, few: Mask) -> Mask:
    """The columns of some documents in which it stands: each of them is looked at by itself."""
    left = words.columns_of(few)
    held = np.zeros(len(left), np.bool_)
    for sheet in words.space.sheets:
        whole = slice(sheet.before * BYTE, (sheet.before + sheet.width) * BYTE)
        columns = np.flatnonzero(left[whole])
        if len(columns):
            found = _somewhere(node, sought.among(sheet, columns), sheet.rows, -(-len(columns) // BYTE))
            held[whole][columns] = np.unpackbits(found, count=len(columns), bitorder="little")
    return held


def _apart(columns: U8) -> Mask:
    return np.unpackbits(columns, bitorder="little").view(np.bool_)


def _somewhere(node: Node, bits: Bits, rows: int, width: int) -> U8:
    """The columns in which it stands, of so many rows and bytes."""
    found: U8 = np.bitwise_or.reduce(Here((rows, width), bits).firsts(node, None), axis=0)
    return found


def _chosen(left: U8) -> I64 | None:
    """The bytes of the rows of a sheet in which a passage is left; None where they are too many to take."""
    return np.flatnonzero(left) if np.count_nonzero(left) * _FEW < len(left) else None


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
