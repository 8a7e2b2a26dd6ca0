"""What a question means, in English, and where a wrong one is wrong."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paloverde.errors import BadQuestion
from paloverde.search.question import ask

MEANINGS = [
    ("street", "“street”"),
    ("street sweeping", "“street” and “sweeping”"),
    ('"street sweeping"', "“street sweeping”"),
    ("“street sweeping”", "“street sweeping”"),
    ("park or pool and open", "“park” or (“pool” and “open”)"),
    ("(park OR pool) open", "(“park” or “pool”) and “open”"),
    ("park NOT dog", "“park” and not (“dog”)"),
    ("NOT (dog OR cat)", "not (“dog” or “cat”)"),
    ("street NEAR/5 sweeping", "“street” at most 5 words from “sweeping”"),
    ("street w/1 sweeping", "“street” at most 1 word from “sweeping”"),
    ("street pre/3 sweeping", "“street” before and at most 3 words from “sweeping”"),
    ('"street sweeping"~5', "“street” at most 5 words from “sweeping”"),
    ("(a OR b) near/2 c", "(“a” or “b”) at most 2 words from “c”"),
    ("a w/2 b w/3 c", "(“a” at most 2 words from “b”) at most 3 words from “c”"),
    ("park*", "“park*”"),
    ("=año", "“año”, accents as written,"),
    ("poster:@quintero", "posted by “quintero”"),
    ('poster:"Rosa Quintero"', "posted by “Rosa Quintero”"),
    ("kind:comment platform:x", "the kind is comment and the platform is x"),
    ("removed:yes", "found hidden or removed"),
    ("visibility:hidden", "the visibility is hidden"),
    ("from:2025-01-01 to:2025-06-30", "posted from January 1, 2025 to June 30, 2025"),
    ("pool to:2025-06-30", "“pool” and posted on or before June 30, 2025"),
    ("*", "any record"),
    ("https://example.gov/a?b=1", "“https://example.gov/a?b=1”"),
    ("at 10:30 w/o shoes", "“at” and “10:30” and “w/o” and “shoes”"),
    ('"and" or "or"', "“and” or “or”"),
    ("where is the park?", "“where” and “is” and “the” and “park?”"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "meaning"), MEANINGS)
def test_a_question_says_what_it_means(text: str, meaning: str) -> None:
    assert ask(text).sentence == meaning


WRONG = [
    ("", 1, "at least one word"),
    ("street (sweeping", 8, "Add )"),
    ("a AND", 6, "missing"),
    ('say "x', 5, "quotation mark"),
    ("kindd:post", 1, "Did you mean kind:?"),
    ("subject:park", 1, '"subject park"'),
    ("a kind:posts", 3, "Did you mean kind:post?"),
    ("platform:facebok", 1, "Did you mean platform:facebook?"),
    ("a platform:twiter", 3, "Write one of facebook, "),
    ("from:2025-02-30", 1, "from:2025-01-31"),
    ("to:yesterday", 1, "year-month-day"),
    ("poster: x", 1, "directly behind the colon"),
    ("park -dog", 6, "NOT dog"),
    ("colo?r", 1, "colo*r"),
    ("near/5 x", 1, "before and after"),
    ("x NEAR y", 3, "NEAR/5"),
    ("x NEAR/0 y", 3, "number from 1"),
    ("x NEAR/5 kind:post", 10, "words on both sides"),
    ("NOT a w/3 b", 1, "words on both sides"),
    ("a ) b", 3, "closes none"),
    ("()", 2, "nothing before"),
    ("!!!", 1, "no letter"),
    ("OR", 1, "nothing to join"),
    ('"one"~3', 1, "two words"),
    ("(" * 60 + "a", 41, "levels"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "place", "mend"), WRONG)
def test_a_wrong_question_names_the_place_and_the_mend(text: str, place: int, mend: str) -> None:
    with pytest.raises(BadQuestion) as caught:
        ask(text)
    first, line, caret = str(caught.value).split("\n")
    assert f"at character {place}:" in first
    assert mend in first
    assert line[2:] == text
    assert caret.index("^") == place + 1


def test_a_question_has_an_end() -> None:
    with pytest.raises(BadQuestion, match="at most"):
        ask("a " * 5_000)


PIECES = [*'ab ()"*:~/-=#@“”', "NOT ", "OR ", "near/2 ", "from:", "kind:post ", "公", "👍"]


@given(st.lists(st.sampled_from(PIECES)).map("".join))
def test_any_text_is_a_question_or_a_bad_question(text: str) -> None:
    with suppress(BadQuestion):
        assert ask(text).sentence
