"""Duplicates are found however many records there are, and nothing is called alike that is not."""

from __future__ import annotations

import io
import random
import time
from itertools import pairwise

import numpy as np
from PIL import Image

from paloverde.requests.likeness import LEAST, alike, alike_hits, look_alike, looks, same_files, together
from paloverde.search.hits import Kept
from paloverde.search.words import tokens
from requests_found import hit, sha

LONG = (
    "The street sweeping on Portola Avenue is on the first Monday of each month, please move your cars by six"
)


def test_the_same_words_however_written_are_one_group() -> None:
    texts = ["Thank you!", "THANK YOU", "thank you so much", "Gracias", "gracias 🌵", "thank  you."]
    assert alike(texts) == [(0, 1, 5)]


def test_nearly_the_same_text_is_in_the_group_and_another_is_not() -> None:
    texts = [LONG, LONG.replace("Monday", "Tuesday"), f"RT: {LONG}", LONG[::-1], "The pool opens on Monday"]
    assert alike(texts) == [(0, 1, 2)]


def test_texts_without_words_are_like_none() -> None:
    assert alike([None, "", "  ", "!!!", None]) == []
    assert alike([]) == []


def jaccard(one: str, other: str) -> float:
    sets = []
    for text in (one, other):
        words = [token.folded for token in tokens(text) if token.length == 1]
        sets.append({tuple(words[at : at + 3]) for at in range(max(1, len(words) - 2))})
    return len(sets[0] & sets[1]) / len(sets[0] | sets[1])


def test_groups_are_those_of_comparing_every_pair() -> None:
    chance = random.Random(5)
    words = [f"w{number}" for number in range(60)]
    texts = []
    for _ in range(60):
        base = [chance.choice(words) for _ in range(chance.randint(1, 30))]
        texts.append(" ".join(base))
        for _ in range(chance.randint(0, 2)):
            changed = list(base)
            changed[chance.randrange(len(changed))] = chance.choice(words)
            texts.append(" ".join(changed))
    found = {pair for group in alike(texts) for pair in pairwise(group)}
    pairs = {(a, b) for a in range(len(texts)) for b in range(a + 1, len(texts))}
    near = {pair for pair in pairs if jaccard(texts[pair[0]], texts[pair[1]]) >= LEAST}
    group_of = together(alike(texts))
    assert all(b in group_of(a) for a, b in near)
    assert found
    tops: dict[int, int] = {number: number for number in range(len(texts))}
    for a, b in sorted(near):
        old, new = tops[b], tops[a]
        tops = {number: new if top == old else top for number, top in tops.items()}
    assert all(tops[a] == tops[b] for a, b in found)


def test_a_hundred_thousand_records_take_less_than_a_minute() -> None:
    chance = random.Random(7)
    words = [f"word{number}" for number in range(20_000)]
    texts: list[str | None] = [" ".join(chance.choices(words, k=12)) for _ in range(80_000)]
    texts += [f"{texts[number]} indeed" for number in range(10_000)]
    texts += ["Thank you all!"] * 10_000
    began = time.process_time()
    groups = alike(texts)
    assert time.process_time() - began < 60
    assert len(groups) == 10_001
    assert max(map(len, groups)) == 10_000


def picture(seed: int, size: tuple[int, int] = (120, 90)) -> Image.Image:
    grid = np.random.default_rng(seed).integers(0, 255, (6, 8, 3), dtype=np.uint8)
    return Image.fromarray(grid).resize(size, Image.Resampling.BICUBIC)


def file(of: Image.Image, kind: str) -> bytes:
    out = io.BytesIO()
    of.save(out, kind)
    return out.getvalue()


def test_pictures_that_look_the_same_are_together_and_others_are_not() -> None:
    seen = {
        "whole": looks(file(picture(1), "PNG")),
        "small": looks(file(picture(1, (60, 45)), "JPEG")),
        "other": looks(file(picture(2), "PNG")),
    }
    assert look_alike(seen) == [("whole", "small")]


def test_records_with_the_same_file_are_named() -> None:
    one, two = Kept(sha256=sha("a")), Kept(sha256=sha("b"))
    hits = [
        hit("x", media=[one, one]),
        hit("y", media=[two]),
        hit("x", media=[one]),
        hit("z", media=[Kept()]),
    ]
    assert same_files(hits) == {sha("a"): (0, 2)}
    assert alike_hits(hits) == [(0, 2)]
