"""Strings are found wherever they stand, as often as they do, and nothing else is."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paloverde.bundles.leak_search import LEAST, Strings

WINDOW = 1 << 18  # bytes that are looked at in one step

letters = st.sampled_from([b"ab", b"0123", bytes(range(256))])
bodies = letters.flatmap(lambda some: st.lists(st.sampled_from(list(some)), max_size=300).map(bytes))


def one_by_one(strings: set[bytes], body: bytes) -> Iterator[tuple[bytes, int]]:
    for string in strings:
        at = body.find(string)
        while at >= 0:
            yield string, at
            at = body.find(string, at + 1)


@settings(deadline=None, max_examples=100)
@given(bodies, st.lists(bodies, max_size=5), st.data())
def test_it_finds_what_a_search_for_each_string_finds(
    body: bytes, others: list[bytes], data: st.DataObject
) -> None:
    strings = {other[:40] for other in others}
    for _ in range(4):
        start = data.draw(st.integers(0, len(body)))
        strings.add(body[start : start + data.draw(st.integers(LEAST, 30))])
    strings = {string for string in strings if len(string) >= LEAST}
    assert sorted(Strings(strings).places(body)) == sorted(one_by_one(strings, body))


@pytest.mark.parametrize("size", range(LEAST, 40))
def test_a_string_is_found_across_the_end_of_a_step_and_at_both_ends(size: int) -> None:
    string = bytes(range(65, 65 + size))
    for shift in range(9):
        at = WINDOW - size // 2 + shift
        body = string + b"." * (at - size) + string + b"." * shift + string
        assert sorted(place for _, place in Strings([string]).places(body)) == [0, at, at + size + shift]


def test_strings_that_begin_alike_are_told_apart() -> None:
    ids = [b"1000000000000000%04d" % number for number in range(500)]
    body = b" ".join(ids[::7])
    assert {string for string, _ in Strings(ids).places(body)} == {*ids[::7]}
