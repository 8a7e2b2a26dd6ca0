from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paloverde.archive.log import merkle, tiles
from paloverde.errors import ArchiveDamaged


def tiles_in_full(leaves: list[bytes]) -> dict[str, bytes]:
    """Every tile of a tree by its key, made from the definition: hashes over 256**level leaves."""
    made, size = {}, len(leaves)
    for level, count in tiles.levels_of(size):
        step = 256**level
        hashes = [merkle.root_of(leaves[n * step : (n + 1) * step]) for n in range(count)]
        for index in range(-(-count // 256)):
            tile = tiles.tile_at(level, index, size)
            made[tile.key] = b"".join(hashes[256 * index : 256 * (index + 1)])
    return made


def test_the_example_of_the_specification_has_these_tiles() -> None:
    """tlog-tiles: 70,000 entries are 273 whole tiles and one of 112, then 1 and one of 17, then one of 1."""
    assert list(tiles.levels_of(70_000)) == [(0, 70_000), (1, 273), (2, 1)]
    assert list(tiles.edge_of(70_000)) == [(0, 273, 112), (1, 1, 17), (2, 0, 1)]
    assert list(tiles.edge_of(256)) == [(1, 0, 1)]
    assert list(tiles.edge_of(0)) == []
    assert [tile.covers for tile in tiles.edge_of(70_000)] == [70_000, 69_888, 65_536]


@given(st.integers(1, 900), st.data())
def test_proofs_made_from_tiles_hold(size: int, data: st.DataObject) -> None:
    leaves = [merkle.leaf_hash(n.to_bytes(4, "big")) for n in range(size)]
    made = tiles_in_full(leaves)
    tree = tiles.Tree(size, made.__getitem__)
    assert tree.root() == merkle.root_of(leaves)
    index, older = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size))
    proof = merkle.inclusion_proof(index, size, tree.hashes)
    assert merkle.includes(index, size, leaves[index], proof, tree.root())
    proof = merkle.consistency_proof(older, size, tree.hashes)
    assert merkle.is_consistent(older, size, merkle.root_of(leaves[:older]), tree.root(), proof)


def test_a_tree_over_three_levels_reads_few_tiles() -> None:
    size, read = 66_000, []
    made = tiles_in_full([merkle.leaf_hash(n.to_bytes(4, "big")) for n in range(size)])

    def reading(key: str) -> bytes:
        read.append(key)
        return made[key]

    tree = tiles.Tree(size, reading)
    proof = merkle.inclusion_proof(12_345, size, tree.hashes)
    assert len(read) <= 6
    leaf = merkle.leaf_hash((12_345).to_bytes(4, "big"))
    assert merkle.includes(12_345, size, leaf, proof, tree.root())


def test_a_tile_of_another_length_is_named() -> None:
    with pytest.raises(ArchiveDamaged, match=r"ledger/tile/0/000\.p/3 has 95 bytes"):
        tiles.Tree(3, lambda _: b"x" * 95).root()


@given(st.lists(st.binary(max_size=300), max_size=20))
def test_entries_come_out_of_their_bundle_as_they_went_in(entries: list[bytes]) -> None:
    assert tiles.entries_in(tiles.bundle(entries), "k") == entries


def test_the_longest_entry_fits_and_a_cut_bundle_is_named() -> None:
    body = tiles.bundle([b"x" * 0xFFFF, b""])
    assert body[:2] == b"\xff\xff"
    assert [len(entry) for entry in tiles.entries_in(body, "k")] == [0xFFFF, 0]
    for cut in (1, 2, 100):
        with pytest.raises(ArchiveDamaged, match=r"^some/key ends in the middle"):
            tiles.entries_in(tiles.bundle([b"abc" * 50])[:-cut], "some/key")
    with pytest.raises(ArchiveDamaged):
        tiles.entries_in(b"\0\1a\0", "k")
