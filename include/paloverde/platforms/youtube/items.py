"""What each kind of resource says, who said it, who could see it, and what it shows."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime

from paloverde.platforms.youtube.wire import Channel, Profile, Resource, ResourceId, Snippet, number
from paloverde.records import NOBODY, Kind, Medium, Missing, Poster, Record, Visibility

PLATFORM = "youtube"
WATCH = "https://www.youtube.com/watch?v="
_OLDEST = datetime(2005, 2, 14, tzinfo=UTC)  # the site's first day
# Preview pictures, best first.
_SIZES = ("uhd", "qhd", "fhd", "maxres", "standard", "high", "medium", "default")
_PRIVACY = {
    "public": Visibility.PUBLIC,
    "unlisted": Visibility.PUBLIC,  # whoever has the address may see it
    "private": Visibility.UNPUBLISHED,
}
_MODERATION = {
    "published": Visibility.PUBLIC,
    "heldForReview": Visibility.HELD,
    "likelySpam": Visibility.HELD,
    "rejected": Visibility.HIDDEN,
}
# Chat messages in which somebody says something; every other type is an event of the chat.
_SPOKEN = frozenset({"textMessageEvent", "superChatEvent", "superStickerEvent", "fanFundingEvent",
                     "memberMilestoneChatEvent"})  # fmt: skip


def moment(text: str | None, notes: list[str]) -> datetime | None:
    """A time of the site as aware UTC; what is none is named in `notes`."""
    if text is None:
        return None
    try:
        given = datetime.fromisoformat(text)
        when = given.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        notes.append(f"the time {text!r} cannot be used: {error}")
        return None
    if given.tzinfo is None or when < _OLDEST:
        notes.append(f"the time {text!r} cannot be used: it has no zone, or lies before the site's first day")
        return None
    return when


def derived_id(piece: bytes) -> str:
    """The name of an object without one: of its own bytes."""
    return f"unnamed-{hashlib.sha256(piece).hexdigest()[:32]}"


def fill(record: Record, resource: Resource, notes: list[str]) -> None:
    """Set what a resource says into its record, by the kind that it gives itself."""
    snippet = resource.snippet or Snippet()
    record.posted_text = snippet.published_at
    record.posted_at = moment(snippet.published_at, notes)
    _FILLERS.get(resource.kind or "", _fill_other)(record, resource, snippet, notes)


def _fill_video(record: Record, resource: Resource, snippet: Snippet, notes: list[str]) -> None:
    del notes
    record.kind = Kind.POST
    record.text = _lines(snippet.title, snippet.description)
    record.poster = _channel(snippet)
    record.visibility = privacy(resource)
    record.permalink = f"{WATCH}{record.native_id}"
    record.language = snippet.default_audio_language or snippet.default_language
    record.count = number(resource.statistics.comment_count) if resource.statistics else None
    record.media = preview(snippet, record.native_id)


def _fill_comment(record: Record, resource: Resource, snippet: Snippet, notes: list[str]) -> None:
    del resource
    record.kind = Kind.COMMENT
    # The site's display text may have links replaced by titles; the original is given to its author only.
    record.text = snippet.text_original if snippet.text_original is not None else snippet.text_display
    if snippet.updated_at is not None and snippet.updated_at != snippet.published_at:
        record.edited_at = moment(snippet.updated_at, notes)
    record.poster = author(snippet)
    record.visibility = _MODERATION.get(snippet.moderation_status or "", Visibility.UNKNOWN)
    record.thread_id = snippet.video_id
    record.parent_id = snippet.parent_id or snippet.video_id
    record.permalink = f"{WATCH}{snippet.video_id}&lc={record.native_id}" if snippet.video_id else None
    if snippet.image_url:
        record.media = (Medium(snippet.image_url),)


def _fill_channel(record: Record, resource: Resource, snippet: Snippet, notes: list[str]) -> None:
    del notes
    branding = resource.branding_settings
    keywords = branding.channel.keywords if branding and branding.channel else None
    banner = branding.image.banner_external_url if branding and branding.image else None
    record.kind = Kind.PROFILE
    record.text = _lines(snippet.description, keywords)
    record.poster = poster(snippet.title, record.native_id, (snippet.custom_url or "").lstrip("@") or None)
    record.visibility = privacy(resource)
    record.permalink = f"https://www.youtube.com/channel/{record.native_id}"
    record.language = snippet.default_language
    record.count = subscribers(resource)
    # The address of a channel's picture changes with the picture, so it needs no name of its own.
    record.media = (*preview(snippet, None), *((Medium(banner),) if banner else ()))


def _fill_playlist(record: Record, resource: Resource, snippet: Snippet, notes: list[str]) -> None:
    del notes
    record.kind = Kind.ALBUM
    record.text = _lines(snippet.title, snippet.description)
    record.poster = _channel(snippet)
    record.visibility = privacy(resource)
    record.permalink = f"https://www.youtube.com/playlist?list={record.native_id}"
    record.count = resource.content_details.item_count if resource.content_details else None


def _fill_subscription(record: Record, resource: Resource, snippet: Snippet, notes: list[str]) -> None:
    subscriber = resource.subscriber_snippet
    if subscriber is None:  # a subscription of this account to somebody else
        _fill_other(record, resource, snippet, notes)
        return
    record.kind = Kind.SUBSCRIBER
    record.native_id = subscriber.channel_id or record.native_id
    record.poster = poster(subscriber.title, subscriber.channel_id)
    record.visibility = Visibility.PRIVATE


def _fill_chat(record: Record, resource: Resource, snippet: Snippet, notes: list[str]) -> None:
    """A chat message. A tombstone, under the id of one that was withdrawn, is no new wording of it."""
    del notes
    record.thread_id = record.parent_id = snippet.live_chat_id
    record.poster = _chatter(resource.author_details, snippet)
    record.visibility = Visibility.PUBLIC
    banned = snippet.user_banned_details.banned_user_details if snippet.user_banned_details else None
    withdrawn = snippet.message_deleted_details or snippet.message_retracted_details
    if snippet.type in _SPOKEN:
        record.kind = Kind.COMMENT
        paid = snippet.super_chat_details.user_comment if snippet.super_chat_details else None
        record.text = snippet.display_message if snippet.display_message is not None else paid
    elif banned is not None and banned.channel_id:
        record.kind, record.native_id = Kind.BLOCKED, banned.channel_id
        record.poster = poster(banned.display_name, banned.channel_id)
        record.visibility = Visibility.PRIVATE
    else:
        record.text = snippet.display_message
        if withdrawn is not None:
            record.parent_id = withdrawn.deleted_message_id or withdrawn.retracted_message_id


def _fill_member(record: Record, resource: Resource, snippet: Snippet, notes: list[str]) -> None:
    del resource, notes
    if snippet.member_details is not None:
        record.native_id = snippet.member_details.channel_id or record.native_id
        record.poster = poster(snippet.member_details.display_name, snippet.member_details.channel_id)
    record.visibility = Visibility.PRIVATE


def _fill_other(record: Record, resource: Resource, snippet: Snippet, notes: list[str]) -> None:
    """Anything else that the site sends: kept under its own id, with the words that it has."""
    del notes
    record.text = _lines(
        snippet.title or snippet.name, snippet.description, snippet.text_original or snippet.text_display
    )
    record.thread_id = snippet.video_id or (snippet.resource_id.video_id if snippet.resource_id else None)
    record.parent_id = snippet.playlist_id or snippet.video_id
    record.language = snippet.language
    record.visibility = privacy(resource)
    if snippet.channel_id:
        record.poster = _channel(snippet)


_FILLERS: dict[str, Callable[[Record, Resource, Snippet, list[str]], None]] = {
    "youtube#video": _fill_video,
    "youtube#comment": _fill_comment,
    "youtube#channel": _fill_channel,
    "youtube#playlist": _fill_playlist,
    "youtube#subscription": _fill_subscription,
    "youtube#liveChatMessage": _fill_chat,
    "youtube#member": _fill_member,
}


def id_of(resource: Resource) -> str | None:
    """The id of a resource; a search result's id names what was found."""
    if isinstance(resource.id, ResourceId):
        return resource.id.video_id or resource.id.playlist_id or resource.id.channel_id
    return resource.id or None


