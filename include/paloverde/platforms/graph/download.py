"""Files of "download your information", as Facebook and Instagram write them.

Their items have no ids. Each is named by the hash of its own bytes, so that the same item in a later
download has the same name. Their text is UTF-8 whose bytes were written as if they were Latin-1
characters: it is repaired in what is shown, and the bytes are kept as they came.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

import msgspec

from paloverde.platforms import jsontext
from paloverde.records import Kind

_TIMES = ("timestamp_ms", "timestamp", "create_timestamp", "creation_timestamp", "added_timestamp")


class Piece(msgspec.Struct):
    """One item of a download, its offset in the text (-1: put together), and the conversation it is in."""

    kind: Kind
    sound: bytes
    start: int
    thread_id: str | None = None


def conversation(body: bytes, members: dict[str, msgspec.Raw], start: int) -> Iterator[Piece]:
    """A thread: itself without its messages, then each message."""
    described = {name: value for name, value in members.items() if name != "messages"}
    thread = msgspec.json.encode(described)
    identity = text(decoded(thread).get("thread_path")) or name_of(thread)
    yield Piece(Kind.CONVERSATION, thread, -1, identity)
    offset = jsontext.offset_of(body, start, members, "messages")
    for piece, position in jsontext.pieces(body, bytes(members["messages"]), offset):
        yield Piece(Kind.MESSAGE, piece, position, identity)


def is_conversation(members: dict[str, msgspec.Raw]) -> bool:
    return "participants" in members and bytes(members.get("messages", b""))[:1] == b"["


def split(
    body: bytes,
    sound: bytes,
    members: dict[str, msgspec.Raw],
    start: int,
    category: Callable[[bytes, str, bytes, int], Iterator[Piece]],
) -> Iterator[Piece]:
    """The items of a category file, in order. What is no list of objects is one item as it stands.

    `category` gives those of one category: from the text, its name, its value, and where that begins.
    """
    if is_conversation(members):
        yield from conversation(body, members, start)
        return
    if not any(bytes(value)[:1] in b"{[" for value in members.values()):
        yield Piece(Kind.OTHER, sound, start)  # plain members only: one item as it stands
        return
    for name, value in members.items():
        yield from category(body, name, bytes(value), jsontext.offset_of(body, start, members, name))


def each(body: bytes, kind: Kind, value: bytes, start: int) -> Iterator[Piece]:
    """Every object of a list; anything else is one item as it stands."""
    if value[:1] == b"[" and all(bytes(one)[:1] == b"{" for one in jsontext.elements(value)):
        for piece, offset in jsontext.pieces(body, value, start):
            yield Piece(kind, piece, offset)
    else:
        yield Piece(kind, value, start)


def kind_by_name(categories: Iterable[tuple[str, Kind]], name: str) -> Kind:
    """What the name of a category says about its items: the first row with which it begins."""
    return next((kind for prefix, kind in categories if name.startswith(prefix)), Kind.OTHER)


def is_list_of_objects(value: bytes) -> bool:
    return value[:1] == b"[" and value[1:].lstrip()[:1] == b"{"


def name_of(payload: bytes) -> str:
    """The name of an item without one: of its own bytes."""
    return "dyi-" + hashlib.sha256(payload).hexdigest()[:32]


def decoded(sound: bytes) -> dict[str, Any]:
    """The members of an item; none where it is no object or holds a number that no machine can."""
    try:
        return msgspec.json.decode(sound, type=dict[str, Any])
    except msgspec.DecodeError:
        return {}


def repaired(words: str) -> str:
    """UTF-8 that was written as Latin-1 characters, put right; any other text as it is."""
    try:
        return words.encode("latin-1").decode()
    except UnicodeError:
        return words


def text(value: Any) -> str | None:
    return repaired(value) if isinstance(value, str) and value else None


def objects(value: Any) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def moment(value: float | None) -> datetime | None:
    """Seconds or milliseconds since 1970 as a time; None where no such time can be."""
    if value is None:
        return None
    try:
        return datetime.fromtimestamp(value / 1000 if value > 10**11 else value, UTC)
    except (OverflowError, OSError, ValueError):
        return None


def time_value(members: dict[str, Any]) -> int | float | None:
    """The number by which an item says when it was made."""
    for source in (members, *objects(members.get("string_list_data"))):
        for name in _TIMES:
            value = source.get(name)
            if isinstance(value, int | float) and not isinstance(value, bool) and value > 0:
                return value
    return None


def uris(value: Any) -> Iterator[str]:
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
