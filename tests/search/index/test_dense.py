"""Bits of positions say what lists of positions say."""

from __future__ import annotations

import random

import numpy as np
import pytest

from paloverde.search.index import places as lists
from paloverde.search.index.dense import Ends, Space, down, up
from paloverde.search.index.layout import U64
from paloverde.search.index.places import Places


def passages(chance: random.Random, number: int) -> np.ndarray[tuple[int], np.dtype[np.uint32]]:
    return np.repeat(
        np.arange(number, dtype=np.uint32), [chance.choice([1, 1, 2, 5, 20]) for _ in range(number)]
    )


def random_places(chance: random.Random, space: Space, length: int, share: float) -> Places:
    """Stretches of one length that lie within their passages, and leave their last position free."""
    first = [
        at
        for at in range(len(space.passages) * 16 - length)
        if chance.random() < share and space.passages[at // 16] == space.passages[(at + length) // 16]
    ]
    found = np.array(first, np.uint32)
    return Places(found, found + np.uint32(length))


def numbers(bits: U64) -> set[int]:
    return set(np.flatnonzero(np.unpackbits(bits.view(np.uint8), bitorder="little")).tolist())


@pytest.mark.parametrize("seed", range(6))
def test_nearness_by_bits_is_nearness_by_lists(seed: int) -> None:
    chance = random.Random(seed)
    space = Space(passages(chance, 40))

    def passage(at: lists.Ordinals) -> lists.Ordinals:
        return space.passages[at >> np.uint32(4)]

    for _ in range(12):
        share = chance.choice([0.01, 0.1, 0.4])
        left = random_places(chance, space, chance.choice([1, 2]), share)
        right = random_places(chance, space, chance.choice([1, 3]), share)
        distance, ordered = chance.choice([1, 2, 3, 5, 7, 50, 63, 64, 65, 100, 250]), chance.random() < 0.5
        expected = lists.near(left, right, distance, passage, ordered=ordered)
        if not len(left.first) or not len(right.first):
            continue
        found = space.near(space.ends(left), space.ends(right), distance, ordered=ordered)
        assert found is not None
        assert numbers(found.first) == set(expected.first.tolist())
        assert numbers(found.after) == set(expected.after.tolist())
        assert set(space.passages_of(found.first).tolist()) == set(passage(expected.first).tolist())


@pytest.mark.parametrize("by", [0, 1, 5, 63, 64, 65, 200, 10_000])
def test_bits_move_over_the_borders_of_machine_words(by: int) -> None:
    space = Space(np.zeros(20, np.uint32))
    positions = np.array([0, 1, 62, 63, 64, 130, 319], np.uint32)
    assert numbers(up(space.bits(positions), by)) == {
        at + by for at in positions.tolist() if at + by < space.size
    }
    assert numbers(down(space.bits(positions), by)) == {at - by for at in positions.tolist() if at >= by}


def test_what_is_of_several_lengths_is_left_to_lists() -> None:
    space = Space(np.zeros(4, np.uint32))
    several = space.ends(Places(np.array([1, 5], np.uint32), np.array([2, 8], np.uint32)))
    one = Ends(space.bits(np.array([3], np.uint32)), space.bits(np.array([4], np.uint32)), 1)
    assert space.near(several, one, 5, ordered=False) is None
    assert numbers(space.following(several, one, 5)) == {3}
