"""The same photograph is known again in another size and compression, and no other is taken for it."""

from __future__ import annotations

import io
from itertools import combinations

import pytest
from PIL import Image

from paloverde.watch.looks import SAME, look_of, look_the_same
from photographs import flyer, jpeg, photograph, png, written_anew

SEEDS = range(8)
LOOKS = {seed: look_of(jpeg(photograph(seed), 90)) for seed in SEEDS}


@pytest.mark.parametrize("seed", SEEDS[:4])
def test_a_photograph_written_anew_looks_the_same(seed: int) -> None:
    look = LOOKS[seed]
    assert look is not None
    for way, body in written_anew(photograph(seed)):
        again = look_of(body)
        assert again is not None, way
        assert (look ^ again).bit_count() <= SAME // 2, f"{way}: the limit has room on this side"


def test_another_photograph_does_not() -> None:
    for one, other in combinations(LOOKS.values(), 2):
        assert one is not None
        assert other is not None
        assert not look_the_same(one, other)
        assert (one ^ other).bit_count() >= 2 * SAME, "and on that side"


def test_a_cut_photograph_is_not_known_again_and_nobody_says_so() -> None:
    picture = photograph(1, 480, 360)
    cut = look_of(jpeg(picture.crop((60, 0, 420, 360))))
    assert cut is not None
    assert LOOKS[1] is not None
    assert not look_the_same(cut, LOOKS[1])


def test_flyers_look_alike_so_nothing_is_said_of_how_they_look() -> None:
    assert look_of(jpeg(flyer("Concert in the park"))) is None
    assert look_of(png(flyer("Town hall"))) is None
    assert look_of(png(Image.new("RGB", (400, 300), "white"))) is None


@pytest.mark.parametrize(
    "body",
    [b"", b"no picture", b"GIF89a", b"\xff\xd8\xff\xe0" + b"\0" * 64, jpeg(photograph(2))[:4000],
     png(photograph(2))[:4000], b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"%PDF-1.7"],
)  # fmt: skip
def test_what_is_no_whole_picture_has_no_looks(body: bytes) -> None:
    assert look_of(body) is None


def test_a_bomb_is_not_decoded() -> None:
    file = io.BytesIO()
    Image.new("1", (10_001, 10_001)).save(file, "PNG")
    assert len(file.getvalue()) < 1_000_000
    assert look_of(file.getvalue()) is None
