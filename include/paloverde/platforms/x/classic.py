"""Posts, users and private messages in the form of API 1.1, which exports and events still use."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec

from paloverde.platforms.x.items import NAME, Context, milliseconds, moment, notes, plain, poster_by_id
from paloverde.platforms.x.wire import decode
from paloverde.records import Kind, Medium, Missing, Poster, Record, Unread, Visibility

_LONGEST_NUMBER = 12


class ClassicUser(msgspec.Struct, gc=False):
    """A user of API 1.1."""

    id_str: str | None = None
    name: str | None = None
    screen_name: str | None = None
    description: str | None = None


class ClassicVariant(msgspec.Struct, gc=False):
    """One rendition of a video. An export gives `bitrate` as text."""

    url: str | None = None
    bitrate: int | str | None = None

    @property
    def rate(self) -> int:
        """Bits per second, 0 where none is given."""
        text = str(self.bitrate)
        return int(text) if text.isdigit() and len(text) < _LONGEST_NUMBER else 0


class VideoInfo(msgspec.Struct, gc=False):
    """The renditions of a video."""

    variants: list[ClassicVariant] | None = None


class ClassicMedia(msgspec.Struct, gc=False):
    """A picture or video of API 1.1."""

    id_str: str | None = None
    type: str | None = None
    media_url_https: str | None = None
    media_url: str | None = None
    ext_alt_text: str | None = None
    video_info: VideoInfo | None = None


class Entities(msgspec.Struct, gc=False):
    """Of all entities, the media."""

    media: list[ClassicMedia] | None = None


class Reposted(msgspec.Struct, gc=False):
    """The post inside a repost."""

    id_str: str | None = None


class Longer(msgspec.Struct, gc=False):
    """The whole text where `text` is cut."""

    full_text: str | None = None


class Target(msgspec.Struct, gc=False):
    """To whom a message goes."""

    recipient_id: str | None = None


class Attachment(msgspec.Struct, gc=False):
    """What a message carries."""

    media: ClassicMedia | None = None


class MessageData(msgspec.Struct, gc=False):
    """What a message says."""

    text: str | None = None
    attachment: Attachment | None = None


class ClassicMessage(msgspec.Struct, gc=False):
    """The body of a private message."""

    sender_id: str | None = None
    target: Target | None = None
    message_data: MessageData | None = None


class ClassicMessageEvent(msgspec.Struct, gc=False):
    """A private message."""

    id: str | None = None
    created_timestamp: str | None = None
    message_create: ClassicMessage | None = None


class ClassicPost(msgspec.Struct, gc=False):
    """A post of API 1.1, which the account archive uses too. `id` may be rounded: only `id_str` is exact."""

    id_str: str | None = None
    id: str | int | None = None
    full_text: str | None = None
    text: str | None = None
    extended_tweet: Longer | None = None
    created_at: str | None = None
    in_reply_to_status_id_str: str | None = None
    in_reply_to_user_id_str: str | None = None
    quoted_status_id_str: str | None = None
    retweeted_status: Reposted | None = None
    user: ClassicUser | None = None
    extended_entities: Entities | None = None
    entities: Entities | None = None
    lang: str | None = None


def classic_post(piece: bytes, position: int, inner: bytes) -> Record | Unread:
    """A post as a record; `inner` is the post itself within the entry `piece`."""
    post, drift = decode(ClassicPost, inner)
    native_id = post.id_str or (str(post.id) if post.id else None)
    if not native_id:
        return Unread(piece, "a post without an id", position)
    posted_at, odd_time = classic_time(post.created_at)
    parent = post.in_reply_to_status_id_str
    is_reply = bool(parent or post.in_reply_to_user_id_str)
    reposted = post.retweeted_status.id_str if post.retweeted_status else None
    longer = post.extended_tweet.full_text if post.extended_tweet else None
    return Record(
        platform=NAME,
        kind=Kind.COMMENT if is_reply else Kind.POST,
        native_id=native_id,
        payload=piece,
        position=position,
        parent_id=parent or post.quoted_status_id_str or reposted,
        text=plain(longer or post.full_text or post.text),
        posted_at=posted_at,
        posted_text=post.created_at,
        poster=_classic_poster(post.user) if post.user else Poster(missing=Missing.API_NOT_EXPOSED),
        visibility=Visibility.PUBLIC,
        permalink=f"https://x.com/i/web/status/{native_id}",
        language=post.lang,
        media=_classic_media(post.extended_entities or post.entities),
        drift=notes(drift, odd_time),
    )


def classic_user(piece: bytes, position: int) -> Record | Unread:
    """A user as a profile."""
    user, drift = decode(ClassicUser, piece)
    if not user.id_str:
        return Unread(piece, "a user without an id", position)
    return Record(
        platform=NAME,
        kind=Kind.PROFILE,
        native_id=user.id_str,
        payload=piece,
        position=position,
        text=user.description,
        poster=_classic_poster(user),
        visibility=Visibility.PUBLIC,
        permalink=f"https://x.com/i/user/{user.id_str}",
        drift=drift,
    )


def _classic_poster(user: ClassicUser) -> Poster:
    missing = None if user.name and user.screen_name else Missing.WITHHELD
    return Poster(user.name, user.screen_name, user.id_str, missing)


def _classic_media(entities: Entities | None) -> tuple[Medium, ...]:
    shown = []
    for media in (entities.media if entities else None) or ():
        films = (media.video_info.variants if media.video_info else None) or ()
        best = max((film for film in films if film.url), key=lambda film: film.rate, default=None)
        url = best.url if best else media.media_url_https or media.media_url
        if url:
            shown.append(Medium(url, media.type or "photo", media.ext_alt_text, media.id_str))
    return tuple(shown)


def classic_message(piece: bytes, position: int, context: Context) -> Record | Unread:
    """A private message of API 1.1, as events still bring it."""
    event, drift = decode(ClassicMessageEvent, piece)
    if not event.id:
        return Unread(piece, "a private message without an id", position)
    message = event.message_create or ClassicMessage()
    content = message.message_data or MessageData()
    sender, recipient = message.sender_id, message.target.recipient_id if message.target else None
    # X names a conversation of two by their ids, the smaller number first.
    between = (
        "-".join(sorted((sender, recipient), key=lambda one: (len(one), one)))
        if sender and recipient
        else None
    )
    attached = content.attachment.media if content.attachment else None
    return Record(
        platform=NAME,
        kind=Kind.MESSAGE,
        native_id=event.id,
        payload=piece,
        position=position,
        parent_id=between,
        thread_id=between,
        text=content.text,
        posted_at=milliseconds(event.created_timestamp),
        posted_text=event.created_timestamp,
        poster=poster_by_id(sender, context),
        visibility=Visibility.PRIVATE,
        media=_classic_media(Entities([attached])) if attached else (),
        drift=drift,
    )


def classic_time(text: str | None) -> tuple[datetime | None, str | None]:
    """A time of API 1.1 ("Wed Sep 04 13:51:55 +0000 2019") in UTC, or what is wrong with it."""
    if not text:
        return None, None
    try:
        return datetime.strptime(text, "%a %b %d %H:%M:%S %z %Y").astimezone(UTC), None
    except ValueError:
        return moment(text)
