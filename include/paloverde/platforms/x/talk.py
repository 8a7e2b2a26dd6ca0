"""A night with X: the profile, posts, mentions, replies, followers, blocked people and private messages."""

from __future__ import annotations

from collections.abc import Generator
from datetime import datetime, timedelta

import msgspec

from paloverde.errors import PermissionMissing, TryAgain, WrongAccount
from paloverde.platforms.conversation import Conversation, Found, Gap, NotThere, Response, Said, TooMuch
from paloverde.platforms.x.listing import SEARCH_WINDOW, Stream, Vocabulary, ask, walk
from paloverde.platforms.x.questions import Choice, Params, about_messages, about_posts, about_users, as_time
from paloverde.platforms.x.read import read_page
from paloverde.platforms.x.wire import User, decode
from paloverde.platforms.x.wordings import Earlier, fetch
from paloverde.records import Account, Kind, Record, Visibility

NEWEST_POSTS = 3_200  # https://docs.x.com/x-api/posts/timelines/introduction
NEWEST_MENTIONS = 800
FAILURES = 3  # so many threads in a row that fail mean that the search is down
MESSAGE_WINDOW = timedelta(days=30)  # https://docs.x.com/x-api/direct-messages/lookup/introduction

OLDER_POSTS = "older ones come only from the account's own archive, downloaded from X and imported here"
OLDER_MENTIONS = "older ones can no longer be had from X"

Step = Generator[Said, Response | None, None]


class Counts(msgspec.Struct):
    """What X itself counts, from the profile."""

    posts: int | None = None
    followers: int | None = None


def night(account: Account, since: datetime | None, choice: Choice) -> Conversation:
    """Every stream of the account; a stream that X refuses is a `Gap`, and the night goes on.

    Raises `WrongAccount` where the token opens another account.
    """
    vocabulary = Vocabulary(choice)
    unproven = yield from _identity(account, vocabulary)
    counts = yield from _profile(account, vocabulary)
    earlier = Earlier()
    yield from _posts_and_replies(account, since, counts, vocabulary, earlier)
    yield from _mentions(account, since, vocabulary, earlier)
    yield from fetch(earlier, vocabulary)
    yield from _followers(account, counts, vocabulary)
    for name, edge, prefix in _BLOCKS:
        yield from walk(_blocked(account, name, edge, prefix), vocabulary)
    if unproven:
        yield Gap(
            "messages", Kind.MESSAGE, f"whose private messages the token opens is not known: {unproven}"
        )
    else:
        yield from _messages(vocabulary)


def _identity(account: Account, vocabulary: Vocabulary) -> Generator[Said, Response | None, str]:
    """Whose token it is, before anything is believed; returns why that is not known."""
    try:
        response = yield from ask("/2/users/me", about_users, (), "whose token it is", vocabulary)
    except (PermissionMissing, TryAgain, NotThere, TooMuch) as error:
        return str(error)
    owner = next((record.native_id for record in read_page(response.body).records), None)
    if owner is None:
        return "X does not say whose token it is"
    if owner != account.native_id:
        raise WrongAccount(
            f"The token for {account.slug} opens the X account {owner} instead of {account.native_id}; "
            "connect the right account."
        )
    return ""


def _profile(account: Account, vocabulary: Vocabulary) -> Generator[Said, Response | None, Counts]:
    path = f"/2/users/{account.native_id}"
    try:
        response = yield from ask(path, about_users, (), f"profile of {account.handle}", vocabulary)
    except (PermissionMissing, TryAgain, NotThere, TooMuch) as error:
        yield Gap("profile", Kind.PROFILE, str(error))
        return Counts()
    page = read_page(response.body)
    profile = next((record for record in page.records if record.native_id == account.native_id), None)
    if profile is None:
        said = page.problems[0].words if page.problems else "X sent no profile"
        yield Gap("profile", Kind.PROFILE, said)
        yield Found(page.records, page.unread, "profile")
        return Counts()
    yield Found([*page.records, *subscriber_count(profile)], page.unread, "profile")
    metrics = decode(User, profile.payload)[0].public_metrics
    if metrics is None:
        return Counts()
    posts = metrics.post_count if metrics.post_count is not None else metrics.tweet_count
    return Counts(posts, metrics.followers_count)


def subscriber_count(profile: Record) -> list[Record]:
    """The number of followers as a record of its own, from the same bytes as the profile."""
    if profile.count is None:
        return []
    return [
        msgspec.structs.replace(
            profile,
            kind=Kind.SUBSCRIBER_COUNT,
            text=None,
            language=None,
            visibility=Visibility.PUBLIC,
        )
    ]


