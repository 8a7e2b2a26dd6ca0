"""Which documents answered the questions asked lately: the next page, another order, or a question with one
word more need not ask all of it again.

A bit for each document: of ten million records an answer takes a megabyte and a quarter. What is kept is true
of one head of the chain of sealed runs, and forgotten with the next.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from threading import Lock
from typing import NamedTuple

import numpy as np

from paloverde.search.index.layout import U8, Mask
from paloverde.search.tree import And, Node

_ROOM = 32 << 20  # bytes


class Asked(NamedTuple):
    """A question as it was put to the index: runs to `last` counted."""

    head: int
    last: int
    include_private: bool
    tree: Node


class Answered:
    """Answers by question, those longest not asked for given up first; several threads may ask."""

    def __init__(self, room: int = _ROOM) -> None:
        self._room, self._turn = room, Lock()
        self._kept: OrderedDict[Asked, list[tuple[int, U8]]] = OrderedDict()

    def find(self, asked: Asked) -> list[Mask] | None:
        """Of each segment the documents that answer, where that is known."""
        with self._turn:
            if asked in self._kept:
                self._kept.move_to_end(asked)
            kept = self._kept.get(asked)
        return None if kept is None else [_apart(bits, size) for size, bits in kept]

    def find_part(self, asked: Asked) -> tuple[list[Mask], Node] | None:
        """Of a question whose parts must all hold: the answer to as many of the first ones as is known, and
        what is left to ask.
        """
        if not isinstance(asked.tree, And):
            return None
        nodes = asked.tree.nodes
        for count in range(len(nodes) - 1, 0, -1):
            known = self.find(asked._replace(tree=_all(nodes[:count])))
            if known is not None:
                return known, _all(nodes[count:])
        return None

    def keep(self, asked: Asked, masks: Sequence[Mask]) -> None:
        """Remember an answer; none of another head stays."""
        kept = [(len(mask), np.packbits(mask)) for mask in masks]
        with self._turn:
            for other in [other for other in self._kept if other.head != asked.head]:
                del self._kept[other]
            self._kept[asked] = kept
            while len(self._kept) > 1 and self._size() > self._room:
                self._kept.popitem(last=False)

    def _size(self) -> int:
        return sum(bits.nbytes for kept in self._kept.values() for _, bits in kept)


def _all(nodes: Sequence[Node]) -> Node:
    return nodes[0] if len(nodes) == 1 else And(tuple(nodes))


def _apart(bits: U8, size: int) -> Mask:
    return np.unpackbits(bits, count=size).view(np.bool_)
