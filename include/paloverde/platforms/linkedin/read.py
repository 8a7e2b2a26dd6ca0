"""Payloads of LinkedIn as records. Each keeps the exact bytes of its object and where they lie.

An object is never rejected for its form: a member of the wrong type is set aside and named in the record's
`drift`; what has no identity at all becomes `Unread`.
"""

from __future__ import annotations

import msgspec

from paloverde.errors import Unreadable
from paloverde.platforms import jsontext
from paloverde.platforms.linkedin.content import NOWHERE, Setting, derived_id, notes
from paloverde.platforms.linkedin.items import (
    NAME,
    Piece,
    comment_record,
    legacy_post_record,
    notification_record,
    page_record,
    post_record,
    reaction_record,
)
from paloverde.platforms.linkedin.wire import Paging, Trouble, decode
from paloverde.records import Kind, Missing, Poster, Reading, Record, Unread, Visibility

_COUNT = msgspec.json.Decoder(int)
_TEXT = msgspec.json.Decoder(str)


class Page(msgspec.Struct):
    """An answer as a listing: what it holds and how to go on."""

    reading: Reading
    paging: Paging


def read(payload: bytes, setting: Setting = NOWHERE) -> Reading:
    """The records of any payload: a page, one object, a list, a batch, a webhook.

    Raises `Unreadable` where the payload is no whole JSON text. Answers that hold nothing to keep have no
    records, and `Reading.note` says so.
    """
    reader = _Reader(jsontext.open_text(payload), setting)
    sound = reader.text.sound
    try:
        reader.whole(sound.strip(), len(sound) - len(sound.lstrip()))
    except RecursionError:
        raise Unreadable("The answer is nested too deeply to be read.") from None
    return Reading(reader.records, reader.unread, reader.note)


def read_page(payload: bytes, setting: Setting = NOWHERE) -> Page:
    """One page of a listing. Raises `Unreadable` where it is none."""
    reader = _Reader(jsontext.open_text(payload), setting)
    sound = reader.text.sound
    members = _members(sound)
    if bytes(members.get("elements", b""))[:1] != b"[":
        raise Unreadable("A page of a listing has a list named elements; this answer has none.")
    try:
        reader.listed("elements", members, len(sound) - len(sound.lstrip()))
        paging, drift = decode(Paging, bytes(members.get("paging", b"{}")))
    except RecursionError:
        raise Unreadable("The page is nested too deeply to be read.") from None
    except msgspec.DecodeError as error:
        raise Unreadable(f"It cannot be told whether this page is the last: {error}.") from None
    if drift:
        raise Unreadable(f"It cannot be told whether this page is the last: {drift}.")
    return Page(Reading(reader.records, reader.unread), paging)