def _posts_and_replies(
    account: Account, since: datetime | None, counts: Counts, vocabulary: Vocabulary, earlier: Earlier
) -> Step:
    posts = yield from walk(
        Stream(
            name="posts",
            kind=Kind.POST,
            path=f"/2/users/{account.native_id}/tweets",
            purpose=f"posts of {account.handle}",
            about=about_posts,
            params=_from(since),
            largest=100,
            smallest=5,
            since=since,
            newest=NEWEST_POSTS,
            declared=counts.posts if since is None else None,
            beyond=OLDER_POSTS,
        ),
        vocabulary,
    )
    earlier.meet(posts.records.values(), "posts")
    roots = [
        post for post in posts.records.values() if post.kind is Kind.POST and not _is_old(post, posts.latest)
    ]
    yield from _all_replies(account, roots, vocabulary, earlier)


def _all_replies(account: Account, roots: list[Record], vocabulary: Vocabulary, earlier: Earlier) -> Step:
    """The replies to each recent post; after a refusal, or failures in a row, the rest is one gap."""
    failures = 0
    for number, post in enumerate(roots, start=1):
        stream = _replies(account, post)
        replies = yield from walk(stream, vocabulary)
        earlier.meet(replies.records.values(), stream.name, stream.of)
        failures = failures + 1 if replies.trouble else 0
        left = len(roots) - number
        if left and (replies.refused or failures >= FAILURES):
            cause = f"the replies to {left} more recent posts were not asked for: {replies.trouble}"
            yield Gap("replies", Kind.COMMENT, cause)
            return


def _replies(account: Account, post: Record) -> Stream:
    """The whole thread under a post. An edited post has a new id; its thread keeps the first one."""
    thread = post.thread_id or post.native_id
    return Stream(
        name="replies",
        kind=Kind.COMMENT,
        path="/2/tweets/search/recent",
        purpose=f"replies to post {thread}",
        about=about_posts,
        params=(("query", f"conversation_id:{thread}"),),
        largest=100,
        smallest=10,
        of=thread,
        page_mark="next_token",
        window=SEARCH_WINDOW,
        declared=post.count,
        owner=account.native_id,
    )


def _is_old(post: Record, now: datetime | None) -> bool:
    """Whether the post itself is beyond what the search of recent posts reaches."""
    return now is not None and post.posted_at is not None and post.posted_at < now - SEARCH_WINDOW


def _mentions(account: Account, since: datetime | None, vocabulary: Vocabulary, earlier: Earlier) -> Step:
    mentions = yield from walk(
        Stream(
            name="mentions",
            kind=Kind.COMMENT,
            path=f"/2/users/{account.native_id}/mentions",
            purpose=f"mentions of {account.handle}",
            about=about_posts,
            params=_from(since),
            largest=100,
            smallest=5,
            since=since,
            newest=NEWEST_MENTIONS,
            owner=account.native_id,
            beyond=OLDER_MENTIONS,
        ),
        vocabulary,
    )
    earlier.meet(mentions.records.values(), "mentions")


def _followers(account: Account, counts: Counts, vocabulary: Vocabulary) -> Step:
    yield from walk(
        Stream(
            name="followers",
            kind=Kind.SUBSCRIBER,
            path=f"/2/users/{account.native_id}/followers",
            purpose=f"followers of {account.handle}",
            about=about_users,
            largest=1000,
            smallest=1,
            people=Kind.SUBSCRIBER,
            declared=counts.followers,
        ),
        vocabulary,
    )


# Who is blocked and muted stands in both lists: a muted person's id has a word before it.
_BLOCKS = (("blocked", "blocking", ""), ("muted", "muting", "muted:"))


def _blocked(account: Account, name: str, edge: str, prefix: str) -> Stream:
    return Stream(
        name=name,
        kind=Kind.BLOCKED,
        path=f"/2/users/{account.native_id}/{edge}",
        purpose=f"people {name} by {account.handle}",
        about=about_users,
        largest=1000,
        smallest=1,
        people=Kind.BLOCKED,
        prefix=prefix,
    )


def _messages(vocabulary: Vocabulary) -> Step:
    yield from walk(
        Stream(
            name="messages",
            kind=Kind.MESSAGE,
            path="/2/dm_events",
            purpose="private messages",
            about=about_messages,
            largest=100,
            smallest=1,
            window=MESSAGE_WINDOW,
        ),
        vocabulary,
    )


def _from(since: datetime | None) -> Params:
    return (("start_time", as_time(since)),) if since else ()
