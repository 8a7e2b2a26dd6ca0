"""A JSON text as a tree of nodes that know their bytes: where each value stands, and each member begins.

Only brackets are looked for at first: what is in an object or array is read when somebody asks for it, since
of an answer with a hundred items few are looked into.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator

import msgspec

from paloverde.archive.pieces import Piece

_STRING = rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
_TAIL = rb'|".*+'  # of a text that never ends
# Or the end: without it, and without the tail, these would be tried again from each byte of a long one.
_BRACKET = re.compile(rb'(?:[^{}\[\]"]++|' + _STRING + _TAIL + rb")*+([{}\[\]]|\Z)", re.DOTALL)
_TOKEN = re.compile(_STRING + rb'|[{}\[\],:]|[^\s{}\[\],:"]+' + _TAIL, re.DOTALL)
_TEXT = re.compile(rb"(" + _STRING + rb")" + _TAIL, re.DOTALL)
_BESIDE = b" \t\r\n,:[]{}"  # what may stand next to a number
_LONGEST_ESCAPE = 6  # bytes that one character may take
Kid = tuple[int, bytes, "Node"]  # where a member begins, its name ("" in an array), its value


class Node:
    """A value of a JSON text: where it stands, and its members or elements with where each begins."""

    __slots__ = ("_kids", "end", "inner", "leads", "parent", "piece", "start", "text")

    def __init__(self, text: bytes, start: int, end: int, parent: Node | None) -> None:
        self.text, self.start, self.end, self.parent = text, start, end, parent
        self.inner: list[Node] = []  # the objects and arrays directly in it
        self.piece: Piece | None = None  # the item that it is
        self.leads = False  # an item that stays is in it
        self._kids: list[Kid] | None = None

    @property
    def kids(self) -> list[Kid]:
        if self._kids is None:
            is_open = self.parent is None or self.text[self.start] in b"{["
            self._kids = list(self._read()) if is_open else []
        return self._kids

    def owners(self) -> Iterator[Node]:
        """Itself and what it is in, innermost first."""
        node: Node | None = self
        while node is not None:
            yield node
            node = node.parent

    def _read(self) -> Iterator[Kid]:
        inside = 0 if self.parent is None else 1  # the tree itself has no brackets
        at, stop = self.start + inside, self.end - inside
        inner = {node.start: node for node in self.inner}
        name: tuple[int, bytes] | None = None
        value: Node | None = None
        while found := _TOKEN.search(self.text, at, stop):
            token, at = found[0], found.end()
            if token == b":" and value is not None:  # what was taken for a value was a name
                name, value = (value.start, self.text[value.start : value.end]), None
                continue
            if value is not None:
                yield (*(name or (value.start, b"")), value)
                name, value = None, None
            if token in (b"{", b"["):
                value = inner[found.start()]
                at = value.end
            elif token != b",":
                value = Node(self.text, found.start(), at, self)
        if value is not None:
            yield (*(name or (value.start, b"")), value)


class Tree:
    """A JSON text from `start` on. It is whole and sound (`jsontext.open_text` says so).

    `marked` are the nodes that are items, in the order in which they were found.
    """

    def __init__(self, text: bytes, start: int = 0) -> None:
        self.text = text
        self.root = here = Node(text, start, len(text), None)
        self.marked: list[Node] = []
        self._open: dict[int, Node] = {}  # objects and arrays, by where they begin
        for found in _BRACKET.finditer(text, start):
            at = found.start(1)
            if found[1] in (b"{", b"["):
                node = Node(text, at, at, here)
                here.inner.append(node)
                self._open[at] = here = node
            elif found[1]:
                here.end = at + 1
                here = here.parent or self.root
        self._starts = list(self._open)

    def at(self, start: int, end: int) -> Node | None:
        """The value that has exactly these bytes."""
        node = self._open.get(start)
        if node is not None and node.end == end:
            return node
        inside = (kid for _, _, kid in self.around(start).kids) if node is None else ()
        is_root = (start, end) == (self.root.start, self.root.end)
        return next(
            (kid for kid in inside if (kid.start, kid.end) == (start, end)), self.root if is_root else None
        )

    def around(self, place: int) -> Node:
        """The innermost object or array that a byte is in."""
        before = bisect_right(self._starts, place)
        node = self._open[self._starts[before - 1]] if before else self.root
        while node.end <= place and node.parent is not None:
            node = node.parent
        return node

    def having(self, ids: Iterable[str]) -> list[Node]:
        """The objects and arrays that have one of these texts or numbers in them, not deeper; each once."""
        wanted = {id_.encode() for id_ in ids}
        places = [at for id_ in wanted for at in self._places(id_)]
        if b"\\" in self.text:
            places += self._escaped(frozenset(wanted))
        return list(dict.fromkeys(self.around(at) for at in sorted(places)))

    def _places(self, id_: bytes) -> Iterator[int]:
        at = self.text.find(id_, self.root.start)
        while at >= 0:
            before, after = self.text[at - 1 : at], self.text[at + len(id_) : at + len(id_) + 1]
            if before == after == b'"' or (before in _BESIDE and after in _BESIDE):
                yield at
            at = self.text.find(id_, at + 1)

    def _escaped(self, wanted: frozenset[bytes]) -> Iterator[int]:
        """Where one is written in another way than it is said."""
        longest = _LONGEST_ESCAPE * max(map(len, wanted), default=0) + 2
        for found in _TEXT.finditer(self.text, self.root.start):
            token = found[1] or b""
            if b"\\" in token and len(token) <= longest and _said(token).encode() in wanted:
                yield found.start()

    def mark(self, node: Node, piece: Piece) -> None:
        """Say which item a node is."""
        if node.piece is None:
            self.marked.append(node)
        node.piece = piece

    def staying(self) -> list[Piece]:
        """The pieces that stay, innermost first."""
        pieces = [node.piece for node in self.marked if node.piece is not None and not node.piece.goes]
        return sorted(pieces, key=lambda piece: piece.end - piece.start)

    def note_ways(self) -> None:
        """Mark what leads to an item that stays."""
        for marked in self.marked:
            if marked.piece is not None and not marked.piece.goes:
                for node in marked.owners():
                    if node.leads:
                        break
                    node.leads = True

    def outermost(self) -> list[Node]:
        """The nodes of what goes that are in no other of them, and those inside of what stays in these;
        outer ones first.
        """
        going = [node for node in self.marked if node.piece is not None and node.piece.goes]
        found = [node for node in going if (owner := owner_of(node.parent)) is None or not owner.goes]
        return sorted(found, key=lambda node: (node.start, -node.end))


def owner_of(node: Node | None) -> Piece | None:
    """The innermost item that a node is or is in."""
    return next((one.piece for one in node.owners() if one.piece is not None), None) if node else None


def walk(node: Node) -> Iterator[Node]:
    """A node and everything in it, outer ones first."""
    waiting = [node]
    while waiting:
        here = waiting.pop()
        yield here
        waiting += [kid for _, _, kid in reversed(here.kids)]


def strings(node: Node) -> Iterator[tuple[Node, str]]:
    """The texts in a node, decoded."""
    for one in walk(node):
        if one.text[one.start : one.start + 1] == b'"' and not one.kids:
            yield one, value(one)


def value(node: Node) -> str:
    """A text or number as text."""
    return _said(node.text[node.start : node.end])


def _said(token: bytes) -> str:
    if not token.startswith(b'"'):
        return token.decode(errors="replace")
    if b"\\" not in token:
        return token[1:-1].decode(errors="replace")
    return msgspec.json.decode(token, type=str, strict=False)
