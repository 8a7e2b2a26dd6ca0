"""A JSON text as a tree of nodes that know their bytes: where each value stands, and each member begins."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from paloverde.archive.pieces import Piece

_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+', re.DOTALL)


class Node:
    """A value of a JSON text: where it stands, and its members or elements with where each begins."""

    __slots__ = ("end", "kids", "leads", "piece", "start")

    def __init__(self, start: int, end: int) -> None:
        self.start, self.end = start, end
        self.kids: list[tuple[int, bytes, Node]] = []
        self.piece: Piece | None = None  # the item that it is
        self.leads = False  # an item that stays is in it


def tree(text: bytes, start: int = 0) -> Node:
    """A JSON text as nodes. `text` is whole and sound (`jsontext.open_text` says so)."""
    top = Node(start, len(text))
    open_: list[Node] = [top]
    name: tuple[int, bytes] | None = None
    last: tuple[int, bytes] | None = None
    for found in _TOKEN.finditer(text, start):
        token = found[0]
        if token == b":":
            name = last
            open_[-1].kids.pop()  # what was taken for a value was a name
        elif token in (b"}", b"]"):
            open_.pop().end = found.end()
        elif token != b",":
            node = Node(found.start(), found.end())
            at, called = name or (found.start(), b"")
            open_[-1].kids.append((at, called, node))
            name, last = None, (found.start(), token)
            if token in (b"{", b"["):
                open_.append(node)
    return top


def walk(node: Node) -> Iterator[Node]:
    """A node and everything in it, outer ones first."""
    waiting = [node]
    while waiting:
        here = waiting.pop()
        yield here
        waiting += [kid for _, _, kid in reversed(here.kids)]


def outermost(root: Node) -> Iterator[Node]:
    """The nodes of what goes that are in no other of them, and those inside of what stays in these."""
    waiting = [(root, False)]
    while waiting:
        here, inside = waiting.pop()
        if here.piece is not None:
            if here.piece.goes and not inside:
                yield here
            inside = here.piece.goes
        waiting += [(kid, inside) for _, _, kid in here.kids]


def strings(text: bytes, node: Node) -> Iterator[tuple[Node, str]]:
    """The texts in a node, decoded."""
    for one in walk(node):
        if not one.kids and text[one.start : one.start + 1] == b'"':
            yield one, value(text, one)


def value(text: bytes, node: Node) -> str:
    """A text or number as text."""
    piece = text[node.start : node.end]
    if not piece.startswith(b'"'):
        return piece.decode(errors="replace")
    if b"\\" not in piece:
        return piece[1:-1].decode(errors="replace")
    return msgspec.json.decode(piece, type=str, strict=False)
