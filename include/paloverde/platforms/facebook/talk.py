"""A night with a Facebook Page: who answers, the Page, posts, comments, further lists, messages."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from datetime import datetime

from paloverde.errors import PermissionMissing, WrongAccount
from paloverde.platforms.asking import body_of, single
from paloverde.platforms.conversation import Conversation, NotThere, Older, Request, Response, TooMuch
from paloverde.platforms.facebook import asks, read
from paloverde.platforms.facebook.besides import Posted, besides, noting
from paloverde.platforms.graph.inbox import stirred
from paloverde.platforms.graph.streams import every
from paloverde.platforms.graph.walk import path, walk
from paloverde.records import Account, Kind, Poster

OLDER = Older(frozenset(name for name, _, is_bounded in asks.POST_STREAMS if is_bounded))


def night(account: Account, since: datetime | None) -> Conversation:
    """Everything that the site gives of a Page.

    Raises `WrongAccount` where the token belongs to another Page, before anything is kept.
    """
    posted = Posted(*(yield from whose(account)))
    for stream, kind, fields, what in (
        ("profile", Kind.PROFILE, asks.PROFILE, "profile"),
        ("subscribers", Kind.SUBSCRIBER_COUNT, asks.COUNTS, "followers"),
    ):
        question = Request(path(account.native_id), (("fields", fields),), f"{what} of {account.handle}")
        yield from single(stream, kind, question, read.read)
    posts: dict[str, None] = {}
    for stream, params, bounded in asks.POST_STREAMS:
        walked = yield from noting(
            walk(asks.posts(account, stream, params, since if bounded else None), read), posted
        )
        if bounded:
            posts.update(dict.fromkeys(walked.ids))
    yield from every((asks.comments(native_id) for native_id in posts), read)
    del posts
    yield from besides(account, since, posted)
    walked = yield from walk(asks.conversations(account), read)
    yield from every((asks.messages(thread, since) for thread in stirred(walked.records, since)), read)


def comments_of(account: Account, posts: Iterable[str]) -> Conversation:
    """The comments of posts that the night's lists do not reach."""
    yield from whose(account)
    yield from every((asks.comments(native_id) for native_id in posts), read)


def whose(account: Account) -> Generator[Request, Response | None, tuple[Poster, datetime]]:
    """A page token says whose it is: the Page as a poster, and when it answered.

    Raises `WrongAccount` where it is not this Page's, and `PermissionMissing` where the site does not say.
    """
    try:
        response = yield Request(path("me"), (("fields", "id,name"),), "whose token this is")
    except (NotThere, TooMuch) as error:
        raise PermissionMissing(f"Facebook does not say whose token this is: {error}") from None
    found = read.read(body_of(response)).records
    if response is None or len(found) != 1 or found[0].native_id != account.native_id:
        owner = f"{found[0].poster.name} ({found[0].native_id})" if found else "nobody"
        raise WrongAccount(
            f"The token for {account.slug} belongs to {owner}, not to the Page {account.native_id} that is "
            "registered. Enter the token of that Page, or register the account anew."
        )
    return found[0].poster, response.received_at


def canary(account: Account) -> Generator[Request, Response | None, str]:
    """Who answers with this token, in one question."""
    page, _ = yield from whose(account)
    return f"{page.name} ({page.id})"
