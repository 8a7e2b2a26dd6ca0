"""What is asked of Nextdoor: whose token it is, and one answer with all posts, their comments and reactions.

No paging is documented: that answer is the whole list only where its own count (`posts_length`) is what came.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from datetime import datetime

from paloverde.errors import PermissionMissing, Unreadable, WrongAccount
from paloverde.platforms import jsontext
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
from paloverde.platforms.nextdoor.read import Feed, read, read_feed
from paloverde.records import Account, Kind, Missing, Poster, Record

_SHORT = "this was a short look between two nights"

Asking = Generator[Said, Response | None, Feed]


def night(account: Account) -> Conversation:
    """The profile, and every post with what stands under it. Raises `WrongAccount`."""
    profile = yield from whose(account)
    yield Found([profile], [], "profile")
    yield Listing("profile", Kind.PROFILE, complete=True, got=1)
    try:
        feed = yield from posts(account, profile.poster)
    except TROUBLE as error:
        yield Gap("posts", Kind.POST, str(error) or "the site gave no reason")
        yield Listing("posts", Kind.POST, complete=False, got=0, reason=str(error))
        return
    yield from _said(feed, lambda _: True)
    reason = shortfall(feed)
    if reason:
        yield Gap("posts", Kind.POST, reason)
    yield from _listings(feed, reason)


def sweep(account: Account, since: datetime) -> Conversation:
    """The same answer, and of it only what is newer than `since`: edits are found by the night."""
    profile = yield from whose(account)
    try:
        feed = yield from posts(account, profile.poster)
    except TROUBLE as error:
        yield Gap("posts", Kind.POST, str(error) or "the site gave no reason", since=since)
        return
    got = yield from _said(feed, lambda record: record.posted_at is not None and record.posted_at >= since)
    yield Listing("posts", Kind.POST, complete=False, got=got, since=since, reason=_SHORT)


def canary(account: Account) -> Generator[Request, Response | None, str]:
    """Who answers with this token. Raises `WrongAccount`."""
    profile = yield from whose(account)
    return f"{profile.poster.name or 'a profile without a name'} ({profile.native_id})"


def whose(account: Account) -> Generator[Request, Response | None, Record]:
    """The profile whose posts are read, from the list of those that the token opens.

    The token is a person's, and that person's other profiles are not the City's: they are passed over. Raises
    `WrongAccount` where the profile is not among them, `PermissionMissing` where the site does not say.
    """
    try:
        response = yield Request("/me/profiles", (), "whose token this is")
        profiles = read(body_of(response)).records
    except (NotThere, TooMuch, Unreadable) as error:
        raise PermissionMissing(f"Nextdoor does not say whose token this is: {error}") from None
    for profile in profiles:
        if profile.kind is Kind.PROFILE and profile.native_id == account.native_id:
            return profile
    raise WrongAccount(
        f"The token for {account.slug} opens {len(profiles)} Nextdoor profiles, and {account.native_id} is "
        "not among them. Sign in as somebody who may post for the agency, or register the account anew."
    )


def posts(account: Account, owner: Poster) -> Generator[Request, Response | None, Feed]:
    """All posts of the profile, signed with it: the site names their author only by a number."""
    params = (("secure_profile_id", account.native_id),)
    feed = read_feed(body_of((yield Request("/post", params, f"posts of {account.handle}"))))
    for record in feed.reading.records:
        if record.kind is Kind.POST:
            name = record.poster.name or owner.name
            record.poster = Poster(name, None, account.native_id, Missing.API_NOT_EXPOSED)
    return feed


def shortfall(feed: Feed) -> str:
    """Why the answer is not known to be the whole list; "" where it is."""
    got = sum(record.kind is Kind.POST for record in feed.reading.records)
    if feed.reading.unread:
        return f"{len(feed.reading.unread)} items could not be read; their bytes are kept"
    if feed.declared is None:
        return "Nextdoor left out its own count of the posts, so it cannot be told whether these are all"
    if feed.declared != got:
        return f"Nextdoor counts {feed.declared} posts and gave {got}"
    return ""


def _said(feed: Feed, wanted: Callable[[Record], bool]) -> Generator[Said, Response | None, int]:
    """The wanted records, those of each post in the listing of that post; returns how many."""
    under: dict[tuple[str, str], list[Record]] = {("posts", ""): []}
    for record in filter(wanted, feed.reading.records):
        under.setdefault(_place(record), []).append(record)
    unread = feed.reading.unread
    for (stream, of), records in under.items():
        yield Found(records, unread, stream, of)
        unread = []
    return sum(map(len, under.values()))


def _place(record: Record) -> tuple[str, str]:
    if record.kind is Kind.COMMENT:
        return "comments", record.thread_id or ""
    if record.kind is Kind.REACTION:
        return "reactions", record.thread_id or ""
    return "posts", ""


def _listings(feed: Feed, reason: str) -> Generator[Said, Response | None, None]:
    """The listing of the posts, and one of the comments and one of the reactions of each."""
    records = feed.reading.records
    counts: dict[tuple[str, str], int] = {}
    for record in records:
        counts[_place(record)] = counts.get(_place(record), 0) + 1
    got = counts.get(("posts", ""), 0)
    yield Listing("posts", Kind.POST, complete=not reason, got=got, declared=feed.declared, reason=reason)
    for post in [record for record in records if record.kind is Kind.POST]:
        given = jsontext.fields(jsontext.open_text(post.payload).sound)
        for stream, kind in (("comments", Kind.COMMENT), ("reactions", Kind.REACTION)):
            got = counts.get((stream, post.native_id), 0)
            declared = post.count if kind is Kind.COMMENT else None
            lacks = reason or _lacks(stream, bytes(given.get(stream, b"")), declared, got)
            yield Listing(
                stream, kind, complete=not lacks, got=got, of=post.native_id, declared=declared, reason=lacks
            )


def _lacks(stream: str, array: bytes, declared: int | None, got: int) -> str:
    if array[:1] != b"[":
        return f"Nextdoor left the {stream} out of this post"
    if declared is not None and declared != got:
        return f"Nextdoor counts {declared} {stream} and gave {got}"
    return ""
