"""Taking items out of an answer without moving anything else: their bytes become blanks of the same length.

An answer stays JSON and every other item keeps its place and its bytes. Of an item that goes, those members
stay that lead to one inside of it which stays; an item that goes inside of one that stays becomes `{ }`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

import msgspec

from paloverde.archive.jsontree import Node, outermost, strings, tree, value, walk
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
    sound = body[: text.shift] + text.sound
    root = tree(sound, text.shift)
    by_place = {(node.start, node.end): node for node in walk(root)}
    refused: dict[Item, str] = {}
    shared: dict[Node, list[Piece]] = defaultdict(list)
    strays: list[Node] = []
    for piece in pieces:
        node = by_place.get((piece.start, piece.end))
        if node is not None and not piece.known:
            strays.append(node)
        elif node is not None:
            shared[node].append(piece)
            node.piece = piece if node.piece is None or node.piece.goes else node.piece
        elif piece.goes:
            refused[piece.item] = "its bytes in a raw answer are no whole value of it"
    _mark_strays(sound, strays, words)
    refused |= _mark_copies(sound, root, words)
    _mark_files(sound, root, words)
    _note_ways(root)
    out = bytearray(body)
    for node in outermost(root):
        _erase(out, body, node)
    gone = {
        piece.item
        for node in walk(root)
        if node.piece is not None and node.piece.goes
        for piece in (node.piece, *shared[node])
    }
    left = bytes(out)
    refused |= _still_said(left[: text.shift] + _sound(left, text.shift), root, words, text.shift)
    return Blanked(left, frozenset(gone), refused)


def blank_lines(body: bytes, pieces: Collection[Piece], words: Sequence[Words]) -> Blanked | None:
    """A body of JSON lines without the pieces that go; None where a line is no JSON."""
    lines, start = list[bytes](), 0
    gone: set[Item] = set()
    refused: dict[Item, str] = {}
    for line in body.splitlines(keepends=True):
        end = start + len(line)
        inside = [
            msgspec.structs.replace(one, start=one.start - start, end=one.end - start)
            for one in pieces
            if start <= one.start and one.end <= end
        ]
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
    pieces = list(pieces)
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


def _mark_strays(text: bytes, strays: Iterable[Node], words: Sequence[Words]) -> None:
    """What is no item of the archive, names one that goes and repeats its words goes with it."""
    for node in strays:
        said = {string for _, string in strings(text, node)}
        for one in words:
            if one.item[1] in said and any(says(string, one.texts) for string in said):
                node.piece = node.piece or Piece(one.item, node.start, node.end, goes=True)


def _mark_copies(text: bytes, root: Node, words: Sequence[Words]) -> dict[Item, str]:
    """What names the item and repeats its words goes too: a post that is quoted, included, a last message.

    Where another item says these words itself (a notification of a comment), the item cannot go without it.
    """
    by_id: dict[str, list[Words]] = {}
    for one in words:
        by_id.setdefault(one.item[1], []).append(one)
    refused: dict[Item, str] = {}
    waiting: list[tuple[Node, Piece | None]] = [(root, None)]
    while waiting:
        node, owner = waiting.pop()
        owner = node.piece or owner
        for one in _named_by(text, node, by_id) if node.piece is None else ():
            if not any(says(said, one.texts) for _, said in strings(text, node)):
                continue
            if owner is not None and not owner.goes and one.own and owner.repeats(one):
                refused[one.item] = _elsewhere(owner)
            else:
                node.piece = Piece(one.item, node.start, node.end, goes=True)
        waiting += [(kid, owner) for _, _, kid in node.kids]
    return refused


def _named_by(text: bytes, node: Node, by_id: Mapping[str, list[Words]]) -> list[Words]:
    """The items whose id a value has as a member of its own."""
    ids = [value(text, kid) for _, name, kid in node.kids if name.strip(b'"').lower().endswith(_ENDS)]
    return [said for id_ in ids for said in by_id.get(id_, ())]


def _mark_files(text: bytes, root: Node, words: Sequence[Words]) -> None:
    """What an answer says of the item's pictures beside it goes, too, unless what stays shows them."""
    by_file = {file: one.item for one in words for file in one.files}
    if not by_file:
        return
    waiting = [(root, False)]
    while waiting:
        node, in_item = waiting.pop()
        in_item = in_item or node.piece is not None
        if not in_item:
            ids = [value(text, kid) for _, name, kid in node.kids if name.strip(b'"').lower().endswith(_ENDS)]
            for file in by_file.keys() & set(ids):
                if not any(file.encode() in text[one.start : one.end] for one in _owners(root)):
                    node.piece = Piece(by_file[file], node.start, node.end, goes=True)
        waiting += [(kid, in_item) for _, _, kid in node.kids]


def _note_ways(root: Node) -> None:
    """Mark what leads to an item that stays, from the innermost out."""
    for node in reversed(list(walk(root))):
        stays = node.piece is not None and not node.piece.goes
        node.leads = stays or any(kid.leads for _, _, kid in node.kids)


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
    """As many blanks, in the brackets of a value; line ends stay where lines count."""
    blank = re.sub(rb"[^\r\n]", b" ", piece) if lines else b" " * len(piece)
    if piece[:1] + piece[-1:] in (b"{}", b"[]", b'""') and len(piece) > 1:
        return piece[:1] + blank[1:-1] + piece[-1:]
    return blank


def _still_said(text: bytes, root: Node, words: Sequence[Words], start: int) -> dict[Item, str]:
    """Items whose words still stand in something else than another item's own text."""
    plain = readable(text)
    said = [one for one in words if any(own[:PREVIEW] in plain for own in one.own)]
    if not said:
        return {}
    refused: dict[Item, str] = {}
    owners, left = _owners(root), tree(text, start)
    named = _words_of_named(left)
    for node, string in strings(text, left):
        if len(string) < LEAST:
            continue
        for one in said:
            if one.item in refused or not says(string, one.own):
                continue
            owner = next((piece for piece in owners if piece.start <= node.start < piece.end), None)
            if owner is None and (node.start, node.end) in named:
                continue
            if owner is None or not owner.repeats(one, string):
                refused[one.item] = _elsewhere(owner)
    return refused


def _words_of_named(root: Node) -> set[tuple[int, int]]:
    """Where the words stand of what has an id of its own and is no item here: the people and posts that an
    answer includes. What these say is theirs.
    """
    found = set()
    waiting = [(root, False)]
    while waiting:
        node, is_named = waiting.pop()
        is_named = is_named or any(name in _NAMES for _, name, _ in node.kids)
        if is_named and not node.kids:
            found.add((node.start, node.end))
        waiting += [(kid, is_named) for _, _, kid in node.kids]
    return found


def _owners(root: Node) -> list[Piece]:
    """The pieces that stay, innermost first."""
    staying = [node.piece for node in walk(root) if node.piece is not None and not node.piece.goes]
    return sorted(staying, key=lambda piece: piece.end - piece.start)


def _elsewhere(owner: Piece | None) -> str:
    where = "a raw answer outside of any item" if owner is None else f"{owner.item[0]} {owner.item[1]}"
    return f"its words stand also in {where}, which stays"


def _sound(body: bytes, shift: int) -> bytes:
    return jsontext.open_text(body).sound if shift == 0 else jsontext.open_text(body[shift:]).sound
