"""The words of a text are the same for all checks, and are cut once."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from paloverde.search.words import tokens
from paloverde.watch.words import cut, plain_words

ODD = st.sampled_from(
    ("o'clock", "co-op", "1,000", "#a", "@b", "x_y", "ñu", "’s", "👩‍👧", "İ", "\u00ad", "ｆｕｌｌ", "中文")
)
TEXTS = st.lists(st.one_of(ODD, st.text(max_size=12)), max_size=8).map(" ".join)


@given(TEXTS)
def test_plain_words_are_those_of_a_search_each_once(text: str) -> None:
    assert plain_words(text) == [token.folded for token in tokens(text) if token.length == 1]


def test_the_checks_of_one_text_cut_it_once() -> None:
    text = "Ruth’s comment about the co-op"
    before = cut.cache_info().misses
    assert cut(text) is cut(text)
    assert cut.cache_info().misses == before + 1
