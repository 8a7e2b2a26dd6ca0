"""Bits of positions say what lists of positions say."""

from __future__ import annotations

import random
from itertools import pairwise

import numpy as np
import pytest

from paloverde.search.index import places as lists
from paloverde.search.index.dense import Space, Stretch, down, marked, up
from paloverde.search.index.frequent import Here, close
from paloverde.search.index.layout import U64
from paloverde.search.index.places import Occurrences, Places
from paloverde.search.tree import Near, Node, Or, Piece, Term


def passages(chance: random.Random, number: int) -> np.ndarray[tuple[int], np.dtype[np.uint32]]:
    return np.repeat(
        np.arange(number, dtype=np.uint32), [chance.choice([1, 1, 2, 5, 20]) for _ in range(number)]
    )


def numbers(bits: U64) -> set[int]:
    return set(np.flatnonzero(np.unpackbits(bits.view(np.uint8), bitorder="little")).tolist())


class Stream:
    """Words at random places; some cover two words, and stand beside others."""

    def __init__(self, chance: random.Random) -> None:
        self.space = Space(passages(chance, 40))
        self.at = {word: self._places(chance, len(word)) for word in ("a", "b", "c", "of", "we")}

    def _places(self, chance: random.Random, covers: int) -> lists.Ordinals:
        share = chance.choice([0.01, 0.1, 0.4])
        blocks = self.space.passages
        found = [
            at
            for at in range(len(blocks) * 16 - covers)  # the last position of a passage is free
            if chance.random() < share and blocks[at // 16] == blocks[(at + covers) // 16]
        ]
        return np.array(found, np.uint32)

    def passage(self, at: lists.Ordinals) -> lists.Ordinals:
        found: lists.Ordinals = self.space.passages[at >> np.uint32(4)]
        return found

    def places(self, node: Node) -> Places:
        match node:
            case Term(_, pieces, length):
                return lists.phrase(
                    pieces, length, lambda piece: [Occurrences(self.at[piece.folded], len(piece.folded))]
                )
            case Near(left, right, distance, ordered):
                one, other = self.places(left), self.places(right)
                return lists.near(one, other, distance, self.passage, ordered=ordered)
            case Or(nodes):
                return lists.either([self.places(part) for part in nodes])
        raise AssertionError(node)

    def here(self, stretch: Stretch) -> Here:
        bits = {}
        for word, at in self.at.items():
            half = self.space.bits(at[::2])  # some in bits, and some in lists, as an index has them
            marks = self.space.marks([at[1::4], at[3::4]], [half])
            for position in range(3):
                bits[Piece(word, position=position)] = [(len(word), marks.within(stretch))]
        return Here(stretch, bits)


def random_node(chance: random.Random, depth: int = 0) -> Node:
    if depth < 3 and chance.random() < (0.9, 0.5, 0.3)[depth]:
        left, right = random_node(chance, depth + 1), random_node(chance, depth + 1)
        distance = chance.choice([1, 2, 3, 5, 7, 15, 16, 17, 50, 63, 64, 65, 100, 250, 100_000])
        if chance.random() < 0.2:
            return Or((left, right))
        return Near(left, right, distance, ordered=chance.random() < 0.5)
    words = chance.choice(["a", "b", "c", "of", "we", "a b", "b a", "of a", "a a", "c b a", "a of"])
    pieces, length = [], 0
    for word in words.split():
        pieces.append(Piece(word, position=length))
        length += 1
    return Term(words, tuple(pieces), length)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("long", [1, 3, 1 << 14])
def test_what_is_found_by_bits_is_what_is_found_by_lists(seed: int, long: int) -> None:
    """In whole, or cut into stretches: nothing reaches over the end of a passage, and nothing is lost there."""
    chance = random.Random(seed)
    for _ in range(25):
        stream = Stream(chance)
        node = random_node(chance)
        expected = stream.places(node)
        firsts, afters, found = set(), set(), set()
        for stretch in stream.space.stretches(long):
            here, base = stream.here(stretch), stretch.start * 64
            first = here.firsts(node, None)
            firsts |= {base + at for at in numbers(first)}
            afters |= {base + at for at in numbers(here.afters(node, None))}
            found |= set(stretch.passages_of(stretch.held(first)).tolist())
        assert firsts == set(expected.first.tolist()), node
        assert afters == set(expected.after.tolist()), node
        assert found == set(stream.passage(expected.first).tolist()), node


def test_stretches_begin_with_passages_and_leave_nothing_out() -> None:
    space = Space(passages(random.Random(3), 200))
    stretches = list(space.stretches(2))
    assert len(stretches) > 20
    assert [stretch.start for stretch in stretches[1:]] == [stretch.stop for stretch in stretches[:-1]]
    assert (stretches[0].start, stretches[-1].stop) == (0, space.words)
    assert np.concatenate([stretch.passages for stretch in stretches]).tolist() == space.passages.tolist()
    for one, other in pairwise(stretches):
        assert one.passages[-1] != other.passages[0]


@pytest.mark.parametrize("by", [0, 1, 5, 63, 64, 65, 200, 10_000])
def test_bits_move_over_the_borders_of_machine_words(by: int) -> None:
    space = Space(np.zeros(20, np.uint32))
    positions = np.array([0, 1, 62, 63, 64, 130, 319], np.uint32)
    assert numbers(up(space.bits(positions), by)) == {
        at + by for at in positions.tolist() if at + by < space.size
    }
    assert numbers(down(space.bits(positions), by)) == {at - by for at in positions.tolist() if at >= by}


@pytest.mark.parametrize("share", [0, 0.0005, 0.01, 0.5])
def test_positions_are_marked_however_many_they_are(share: float) -> None:
    space, chance = Space(np.zeros(2_000, np.uint32)), random.Random(1)
    positions = [at for at in range(space.size) if chance.random() < share]
    assert numbers(space.bits(np.array(positions, np.uint32))) == {*positions}


def test_positions_that_come_twice_are_marked_once() -> None:
    """Adding bits instead of joining them would carry into other positions."""
    several = [np.array([5, 6, 200], np.uint32), np.array([5, 7, 7], np.uint32)]
    assert numbers(marked(several, 10)) == {5, 6, 7, 200}


@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_some_passages_taken_out_hold_what_they_held(share: float) -> None:
    chance = random.Random(9)
    space = Space(passages(chance, 300))
    at = np.array([at for at in range(space.size) if chance.random() < 0.1], np.uint32)
    taken = [number for number in range(300) if chance.random() < share]
    blocks = np.flatnonzero(np.isin(space.passages, taken))
    few = space.only(blocks)
    bits, there = few.taken(space.bits(at), blocks), set(at.tolist())
    assert few.passages.tolist() == space.passages[blocks].tolist()
    assert numbers(bits) == {
        number * 16 + place
        for number, block in enumerate(blocks.tolist())
        for place in range(16)
        if block * 16 + place in there
    }


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("ordered", [True, False])
def test_blocks_that_are_close_hold_words_that_are_near(seed: int, *, ordered: bool) -> None:
    """What is told by blocks alone is true; and two words in blocks side by side are told so."""
    chance = random.Random(seed)
    for _ in range(20):
        stream = Stream(chance)
        distance = chance.choice([31, 47, 50, 64, 100])
        near = Near(term("a"), term("b"), distance, ordered=ordered)
        expected = set(stream.passage(stream.places(near).first).tolist())
        (stretch,) = stream.space.stretches()
        one = stretch.held(stream.space.bits(stream.at["a"]))
        other_alone = stretch.held(stream.space.bits(np.setdiff1d(stream.at["b"], stream.at["a"])))
        found = close(stretch, one, other_alone, (distance - 15) // 16, ordered=ordered)
        assert set(stretch.passages_of(found).tolist()) <= expected
        beside = one[:-1] & other_alone[1:] & (stretch.passages[1:] == stretch.passages[:-1])
        assert set(stretch.passages_of(np.append(False, beside)).tolist()) <= set(
            stretch.passages_of(found).tolist()
        )


def term(word: str) -> Term:
    return Term(word, (Piece(word),), 1)
