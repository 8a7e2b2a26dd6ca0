"""What is asked of an Instagram account every night, with the token of the Page that it is linked to.

Fields are those of IGUser, IGMedia, IGComment and UnifiedThread of the Graph API v26.0; messages as
https://developers.facebook.com/docs/messenger-platform/conversations has them.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable
from datetime import datetime, timedelta

import msgspec

from paloverde.errors import PermissionMissing, Unreadable, WrongAccount
from paloverde.platforms.asking import answered, single
from paloverde.platforms.conversation import Conversation, NotThere, Older, Request, Response, TooMuch
from paloverde.platforms.graph import inbox
from paloverde.platforms.graph.inbox import CONVERSATION_LIGHT, MESSAGE_LIGHT, stirred
from paloverde.platforms.graph.streams import every
from paloverde.platforms.graph.walk import Ask, Below, path, walk
from paloverde.platforms.instagram import read
from paloverde.records import Account, Kind, Record

OLDER = Older(frozenset({"media"}))  # the comments of other accounts' posts are not shown
MOST_COMMENTS = 50  # https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-media/comments
# A story lives for 24 hours. One that may expire while it is looked for proves nothing by its absence.
_STORIES_LAST = timedelta(hours=23)

PROFILE = "id,ig_id,username,name,biography,website,profile_picture_url"
COUNTS = "id,followers_count,follows_count"
MEDIA_LIGHT = (
    "id,timestamp,caption,username,owner{id,username},permalink,media_type,media_product_type,media_url,"
    "thumbnail_url,alt_text,comments_count"
)
MEDIA = (
    f"{MEDIA_LIGHT},ig_id,shortcode,is_comment_enabled,is_shared_to_feed,is_ai_generated,like_count,"
    "children{id,media_type,media_url,thumbnail_url,alt_text,permalink,timestamp}"
)
LIVE = (
    "id,timestamp,username,owner{id,username},permalink,media_type,media_product_type,video_title,live_status"
)
TAGGED = (
    "id,timestamp,caption,username,permalink,media_type,media_product_type,media_url,comments_count,"
    "children{id,media_type,media_url}"
)
TAGGED_LIGHT = "id,timestamp,caption,username,permalink,media_type,media_url,comments_count"
REPLY_LIGHT = "id,timestamp,text,username,from{id,username},hidden,parent_id,media{id}"
REPLY = f"{REPLY_LIGHT},user{{id}},like_count"
COMMENT_LIGHT = f"{REPLY_LIGHT},replies.limit(10){{{REPLY_LIGHT}}}"
COMMENT = f"{REPLY},replies.limit({MOST_COMMENTS}){{{REPLY}}}"
CONVERSATION = f"{CONVERSATION_LIGHT},name,folder,participants"
MESSAGE = f"{MESSAGE_LIGHT},attachments,shares,reactions,reply_to,story,is_unsupported"


class Opened(msgspec.Struct, frozen=True):
    """What a token opens: the Page, the Instagram account linked to it, and when the site said so."""

    page: str
    username: str
    at: datetime


def night(account: Account, since: datetime | None) -> Conversation:
    """Profile, follower count, posts, stories, live broadcasts, tags, comments with replies, messages.

    Raises `WrongAccount` where the token opens another account, before anything is kept.
    """
    opened = yield from identity(account)
    for stream, kind, fields in (
        ("profile", Kind.PROFILE, PROFILE),
        ("subscribers", Kind.SUBSCRIBER_COUNT, COUNTS),
    ):
        question = Request(path(account.native_id), (("fields", fields),), f"{stream} of {account.handle}")
        yield from single(stream, kind, question, read.read)
    yield from walk(stories(account, opened), read)
    live = yield from walk(broadcasts(account, opened), read)
    posts = yield from walk(media(account, since), read)
    yield from walk(tagged(account), read)
    yield from every((comments(post) for post in live.ids), read)
    yield from every((comments(post, count, counted=True) for post, count in posts.ids.items()), read)
    del posts
    walked = yield from walk(conversations(account, opened), read)
    yield from every((messages(one, since) for one in stirred(walked.records, since)), read)


def comments_of(account: Account, posts: Iterable[str]) -> Conversation:
    """The comments of posts that the night's list does not reach."""
    yield from identity(account)
    yield from every((comments(post) for post in posts), read)


def identity(account: Account) -> Generator[Request, Response | None, Opened]:
    """Whose token it is. Ends the run where it does not open this account."""
    try:
        return (yield from whose(account))
    except (NotThere, TooMuch) as error:
        raise PermissionMissing(f"Instagram does not say whose token this is: {error}") from None


