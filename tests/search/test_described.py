"""A custodian who never saw the language of questions reads what to keep in plain English."""

from __future__ import annotations

import pytest

from paloverde.search.described import described
from paloverde.search.question import ask


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("*", "whatever it says"),
        ("pool", "that contains the word “pool”"),
        ("pool OR library", "that contains at least one of these: the word “pool”, the word “library”"),
        ("pool library", "that contains all of these: the word “pool”, the word “library”"),
        ('"splash pad"', "that contains the words “splash pad” side by side"),
        ("#cleanup", "that contains “#cleanup”"),
        ("=año", "that contains the word “año”, with its accents"),
        ("NOT dog", "that does not contain the word “dog”"),
        ("NOT (dog OR cat)", "that contains none of these: the word “dog”, the word “cat”"),
        (
            "street NEAR/5 sweeping",
            "that contains the word “street” at most 5 words from the word “sweeping”",
        ),
        (
            "park* OR a",
            (
                "that contains at least one of these: a word or words such as “park*”, where * stands for any "
                "letters; the word “a”"
            ),
        ),
        (
            "hours (park OR pool)",
            (
                "that contains the word “hours” and (contains at least one of these: the word “park”, the word "
                "“pool”)"
            ),
        ),
        (
            'poster:"Rosa Quintero" kind:comment removed:yes',
            "that was posted by “Rosa Quintero” and is of the kind comment and was found hidden or removed",
        ),
        ("colo?r", "that contains a word or words such as “colo?r”, where ? stands for one letter"),
        ("park~", "that contains “park” in any of its forms"),
        ('"street~ sweeping~"', "that contains the words “street sweeping” side by side, in any of their forms"),
        ("has:media", "that has a picture, a video or another file"),
        ("has:link NOT has:video", "that has a web address in its text and (is not one that has a video)"),
        (
            "link:palmdesert.gov",
            "that has a web address in its text that holds the words “palmdesert.gov” side by side",
        ),
        ("language:es", "that is, as its site says, in the language es"),
        (
            "in:2026-02",
            "that was posted from Sunday, February 1, 2026 to Saturday, February 28, 2026",
        ),
        (
            "dog from:2026-03-02 to:2026-03-06",
            "that contains the word “dog” and was posted from Monday, March 2, 2026 to Friday, March 6, 2026",
        ),
    ],
)  # fmt: skip
def test_a_question_is_told_as_what_a_record_is_like(question: str, told: str) -> None:
    assert described(ask(question).tree) == told


@pytest.mark.parametrize(
    "question", ["a OR (b NEAR/3 c)", "NOT (a b) OR (c AND NOT d)", "account:x-city OR e"]
)
def test_no_word_of_the_language_is_left_in_it(question: str) -> None:
    told = described(ask(question).tree)
    assert told.startswith("that ")
    assert not {"NEAR", "AND", "OR", "NOT", "account:"}.intersection(told.replace("/", " ").split())
