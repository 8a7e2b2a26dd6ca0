"""The typed form of what Instagram sends, and how an object's own members tell what it is.

Field names and types: IGUser, IGMedia, IGComment and UnifiedThread of the Graph API v26.0; messages as
https://developers.facebook.com/docs/messenger-platform/conversations has them.
"""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet

import msgspec

from paloverde.platforms.graph.shape import Shape
from paloverde.records import Kind


class Party(msgspec.Struct, gc=False):
    """Somebody or something that an object names."""

    id: str | None = None
    name: str | None = None
    username: str | None = None


class Child(msgspec.Struct, gc=False):
    """One picture or film of a carousel."""

    id: str | None = None
    media_type: str | None = None
    media_url: str | None = None
    thumbnail_url: str | None = None
    alt_text: str | None = None


class Children(msgspec.Struct):
    data: list[Child] = []


class File(msgspec.Struct, gc=False):
    url: str | None = None


class Attachment(msgspec.Struct, gc=False):
    """An attachment of a message: of the conversations API, or of a webhook (`type` and `payload`)."""

    id: str | None = None
    name: str | None = None
    image_data: File | None = None
    video_data: File | None = None
    file_url: str | None = None
    type: str | None = None
    payload: File | None = None


class Attachments(msgspec.Struct):
    data: list[Attachment] = []


class Linked(msgspec.Struct, gc=False):
    link: str | None = None
    id: str | None = None


class Story(msgspec.Struct, gc=False):
    """The story that a message answers, or in which it says that the account was mentioned."""

    reply_to: Linked | None = None
    mention: Linked | None = None


class Shares(msgspec.Struct):
    data: list[Linked] = []


class Reaction(msgspec.Struct, gc=False):
    reaction: str | None = None
    emoji: str | None = None
    users: list[Party] = []


class Item(msgspec.Struct):
    """Every member of an Instagram object that a record uses. All may be absent."""

    id: str | None = None
    caption: str | None = None
    text: str | None = None
    message: str | None = None
    video_title: str | None = None
    biography: str | None = None
    name: str | None = None
    username: str | None = None
    timestamp: str | int | float | None = None
    created_time: str | int | float | None = None
    from_: Party | None = msgspec.field(default=None, name="from")
    owner: Party | None = None
    user: Party | None = None
    media: Party | None = None  # the post of a comment; of an account it is a listing, read as such
    parent_id: str | None = None
    hidden: bool | None = None
    permalink: str | None = None
    media_type: str | None = None
    media_product_type: str | None = None
    media_url: str | None = None
    thumbnail_url: str | None = None
    profile_picture_url: str | None = None
    alt_text: str | None = None
    children: Children | None = None
    comments_count: int | None = None
    followers_count: int | None = None
    message_count: int | None = None
    attachments: Attachments | None = None
    shares: Shares | None = None
    story: Story | None = None


SHAPE = Shape(Item)

_COUNTS = frozenset({"id", "followers_count", "follows_count"})
_MESSAGE_ID = re.compile(r"aWdfZAG1faXRlbT|m_|mid\.")  # "ig_dm_item:" in base 64
# The kind of the first row that shares a member with the object.
_MARKS: tuple[tuple[Kind, frozenset[str]], ...] = (
    (Kind.OTHER, frozenset({"status_code", "period", "total_value", "instagram_business_account"})),
    (Kind.CONVERSATION, frozenset({"participants", "message_count", "senders", "updated_time"})),
    (Kind.MESSAGE, frozenset({"to", "created_time", "is_unsupported", "message", "reactions"})),
    (Kind.COMMENT, frozenset({"text", "hidden", "replies", "parent_id", "legacy_instagram_comment_id"})),
    (
        Kind.POST,
        frozenset(
            {
                "media_type",
                "media_product_type",
                "media_url",
                "caption",
                "permalink",
                "shortcode",
                "children",
                "comments_count",
                "is_comment_enabled",
                "copyright_check_information",
                "boost_ads_list",
            }
        ),
    ),
    (
        Kind.PROFILE,
        frozenset(
            {
                "biography",
                "username",
                "website",
                "profile_picture_url",
                "followers_count",
                "media_count",
                "follows_count",
            }
        ),
    ),
)


def kind_of(item: Item, names: AbstractSet[str]) -> Kind:
    """What an object is, by its members. `OTHER` where nothing tells."""
    if names <= _COUNTS and len(names) > 1:
        return Kind.SUBSCRIBER_COUNT
    if item.media_product_type == "STORY" or "/stories/" in (item.permalink or ""):
        return Kind.STORY
    if "participants" not in names and _MESSAGE_ID.match(item.id or ""):
        return Kind.MESSAGE
    return next((kind for kind, marks in _MARKS if not marks.isdisjoint(names)), Kind.OTHER)
