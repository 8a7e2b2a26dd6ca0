"""A night with a Facebook Page: who answers, the Page, posts, comments, further lists, messages."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from datetime import datetime

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
from paloverde.platforms.facebook import asks, read
from paloverde.platforms.facebook.besides import Posted, besides, noting
from paloverde.platforms.graph.walk import TROUBLE, Ask, Walked, body_of, path, walk
from paloverde.records import Account, Kind, Poster

_PATIENCE = 3  # listings in a row that cannot be reached before the site counts as down


def night(account: Account, since: datetime | None) -> Conversation:
    """Everything that the site gives of a Page.

    Raises `WrongAccount` where the token belongs to another Page, before anything is kept.
    """
    posted = Posted(*(yield from whose(account)))
    yield from _single(account, "profile", Kind.PROFILE, asks.PROFILE, f"profile of {account.handle}")
    yield from _single(
        account, "subscribers", Kind.SUBSCRIBER_COUNT, asks.COUNTS, f"followers of {account.handle}"
    )
    posts: dict[str, None] = {}
    for stream, params, bounded in asks.POST_STREAMS:
        walked = yield from noting(
            walk(asks.posts(account, stream, params, since if bounded else None), read), posted
        )
        if bounded:
            posts.update(dict.fromkeys(walked.ids))
    yield from _all(asks.comments(native_id) for native_id in posts)
    del posts
    yield from besides(account, since, posted)
    walked = yield from walk(asks.conversations(account), read)
    yield from _all(asks.messages(thread, since) for thread in walked.records if asks.stirred(thread, since))


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


def _single(
    account: Account, stream: str, kind: Kind, fields: str, purpose: str
) -> Generator[Said, Response | None, None]:
    """One object that is read as a listing of one."""
    try:
        response = yield Request(path(account.native_id), (("fields", fields),), purpose)
        reading = read.read(body_of(response))
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


def _all(wanted: Iterable[Ask]) -> Generator[Said, Response | None, None]:
    """Walks many listings. One out of reach is a gap; several in a row: the site is down."""
    failures = 0
    for ask in wanted:
        walked: Walked = yield from walk(ask, read)
        failures = failures + 1 if isinstance(walked.trouble, Unreachable) else 0
        if failures >= _PATIENCE and walked.trouble is not None:
            raise walked.trouble
