"""What is asked of a Facebook Page every night.

Fields are those of Page, PagePost, Comment, UnifiedThread and messages of the Graph API v26.0. Members
that change without anybody saying anything (likes, shares, `updated_time` of a post) are not asked for:
they would make a new version of every record every night.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable
from datetime import datetime

import msgspec

from paloverde.errors import PermissionMissing, Unreachable, WrongAccount
from paloverde.platforms.conversation import (
    Conversation,
    Found,
    Gap,
    Listing,
    NotThere,
    Request,
    Response,
    Said,
    TooMuch,
)
from paloverde.platforms.facebook.content import time_of
from paloverde.platforms.facebook.read import read
from paloverde.platforms.facebook.walk import TROUBLE, Ask, Walked, body_of, path, walk
from paloverde.records import Account, Kind, Record

# The site shows the words of the 20 newest messages of a conversation; older ones look deleted.
# https://developers.facebook.com/docs/messenger-platform/conversations
READABLE_MESSAGES = 20
_PATIENCE = 3  # listings in a row that cannot be reached before the site counts as down

PROFILE = (
    "id,name,username,about,bio,description,general_info,mission,founded,category,category_list,link,website,"
    "phone,emails,hours,location,single_line_address,impressum,verification_status,is_verified,is_published,cover"
)
COUNTS = "id,followers_count,fan_count"
POST_LIGHT = (
    "id,created_time,from{id,name},message,story,permalink_url,status_type,is_hidden,is_published,is_expired,"
    "parent_id,scheduled_publish_time"
)
POST = (
    f"{POST_LIGHT},backdated_time,message_tags,story_tags,place,privacy,properties,full_picture,target,via,"
    "call_to_action,child_attachments,event,timeline_visibility,admin_creator,"
    "attachments{media,media_type,subattachments,target,title,description,type,url}"
)
COMMENT_LIGHT = "id,created_time,from{id,name},message,is_hidden,is_private,parent{id},permalink_url"
COMMENT = f"{COMMENT_LIGHT},attachment,message_tags,admin_creator"
CONVERSATION_LIGHT = "id,updated_time,message_count"
CONVERSATION = f"{CONVERSATION_LIGHT},link,name,folder,participants,former_participants,senders"
MESSAGE_LIGHT = "id,created_time,from,to,message"
MESSAGE = f"{MESSAGE_LIGHT},attachments,shares,sticker,tags,reactions,reply_to,is_unsupported,story"

# Lists of posts: name, further parameters, whether they reach back in time (and so may have comments:
# scheduled posts have none yet).
_POST_STREAMS: tuple[tuple[str, tuple[tuple[str, str], ...], bool], ...] = (
    ("published_posts", (("include_hidden", "true"), ("show_expired", "true")), True),
    ("visitor_posts", (("include_hidden", "true"), ("show_expired", "true")), True),
    ("tagged", (), True),
    ("scheduled_posts", (), False),
)


def night(account: Account, since: datetime | None) -> Conversation:
    """Profile, follower count, posts with their comments, conversations with their messages.

    Raises `WrongAccount` where the token belongs to another Page, before anything is kept.
    """
    yield from _identity(account)
    yield from _single(account, "profile", Kind.PROFILE, PROFILE, f"profile of {account.handle}")
    yield from _single(
        account, "subscribers", Kind.SUBSCRIBER_COUNT, COUNTS, f"followers of {account.handle}"
    )
    posts: dict[str, None] = {}
    for stream, params, bounded in _POST_STREAMS:
        walked = yield from walk(_posts(account, stream, params, since if bounded else None))
        if bounded:
            posts.update(walked.ids)
    yield from _all(_comments(native_id) for native_id in posts)
    del posts
    walked = yield from walk(_conversations(account))
    yield from _all(_messages(thread, since) for thread in walked.records if _stirred(thread, since))


def _identity(account: Account) -> Generator[Said, Response | None, None]:
    """A page token says whose it is. Ends the run where it is not this Page's."""
    try:
        response = yield Request(path("me"), (("fields", "id,name"),), "whose token this is")
    except (NotThere, TooMuch) as error:
        raise PermissionMissing(f"Facebook does not say whose token this is: {error}") from None
    found = read(body_of(response)).records
    if len(found) != 1 or found[0].native_id != account.native_id:
        whose = f"{found[0].poster.name} ({found[0].native_id})" if found else "nobody"
        raise WrongAccount(
            f"The token for {account.slug} belongs to {whose}, not to the Page {account.native_id} that is "
            "registered. Enter the token of that Page, or register the account anew."
        )


