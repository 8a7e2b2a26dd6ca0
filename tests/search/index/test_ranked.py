"""What is looked up in every place is what the lists say, with ranks for all forms, for some and for none."""

from __future__ import annotations

import random
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pytest

from paloverde.search.index.dense import Space
from paloverde.search.index.laying import ranks_of
from paloverde.search.index.layout import BLOCK, I64, U8, U32
from paloverde.search.index.ranked import TOGETHER, Ranks
from paloverde.search.index.sheets import cells_of_blocks, lay

FORMS = 30


class Written(NamedTuple):
    """Passages in which forms of one word and of several stand, on sheets."""

    space: Space
    positions: U32
    often: I64
    lengths: I64


def written(seed: int, *, sharing: bool) -> Written:
    """Forms at random places; each place has one form of one word, or, `sharing`, perhaps several."""
    chance = np.random.default_rng(seed)
    words = chance.choice([1, 2, 7, 16, 17, 40, 90], 300)
    blocks = (words + BLOCK) // BLOCK
    starts = BLOCK * (np.cumsum(blocks) - blocks)
    places = np.concatenate([start + np.arange(many) for start, many in zip(starts, words, strict=True)])
    lengths = np.where(np.arange(FORMS) % 5 == 4, 2, 1)
    own = np.minimum(chance.zipf(1.4, len(places)) - 1, 10**6) % FORMS
    at = []
    for form in range(FORMS):
        several = chance.random(len(places)) < 0.05
        at.append(places[several if lengths[form] > 1 or (sharing and form % 7 == 0) else own == form])
    sheets = lay(words, room=600)
    cells, widths = cells_of_blocks(sheets, blocks)
    space = Space(sheets.sheets(), cells.astype(np.uint32), widths)
    often = np.array([*map(len, at)], np.int64)
    return Written(space, np.concatenate(at).astype(np.uint32), often, lengths)


def ranks_in(written: Written, most: int) -> Ranks:
    arrays = ranks_of(
        written.lengths.astype(np.uint16), written.often, written.positions, written.space, most=most
    )
    return Ranks({f"text.{name}": array for name, array in arrays.items()}, "text")


def positions_of(written: Written, forms: U32) -> U32:
    ends = np.cumsum(written.often)
    several = [written.positions[ends[form] - written.often[form] : ends[form]] for form in forms.tolist()]
    return np.unique(np.concatenate([np.empty(0, np.uint32), *several]))


def lists(seed: int) -> list[U32]:
    chance = random.Random(seed)
    return [
        np.array(sorted(chance.sample(range(FORMS), chance.choice([0, 1, 3, 20, FORMS]))), np.uint32)
        for _ in range(TOGETHER)
    ]


@pytest.mark.parametrize("sharing", [False, True])
@pytest.mark.parametrize("most", [1, 2, 9, 1 << 16])
@pytest.mark.parametrize("seed", range(3))
def test_every_place_is_found_by_its_rank(seed: int, most: int, sharing: bool) -> None:
    """With few ranks the rest is found by where it stands; nothing is found twice or elsewhere."""
    stream = written(seed, sharing=sharing)
    ranks, asked = ranks_in(stream, most), lists(seed)
    looked = ranks.looked(asked)
    chance = np.random.default_rng(seed)
    for sheet in stream.space.sheets:
        found = ranks.on(sheet, looked, None)
        columns = np.flatnonzero(np.append(True, chance.random(sheet.width * 8 - 1) < 0.3))
        some = ranks.on(sheet, looked, columns)
        for number, forms in enumerate(asked):
            bits = stream.space.bits(positions_of(stream, forms))[sheet.start : sheet.start + sheet.words]
            expected = bits.view(np.uint8)[: sheet.rows * sheet.width].reshape(sheet.rows, sheet.width)
            assert found[number].tolist() == expected.tolist()
            assert apart(some[number])[:, : len(columns)].tolist() == apart(expected)[:, columns].tolist()


@pytest.mark.parametrize("most", [9, 1 << 16])
def test_what_is_found_first_is_never_too_much(most: int) -> None:
    stream = written(1, sharing=True)
    ranks = ranks_in(stream, most)
    looked, seen = ranks.looked(lists(1)), False
    for sheet in stream.space.sheets:
        head = sheet._replace(rows=min(sheet.rows, 3))
        whole = np.array(ranks.on(head, looked, None))
        most_of_it = ranks.most_on(head, looked)
        assert not (most_of_it & ~whole).any()
        seen |= bool(most_of_it.any())
    assert seen


def apart(bits: U8) -> npt.NDArray[np.uint8]:
    return np.unpackbits(bits, axis=1, bitorder="little")
