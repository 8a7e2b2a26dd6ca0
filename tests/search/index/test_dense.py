"""Bits of places say what lists of positions say."""

from __future__ import annotations

import random
from itertools import pairwise

import numpy as np
import pytest

from paloverde.search.index import places as lists
from paloverde.search.index.dense import Space, both_down, downwards, marked, up, upwards
from paloverde.search.index.frequent import Here
from paloverde.search.index.layout import BLOCK, I64, U8, U64
from paloverde.search.index.places import Occurrences, Places
from paloverde.search.index.sheets import Laid, cells_of_blocks, lay
from paloverde.search.tree import Near, Node, Or, Piece, Term


def space_of(lengths: I64, room: int) -> Space:
    sheets = lay(lengths, room=room)
    cells, widths = cells_of_blocks(sheets, (lengths + BLOCK) // BLOCK)
    return Space(sheets.sheets(), cells.astype(np.uint32), widths)


def numbers(bits: U64) -> set[int]:
    return set(np.flatnonzero(np.unpackbits(bits.view(np.uint8), bitorder="little")).tolist())


class Stream:
    """Passages of all lengths, and words at random places; some cover two words, and stand beside others."""

    def __init__(self, chance: random.Random, room: int) -> None:
        self.lengths = np.array([chance.choice([1, 2, 5, 15, 16, 17, 40, 90, 300]) for _ in range(40)])
        blocks = (self.lengths + BLOCK) // BLOCK
        self.starts = BLOCK * (np.cumsum(blocks) - blocks)
        self.of_blocks = np.repeat(np.arange(40, dtype=np.uint32), blocks)
        self.space = space_of(self.lengths, room)
        self.at = {word: self._places(chance, len(word)) for word in ("a", "b", "c", "of", "we")}

    def _places(self, chance: random.Random, covers: int) -> lists.Ordinals:
        share = chance.choice([0.01, 0.1, 0.4])
        found = [
            start + at
            for start, length in zip(self.starts.tolist(), self.lengths.tolist(), strict=True)
            for at in range(length - covers + 1)
            if chance.random() < share
        ]
        return np.array(found, np.uint32)

    def passage(self, at: lists.Ordinals) -> lists.Ordinals:
        found: lists.Ordinals = self.of_blocks[at >> np.uint32(4)]
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

    def found(self, node: Node, *, afters: bool) -> set[int]:
        """The cells where places of a node begin, or before which they end."""
        marks = {}
        for word, at in self.at.items():
            half = self.space.bits(at[::2])  # some in bits, and some in lists, as an index has them
            marks[word] = self.space.marks([at[1::4], at[3::4]], [half])
        cells: set[int] = set()
        for sheet in self.space.sheets:
            bits = {
                Piece(word, position=position): [(len(word), one.on(sheet))]
                for word, one in marks.items()
                for position in range(3)
            }
            here = Here((sheet.rows, sheet.width), bits)
            found = here.afters(node, None) if afters else here.firsts(node, None)
            inside = np.flatnonzero(np.unpackbits(found, bitorder="little"))
            cells |= set((inside + sheet.start * 64).tolist())
        return cells

    def cells(self, positions: lists.Ordinals) -> set[int]:
        return set(self.space.cells(positions).tolist())

    def ends_inside(self, places: Places) -> lists.Ordinals:
        """Where places end before the end of their passage."""
        last = (self.starts + self.lengths)[self.passage(places.first)]
        ends: lists.Ordinals = places.after[places.after < last]
        return ends


def random_node(chance: random.Random, depth: int = 0) -> Node:
    if depth < 3 and chance.random() < (0.9, 0.5, 0.3)[depth]:
        left, right = random_node(chance, depth + 1), random_node(chance, depth + 1)
        distance = chance.choice([1, 2, 3, 5, 7, 15, 16, 17, 50, 63, 64, 65, 100, 250, 100_000])
        if chance.random() < 0.2:
            return Or((left, right))
        return Near(left, right, distance, ordered=chance.random() < 0.5)
    words = chance.choice(["a", "b", "c", "of", "we", "a b", "b a", "of a", "a a", "c b a", "a of"])
    pieces = [Piece(word, position=position) for position, word in enumerate(words.split())]
    return Term(words, tuple(pieces), len(pieces))


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("room", [1, 300, 1 << 18])
def test_what_is_found_by_bits_is_what_is_found_by_lists(seed: int, room: int) -> None:
    """On one sheet or on many: nothing reaches over the end of a passage, and nothing is lost there."""
    chance = random.Random(seed)
    for _ in range(25):
        stream = Stream(chance, room)
        node = random_node(chance)
        expected = stream.places(node)
        assert stream.found(node, afters=False) == stream.cells(expected.first), node
        inside = stream.cells(stream.ends_inside(expected))
        assert stream.found(node, afters=True) >= inside, node


@pytest.mark.parametrize("room", [1, 64, 1 << 18])
@pytest.mark.parametrize("seed", range(4))
def test_every_place_has_a_cell_of_its_own_and_the_next_word_lies_a_row_below(seed: int, room: int) -> None:
    chance = random.Random(seed)
    lengths = np.array(
        [chance.choice([1, 1, 2, 5, 16, 20, 31, 32, 500]) for _ in range(chance.randint(1, 99))]
    )
    sheets, space = lay(lengths, room=room), space_of(lengths, room)
    blocks = (lengths + BLOCK) // BLOCK
    starts = BLOCK * (np.cumsum(blocks) - blocks)
    seen: set[int] = set()
    for start, length in zip(starts.tolist(), lengths.tolist(), strict=True):
        cells = space.cells(np.arange(start, start + length, dtype=np.uint32)).tolist()
        sheet = next(one for one in reversed(space.sheets) if one.start * 64 <= cells[0])
        assert {after - cell for cell, after in pairwise(cells)} <= {8 * sheet.width}
        assert cells[-1] < (sheet.start + sheet.words) * 64
        seen |= {*cells}
    assert len(seen) == lengths.sum()
    assert max(seen) < space.size
    assert sorted(sheets.passages.tolist()) == list(range(len(lengths)))


@pytest.mark.parametrize("room", [1, 64, 1 << 18])
def test_the_cell_of_one_position_is_told_from_its_sheet(room: int) -> None:
    """Of few positions no widths are read: they are told from where sheets begin."""
    chance = random.Random(room)
    lengths = np.array([chance.choice([1, 2, 5, 16, 20, 31, 32, 500]) for _ in range(400)])
    space, blocks = space_of(lengths, room), (lengths + BLOCK) // BLOCK
    positions = (BLOCK * (np.cumsum(blocks) - blocks) + lengths - 1).astype(np.uint32)
    together = space.cells(positions).tolist()
    assert [int(space.cells(positions[at : at + 1])[0]) for at in range(len(positions))] == together


def test_sheets_waste_little() -> None:
    """Passages of very different lengths do not lie on one sheet; the longest take no room for the short."""
    chance = random.Random(5)
    lengths = np.array([int(chance.lognormvariate(3, 0.7)) + 1 for _ in range(50_000)] + [20_000])
    assert space_of(lengths, 1 << 18).size < 1.3 * lengths.sum() + 8 * 20_000


def test_no_passages_are_no_sheets() -> None:
    space = space_of(np.empty(0, np.int64), 1 << 18)
    assert (space.size, space.width, len(space.marks([], []).bits)) == (0, 0, 0)


@pytest.mark.parametrize("by", [1, 2, 5, 6, 7, 200])
def test_bits_move_from_row_to_row_and_not_beyond(by: int) -> None:
    bits = np.random.default_rng(by).integers(0, 256, (6, 3), np.uint8)
    others = np.random.default_rng(99).integers(0, 256, (6, 3), np.uint8)
    rows = [*bits]
    nothing = np.zeros(3, np.uint8)
    assert up(bits, by).tolist() == [(rows[at - by] if at >= by else nothing).tolist() for at in range(6)]
    below = [others[at + by] if at + by < 6 else nothing for at in range(6)]
    assert both_down(bits, others, by).tolist() == (bits & below).tolist()
    assert upwards(bits, by).tolist() == [_any(rows[max(0, at - by) : at + 1]) for at in range(6)]
    assert downwards(bits, by).tolist() == [_any(rows[at : at + by + 1]) for at in range(6)]


def _any(rows: list[U8]) -> list[int]:
    return [int(one) for one in np.bitwise_or.reduce(np.array(rows), axis=0)]


@pytest.mark.parametrize("share", [0, 0.0005, 0.01, 0.5])
def test_positions_are_marked_however_many_they_are(share: float) -> None:
    space, chance = space_of(np.full(600, 40), 1 << 18), random.Random(1)
    positions = np.array(
        [48 * one + at for one in range(600) for at in range(40) if chance.random() < share], np.uint32
    )
    assert numbers(space.bits(positions)) == set(space.cells(positions).tolist())


def test_cells_that_come_twice_are_marked_once() -> None:
    """Adding bits instead of joining them would carry into other cells."""
    several = [np.array([5, 6, 200], np.uint32), np.array([5, 7, 7], np.uint32)]
    assert numbers(marked(several, 10)) == {5, 6, 7, 200}


def test_sheets_lie_one_after_the_other() -> None:
    sheets = Laid(np.array([3, 1], np.uint32), np.array([9, 2], np.uint16), np.arange(80)).sheets()
    assert [(one.start, one.words, one.before) for one in sheets] == [(0, 4, 0), (4, 1, 9)]


@pytest.mark.parametrize("rows", [1, 8, 9, 30])
def test_a_reach_beyond_the_passage_is_all_of_it(rows: int) -> None:
    bits = np.random.default_rng(rows).integers(0, 256, (rows, 5), np.uint8) & np.uint8(0x11)
    for reach in (rows - 1, rows, 3 * rows):
        down, upward = downwards(bits, reach), upwards(bits, reach)
        for row in range(rows):
            assert down[row].tolist() == np.bitwise_or.reduce(bits[row:], axis=0).tolist()
            assert upward[row].tolist() == np.bitwise_or.reduce(bits[: row + 1], axis=0).tolist()
