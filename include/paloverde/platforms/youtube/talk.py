"""What is asked of a YouTube channel every night, between two nights, and by the canary.

Paths are below https://www.googleapis.com/youtube/v3. Counts of views and likes come along with the parts
that are asked for; they are no content and make no new version.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from datetime import datetime

import msgspec

from paloverde.errors import PermissionMissing, WrongAccount
from paloverde.platforms.asking import TROUBLE, body_of
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
from paloverde.platforms.youtube import threads
from paloverde.platforms.youtube.items import subscribers
from paloverde.platforms.youtube.read import Page, read_page
from paloverde.platforms.youtube.walk import (
    Ask,
    Course,
    Patience,
    Take,
    Talk,
    is_older,
    saying,
    tell,
    walk,
)
from paloverde.platforms.youtube.wire import Resource, Statistics, number
from paloverde.records import Account, Kind, Record, Visibility

CHANNEL = "id,snippet,brandingSettings,contentDetails,statistics,status,topicDetails,localizations"
VIDEO = "id,snippet,contentDetails,status,statistics,liveStreamingDetails,recordingDetails,localizations"
BATCH = 50  # ids in one question, and items in most pages

# https://issuetracker.google.com and googleapis/google-api-php-client#1387 : the list stops at 1,000.
_MOST_SUBSCRIBERS = 1_000
_OLDER_SUBSCRIBERS = "YouTube lists only the newest 1,000 subscribers; older ones cannot be had from it"
_SURELY_SOME = 100  # among so many subscribers some made it public


class Channel(msgspec.Struct):
    """What the channel itself tells the rest of a night."""

    uploads: str | None = None
    videos: int | None = None
    subscribers: int | None = None


class Uploads(msgspec.Struct):
    """The channel's videos: what the site counts of comments, and the chats that are open."""

    counts: dict[str, threads.Count] = {}
    chats: dict[str, str] = {}


def night(account: Account, since: datetime | None) -> Conversation:
    """Profile, subscriber count, videos, playlists, comments of three passes, live chats, subscribers.

    Everything is listed to its beginning: fifty videos take one unit, and a reply may come to a comment of
    any age, so `since` bounds nothing but the word that a first night may not have all. Raises `WrongAccount`
    where the token opens another channel.
    """
    channel, patience = (yield from _channel(account)), Patience()
    uploads = yield from _uploads(account, channel, None, patience)
    yield from _playlists(account, patience)
    yield from threads.all_comments(account, uploads.counts, patience)
    for video, chat in uploads.chats.items():
        yield from _chat(video, chat, patience)
    yield from _subscribers(account, channel, since, patience)


def sweep(account: Account, since: datetime, watched: Sequence[str]) -> Conversation:
    """The newest videos, comments of the three passes and open chats, in about six units.

    The newest comments of all videos come in one list, so that `watched` ones need no question of their own.
    Raises `WrongAccount`.
    """
    del watched
    own, patience = (yield from _own(account, "id,contentDetails")), Patience()
    uploads = yield from _uploads(account, _told(own.resources[0]), since, patience)
    yield from threads.newest_comments(account, since, patience)
    for video, chat in uploads.chats.items():
        yield from _chat(video, chat, patience)


def canary(account: Account) -> Generator[Request, Response | None, str]:
    """One unit: whose token it is. Raises `WrongAccount`; what the driver throws passes through."""
    page = yield from _own(account, "id,snippet")
    poster = page.reading.records[0].poster
    return f"{poster.name or 'a channel without a name'} ({poster.username or account.native_id})"


def _own(account: Account, part: str) -> Generator[Request, Response | None, Page]:
    """The channel that the token opens, before anything is kept."""
    params = (("part", part), ("mine", "true"), ("maxResults", str(BATCH)))
    try:
        response = yield Request("/channels", params, "whose token this is")
    except (NotThere, TooMuch) as error:
        raise PermissionMissing(f"YouTube does not say whose token this is: {error}") from None
    page = read_page(body_of(response))
    found = page.reading.records
    if [record.native_id for record in found] != [account.native_id]:
        whose = (
            ", ".join(f"{one.poster.name or 'a channel'} ({one.native_id})" for one in found) or "no channel"
        )
        raise WrongAccount(
            f"The token for {account.slug} opens {whose}, and the channel {account.native_id} is registered. "
            "Connect that channel's own Google account, or register the account anew."
        )
    return page


def _channel(account: Account) -> Generator[Said, Response | None, Channel]:
    """The profile and, from the same bytes, the number of subscribers."""
    page = yield from _own(account, CHANNEL)
    (profile,) = page.reading.records
    yield Found([profile], page.reading.unread, "profile")
    yield Listing("profile", Kind.PROFILE, complete=True, got=1)
    channel = _told(page.resources[0])
    if channel.subscribers is None:
        hidden = "the channel hides how many subscribers it has"
        yield Gap("subscriber_count", Kind.SUBSCRIBER_COUNT, hidden, is_limit=True)
        return channel
    count = msgspec.structs.replace(
        profile, kind=Kind.SUBSCRIBER_COUNT, text=None, language=None, media=(), visibility=Visibility.PUBLIC
    )
    yield Found([count], stream="subscriber_count")
    yield Listing("subscriber_count", Kind.SUBSCRIBER_COUNT, complete=True, got=1)
    return channel


def _told(resource: Resource) -> Channel:
    details = resource.content_details
    related = details.related_playlists if details else None
    counts = resource.statistics or Statistics()
    return Channel(related.uploads if related else None, number(counts.video_count), subscribers(resource))


