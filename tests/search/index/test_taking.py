"""What is taken of long arrays is what stands there, however much of it is asked for."""

from __future__ import annotations

import numpy as np
import pytest

from paloverde.search.index.arrow import taken
from paloverde.search.index.stretches import pieces


@pytest.mark.parametrize("kind", [np.bool_, np.uint8, np.uint16, np.uint32, np.uint64])
@pytest.mark.parametrize("many", [0, 1, 500])
def test_values_are_taken_by_their_places(kind: type[np.generic], many: int) -> None:
    chance = np.random.default_rng(many)
    values = chance.integers(0, 2 if kind is np.bool_ else 200, 90).astype(kind)
    values.flags.writeable = False
    at = chance.integers(0, 90, many).astype(np.uint32)
    found = taken(values, at)
    assert found.dtype == values.dtype
    assert found.tolist() == [values[place].item() for place in at.tolist()]


def test_every_second_place_of_an_array_is_taken_from_it_alone() -> None:
    values = np.arange(20, dtype=np.uint32)
    assert taken(values[::2], np.array([3, 9], np.uint32)).tolist() == [6, 18]


@pytest.mark.parametrize("share", [0.01, 0.5, 1.0])
@pytest.mark.parametrize("stretches", [3, 40])
def test_stretches_come_whole_in_whatever_pieces(share: float, stretches: int) -> None:
    chance = np.random.default_rng(stretches)
    values = np.arange(stretches * 4_000, dtype=np.uint32)
    first = np.arange(stretches, dtype=np.uint32) * np.uint32(4_000)
    lengths = (chance.choice([0, 1, 100, 4_000], stretches) * share).astype(np.uint32)
    found = [number for piece in pieces(values, first, first + lengths) for number in piece.tolist()]
    wanted = [at for begin, many in zip(first.tolist(), lengths.tolist(), strict=True)
              for at in range(begin, begin + many)]  # fmt: skip
    assert sorted(found) == wanted


def test_no_stretch_gives_nothing() -> None:
    nothing = np.empty(0, np.uint32)
    assert [*pieces(np.arange(9, dtype=np.uint32), nothing, nothing)] == []
