"""Where words, phrases and nearnesses stand, for all documents of a segment at once.

The algebra is that of `search/matching.py`, on sorted arrays of ordinals in the segment's stream of words
instead of objects: equal to it place by place. At least one ordinal between two passages is free, so that no
phrase reaches across; a nearness is asked for its passage.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from paloverde.search.tree import Piece

Ordinals = np.ndarray[tuple[int], np.dtype[np.uint32]]
Number = TypeVar("Number", bound=np.generic)
Mask = np.ndarray[tuple[int], np.dtype[np.bool_]]
_CHUNK = 1 << 18  # ordinals that are marked at once: they stay in the processor's own memory
_DENSE = 24  # with at least one mark in so many ordinals marking is quicker than searching
_MANY = 32  # with so many times more in the one array each of the other is looked for by itself
_AT_ONCE = 1 << 16  # places whose pairs are made at once
_FARTHEST = 1 << 20  # ordinals; no passage is longer in `search/matching.py` either


class Occurrences(NamedTuple):
    """Where a word stands (sorted), which covers `length` ordinals there."""

    at: Ordinals
    length: int


class Places(NamedTuple):
    """Stretches from `first` to before `after`, by both, each once."""

    first: Ordinals
    after: Ordinals


NOWHERE = Places(np.empty(0, np.uint32), np.empty(0, np.uint32))


def phrase(pieces: Sequence[Piece], length: int, found: Callable[[Piece], list[Occurrences]]) -> Places:
    """The places of a term of `length` words. Both sides may read a run as a whole or in pieces."""
    ordered = sorted(pieces, key=lambda piece: piece.position)
    groups = {piece: found(piece) for piece in ordered}
    if is_plain(ordered, length) and all(
        len(groups[piece]) == 1 and groups[piece][0].length == 1 for piece in ordered
    ):
        return _plain([groups[piece][0].at for piece in ordered])
    reached: list[list[Places]] = [[] for _ in range(length + 1)]
    for piece in ordered:
        ends = reached[piece.position + piece.length]
        for at, covers in groups[piece]:
            if piece.position == 0:
                ends.append(Places(at, at + np.uint32(covers)))
            for before in reached[piece.position]:
                here = member(before.after, at)
                ends.append(Places(before.first[here], before.after[here] + np.uint32(covers)))
    return either(reached[length])


def either(found: Sequence[Places]) -> Places:
    """The places of several, by both ends, each once."""
    some = [places for places in found if len(places.first)]
    if len(some) < 2:
        return some[0] if some else NOWHERE
    return _distinct(*(np.concatenate(side) for side in zip(*some, strict=True)))


def near(
    left: Places,
    right: Places,
    distance: int,
    passage: Callable[[Ordinals], Ordinals],
    *,
    ordered: bool,
) -> Places:
    """The stretches over two places of one passage, at most `distance` apart, that do not overlap."""
    forward = _following(left, right, distance, passage)
    return forward if ordered else either([forward, _following(right, left, distance, passage)])


def _following(left: Places, right: Places, distance: int, passage: Callable[[Ordinals], Ordinals]) -> Places:
    """Each place of `left` with each of `right` that begins after it, within the distance."""
    found = []
    for start in range(0, len(left.first), _AT_ONCE):
        one = Places(*(side[start : start + _AT_ONCE] for side in left))
        begin = np.searchsorted(right.first, one.after)
        many = np.searchsorted(right.first, one.after + _reach(distance)) - begin
        ones = np.repeat(np.arange(len(many)), many)
        others = np.arange(len(ones)) + np.repeat(begin - (np.cumsum(many) - many), many)
        first = one.first[ones]
        same = passage(first) == passage(right.first[others])
        found.append(_distinct(first[same], right.after[others][same]))
    return either(found)


def member(values: Ordinals, among: Ordinals) -> Mask:
    """Which of the values are among others, which are sorted."""
    if not len(values) or not len(among):
        return np.zeros(len(values), dtype=bool)
    if len(among) * 8 < len(values) and _rises(values):
        return _member_of_many(values, among)
    if _is_dense(values, among) and _rises(values):
        return _marked(values, among)
    at = np.searchsorted(among, values)
    at[at == len(among)] = 0
    return np.asarray(among[at] == values, dtype=bool)


def shared(some: Ordinals, others: Ordinals) -> Ordinals:
    """What is in both of two arrays that are sorted, and hold each number once."""
    if len(some) > len(others):
        some, others = others, some
    if len(some) * _MANY < len(others):
        return some[member(some, others)]
    both = np.concatenate([some, others])
    both.sort(kind="stable")  # two stretches that are sorted already are only merged
    in_both: Ordinals = both[:-1].compress(both[1:] == both[:-1])
    return in_both


def _member_of_many(values: Ordinals, among: Ordinals) -> Mask:
    """The same where the others are few: equal values stand side by side."""
    begin, end = np.searchsorted(values, among), np.searchsorted(values, among, side="right")
    edges = np.zeros(len(values) + 1, dtype=np.int8)
    np.add.at(edges, begin, 1)
    np.add.at(edges, end, -1)
    return np.cumsum(edges[:-1], dtype=np.int32) > 0


def _marked(values: Ordinals, marks: Ordinals) -> Mask:
    """Which of the values (rising) have a mark: by marking.

    A quarter of a million ordinals at a time, so that what is marked stays in the cache.
    """
    found = np.empty(len(values), dtype=bool)
    low, high = int(values[0]), int(values[-1]) + 1
    bounds = np.arange(low, high + _CHUNK, _CHUNK).astype(np.uint32)
    cut_values, cut_marks = np.searchsorted(values, bounds), np.searchsorted(marks, bounds)
    room = np.empty(_CHUNK, dtype=bool)
    for number, begin in enumerate(bounds[:-1]):  # of the same type as the rest: nothing is converted
        ours = values[cut_values[number] : cut_values[number + 1]]
        if not len(ours):
            continue
        room[:] = False
        room[marks[cut_marks[number] : cut_marks[number + 1]] - begin] = True
        found[cut_values[number] : cut_values[number + 1]] = room[ours - begin]
    return found


def _distinct(first: Ordinals, after: Ordinals) -> Places:
    whole = distinct(first.astype(np.uint64) << np.uint64(32) | after)
    return Places((whole >> np.uint64(32)).astype(np.uint32), whole.astype(np.uint32))


def distinct(numbers: npt.NDArray[Number]) -> npt.NDArray[Number]:
    """Numbers sorted, each once; quick where they come in stretches that are sorted already."""
    ordered = np.sort(numbers, kind="stable")
    return ordered.compress(np.append(ordered[1:] != ordered[:-1], True)) if len(ordered) else ordered


def _reach(distance: int) -> np.uint32:
    return np.uint32(min(distance, _FARTHEST))


def _is_dense(values: Ordinals, marks: Ordinals) -> bool:
    stretch = int(marks[-1]) - int(marks[0]) + 1
    return len(values) > 1_000 and (len(marks) + len(values)) * _DENSE > stretch


def _rises(values: Ordinals) -> bool:
    return bool(np.all(values[:-1] <= values[1:]))


def is_plain(pieces: Sequence[Piece], length: int) -> bool:
    """Whether the words of a term follow each other, one way only."""
    return len(pieces) == length and all(
        piece.position == number and piece.length == 1 for number, piece in enumerate(pieces)
    )


def _plain(words: Sequence[Ordinals]) -> Places:
    """Words side by side, asked from the rarest."""
    order = sorted(range(len(words)), key=lambda number: len(words[number]))
    at = order[0]
    first = words[at][np.searchsorted(words[at], at) :] - np.uint32(at)
    for number in order[1:]:
        first = shared(first + np.uint32(number), words[number]) - np.uint32(number)
    return Places(first, first + np.uint32(len(words)))
