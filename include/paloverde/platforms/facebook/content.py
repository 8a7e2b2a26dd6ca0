"""What an object says, who said it, who could see it, and what it shows."""

from __future__ import annotations

import re
from collections.abc import Iterator

from paloverde.platforms.facebook.wire import Attachment, Edge, Item, Party, PictureHolder
from paloverde.records import NOBODY, Kind, Medium, Missing, Poster, Visibility

_UNNAMED = Poster(missing=Missing.API_NOT_EXPOSED)
_UNSIGNED = frozenset((Kind.CONVERSATION, Kind.SUBSCRIBER_COUNT, Kind.STORY))
_ONLY_OURS = frozenset((Kind.MESSAGE, Kind.CONVERSATION, Kind.BLOCKED))
_IN_PUBLIC = frozenset((Kind.STORY, Kind.REACTION))
_NOT_YET = ("SCHEDULED", "UNPUBLISHED")  # how the status of a live broadcast begins that nobody saw
_POST_PATH = re.compile(r"facebook\.com/(\d+)/posts/(\d+)")
_COMMENT_QUERY = re.compile(r"[?&]comment_id=(\d+)(?:&reply_comment_id=(\d+))?")


def text_of(item: Item, kind: Kind) -> str | None:
    """The words of an item as a reader of the site sees them."""
    if item.message is not None:
        return item.message
    if kind is Kind.REACTION:
        return item.type
    if kind is Kind.BLOCKED:
        return None
    if item.recommendation_type is not None:
        return _joined(item.review_text) or item.recommendation_type
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
    if kind in (Kind.REACTION, Kind.BLOCKED):
        return _person(Party(item.id, item.name))
    party = item.from_ or item.owner or item.reviewer
    if party is not None:
        return _person(party)
    return _UNNAMED if kind in _UNSIGNED else NOBODY


def _person(party: Party) -> Poster:
    # The site gives no usernames of people at all; a missing name or id is its choice in this answer.
    if not party.name or not party.id:
        return Poster(party.name, party.username, party.id, Missing.WITHHELD)
    missing = None if party.username else Missing.API_NOT_EXPOSED
    return Poster(party.name, party.username, party.id, missing)


def visibility_of(item: Item, kind: Kind) -> Visibility:
    if kind in _ONLY_OURS:
        return Visibility.PRIVATE
    if kind in _IN_PUBLIC:
        return Visibility.PUBLIC
    if item.is_hidden:
        return Visibility.HIDDEN
    waits = isinstance(item.status, str) and item.status.startswith(_NOT_YET)
    if item.is_published is False or item.published is False or waits:
        return Visibility.UNPUBLISHED
    if item.is_private:
        return Visibility.PRIVATE
    said = item.is_hidden is False or item.is_published or item.published
    return Visibility.PUBLIC if said else Visibility.UNKNOWN


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


def own_name(item: Item) -> str | None:
    """The id of what has one under another name: a story its post's, a recommendation that of its own story.

    A recommendation without a story is named by who wrote it: each person has one for a Page.
    """
    if item.post_id is not None:
        return str(item.post_id)
    if item.recommendation_type is None and item.review_text is None:
        return None
    if item.open_graph_story is not None and item.open_graph_story.id:
        return item.open_graph_story.id
    if item.reviewer is not None and item.reviewer.id:
        return f"rating:{item.reviewer.id}"
    return f"rating:{item.created_time}" if item.created_time else None


def thread_of(item: Item, kind: Kind) -> str | None:
    """The post of a comment, where only the comment is known."""
    if kind is not Kind.COMMENT or item.recommendation_type is not None:
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
    if kind in (Kind.MESSAGE, Kind.REACTION, Kind.STORY):
        return thread
    return item.parent_id


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
