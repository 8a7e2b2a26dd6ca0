"""Direct look-ups on Instagram: what to ask of each kind, and whose "not there" says nothing.

The site may refuse posts of others by their id with the very words that it has for what is gone. So posts
that it still lists as tagging the account are there, and while it denies such a post by its id, "not there"
of any post may be a refusal.
"""

from __future__ import annotations

from collections.abc import Generator

import msgspec

from paloverde.errors import PermissionMissing, Unreachable, Unreadable
from paloverde.platforms.conversation import Look, NotThere, Request, Response, Seen, TooMuch
from paloverde.platforms.graph.course import following, path
from paloverde.platforms.graph.lookup import Asking, Habits, Witness
from paloverde.platforms.graph.lookup import look_up as look_up_by
from paloverde.platforms.graph.pages import Paging
from paloverde.records import Account, Kind

_MOST_PAGES = 100  # the site lists 10,000 of them
_TROUBLE = (PermissionMissing, Unreachable, Unreadable, NotThere, TooMuch)
_REFUSED = "the site refuses posts of others by their id as if they were gone, and this may be one"


class _Post(msgspec.Struct):
    id: str


class _Posts(msgspec.Struct):
    data: list[_Post]
    paging: Paging = msgspec.field(default_factory=Paging)


def of_others(
    account: Account, absent: list[str]
) -> Generator[Request | Seen, Response | None, tuple[list[str], str]]:
    """Looks among the posts that tag the account for what is "not there" by its id."""
    try:
        listed = yield from _tagging(account)
    except _TROUBLE as error:
        return absent, f"posts of others that tag the account cannot be listed: {error}"
    for native_id in absent:
        if native_id in listed:
            yield Seen(native_id, Look.PRESENT, "the site lists it among the posts that tag the account")
    rest = [native_id for native_id in absent if native_id not in listed]
    if not rest or not listed:
        return rest, ""
    try:
        yield Request(path(next(iter(listed))), (("fields", "id"),), "whether posts of others answer")
    except _TROUBLE:
        return rest, _REFUSED
    return rest, ""


def _tagging(account: Account) -> Generator[Request | Seen, Response | None, dict[str, None]]:
    listed: dict[str, None] = {}
    pager: tuple[tuple[str, str], ...] | None = ()
    for _ in range(_MOST_PAGES):
        params = (("fields", "id"), ("limit", "100"), *(pager or ()))
        response = yield Request(path(account.native_id, "tags"), params, "posts that tag the account")
        try:
            page = msgspec.json.decode(response.body if response else b"", type=_Posts)
        except msgspec.DecodeError as error:
            raise Unreadable(f"the list cannot be read: {error}") from None
        listed.update(dict.fromkeys(post.id for post in page.data))
        pager = following(page.paging)
        if not pager:
            return listed
    return listed


HABITS = Habits(
    whose="the account",
    fields={Kind.COMMENT: "id,hidden"},
    witnesses={
        Kind.POST: Witness("media"),
        Kind.STORY: Witness("stories"),
        Kind.COMMENT: Witness("media", "id,comments.limit(1){id}", "25", below=True),
    },
    mute={
        Kind.MESSAGE: (
            "the site answers for every message but the newest of a conversation as if it were deleted"
        ),
        Kind.CONVERSATION: "the site stops showing conversations that have been idle",
    },
    doubts={Kind.POST: of_others},
)


def look_up(account: Account, items: list[tuple[Kind, str]]) -> Asking:
    """One `Seen` for each item. Errors that concern the whole run (a dead token, a limit) pass through."""
    return look_up_by(account, items, HABITS)
