"""Events that X pushes (X Activity API): `{"data": {"event_type": …, "payload": …, "includes": …}}`.

An event is kept whole as the payload of its record. Only private messages are cut out one by one,
since one event may bring several.
"""

from __future__ import annotations

from typing import Any

import msgspec

from paloverde.platforms import jsontext
from paloverde.platforms.x.classic import classic_message
from paloverde.platforms.x.items import (
    NAME,
    Context,
    context_of,
    derived_id,
    milliseconds,
    moment,
    notes,
    post_record,
    poster_by_id,
    poster_of,
)
from paloverde.platforms.x.wire import User, decode, included, members
from paloverde.records import NOBODY, Kind, Poster, Record, Unread, Visibility

ENCRYPTED = "the message is end-to-end encrypted, so its text cannot be read here"
_SHOWN = ("message", "text", "title", "summary", "after")  # where an event says something in words


class Event(msgspec.Struct):
    """The envelope of every event."""

    event_type: str | None = None
    event_uuid: str | None = None
    payload: msgspec.Raw = msgspec.Raw(b"{}")
    includes: msgspec.Raw = msgspec.Raw(b"{}")


def records(piece: bytes, position: int) -> list[Record | Unread]:
    """What one event says: a post, private messages, a line of chat, or a notice kept as it is."""
    event, drift = decode(Event, piece)
    payload = bytes(event.payload)
    if payload[:1] != b"{":
        return [Unread(piece, "an event whose payload is no JSON object", position)]
    fields: dict[str, Any] = msgspec.json.decode(payload)
    if "direct_message_events" in fields:
        return _messages(piece, position, payload)
    if "text" in fields and "id" in fields:
        return [_post(event, piece, position, payload)]
    if "encoded_event" in fields:
        return [_encrypted(piece, position, fields, drift)]
    return [_notice(event, piece, position, fields, drift)]


def _post(event: Event, piece: bytes, position: int, payload: bytes) -> Record | Unread:
    record = post_record(payload, position, context_of(included(event.includes)))
    if isinstance(record, Record):
        record.payload = piece
    return record


def _messages(piece: bytes, position: int, payload: bytes) -> list[Record | Unread]:
    given = members(payload)
    posters: dict[str, Poster] = {}
    for user_id, wrapped in members(given.get("users")).items():
        posters[user_id] = poster_of(decode(User, members(wrapped).get("data", wrapped))[0])
    start = 0
    found: list[Record | Unread] = []
    for raw in jsontext.elements(bytes(given["direct_message_events"])):
        message = bytes(raw)
        start = jsontext.find(piece, message, start)
        found.append(classic_message(message, position + start, Context(posters=posters)))
        start += len(message)
    return found


def _encrypted(piece: bytes, position: int, fields: dict[str, Any], drift: str | None) -> Record | Unread:
    if not fields.get("id"):
        return Unread(piece, "an encrypted message without an id", position)
    sent = str(fields.get("created_at_msec") or fields.get("created_at") or "")
    sender, conversation = fields.get("sender_id"), fields.get("conversation_id")
    return Record(
        platform=NAME,
        kind=Kind.MESSAGE,
        native_id=str(fields["id"]),
        payload=piece,
        position=position,
        parent_id=str(conversation) if conversation else None,
        thread_id=str(conversation) if conversation else None,
        posted_at=milliseconds(sent) if sent.isdigit() else moment(sent)[0],
        posted_text=sent or None,
        poster=poster_by_id(str(sender) if sender else None, Context()),
        visibility=Visibility.PRIVATE,
        drift=notes(drift, ENCRYPTED),
    )


def _notice(event: Event, piece: bytes, position: int, fields: dict[str, Any], drift: str | None) -> Record:
    """Follows, likes, deletions, changed profiles, broadcasts; a line of broadcast chat is a comment."""
    is_chat = event.event_type == "broadcast.chat" and bool(fields.get("message_id"))
    own = fields.get("message_id") if is_chat else event.event_uuid or fields.get("id")
    broadcast = fields.get("broadcast_id")
    when = fields.get("created_at") or fields.get("date_time") or fields.get("updated_at")
    stamp = fields.get("created_timestamp_ms")
    posted_at = moment(when)[0] if isinstance(when, str) else milliseconds(str(stamp or ""))
    said = next((fields[name] for name in _SHOWN if isinstance(fields.get(name), str)), None)
    return Record(
        platform=NAME,
        kind=Kind.COMMENT if is_chat else Kind.OTHER,
        native_id=str(own) if own else derived_id(piece),
        payload=piece,
        position=position,
        parent_id=str(broadcast or fields.get("liked_tweet_id") or "") or None,
        thread_id=str(broadcast) if broadcast else None,
        text=said,
        posted_at=posted_at,
        posted_text=when if isinstance(when, str) else None,
        poster=_actor(fields),
        visibility=Visibility.PUBLIC if is_chat else Visibility.UNKNOWN,
        drift=drift,
    )


def _actor(fields: dict[str, Any]) -> Poster:
    for name in ("author", "source", "user"):
        actor = fields.get(name)
        if isinstance(actor, dict) and isinstance(actor.get("data"), dict):
            return poster_of(decode(User, msgspec.json.encode(actor["data"]))[0])
    return NOBODY
