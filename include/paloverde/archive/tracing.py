"""Where the bytes of items stand in one raw answer or handed-in file, found by reading it again.

The rows say where they were read from, byte for byte. Answers of other nights, which made no row, are read by
the site's own reader; copies of a file that was handed in again are found by their bytes.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping

import msgspec

from paloverde.archive.blanking import Blanked, blank_json, blank_lines, blank_plain
from paloverde.archive.exchanges import Held
from paloverde.archive.needles import Needles
from paloverde.archive.pieces import LEAST, Item, Piece, Words, readable
from paloverde.errors import Unreadable
from paloverde.platforms import PLATFORMS
from paloverde.records import Kind, Record

_NUMBER = re.compile(rb"\d+")
# A text, or a number; or the tail of a text that never ends: it is not tried again from each quote in it.
_WORD = re.compile(rb'("[^"\\]*+(?:\\.[^"\\]*+)*+"|\d+)|".*+', re.DOTALL)
_PAGE = (Kind.PROFILE.value, Kind.SUBSCRIBER_COUNT.value)


class RowAt(msgspec.Struct, frozen=True):
    """What a row says of the bytes that it was read from."""

    item: Item
    offset: int
    position: int
    raw: bytes
    says: tuple[str, ...]


class Going(msgspec.Struct, frozen=True):
    """The items of an account that go: their words and every payload that a row of them has.

    `known` are the kinds under which the archive knows each native id of the account.
    """

    platform: str
    words: Mapping[Item, Words]
    payloads: Mapping[Item, frozenset[bytes]]
    known: Mapping[str, frozenset[str]]

    def without(self, items: Collection[Item]) -> Going:
        """The same without these items, which stay."""
        words = {item: said for item, said in self.words.items() if item not in items}
        payloads = {item: raws for item, raws in self.payloads.items() if item not in items}
        return Going(self.platform, words, payloads, self.known)


class Tracer:
    """Finds the items that go in one body after another."""

    def __init__(self, going: Going) -> None:
        self._going = going
        self._ids: dict[str, list[Item]] = defaultdict(list)
        self._begun: dict[str, list[Words]] = defaultdict(list)
        for item, said in going.words.items():
            self._ids[item[1]].append(item)
            # A reaction is named by its post and its person; the answer itself names the person only.
            self._ids[item[1].rpartition(":")[2]].append(item)
            for file in said.files:
                self._ids[file].append(item)
            for text in said.own:
                self._begun[text[:LEAST]].append(said)
        self._encoded = frozenset(name.encode() for name in self._ids)
        self._beginnings = Needles((begun, 0) for begun in self._begun)
        self._of: dict[bytes, list[Item]] = defaultdict(list)  # of a payload, the items that it is
        for item, payloads in going.payloads.items():
            for payload in payloads:
                if len(payload) >= LEAST:
                    self._of[payload].append(item)
        self._payloads = Needles((payload, _mark_of(payload, items)) for payload, items in self._of.items())

    def blank(self, held: Held, rows: Collection[RowAt]) -> Blanked | None:
        """The body without what goes; None where nothing of it is in this body."""
        words = self._words_in(held.body, (row.item for row in rows))
        if not words:
            return None
        pieces = list(self._pieces(held, rows))
        blanked = blank_json(held.body, pieces, words)
        if blanked is None and held.body.lstrip()[:1] == b"{":
            blanked = blank_lines(held.body, pieces, self._words_in)
        return blanked or blank_plain(held.body, pieces, words)

    def _words_in(self, body: bytes, items: Iterable[Item]) -> list[Words]:
        """What goes and is named in a body, or is one of these items of it, or begins as something in it."""
        named = {item for name in self._encoded & names_in(body) for item in self._ids[name.decode()]}
        named |= {item for item in items if item in self._going.words}
        found = {item: self._going.words[item] for item in named}
        begun = {beginning for beginning, _ in self._beginnings.places(readable(body))}
        found |= {one.item: one for beginning in begun for one in self._begun[beginning]}
        return list(found.values())

    def _pieces(self, held: Held, rows: Collection[RowAt]) -> Iterator[Piece]:
        """The items in a body, those that go and those that stay.

        What a row says of its bytes counts more than what reading them again says.
        """
        told = list(self._by_rows(held, rows))
        yield from told
        places = {(piece.start, piece.end) for piece in told}
        for piece in (*self._by_reading(held), *self._by_bytes(held)):
            if (piece.start, piece.end) not in places or piece.item[0] in _PAGE:
                yield piece

    def _by_rows(self, held: Held, rows: Iterable[RowAt]) -> Iterator[Piece]:
        for row in rows:
            end = row.position + len(row.raw)
            if row.position >= 0 and held.body[row.position : end] == row.raw:
                yield Piece(row.item, row.position, end, row.item in self._going.words, row.says)

    def _by_reading(self, held: Held) -> Iterator[Piece]:
        for record in _read(self._going.platform, held.body):
            end = record.position + len(record.payload)
            if record.position >= 0 and held.body[record.position : end] == record.payload:
                says = said_by(record.text, (medium.alt_text for medium in record.media))
                for item in self._items_of(record, held.url):
                    goes = item in self._going.words
                    is_known = goes or item[1] in self._going.known
                    yield Piece(item, record.position, end, goes, says, is_known)

    def _by_bytes(self, held: Held) -> Iterator[Piece]:
        """Payloads that rows have, wherever else they stand: an export that was handed in twice."""
        if held.is_answer:
            return
        ends: dict[bytes, int] = {}
        for payload, start in self._payloads.places(held.body):
            if start >= ends.get(payload, 0):
                ends[payload] = end = start + len(payload)
                yield from (Piece(item, start, end, goes=True) for item in self._of[payload])

    def _items_of(self, record: Record, url: str) -> list[Item]:
        """The items that a record is. An account's profile and the number of its followers are one answer."""
        known = self._going.known.get(record.native_id, frozenset())
        page = [(kind, record.native_id) for kind in _PAGE if kind in known]
        return page if page and record.kind.value in _PAGE else [self._item_of(record, url)]

    def _item_of(self, record: Record, url: str) -> Item:
        """Which item a record is that was read without knowing what had been asked.

        The question tells some kinds; where the archive knows one kind of that id only, it is that one.
        """
        read = _name(record)
        if read in self._going.words:
            return read
        for item in self._ids.get(record.native_id, ()):
            if item[1] == record.native_id and self._going.known.get(item[1]) == frozenset({item[0]}):
                return item
            thread = item[1].rpartition(":")[0]
            if thread and thread in url and item[1] != record.native_id:
                return item
            if (record.text or "").strip() in self._going.words[item].texts:
                return item
        return read


