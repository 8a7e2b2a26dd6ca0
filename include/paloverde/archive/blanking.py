"""Taking items out of an answer without moving anything else: their bytes become blanks of the same length.

An answer stays JSON and every other item keeps its place and its bytes. Of an item that goes, those members
stay that lead to one inside of it which stays; an item that goes inside of one that stays becomes `{ }`.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence

import msgspec

from paloverde.archive.jsontree import Node, Tree, owner_of, strings, value
from paloverde.archive.pieces import LEAST, PREVIEW, Item, Piece, Words, places, readable, says
from paloverde.errors import Unreadable
from paloverde.platforms import jsontext

_ENDS = (b"id", b"urn", b"id_str", b"media_key", b"entity")
_NAMES = (b'"id"', b'"id_str"', b'"$URN"', b'"urn"', b'"media_key"')


class Blanked(msgspec.Struct, frozen=True):
    """A body without what goes. `refused` says of items why they cannot be taken out of it."""

    body: bytes
    gone: frozenset[Item]
    refused: dict[Item, str]


def blank_json(body: bytes, pieces: Iterable[Piece], words: Sequence[Words]) -> Blanked | None:
    """A JSON body without the pieces that go; None where it is no JSON text that keeps its offsets."""
    try:
        text = jsontext.open_text(body)
    except Unreadable:
        return None
    if text.shift is None:
        return None
    tree = Tree(body[: text.shift] + text.sound, text.shift)
    refused: dict[Item, str] = {}
    shared: dict[Node, list[Piece]] = defaultdict(list)
    strays: list[Node] = []
    for piece in pieces:
        node = tree.at(piece.start, piece.end)
        if node is not None and not piece.known:
            strays.append(node)
        elif node is not None:
            shared[node].append(piece)
            tree.mark(node, piece if node.piece is None or node.piece.goes else node.piece)
        elif piece.goes:
            refused[piece.item] = "its bytes in a raw answer are no whole value of it"
    _mark_strays(tree, strays, words)
    refused |= _mark_copies(tree, words)
    _mark_files(tree, words)
    tree.note_ways()
    out = bytearray(body)
    for node in tree.outermost():
        _erase(out, body, node)
    gone = {
        piece.item
        for node in tree.marked
        if node.piece is not None and node.piece.goes
        for piece in (node.piece, *shared[node])
    }
    left = bytes(out)
    refused |= _still_said(left[: text.shift] + _sound(left, text.shift), tree, words, text.shift)
    return Blanked(left, frozenset(gone), refused)


def blank_lines(
    body: bytes, pieces: Iterable[Piece], words_in: Callable[[bytes, Iterable[Item]], Sequence[Words]]
) -> Blanked | None:
    """A body of JSON lines without the pieces that go; None where a line is no JSON.

    `words_in` says what goes and is named in a line, or is one of these items.
    """
    lines, start = list[bytes](), 0
    gone: set[Item] = set()
    refused: dict[Item, str] = {}
    ordered = sorted(pieces, key=lambda one: one.start)
    places = [one.start for one in ordered]
    for line in body.splitlines(keepends=True):
        end = start + len(line)
        inside = [
            msgspec.structs.replace(one, start=one.start - start, end=one.end - start)
            for one in ordered[bisect_left(places, start) : bisect_left(places, end)]
            if one.end <= end
        ]
        words = words_in(line, {one.item for one in inside})
        blanked = blank_json(line, inside, words) if line.strip() else Blanked(line, frozenset(), {})
        if blanked is None:
            return None
        lines.append(blanked.body)
        gone |= blanked.gone
        refused |= blanked.refused
        start = end
    return Blanked(b"".join(lines), frozenset(gone), refused)


def blank_plain(body: bytes, pieces: Iterable[Piece], words: Sequence[Words]) -> Blanked:
    """A body of any other kind (a table, an e-mail, a script) without the pieces that go."""
    out, refused = bytearray(body), dict[Item, str]()
    pieces = sorted(pieces, key=lambda piece: piece.end - piece.start)  # what is around others goes last
    staying = [piece for piece in pieces if not piece.goes]
    gone = set()
    for piece in pieces:
        if not piece.goes:
            continue
        if any(one.start < piece.end and piece.start < one.end for one in staying):
            refused[piece.item] = "it shares bytes of a handed-in file with another item that stays"
            continue
        out[piece.start : piece.end] = _blanks(body[piece.start : piece.end])
        gone.add(piece.item)
    left = bytes(out)
    for one in words:
        for start in places(left, one.own):
            owner = next((piece for piece in staying if piece.start <= start < piece.end), None)
            if owner is None or not owner.repeats(one):
                refused.setdefault(one.item, _elsewhere(owner))
    return Blanked(left, frozenset(gone), refused)


def _mark_strays(tree: Tree, strays: Iterable[Node], words: Sequence[Words]) -> None:
    """What is no item of the archive, names one that goes and repeats its words goes with it."""
    for node in strays:
        said = {string for _, string in strings(node)}
        for one in words:
            if one.item[1] in said and any(says(string, one.texts) for string in said):
                tree.mark(node, node.piece or Piece(one.item, node.start, node.end, goes=True))


def _mark_copies(tree: Tree, words: Sequence[Words]) -> dict[Item, str]:
    """What names the item and repeats its words goes too: a post that is quoted, included, a last message.

    Where another item says these words itself (a notification of a comment), the item cannot go without it.
    """
    by_id: dict[str, list[Words]] = {}
    for one in words:
        by_id.setdefault(one.item[1], []).append(one)
    refused: dict[Item, str] = {}
    unmarked = [node for node in tree.having(by_id) if node.piece is None]
    owners = [owner_of(node.parent) for node in unmarked]  # before any is marked here
    for node, owner in zip(unmarked, owners, strict=True):
        for one in _named_by(node, by_id):
            if not any(says(said, one.texts) for _, said in strings(node)):
                continue
            if owner is not None and not owner.goes and one.own and owner.repeats(one):
                refused[one.item] = _elsewhere(owner)
            else:
                tree.mark(node, Piece(one.item, node.start, node.end, goes=True))
    return refused


def _named_by(node: Node, by_id: Mapping[str, list[Words]]) -> list[Words]:
    """The items whose id a value has as a member of its own."""
    return [said for id_ in _ids_of(node) for said in by_id.get(id_, ())]


def _ids_of(node: Node) -> list[str]:
    return [value(kid) for _, name, kid in node.kids if name.strip(b'"').lower().endswith(_ENDS)]


def _mark_files(tree: Tree, words: Sequence[Words]) -> None:
    """What an answer says of the item's pictures beside it goes, too, unless what stays shows them."""
    by_file = {file: one.item for one in words for file in one.files}
    if not by_file:
        return
    beside = [node for node in tree.having(by_file) if owner_of(node) is None]  # before any is marked here
    for node in beside:
        for file in by_file.keys() & set(_ids_of(node)):
            if not any(file.encode() in tree.text[one.start : one.end] for one in tree.staying()):
                tree.mark(node, Piece(by_file[file], node.start, node.end, goes=True))


