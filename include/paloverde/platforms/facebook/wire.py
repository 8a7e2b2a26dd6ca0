"""The typed form of what the Graph API sends, and how an object's own members tell what it is.

Field names and types: Page, PagePost, Comment, UnifiedThread, Photo, AdVideo, Album and Event of the
Graph API v26.0. Objects carry no type, so each kind is known by members that only it has.
"""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet
from typing import Any

import msgspec

from paloverde.platforms.graph.reading import Summary
from paloverde.platforms.graph.shape import Shape
from paloverde.records import Kind


class Party(msgspec.Struct, gc=False):
    """Somebody or something that an object names: a poster, a parent, a target."""

    id: str | None = None
    name: str | None = None
    username: str | None = None


class Picture(msgspec.Struct, gc=False):
    """One size of a picture. Graph says `src`, `source` or `url`, depending on where."""

    src: str | None = None
    source: str | None = None
    url: str | None = None


class Shown(msgspec.Struct, gc=False):
    image: Picture | None = None
    source: str | None = None


class Attachment(msgspec.Struct):
    """A StoryAttachment of a post or comment, or an attachment of a message."""

    media: Shown | None = None
    subattachments: AttachmentList | None = None
    target: Party | None = None
    type: str | None = None
    url: str | None = None
    id: str | None = None
    mime_type: str | None = None
    image_data: Picture | None = None
    video_data: Picture | None = None
    file_url: str | None = None


class AttachmentList(msgspec.Struct):
    data: list[Attachment] = []


class PictureHolder(msgspec.Struct, gc=False):
    data: Picture | None = None


class Edge(msgspec.Struct, gc=False):
    """A nested listing of which only the site's own count is wanted here."""

    summary: Summary | None = None
    count: int | None = None


class Item(msgspec.Struct):
    """Every member of a Graph object that a record uses. All may be absent."""

    id: str | None = None
    message: str | None = None
    story: str | None = None
    name: str | None = None
    title: str | None = None
    about: str | None = None
    bio: str | None = None
    description: str | None = None
    general_info: str | None = None
    snippet: str | None = None
    review_text: str | None = None
    username: str | None = None
    created_time: str | int | float | None = None
    creation_time: str | int | float | None = None
    from_: Party | None = msgspec.field(default=None, name="from")
    owner: Party | None = None
    reviewer: Party | None = None
    parent: Party | None = None
    parent_id: str | None = None
    object: Party | None = None
    is_hidden: bool | None = None
    is_private: bool | None = None
    is_published: bool | None = None
    published: bool | None = None
    permalink_url: str | None = None
    link: str | None = None
    type: str | None = None  # of a reaction: LIKE, LOVE ...
    status: str | dict[str, Any] | None = None  # a word for a broadcast, an object for a video
    post_id: str | int | None = None
    url: str | None = None
    open_graph_story: Party | None = None
    recommendation_type: str | None = None
    comment_count: int | None = None
    comments: Edge | None = None
    message_count: int | None = None
    followers_count: int | None = None
    fan_count: int | None = None
    attachment: Attachment | None = None
    attachments: AttachmentList | None = None
    sticker: str | None = None
    images: list[Picture] | None = None
    picture: str | PictureHolder | None = None
    full_picture: str | None = None
    source: str | None = None
    alt_text: str | None = None
    data: Picture | None = None  # a picture asked for by `?ids=` has its address here


SHAPE = Shape(Item)


# The kind of the first row that shares a member with the object. Order matters: a post and a comment
# both have `message`, only a comment has `comment_count`.
_MARKS: tuple[tuple[Kind, frozenset[str]], ...] = (
    (Kind.STORY, frozenset({"media_id"})),
    (Kind.CONVERSATION, frozenset({"message_count", "participants", "scoped_thread_key", "senders"})),
    (
        Kind.COMMENT,
        frozenset(
            {
                "comment_count",
                "attachment",
                "parent",
                "can_remove",
                "can_hide",
                "is_private",
                "can_comment",
                "review_text",
                "recommendation_type",
            }
        ),
    ),
    (Kind.MESSAGE, frozenset({"to", "sticker", "is_unsupported", "reply_to"})),
    (Kind.EVENT, frozenset({"start_time", "event_times", "attending_count"})),
    (
        Kind.OTHER,
        frozenset({"member_count", "verification_status_reason", "payment_account_id", "login_url"}),
    ),
    (Kind.ALBUM, frozenset({"cover_photo", "can_upload", "photo_count"})),
    (
        Kind.POST,
        frozenset(
            {
                "story",
                "status_type",
                "full_picture",
                "is_published",
                "scheduled_publish_time",
                "images",
                "webp_images",
                "length",
                "live_views",
                "broadcast_start_time",
                "embed_html",
                "media_type",
                "creation_time",
            }
        ),
    ),
    (
        Kind.PROFILE,
        frozenset(
            {
                "about",
                "category",
                "username",
                "first_name",
                "profile_type",
                "general_info",
                "can_checkin",
                "category_list",
                "picture",
            }
        ),
    ),
)
_COUNTS = frozenset({"id", "followers_count", "fan_count"})
_ALBUM_LINK = re.compile(r"/album\.php|/media/set")


def kind_of(item: Item, names: AbstractSet[str]) -> Kind:
    """What an object is, by its members. `OTHER` where nothing tells."""
    if names <= _COUNTS and len(names) > 1:
        return Kind.SUBSCRIBER_COUNT
    if "comment_id=" in (item.permalink_url or ""):
        return Kind.COMMENT
    identity = item.id or ""
    if identity.startswith(("m_", "mid.")):
        return Kind.MESSAGE
    if identity.startswith("t_"):
        return Kind.CONVERSATION
    if "is_published" in names and ("about" in names or "category" in names):
        return Kind.PROFILE  # a page says whether it is published, as a post does
    for kind, marks in _MARKS:
        if not marks.isdisjoint(names):
            return kind
    return _plain_kind(item, names)


def _plain_kind(item: Item, names: AbstractSet[str]) -> Kind:
    """Objects asked for with a few default members only."""
    if item.created_time is None:
        if item.message is not None or item.permalink_url or ("description" in names and "name" not in names):
            return Kind.POST
        return Kind.PROFILE if item.name is not None else Kind.OTHER
    if item.name is None:
        return Kind.POST
    if _ALBUM_LINK.search(item.link or "") or names == {"id", "name", "created_time"}:
        return Kind.ALBUM
    return Kind.OTHER if "verification_status" in names else Kind.POST
