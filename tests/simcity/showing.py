"""What each site's API can show of what is truly there, in one place: the audit asks nothing of a site beyond it.

`reach` says whether a nightly listing that goes back to `since` comes to where an item stands, were it there;
`alive` whether it is there and among what that listing gives; `gone` whether the site treats it as taken away.
Written from the sites' own rules, not from the product's questions.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from paloverde.simulator.city import Item, Presence, State
from paloverde.simulator.sites import SITES
from paloverde.simulator.youtube import comments as youtube

Reach = Callable[[Presence, Item, datetime, datetime | None], bool]
Says = Callable[[Presence, Item], bool]
MARGIN = timedelta(minutes=10)  # the edge of a window moves while a night reads
WHOLE = ("name", "username", "id")


@dataclass(frozen=True, slots=True)
class Showing:
    """One site.

    `poster` are the fields of a poster that it always gives where it gives anybody. `provable` are the kinds
    whose removal a look-up can prove. `followers`: it lists them. `pictured` are the kinds whose media it gives.
    `streams` are where posts may stand, `flat`: a reply names the first comment of its thread as its parent.
    """

    reach: Reach
    alive: Reach
    gone: Says
    poster: Callable[[Presence, Item], tuple[str, ...]]
    visibility: Callable[[Presence, Item], str]
    text: Callable[[Item], str]
    provable: frozenset[str] = frozenset({"post", "comment"})
    pictured: frozenset[str] = frozenset({"post"})
    streams: tuple[str, ...] = ("own",)
    events: frozenset[str] = frozenset()  # more that can happen here than everywhere
    without: frozenset[str] = frozenset()  # less
    followers: bool = False
    flat: bool = False


def _since(item: Item, since: datetime | None) -> bool:
    return since is None or item.at >= since


def chain_is_there(presence: Presence, item: Item) -> bool:
    """The site has it and all that it hangs under."""
    above: Item | None = item
    while above is not None:
        if not presence.there(above):
            return False
        above = above.parent
    return True


def _newest(presence: Presence, item: Item) -> bool:
    """Among the messages of a conversation that can be read."""
    assert item.thread is not None
    there = [one for one in item.thread.messages if presence.there(one)]
    return item in there[-int(presence.settings["readable_messages"]) :]


def _stirred(item: Item, since: datetime | None) -> bool:
    assert item.thread is not None
    return max(one.at for one in item.thread.messages) >= (since or item.at)


def _waits(presence: Presence, item: Item, now: datetime) -> bool:
    return presence.stream_of(item.root, now) == "scheduled"


def _deleted(presence: Presence, item: Item) -> bool:
    return presence.state_of(item)[0] is State.DELETED


def _deleted_or_hidden(presence: Presence, item: Item) -> bool:
    return presence.state_of(item)[0] in {State.DELETED, State.HIDDEN}


def _public_or_hidden(presence: Presence, item: Item) -> str:
    return "hidden" if presence.state_of(item)[0] is State.HIDDEN else "public"


def _public(presence: Presence, item: Item) -> str:
    del presence, item
    return "public"


# Facebook


def _facebook_reach(presence: Presence, item: Item, now: datetime, since: datetime | None) -> bool:
    if item.thread is not None:  # only conversations that stirred
        return _stirred(item, since)
    return item is item.root if _waits(presence, item, now) else _since(item.root, since)


def _facebook_alive(presence: Presence, item: Item, now: datetime, since: datetime | None) -> bool:
    del now, since
    if not chain_is_there(presence, item):
        return False
    if item.thread is not None:
        return _newest(presence, item)
    # the list of tagging posts has no way to ask for hidden ones
    return not (item.root.state is State.HIDDEN and item.root.stream == "tagged")


# Instagram


def _instagram_reach(presence: Presence, item: Item, now: datetime, since: datetime | None) -> bool:
    if item.thread is not None:
        return _stirred(item, since)
    root = item.root
    if _waits(presence, item, now) or root.stream == "live":
        return False
    if root.stream == "story":
        return item is root and root.at >= now - timedelta(hours=24) + MARGIN
    if root.author is not presence.account:  # the comments of others' posts are not the account's to read
        return item is root and _since(root, since)
    return _since(root, since)


def _instagram_alive(presence: Presence, item: Item, now: datetime, since: datetime | None) -> bool:
    del now, since
    return chain_is_there(presence, item) and (item.thread is None or _newest(presence, item))


def _instagram_poster(presence: Presence, item: Item) -> tuple[str, ...]:
    """Of others' posts it gives the username only."""
    return (
        ("username",) if item.kind == "post" and item.author is not presence.account else ("username", "id")
    )


# X


def _x_reach(presence: Presence, item: Item, now: datetime, since: datetime | None) -> bool:
    if item.thread is not None:
        return item.at >= now - timedelta(days=float(presence.settings["dm_days"])) + MARGIN
    if presence.stream_of(item, now) == "scheduled":
        return False
    if item.author is presence.account or f"@{presence.account.username.lower()}" in item.text.lower():
        return _since(item, since)
    recent = now - timedelta(days=float(presence.settings["recent_days"])) + MARGIN
    return item.root.author is presence.account and min(item.at, item.root.at) >= recent


def _x_alive(presence: Presence, item: Item, now: datetime, since: datetime | None) -> bool:
    del now, since
    return presence.there(item)


# YouTube


def _youtube_reach(presence: Presence, item: Item, now: datetime, since: datetime | None) -> bool:
    del since
    return item is item.root or not _waits(presence, item, now)


