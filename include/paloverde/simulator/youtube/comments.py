"""Comments and their threads, in the three passes in which the site shows them.

Nothing tells that a comment was rejected: it is in no pass, and is left out when asked for by its id.
"""

from __future__ import annotations

import html
from typing import Any

from paloverde.simulator.city import Item, Presence, State
from paloverde.simulator.youtube.objects import Object, View, resource, stamp, thumbnails
from paloverde.simulator.youtube.paging import etag

MODERATION = {
    State.PRESENT: "published",
    State.HELD: "heldForReview",
    State.SPAM: "likelySpam",
    State.HIDDEN: "rejected",
}
COME_ALONG = 5  # replies that a thread brings with it


def first_of(item: Item) -> Item:
    """The comment at the head of a thread: the site knows replies to it, and none to replies."""
    while item.parent is not None and item.parent.kind == "comment":
        item = item.parent
    return item


def status(presence: Presence, item: Item) -> str | None:
    """How the site treats a comment; None where it is gone. Rejecting the first hides all replies to it."""
    if not presence.there(item) or not presence.there(first_of(item)):
        return None
    return "rejected" if first_of(item).state is State.HIDDEN else MODERATION[item.state]


def replies(presence: Presence, first: Item, wanted: str) -> list[Item]:
    """The replies at any depth below a first comment that have a status, oldest first."""
    found: list[Item] = []
    below = list(first.replies)
    while below:
        item = below.pop()
        below += item.replies
        if status(presence, item) == wanted:
            found.append(item)
    return sorted(found, key=lambda item: item.key)


def shown_under(presence: Presence, video: Item) -> int:
    """What the site counts for a video: published comments, and published replies to them."""
    firsts = [item for item in video.replies if status(presence, item) == "published"]
    return len(firsts) + sum(len(replies(presence, first, "published")) for first in firsts)


def threads(presence: Presence, videos: list[Item], wanted: str) -> list[Item]:
    """The first comments of the threads of a pass, newest first."""
    found = []
    for video in videos:
        for first in video.replies:
            own = status(presence, first)
            held_reply = wanted != "published" and own is not None and replies(presence, first, wanted)
            if own == wanted or (own == "published" and held_reply):
                found.append(first)
    return sorted(found, key=lambda item: item.key, reverse=True)


def thread(view: View, first: Item, wanted: str) -> Object:
    published = replies(view.presence, first, "published")
    along = replies(view.presence, first, wanted)[:COME_ALONG]
    return resource(
        view,
        "commentThread",
        first.id,
        {
            "snippet": lambda: {
                "channelId": view.presence.account.id,
                "videoId": first.root.id,
                "topLevelComment": comment(view, first, within_thread=True),
                "canReply": True,
                "totalReplyCount": len(published),
                "isPublic": status(view.presence, first) == "published",
            },
            "replies": lambda: (
                {"comments": [comment(view, one, within_thread=True) for one in along]} if along else None
            ),
        },
    )


def comment(view: View, item: Item, *, within_thread: bool = False, by_id: bool = False) -> Object:
    """One comment. By its id the site does not say how it is moderated; a list of replies names no video."""
    snippet: Object = {}
    if within_thread:
        snippet |= {"channelId": view.presence.account.id, "videoId": item.root.id}
    plain = view.ask.query.get("textFormat") == "plainText"
    snippet["textDisplay"] = item.text if plain else html.escape(item.text).replace("\n", "<br>")
    if item.author is view.presence.account and view.owner:
        snippet["textOriginal"] = item.text
    first = first_of(item)
    if first is not item:
        snippet["parentId"] = first.id
    snippet |= author(view, item)
    snippet |= {"canRate": True, "viewerRating": "none", "likeCount": item.likes}
    moderation = status(view.presence, item)
    if view.owner and not by_id and moderation is not None:
        snippet["moderationStatus"] = moderation
    snippet |= {"publishedAt": stamp(item.at), "updatedAt": stamp(item.editions[-1].at)}
    if len(item.editions) == 1:
        snippet["updatedAt"] = snippet["publishedAt"]
    return {"kind": "youtube#comment", "etag": etag([item.id, snippet]), "id": item.id, "snippet": snippet}


def author(view: View, item: Item) -> dict[str, Any]:
    """Who wrote it, by handle; of an unsigned comment the site tells neither name nor channel."""
    person = item.author
    picture = thumbnails(view, "profile-person.png")["default"]["url"]
    if item.unsigned:
        return {"authorDisplayName": "", "authorProfileImageUrl": picture, "authorChannelUrl": ""}
    return {
        "authorDisplayName": f"@{person.username}",
        "authorProfileImageUrl": picture,
        "authorChannelUrl": f"http://www.youtube.com/@{person.username}",
        "authorChannelId": {"value": person.id},
    }
