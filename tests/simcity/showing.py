"""What each site's API can show of what is truly there, in one place: the audit asks nothing of a site beyond it.

`reach` says whether a nightly listing that goes back to `since` comes to where an item stands, were it there;
`alive` whether it is there and among what that listing gives; `gone` whether the site treats it as taken away.
Written from the sites' own rules, not from the product's questions.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from paloverde.simulator.city import Item, Presence
from paloverde.simulator.sites import SITES
from simcity import rules

Reach = Callable[[Presence, Item, datetime, datetime | None], bool]
Says = Callable[[Presence, Item], bool]
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


SHOWING: dict[str, Showing] = {
    "facebook": Showing(
        reach=rules.facebook_reach,
        alive=rules.facebook_alive,
        gone=rules.deleted_or_hidden,
        poster=lambda *_: ("name", "id"),
        visibility=rules.public_or_hidden,
        text=SITES["facebook"].wire_text,
        pictured=frozenset({"post", "comment", "message"}),
        streams=("own", "visitor", "tagged"),
    ),
    "instagram": Showing(
        reach=rules.instagram_reach,
        alive=rules.instagram_alive,
        gone=rules.deleted_or_hidden,
        poster=rules.instagram_poster,
        visibility=rules.public_or_hidden,
        text=SITES["instagram"].wire_text,
        pictured=frozenset({"post", "message"}),
        streams=("own", "reel", "story", "tagged"),
        flat=True,
    ),
    "x": Showing(
        reach=rules.x_reach,
        alive=rules.x_alive,
        gone=rules.deleted,
        poster=lambda *_: WHOLE,
        visibility=rules.public,
        text=SITES["x"].wire_text,
        pictured=frozenset({"post", "comment", "message"}),
        streams=("own", "tagged"),
        followers=True,
    ),
    "linkedin": Showing(
        reach=rules.linkedin_reach,
        alive=rules.linkedin_alive,
        gone=rules.deleted,
        poster=lambda *_: ("id",),
        visibility=rules.public,
        text=SITES["linkedin"].wire_text,
        pictured=frozenset({"post", "comment"}),
        without=frozenset({"message"}),
    ),
    "youtube": Showing(
        reach=rules.youtube_reach,
        alive=rules.youtube_alive,
        gone=rules.youtube_gone,
        poster=rules.youtube_poster,
        visibility=rules.youtube_visibility,
        text=SITES["youtube"].wire_text,
        events=frozenset({"hold", "release"}),
        without=frozenset({"message"}),
        flat=True,
    ),
    "nextdoor": Showing(
        reach=rules.nextdoor_reach,
        alive=rules.nextdoor_alive,
        gone=rules.nextdoor_gone,
        poster=rules.nextdoor_poster,
        visibility=rules.public,
        text=rules.nextdoor_text,
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
