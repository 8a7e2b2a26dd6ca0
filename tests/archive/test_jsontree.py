"""A JSON text as nodes that know their bytes: what an independent reader finds in it, exactly where it stands."""

from __future__ import annotations

import json
from time import process_time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paloverde.archive.jsontree import Node, Tree, strings, value, walk

WORDS = st.text('a"\\{}[]:, é🧹\n', max_size=6)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | WORDS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS, inner, max_size=4),
    max_leaves=20,
)


def read(node: Node) -> Any:
    """What a node says, put together from its members alone."""
    text = node.text[node.start : node.end]
    if text[:1] == b"{":
        return {json.loads(name): read(kid) for _, name, kid in node.kids}
    return [read(kid) for _, _, kid in node.kids] if text[:1] == b"[" else json.loads(text)


@given(VALUES, st.booleans(), st.sampled_from([None, 1]))
def test_every_value_is_where_it_stands(said: Any, plain: bool, indent: int | None) -> None:
    text = b"\xef\xbb\xbf" + json.dumps(said, ensure_ascii=plain, indent=indent).encode() + b"\n"
    tree = Tree(text, 3)
    ((start, name, top),) = tree.root.kids
    assert (start, name, read(top)) == (top.start, b"", said)
    for node in walk(tree.root):
        assert tree.at(node.start, node.end) is node
        for at, called, kid in node.kids:
            assert kid.parent is node
            assert node.start <= at <= kid.start < kid.end <= node.end
            assert text.startswith(called, at)
    assert {said for _, said in strings(tree.root)} == set(texts_in(said))


def texts_in(said: Any) -> list[str]:
    if isinstance(said, str):
        return [said]
    inner = said.values() if isinstance(said, dict) else said if isinstance(said, list) else ()
    return [text for one in inner for text in texts_in(one)]


@given(VALUES, st.sampled_from(["7", "a", 'a"', "é🧹"]), st.booleans())
def test_what_names_an_id_is_found_however_it_is_written(said: Any, id_: str, plain: bool) -> None:
    text = json.dumps({"said": said, "id": id_, "more": [said, 7]}, ensure_ascii=plain).encode()
    tree = Tree(text)
    naming = [node for node in walk(tree.root) if any(value(kid) == id_ for _, _, kid in node.kids)]
    found = tree.having([id_])
    assert len(found) == len(set(found))
    assert set(naming) - {tree.root} <= set(found)


def test_a_long_text_without_brackets_is_gone_over_once() -> None:
    text = json.dumps("a long story " * 100_000).encode() + b" " * 1_000_000
    ((_, _, top),) = Tree(text).root.kids
    assert value(top) == json.loads(text)


@pytest.mark.parametrize("hostile", [b'\\"', b'\\"{', b'\\"7', b'a,\\"[1', b'"\\'])
def test_a_text_that_never_ends_is_gone_over_once(hostile: bytes) -> None:
    body = b'[1]"' + hostile * (1_000_000 // len(hostile))
    begun = process_time()
    tree = Tree(body)
    tree.having(["1"])
    list(walk(tree.root))
    assert process_time() - begun < 1