def _uploads(
    account: Account, channel: Channel, since: datetime | None, patience: Patience
) -> Generator[Said, Response | None, Uploads]:
    """Every video, whoever may see it: the owner's list of uploads names them, fifty at a time."""
    uploads = Uploads()
    if not channel.uploads:
        cause = "YouTube names no list of uploads for this channel"
        yield Gap("uploads", Kind.POST, cause)
        yield Listing("uploads", Kind.POST, complete=False, got=0, reason=cause)
        return uploads
    ask = Ask(
        stream="uploads",
        kind=Kind.POST,
        path="/playlistItems",
        params=(("part", "id,contentDetails,snippet,status"), ("playlistId", channel.uploads)),
        purpose=f"videos of {account.handle}",
        size=BATCH,
    )
    given = Course(patience)
    course = yield from walk(ask, _taking_videos(uploads, given, since), patience)
    if course.absent and channel.videos == 0:  # a channel without a video has no list of uploads
        return uploads
    given.causes, given.whole = course.causes, course.whole and since is None
    if given.complete and channel.videos is not None and len(given.seen) * 2 < channel.videos:
        given.miss(f"the site counts {channel.videos:,} public videos and listed {len(given.seen):,}")
    yield from tell(ask, given)
    return uploads


def _taking_videos(uploads: Uploads, given: Course, since: datetime | None) -> Take:
    def take(page: Page, fresh: list[Record], course: Course) -> Generator[Said, Response | None, bool]:
        del fresh
        named = [item.content_details.video_id for item in page.resources if item.content_details]
        wanted = [video for video in dict.fromkeys(named) if video and video not in given.seen]
        if None in named or len(named) < len(page.resources):
            course.miss("the list of uploads has an entry that names no video")
        if wanted:
            yield from _videos(wanted, uploads, given, course)
        return is_older(page.reading.records, since)

    return take


def _videos(wanted: list[str], uploads: Uploads, given: Course, course: Course) -> Talk:
    params = (("part", VIDEO), ("id", ",".join(wanted)))
    try:
        response = yield Request("/videos", params, f"{len(wanted)} videos")
        page = read_page(body_of(response))
    except TROUBLE as error:
        course.miss(course.patience.words(error))
        return
    course.patience.renew()
    yield Found(given.fresh(page.reading.records), page.reading.unread, "uploads")
    for resource, record in zip(page.resources, page.reading.records, strict=True):
        uploads.counts[record.native_id] = threads.Count(
            declared=record.count,
            switched_off=resource.statistics is not None and resource.statistics.comment_count is None,
        )
        live = resource.live_streaming_details
        if live is not None and live.active_live_chat_id:
            uploads.chats[record.native_id] = live.active_live_chat_id
    if absent := [video for video in wanted if video not in given.seen]:
        few = ", ".join(absent[:3])
        course.miss(f"the list of uploads names {len(absent)} videos of which YouTube gives nothing ({few})")
    if page.reading.unread:
        course.miss(f"{len(page.reading.unread)} videos could not be read; their bytes are kept")


def _playlists(account: Account, patience: Patience) -> Talk:
    ask = Ask(
        stream="playlists",
        kind=Kind.ALBUM,
        path="/playlists",
        params=(("part", "id,snippet,status,contentDetails"), ("mine", "true")),
        purpose=f"playlists of {account.handle}",
        size=BATCH,
    )
    course = yield from walk(ask, saying(ask), patience)
    yield from tell(ask, course)


def _chat(video: str, chat: str, patience: Patience) -> Talk:
    """What was said in the chat of a broadcast that is on air, up to now: a chat has no last page."""
    ask = Ask(
        stream="live_chat",
        kind=Kind.COMMENT,
        path="/liveChat/messages",
        params=(("liveChatId", chat), ("part", "id,snippet,authorDetails")),
        purpose=f"live chat of video {video}",
        size=2000,
        of=video,
    )

    def take(page: Page, fresh: list[Record], course: Course) -> Generator[Said, Response | None, bool]:
        del course
        for record in fresh:
            if record.kind is Kind.COMMENT:
                record.thread_id = record.parent_id = video
        yield Found(fresh, page.reading.unread, "live_chat", video)
        return not fresh

    course = yield from walk(ask, take, patience)
    course.whole = False
    course.miss("the broadcast is on air: what is said in its chat after this is not in this list")
    yield from tell(ask, course)


def _subscribers(account: Account, channel: Channel, since: datetime | None, patience: Patience) -> Talk:
    """Those who made their subscription public, the newest first, until the site stops.

    That somebody is not listed says nothing: the listing vouches only for what comes after it was asked.
    """
    ask = Ask(
        stream="subscribers",
        kind=Kind.SUBSCRIBER,
        path="/subscriptions",
        params=(("part", "id,snippet,subscriberSnippet"), ("mySubscribers", "true")),
        purpose=f"subscribers of {account.handle}",
        size=BATCH,
    )
    course = yield from walk(ask, saying(ask), patience)
    got = len(course.seen)
    if since is None and got >= _MOST_SUBSCRIBERS:
        yield Gap("subscribers", Kind.SUBSCRIBER, _OLDER_SUBSCRIBERS, is_limit=True)
    if not got and (channel.subscribers or 0) >= _SURELY_SOME:
        course.miss(f"the site counts {channel.subscribers:,} subscribers and lists none")
    yield from tell(ask, course, since=course.answered_at)
