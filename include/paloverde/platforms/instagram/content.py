"""What an object says, who said it, who could see it, and what it shows."""

from __future__ import annotations

from collections.abc import Iterator

from paloverde.platforms.instagram.wire import Attachment, Child, Item, Party
from paloverde.records import NOBODY, Kind, Medium, Missing, Poster, Visibility

_TYPES = {"IMAGE": "photo", "VIDEO": "video", "CAROUSEL_ALBUM": "photo", "BROADCAST": "video"}


def text_of(item: Item, kind: Kind) -> str | None:
    """The words of an item as a reader of the site sees them."""
    if kind is Kind.PROFILE:
        return item.biography
    if kind is Kind.MESSAGE:
        return item.message
    if kind is Kind.COMMENT:
        return item.text
    words = [part for part in (item.video_title, item.caption) if part]
    return "\n".join(words) if words else item.name if kind is Kind.OTHER else None


def poster_of(item: Item, kind: Kind) -> Poster:
    """Who said it. Instagram gives a username and, mostly, an id; a person's full name never.

    A profile is said by itself; a conversation and a count by nobody.
    """
    if kind is Kind.PROFILE:
        missing = None if item.name and item.username else Missing.WITHHELD
        return Poster(item.name, item.username, item.id, missing)
    if kind in (Kind.CONVERSATION, Kind.SUBSCRIBER_COUNT):
        return Poster(missing=Missing.API_NOT_EXPOSED)
    party = item.from_ or item.owner or item.user
    return person(party or Party(), item.username)


def person(party: Party, username: str | None = None) -> Poster:
    """A person as named beside an item: what is left out there is the site's choice in this answer."""
    username = username or party.username
    if not (party.name or party.id or username):
        return NOBODY
    if not (party.id and username):
        return Poster(party.name, username, party.id, Missing.WITHHELD)
    return Poster(party.name, username, party.id, None if party.name else Missing.API_NOT_EXPOSED)


def visibility_of(item: Item, kind: Kind) -> Visibility:
    if kind in (Kind.MESSAGE, Kind.CONVERSATION, Kind.REACTION):
        return Visibility.PRIVATE
    if item.hidden is not None:
        return Visibility.HIDDEN if item.hidden else Visibility.PUBLIC
    published = (Kind.POST, Kind.STORY, Kind.PROFILE, Kind.SUBSCRIBER_COUNT)
    return Visibility.PUBLIC if kind in published else Visibility.UNKNOWN


def media_of(item: Item) -> tuple[Medium, ...]:
    """Every picture, film and attachment, each address once. A carousel shows its children."""
    found: dict[str, Medium] = {}
    children = item.children.data if item.children else []
    own = Child(item.id, item.media_type, item.media_url, item.thumbnail_url, item.alt_text)
    for child in children or [own]:
        url = child.media_url or child.thumbnail_url
        if url:
            found.setdefault(url, Medium(url, _type(child), child.alt_text, child.id))
    if item.profile_picture_url:
        found.setdefault(item.profile_picture_url, Medium(item.profile_picture_url))
    for medium in _of_message(item):
        found.setdefault(medium.url, medium)
    return tuple(found.values())


def _type(child: Child) -> str:
    if not child.media_url:
        return "photo"  # the still of a film whose address the site withholds
    return _TYPES.get(child.media_type or "", "photo")


def _of_message(item: Item) -> Iterator[Medium]:
    for attachment in item.attachments.data if item.attachments else []:
        yield from _attached(attachment)
    for linked in (item.story.reply_to, item.story.mention) if item.story else ():
        if linked and linked.link:
            yield Medium(linked.link, "story", None, linked.id)


def _attached(attachment: Attachment) -> Iterator[Medium]:
    files = (
        ("photo", attachment.image_data.url if attachment.image_data else None),
        ("video", attachment.video_data.url if attachment.video_data else None),
        ("file", attachment.file_url),
        (attachment.type or "file", attachment.payload.url if attachment.payload else None),
    )
    for type_, url in files:
        if url:
            yield Medium(url, type_, None, attachment.id)


def thread_of(item: Item, kind: Kind) -> str | None:
    """The post of a comment, where the comment itself tells."""
    return item.media.id if kind is Kind.COMMENT and item.media else None


def count_of(item: Item, kind: Kind) -> int | None:
    if kind in (Kind.PROFILE, Kind.SUBSCRIBER_COUNT):
        return item.followers_count
    return item.message_count if kind is Kind.CONVERSATION else item.comments_count


def lacks_media(item: Item, kind: Kind) -> bool:
    """Whether a post has a picture or film of which the site gives no address (a copyright claim, mostly)."""
    shown = item.media_type in ("IMAGE", "VIDEO") and not item.media_url
    return kind in (Kind.POST, Kind.STORY) and shown
