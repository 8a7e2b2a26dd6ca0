"""What an object says, who said it, who could see it, and what it shows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime

from paloverde.platforms.facebook.wire import Attachment, Edge, Item, Party, PictureHolder
from paloverde.records import NOBODY, Kind, Medium, Missing, Poster, Visibility

_UNNAMED = Poster(missing=Missing.API_NOT_EXPOSED)
_POST_PATH = re.compile(r"facebook\.com/(\d+)/posts/(\d+)")
_COMMENT_QUERY = re.compile(r"[?&]comment_id=(\d+)(?:&reply_comment_id=(\d+))?")
_OLDEST = datetime(2004, 2, 4, tzinfo=UTC)  # the site's first day


def text_of(item: Item, kind: Kind) -> str | None:
    """The words of an item as a reader of the site sees them."""
    if item.message is not None:
        return item.message
    if kind is Kind.PROFILE:
        return _joined(item.about, item.bio, item.description, item.general_info)
    if kind is Kind.CONVERSATION:
        return item.snippet
    words = _joined(item.title, item.name, item.description, item.review_text)
    return words if words is not None else item.story


def _joined(*parts: str | None) -> str | None:
    present = [part for part in parts if part]
    return "\n".join(present) if present else None


def poster_of(item: Item, kind: Kind) -> Poster:
    """Who said it. A page says its own profile; a conversation and a count are said by nobody."""
    if kind is Kind.PROFILE:
        missing = None if item.name and item.username else Missing.WITHHELD
        return Poster(item.name, item.username, item.id, missing)
    party = item.from_ or item.owner or item.reviewer
    if party is not None:
        return _person(party)
    return _UNNAMED if kind in (Kind.CONVERSATION, Kind.SUBSCRIBER_COUNT) else NOBODY


def _person(party: Party) -> Poster:
    # The site gives no usernames of people at all; a missing name or id is its choice in this answer.
    if not party.name or not party.id:
        return Poster(party.name, party.username, party.id, Missing.WITHHELD)
    missing = None if party.username else Missing.API_NOT_EXPOSED
    return Poster(party.name, party.username, party.id, missing)


def visibility_of(item: Item, kind: Kind) -> Visibility:
    if kind is Kind.MESSAGE or kind is Kind.CONVERSATION:
        return Visibility.PRIVATE
    if item.is_hidden:
        return Visibility.HIDDEN
    if item.is_published is False or item.published is False:
        return Visibility.UNPUBLISHED
    if item.is_private:
        return Visibility.PRIVATE
    said = item.is_hidden is False or item.is_published or item.published
    return Visibility.PUBLIC if said else Visibility.UNKNOWN


def time_of(moment: float | str | None) -> datetime | None:
    """A time of the site as aware UTC: `2026-05-04T18:00:00+0000` or seconds since 1970.

    Raises `ValueError` where it is neither, has no zone, or lies before the site's first day.
    """
    if moment is None:
        return None
    try:
        when = (
            datetime.fromisoformat(moment) if isinstance(moment, str) else datetime.fromtimestamp(moment, UTC)
        )
    except (OverflowError, OSError) as error:
        raise ValueError(str(error)) from None
    if when.tzinfo is None:
        raise ValueError("it has no time zone")
    if when < _OLDEST:
        raise ValueError("it lies before the site's first day")
    return when if when.tzinfo is UTC else when.astimezone(UTC)


def media_of(item: Item) -> tuple[Medium, ...]:
    """Every picture, video and attachment, each address once; `full_picture` where there is no other."""
    found: dict[str, Medium] = {}
    if item.attachments is not None:
        for attachment in item.attachments.data:
            _add(found, attachment)
    if item.attachment is not None:
        _add(found, item.attachment)
    if item.images or item.source or item.sticker or item.picture or item.data:
        for url, kind in _plain(item):
            found.setdefault(url, Medium(url, kind, item.alt_text))
    if not found and item.full_picture:
        return (Medium(item.full_picture),)
    return tuple(found.values())


def _plain(item: Item) -> Iterator[tuple[str, str]]:
    if item.images:
        url = item.images[0].source or item.images[0].src  # the largest comes first
        if url:
            yield url, "photo"
    if item.source:
        yield item.source, "video"
    if item.sticker:
        yield item.sticker, "sticker"
    held = item.picture.data if isinstance(item.picture, PictureHolder) else item.data
    if held is not None and held.url:
        yield held.url, "photo"


def _add(found: dict[str, Medium], attachment: Attachment) -> None:
    type_ = attachment.type or attachment.mime_type or "attachment"
    native_id = attachment.id or (attachment.target.id if attachment.target else None)
    shown = attachment.media
    addresses = [shown.source, shown.image.src if shown.image else None] if shown else []
    addresses += [one.url for one in (attachment.image_data, attachment.video_data) if one is not None]
    addresses.append(attachment.file_url)
    for url in addresses:
        if url and url not in found:
            found[url] = Medium(url, type_, None, native_id)
    if attachment.subattachments is not None:
        for below in attachment.subattachments.data:
            _add(found, below)


def identity_of(item: Item) -> str | None:
    """A comment's id is its post's number and its own, and both stand in its address."""
    address = item.permalink_url or ""
    post, comment = _POST_PATH.search(address), _COMMENT_QUERY.search(address)
    if post is None or comment is None:
        return None
    return f"{post[2]}_{comment[2] or comment[1]}"


def thread_of(item: Item, kind: Kind) -> str | None:
    """The post of a comment, where only the comment is known."""
    if kind is not Kind.COMMENT:
        return None
    post = _POST_PATH.search(item.permalink_url or "")
    if post is not None:
        return f"{post[1]}_{post[2]}"
    if item.object is not None and item.object.id:
        return item.object.id
    return (item.id or "").rpartition("_")[0] or None


def parent_of(item: Item, kind: Kind, thread: str | None) -> str | None:
    if kind is Kind.COMMENT:
        if item.parent is not None and item.parent.id:
            return item.parent.id
        found = _COMMENT_QUERY.search(item.permalink_url or "")
        post = _POST_PATH.search(item.permalink_url or "")
        return f"{post[2]}_{found[1]}" if found and found[2] and post else thread
    return thread if kind is Kind.MESSAGE else item.parent_id


def count_of(item: Item, kind: Kind) -> int | None:
    if kind in (Kind.PROFILE, Kind.SUBSCRIBER_COUNT):
        return item.followers_count if item.followers_count is not None else item.fan_count
    if kind is Kind.CONVERSATION:
        return item.message_count
    return item.comment_count if item.comment_count is not None else _edge_count(item.comments)


def _edge_count(edge: Edge | None) -> int | None:
    if edge is None:
        return None
    return edge.summary.total_count if edge.summary and edge.summary.total_count is not None else edge.count
