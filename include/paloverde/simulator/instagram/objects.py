"""The parts of Instagram's answers that take more than one line to put together."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from paloverde.simulator import media
from paloverde.simulator.city import Conversation, Item, Medium, Person
from paloverde.simulator.graph.fields import Field
from paloverde.simulator.graph.view import View, stamp

WWW = "https://www.instagram.com"
STORY_LASTS = timedelta(hours=24)
LIVE_LASTS = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Child:
    """One picture or film of a carousel."""

    post: Item
    medium: Medium


def is_there(view: View, item: Item) -> bool:
    """Whether the site has the item now: a story leaves after a day, a broadcast when it ends."""
    lasts = {"story": STORY_LASTS, "live": LIVE_LASTS}.get(item.stream)
    now = view.city.clock.now()
    return view.presence.there(item) and (lasts is None or now - item.at < lasts)


def shown_comments(view: View, post: Item) -> list[Item]:
    """Comments right under a post, but of nobody whom the account restricts."""
    return [one for one in post.replies if view.presence.there(one) and not one.author.muted]


def all_below(item: Item) -> list[Item]:
    """Everything under an item, at any depth."""
    return [one for reply in item.replies for one in (reply, *all_below(reply))]


def shown_replies(view: View, comment: Item) -> list[Item]:
    """All that hangs under a comment: the site knows one depth of replies."""
    there = [one for one in all_below(comment) if view.presence.there(one)]
    return [one for one in there if not one.author.muted]


def comments_count(view: View, item: Item, _: Field) -> int | None:
    """The site counts restricted people's comments and replies, which it does not list."""
    return sum(view.presence.there(one) for one in all_below(item))


def parent_id(_: View, item: Item, __: Field) -> str | None:
    """The comment at the top of a reply's thread."""
    above = item
    while above.parent is not None and above.parent.kind == "comment":
        above = above.parent
    return None if above is item else above.id


def owner(view: View, item: Item, field: Field) -> dict[str, str] | None:
    """Only of the account's own posts."""
    if item.author is not view.account:
        return None
    names = {one.name for one in field.inner}
    return person(item.author) if "username" in names else {"id": item.author.id}


def person(someone: Person) -> dict[str, str]:
    return {"id": someone.id, "username": someone.username}


def media_type(_: View, item: Item, __: Field) -> str:
    if item.stream == "live":
        return "BROADCAST"
    if len(item.media) > 1:
        return "CAROUSEL_ALBUM"
    return "VIDEO" if item.media and item.media[0].type == "video" else "IMAGE"


def product_type(_: View, item: Item, __: Field) -> str:
    if item.stream in {"story", "live"}:
        return item.stream.upper()
    return "REELS" if item.media and item.media[0].type == "video" else "FEED"


def media_url(view: View, item: Item, _: Field) -> str | None:
    """None for what is broadcast, and for a film with a copyright claim."""
    if not item.media or item.stream == "live" or item.id in view.presence.settings["claimed"]:
        return None
    return view.file(item.media[0].name)


def thumbnail(view: View, item: Item, _: Field) -> str | None:
    video = item.media and item.media[0].type == "video" and item.stream != "live"
    return view.file(item.media[0].name.replace(".mp4", ".png")) if video else None


def alt_text(_: View, item: Item, __: Field) -> str | None:
    return item.media[0].alt_text if item.media and item.media[0].type == "photo" else None


def shortcode(item: Item) -> str:
    number = int(item.id).to_bytes(8, "big")
    return base64.urlsafe_b64encode(number).decode().rstrip("=")


def permalink(view: View, item: Item) -> str:
    if item.stream == "story":
        return f"{WWW}/stories/{view.account.username}/{int(item.id) * 137 % 10**19}"
    what = "reel" if item.media and item.media[0].type == "video" else "p"
    return f"{WWW}/{what}/{shortcode(item)}/"


def children(view: View, item: Item, field: Field) -> dict[str, Any] | None:
    """The pictures of a carousel; nothing for any other post."""
    return view.nested(item, field) if len(item.media) > 1 else None


def replies(view: View, item: Item, field: Field) -> dict[str, Any] | None:
    return view.nested(item, field) if shown_replies(view, item) else None


def participants(view: View, thread: Conversation, _: Field) -> dict[str, Any]:
    return {"data": [person(view.account), person(thread.person)]}


def recipients(view: View, item: Item, _: Field) -> dict[str, Any]:
    assert item.thread is not None
    to = item.thread.person if item.author is view.account else view.account
    return {"data": [person(to)]}


def attachments(view: View, item: Item, _: Field) -> dict[str, Any] | None:
    size = {"width": media.SIDE, "height": media.SIDE, "max_width": media.SIDE, "max_height": media.SIDE}
    shown = []
    for medium in item.media:
        url = view.file(medium.name)
        data = {"video_data" if medium.type == "video" else "image_data": {**size, "url": url}}
        shown.append({"id": medium.native_id, **data})
    return {"data": shown} if shown else None


def reactions(view: View, item: Item, _: Field) -> dict[str, Any] | None:
    """A heart of the other one in the conversation."""
    if not item.likes or item.thread is None:
        return None
    other = item.thread.person if item.author is view.account else view.account
    return {"data": [{"reaction": "love", "emoji": "❤", "users": [person(other)]}]}


def touched(_: View, thread: Conversation, __: Field) -> str:
    return stamp(max(item.at for item in thread.messages))
