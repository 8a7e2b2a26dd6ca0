"""What Instagram tells by itself: webhooks of comments, mentions and messages.

https://developers.facebook.com/docs/graph-api/webhooks/reference/instagram
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from paloverde.platforms import jsontext
from paloverde.platforms.graph.times import time_of
from paloverde.platforms.instagram.content import person
from paloverde.platforms.instagram.wire import File, Party
from paloverde.records import Kind, Medium, Poster, Record, Visibility

PLATFORM = "instagram"
COMMENTS = frozenset({"comments", "live_comments"})


class Event(msgspec.Struct, frozen=True):
    """One event: its field ("messaging" for all that concerns messages), its text and where that begins."""

    field: str
    sound: bytes
    start: int


class _Change(msgspec.Struct):
    field: str = "change"


class _Attachment(msgspec.Struct):
    type: str = "file"
    payload: File | None = None


class _Message(msgspec.Struct):
    mid: str
    text: str | None = None
    attachments: list[_Attachment] = []


class _Reacted(msgspec.Struct):
    mid: str
    action: str = "react"
    reaction: str | None = None
    emoji: str | None = None


class _Messaging(msgspec.Struct):
    sender: Party | None = None
    timestamp: int | None = None
    message: _Message | None = None
    message_edit: _Message | None = None
    reaction: _Reacted | None = None


class _Mention(msgspec.Struct):
    media_id: str | None = None
    comment_id: str | None = None


def is_webhook(members: dict[str, msgspec.Raw]) -> bool:
    return "object" in members and bytes(members.get("entry", b""))[:1] == b"["


def events(body: bytes, members: dict[str, msgspec.Raw], start: int) -> Iterator[Event]:
    """Every event of a webhook, in order."""
    offset = jsontext.offset_of(body, start, members, "entry")
    for entry, at in jsontext.pieces(body, bytes(members["entry"]), offset):
        inner = _object(entry)
        for name in inner.keys() & {"changes", "messaging", "standby"}:
            if bytes(inner[name])[:1] != b"[":
                continue
            first = jsontext.offset_of(body, at, inner, name)
            for piece, position in jsontext.pieces(body, bytes(inner[name]), first):
                yield (
                    _changed(body, piece, position)
                    if name == "changes"
                    else Event("messaging", piece, position)
                )


def _changed(body: bytes, piece: bytes, start: int) -> Event:
    inner = _object(piece)
    if "value" not in inner:
        return Event("change", piece, start)
    try:
        field = msgspec.json.decode(piece, type=_Change).field
    except msgspec.DecodeError:
        field = "change"
    return Event(field, bytes(inner["value"]), jsontext.offset_of(body, start, inner, "value"))


def _object(sound: bytes) -> dict[str, msgspec.Raw]:
    return jsontext.fields(sound) if sound[:1] == b"{" else {}


def record(event: Event, payload: bytes, position: int) -> Record | None:
    """The record of an event that is no comment, None where it holds nobody's words.

    Raises `msgspec.DecodeError` where it has not the form of its kind.
    """
    if event.field == "mentions":
        return _mention(msgspec.json.decode(event.sound, type=_Mention), payload, position)
    if event.field != "messaging":
        return None
    said = msgspec.json.decode(event.sound, type=_Messaging)
    who = said.sender or Party()
    posted = None if said.timestamp is None else said.timestamp / 1000
    if message := said.message or said.message_edit:
        made = _message(message, payload, position, person(who))
    elif said.reaction:
        made = _reaction(said.reaction, payload, position, who)
    else:
        return None
    try:
        made.posted_at = time_of(posted)
    except ValueError as error:
        made.drift = f"the time {said.timestamp} cannot be used: {error}"
    made.posted_text = None if said.timestamp is None else str(said.timestamp)
    return made


def _message(message: _Message, payload: bytes, position: int, poster: Poster) -> Record:
    shown = ((one.payload.url if one.payload else None, one.type) for one in message.attachments)
    return Record(
        platform=PLATFORM,
        kind=Kind.MESSAGE,
        native_id=message.mid,
        payload=payload,
        position=position,
        text=message.text,
        poster=poster,
        visibility=Visibility.PRIVATE,
        media=tuple(Medium(url, type_) for url, type_ in shown if url),
    )


def _reaction(reaction: _Reacted, payload: bytes, position: int, who: Party) -> Record:
    sign = reaction.emoji or reaction.reaction
    return Record(
        platform=PLATFORM,
        kind=Kind.REACTION,
        native_id=f"{reaction.mid}/{sign or reaction.action}/{who.id or 'somebody'}",
        payload=payload,
        position=position,
        parent_id=reaction.mid,
        text=sign,
        poster=person(who),
        visibility=Visibility.PRIVATE,
    )


def _mention(mention: _Mention, payload: bytes, position: int) -> Record | None:
    """That somebody named the account: the site tells where, and not the words."""
    native_id = mention.comment_id or mention.media_id
    if native_id is None:
        return None
    return Record(
        platform=PLATFORM,
        kind=Kind.OTHER,
        native_id=native_id,
        payload=payload,
        position=position,
        parent_id=mention.media_id,
        thread_id=mention.media_id,
        visibility=Visibility.PUBLIC,
    )
