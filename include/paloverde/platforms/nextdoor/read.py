"""Payloads of Nextdoor as records: the account's own posts, the public agency feed, profiles, single objects.

Posts carry their comments and reactions inside; each becomes a record of its own with its exact bytes.
Comments come flat with the id of their parent in the one feed, and nested in the other.
"""

from __future__ import annotations

import msgspec

from paloverde.errors import Unreadable
from paloverde.platforms import jsontext
from paloverde.platforms.jsontext import Text
from paloverde.platforms.nextdoor.items import Members, Told, kind_of, record_of
from paloverde.records import Kind, Reading, Record, Unread

_TOKENS = frozenset(("access_token", "refresh_token", "id_token"))


class Feed(msgspec.Struct):
    """An answer with posts: what it holds, and the site's own count of the posts."""

    reading: Reading
    declared: int | None = None


def read(payload: bytes) -> Reading:
    """The records of any payload of Nextdoor. Raises `Unreadable` where it is no whole JSON text."""
    reader = _Reader(jsontext.open_text(payload))
    try:
        reader.whole()
    except RecursionError:
        raise Unreadable("The answer is nested too deeply to be read.") from None
    return Reading(reader.records, reader.unread, reader.note)


def read_feed(payload: bytes) -> Feed:
    """An answer that must be a list of posts. Raises `Unreadable` where it is none."""
    text = jsontext.open_text(payload)
    members = _members(text.sound)
    if bytes(members.get("posts", b""))[:1] != b"[":
        raise Unreadable("An answer with posts has a list named posts; this one has none.")
    reading = read(payload)
    return Feed(reading, Told(members).number("posts_length"))


class _Reader:
    """Walks one text and collects records and unread pieces, each with its offset."""

    def __init__(self, text: Text) -> None:
        self.text = text
        self.records: list[Record] = []
        self.unread: list[Unread] = []
        self.note = ""

    def whole(self) -> None:
        sound = self.text.sound
        start = len(sound) - len(sound.lstrip())
        if sound[start : start + 1] == b"[":
            self._each(sound.strip(), start)
            self.note = "" if self.records or self.unread else "the list is empty"
            return
        members = _members(sound)
        for name in ("posts", "profile_list", "comments"):
            array = bytes(members.get(name, b""))
            if array[:1] == b"[" and "id" not in members:
                self._each(array, jsontext.offset_of(sound, start, members, name))
                self.note = "" if self.records or self.unread else f"the list of {name} is empty"
                return
        if note := _nothing(members):
            self.note = note
        else:
            self._item(sound.strip(), start)

    def _each(self, array: bytes, start: int, post: str | None = None, parent: str | None = None) -> None:
        for piece, position in jsontext.pieces(self.text.sound, array, start):
            self._item(piece, position, post, parent)

    def _item(self, piece: bytes, start: int, post: str | None = None, parent: str | None = None) -> None:
        """One object: its record, then those of what it carries inside."""
        try:
            members = jsontext.fields(piece)
        except msgspec.DecodeError:
            self._lose(piece, start, "it is not an object")
            return
        kind = Kind.COMMENT if post and "body" in members else kind_of(members)
        payload = self.text.original(piece, start)
        record = record_of(kind, payload, members, post, parent)
        if record is None:
            self._lose(piece, start, "it has no id")
            return
        record.position = self.text.position(start)
        notes = list(self.text.notes) if payload != piece else []
        if repeated := jsontext.repeated_names(piece, members):
            notes.append(f"it has {', '.join(repeated)} more than once; the last is shown")
        record.drift = "; ".join([*([record.drift] if record.drift else []), *notes]) or None
        self.records.append(record)
        if kind in (Kind.POST, Kind.COMMENT):
            self._inside(record, members, start)

    def _inside(self, record: Record, members: Members, start: int) -> None:
        is_post = record.kind is Kind.POST
        post = record.native_id if is_post else record.thread_id
        parent = None if is_post else record.native_id
        for name in ("comments", "reactions"):
            array = bytes(members.get(name, b""))
            if array[:1] == b"[":
                self._each(
                    array, jsontext.offset_of(self.text.sound, start, members, name), post or "", parent
                )

    def _lose(self, piece: bytes, start: int, reason: str) -> None:
        self.unread.append(Unread(self.text.original(piece, start), reason, self.text.position(start)))


def _members(sound: bytes) -> Members:
    try:
        members = jsontext.fields(sound)
    except msgspec.DecodeError:
        raise Unreadable("A Nextdoor answer is an object or a list; this is a bare value.") from None
    if "posts" in members and "posts" in jsontext.repeated_names(sound.strip(), members):
        raise Unreadable("The answer has posts more than once, and only one of them could be read.")
    return members


def _nothing(members: Members) -> str:
    """Why an answer holds nothing to keep, "" where it may hold something."""
    if not members:
        return "the object is empty"
    if not _TOKENS.isdisjoint(members):
        return "this is the answer to a sign-in, which holds a token and no item"
    if "error" in members and "id" not in members:
        told = Told(members)
        said = told.text("error_description") or told.text("error") or "no reason given"
        return f"this is an error answer of the site: {said}"
    return ""
