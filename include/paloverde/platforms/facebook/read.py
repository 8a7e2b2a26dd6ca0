"""Graph API answers to records. Each record keeps the exact bytes of its object and where they lie.

An object is never rejected for its form: a member of the wrong type is set aside and named in the
record's `drift`; only what has no identity at all becomes `Unread`.
"""

from __future__ import annotations

from collections import Counter

import msgspec

from paloverde.errors import Unreadable
from paloverde.platforms import jsontext
from paloverde.platforms.facebook import answers, export
from paloverde.platforms.facebook.content import (
    count_of,
    identity_of,
    media_of,
    parent_of,
    poster_of,
    text_of,
    thread_of,
    time_of,
    visibility_of,
)
from paloverde.platforms.facebook.wire import Item, Summary, item_decoder, kind_of, piecewise
from paloverde.platforms.jsontext import Text
from paloverde.records import Kind, Reading, Record, Unread

PLATFORM = "facebook"

# Nested listings whose members are items of their own, and what they are (None: their members tell).
_NESTED: dict[str, Kind | None] = {
    "comments": Kind.COMMENT,
    "replies": Kind.COMMENT,
    "messages": Kind.MESSAGE,
    "posts": Kind.POST,
    "feed": Kind.POST,
    "published_posts": Kind.POST,
    "visitor_posts": Kind.POST,
    "media": Kind.POST,
    "business_discovery": None,
}


class Setting(msgspec.Struct, frozen=True, gc=False):
    """What the question tells about the answer: nothing for a file, the post for its comments."""

    kind: Kind | None = None
    thread_id: str | None = None


NOWHERE = Setting()


class Cursors(msgspec.Struct, gc=False):
    after: str | None = None


class Paging(msgspec.Struct, gc=False):
    """`next` is an address; it says that there is more, and it carries a token: only its cursors are used."""

    cursors: Cursors | None = None
    next: str | None = None


class Page(msgspec.Struct):
    """An answer as a listing: what it holds, how to go on, and the site's own count."""

    reading: Reading
    paging: Paging
    declared: int | None = None


class _Ends(msgspec.Struct, gc=False):
    paging: Paging | None = None
    summary: Summary | None = None


_ends_decoder = msgspec.json.Decoder(_Ends)


def read(payload: bytes, setting: Setting | None = None) -> Reading:
    """The records of any payload: a page, one object, a list, a map of ids, a downloaded export.

    Raises `Unreadable` where the payload is no whole JSON text. An error answer and a token answer
    have no records, and `Reading.note` says so. `setting` is for one object whose question is known.
    """
    reader = _Reader(jsontext.open_text(payload), setting or NOWHERE)
    sound = reader.text.sound
    try:
        reader.whole(sound.strip(), len(sound) - len(sound.lstrip()))
    except RecursionError:
        raise Unreadable("The answer is nested too deeply to be read.") from None
    return Reading(reader.records, reader.unread, reader.note)


def read_page(payload: bytes, setting: Setting) -> Page:
    """One page of a listing, whose question (`setting`) is known. Raises `Unreadable` where it is none."""
    reader = _Reader(jsontext.open_text(payload), setting)
    sound = reader.text.sound
    members = _members(sound)
    if bytes(members.get("data", b""))[:1] != b"[":
        raise Unreadable("A page of a listing has a list named data; this answer has none.")
    try:
        reader.listed(members, len(sound) - len(sound.lstrip()))
        ends = _ends_decoder.decode(sound)
    except RecursionError:
        raise Unreadable("The page is nested too deeply to be read.") from None
    except msgspec.ValidationError as error:
        raise Unreadable(f"It cannot be told whether this page is the last: {error}.") from None
    declared = ends.summary.total_count if ends.summary else None
    return Page(Reading(reader.records, reader.unread), ends.paging or Paging(), declared)


