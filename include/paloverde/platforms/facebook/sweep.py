"""A short look at a Page between two nights: new posts, stories and comments, conversations that stirred.

Six questions, one for each two dozen of watched posts, one for each conversation in which something was said.
No list here reaches its end, so none proves an absence.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from datetime import datetime
from functools import partial

from paloverde.platforms.asking import body_of
from paloverde.platforms.conversation import Conversation, Found, Gap, Listing, Request, Response, Said
from paloverde.platforms.facebook import asks, read
from paloverde.platforms.facebook.besides import stories
from paloverde.platforms.facebook.passing import together
from paloverde.platforms.facebook.talk import whose
from paloverde.platforms.graph.inbox import stirred
from paloverde.platforms.graph.walk import walk
from paloverde.records import Account, Kind, Record

_BATCH = 24  # posts in one question for their newest comments
_NEWEST = 50  # comments of each
_SHORT = "this was a short look between two nights"


def sweep(account: Account, since: datetime, watched: Sequence[str]) -> Conversation:
    """What is new since `since`. Raises `WrongAccount` where the token belongs to another Page."""
    page, _ = yield from whose(account)
    posts = dict.fromkeys(watched)
    for stream, params, bounded in asks.POST_STREAMS:
        if bounded:
            walked = yield from walk(asks.posts(account, stream, params, since, glance=since), read)
            posts.update(dict.fromkeys(walked.ids))
    yield from stories(account, since, page, glance=since)
    yield from _comments(list(posts), since)
    walked = yield from walk(asks.conversations(account, glance=since), read)
    for thread in stirred(walked.records, since):
        yield from walk(asks.messages(thread, since, glance=since), read)


def _comments(posts: list[str], since: datetime) -> Generator[Said, Response | None, None]:
    """The newest comments of many posts at once, each belonging to the listing of its own post."""
    got: list[int] = []
    for start in range(0, len(posts), _BATCH):
        lost = yield from together(posts[start : start + _BATCH], partial(_newest, since, got))
        for post, reason in lost.items():
            yield Gap("comments", Kind.COMMENT, reason, of=post, since=since)
    yield Listing("comments", Kind.COMMENT, complete=False, got=sum(got), since=since, reason=_SHORT)


def _newest(since: datetime, got: list[int], posts: Sequence[str]) -> Generator[Said, Response | None, None]:
    edge = f"comments.filter(stream).order(reverse_chronological).since({int(since.timestamp())})"
    params = (("ids", ",".join(posts)), ("fields", f"id,{edge}.limit({_NEWEST}){{{asks.COMMENT}}}"))
    response = yield Request("/", params, f"new comments of {len(posts)} posts")
    reading = read.read(body_of(response))
    under: dict[str, list[Record]] = {}
    for record in reading.records:
        if record.kind is Kind.COMMENT:  # the posts themselves came bare
            under.setdefault(record.thread_id or "", []).append(record)
    got.append(sum(map(len, under.values())))
    if reading.unread:
        yield Found([], reading.unread, "comments")
    for post, records in under.items():
        yield Found(records, [], "comments", post)
        if len(records) >= _NEWEST:
            cause = f"a short look shows only the {_NEWEST} newest comments; the night asks for all"
            yield Gap("comments", Kind.COMMENT, cause, of=post, since=since, until=records[-1].posted_at)
