"""The lists of words beside the checks can be read, say what they rest on, and cost little."""

from __future__ import annotations

import re
import time

import pytest

from paloverde.watch.check import Weight
from paloverde.watch.posts.lexicon import lexicon, quoted

NAMES = ("business", "notices", "confidential")


@pytest.mark.parametrize("name", NAMES)
def test_every_row_has_words_a_name_and_what_it_rests_on(name: str) -> None:
    told = lexicon(name)
    assert told.version >= 1
    assert told.source
    assert len({row.id for row in told.rows}) == len(told.rows)
    for row in told.rows:
        assert row.cite
        assert row.says
        assert isinstance(row.how_soon, Weight)
        assert re.compile(row.words).groups == 0, f"{row.id}: groups would hide which row it was"
        assert not re.compile(row.words).match(""), f"{row.id} is found everywhere"


def test_a_finding_points_at_the_very_words_and_the_version_of_the_list() -> None:
    text = "RSVP by Friday, then sign up online. RSVP!"
    (met,) = lexicon("business").met_in(text)
    assert met.rule == "posts/business#2/register"
    assert [span.words for span in met.spans] == ["RSVP", "sign up online", "RSVP"]
    assert quoted(met.spans) == "“RSVP”, “sign up online”"


def test_a_word_inside_another_is_none() -> None:
    assert list(lexicon("notices").met_in("antipublic hearings, perfp1")) == []


@pytest.mark.parametrize("name", NAMES)
def test_a_long_text_is_read_in_no_time(name: str) -> None:
    began = time.process_time()
    for text in ("adopted the " * 8_000, "suspect was the " * 5_000, "a" * 100_000, "notice of the " * 8_000):
        list(lexicon(name).met_in(text))
    assert time.process_time() - began < 5
