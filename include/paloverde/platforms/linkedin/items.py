"""Posts, comments, reactions, notifications and pages of LinkedIn as records."""

from __future__ import annotations

from urllib.parse import quote

import msgspec

from paloverde.platforms.linkedin.content import (
    Setting,
    localized,
    media_of,
    media_of_comment,
    medium_of,
    moment,
    notes,
    poster_of,
    said_in,
    visibility_of,
    whole_comment_urn,
)
from paloverde.platforms.linkedin.little import plain
from paloverde.platforms.linkedin.wire import (
    Comment,
    LegacyPost,
    Notification,
    Organization,
    Post,
    Reaction,
    ShareContent,
    Stamp,
    decode,
)
from paloverde.records import Kind, Missing, Poster, Record, Visibility

NAME = "linkedin"
_PAGE = "https://www.linkedin.com/feed/update/"


class Piece(msgspec.Struct, frozen=True, gc=False):
    """One object: its text safe to decode, the bytes as received, and where they lie."""

    sound: bytes
    payload: bytes
    position: int


def post_record(piece: Piece, setting: Setting) -> Record | None:
    """A post of the Posts API, None where it has no id."""
    post, drift = decode(Post, piece.sound)
    if not post.id:
        return None
    made = post.published_at if post.published_at is not None else post.created_at
    posted_at, odd = moment(made)
    info = post.lifecycle_state_info
    edited_at, odd_edit = moment(post.last_modified_at if info and info.is_edited_by_author else None)
    reshare = post.reshare_context
    return Record(
        platform=NAME,
        kind=Kind.POST,
        native_id=post.id,
        payload=piece.payload,
        position=piece.position,
        parent_id=reshare.parent or reshare.root if reshare else None,
        thread_id=post.id,
        text=said_in(plain(post.commentary), post.content),
        posted_at=posted_at,
        posted_text=None if made is None else str(made),
        edited_at=edited_at,
        poster=poster_of(post.author, post.decoration),
        visibility=visibility_of(post.lifecycle_state, post.visibility),
        permalink=f"{_PAGE}{post.id}/",
        media=tuple(media_of(post.content, setting)),
        drift=notes(drift, odd, odd_edit),
    )


def legacy_post_record(piece: Piece, setting: Setting) -> Record | None:
    """A post as `/v2/ugcPosts` gave it."""
    post, drift = decode(LegacyPost, piece.sound)
    if not post.id:
        return None
    share = (post.specific_content and post.specific_content.share) or ShareContent()
    words = share.share_commentary
    made = post.first_published_at or (post.created.time if post.created else None)
    posted_at, odd = moment(made)
    return Record(
        platform=NAME,
        kind=Kind.POST,
        native_id=post.id,
        payload=piece.payload,
        position=piece.position,
        thread_id=post.id,
        text=words.text if words else None,
        posted_at=posted_at,
        posted_text=None if made is None else str(made),
        poster=poster_of(post.author, None),
        visibility=visibility_of(post.lifecycle_state, post.visibility.member if post.visibility else None),
        permalink=f"{_PAGE}{post.id}/",
        language=words.inferred_locale.partition("_")[0] if words and words.inferred_locale else None,
        media=tuple(
            medium_of(one.media, one.description.text if one.description else None, setting)
            for one in share.media or ()
            if one.media
        ),
        drift=notes(drift, odd),
    )


def comment_record(piece: Piece, setting: Setting) -> Record | None:
    """A comment or a reply."""
    comment, drift = decode(Comment, piece.sound)
    urn = comment.urn or comment.comment_urn
    if not urn and comment.object and comment.id:
        urn = f"urn:li:comment:({comment.object},{comment.id})"
    if not urn:
        return None
    created, changed = comment.created or Stamp(), comment.last_modified or Stamp()
    posted_at, odd = moment(created.time)
    edited_at, odd_edit = moment(changed.time if changed.time != created.time else None)
    thread = setting.thread_id or comment.object
    summary = comment.comments_summary
    return Record(
        platform=NAME,
        kind=Kind.COMMENT,
        native_id=whole_comment_urn(urn),
        payload=piece.payload,
        position=piece.position,
        parent_id=comment.parent_comment or setting.parent_id or thread,
        thread_id=thread,
        text=comment.message.text if comment.message else None,
        posted_at=posted_at,
        posted_text=None if created.time is None else str(created.time),
        edited_at=edited_at,
        poster=poster_of(comment.actor or created.actor, comment.decoration),
        visibility=Visibility.PUBLIC,
        permalink=f"{_PAGE}{comment.object}/?commentUrn={quote(urn, safe='')}" if comment.object else None,
        count=summary.total_first_level_comments if summary else None,
        media=tuple(media_of_comment(comment.content, setting)),
        drift=notes(drift, odd, odd_edit),
    )


def reaction_record(piece: Piece, setting: Setting) -> Record | None:
    """Who reacted, and how. A like of the older list is a LIKE."""
    reaction, drift = decode(Reaction, piece.sound)
    native_id = reaction.id or reaction.urn
    if not native_id:
        return None
    created = reaction.created or Stamp()
    posted_at, odd = moment(created.time)
    on = setting.thread_id or reaction.root or reaction.object
    return Record(
        platform=NAME,
        kind=Kind.REACTION,
        native_id=native_id,
        payload=piece.payload,
        position=piece.position,
        parent_id=on,
        thread_id=on,
        text=reaction.reaction_type or "LIKE",
        posted_at=posted_at,
        posted_text=None if created.time is None else str(created.time),
        poster=poster_of(reaction.actor or created.actor, reaction.decoration),
        visibility=Visibility.PUBLIC,
        drift=notes(drift, odd),
    )


def notification_record(piece: Piece) -> Record | None:
    """The site's own statement that something was said, edited or deleted; its words where it quotes them."""
    told, drift = decode(Notification, piece.sound)
    if told.notification_id is None:
        return None
    at, odd = moment(told.last_modified_at)
    activity = told.decorated_generated_activity
    quoted = (activity.comment or activity.share) if activity else None
    about = told.generated_activity or (quoted.entity if quoted else None)
    return Record(
        platform=NAME,
        kind=Kind.OTHER,
        native_id=f"notification-{told.notification_id}",
        payload=piece.payload,
        position=piece.position,
        parent_id=whole_comment_urn(about) if about else None,
        thread_id=source_of(told),
        text=quoted.text if quoted else None,
        posted_at=at,
        posted_text=None if told.last_modified_at is None else str(told.last_modified_at),
        poster=poster_of(quoted.owner if quoted else None, None),
        visibility=Visibility.PRIVATE,
        drift=notes(drift, odd),
    )


def source_of(told: Notification) -> str | None:
    """The post on which something happened, by the URN that the list of posts gives it."""
    quoted = told.decorated_source_post
    return (quoted.entity if quoted else None) or told.source_post


def page_record(piece: Piece) -> Record | None:
    """The Company Page itself."""
    page, drift = decode(Organization, piece.sound)
    if page.id is None:
        return None
    own = str(page.id)
    urn = own if own.startswith("urn:") else f"urn:li:organization:{own}"
    about = page.localized_description or localized(page.description)
    return Record(
        platform=NAME,
        kind=Kind.PROFILE,
        native_id=urn,
        payload=piece.payload,
        position=piece.position,
        text=about,
        poster=Poster(
            page.localized_name, page.vanity_name, urn, None if page.localized_name else Missing.WITHHELD
        ),
        visibility=Visibility.PUBLIC,
        permalink=f"https://www.linkedin.com/company/{page.vanity_name or own.rpartition(':')[2]}/",
        drift=drift,
    )
