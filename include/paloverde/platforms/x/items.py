"""Posts, users and private messages of API v2 as records."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

import msgspec

from paloverde.platforms import jsontext
from paloverde.platforms.x.wire import (
    Attachments,
    DmEvent,
    Includes,
    Media,
    Poll,
    Post,
    Referenced,
    User,
    Withheld,
    decode,
)
from paloverde.records import NOBODY, Kind, Medium, Missing, Poster, Record, Unread, Visibility

NAME = "x"
_ONLY_OURS = frozenset((Kind.SUBSCRIBER, Kind.BLOCKED))  # who follows and who is blocked is not public
_REPLY, _QUOTE = "replied_to", "quoted"
_TEXT = b'"text"'


class Context(msgspec.Struct):
    """What the items of one answer refer to: `includes`, and the users that X says are gone."""

    posters: dict[str, Poster] = {}
    media: dict[str, Media] = {}
    polls: dict[str, Poll] = {}
    gone: frozenset[str] = frozenset()


def context_of(includes: Includes, gone: frozenset[str] = frozenset()) -> Context:
    """What a page includes, by the keys that its items use."""
    return Context(
        posters={user.id: poster_of(user) for user in includes.users or () if user.id},
        media={one.media_key: one for one in includes.media or () if one.media_key},
        polls={poll.id: poll for poll in includes.polls or () if poll.id},
        gone=gone,
    )


def poster_of(user: User) -> Poster:
    """The user as a poster, as of this answer."""
    return Poster(
        user.name, user.username, user.id, None if user.name and user.username else Missing.WITHHELD
    )


def poster_by_id(user_id: str | None, context: Context) -> Poster:
    """Who it is as far as this answer tells; the id alone, with the reason, where it does not."""
    if not user_id:
        return NOBODY
    known = context.posters.get(user_id)
    if known is not None:
        return known
    return Poster(
        id=user_id, missing=Missing.DELETED_ACCOUNT if user_id in context.gone else Missing.WITHHELD
    )


def moment(text: str | None) -> tuple[datetime | None, str | None]:
    """A time of API v2 ("2026-08-12T18:00:00.000Z") in UTC, or what is wrong with it."""
    if not text:
        return None, None
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError:
        return None, f"the time {text!r} could not be read"
    if parsed.tzinfo is None:
        return None, f"the time {text!r} names no time zone"
    return (parsed if parsed.tzinfo is UTC else parsed.astimezone(UTC)), None


def plain(text: str | None) -> str | None:
    """Text as its author wrote it: X escapes three characters for HTML, once; the raw bytes keep that."""
    if text is None or "&" not in text:
        return text
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def milliseconds(text: str | None) -> datetime | None:
    """A time in milliseconds since 1970, None where the text is none."""
    try:
        return datetime.fromtimestamp(int(text or "") / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def derived_id(piece: bytes) -> str:
    """An id for what has none of its own: the same bytes, the same id."""
    return f"sha256:{hashlib.sha256(piece).hexdigest()[:16]}"


def notes(*said: str | None) -> str | None:
    """All remarks in one line, None where there are none."""
    return "; ".join(note for note in said if note) or None


def post_record(piece: bytes, position: int, context: Context) -> Record | Unread:
    """A post as a record: a comment where it answers another post, else a post."""
    post, drift = decode(Post, piece)
    if not post.id:
        return Unread(piece, "a post without an id", position)
    posted_at, odd_time = moment(post.created_at)
    parent, is_reply = _parent(post)
    media, no_address = _media(post.attachments.media_keys if post.attachments else None, context)
    history = post.edit_history_post_ids or post.edit_history_tweet_ids
    long_text = post.note_post or post.note_tweet
    if drift or odd_time or no_address or post.withheld or piece.count(_TEXT) > 1:
        drift = notes(drift, odd_time, no_address, _withheld(post.withheld), _doubled(piece))
    return Record(
        platform=NAME,
        kind=Kind.COMMENT if is_reply else Kind.POST,
        native_id=post.id,
        payload=piece,
        position=position,
        parent_id=parent,
        thread_id=post.conversation_id,
        text=_with_polls(
            plain((long_text.text if long_text else None) or post.text), post.attachments, context
        ),
        posted_at=posted_at,
        posted_text=post.created_at,
        edited_at=posted_at if history and len(history) > 1 and history[0] != post.id else None,
        poster=poster_by_id(post.author_id, context),
        visibility=Visibility.PUBLIC,
        permalink=f"https://x.com/i/web/status/{post.id}",
        language=post.lang,
        count=post.public_metrics.reply_count if post.public_metrics else None,
        media=media,
        drift=drift,
    )


def user_record(piece: bytes, position: int, kind: Kind) -> Record | Unread:
    """A user as a profile, or as one subscriber where the listing says so."""
    user, drift = decode(User, piece)
    if not user.id:
        return Unread(piece, "a user without an id", position)
    return Record(
        platform=NAME,
        kind=kind,
        native_id=user.id,
        payload=piece,
        position=position,
        text=user.description,
        poster=poster_of(user),
        visibility=Visibility.PRIVATE if kind in _ONLY_OURS else Visibility.PUBLIC,
        permalink=f"https://x.com/i/user/{user.id}",
        count=user.public_metrics.followers_count if user.public_metrics and kind is Kind.PROFILE else None,
        drift=notes(drift, _withheld(user.withheld)) if drift or user.withheld else None,
    )


def message_record(piece: bytes, position: int, context: Context) -> Record | Unread:
    """A private message, or the notice that somebody joined or left its conversation."""
    event, drift = decode(DmEvent, piece)
    native_id = event.id or event.dm_event_id
    if not native_id:
        return Unread(piece, "a private message without an id", position)
    sent_at, odd_time = moment(event.created_at)
    media, no_address = _media(event.attachments.media_keys if event.attachments else None, context)
    who = event.sender_id or next(iter(event.participant_ids or ()), None)
    return Record(
        platform=NAME,
        kind=Kind.MESSAGE,
        native_id=native_id,
        payload=piece,
        position=position,
        parent_id=event.dm_conversation_id,
        thread_id=event.dm_conversation_id,
        text=plain(event.text),
        posted_at=sent_at,
        posted_text=event.created_at,
        poster=poster_by_id(who, context),
        visibility=Visibility.PRIVATE,
        media=media,
        drift=notes(drift, odd_time, no_address, _doubled(piece)),
    )


def _with_polls(text: str | None, attachments: Attachments | None, context: Context) -> str | None:
    """The options of a poll are words of the post: they follow its text, one a line."""
    if attachments is None or not attachments.poll_ids or not context.polls:
        return text
    polls = [context.polls[key] for key in attachments.poll_ids if key in context.polls]
    labels = [option.label for poll in polls for option in poll.options or () if option.label]
    return "\n".join([*([text] if text else []), *labels]) or None


def _doubled(piece: bytes) -> str | None:
    """Decoders keep the last of two equal names in silence, which could hide what was said."""
    if piece.count(_TEXT) < 2 or "text" not in jsontext.repeated_names(piece, jsontext.fields(piece)):
        return None
    return "text stands more than once in this item, and the last one is shown"


def _parent(post: Post) -> tuple[str | None, bool]:
    """The post that this one hangs under, and whether it answers it."""
    direct = post.in_reply_to_post_id or post.in_reply_to_tweet_id
    referenced = post.referenced_posts or post.referenced_tweets
    if referenced:
        closest = min(referenced, key=_closeness)
        if closest.type == _REPLY or not direct:
            return closest.id, closest.type == _REPLY or post.in_reply_to_user_id is not None
    return direct, direct is not None or post.in_reply_to_user_id is not None


def _closeness(reference: Referenced) -> int:
    return {_REPLY: 0, _QUOTE: 1}.get(reference.type, 2)


def _media(keys: list[str] | None, context: Context) -> tuple[tuple[Medium, ...], str | None]:
    if not keys:
        return (), None
    shown: list[Medium] = []
    lost: list[str] = []
    for key in keys:
        media = context.media.get(key)
        url = media and best_address(media)
        if media and url:
            shown.append(Medium(url, media.type or "photo", media.alt_text, key))
        else:
            lost.append(key)
    return tuple(shown), f"this answer gives no address for the media {', '.join(lost)}" if lost else None


def best_address(media: Media) -> str | None:
    """The picture itself, the video in its highest bit rate, or at least the preview."""
    films = [variant for variant in media.variants or () if variant.url and variant.bit_rate is not None]
    if films:
        return max(films, key=lambda variant: variant.bit_rate or 0).url
    first = next((variant.url for variant in media.variants or () if variant.url), None)
    return media.url or first or media.preview_image_url


def _withheld(withheld: Withheld | None) -> str | None:
    if withheld is None:
        return None
    where = ", ".join(withheld.country_codes or ()) or "some countries"
    return f"X withholds this in {where}" + (" for copyright" if withheld.copyright else "")
