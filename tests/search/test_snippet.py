"""The piece of text that a list shows of a hit."""

from __future__ import annotations

import pytest

from paloverde.search.hits import snippet
from paloverde.search.matching import Mark

LONG = "word " * 60


@pytest.mark.parametrize(
    ("before", "after", "begins", "ends"),
    [
        ("", "", "pool", "pool"),
        (LONG, "", "…", "pool"),
        ("", f" {LONG}", "pool", "…"),
        (LONG, f" {LONG}", "…", "…"),
    ],
)
def test_what_is_cut_says_so_at_the_end_that_is_cut(before: str, after: str, begins: str, ends: str) -> None:
    text = f"{before}pool{after}"
    made = snippet(text, [Mark(0, len(before), len(before) + 4)])
    assert made.text.startswith(begins)
    assert made.text.endswith(ends)
    assert [made.text[start:end] for start, end in made.marks] == ["pool"]


def test_a_text_that_stands_whole_is_shown_as_it_is() -> None:
    assert snippet("short", []).text == "short"
