"""Patterns of letters find the words that hold them, and the documents of one letter are those of its words."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest
from randomly import WORDS, City

from paloverde.search.index.letters import (
    LETTERS,
    letter_alone,
    letters_in,
    letters_of,
    letters_of_documents,
)
from paloverde.search.index.opening import open_index
from paloverde.search.index.segment import Segment
from paloverde.search.index.upkeep import refresh
from paloverde.search.matching import word_pattern


@pytest.fixture(scope="module")
def segment(tmp_path_factory: pytest.TempPathFactory) -> Segment:
    folder: Path = tmp_path_factory.mktemp("letters")
    city = City(folder, random.Random(3))
    city.grow(3, 60)
    refresh(city.archive, folder / "index", processes=1)
    index = open_index(folder / "index")
    assert index is not None
    return index.segments[0]


def test_each_letter_and_digit_has_a_bit_and_no_other_character_has_one() -> None:
    words = [word.casefold().encode() for word in WORDS]
    for word, bits in zip(words, letters_of(words).tolist(), strict=True):
        assert {letter for at, letter in enumerate(LETTERS) if bits >> at & 1} == {*word.decode()} & {
            *LETTERS
        }
        assert bits == int(letters_in(word.decode()))
    assert letters_of([]).tolist() == []
    assert int(letters_in("公園")) == int(letters_in("")) == 0


def test_only_a_pattern_of_one_letter_is_a_letter_alone() -> None:
    assert [letter_alone(f"*{letter}*") for letter in LETTERS] == [*range(len(LETTERS))]
    assert [
        letter_alone(one) for one in ("*", "**", "a*", "*a", "?a*", "*a?", "*é*", "*ab*", "*園*", "***")
    ] == [None] * 10


def test_the_letters_of_documents_are_those_of_their_forms() -> None:
    """Of three forms: the first in documents 0 and 4, the second in none, the third in 1 and 4."""
    letters = letters_of([b"ab", b"z", b"c9"])
    documents, counts = np.array([0, 4, 1, 4], np.uint32), np.array([2, 0, 2], np.uint32)
    found = letters_of_documents(letters, documents, counts, 6).tolist()
    assert found == [int(letters_in(held)) for held in ("ab", "c9", "", "", "abc9", "")]


@pytest.mark.parametrize("letter", LETTERS)
def test_a_letter_is_held_by_the_documents_of_the_words_that_hold_it(segment: Segment, letter: str) -> None:
    words = segment.text
    numbers = [number for number in range(len(words)) if letter in words.word(number)]
    forms = words.forms_of(np.array(numbers, np.uint32))
    held = words.holding_letter(LETTERS.index(letter), segment.documents)
    assert held.tolist() == words.holding_any(forms, segment.documents).tolist()


@pytest.mark.parametrize(
    "pattern",
    [
        "*a*",
        "*1*",
        "*ar*",
        "*ra*",
        "*leg*",
        "*00*",
        "*zz*",
        "*園*",
        "*é*",
        "*p?r*",
        "?a*",
        "*s",
        "s*t",
        "*",
        "*k?",
    ],
)
def test_a_pattern_finds_the_words_that_it_matches(segment: Segment, pattern: str) -> None:
    words, matches = segment.text, word_pattern(pattern).fullmatch
    expected = [number for number in range(len(words)) if matches(words.word(number))]
    assert words.like(pattern).tolist() == expected
