"""Words of a record in a sentence: whatever they hold, the sentence stays one, and they are found in the text again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paloverde.watch.check import Finding, as_quoted
from paloverde.watch.comments.terms import sites_above
from paloverde.watch.findings import kept, with_words


@pytest.mark.parametrize(
    ("words", "quoted"),
    [
        ("zoning", "zoning"),
        (" zoning ", "zoning"),
        ("public\nhearing", "public…"),
        ("\u202egnioz", "gnioz…"),
        ("so-called “park” here", "so-called…"),
        ("\0\x1b", "…"),
        ("", ""),
        ("a" * 201, "a" * 200 + "…"),
    ],
)
def test_what_would_break_a_sentence_ends_the_quotation(words: str, quoted: str) -> None:
    assert as_quoted(words) == quoted


@given(st.text(max_size=300))
def test_none_of_a_records_words_are_kept_however_they_are_quoted(text: str) -> None:
    quoted = as_quoted(text)
    said = f"It says “{quoted}”."
    row = kept(Finding(check="c", check_version=1, about="a", said=said, next="Read it."), text)
    assert with_words(row, text)[0] == said
    bare = quoted.removesuffix("…").strip()
    assert not bare or with_words(row, None)[0] == "It says “…”."


def test_a_host_that_is_too_long_for_one_has_no_parts() -> None:
    assert list(sites_above("a.b.example")) == ["a.b.example", "b.example", "example"]
    assert list(sites_above("www." * 60_000)) == []
