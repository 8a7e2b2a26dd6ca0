"""The JSON of the YouTube Data API v3, and how it is decoded without losing a byte.

Names and types are those of Google's discovery document, revision 20261104. Only members that the archive
reads are declared; every other one stays in the item's payload.
"""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

from paloverde.platforms import jsontext

Form = TypeVar("Form", bound=msgspec.Struct)


class Thumbnail(msgspec.Struct, gc=False, rename="camel"):
    """One size of a preview picture."""

    url: str | None = None


class ResourceId(msgspec.Struct, gc=False, rename="camel"):
    """What a playlist item, a subscription or a search result leads to."""

    kind: str | None = None
    video_id: str | None = None
    channel_id: str | None = None
    playlist_id: str | None = None


class Channel(msgspec.Struct, gc=False, rename="camel"):
    """A channel named by a comment: only its id."""

    value: str | None = None


class Profile(msgspec.Struct, gc=False, rename="camel"):
    """Somebody named by a chat message or a membership."""

    channel_id: str | None = None
    display_name: str | None = None
    title: str | None = None
    is_verified: bool | None = None


class SuperChat(msgspec.Struct, gc=False, rename="camel"):
    """A paid chat message."""

    user_comment: str | None = None


class Ban(msgspec.Struct, gc=False, rename="camel"):
    """Who was banned from a chat."""

    banned_user_details: Profile | None = None


class Withdrawn(msgspec.Struct, gc=False, rename="camel"):
    """Which chat message a moderator deleted, or its author took back."""

    deleted_message_id: str | None = None
    retracted_message_id: str | None = None


class Snippet(msgspec.Struct, gc=False, rename="camel"):
    """The members of every kind's `snippet` that a record uses."""

    title: str | None = None
    description: str | None = None
    published_at: str | None = None
    updated_at: str | None = None
    last_updated: str | None = None
    channel_id: str | None = None
    channel_title: str | None = None
    custom_url: str | None = None
    default_language: str | None = None
    default_audio_language: str | None = None
    language: str | None = None
    name: str | None = None
    thumbnails: dict[str, Thumbnail] | None = None
    resource_id: ResourceId | None = None
    playlist_id: str | None = None
    video_id: str | None = None
    parent_id: str | None = None
    text_display: str | None = None
    text_original: str | None = None
    author_display_name: str | None = None
    # a comment says {"value": id}, a chat message the bare id
    author_channel_id: Channel | str | None = None
    moderation_status: str | None = None
    image_url: str | None = None
    total_reply_count: int | None = None
    is_public: bool | None = None
    type: str | None = None
    live_chat_id: str | None = None
    display_message: str | None = None
    super_chat_details: SuperChat | None = None
    user_banned_details: Ban | None = None
    message_deleted_details: Withdrawn | None = None
    message_retracted_details: Withdrawn | None = None
    member_details: Profile | None = None


class Status(msgspec.Struct, gc=False, rename="camel"):
    """Who may see a video, playlist or channel, and what became of an upload."""

    privacy_status: str | None = None
    publish_at: str | None = None
    upload_status: str | None = None
    rejection_reason: str | None = None


class Statistics(msgspec.Struct, gc=False, rename="camel"):
    """Counts come as text. A video on which comments are switched off has no `commentCount`."""

    comment_count: str | None = None
    subscriber_count: str | None = None
    hidden_subscriber_count: bool | None = None
    video_count: str | None = None


class RelatedPlaylists(msgspec.Struct, gc=False, rename="camel"):
    """The playlists that YouTube itself keeps for a channel."""

    uploads: str | None = None


class ContentDetails(msgspec.Struct, gc=False, rename="camel"):
    """Of a channel its playlists, of a playlist its length, of a playlist item the video."""

    related_playlists: RelatedPlaylists | None = None
    item_count: int | None = None
    video_id: str | None = None


class BrandedChannel(msgspec.Struct, gc=False, rename="camel"):
    """What a channel says of itself besides its description."""

    keywords: str | None = None


class BrandedImage(msgspec.Struct, gc=False, rename="camel"):
    """The banner of a channel."""

    banner_external_url: str | None = None


class Branding(msgspec.Struct, gc=False, rename="camel"):
    """`brandingSettings` of a channel."""

    channel: BrandedChannel | None = None
    image: BrandedImage | None = None


class Live(msgspec.Struct, gc=False, rename="camel"):
    """`liveStreamingDetails`: the chat is there only while the broadcast is on air."""

    active_live_chat_id: str | None = None


class Resource(msgspec.Struct, rename="camel"):
    """Any resource: its identity and the parts that the archive reads."""

    kind: str | None = None
    id: str | ResourceId | None = None
    snippet: Snippet | None = None
    status: Status | None = None
    statistics: Statistics | None = None
    content_details: ContentDetails | None = None
    branding_settings: Branding | None = None
    subscriber_snippet: Profile | None = None
    author_details: Profile | None = None
    live_streaming_details: Live | None = None


class PageEnds(msgspec.Struct, gc=False, rename="camel"):
    """What of a list answer says how to go on. `pageInfo.totalResults` is unreliable and not read."""

    next_page_token: str | None = None


_DECODERS: dict[type[msgspec.Struct], msgspec.json.Decoder[Any]] = {}


def decode(form: type[Form], piece: bytes | msgspec.Raw) -> tuple[Form, list[str]]:
    """One object in its form, and in words what did not fit and was set aside."""
    decoder = _DECODERS.get(form)
    if decoder is None:
        decoder = _DECODERS[form] = msgspec.json.Decoder(form)
    try:
        return decoder.decode(piece), []
    except msgspec.ValidationError:
        return _member_by_member(form, bytes(piece))


def _member_by_member(form: type[Form], piece: bytes) -> tuple[Form, list[str]]:
    if piece[:1] != b"{":
        return form(), ["something that is no object was set aside"]
    given = jsontext.fields(piece)
    kept: dict[str, Any] = {}
    notes: list[str] = []
    for field in msgspec.structs.fields(form):
        value = given.get(field.encode_name)
        if value is None:
            continue
        try:
            kept[field.name] = msgspec.json.decode(value, type=field.type)
        except msgspec.ValidationError as error:
            inner = _struct_of(field.type)
            if inner is not None and bytes(memoryview(value)[:1]) == b"{":
                kept[field.name], further = _member_by_member(inner, bytes(value))
                notes += [f"{field.encode_name}: {note}" for note in further]
            else:
                notes.append(f"{field.encode_name} was set aside ({error})")
    return form(**kept), notes


def _struct_of(annotation: Any) -> type[msgspec.Struct] | None:
    """The one form among the types that a member may have."""
    forms = [one for one in getattr(annotation, "__args__", ()) if _is_struct(one)]
    return forms[0] if len(forms) == 1 else None


def _is_struct(one: object) -> bool:
    return isinstance(one, type) and issubclass(one, msgspec.Struct)


def number(text: str | None) -> int | None:
    """A count that came as text; None where it is none."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 20 else None
