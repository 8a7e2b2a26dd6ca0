from __future__ import annotations

import json
import os
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paloverde.archive.log import merkle

VECTORS = Path(os.environ.get("PALOVERDE_VECTORS", "")) / "merkle-testdata" / "testdata"
COUNTS = {"inclusion": 98, "consistency": 98, "subtreeinclusion": 204, "subtreeconsistency": 118}


def leaves(size: int) -> list[bytes]:
    return [merkle.leaf_hash(f"entry {n}".encode()) for n in range(size)]


def hashes_of(all_leaves: list[bytes]) -> merkle.Hashes:
    return lambda start, end: merkle.root_of(all_leaves[start:end])


def by_definition(entries: list[bytes]) -> bytes:
    """The root exactly as RFC 6962 section 2.1 defines it, leaf hashes given."""
    if len(entries) < 2:
        return entries[0] if entries else merkle.EMPTY
    k = 1
    while 2 * k < len(entries):
        k *= 2
    return merkle.node_hash(by_definition(entries[:k]), by_definition(entries[k:]))


def flipped(text: bytes, bit: int) -> bytes:
    body = bytearray(text)
    body[bit // 8 % len(body)] ^= 1 << bit % 8
    return bytes(body)


def bytes_in(vector: dict[str, Any], name: str) -> bytes:
    return b64decode(vector.get(name) or "")


def holds(kind: str, vector: dict[str, Any]) -> bool:
    proof = [b64decode(text) for text in vector["proof"] or []]
    if kind == "inclusion":
        size, leaf, root = vector["treeSize"], bytes_in(vector, "leafHash"), bytes_in(vector, "root")
        return merkle.includes(vector["leafIdx"], size, leaf, proof, root)
    if kind == "subtreeinclusion":
        leaf, root = bytes_in(vector, "leafHash"), bytes_in(vector, "root")
        start, end = vector["start"], vector["end"]
        return merkle.subtree_includes(vector["leafIdx"], start, end, leaf, proof, root)
    roots = bytes_in(vector, "root1"), bytes_in(vector, "root2")
    if kind == "consistency":
        return merkle.is_consistent(vector["size1"], vector["size2"], *roots, proof)
    return merkle.subtree_is_consistent(vector["start"], vector["end"], vector["size"], *roots, proof)


@pytest.mark.skipif("PALOVERDE_VECTORS" not in os.environ, reason="PALOVERDE_VECTORS is not set")
@pytest.mark.parametrize("kind", COUNTS)
def test_every_vector_of_transparency_dev_is_judged_as_it_says(kind: str) -> None:
    files = sorted((VECTORS / kind).rglob("*.json"))
    vectors = {str(path.relative_to(VECTORS)): json.loads(path.read_bytes()) for path in files}
    assert len(vectors) == COUNTS[kind]
    wrong = [name for name, vector in vectors.items() if holds(kind, vector) is vector["wantErr"]]
    assert wrong == []
    assert {vector["wantErr"] for vector in vectors.values()} == {True, False}


def test_the_hashes_of_no_one_and_two_entries_are_those_of_rfc_6962() -> None:
    assert merkle.EMPTY.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert merkle.leaf_hash(b"").hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    one, two = merkle.leaf_hash(b""), merkle.leaf_hash(b"\0")
    assert (
        merkle.root_of([one, two]).hex() == "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"
    )


@given(st.integers(0, 300))
def test_a_growing_tree_has_the_root_of_its_definition(size: int) -> None:
    assert merkle.root_of(leaves(size)) == by_definition(leaves(size))


@given(st.data())
@settings(max_examples=200)
def test_a_proof_of_inclusion_holds_and_none_that_was_changed_does(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 200))
    index = data.draw(st.integers(0, size - 1))
    known = leaves(size)
    root, leaf = merkle.root_of(known), known[index]
    proof = merkle.inclusion_proof(index, size, hashes_of(known))
    assert merkle.includes(index, size, leaf, proof, root)
    bit = data.draw(st.integers(0, 255))
    assert not merkle.includes(index, size, flipped(leaf, bit), proof, root)
    assert not merkle.includes(index, size, leaf, proof, flipped(root, bit))
    assert not merkle.includes(index, size, leaf, [*proof, leaf], root)
    other = data.draw(st.integers(-1, size + 1).filter(lambda n: n != index))
    assert not merkle.includes(other, size, leaf, proof, root)
    if proof:
        place = data.draw(st.integers(0, len(proof) - 1))
        changed = [flipped(one, bit) if n == place else one for n, one in enumerate(proof)]
        assert not merkle.includes(index, size, leaf, changed, root)
        assert not merkle.includes(index, size, leaf, proof[:place] + proof[place + 1 :], root)


@given(st.data())
@settings(max_examples=200)
def test_a_proof_of_consistency_holds_and_none_that_was_changed_does(data: st.DataObject) -> None:
    newer = data.draw(st.integers(1, 200))
    older = data.draw(st.integers(1, newer))
    known = leaves(newer)
    roots = merkle.root_of(known[:older]), merkle.root_of(known)
    proof = merkle.consistency_proof(older, newer, hashes_of(known))
    assert merkle.is_consistent(older, newer, *roots, proof)
    bit = data.draw(st.integers(0, 255))
    assert not merkle.is_consistent(older, newer, flipped(roots[0], bit), roots[1], proof)
    assert not merkle.is_consistent(older, newer, *roots, [*proof, roots[0]])
    assert not merkle.is_consistent(older, newer, roots[0], flipped(roots[1], bit), proof)
    if proof:
        place = data.draw(st.integers(0, len(proof) - 1))
        changed = [flipped(one, bit) if n == place else one for n, one in enumerate(proof)]
        assert not merkle.is_consistent(older, newer, *roots, changed)
        assert not merkle.is_consistent(older, newer, *roots, proof[:place] + proof[place + 1 :])


@given(st.integers(2, 120), st.data())
def test_a_history_that_was_written_again_has_no_proof(size: int, data: st.DataObject) -> None:
    older = data.draw(st.integers(1, size - 1))
    known = leaves(size)
    changed = data.draw(st.integers(0, older - 1))
    rewritten = [merkle.leaf_hash(b"another") if n == changed else leaf for n, leaf in enumerate(known)]
    proof = merkle.consistency_proof(older, size, hashes_of(rewritten))
    roots = merkle.root_of(known[:older]), merkle.root_of(rewritten)
    assert not merkle.is_consistent(older, size, *roots, proof)


def test_a_tree_of_nothing_proves_nothing() -> None:
    assert merkle.consistency_proof(0, 3, hashes_of(leaves(3))) == []
    assert not merkle.is_consistent(0, 3, merkle.EMPTY, merkle.root_of(leaves(3)), [])


def test_a_proof_about_a_leaf_that_is_not_there_is_not_made() -> None:
    with pytest.raises(ValueError, match="no leaf 3"):
        merkle.inclusion_proof(3, 3, hashes_of(leaves(3)))
    with pytest.raises(ValueError, match="cannot be the beginning"):
        merkle.consistency_proof(4, 3, hashes_of(leaves(3)))
