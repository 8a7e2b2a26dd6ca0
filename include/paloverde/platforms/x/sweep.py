"""A short look at X between two nights, and the question that proves a token.

Four questions and one for each dozen of watched threads: who answers, new posts, new replies, new mentions,
new private messages. No listing here reaches its end, so none proves an absence.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from datetime import datetime, timedelta

from paloverde.errors import PermissionMissing, WrongAccount
from paloverde.platforms.conversation import Conversation, Gap, Older, Request, Response
from paloverde.platforms.x.listing import SEARCH_WINDOW, Stream, Vocabulary, walk
from paloverde.platforms.x.questions import Choice, about_messages, about_posts, as_time
from paloverde.platforms.x.read import read_page
from paloverde.records import Account, Kind

THREADS = 12  # so many `conversation_id:` with their ids fit into the 512 characters of every plan's query
OLDER = Older(frozenset({"posts"}), SEARCH_WINDOW.days - 1)  # nights are not to the minute
_ROUNDED = timedelta(minutes=1)  # the edge of what the search reaches moves while we ask


def sweep(account: Account, since: datetime, watched: Sequence[str], choice: Choice) -> Conversation:
    """What is new since `since`. Raises `WrongAccount` where the token opens another account."""
    vocabulary = Vocabulary(choice)
    unproven = ""
    try:
        yield from canary(account)
    except PermissionMissing as error:
        unproven = f"whose private messages the token opens is not known: {error}"
    posts = yield from walk(_timeline(account, since, "posts", "tweets", Kind.POST), vocabulary)
    threads = dict.fromkeys((*watched, *(one.thread_id or one.native_id for one in posts.records.values())))
    wanted = list(threads)
    recent = max(since, posts.latest - SEARCH_WINDOW + _ROUNDED) if posts.latest else since
    for start in range(0, len(wanted), THREADS):
        replies = yield from walk(_replies(account, recent, wanted[start : start + THREADS]), vocabulary)
        if replies.refused:
            break
    yield from walk(_timeline(account, since, "mentions", "mentions", Kind.COMMENT), vocabulary)
    if unproven:
        yield Gap("messages", Kind.MESSAGE, unproven, since=since)
    else:
        yield from walk(_messages(since), vocabulary)


def comments_of(account: Account, posts: Sequence[str], choice: Choice) -> Conversation:
    """The replies of the last days in the threads of these posts; a refusal ends it, and is said."""
    vocabulary = Vocabulary(choice)
    for start in range(0, len(posts), THREADS):
        replies = yield from walk(_replies(account, None, list(posts[start : start + THREADS])), vocabulary)
        left = len(posts) - start - THREADS
        if replies.refused and left > 0:
            cause = f"the replies to {left:,} older posts were not asked for: {replies.trouble}"
            yield Gap("replies", Kind.COMMENT, cause)
            return


def canary(account: Account) -> Generator[Request, Response | None, str]:
    """Whose token it is, in one question. Raises `WrongAccount`; what is thrown in passes through."""
    response = yield Request("/2/users/me", (), "whose token it is")
    found = read_page(response.body if response else b"{}").records
    owner = found[0] if found else None
    if owner is None or owner.native_id != account.native_id:
        whose = f"the X account {owner.native_id}" if owner else "nobody's account"
        raise WrongAccount(
            f"The token for {account.slug} opens {whose} instead of {account.native_id}; "
            "connect the right account."
        )
    return f"{owner.poster.name} (@{owner.poster.username})"


def _timeline(account: Account, since: datetime, name: str, edge: str, kind: Kind) -> Stream:
    return Stream(
        name=name,
        kind=kind,
        path=f"/2/users/{account.native_id}/{edge}",
        purpose=f"new {name} of {account.handle}",
        about=about_posts,
        params=(("start_time", as_time(since)),),
        largest=100,
        smallest=5,
        since=since,
        owner=account.native_id if kind is Kind.COMMENT else None,
        glance=since,
    )


def _replies(account: Account, since: datetime | None, threads: list[str]) -> Stream:
    """New replies in several threads at once, each belonging to the listing of its own thread.

    Without `since` it is all that the search reaches.
    """
    return Stream(
        name="replies",
        kind=Kind.COMMENT,
        path="/2/tweets/search/recent",
        purpose=f"new replies in {len(threads)} threads",
        about=about_posts,
        params=(
            ("query", " OR ".join(f"conversation_id:{thread}" for thread in threads)),
            *((("start_time", as_time(since)),) if since else ()),
        ),
        largest=100,
        smallest=10,
        page_mark="next_token",
        window=None if since else SEARCH_WINDOW,
        since=since,
        owner=account.native_id,
        glance=since,
        threads=True,
    )


def _messages(since: datetime) -> Stream:
    """The newest private messages; X takes no time here, so the pages end where they reach what is known."""
    return Stream(
        name="messages",
        kind=Kind.MESSAGE,
        path="/2/dm_events",
        purpose="new private messages",
        about=about_messages,
        largest=100,
        smallest=1,
        since=since,
        glance=since,
    )
