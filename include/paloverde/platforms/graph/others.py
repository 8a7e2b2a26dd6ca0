"""Posts of others that tag the account: a look-up by id may be refused as if they were gone.

The site may refuse them by their id with the very words that it has for what is gone (code 100, subcode 33).
So those that it still lists are there, and while it denies one of these by its id, "not there" of a post of
somebody else may be a refusal.
"""

from __future__ import annotations

from collections.abc import Generator

import msgspec

from paloverde.errors import Unreadable
from paloverde.platforms.asking import TROUBLE
from paloverde.platforms.conversation import Look, Request, Response, Seen
from paloverde.platforms.graph.course import following, path
from paloverde.platforms.graph.lookup import Doubted
from paloverde.platforms.graph.pages import Paging
from paloverde.records import Account

_MOST_PAGES = 100  # Instagram lists 10,000 of them
_REFUSED = "the site refuses posts of others by their id as if they were gone, and this may be one"


class _Post(msgspec.Struct):
    id: str


class _Posts(msgspec.Struct):
    data: list[_Post]
    paging: Paging = msgspec.field(default_factory=Paging)


def of_others(account: Account, edge: str, absent: list[str]) -> Doubted:
    """Looks in the list `edge`, of posts that tag the account, for what is "not there" by its id."""
    try:
        listed = yield from _tagging(account, edge)
    except TROUBLE as error:
        return dict.fromkeys(absent, f"posts of others that tag the account cannot be listed: {error}")
    for native_id in absent:
        if native_id in listed:
            yield Seen(native_id, Look.PRESENT, "the site lists it among the posts that tag the account")
    rest = [native_id for native_id in absent if native_id not in listed]
    if not rest or not listed:
        return dict.fromkeys(rest, "")
    try:
        yield Request(path(next(iter(listed))), (("fields", "id"),), "whether posts of others answer")
    except TROUBLE:
        return dict.fromkeys(rest, _REFUSED)
    return dict.fromkeys(rest, "")


def _tagging(account: Account, edge: str) -> Generator[Request | Seen, Response | None, dict[str, None]]:
    listed: dict[str, None] = {}
    pager: tuple[tuple[str, str], ...] | None = ()
    for _ in range(_MOST_PAGES):
        params = (("fields", "id"), ("limit", "100"), *(pager or ()))
        response = yield Request(path(account.native_id, edge), params, "posts that tag the account")
        try:
            page = msgspec.json.decode(response.body if response else b"", type=_Posts)
        except msgspec.DecodeError as error:
            raise Unreadable(f"the list cannot be read: {error}") from None
        listed.update(dict.fromkeys(post.id for post in page.data))
        pager = following(page.paging)
        if not pager:
            return listed
    return listed
