"""Parts of what LinkedIn sends, as parts of a record: times, names, addresses, media, words."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from datetime import UTC, datetime

import msgspec

from paloverde.platforms.linkedin.wire import CommentContent, NamedMedia, Person, PostContent
from paloverde.records import Medium, Missing, Poster, Visibility

_OLDEST = 1_052_092_800_000  # 5 May 2003, the site's first day, in its milliseconds
_SHORT = re.compile(r"urn:li:comment:\((?!urn:)")
_OF_COMMENT = re.compile(r"urn:li:comment:\((?P<post>.+),(?P<id>[0-9]+)\)")
_TYPES = {"image": "photo", "video": "video", "document": "document", "digitalmediaAsset": "photo"}


class Setting(msgspec.Struct, frozen=True, gc=False):
    """What the question tells about the answer, and its items do not: nothing for a file.

    `thread_id` is the post, `parent_id` what is listed under; `page` is the URN of the page; `addresses`
    are those of pictures and videos, by URN.
    """

    thread_id: str | None = None
    parent_id: str | None = None
    page: str | None = None
    addresses: dict[str, str] = {}


NOWHERE = Setting()


def whole_comment_urn(urn: str) -> str:
    """Notifications shorten the post inside a comment's URN; lists write it out."""
    return _SHORT.sub("urn:li:comment:(urn:li:", urn)


def split_comment_urn(urn: str) -> tuple[str, str] | None:
    """The URN of the post or activity and the number of the comment; None where it is no comment's URN."""
    found = _OF_COMMENT.fullmatch(urn)
    return (found["post"], found["id"]) if found else None


def moment(milliseconds: int | None) -> tuple[datetime | None, str | None]:
    """A time of the site as aware UTC, or what is wrong with it."""
    if milliseconds is None:
        return None, None
    try:
        if milliseconds >= _OLDEST:
            return datetime.fromtimestamp(milliseconds / 1000, UTC), None
    except (OverflowError, OSError, ValueError):
        pass
    return None, f"the time {milliseconds} cannot be used"


def derived_id(payload: bytes) -> str:
    """An id for what has none of its own: the same bytes, the same id."""
    return f"sha256:{hashlib.sha256(payload).hexdigest()[:16]}"


def notes(*said: str | None) -> str | None:
    """All remarks in one line, None where there are none."""
    return "; ".join(note for note in said if note) or None


def said_in(text: str | None, content: PostContent | None) -> str | None:
    """A poll's question and options, and an article's headline, are part of what was said."""
    more: list[str | None] = []
    if content and content.poll:
        more += [content.poll.question, *(option.text for option in content.poll.options or ())]
    if content and content.article:
        more += [content.article.title, content.article.source]
    return "\n".join(part for part in (text, *more) if part) or text


def poster_of(urn: str | None, shown: Person | None) -> Poster:
    """By URN. A name takes another question, whose answer may be kept for 24 hours only."""
    if not urn:
        return Poster(missing=Missing.WITHHELD)
    name = shown.name if shown else None
    return Poster(name, shown.vanity_name if shown else None, urn, None if name else Missing.API_NOT_EXPOSED)


def visibility_of(lifecycle: str | None, seen_by: str | None) -> Visibility:
    if lifecycle not in (None, "PUBLISHED", "PUBLISHED_EDITED"):
        return Visibility.UNPUBLISHED
    if seen_by in ("PUBLIC", "LOGGED_IN"):
        return Visibility.PUBLIC
    return Visibility.PRIVATE if seen_by in ("CONNECTIONS", "CONTAINER") else Visibility.UNKNOWN


def media_of(content: PostContent | None, setting: Setting) -> Iterator[Medium]:
    if content is None:
        return
    images = content.multi_image.images if content.multi_image else None
    named: list[NamedMedia | None] = [content.media, content.document, *(images or ())]
    for one in named:
        if one is not None and one.id:
            yield medium_of(one.id, one.alt_text or one.title, setting)
    if content.article and content.article.thumbnail:
        yield medium_of(content.article.thumbnail, None, setting)


def media_of_comment(contents: list[CommentContent] | None, setting: Setting) -> Iterator[Medium]:
    for one in contents or ():
        entity = one.entity
        urn = entity and (entity.image or entity.video or entity.document)
        if urn:
            medium = medium_of(urn, None, setting)
            yield medium if medium.url else msgspec.structs.replace(medium, url=one.url or "")


def medium_of(urn: str, alt_text: str | None, setting: Setting) -> Medium:
    """By its URN; without an address where nobody has asked for that."""
    kind = urn.removeprefix("urn:li:").partition(":")[0]
    return Medium(setting.addresses.get(urn, ""), _TYPES.get(kind, "photo"), alt_text, urn)


def localized(description: object) -> str | None:
    """`{"localized": {"en_US": "..."}}`, the first language there."""
    if isinstance(description, str):
        return description
    by_language = description.get("localized") if isinstance(description, dict) else None
    if not isinstance(by_language, dict):
        return None
    return next((words for words in by_language.values() if isinstance(words, str)), None)
