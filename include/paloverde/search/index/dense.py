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

from paloverde.search.index.layout import BLOCK, I64, U16, U32, U64, Mask
from paloverde.search.index.places import Ordinals

FREQUENT = 64  # the bits of a word in one of so many positions are at most twice as long as its list
WORD = 64  # bits
_IN_WORD = WORD // BLOCK  # blocks
_STRETCH = 1 << 14  # words of bits: with what is made of them they stay in the cache
_SCATTERED = 16  # with fewer than one bit in so many positions each is set by itself
_EACH_BLOCK = np.uint64(0x0001_0001_0001_0001)


class Marks(NamedTuple):
    """Where a word stands: a bit for each position, and a few `more` in the machine words `at`."""

    bits: U64
    at: I64
    more: U64

    def within(self, stretch: Stretch) -> U64:
        """A bit for each position of a stretch."""
        return self._between(stretch.start, stretch.stop)

    def whole(self) -> U64:
        """A bit for each position."""
        return self._between(0, len(self.bits))

    def _between(self, start: int, stop: int) -> U64:
        low, high = np.searchsorted(self.at, (start, stop)).tolist()
        if low == high:
            return self.bits[start:stop]
        found = self.bits[start:stop].copy()
        np.bitwise_or.at(found, self.at[low:high] - start, self.more[low:high])
        return found


class Space:
    """The positions of a stream: `passages` is the passage of each block of them."""

    def __init__(self, passages: U32) -> None:
        self.passages = passages
        self.words = -(-len(passages) // _IN_WORD)
        self.size = self.words * WORD

    def bits(self, positions: Ordinals) -> U64:
        """A bit for each of these positions."""
        return marked([positions], self.words)

    def marks(self, lists: Sequence[Ordinals], kept: Sequence[U64]) -> Marks:
        """What stands at the positions of these lists, and where bits are kept already."""
        if not kept or sum(map(len, lists)) > self.words // _IN_WORD:
            return Marks(reduce(or_, [marked(lists, self.words), *kept]), *_nothing())
        others = np.sort(np.concatenate([np.empty(0, np.uint32), *lists]))
        return Marks(kept[0] if len(kept) == 1 else reduce(or_, kept), *_each(others))

    def only(self, blocks: I64) -> Space:
        """The positions of some blocks alone (rising): of all blocks of the passages that they are of."""
        return Space(self.passages[blocks])

    def taken(self, bits: U64, blocks: I64) -> U64:
        """The bits of some blocks, as `only` has them."""
        found = np.zeros(self.words * _IN_WORD, np.uint16)
        found[: len(blocks)] = bits.view(np.uint16)[blocks]
        return found.view(np.uint64)

    def stretches(self, long: int = _STRETCH) -> Iterator[Stretch]:
        """All positions, in stretches of about so many words, each from the beginning of a passage on."""
        start = 0
        while start < self.words:
            stop = start + long
            while stop < self.words and not self._begins(stop * _IN_WORD):
                stop += 1
            stop = min(stop, self.words)
            yield Stretch(self, start, stop)
            start = stop

    def _begins(self, block: int) -> bool:
        return bool(self.passages[block] != self.passages[block - 1])

    @cached_property
    def goes_on(self) -> U64:
        """All positions of the blocks that do not begin a passage."""
        found: U16 = np.full(self.words * _IN_WORD, 0xFFFF, np.uint16)
        found[:1] = 0
        same = (self.passages[1:] == self.passages[:-1]).view(np.uint8)
        np.negative(same, out=found[1 : len(self.passages)], dtype=np.uint16)
        return found.view(np.uint64)


class Stretch:
    """The positions of some whole passages: `start` and `stop` count words of bits."""

    def __init__(self, space: Space, start: int, stop: int) -> None:
        self._space, self.start, self.stop = space, start, stop
        self.passages = space.passages[start * _IN_WORD : stop * _IN_WORD]
        self.words = stop - start
        self._insides: dict[int, U64] = {}

    def marked(self, marks: Marks) -> U64:
        """Where a word stands in it."""
        return marks.within(self)

    def held(self, bits: U64) -> Mask:
        """The blocks in which a bit is set."""
        return np.asarray(bits.view(np.uint16)[: len(self.passages)] != 0, dtype=bool)

    def passages_of(self, blocks: Mask) -> U32:
        """The passages of blocks, some several times."""
        return self.passages.take(np.flatnonzero(blocks))

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

    @property
    def _goes_on(self) -> U64:
        return self._space.goes_on[self.start : self.stop]

    def _inside(self, many: int) -> U64:
        """The positions before which so many lie in the same passage."""
        if many not in self._insides:
            blocks, rest = divmod(many, BLOCK)
            first = _EACH_BLOCK * np.uint64((0xFFFF << rest) & 0xFFFF)  # all but the first of a block
            if blocks:
                found = up(self._goes_on, blocks * BLOCK)
                found |= first
                found &= self._unbegun(blocks)
            else:
                found = self._goes_on | first
            self._insides[many] = found
        return self._insides[many]

    def _unbegun(self, blocks: int) -> U64:
        """The blocks of which, and of those before them, so many do not begin a passage."""
        found, done = self._goes_on, 1
        while done < blocks:
            step = min(done, blocks - done)
            found = found & up(found, step * BLOCK)
            done += step
        return found


def marked(several: Iterable[Ordinals], words: int) -> U64:
    """A bit for each position of these lists, in so many words of bits."""
    lists = [*several]
    many = sum(map(len, lists))
    if many * _SCATTERED < words * WORD:
        found = np.zeros(words, np.uint64)
        _add(lists, found)
        if int(np.bitwise_count(found).sum(dtype=np.int64)) == many:  # otherwise some were set twice
            return found
    room = np.zeros(words * WORD, dtype=bool)
    for positions in lists:
        room[positions.astype(np.intp)] = True  # numpy takes twice as long with other types
    return np.packbits(room, bitorder="little").view(np.uint64)


def _add(several: Iterable[Ordinals], found: U64) -> None:
    """Adding is twice as quick as `or`, and the same as long as no bit is set twice."""
    for positions in several:
        np.add.at(found, *_each(positions))


def _each(positions: Ordinals) -> tuple[I64, U64]:
    """Of each position its word of bits, and its bit there."""
    bits = np.uint64(1) << (positions & np.uint32(WORD - 1)).astype(np.uint64)
    return (positions >> np.uint32(WORD.bit_length() - 1)).astype(np.int64), bits


def _nothing() -> tuple[I64, U64]:
    return np.empty(0, np.int64), np.empty(0, np.uint64)


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
