"""The archive that an account's owner downloads from X, and objects of API 1.1.

The downloaded archive is the only way to own posts older than the newest 3,200. Each entry is one object
under one name: `{"tweet": {…}}`. It repeats no names of people, only their ids.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from paloverde.platforms import jsontext
from paloverde.platforms.x.classic import classic_message, classic_post, classic_user
from paloverde.platforms.x.items import NAME, Context, derived_id, moment, notes
from paloverde.platforms.x.wire import decode
from paloverde.records import NOBODY, Kind, Medium, Missing, Poster, Record, Unread, Visibility

# Lists under a name of their own: API 1.1 search, and account activity pushed by webhooks.
LISTS = ("statuses", "tweet_create_events", "direct_message_events")
_SAID = ("fullText", "text", "message", "bio", "query", "description")


class ExportedMessage(msgspec.Struct, gc=False):
    """A private message in an account archive, under X's own names."""

    id: str | None = None
    text: str | None = None
    createdAt: str | None = None  # noqa: N815
    senderId: str | None = None  # noqa: N815
    initiatingUserId: str | None = None  # noqa: N815
    mediaUrls: list[str] | None = None  # noqa: N815


def is_export(keys: dict[str, msgspec.Raw]) -> bool:
    """Whether an object of these names is of API 1.1 or an entry of an account archive."""
    if len(keys) == 1:
        return _opens_object(next(iter(keys.values())))
    if "full_text" in keys or "message_create" in keys or "screen_name" in keys:
        return True
    return "id_str" in keys and "text" in keys


def _opens_object(value: msgspec.Raw) -> bool:
    return bytes(memoryview(value)[:1]) == b"{"


def records(piece: bytes, position: int, keys: dict[str, msgspec.Raw]) -> list[Record | Unread]:
    """The records of one object of API 1.1 or one entry of an account archive."""
    if len(keys) == 1:
        name, inner = next(iter(keys.items()))
        return _ENTRIES.get(name, _of_kind(Kind.OTHER))(piece, position, bytes(inner))
    if "message_create" in keys:
        return [classic_message(piece, position, Context())]
    if "screen_name" in keys:
        return [classic_user(piece, position)]
    return [classic_post(piece, position, piece)]


def _wrapped_post(piece: bytes, position: int, inner: bytes) -> list[Record | Unread]:
    return [classic_post(piece, position, inner)]


def _dm_conversation(piece: bytes, position: int, inner: bytes) -> list[Record | Unread]:
    """Each message of a conversation is a record of its own; a conversation without any is one itself."""
    members = jsontext.fields(inner)
    head = msgspec.json.decode(inner)
    thread = str(head["conversationId"]) if head.get("conversationId") else None
    found: list[Record | Unread] = []
    start = 0
    for raw in jsontext.elements(members.get("messages", msgspec.Raw(b"[]"))):
        message = bytes(raw)
        start = jsontext.find(piece, message, start)
        found.append(_exported_message(message, position + start, thread))
        start += len(message)
    return found or [_entry(piece, position, inner, Kind.CONVERSATION, thread)]


def _exported_message(piece: bytes, position: int, thread: str | None) -> Record | Unread:
    """A message, or a notice that somebody joined, left or renamed the conversation."""
    inner = next((bytes(value) for value in jsontext.fields(piece).values() if _opens_object(value)), piece)
    message, drift = decode(ExportedMessage, inner)
    sender = message.senderId or message.initiatingUserId
    sent_at, odd_time = moment(message.createdAt)
    return Record(
        platform=NAME,
        kind=Kind.MESSAGE,
        native_id=message.id or derived_id(piece),
        payload=piece,
        position=position,
        parent_id=thread,
        thread_id=thread,
        text=message.text,
        posted_at=sent_at,
        posted_text=message.createdAt,
        poster=Poster(id=sender, missing=Missing.API_NOT_EXPOSED) if sender else NOBODY,
        visibility=Visibility.PRIVATE,
        media=tuple(Medium(url) for url in message.mediaUrls or ()),
        drift=notes(drift, odd_time),
    )


def _entry(piece: bytes, position: int, inner: bytes, kind: Kind, own: str | None = None) -> Record:
    """Any entry of an account archive, under its own id or its hash."""
    fields = msgspec.json.decode(inner)
    when = next(
        (fields[name] for name in ("createdAt", "created_at") if isinstance(fields.get(name), str)), None
    )
    native_id = own or str(fields.get("accountId") or fields.get("id") or "") or derived_id(piece)
    is_person = kind in (Kind.SUBSCRIBER, Kind.PROFILE)
    return Record(
        platform=NAME,
        kind=kind,
        native_id=native_id,
        payload=piece,
        position=position,
        text=next((fields[name] for name in _SAID if isinstance(fields.get(name), str)), None),
        posted_at=None if is_person else moment(when)[0],
        posted_text=None if is_person else when,
        poster=_exported_person(fields) if is_person else NOBODY,
        visibility=Visibility.PUBLIC if kind is Kind.PROFILE else Visibility.PRIVATE,
    )


def _exported_person(fields: dict[str, Any]) -> Poster:
    name, username = fields.get("accountDisplayName"), fields.get("username")
    own = fields.get("accountId")
    missing = None if name and username else Missing.API_NOT_EXPOSED
    return Poster(name, username, str(own) if own else None, missing)


def _of_kind(kind: Kind) -> Callable[[bytes, int, bytes], list[Record | Unread]]:
    return lambda piece, position, inner: [_entry(piece, position, inner, kind)]


# Entries of an account archive by the one name that each has; every other name is kept as something else.
_ENTRIES: dict[str, Callable[[bytes, int, bytes], list[Record | Unread]]] = {
    "tweet": _wrapped_post,
    "dmConversation": _dm_conversation,
    "follower": _of_kind(Kind.SUBSCRIBER),
    "account": _of_kind(Kind.PROFILE),
}
