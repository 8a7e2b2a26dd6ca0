"""Files of "download your information": posts, comments, messages, profile, and everything else.

Items without ids are named as `graph.download` says; the text is repaired in what is shown only.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from paloverde.platforms import jsontext
from paloverde.platforms.graph import download
from paloverde.platforms.graph.download import Piece
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
    """The items of a category file, in order."""
    return download.split(body, sound, members, start, _category)


def _category(body: bytes, name: str, value: bytes, start: int) -> Iterator[Piece]:
    kind = download.kind_by_name(_CATEGORIES, name)
    if value[:1] == b"{" and kind is not Kind.PROFILE and _is_group(value):
        inner = jsontext.fields(value)
        for below, deeper in inner.items():
            yield from _category(body, below, bytes(deeper), jsontext.offset_of(body, start, inner, below))
    else:
        yield from download.each(body, kind, value, start)


def _is_group(value: bytes) -> bool:
    """`event_responses_v2` holds lists of events by answer; a profile holds plain members."""
    inner = jsontext.fields(value).values()
    return bool(inner) and all(download.is_list_of_objects(bytes(one)) for one in inner)


def record(piece: Piece, payload: bytes, position: int, native_id: str) -> Record:
    """The record of an item, under the name that the caller gives it."""
    members = download.decoded(piece.sound)
    posted = download.time_value(members)
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
        posted_at=download.moment(posted),
        posted_text=None if posted is None else str(posted),
        poster=_poster(members),
        visibility=Visibility.PRIVATE if private else Visibility.UNKNOWN,
        media=tuple(Medium(uri, "file") for uri in dict.fromkeys(download.uris(members))),
    )


def _words(members: dict[str, Any], kind: Kind) -> str | None:
    """What was written: of a post its text, of a comment its text, else its title or name."""
    if kind is Kind.MESSAGE:
        return download.text(members.get("content"))
    for one in download.objects(members.get("data")):
        comment = one.get("comment")
        inner = comment.get("comment") if isinstance(comment, dict) else one.get("post")
        if found := download.text(inner):
            return found
    for one in download.objects(members.get("string_list_data")):
        if found := download.text(one.get("value")):
            return found
    parts = [download.text(members.get(name)) for name in ("title", "name", "description")]
    return "\n".join(part for part in parts if part) or None


def _poster(members: dict[str, Any]) -> Poster:
    name = download.text(members.get("sender_name"))
    for one in download.objects(members.get("data")):
        for inner in (one.get("comment"), one.get("reaction")):
            if isinstance(inner, dict):
                name = name or download.text(inner.get("author")) or download.text(inner.get("actor"))
    full = members.get("name")
    if isinstance(full, dict):
        name = name or download.text(full.get("full_name"))
    return Poster(name, download.text(members.get("username")), None, Missing.API_NOT_EXPOSED)
