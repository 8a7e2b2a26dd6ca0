"""Places over many documents at once are those of each document alone, as `search/matching.py` finds them."""

from __future__ import annotations

import random
from collections import defaultdict
from itertools import pairwise

import numpy as np
import pytest

from paloverde.search import matching
from paloverde.search.index import places as ours
from paloverde.search.index.places import Occurrences, Ordinals, Places
from paloverde.search.tree import Near, Node, Or, Piece, Term
from paloverde.search.words import tokens
from paloverde.search.written import term_of

BLOCK = 16
WORDS = [
    "the",
    "of",
    "city's",
    "citys",
    "city",
    "s",
    "palm",
    "e-mail",
    "email",
    "e",
    "mail",
    "1,000",
    "公園",
    "👍🏽",
]
TERMS = [
    *WORDS,
    "the city's",
    "of the",
    "the the",
    "city s",
    "e-mail the",
    "the of the of",
    "pa*",
    "*s the",
    "c?ty",
]


class Stream:
    """Passages one behind the other, each from a multiple of 16 on; as a segment has them."""

    def __init__(self, texts: list[str]) -> None:
        self.texts, self.starts, end = texts, [], 0
        at: dict[tuple[str, int], list[int]] = defaultdict(list)
        for text in texts:
            self.starts.append(end)
            cut = tokens(text)
            for token in cut:
                at[token.folded, token.length].append(end + token.position)
            words = max((token.position + token.length for token in cut), default=0)
            end += (words + 1 + BLOCK - 1) // BLOCK * BLOCK
        self.at = {key: np.array(positions, np.uint32) for key, positions in at.items()}

    def passage(self, ordinals: Ordinals) -> Ordinals:
        return (np.searchsorted(self.starts, ordinals, side="right") - 1).astype(np.uint32)

    def found(self, piece: Piece) -> list[Occurrences]:
        fits = matching.word_pattern(piece.folded).fullmatch if piece.wild else piece.folded.__eq__
        groups: dict[int, list[Ordinals]] = defaultdict(list)
        for (folded, length), at in self.at.items():
            if fits(folded):
                groups[length].append(at)
        return [Occurrences(np.sort(np.concatenate(group)), length) for length, group in groups.items()]

    def standing(self, node: Node) -> Places:
        match node:
            case Term(_, pieces, length):
                return ours.phrase(pieces, length, self.found)
            case Near(left, right, distance, ordered):
                sides = self.standing(left), self.standing(right)
                return ours.near(*sides, distance, self.passage, ordered=ordered)
            case Or(nodes):
                return ours.either([self.standing(one) for one in nodes])
        raise AssertionError(node)

    def expected(self, node: Node) -> list[tuple[int, int]]:
        """What each passage alone says."""
        return [
            (start + place.first, start + place.after)
            for start, text in zip(self.starts, self.texts, strict=True)
            for place in matching.places(node, matching.Passages([text]))
        ]


def random_node(chance: random.Random, depth: int = 0) -> Node:
    kind = chance.random()
    if depth > 2 or kind < 0.4:
        return term_of(chance.choice(TERMS))
    left, right = random_node(chance, depth + 1), random_node(chance, depth + 1)
    if kind < 0.85:
        return Near(left, right, chance.choice([1, 2, 5, 20, 250]), ordered=chance.random() < 0.4)
    return Or((left, right))


def random_texts(chance: random.Random, number: int) -> list[str]:
    return [
        " ".join(chance.choices(WORDS, k=chance.choice([0, 1, 3, 15, 16, 31, 60]))) for _ in range(number)
    ]


@pytest.mark.parametrize("seed", range(8))
def test_places_of_all_documents_are_those_of_each_document(seed: int) -> None:
    chance = random.Random(seed)
    stream = Stream(random_texts(chance, 40))
    for _ in range(60):
        node = random_node(chance)
        found = stream.standing(node)
        assert list(zip(found.first.tolist(), found.after.tolist(), strict=True)) == stream.expected(node), (
            node
        )


@pytest.mark.parametrize(
    ("values", "among"), [(400_000, 900_000), (900_000, 2_000), (2_000, 900_000), (50, 70), (0, 9), (9, 0)]
)
def test_frequent_and_rare_ordinals_are_told_apart_the_same_way(values: int, among: int) -> None:
    """Marking, searching and searching the other way round: each is as exact as a set."""
    chance = np.random.default_rng(3)
    space = 4_000_000
    asked = np.sort(chance.choice(space, values, replace=False)).astype(np.uint32)
    there = np.sort(chance.choice(space, among, replace=False)).astype(np.uint32)
    assert np.array_equal(ours.member(asked, there), np.isin(asked, there))


def test_places_come_sorted_and_each_once() -> None:
    stream = Stream(["city's city's citys city s"] * 3)
    found = stream.standing(term_of("city's"))
    pairs = list(zip(found.first.tolist(), found.after.tolist(), strict=True))
    assert all(one < other for one, other in pairwise(pairs))


@pytest.mark.parametrize(("some", "others"), [(0, 9), (9, 0), (5, 4_000), (900, 1_000), (3_000, 800)])
def test_what_two_lists_share_is_found_whichever_is_longer(some: int, others: int) -> None:
    chance = np.random.default_rng(some)
    one, other = (
        np.sort(chance.choice(5_000, many, replace=False)).astype(np.uint32) for many in (some, others)
    )
    assert ours.shared(one, other).tolist() == sorted({*one.tolist()} & {*other.tolist()})