def _single(
    account: Account, stream: str, kind: Kind, fields: str, purpose: str
) -> Generator[Said, Response | None, None]:
    """One object that is read as a listing of one."""
    try:
        response = yield Request(path(account.native_id), (("fields", fields),), purpose)
        reading = read(body_of(response))
    except TROUBLE as error:
        yield Gap(stream, kind, str(error) or "the site gave no reason")
        yield Listing(stream, kind, complete=False, got=0, reason=str(error))
        return
    got = [record for record in reading.records if record.kind is kind]
    yield Found(reading.records, reading.unread, stream)
    if not got:
        yield Gap(stream, kind, "the site answered and left it out")
    yield Listing(
        stream, kind, complete=bool(got), got=len(got), reason="" if got else "left out by the site"
    )


def _posts(account: Account, stream: str, params: tuple[tuple[str, str], ...], since: datetime | None) -> Ask:
    if since is not None:
        params = (*params, ("since", str(int(since.timestamp()))))
    purpose = f"{stream.replace('_', ' ')} of {account.handle}"
    return Ask(
        stream, Kind.POST, path(account.native_id, stream), POST, POST_LIGHT, purpose, params, since=since
    )


def _comments(post: str) -> Ask:
    """Every depth in the order of writing, hidden ones too (a page token sees them)."""
    return Ask(
        "comments",
        Kind.COMMENT,
        path(post, "comments"),
        COMMENT,
        COMMENT_LIGHT,
        f"comments of post {post}",
        (("filter", "stream"), ("order", "chronological"), ("summary", "true")),
        of=post,
        thread_id=post,
        counted=True,
    )


def _conversations(account: Account) -> Ask:
    return Ask(
        "conversations",
        Kind.CONVERSATION,
        path(account.native_id, "conversations"),
        CONVERSATION,
        CONVERSATION_LIGHT,
        f"conversations of {account.handle}",
        (("platform", "messenger"),),
        limit=50,
        keep=True,
    )


def _messages(thread: Record, since: datetime | None) -> Ask:
    return Ask(
        "messages",
        Kind.MESSAGE,
        path(thread.native_id, "messages"),
        MESSAGE,
        MESSAGE_LIGHT,
        f"messages of conversation {thread.native_id}",
        limit=READABLE_MESSAGES,
        of=thread.native_id,
        thread_id=thread.native_id,
        since=since,
        declared=thread.count,
        readable=READABLE_MESSAGES,
    )


class _Touched(msgspec.Struct):
    updated_time: str | None = None


def _stirred(thread: Record, since: datetime | None) -> bool:
    """Whether something happened in a conversation since; yes where nothing is known."""
    try:
        touched = time_of(msgspec.json.decode(thread.payload, type=_Touched).updated_time)
    except ValueError:  # msgspec's errors are ValueErrors as well
        touched = None
    return since is None or touched is None or touched >= since


def _all(asks: Iterable[Ask]) -> Generator[Said, Response | None, None]:
    """Walks many listings. One out of reach is a gap; several in a row: the site is down."""
    failures = 0
    for ask in asks:
        walked: Walked = yield from walk(ask)
        failures = failures + 1 if isinstance(walked.trouble, Unreachable) else 0
        if failures >= _PATIENCE and walked.trouble is not None:
            raise walked.trouble
