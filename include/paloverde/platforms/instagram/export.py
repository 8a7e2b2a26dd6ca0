"""Files of Instagram's "download your information": posts, stories, comments, messages, followers, profile.

Items without ids are named as `graph.download` says; the text is repaired in what is shown only.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from paloverde.platforms.graph import download
from paloverde.platforms.graph.download import Piece
from paloverde.records import Kind, Medium, Missing, Poster, Record, Visibility

PLATFORM = "instagram"
_Members = dict[str, msgspec.Raw]
_ITEM = frozenset({"timestamp", "timestamp_ms", "creation_timestamp", "string_map_data", "string_list_data"})

# What the name of a category says about its items.
_CATEGORIES: tuple[tuple[str, Kind], ...] = (
    ("ig_stories", Kind.STORY),
    ("ig_profile_picture", Kind.PROFILE),
    ("ig_", Kind.POST),  # reels, films, archived and deleted posts
    ("comments_", Kind.COMMENT),
    ("likes_", Kind.REACTION),
    ("story_activities_", Kind.REACTION),
    ("relationships_followers", Kind.SUBSCRIBER),
    ("relationships_blocked", Kind.BLOCKED),
    ("relationships_restricted", Kind.BLOCKED),
    ("profile_", Kind.PROFILE),
)
_PRIVATE = frozenset({Kind.MESSAGE, Kind.CONVERSATION, Kind.SUBSCRIBER, Kind.BLOCKED})


def is_item(members: _Members) -> bool:
    """Whether an object without an id is an item of a download and not a page or a category."""
    return not _ITEM.isdisjoint(members) or download.is_list_of_objects(bytes(members.get("media", b"")))


def kind_of_item(members: _Members) -> Kind:
    """What an item outside of any category is: `posts_1.json` and `followers_1.json` are bare lists."""
    if "sender_name" in members:
        return Kind.MESSAGE
    if "media" in members or "uri" in members:
        return Kind.POST
    if b'"Comment"' in bytes(members.get("string_map_data", b"")):
        return Kind.COMMENT
    return Kind.SUBSCRIBER if "string_list_data" in members else Kind.OTHER


def split(body: bytes, sound: bytes, members: _Members, start: int) -> Iterator[Piece]:
    """The items of a category file, in order."""
    return download.split(body, sound, members, start, _category)


def _category(body: bytes, name: str, value: bytes, start: int) -> Iterator[Piece]:
    return download.each(body, download.kind_by_name(_CATEGORIES, name), value, start)


def record(piece: Piece, payload: bytes, position: int, native_id: str) -> Record:
    """The record of an item, under the name that the caller gives it."""
    members = download.decoded(piece.sound)
    posted = _time(members)
    within = piece.thread_id if piece.kind is Kind.MESSAGE else None
    return Record(
        platform=PLATFORM,
        kind=piece.kind,
        native_id=native_id,
        payload=payload,
        position=position,
        parent_id=within,
        thread_id=within,
        text=_words(members, piece.kind),
        posted_at=download.moment(posted),
        posted_text=None if posted is None else str(posted),
        poster=_poster(members, piece.kind),
        visibility=Visibility.PRIVATE if piece.kind in _PRIVATE else Visibility.UNKNOWN,
        permalink=_link(members),
        media=tuple(Medium(uri, "file") for uri in dict.fromkeys(download.uris(members))),
    )


def _words(members: dict[str, Any], kind: Kind) -> str | None:
    """What was written: of a post its own words, or those under its only picture."""
    if kind is Kind.MESSAGE:
        return download.text(members.get("content"))
    for name in ("Comment", "Bio"):
        if found := _mapped(members, name):
            return found
    if found := download.text(members.get("title")):
        return found if kind not in (Kind.BLOCKED, Kind.SUBSCRIBER) else None
    titles = [download.text(one.get("title")) for one in download.objects(members.get("media"))]
    return "\n".join(dict.fromkeys(title for title in titles if title)) or None


def _mapped(members: dict[str, Any], name: str) -> str | None:
    held = members.get("string_map_data")
    one = held.get(name) if isinstance(held, dict) else None
    return download.text(one.get("value")) if isinstance(one, dict) else None


def _poster(members: dict[str, Any], kind: Kind) -> Poster:
    name = download.text(members.get("sender_name")) or _mapped(members, "Name")
    username = _mapped(members, "Username")
    if kind in (Kind.SUBSCRIBER, Kind.BLOCKED):
        listed = [download.text(one.get("value")) for one in _listed(members)]
        username = next((one for one in listed if one), None) or download.text(members.get("title"))
    return Poster(name, username, None, Missing.API_NOT_EXPOSED)


def _listed(members: dict[str, Any]) -> list[dict[str, Any]]:
    return download.objects(members.get("string_list_data"))


def _link(members: dict[str, Any]) -> str | None:
    links = [one.get("href") for one in _listed(members)]
    return next((link for link in links if isinstance(link, str) and link), None)


def _time(members: dict[str, Any]) -> int | float | None:
    """When the item was made, or its first picture; a comment says it beside its words."""
    held = members.get("string_map_data")
    stated = held.get("Time") if isinstance(held, dict) else None
    sources = (members, stated, *download.objects(members.get("media")))
    found = (download.time_value(source) for source in sources if isinstance(source, dict))
    return next((one for one in found if one is not None), None)