def names_in(body: bytes) -> set[bytes]:
    """Everything in a body that could be an id: its texts and its whole numbers.

    Of a text that never ends, as in a body that was cut off, these are the numbers in it.
    """
    words = set(_WORD.findall(body))
    if b"" in words:  # the tail: a text has its quotes here
        tail = next(found[0] for found in _WORD.finditer(body) if not found[1])
        words = {*words, *_NUMBER.findall(tail)} - {b""}
    return {word[1:-1] if word[:1] == b'"' else word for word in words}


def _mark_of(payload: bytes, items: Iterable[Item]) -> int:
    """Where in a payload `LEAST` bytes begin that others do not have: those that end with its id."""
    ends = [payload.find(id_) + len(id_) for _, name in items if (id_ := name.encode()) in payload]
    return max(0, min(ends, default=len(payload) // 2) - LEAST)


def said_by(text: str | None, descriptions: Iterable[str | None]) -> tuple[str, ...]:
    """What an item says itself: its text, and what describes its pictures."""
    return tuple(said.strip() for said in (text, *descriptions) if said and said.strip())


def _name(record: Record) -> Item:
    return record.kind.value, record.native_id


def _read(platform: str, body: bytes) -> list[Record]:
    site = PLATFORMS.get(platform)
    if site is None:
        return []
    try:
        return site.read(body).records
    except Unreadable:
        return []
