"""Where frequent words stand: one bit for each position of a segment's stream, instead of lists of positions.

For words such as `of` and `the` stretches of positions are compared at once, so many that they stay in the
processor's own memory, and cut where a passage begins, so that nothing reaches across. Passages begin at
multiples of `layout.BLOCK`, and at least one position behind each is free.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property, reduce
from operator import or_
from typing import NamedTuple

import numpy as np

from paloverde.search.index.layout import BLOCK, U16, U32, U64
from paloverde.search.index.places import Ordinals

FREQUENT = 64  # the bits of a word in one of so many positions are at most twice as long as its list
WORD = 64  # bits
_IN_WORD = WORD // BLOCK  # blocks
_STRETCH = 1 << 14  # words of bits: with what is made of them they stay in the cache
_SCATTERED = 512  # with fewer than one bit in so many positions each is set by itself
_EACH_BLOCK = np.uint64(0x0001_0001_0001_0001)


class Marks(NamedTuple):
    """Where a word stands: in bits for all positions, and in lists (each sorted) of other positions."""

    kept: Sequence[U64]
    others: Sequence[Ordinals]

    def within(self, stretch: Stretch) -> U64:
        """A bit for each position of a stretch."""
        found = [bits[stretch.start : stretch.stop] for bits in self.kept]
        others = [some - stretch.first for positions in self.others if len(some := stretch.of(positions))]
        if sum(map(len, others)) * _SCATTERED > stretch.words * WORD:
            found.append(marked(others, stretch.words))
        elif others or not found:
            found.append(_scattered(others, stretch.words))
        return reduce(or_, found)


class Space:
    """The positions of a stream: `passages` is the passage of each block of them."""

    def __init__(self, passages: U32) -> None:
        self.passages = passages
        self.words = -(-len(passages) // _IN_WORD)
        self.size = self.words * WORD

    def bits(self, positions: Ordinals) -> U64:
        """A bit for each of these positions."""
        return marked([positions], self.words)

    def stretches(self, long: int = _STRETCH) -> Iterator[Stretch]:
        """All positions, in stretches of about so many words, each from the beginning of a passage on."""
        start = 0
        while start < self.words:
            stop = start + long
            while stop < self.words and not self._begins(stop * _IN_WORD):
                stop += 1
            stop = min(stop, self.words)
            yield Stretch(start, stop, self.passages[start * _IN_WORD : stop * _IN_WORD])
            start = stop

    def _begins(self, block: int) -> bool:
        return bool(self.passages[block] != self.passages[block - 1])


class Stretch:
    """The positions of some whole passages: `start` and `stop` count words of bits, `first` is a position."""

    def __init__(self, start: int, stop: int, passages: U32) -> None:
        self.start, self.stop, self.passages = start, stop, passages
        self.words = stop - start
        self.first = np.uint32(start * WORD)
        self._insides: dict[int, U64] = {}

    def of(self, positions: Ordinals) -> Ordinals:
        """Those of the positions (sorted) that lie in it."""
        ends = np.array([self.start * WORD, self.stop * WORD - 1], np.uint32)
        low, high = np.searchsorted(positions, ends[:1]), np.searchsorted(positions, ends[1:], side="right")
        return positions[int(low[0]) : int(high[0])]

    def passages_of(self, bits: U64) -> U32:
        """The passages in which a bit is set, some several times."""
        blocks: U32 = self.passages[np.flatnonzero(bits.view(np.uint16)[: len(self.passages)] != 0)]
        return blocks

    def upwards(self, bits: U64, reach: int) -> U64:
        """The bits, and up to `reach` positions behind each, within its passage."""
        found = bits
        for step in self._steps(reach):
            more = up(found, step)
            more &= self._inside(step)
            more |= found
            found = more
        return found

    def downwards(self, bits: U64, reach: int) -> U64:
        """The bits, and up to `reach` positions before each, within its passage."""
        found = bits
        for step in self._steps(reach):
            more = down(found & self._inside(step), step)
            more |= found
            found = more
        return found

    def _steps(self, reach: int) -> Iterator[int]:
        """Steps that together make any distance up to `reach`."""
        done, reach = 0, min(reach, self.words * WORD)
        while done < reach:
            step = min(done + 1, reach - done)
            yield step
            done += step

    def _inside(self, many: int) -> U64:
        """The positions before which so many lie in the same passage."""
        if many not in self._insides:
            blocks, rest = divmod(many, BLOCK)
            found = up(self._goes_on, blocks * BLOCK)
            found |= _EACH_BLOCK * np.uint64((0xFFFF << rest) & 0xFFFF)  # all but the first of a block
            self._insides[many] = found & self._unbegun(blocks) if blocks else found
        return self._insides[many]

    def _unbegun(self, blocks: int) -> U64:
        """The blocks of which, and of those before them, so many do not begin a passage."""
        found, done = self._goes_on, 1
        while done < blocks:
            step = min(done, blocks - done)
            found = found & up(found, step * BLOCK)
            done += step
        return found

    @cached_property
    def _goes_on(self) -> U64:
        """All positions of the blocks that do not begin a passage."""
        found: U16 = np.full(self.words * _IN_WORD, 0xFFFF, np.uint16)
        same = (self.passages[1:] == self.passages[:-1]).view(np.uint8)
        found[0] = 0
        np.negative(same, out=found[1 : len(self.passages)], dtype=np.uint16)
        return found.view(np.uint64)


def marked(several: Iterable[Ordinals], words: int) -> U64:
    """A bit for each position of these lists, in so many words of bits."""
    room = np.zeros(words * WORD, dtype=bool)
    for positions in several:
        room[positions.astype(np.intp)] = True  # numpy takes twice as long with other types
    return np.packbits(room, bitorder="little").view(np.uint64)


def _scattered(several: Iterable[Ordinals], words: int) -> U64:
    """The same where they are few."""
    found = np.zeros(words, np.uint64)
    for positions in several:
        bits = np.uint64(1) << (positions & np.uint32(WORD - 1)).astype(np.uint64)
        np.bitwise_or.at(found, positions >> np.uint32(WORD.bit_length() - 1), bits)
    return found


def up(bits: U64, by: int) -> U64:
    """Each bit moved to a later position."""
    whole, rest = divmod(by, WORD)
    kept = len(bits) - whole
    if kept <= 0:
        return np.zeros_like(bits)
    moved = np.empty_like(bits)
    moved[:whole] = 0
    np.left_shift(bits[:kept], np.uint64(rest), out=moved[whole:])
    if rest:
        moved[whole + 1 :] |= bits[: kept - 1] >> np.uint64(WORD - rest)
    return moved


def down(bits: U64, by: int) -> U64:
    """Each bit moved to an earlier position."""
    whole, rest = divmod(by, WORD)
    kept = len(bits) - whole
    if kept <= 0:
        return np.zeros_like(bits)
    moved = np.empty_like(bits)
    moved[kept:] = 0
    np.right_shift(bits[whole:], np.uint64(rest), out=moved[:kept])
    if rest:
        moved[: kept - 1] |= bits[whole + 1 :] << np.uint64(WORD - rest)
    return moved