class _Reader:
    """Walks one text and collects records and unread pieces, each with its offset."""

    def __init__(self, text: Text, setting: Setting) -> None:
        self.text = text
        self.setting = setting
        self.records: list[Record] = []
        self.unread: list[Unread] = []
        self.note = ""
        self._names: Counter[tuple[Kind, str]] = Counter()

    def whole(self, sound: bytes, start: int) -> None:
        """A payload, or one element of a list of payloads."""
        if sound[:1] == b"[":
            self.several(sound, start)
            return
        members = _members(sound)
        if "id" in members:
            self.item(sound, start, self.setting)
        elif export.is_item(members):
            self.exported(export.Piece(export.kind_of_item(members), sound, start))
        elif note := answers.nothing_to_keep(members):
            self.note = note
        elif bytes(members.get("data", b""))[:1] == b"[":
            self.listed(members, start)
        elif answers.is_map(members):
            self.mapped(members, start)
        else:
            for piece in export.split(self.text.sound, sound, members, start):
                self.exported(piece)

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

    def listed(self, members: dict[str, msgspec.Raw], start: int) -> None:
        """A page: every element of its `data` is an item."""
        array = bytes(members["data"])
        offset = jsontext.offset_of(self.text.sound, start, members, "data")
        setting, item = self.setting, self.item
        before = len(self.records) + len(self.unread)
        for piece, position in jsontext.pieces(self.text.sound, array, offset):
            item(piece, position, setting)
        if len(self.records) + len(self.unread) == before:
            self.note = "the page is empty"

    def mapped(self, members: dict[str, msgspec.Raw], start: int) -> None:
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
        notes: list[str] = []
        try:
            item = item_decoder.decode(sound)
        except msgspec.DecodeError:
            item, notes = piecewise(members)
        repeated = jsontext.repeated_names(sound, members)
        if repeated:
            notes.append(f"it has {', '.join(repeated)} more than once; the last is shown")
        if not item.id:
            item.id = known_id or identity_of(item)
            if not item.id:
                self.lose(sound, start, "it has no id")
                return
            notes.append("the site gave no id inside; it was taken from where the object stood or links to")
        record = self.record(item, members, sound, start, setting, notes)
        self.records.append(record)
        if not _NESTED.keys().isdisjoint(members):
            self.nested(record, members, start)

    def record(
        self,
        item: Item,
        members: dict[str, msgspec.Raw],
        sound: bytes,
        start: int,
        setting: Setting,
        notes: list[str],
    ) -> Record:
        kind = setting.kind or kind_of(item, members.keys())
        payload = self.original(sound, start)
        if payload is not sound and payload != sound:
            notes.extend(self.text.notes)
        posted = item.created_time if item.created_time is not None else item.creation_time
        try:
            posted_at = time_of(posted)
        except ValueError as error:
            posted_at = None
            notes.append(f"the time {posted!r} cannot be used: {error}")
        thread = setting.thread_id or thread_of(item, kind)
        return Record(
            platform=PLATFORM,
            kind=kind,
            native_id=item.id or "",
            payload=payload,
            position=self.text.position(start),
            parent_id=parent_of(item, kind, thread),
            thread_id=thread,
            text=text_of(item, kind),
            posted_at=posted_at,
            posted_text=None if posted is None else str(posted),
            poster=poster_of(item, kind),
            visibility=visibility_of(item, kind),
            permalink=item.permalink_url or item.link,
            count=count_of(item, kind),
            media=media_of(item),
            drift="; ".join(notes) if notes else None,
        )

    def nested(self, record: Record, members: dict[str, msgspec.Raw], start: int) -> None:
        for name in _NESTED.keys() & members.keys():
            offset = jsontext.offset_of(self.text.sound, start, members, name)
            edge = bytes(members[name])
            array = answers.data_of(edge)
            if array is None:
                self.inner(edge, offset)
                continue
            thread = record.native_id
            if _NESTED[name] is Kind.COMMENT and record.kind is Kind.COMMENT:
                thread = record.thread_id or thread  # replies belong to the post at the root
            setting = Setting(_NESTED[name], thread)
            first = self.text.sound.find(array, offset)
            for piece, position in jsontext.pieces(self.text.sound, array, first):
                before = len(self.records)
                self.item(piece, position, setting)
                if record.kind is Kind.COMMENT and len(self.records) > before:
                    self.records[before].parent_id = record.native_id

    def inner(self, sound: bytes, start: int) -> None:
        """An object nested in another one, where it has an identity of its own."""
        if sound[:1] == b"{" and "id" in jsontext.fields(sound):
            self.item(sound, start, NOWHERE)

    def exported(self, piece: export.Piece) -> None:
        payload = self.original(piece.sound, piece.start)
        thread = piece.thread_id if piece.kind is Kind.CONVERSATION else None
        name = thread or export.name_of(payload)
        self._names[piece.kind, name] += 1
        times = self._names[piece.kind, name]  # equal items of one file are told apart by a number
        native_id = name if times == 1 else f"{name}#{times}"
        self.records.append(export.record(piece, payload, self.text.position(piece.start), native_id))

    def original(self, sound: bytes, start: int) -> bytes:
        """The bytes as received of a piece of the sound text: the same length at the same place."""
        if self.text.body is self.text.sound or start < 0:
            return sound
        return self.text.body[start : start + len(sound)]

    def lose(self, sound: bytes, start: int, reason: str) -> None:
        self.unread.append(Unread(self.original(sound, start), reason, self.text.position(start)))


def _members(sound: bytes) -> dict[str, msgspec.Raw]:
    """The members of an object that holds others. The same name twice could hide them."""
    try:
        members = jsontext.fields(sound)
    except msgspec.DecodeError:
        raise Unreadable("A Facebook answer is an object or a list; this is a bare value.") from None
    if "data" in members and "data" in jsontext.repeated_names(sound, members):
        raise Unreadable("The answer has data more than once, and only one of them could be read.")
    return members
