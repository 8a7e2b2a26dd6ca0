"""JSON as it really comes: mended in a copy of the same length, offsets kept."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paloverde.errors import Unreadable
from paloverde.platforms import jsontext

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
SEPARATORS = st.sampled_from([(",", ":"), (", ", ": "), (" ,\n", "\t: ")])


@given(st.dictionaries(st.text(), VALUES, max_size=6), SEPARATORS, st.booleans())
def test_members_are_found_where_they_stand_and_none_is_called_repeated(
    value: dict[str, Any], separators: tuple[str, str], ascii_only: bool
) -> None:
    body = json.dumps(value, separators=separators, ensure_ascii=ascii_only).encode(errors="surrogatepass")
    members = jsontext.fields(body)
    assert jsontext.repeated_names(body, members) == []
    for name, raw in members.items():
        offset = jsontext.offset_of(body, 0, members, name)
        assert body[offset:].startswith(bytes(raw))


@given(st.lists(VALUES, max_size=8), SEPARATORS)
def test_elements_are_found_where_they_stand(value: list[Any], separators: tuple[str, str]) -> None:
    body = b"  " + json.dumps(value, separators=separators).encode()
    found = list(jsontext.pieces(body, body[2:], 2))
    assert [json.loads(piece) for piece, _ in found] == value
    assert all(body[offset:].startswith(piece) for piece, offset in found)


@given(st.dictionaries(st.text(), st.integers(), min_size=1, max_size=5), SEPARATORS, st.data())
def test_a_repeated_name_is_always_found(
    value: dict[str, int], separators: tuple[str, str], data: st.DataObject
) -> None:
    name = data.draw(st.sampled_from(sorted(value)))
    between, _ = separators
    once = json.dumps(value, separators=separators)
    again = json.dumps({name: 7}, separators=separators)[1:]
    body = f"{once[:-1]}{between}{again}".encode()
    assert jsontext.repeated_names(body, jsontext.fields(body)) == [name]


@given(st.binary(max_size=40))
def test_a_mended_text_has_the_length_of_what_was_received(noise: bytes) -> None:
    inside = noise.replace(b'"', b"").replace(b"\\", b"")
    body = (
        b'{"a":"' + bytes(one for one in inside if one >= 0x20) + b'\\ud83d","b":"\\\\ud83d\\ud83d\\ude00"}'
    )
    text = jsontext.open_text(body)
    assert len(text.sound) == len(text.body) == len(body)
    assert json.loads(text.sound)["b"] == "\\ud83d😀"
    assert jsontext.MENDED_SURROGATE in text.notes


@pytest.mark.parametrize(
    "body", [b"", b"{", b"NaN", b"{'a':1}", b'{"a":1,}', b"[" * 99_999, b"\xff\xfe{\x00\x00"]
)
def test_what_is_no_json_is_refused_in_one_sentence(body: bytes) -> None:
    with pytest.raises(Unreadable, match=r"\.$"):
        jsontext.open_text(body)
