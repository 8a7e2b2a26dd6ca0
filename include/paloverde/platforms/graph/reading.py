"""Graph API answers taken apart: pages, single objects, lists, maps of ids, and what is nested in them.

What an object means is its site's business (`GraphReader.record`). An object is never rejected for its
form; only what has no identity at all becomes `Unread`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Mapping
from typing import ClassVar

import msgspec

from paloverde.errors import Unreadable
from paloverde.platforms import jsontext
from paloverde.platforms.graph import answers, download
from paloverde.platforms.graph.pages import NOWHERE, Page, Paging, Setting
from paloverde.platforms.jsontext import Text
from paloverde.records import Kind, Reading, Record, Unread

Members = dict[str, msgspec.Raw]


class Summary(msgspec.Struct, gc=False):
    total_count: int | None = None


class _Ends(msgspec.Struct, gc=False):
    paging: Paging | None = None
    summary: Summary | None = None


_ends_decoder = msgspec.json.Decoder(_Ends)


class GraphReader(ABC):
    """Walks one text and collects records and unread pieces, each with its offset.

    A site says in `title` how it is called, and in `lists` which members are listings whose items are
    items of their own, and what they are (None: their members tell).
    """

    title: ClassVar[str]
    lists: ClassVar[Mapping[str, Kind | None]]

    def __init__(self, text: Text, setting: Setting) -> None:
        self.text = text
        self.setting = setting
        self.records: list[Record] = []
        self.unread: list[Unread] = []
        self.note = ""
        self._names: Counter[tuple[Kind, str]] = Counter()

    @abstractmethod
    def record(
        self, members: Members, sound: bytes, start: int, setting: Setting, known_id: str | None
    ) -> Record | None:
        """The record of one object, None where nothing tells which object it is."""

    def aside(self, members: Members) -> str:
        """Why an object without an identity is nothing to keep; "" where it should have had one."""
        del members
        return ""

    @abstractmethod
    def is_exported(self, members: Members) -> bool:
        """Whether an object without an id is one item of a download."""

    @abstractmethod
    def elsewise(self, sound: bytes, members: Members, start: int) -> None:
        """Any other object: an item of a download, a file of one, a message that the site sent by itself."""

    @abstractmethod
    def exported_record(self, piece: download.Piece, payload: bytes, native_id: str) -> Record:
        """The record of one item of a download."""

    def read(self) -> Reading:
        sound = self.text.sound
        try:
            self.whole(sound.strip(), len(sound) - len(sound.lstrip()))
        except RecursionError:
            raise Unreadable("The answer is nested too deeply to be read.") from None
        return Reading(self.records, self.unread, self.note)

    def read_page(self) -> Page:
        sound = self.text.sound
        members = self.members(sound)
        if bytes(members.get("data", b""))[:1] != b"[":
            raise Unreadable("A page of a listing has a list named data; this answer has none.")
        try:
            self.listed(members, len(sound) - len(sound.lstrip()))
            ends = _ends_decoder.decode(sound)
        except RecursionError:
            raise Unreadable("The page is nested too deeply to be read.") from None
        except msgspec.ValidationError as error:
            raise Unreadable(f"It cannot be told whether this page is the last: {error}.") from None
        declared = ends.summary.total_count if ends.summary else None
        return Page(Reading(self.records, self.unread), ends.paging or Paging(), declared)

    def whole(self, sound: bytes, start: int) -> None:
        """A payload, or one element of a list of payloads."""
        if sound[:1] == b"[":
            self.several(sound, start)
            return
        members = self.members(sound)
        if "id" in members:
            self.item(sound, start, self.setting)
        elif self.is_exported(members):
            self.elsewise(sound, members, start)
        elif note := answers.nothing_to_keep(members):
            self.note = note
        elif bytes(members.get("data", b""))[:1] == b"[":
            self.listed(members, start)
        elif answers.is_map(members):
            self.mapped(members, start)
        else:
            self.elsewise(sound, members, start)

    def several(self, sound: bytes, start: int) -> None:
        count = 0
        for piece, offset in jsontext.pieces(self.text.sound, sound, start):
            count += 1
            if piece[:1] in b"{[":
                self.whole(piece, offset)
            else:
                self.lose(piece, offset, "it is a bare value, not an object")
        if not count:
            self.note = "the list is empty"

    def listed(self, members: Members, start: int) -> None:
        """A page: every element of its `data` is an item."""
        array = bytes(members["data"])
        offset = jsontext.offset_of(self.text.sound, start, members, "data")
        setting, item = self.setting, self.item
        before = len(self.records) + len(self.unread)
        for piece, position in jsontext.pieces(self.text.sound, array, offset):
            item(piece, position, setting)
        if len(self.records) + len(self.unread) == before and not self.note:
            self.note = "the page is empty"

    def mapped(self, members: Members, start: int) -> None:
        """An answer to `?ids=`: native id to object, and the objects may leave the id out."""
        for name, value in members.items():
            offset = jsontext.offset_of(self.text.sound, start, members, name)
            self.item(bytes(value), offset, self.setting, name)

    def item(self, sound: bytes, start: int, setting: Setting, known_id: str | None = None) -> None:
        """One object: its record, then those of the items nested in it."""
        try:
            members = jsontext.fields(sound)
        except msgspec.DecodeError:
            self.lose(sound, start, "it is not an object")
            return
        record = self.record(members, sound, start, setting, known_id)
        if record is None:
            if note := self.aside(members):
                self.note = note
            else:
                self.lose(sound, start, "it has no id")
            return
        self.records.append(record)
        if not self.lists.keys().isdisjoint(members):
            self.nested(record, members, start)

    def inside(self, record: Record, members: Members) -> list[str]:
        """The members of an object that hold items of their own."""
        del record
        return [name for name in members if name in self.lists]

    def nested(self, record: Record, members: Members, start: int) -> None:
        for name in self.inside(record, members):
            self.within(name, members, start, record)

    def within(self, name: str, members: Members, start: int, record: Record | None) -> None:
        """The items of one member of an object; `record` is the object, where it has an identity."""
        offset = jsontext.offset_of(self.text.sound, start, members, name)
        edge = bytes(members[name])
        array = answers.data_of(edge)
        if array is None:
            self.inner(edge, offset)
            return
        thread = record.native_id if record else None
        below = record is not None and record.kind is Kind.COMMENT
        if record and below and self.lists[name] is Kind.COMMENT:
            thread = record.thread_id or thread  # replies belong to the post at the root
        setting = Setting(self.lists[name], thread)
        first = self.text.sound.find(array, offset)
        for piece, position in jsontext.pieces(self.text.sound, array, first):
            before = len(self.records)
            self.item(piece, position, setting)
            if record and below and len(self.records) > before:
                self.records[before].parent_id = record.native_id

    def inner(self, sound: bytes, start: int) -> None:
        """An object nested in another one: itself where it has an identity, else what hangs in it."""
        members = jsontext.fields(sound) if sound[:1] == b"{" else {}
        if "id" in members:
            self.item(sound, start, NOWHERE)
            return
        for name in members:
            if name in self.lists:
                self.within(name, members, start, None)

    def exported(self, piece: download.Piece) -> None:
        payload = self.text.original(piece.sound, piece.start)
        thread = piece.thread_id if piece.kind is Kind.CONVERSATION else None
        name = thread or download.name_of(payload)
        self._names[piece.kind, name] += 1
        times = self._names[piece.kind, name]  # equal items of one file are told apart by a number
        native_id = name if times == 1 else f"{name}#{times}"
        self.records.append(self.exported_record(piece, payload, native_id))

    def kept(self, sound: bytes, start: int, notes: list[str]) -> bytes:
        """The bytes as received, and a note where what is shown was read from mended ones."""
        payload = self.text.original(sound, start)
        if payload is not sound and payload != sound:
            notes.extend(self.text.notes)
        return payload

    def lose(self, sound: bytes, start: int, reason: str) -> None:
        self.unread.append(Unread(self.text.original(sound, start), reason, self.text.position(start)))

    def members(self, sound: bytes) -> Members:
        """The members of an object that holds others. The same name twice could hide them."""
        try:
            members = jsontext.fields(sound)
        except msgspec.DecodeError:
            raise Unreadable(f"A {self.title} answer is an object or a list; this is a bare value.") from None
        if "data" in members and "data" in jsontext.repeated_names(sound, members):
            raise Unreadable("The answer has data more than once, and only one of them could be read.")
        return members