class _Reader:
    """Walks one text and collects records and unread pieces, each with its offset."""

    def __init__(self, text: jsontext.Text, setting: Setting) -> None:
        self.text = text
        self.setting = setting
        self.records: list[Record] = []
        self.unread: list[Unread] = []
        self.note = ""

    def whole(self, sound: bytes, start: int) -> None:
        """A payload, or one element of a list of payloads."""
        if sound[:1] == b"[":
            self.several(sound, start)
            return
        members = _members(sound)
        if note := _nothing_to_keep(sound, members):
            self.note = note
        elif name := next((name for name in ("elements", "notifications") if _is_list(members, name)), ""):
            self.listed(name, members, start)
        elif bytes(members.get("results", b""))[:1] == b"{":
            self.batch(members, start)
        else:
            self.item(sound, start)

    def several(self, sound: bytes, start: int) -> None:
        count = 0
        for piece, offset in jsontext.pieces(self.text.sound, sound, start):
            count += 1
            if piece[:1] in (b"{", b"["):
                self.whole(piece, offset)
            else:
                self.lose(piece, offset, "it is a bare value, not an object")
        if not count:
            self.note = "the list is empty"

    def listed(self, name: str, members: dict[str, msgspec.Raw], start: int) -> None:
        """A page, or the notifications of a webhook: every element is an item."""
        offset = jsontext.offset_of(self.text.sound, start, members, name)
        count = 0
        for piece, position in jsontext.pieces(self.text.sound, bytes(members[name]), offset):
            count += 1
            self.item(piece, position)
        if not count:
            self.note = "the page is empty"

    def batch(self, members: dict[str, msgspec.Raw], start: int) -> None:
        """An answer to BATCH_GET: each key with its object."""
        offset = jsontext.offset_of(self.text.sound, start, members, "results")
        inner = jsontext.fields(bytes(members["results"]))
        for name, value in inner.items():
            self.item(bytes(value), jsontext.offset_of(self.text.sound, offset, inner, name))
        if not inner:
            self.note = "the batch is empty"

    def item(self, sound: bytes, start: int) -> None:
        if sound == b"null":
            self.lose(sound, start, "the site lists an item and gives null in its place")
            return
        try:
            members = jsontext.fields(sound)
        except msgspec.DecodeError:
            self.lose(sound, start, "it is not an object")
            return
        piece = Piece(sound, self.text.original(sound, start), self.text.position(start))
        record = self.record(piece, members)
        if record is None:
            self.lose(sound, start, "it has no id")
            return
        mended = self.text.notes if piece.payload != sound else ()
        repeated = jsontext.repeated_names(sound, members)
        if repeated:
            twice = f"it has {', '.join(repeated)} more than once; the last is shown"
            record.drift = notes(record.drift, twice)
        record.drift = notes(record.drift, *mended)
        self.records.append(record)

    def record(self, piece: Piece, members: dict[str, msgspec.Raw]) -> Record | None:
        """By the members that only one kind of object has."""
        if "specificContent" in members:
            return legacy_post_record(piece, self.setting)
        if "commentary" in members or ("lifecycleState" in members and "author" in members):
            return post_record(piece, self.setting)
        if "notificationId" in members:
            return notification_record(piece)
        if "reactionType" in members or _starts(members, "$URN", "urn:li:like:"):
            return reaction_record(piece, self.setting)
        if "message" in members and ("actor" in members or "object" in members):
            return comment_record(piece, self.setting)
        if "localizedName" in members or "vanityName" in members:
            return page_record(piece)
        if "firstDegreeSize" in members:
            return self.count(piece, members)
        return other_record(piece, members)

    def count(self, piece: Piece, members: dict[str, msgspec.Raw]) -> Record:
        """The number of followers. The answer does not say whose; the question did."""
        drift = None
        try:
            count = _COUNT.decode(members["firstDegreeSize"])
        except msgspec.DecodeError as error:
            count, drift = None, f"firstDegreeSize was set aside ({error})"
        page = self.setting.page
        return Record(
            platform=NAME,
            kind=Kind.SUBSCRIBER_COUNT,
            native_id=page or derived_id(piece.payload),
            payload=piece.payload,
            position=piece.position,
            poster=Poster(id=page, missing=Missing.API_NOT_EXPOSED),
            visibility=Visibility.PUBLIC,
            count=count,
            drift=drift,
        )

    def lose(self, sound: bytes, start: int, reason: str) -> None:
        self.unread.append(Unread(self.text.original(sound, start), reason, self.text.position(start)))


def other_record(piece: Piece, members: dict[str, msgspec.Raw]) -> Record:
    """Something that LinkedIn sends and that is none of the known kinds: kept under its id, or its hash."""
    own = bytes(members.get("id", b"") or members.get("$URN", b""))
    native_id = own.decode() if own.lstrip(b"-").isdigit() else _text(own)
    return Record(
        platform=NAME,
        kind=Kind.OTHER,
        native_id=native_id or derived_id(piece.payload),
        payload=piece.payload,
        position=piece.position,
        visibility=Visibility.UNKNOWN,
    )


def _members(sound: bytes) -> dict[str, msgspec.Raw]:
    """The members of an object that holds others. The same name twice could hide them."""
    try:
        members = jsontext.fields(sound)
    except msgspec.DecodeError:
        raise Unreadable("An answer of LinkedIn is an object or a list; this is a bare value.") from None
    if "elements" in members and "elements" in jsontext.repeated_names(sound, members):
        raise Unreadable("The answer has elements more than once, and only one of them could be read.")
    return members


def _nothing_to_keep(sound: bytes, members: dict[str, msgspec.Raw]) -> str:
    """Why an answer holds nothing to keep, "" where it may hold something."""
    if not members:
        return "the object is empty"
    if "access_token" in members and "id" not in members:
        return "this is the answer to a sign-in, which holds a token and no item"
    if all(name.endswith(".csv") or bytes(value)[:1] == b'"' for name, value in members.items()) and any(
        name.endswith(".csv") for name in members
    ):
        return "this names the columns of LinkedIn's download and holds no items; import the download itself"
    if "status" in members and ("message" in members or "code" in members) and "actor" not in members:
        trouble = decode(Trouble, sound)[0]
        said = " ".join(str(part) for part in (trouble.status, trouble.code, trouble.message) if part)
        return f"this is an error answer of the site ({said})"
    return ""


def _is_list(members: dict[str, msgspec.Raw], name: str) -> bool:
    return bytes(members.get(name, b""))[:1] == b"["


def _starts(members: dict[str, msgspec.Raw], name: str, words: str) -> bool:
    return (_text(bytes(members.get(name, b""))) or "").startswith(words)


def _text(raw: bytes) -> str | None:
    try:
        return _TEXT.decode(raw) or None
    except msgspec.DecodeError:
        return None
