"""What in a body could name an item: every text and whole number, in time that grows with the body alone."""

from __future__ import annotations

import json
import re
from time import process_time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paloverde.archive.tracing import names_in

_PLAINLY = re.compile(rb'"(?:[^"\\]|\\.)*"|\d+', re.DOTALL)
HOSTILE = [b'\\"', b'\\"7', b'a,\\"[1', b'\\\\\\"', b'"\\', b"\\", b"1\\"]


def plainly(body: bytes) -> set[bytes]:
    return {word[1:-1] if word[:1] == b'"' else word for word in _PLAINLY.findall(body)}


@given(st.text('7a"\\{}[]:, é\n', max_size=60), st.sampled_from(["", '"', "\\", '"\\"']))
def test_whatever_a_body_is_its_texts_and_numbers_are_found(said: str, tail: str) -> None:
    body = (said + tail).encode()
    assert names_in(body) == plainly(body)


@given(st.dictionaries(st.text('7a"\\', max_size=4), st.lists(st.integers() | st.text('7a"\\ '), max_size=3)))
def test_of_sound_json_every_text_and_number_is_found_and_of_a_cut_one_what_is_whole(said: Any) -> None:
    body = json.dumps({"said": said}).encode()
    for cut in range(len(body) + 1):
        assert names_in(body[:cut]) == plainly(body[:cut])


def test_the_numbers_in_a_text_that_never_ends_are_found() -> None:
    assert names_in(b'{"id":1234,"text":"see 99 and \\"77') == {b"id", b"1234", b"text", b"99", b"77"}


@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_hostile_body_is_gone_over_once(hostile: bytes) -> None:
    for begins in (b"x,1,", b'{"id":"'):
        body = begins + hostile * (1_000_000 // len(hostile))
        begun = process_time()
        names_in(body)
        assert process_time() - begun < 1
