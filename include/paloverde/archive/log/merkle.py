"""Merkle trees: hashes, and proofs of inclusion and of consistency. Pure, standard library only.

Trees as RFC 6962 section 2.1 has them, with SHA-256; proofs about a part of a tree as
draft-ietf-plants-merkle-tree-certs section 4 has them. Leaves are counted from 0.

`Hashes(start, end)` gives the hash of the tree over the leaves from `start` up to, and without, `end`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

EMPTY = hashlib.sha256().digest()  # the root of a tree without leaves
_SIZE = 32  # bytes of a hash
Hashes = Callable[[int, int], bytes]


def leaf_hash(entry: bytes) -> bytes:
    """The hash of a leaf: of 0x00 and the entry."""
    return hashlib.sha256(b"\0" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of two subtrees: of 0x01 and both their hashes."""
    return hashlib.sha256(b"\1" + left + right).digest()


def split(size: int) -> int:
    """How many leaves the left half of a tree of `size` (2 or more) has: the largest power of two below."""
    return 1 << (size - 1).bit_length() - 1


def root_of(leaves: Sequence[bytes]) -> bytes:
    """The root of a tree with these leaf hashes."""
    frontier = Frontier()
    for leaf in leaves:
        frontier.append(leaf)
    return frontier.root()


class Frontier:
    """The right edge of a growing tree: what its root and growth need, a hash for each bit of its size."""

    def __init__(self) -> None:
        self.size = 0
        self._peaks: list[bytes] = []  # of whole subtrees, largest first

    def append(self, leaf: bytes) -> None:
        """Let the tree grow by a leaf, given its hash."""
        size = self.size
        while size & 1:
            leaf, size = node_hash(self._peaks.pop(), leaf), size >> 1
        self._peaks.append(leaf)
        self.size += 1

    def root(self) -> bytes:
        if not self._peaks:
            return EMPTY
        *others, root = self._peaks
        for peak in reversed(others):
            root = node_hash(peak, root)
        return root


def inclusion_proof(index: int, size: int, hashes: Hashes) -> list[bytes]:
    """The proof that the leaf `index` is in the tree of `size` (RFC 6962 section 2.1.1)."""
    if not 0 <= index < size:
        raise ValueError(f"there is no leaf {index} in a tree of {size}")
    proof, start, end = [], 0, size
    while end - start > 1:
        middle = start + split(end - start)
        if index < middle:
            proof.append(hashes(middle, end))
            end = middle
        else:
            proof.append(hashes(start, middle))
            start = middle
    return proof[::-1]


def consistency_proof(older: int, newer: int, hashes: Hashes) -> list[bytes]:
    """The proof that the tree of `older` leaves is the beginning of that of `newer` (section 2.1.2)."""
    if not 0 <= older <= newer:
        raise ValueError(f"a tree of {older} cannot be the beginning of one of {newer}")
    proof: list[bytes] = []
    start, end, is_told = 0, newer, True  # `is_told`: whoever checks knows the hash of what is left to prove
    while 0 < older < end:
        middle = start + split(end - start)
        if older <= middle:
            proof.append(hashes(middle, end))
            end = middle
        else:
            proof.append(hashes(start, middle))
            start, is_told = middle, False
    if older and not is_told:
        proof.append(hashes(start, end))
    return proof[::-1]


def includes(index: int, size: int, leaf: bytes, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether `proof` shows that the leaf with this hash is at `index` in the tree of that size and root."""
    return subtree_includes(index, 0, size, leaf, proof, root)


def subtree_includes(
    index: int, start: int, end: int, leaf: bytes, proof: Sequence[bytes], root: bytes
) -> bool:
    """The same for the subtree over the leaves from `start` up to `end`; `index` counts in the whole tree."""
    if not _is_subtree(start, end) or not start <= index < end or not _are_hashes(leaf, *proof):
        return False
    left = list(proof)
    try:
        return _climb(index - start, end - start, leaf, left) == root and not left
    except IndexError:  # the proof is too short
        return False


def is_consistent(
    older: int, newer: int, older_root: bytes, newer_root: bytes, proof: Sequence[bytes]
) -> bool:
    """Whether `proof` shows that the older tree is the beginning of the newer one.

    A tree of nothing is the beginning of every tree: nothing is shown by it, and the answer is no.
    """
    return older > 0 and subtree_is_consistent(0, older, newer, older_root, newer_root, proof)


def subtree_is_consistent(
    start: int, end: int, size: int, subtree_root: bytes, root: bytes, proof: Sequence[bytes]
) -> bool:
    """Whether `proof` shows that the leaves from `start` up to `end` of the tree have that root."""
    if 0 <= start == end <= size:
        return subtree_root == EMPTY and not proof
    if not _is_subtree(start, end) or end > size or not _are_hashes(*proof):
        return False
    left = list(proof)
    try:
        return _climb_both(start, end, size, subtree_root, left) == (subtree_root, root) and not left
    except IndexError:  # the proof is too short
        return False


def _climb(index: int, size: int, leaf: bytes, proof: list[bytes]) -> bytes:
    """The root that a proof leads to. It is taken from its end: the hash next to the root comes last."""
    if size == 1:
        return leaf
    beside, half = proof.pop(), split(size)
    if index < half:
        return node_hash(_climb(index, half, leaf, proof), beside)
    return node_hash(beside, _climb(index - half, size - half, leaf, proof))


def _climb_both(
    start: int, end: int, size: int, told: bytes | None, proof: list[bytes]
) -> tuple[bytes, bytes]:
    """The roots of the subtree and of the tree that a proof leads to.

    `told` is the hash of the subtree, None where it reaches over an edge and only a part of it is left.
    """
    if (start, end) == (0, size):
        whole = proof.pop() if told is None else told
        return whole, whole
    beside, half = proof.pop(), split(size)
    if end <= half:
        part, whole = _climb_both(start, end, half, told, proof)
        return part, node_hash(whole, beside)
    if start >= half:
        part, whole = _climb_both(start - half, end - half, size - half, told, proof)
        return part, node_hash(beside, whole)
    part, whole = _climb_both(0, end - half, size - half, None, proof)
    return node_hash(beside, part), node_hash(beside, whole)


def _is_subtree(start: int, end: int) -> bool:
    """A subtree begins at a multiple of the power of two that its size rounds up to (section 4.1)."""
    return 0 <= start < end and start % (1 << (end - start - 1).bit_length()) == 0


def _are_hashes(*texts: bytes) -> bool:
    return all(len(text) == _SIZE for text in texts)