def _erase(out: bytearray, body: bytes, node: Node) -> None:
    """Blank a node, except for what stays in it and the members that lead there."""
    out[node.start : node.end] = _blanks(body[node.start : node.end], lines=False)
    kept = [(at, kid) for at, _, kid in node.kids if kid.leads]
    for number, (at, kid) in enumerate(kept):
        out[at : kid.end] = body[at : kid.end]
        if number + 1 < len(kept):
            out[kid.end : kid.end + 1] = b","
        if kid.piece is None or kid.piece.goes:
            _erase(out, body, kid)


def _blanks(piece: bytes, *, lines: bool = True) -> bytes:
    """As many blanks, in the brackets of a value; line ends stay where lines count.

    Where a value must stay a value, a number or a name without brackets becomes 0.
    """
    blank = re.sub(rb"[^\r\n]", b" ", piece) if lines else b" " * len(piece)
    if piece[:1] + piece[-1:] in (b"{}", b"[]", b'""') and len(piece) > 1:
        return piece[:1] + blank[1:-1] + piece[-1:]
    return blank if lines else b"0" + blank[1:]


def _still_said(text: bytes, tree: Tree, words: Sequence[Words], start: int) -> dict[Item, str]:
    """Items whose words still stand in something else than another item's own text."""
    plain = readable(text)
    said = [one for one in words if any(own[:PREVIEW] in plain for own in one.own)]
    if not said:
        return {}
    refused: dict[Item, str] = {}
    owners, left = tree.staying(), Tree(text, start)
    for node, string in strings(left.root):
        if len(string) < LEAST:
            continue
        for one in said:
            if one.item in refused or not says(string, one.own):
                continue
            owner = next((piece for piece in owners if piece.start <= node.start < piece.end), None)
            if owner is None and _is_of_somebody(node):
                continue
            if owner is None or not owner.repeats(one, string):
                refused[one.item] = _elsewhere(owner)
    return refused


def _is_of_somebody(node: Node) -> bool:
    """Whether words stand in what has an id of its own and is no item here: the people and posts that an
    answer includes. What these say is theirs.
    """
    return any(name in _NAMES for one in node.owners() for _, name, _ in one.kids)


def _elsewhere(owner: Piece | None) -> str:
    where = "a raw answer outside of any item" if owner is None else f"{owner.item[0]} {owner.item[1]}"
    return f"its words stand also in {where}, which stays"


def _sound(body: bytes, shift: int) -> bytes:
    return jsontext.open_text(body).sound if shift == 0 else jsontext.open_text(body[shift:]).sound