def privacy(resource: Resource) -> Visibility:
    """Who may see a video, a playlist or a channel. A scheduled video is private until its time comes."""
    status = resource.status
    return _PRIVACY.get(status.privacy_status or "", Visibility.UNKNOWN) if status else Visibility.UNKNOWN


def subscribers(resource: Resource) -> int | None:
    """How many subscribers the site says a channel has, rounded by it to three figures."""
    counts = resource.statistics
    return None if counts is None or counts.hidden_subscriber_count else number(counts.subscriber_count)


def author(snippet: Snippet) -> Poster:
    """Who wrote a comment. The shown name is a handle (@somebody) or, in older answers, a plain name."""
    channel = snippet.author_channel_id
    native_id = channel.value if isinstance(channel, Channel) else channel
    return poster(snippet.author_display_name or None, native_id)


def poster(name: str | None, native_id: str | None, username: str | None = None) -> Poster:
    """A poster, and why a part is missing: usernames are often not given at all, the rest is withheld."""
    if username is None and name and name.startswith("@"):
        username = name[1:]
    if not name or not native_id:
        return Poster(name, username, native_id, Missing.WITHHELD)
    return Poster(name, username, native_id, None if username else Missing.API_NOT_EXPOSED)


def _channel(snippet: Snippet) -> Poster:
    return poster(snippet.channel_title, snippet.channel_id)


def _chatter(details: Profile | None, snippet: Snippet) -> Poster:
    if details is not None:
        return poster(details.display_name or None, details.channel_id)
    channel = snippet.author_channel_id
    return poster(None, channel) if isinstance(channel, str) else NOBODY


def preview(snippet: Snippet, native_id: str | None) -> tuple[Medium, ...]:
    """The largest preview picture. A video's has a stable name: larger sizes come hours after the video."""
    thumbnails = snippet.thumbnails or {}
    for size in _SIZES:
        if size in thumbnails and thumbnails[size].url:
            name = f"{native_id}/preview" if native_id else None
            return (Medium(thumbnails[size].url or "", native_id=name),)
    return ()


def _lines(*parts: str | None) -> str | None:
    present = [part for part in parts if part]
    return "\n".join(present) if present else None