class _Linked(msgspec.Struct):
    id: str | None = None
    username: str | None = None


class _Me(msgspec.Struct):
    id: str | None = None
    instagram_business_account: _Linked | None = None


def whose(account: Account) -> Generator[Request, Response | None, Opened]:
    """The Page whose token it is, and the account linked to it. Raises `WrongAccount`."""
    fields = "id,instagram_business_account{id,username}"
    response = answered((yield Request(path("me"), (("fields", fields),), "whose token this is")))
    try:
        me = msgspec.json.decode(response.body, type=_Me)
    except (msgspec.DecodeError, RecursionError) as error:
        raise Unreadable(f"It cannot be told whose token this is: {error}.") from None
    linked = me.instagram_business_account or _Linked()
    if me.id is None or linked.id is None:
        raise WrongAccount(
            f"The token for {account.slug} opens the Page {me.id or 'of nobody'}, to which no Instagram "
            "account is linked that it may see. Link the account to the Page, or grant instagram_basic."
        )
    if linked.id != account.native_id:
        raise WrongAccount(
            f"The token for {account.slug} opens the Instagram account {linked.username or 'without a name'} "
            f"({linked.id}), not {account.native_id} that is registered. Enter the token of the Page that "
            "this account is linked to, or register the account anew."
        )
    return Opened(me.id, linked.username or linked.id, response.received_at)


def media(account: Account, since: datetime | None) -> Ask:
    bound = () if since is None else (("since", str(int(since.timestamp()))),)
    purpose = f"posts of {account.handle}"
    where = path(account.native_id, "media")
    return Ask("media", Kind.POST, where, MEDIA, MEDIA_LIGHT, purpose, bound, since=since)


def stories(account: Account, opened: Opened) -> Ask:
    where, purpose = path(account.native_id, "stories"), f"stories of {account.handle}"
    since = opened.at - _STORIES_LAST
    return Ask("stories", Kind.STORY, where, MEDIA, MEDIA_LIGHT, purpose, since=since)


def broadcasts(account: Account, opened: Opened) -> Ask:
    """What is broadcast now. When it ends it leaves the list, so that its absence says nothing."""
    where, purpose = path(account.native_id, "live_media"), f"live broadcasts of {account.handle}"
    return Ask("live_media", Kind.POST, where, LIVE, LIVE, purpose, since=opened.at)


def tagged(account: Account) -> Ask:
    where, purpose = path(account.native_id, "tags"), f"posts that tag {account.handle}"
    return Ask("tags", Kind.POST, where, TAGGED, TAGGED_LIGHT, purpose)


def comments(
    post: str, declared: int | None = None, *, counted: bool = False, glance: datetime | None = None
) -> Ask:
    """Newest first, hidden ones too, each with its replies. `declared` counts both."""
    return Ask(
        "comments",
        Kind.COMMENT,
        path(post, "comments"),
        COMMENT,
        COMMENT_LIGHT,
        f"comments of post {post}",
        limit=MOST_COMMENTS,
        of=post,
        thread_id=post,
        below=Below("replies", REPLY, REPLY_LIGHT, MOST_COMMENTS),
        declared=declared,
        counted=counted,
        glance=glance,
    )


def conversations(account: Account, opened: Opened, glance: datetime | None = None) -> Ask:
    return inbox.conversations(account, opened.page, "instagram", CONVERSATION, glance)


def messages(thread: Record, since: datetime | None, glance: datetime | None = None) -> Ask:
    return inbox.messages(thread, MESSAGE, since, glance)


def sweep(account: Account, since: datetime, watched: list[str]) -> Conversation:
    """What is new since: stories, broadcasts, posts, newest comments of these and of `watched`, messages."""
    opened = yield from identity(account)
    ids: dict[str, None] = dict.fromkeys(watched)
    for ask in (stories(account, opened), broadcasts(account, opened), media(account, since)):
        walked = yield from walk(glancing(ask, since), read)
        if ask.stream != "stories":
            ids.update(dict.fromkeys(walked.ids))
    yield from every((comments(post, glance=since) for post in ids), read)
    threads = yield from walk(conversations(account, opened, since), read)
    yield from every((messages(one, since, since) for one in stirred(threads.records, since)), read)


def glancing(ask: Ask, since: datetime) -> Ask:
    """The same listing as a short look, which proves no absence."""
    return msgspec.structs.replace(ask, glance=since)