def _youtube_alive(presence: Presence, item: Item, now: datetime, since: datetime | None) -> bool:
    """Each pass shows its own: of threads that are not published, only replies of the same kind, and five."""
    del now, since
    if item.kind == "post":
        return presence.there(item)
    first = youtube.first_of(item)
    of_first, own = youtube.status(presence, first), youtube.status(presence, item)
    if own not in {"published", "heldForReview", "likelySpam"}:
        return False
    if item is first or own == of_first == "published":
        return True
    if own == "published":
        return False
    return (
        of_first in {"published", own} and item in youtube.replies(presence, first, own)[: youtube.COME_ALONG]
    )


def _youtube_gone(presence: Presence, item: Item) -> bool:
    """A rejected comment is left out like a deleted one."""
    if item.kind == "post":
        return _deleted(presence, item)
    return youtube.status(presence, item) in {None, "rejected"}


def _youtube_visibility(presence: Presence, item: Item) -> str:
    if item.kind == "post":
        return "unpublished" if item.state is State.HIDDEN else "public"
    return "public" if youtube.status(presence, item) == "published" else "held"


def _youtube_poster(presence: Presence, item: Item) -> tuple[str, ...]:
    del presence
    return ("name", "id") if item.kind == "post" else ("username", "id")


# LinkedIn


def _linkedin_reach(presence: Presence, item: Item, now: datetime, since: datetime | None) -> bool:
    root = item.root
    if root.author is not presence.account:
        return False
    return item is root or (not _waits(presence, item, now) and _since(root, since))


def _linkedin_alive(presence: Presence, item: Item, now: datetime, since: datetime | None) -> bool:
    del now, since
    return chain_is_there(presence, item)


# Nextdoor


def _nextdoor_reach(presence: Presence, item: Item, now: datetime, since: datetime | None) -> bool:
    del since
    return item.root.author is presence.account and presence.stream_of(item.root, now) == "own"


def _nextdoor_alive(presence: Presence, item: Item, now: datetime, since: datetime | None) -> bool:
    del now, since
    return not _nextdoor_gone(presence, item)


def _nextdoor_gone(presence: Presence, item: Item) -> bool:
    """What is hidden is left out, with all that hangs under it."""
    above: Item | None = item
    while above is not None:
        if presence.state_of(above)[0] is not State.PRESENT:
            return True
        above = above.parent
    return False


def _nextdoor_poster(presence: Presence, item: Item) -> tuple[str, ...]:
    del presence
    return ("name", "id") if item.kind == "post" else ()


def _nextdoor_text(item: Item) -> str:
    return f"{item.text.split('. ')[0][:60]}\n{item.text}" if item.kind == "post" else item.text


SHOWING: dict[str, Showing] = {
    "facebook": Showing(
        reach=_facebook_reach,
        alive=_facebook_alive,
        gone=_deleted_or_hidden,
        poster=lambda *_: ("name", "id"),
        visibility=_public_or_hidden,
        text=SITES["facebook"].wire_text,
        pictured=frozenset({"post", "comment", "message"}),
        streams=("own", "visitor", "tagged"),
    ),
    "instagram": Showing(
        reach=_instagram_reach,
        alive=_instagram_alive,
        gone=_deleted_or_hidden,
        poster=_instagram_poster,
        visibility=_public_or_hidden,
        text=SITES["instagram"].wire_text,
        pictured=frozenset({"post", "message"}),
        streams=("own", "reel", "story", "tagged"),
        flat=True,
    ),
    "x": Showing(
        reach=_x_reach,
        alive=_x_alive,
        gone=_deleted,
        poster=lambda *_: WHOLE,
        visibility=_public,
        text=SITES["x"].wire_text,
        pictured=frozenset({"post", "comment", "message"}),
        streams=("own", "tagged"),
        followers=True,
    ),
    "linkedin": Showing(
        reach=_linkedin_reach,
        alive=_linkedin_alive,
        gone=_deleted,
        poster=lambda *_: ("id",),
        visibility=_public,
        text=SITES["linkedin"].wire_text,
        pictured=frozenset({"post", "comment"}),
        without=frozenset({"message"}),
    ),
    "youtube": Showing(
        reach=_youtube_reach,
        alive=_youtube_alive,
        gone=_youtube_gone,
        poster=_youtube_poster,
        visibility=_youtube_visibility,
        text=SITES["youtube"].wire_text,
        events=frozenset({"hold", "release"}),
        without=frozenset({"message"}),
        flat=True,
    ),
    "nextdoor": Showing(
        reach=_nextdoor_reach,
        alive=_nextdoor_alive,
        gone=_nextdoor_gone,
        poster=_nextdoor_poster,
        visibility=_public,
        text=_nextdoor_text,
        without=frozenset({"message", "follow", "unfollow"}),
    ),
}

# A site that says "200, nothing here" lies, and nobody who asks it can know. Such a night may be short of
# anything; it must all the same call nothing removed.
LIES = frozenset({"outage", "offset_drift"})  # a list that begins further down gives no sign of it


def lies(kind: str, options: dict[str, object]) -> bool:
    return kind in LIES or (kind == "permission_lost" and bool(options.get("silent")))


def visibility(presence: Presence, item: Item, now: datetime) -> str:
    """How a record of the item must say who could see it."""
    if item.kind == "message":
        return "private"
    if presence.stream_of(item, now) == "scheduled":
        return "unpublished"
    return SHOWING[presence.platform].visibility(presence, item)
