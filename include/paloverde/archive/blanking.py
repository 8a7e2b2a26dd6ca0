"""Taking items out of an answer without moving anything else: their bytes become blanks of the same length.

An answer stays JSON and every other item keeps its place and its bytes. Of an item that goes, those members
stay that lead to one inside of it which stays; an item that goes inside of one that stays becomes `{ }`.
"""

from __future__ import annotations

import html
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

import msgspec

from paloverde.errors import Unreadable
from paloverde.platforms import jsontext

Item = tuple[str, str]  # kind and native id
LEAST = 12  # characters: shorter words are anybody's
_PREVIEW = 20  # characters of the beginning of a text that are taken for a copy of it
_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+', re.DOTALL)
_ENDS = (b"id", b"urn", b"id_str", b"media_key", b"entity")
_NAMES = (b'"id"', b'"id_str"', b'"$URN"', b'"urn"', b'"media_key"')
_DOTS = "….\u2026 "


class Piece(msgspec.Struct, frozen=True):
    """The bytes of one item in a body: `[start, end)`. `says` is what it says itself.

    Two items may have the same bytes (a profile, and the number of followers in it); they go together only.
    What is not `known` is no item of the archive: an entry of a list that names an item, say.
    """

    item: Item
    start: int
    end: int
    goes: bool
    says: tuple[str, ...] = ()
    known: bool = True

    def repeats(self, words: Words, string: str = "\0") -> bool:
        """Whether its own words hold those of another item, or are these: what it says itself is its own."""
        return any(_says(said, words.own) or string in said for said in self.says)


class Words(msgspec.Struct, frozen=True):
    """What an item that goes says, in all its versions: nothing of it may stand anywhere else.

    Texts shorter than `LEAST` are anybody's: they count only where the item is named beside them. `files` are
    the site's ids of its pictures and files.
    """

    item: Item
    texts: tuple[str, ...]
    files: frozenset[str] = frozenset()

    @property
    def own(self) -> tuple[str, ...]:
        return tuple(text for text in self.texts if len(text) >= LEAST)


class Blanked(msgspec.Struct, frozen=True):
    """A body without what goes. `refused` says of items why they cannot be taken out of it."""

    body: bytes
    gone: frozenset[Item]
    refused: dict[Item, str]


class Node:
    """A value of a JSON text: where it stands, and its members or elements with where each begins."""

    __slots__ = ("end", "kids", "leads", "piece", "start")

    def __init__(self, start: int, end: int) -> None:
        self.start, self.end = start, end
        self.kids: list[tuple[int, bytes, Node]] = []
        self.piece: Piece | None = None
        self.leads = False  # an item that stays is in it


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
        for start in _places(left, one.own):
            owner = next((piece for piece in staying if piece.start <= start < piece.end), None)
            if owner is None or not owner.repeats(one):
                refused.setdefault(one.item, _elsewhere(owner))
    return Blanked(left, frozenset(gone), refused)


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


def _mark_strays(text: bytes, strays: Iterable[Node], words: Sequence[Words]) -> None:
    """What is no item of the archive, names one that goes and repeats its words goes with it."""
    for node in strays:
        said = {string for _, string in strings(text, node)}
        for one in words:
            if one.item[1] in said and any(_says(string, one.texts) for string in said):
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
            if not any(_says(said, one.texts) for _, said in strings(text, node)):
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
    said = [one for one in words if one.own]
    if not said:
        return {}
    refused: dict[Item, str] = {}
    owners, left = _owners(root), tree(text, start)
    named = _words_of_named(left)
    for node, string in strings(text, left):
        if len(string) < LEAST:
            continue
        for one in said:
            if one.item in refused or not _says(string, one.own):
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


def _says(string: str, texts: tuple[str, ...]) -> bool:
    """Whether a text holds one of these, or shows how one begins."""
    plain = html.unescape(string)
    begun = plain.rstrip(_DOTS)
    return any(
        text in string or text in plain or (len(begun) >= _PREVIEW and text.startswith(begun))
        for text in texts
    )


def _places(body: bytes, texts: tuple[str, ...]) -> Iterator[int]:
    """Where one of the texts stands in a body of any kind, plain or escaped as in JSON, HTML or a table."""
    for text in texts:
        forms = {text, html.escape(text), text.replace('"', '""'), _escaped(text)}
        forms.add(_escaped(text, ascii_=False))
        for form in (one.encode(errors="replace") for one in forms):
            start = body.find(form)
            while start >= 0:
                yield start
                start = body.find(form, start + 1)


def _escaped(text: str, *, ascii_: bool = True) -> str:
    written = msgspec.json.encode(text).decode()[1:-1]
    return written.encode("ascii", "backslashreplace").decode() if ascii_ else written


def _sound(body: bytes, shift: int) -> bytes:
    return jsontext.open_text(body).sound if shift == 0 else jsontext.open_text(body[shift:]).sound
