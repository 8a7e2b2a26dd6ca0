"""Answers of the YouTube Data API v3 as records. Each keeps the exact bytes of its object and where they lie.

Every resource names its kind. A kind that is not known is kept as `OTHER`; an object is never rejected for
its form, and what did not fit is named in the record's `drift`.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from paloverde.errors import Unreadable
from paloverde.platforms import jsontext
from paloverde.platforms.jsontext import Text
from paloverde.platforms.youtube import items
from paloverde.platforms.youtube.wire import PageEnds, Resource, Snippet, decode
from paloverde.records import Kind, Reading, Record, Unread, Visibility

_THREAD = "youtube#commentThread"
_LISTS = ("items", "comments")
_TOKENS = frozenset(("access_token", "refresh_token"))

Members = Mapping[str, msgspec.Raw]


class Setting(msgspec.Struct, frozen=True, gc=False):
    """What the question tells about the answer: the video of replies, and who can see them."""

    video: str | None = None
    visibility: Visibility | None = None


NOWHERE = Setting()


class Thread(msgspec.Struct, frozen=True, gc=False):
    """A thread of a page: its first comment, its video, how many replies it has, and how many came along."""

    native_id: str
    video: str
    replies: int
    got: int


class Page(msgspec.Struct):
    """A list answer: its records, its resources in order, its threads, and the way to the next page."""

    reading: Reading
    resources: list[Resource] = []
    threads: list[Thread] = []
    next_token: str | None = None


def read(payload: bytes) -> Reading:
    """The records of any payload: a list answer, one resource, a list of them.

    Raises `Unreadable` where the payload is no whole JSON text, or one that could hide items. Error and token
    answers have no records, and `Reading.note` says so.
    """
    reader = _Reader(jsontext.open_text(payload), NOWHERE)
    sound = reader.text.sound
    try:
        reader.whole(sound.strip(), len(sound) - len(sound.lstrip()))
    except RecursionError:
        raise Unreadable("The answer is nested too deeply to be read.") from None
    return reader.page.reading


def read_page(payload: bytes, setting: Setting = NOWHERE) -> Page:
    """One list answer, whose question (`setting`) is known. Raises `Unreadable` where it is none."""
    reader = _Reader(jsontext.open_text(payload), setting)
    sound = reader.text.sound
    try:
        members = _members(sound)
        if bytes(members.get("items", b""))[:1] != b"[":
            raise Unreadable("A page of a listing has a list named items; this answer has none.")
        reader.listed(members, "items", len(sound) - len(sound.lstrip()))
        reader.page.next_token = msgspec.json.decode(sound, type=PageEnds).next_page_token or None
    except RecursionError:
        raise Unreadable("The page is nested too deeply to be read.") from None
    except msgspec.ValidationError as error:
        raise Unreadable(f"It cannot be told whether this page is the last: {error}.") from None
    return reader.page


class _Reader:
    """Walks one text and collects records and unread pieces, each with its offset."""

    def __init__(self, text: Text, setting: Setting) -> None:
        self.text = text
        self.setting = setting
        self.page = Page(Reading([]))
        self.records = self.page.reading.records
        self.unread = self.page.reading.unread

    def whole(self, sound: bytes, start: int) -> None:
        """A payload, or one element of a list of payloads."""
        if sound[:1] == b"[":
            if not self._each(sound, start):
                self.page.reading.note = "the list is empty"
            return
        members = _members(sound)
        name = next((one for one in _LISTS if bytes(members.get(one, b""))[:1] == b"["), None)
        if note := _nothing_to_keep(members):
            self.page.reading.note = note
        elif name is not None:
            self.listed(members, name, start)
        else:
            self.resource(sound, members, start)

    def listed(self, members: dict[str, msgspec.Raw], name: str, start: int) -> None:
        offset = jsontext.offset_of(self.text.sound, start, members, name)
        if not self._each(bytes(members[name]), offset):
            self.page.reading.note = "the page is empty"

    def _each(self, array: bytes, start: int) -> int:
        count = 0
        for piece, offset in jsontext.pieces(self.text.sound, array, start):
            count += 1
            if piece[:1] == b"{":
                self.resource(piece, jsontext.fields(piece), offset)
            else:
                self.lose(piece, offset, "it is a bare value, not an object")
        return count

    def resource(self, sound: bytes, members: dict[str, msgspec.Raw], start: int) -> None:
        """One resource, or what stands where one should: its record, or those of its thread."""
        if bytes(members.get("kind", b"")) == b'"youtube#commentThread"':
            self.thread(members, sound, start)
            return
        resource, notes = decode(Resource, sound)
        self.page.resources.append(resource)
        self.records.append(self.record(resource, members, sound, start, notes))

    def record(
        self, resource: Resource, members: dict[str, msgspec.Raw], sound: bytes, start: int, notes: list[str]
    ) -> Record:
        if repeated := jsontext.repeated_names(sound, members):
            notes.append(f"it has {', '.join(repeated)} more than once; the last is shown")
        payload = self.text.original(sound, start)
        if payload != sound:
            notes.extend(self.text.notes)
        record = Record(
            platform=items.PLATFORM,
            kind=Kind.OTHER,
            native_id=items.id_of(resource) or items.derived_id(payload),
            payload=payload,
            position=self.text.position(start),
        )
        _bare(resource, sound)
        items.fill(record, resource, notes)
        self._place(record)
        record.drift = "; ".join(notes) or None
        return record

    def _place(self, record: Record) -> None:
        """What the question tells of a comment that does not say it itself."""
        if record.kind is not Kind.COMMENT:
            return
        if record.visibility is Visibility.UNKNOWN and self.setting.visibility is not None:
            record.visibility = self.setting.visibility
        if record.thread_id is None and self.setting.video:
            record.thread_id = self.setting.video
            record.permalink = f"{items.WATCH}{self.setting.video}&lc={record.native_id}"

    def thread(self, members: dict[str, msgspec.Raw], sound: bytes, start: int) -> None:
        """A thread: its first comment, then the replies that came along. The thread itself is no item."""
        snippet = _object(members.get("snippet"))
        told, notes = decode(Snippet, members.get("snippet", b"{}"))
        top = bytes(snippet.get("topLevelComment", b""))
        if top[:1] != b"{":
            self.lose(sound, start, "it is a thread without its first comment")
            return
        offset = jsontext.offset_of(self.text.sound, start, members, "snippet")
        offset = jsontext.offset_of(self.text.sound, offset, snippet, "topLevelComment")
        before, self.setting = self.setting, self._inside(told)
        first = self.comment(top, offset)
        first.count = told.total_reply_count
        if notes:
            first.drift = "; ".join([*notes, *([first.drift] if first.drift else [])])
        replies = self.replies(members, start)
        self.setting = before
        video = told.video_id or first.thread_id or ""
        self.page.threads.append(Thread(first.native_id, video, told.total_reply_count or 0, replies))

    def _inside(self, told: Snippet) -> Setting:
        """Comments of a thread say less than the thread does."""
        public = Visibility.PUBLIC if told.is_public else None
        return Setting(told.video_id or self.setting.video, self.setting.visibility or public)

    def replies(self, members: dict[str, msgspec.Raw], start: int) -> int:
        holder = _object(members.get("replies"))
        array = bytes(holder.get("comments", b""))
        if array[:1] != b"[":
            return 0
        offset = jsontext.offset_of(self.text.sound, start, members, "replies")
        offset = jsontext.offset_of(self.text.sound, offset, holder, "comments")
        before = len(self.records)
        for piece, position in jsontext.pieces(self.text.sound, array, offset):
            if piece[:1] == b"{":
                self.comment(piece, position)
            else:
                self.lose(piece, position, "it is a bare value, not a reply")
        return len(self.records) - before

    def comment(self, sound: bytes, start: int) -> Record:
        resource, notes = decode(Resource, sound)
        resource.kind = resource.kind or "youtube#comment"
        record = self.record(resource, jsontext.fields(sound), sound, start, notes)
        self.records.append(record)
        return record

    def lose(self, sound: bytes, start: int, reason: str) -> None:
        self.unread.append(Unread(self.text.original(sound, start), reason, self.text.position(start)))


def _bare(resource: Resource, sound: bytes) -> None:
    """A snippet that stands alone, as some recordings keep it: its members are those of the object itself."""
    if resource.kind is None and resource.snippet is None:
        resource.snippet = decode(Snippet, sound)[0]


def _object(value: msgspec.Raw | None) -> dict[str, msgspec.Raw]:
    """The members of an object; none of what is no object or is not there."""
    if value is None or bytes(memoryview(value)[:1]) != b"{":
        return {}
    return jsontext.fields(bytes(value))


def _members(sound: bytes) -> dict[str, msgspec.Raw]:
    """The members of an object that holds others. The same name twice could hide them."""
    try:
        members = jsontext.fields(sound)
    except msgspec.DecodeError:
        raise Unreadable("A YouTube answer is an object or a list; this is a bare value.") from None
    lists = set(_LISTS)
    if not lists.isdisjoint(members) and not lists.isdisjoint(jsontext.repeated_names(sound, members)):
        raise Unreadable("The answer has its list more than once, and only one of them could be read.")
    return members


def _nothing_to_keep(members: Members) -> str:
    """Why an answer holds nothing to keep, "" where it may hold something."""
    if not members:
        return "the object is empty"
    if "error" in members and "items" not in members:
        error = _object(members["error"])
        said = error.get("message") or members.get("error_description") or members["error"]
        return f"this is an error answer of the site: {bytes(said).decode(errors='replace')[:300]}"
    if not _TOKENS.isdisjoint(members) and "kind" not in members:
        return "this is the answer to a sign-in, which holds a token and no item"
    return ""
