"""Nextdoor's objects, by the property names of its partners' clients. Absent values are null."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from paloverde.simulator import media, texts
from paloverde.simulator.city import City, Item, Presence, State
from paloverde.simulator.wire import Ask

WWW = "https://nextdoor.com"
AGENCY = 1187


@dataclass(frozen=True, slots=True)
class View:
    city: City
    presence: Presence
    ask: Ask

    def shown(self, items: list[Item]) -> list[Item]:
        """What is hidden is left out: this site has no word for it."""
        return [one for one in items if self.presence.state_of(one)[0] is State.PRESENT]

    def file(self, name: str) -> str:
        root = self.ask.base.removesuffix("/nextdoor")
        return media.address(root, "nextdoor", name, self.city, signed=self.presence.settings["signed_media"])


def number(text: str) -> int:
    """A number that stays the same for the same text."""
    return int(text) if text.isdigit() else zlib.crc32(text.encode())


def own_posts(view: View) -> list[Item]:
    """The account's own posts, newest first."""
    now = view.city.clock.now()
    own = [one for one in view.presence.posts if view.presence.stream_of(one, now) == "own"]
    return sorted(view.shown(own), key=lambda one: one.key, reverse=True)


def beneath(view: View, item: Item) -> Iterator[Item]:
    """Every comment under an item, at every depth, oldest first at each."""
    for reply in view.shown(item.replies):
        yield reply
        yield from beneath(view, reply)


def post(view: View, item: Item) -> dict[str, Any]:
    comments = list(beneath(view, item))
    return {
        "id": item.id,
        "author_id": number(view.presence.account.id),
        "body": item.text,
        "title": item.text.split(". ")[0][:60],
        "url": f"{WWW}/p/{item.id}",
        "embed_url": f"{WWW}/embed/{item.id}",
        "creation_date_epoch_seconds": int(item.at.timestamp()),
        "comments": [comment(one) for one in comments],
        "reactions": [one for spoken in (item, *comments) for one in reactions(item, spoken)],
        "media": [_medium(view, one.name, one.type) for one in item.media],
    }


def comment(item: Item) -> dict[str, Any]:
    assert item.parent is not None
    parent = int(item.parent.id) if item.parent.parent is not None else None
    return {
        "id": int(item.id),
        "body": item.text,
        "creation_date_epoch_seconds": int(item.at.timestamp()),
        "parent_comment_id": parent,
    }


def reactions(root: Item, item: Item) -> list[dict[str, Any]]:
    below = int(item.id) if item is not root else None
    return [
        {"id": number(item.id) * 10 + i, "post_id": int(root.id), "comment_id": below, "type": 1 + i % 4}
        for i in range(min(item.likes, 9))
    ]


def _medium(view: View, name: str, type_: str) -> dict[str, Any]:
    film = type_ == "video"
    size = {"width": media.SIDE, "height": media.SIDE}
    return {"is_photo": not film, "is_video": film, "url": view.file(name), **size}


def profile(view: View) -> dict[str, Any]:
    """The agency's profile."""
    account = view.presence.account
    return {
        "id": account.id,
        "status": "active",
        "account_creation_date": account.joined.date().isoformat(),
        "verified": True,
        "is_agency_profile": True,
        "is_business_profile": False,
        "is_neighbor_profile": False,
        "agency_id": str(AGENCY),
        "agency_name": account.name,
        "agency_url_at_nextdoor": f"{WWW}/agency-detail/ca/palma-ria/{account.username}/",
        "agency_external_url": texts.SITE,
        "agency_photo": view.file("profile.png"),
        "agency_city": "Palma Ria",
        "agency_state": "CA",
    }


def neighbor(view: View) -> dict[str, Any]:
    """The private profile of the person who signed in: not the city's."""
    return {
        "id": view.presence.account.id[::-1],
        "first_name": "Wren",
        "last_name": "T.",
        "status": "active",
        "verified": True,
        "is_agency_profile": False,
        "is_business_profile": False,
        "is_neighbor_profile": True,
        "neighborhood_name": "Smoke Tree",
        "city_name": "Palma Ria",
    }


def digest(view: View) -> dict[str, Any]:
    """The public agency feed: other names, nested comments, and the names of those who wrote them."""
    posts = own_posts(view)
    return {
        "city_post_count": len(posts),
        "updated_at_epoch_seconds": int(view.city.clock.now().timestamp()),
        "posts": [_digest_post(view, one) for one in posts],
    }


def _digest_post(view: View, item: Item) -> dict[str, Any]:
    comments = list(beneath(view, item))
    agency = {"agency_id": AGENCY, "city": "Palma Ria", "state": "CA"}
    return {
        "author": {"name": item.author.name, "type": "agency", "agency_info": agency},
        "body": item.text,
        "category": "general",
        "comments": [_digest_comment(view, one) for one in view.shown(item.replies)],
        "comment_closed": False,
        "comment_count": len(comments),
        "creation_date_epoch_seconds": int(item.at.timestamp()),
        "like_count": item.likes,
        "downvote_count": 0,
        "embed_url": f"{WWW}/embed/{item.id}",
        "url": f"{WWW}/p/{item.id}",
        "public_post_url": f"{WWW}/p/{item.id}?view=detail",
        "has_geo_tag": False,
        "latitude": None,
        "longitude": None,
        "media": [view.file(one.name) for one in item.media],
        "scope": "nearby",
        "score": 0.5,
        "title": item.text.split(". ")[0][:60],
        "user_entered_subject": item.text.split(". ")[0][:60],
        "id": int(item.id),
    }


def _digest_comment(view: View, item: Item) -> dict[str, Any]:
    assert item.parent is not None
    return {
        "body": item.text,
        "author_name": item.author.name,
        "creation_date": int(item.at.timestamp()),
        "id": int(item.id),
        "like_count": item.likes,
        "parent_comment_id": int(item.parent.id) if item.parent.parent is not None else None,
        "comments": [_digest_comment(view, one) for one in view.shown(item.replies)],
    }
