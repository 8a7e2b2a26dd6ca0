"""Files of "download your information": posts, comments, messages, profile, and everything else.

These items have no ids. Each is named by the hash of its own bytes, so that the same item in a later
download has the same name. Their text is UTF-8 whose bytes were written as if they were Latin-1
characters: it is repaired in what is shown, and the bytes are kept as they came.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import msgspec

from paloverde.platforms import jsontext
from paloverde.records import Kind, Medium, Missing, Poster, Record, Visibility

_Members = dict[str, msgspec.Raw]
_ITEM = frozenset({"timestamp", "timestamp_ms", "start_timestamp", "string_map_data", "string_list_data"})

# What the name of a category says about its items. The site appends versions ("comments_v2").
_CATEGORIES: tuple[tuple[str, Kind], ...] = (
    ("group_posts", Kind.POST),
    ("comments", Kind.COMMENT),
    ("group_comments", Kind.COMMENT),
    ("profile", Kind.PROFILE),
    ("your_events", Kind.EVENT),
    ("events_", Kind.EVENT),
    ("other_photos", Kind.POST),
    ("videos", Kind.POST),
)


class Piece(msgspec.Struct):
    """One item of an export, its offset in the text (-1: put together), and the conversation it is in."""

    kind: Kind
    sound: bytes
    start: int
    thread_id: str | None = None


def is_item(members: _Members) -> bool:
    """Whether an object without an id is an item of an export and not a page or a category."""
    return not _ITEM.isdisjoint(members)


def kind_of_item(members: _Members) -> Kind:
    """What an item outside of any category is: `your_posts_1.json` is a bare list of posts."""
    if "start_timestamp" in members:
        return Kind.EVENT
    if "sender_name" in members:
        return Kind.MESSAGE
    if "timestamp" in members and not {"data", "attachments"}.isdisjoint(members):
        return Kind.POST
    return Kind.OTHER


def split(body: bytes, sound: bytes, members: _Members, start: int) -> Iterator[Piece]:
    """The items of a category file, in order. What is no list of objects is one item as it stands."""
    if "participants" in members and bytes(members.get("messages", b""))[:1] == b"[":
        yield from _conversation(body, members, start)
        return
    if not any(bytes(value)[:1] in b"{[" for value in members.values()):
        yield Piece(Kind.OTHER, sound, start)  # plain members only: one item as it stands
        return
    for name, value in members.items():
        yield from _category(body, name, bytes(value), jsontext.offset_of(body, start, members, name))


def _category(body: bytes, name: str, value: bytes, start: int) -> Iterator[Piece]:
    kind = next((kind for prefix, kind in _CATEGORIES if name.startswith(prefix)), Kind.OTHER)
    if value[:1] == b"{" and kind is not Kind.PROFILE and _is_group(value):
        inner = jsontext.fields(value)
        for below, deeper in inner.items():
            yield from _category(body, below, bytes(deeper), jsontext.offset_of(body, start, inner, below))
    elif value[:1] == b"[" and all(bytes(one)[:1] == b"{" for one in jsontext.elements(value)):
        for piece, offset in jsontext.pieces(body, value, start):
            yield Piece(kind, piece, offset)
    else:
        yield Piece(kind, value, start)


def _is_group(value: bytes) -> bool:
    """`event_responses_v2` holds lists of events by answer; a profile holds plain members."""
    inner = jsontext.fields(value).values()
    return bool(inner) and all(bytes(one)[:2] == b"[{" or _list_of_objects(bytes(one)) for one in inner)


def _list_of_objects(value: bytes) -> bool:
    return value[:1] == b"[" and value[1:].lstrip()[:1] == b"{"


def _conversation(body: bytes, members: _Members, start: int) -> Iterator[Piece]:
    """A thread: itself without its messages, then each message."""
    described = {name: value for name, value in members.items() if name != "messages"}
    thread = msgspec.json.encode(described)
    identity = _text(_decoded(thread).get("thread_path")) or name_of(thread)
    yield Piece(Kind.CONVERSATION, thread, -1, identity)
    offset = jsontext.offset_of(body, start, members, "messages")
    for piece, position in jsontext.pieces(body, bytes(members["messages"]), offset):
        yield Piece(Kind.MESSAGE, piece, position, identity)


def record(piece: Piece, payload: bytes, position: int, native_id: str) -> Record:
    """The record of an item, under the name that the caller gives it."""
    members = _decoded(piece.sound)
    posted = _posted(members)
    private = piece.kind in (Kind.MESSAGE, Kind.CONVERSATION)
    return Record(
        platform="facebook",
        kind=piece.kind,
        native_id=native_id,
        payload=payload,
        position=position,
        parent_id=piece.thread_id if piece.kind is Kind.MESSAGE else None,
        thread_id=piece.thread_id if piece.kind is Kind.MESSAGE else None,
        text=_words(members, piece.kind),
        posted_at=posted,
        posted_text=_posted_text(members),
        poster=_poster(members),
        visibility=Visibility.PRIVATE if private else Visibility.UNKNOWN,
        media=tuple(Medium(uri, "file") for uri in dict.fromkeys(_uris(members))),
    )


def name_of(payload: bytes) -> str:
    """The name of an item without one: of its own bytes."""
    return "dyi-" + hashlib.sha256(payload).hexdigest()[:32]


def _decoded(sound: bytes) -> dict[str, Any]:
    """The members of an item; none where it is no object or holds a number that no machine can."""
    try:
        return msgspec.json.decode(sound, type=dict[str, Any])
    except msgspec.DecodeError:
        return {}


def repaired(text: str) -> str:
    """UTF-8 that was written as Latin-1 characters, put right; any other text as it is."""
    try:
        return text.encode("latin-1").decode()
    except UnicodeError:
        return text


def _text(value: Any) -> str | None:
    return repaired(value) if isinstance(value, str) and value else None


def _words(members: dict[str, Any], kind: Kind) -> str | None:
    """What was written: of a post its text, of a comment its text, else its title or name."""
    if kind is Kind.MESSAGE:
        return _text(members.get("content"))
    for one in _objects(members.get("data")):
        comment = one.get("comment")
        inner = comment.get("comment") if isinstance(comment, dict) else one.get("post")
        if found := _text(inner):
            return found
    for one in _objects(members.get("string_list_data")):
        if found := _text(one.get("value")):
            return found
    parts = [_text(members.get(name)) for name in ("title", "name", "description")]
    return "\n".join(part for part in parts if part) or None


def _objects(value: Any) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _poster(members: dict[str, Any]) -> Poster:
    name = _text(members.get("sender_name"))
    for one in _objects(members.get("data")):
        for inner in (one.get("comment"), one.get("reaction")):
            if isinstance(inner, dict):
                name = name or _text(inner.get("author")) or _text(inner.get("actor"))
    full = members.get("name")
    if isinstance(full, dict):
        name = name or _text(full.get("full_name"))
    return Poster(name, _text(members.get("username")), None, Missing.API_NOT_EXPOSED)


def _posted(members: dict[str, Any]) -> datetime | None:
    value = _time_value(members)
    if value is None:
        return None
    try:
        return datetime.fromtimestamp(value / 1000 if "timestamp_ms" in members else value, UTC)
    except (OverflowError, OSError, ValueError):
        return None


def _posted_text(members: dict[str, Any]) -> str | None:
    value = _time_value(members)
    return None if value is None else str(value)


def _time_value(members: dict[str, Any]) -> int | float | None:
    sources = [members, *_objects(members.get("string_list_data"))]
    for source in sources:
        for name in (
            "timestamp_ms",
            "timestamp",
            "create_timestamp",
            "creation_timestamp",
            "added_timestamp",
        ):
            value = source.get(name)
            if isinstance(value, int | float) and value > 0:
                return value
    return None


def _uris(value: Any) -> Iterator[str]:
    """Every file that an item names, at any depth: paths inside the download."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            uri = one.get("uri")
            if isinstance(uri, str) and uri and "://" not in uri:
                yield uri
            waiting += reversed(one.values())
        elif isinstance(one, list):
            waiting += reversed(one)
