"""The sites' own rules, one function each: how far back a nightly listing comes, what stands in it, what is gone."""

from __future__ import annotations

from datetime import datetime, timedelta

from paloverde.simulator.city import Item, Presence, State
from paloverde.simulator.youtube import comments as youtube

MARGIN = timedelta(minutes=10)  # the edge of a window moves while a night reads


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


def deleted(presence: Presence, item: Item) -> bool:
    return presence.state_of(item)[0] is State.DELETED


def deleted_or_hidden(presence: Presence, item: Item) -> bool:
    return presence.state_of(item)[0] in {State.DELETED, State.HIDDEN}


def public_or_hidden(presence: Presence, item: Item) -> str:
    return "hidden" if presence.state_of(item)[0] is State.HIDDEN else "public"


def public(presence: Presence, item: Item) -> str:
    del presence, item
    return "public"


# Facebook


def facebook_reach(presence: Presence, item: Item, now: datetime, since: datetime | None) -> bool:
    if item.thread is not None:  # only conversations that stirred
        return _stirred(item, since)
    return item is item.root if _waits(presence, item, now) else _since(item.root, since)


def facebook_alive(presence: Presence, item: Item, now: datetime, since: datetime | None) -> bool:
    del now, since
    if not chain_is_there(presence, item):
        return False
    if item.thread is not None:
        return _newest(presence, item)
    # the list of tagging posts has no way to ask for hidden ones
    return not (item.root.state is State.HIDDEN and item.root.stream == "tagged")


# Instagram


def instagram_reach(presence: Presence, item: Item, now: datetime, since: datetime | None) -> bool:
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


def instagram_alive(presence: Presence, item: Item, now: datetime, since: datetime | None) -> bool:
    del now, since
    return chain_is_there(presence, item) and (item.thread is None or _newest(presence, item))


def instagram_poster(presence: Presence, item: Item) -> tuple[str, ...]:
    """Of others' posts it gives the username only."""
    return (
        ("username",) if item.kind == "post" and item.author is not presence.account else ("username", "id")
    )


# X


def x_reach(presence: Presence, item: Item, now: datetime, since: datetime | None) -> bool:
    if item.thread is not None:
        return item.at >= now - timedelta(days=float(presence.settings["dm_days"])) + MARGIN
    if presence.stream_of(item, now) == "scheduled":
        return False
    if item.author is presence.account or f"@{presence.account.username.lower()}" in item.text.lower():
        return _since(item, since)
    recent = now - timedelta(days=float(presence.settings["recent_days"])) + MARGIN
    return item.root.author is presence.account and min(item.at, item.root.at) >= recent


def x_alive(presence: Presence, item: Item, now: datetime, since: datetime | None) -> bool:
    del now, since
    return presence.there(item)


# YouTube


def youtube_reach(presence: Presence, item: Item, now: datetime, since: datetime | None) -> bool:
    del since
    return item is item.root or not _waits(presence, item, now)


def youtube_alive(presence: Presence, item: Item, now: datetime, since: datetime | None) -> bool:
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


def youtube_gone(presence: Presence, item: Item) -> bool:
    """A rejected comment is left out like a deleted one."""
    if item.kind == "post":
        return deleted(presence, item)
    return youtube.status(presence, item) in {None, "rejected"}


def youtube_visibility(presence: Presence, item: Item) -> str:
    if item.kind == "post":
        return "unpublished" if item.state is State.HIDDEN else "public"
    return "public" if youtube.status(presence, item) == "published" else "held"


def youtube_poster(presence: Presence, item: Item) -> tuple[str, ...]:
    del presence
    return ("name", "id") if item.kind == "post" else ("username", "id")


# LinkedIn


def linkedin_reach(presence: Presence, item: Item, now: datetime, since: datetime | None) -> bool:
    root = item.root
    if root.author is not presence.account:
        return False
    return item is root or (not _waits(presence, item, now) and _since(root, since))


def linkedin_alive(presence: Presence, item: Item, now: datetime, since: datetime | None) -> bool:
    del now, since
    return chain_is_there(presence, item)


# Nextdoor


def nextdoor_reach(presence: Presence, item: Item, now: datetime, since: datetime | None) -> bool:
    del since
    return item.root.author is presence.account and presence.stream_of(item.root, now) == "own"


def nextdoor_alive(presence: Presence, item: Item, now: datetime, since: datetime | None) -> bool:
    del now, since
    return not nextdoor_gone(presence, item)


def nextdoor_gone(presence: Presence, item: Item) -> bool:
    """What is hidden is left out, with all that hangs under it."""
    above: Item | None = item
    while above is not None:
        if presence.state_of(above)[0] is not State.PRESENT:
            return True
        above = above.parent
    return False


def nextdoor_poster(presence: Presence, item: Item) -> tuple[str, ...]:
    del presence
    return ("name", "id") if item.kind == "post" else ()


def nextdoor_text(item: Item) -> str:
    return f"{item.text.split('. ')[0][:60]}\n{item.text}" if item.kind == "post" else item.text
