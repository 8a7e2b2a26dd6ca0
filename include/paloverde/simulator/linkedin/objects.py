"""Posts, comments, reactions, notifications, pages and media as LinkedIn sends them."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from paloverde.simulator import media
from paloverde.simulator.city import City, Item, Medium, Person, Presence
from paloverde.simulator.linkedin.ids import activity, thread
from paloverde.simulator.wire import Ask

DAY_MS = 86_400_000
REACTIONS = ("LIKE", "PRAISE", "EMPATHY", "INTEREST", "APPRECIATION", "ENTERTAINMENT")
_RESERVED = re.compile(r"[\\|{}@\[\]()<>#*_~]")
_HASHTAG = re.compile(r"#([A-Za-z0-9]+)")


@dataclass(frozen=True, slots=True)
class View:
    """One question and all that its answer depends on."""

    city: City
    presence: Presence
    ask: Ask
    owner: bool

    @property
    def now(self) -> datetime:
        return self.city.clock.now()

    @property
    def role(self) -> str:
        return str(self.presence.settings["role"]) if self.owner else ""

    @property
    def sees(self) -> bool:
        """Whether lists hold anything for this person."""
        return self.role in {"ADMINISTRATOR", "CONTENT_ADMINISTRATOR", "DIRECT_SPONSORED_CONTENT_POSTER"}


def ms(at: datetime, item: Item | None = None) -> int:
    """Milliseconds since 1970; the city's clock knows seconds, an item adds some of its own."""
    return int(at.timestamp()) * 1000 + (item.order * 37 % 1000 if item else 0)


def little(text: str, page: Person) -> str:
    """The text format of posts: reserved characters escaped, hashtags and the page's name as templates."""
    pieces = []
    for piece in re.split(f"({re.escape(page.name)}|#[A-Za-z0-9]+)", text):
        tag = _HASHTAG.fullmatch(piece)
        if piece == page.name:
            pieces.append(f"@[{_escaped(page.name)}]({page.id})")
        else:
            pieces.append(rf"{{hashtag|\#|{tag[1]}}}" if tag else _escaped(piece))
    return "".join(pieces)


def _escaped(text: str) -> str:
    return _RESERVED.sub(lambda found: f"\\{found[0]}", text)


def post(view: View, item: Item) -> dict[str, Any]:
    """A post of the Posts API, with its members in the site's own order."""
    draft = view.presence.stream_of(item, view.now) == "scheduled"
    written = item.at - timedelta(days=3) if item.stream == "scheduled" else item.at
    answer: dict[str, Any] = {
        "isReshareDisabledByAuthor": False,
        "createdAt": ms(written, item) - 500,
        "lifecycleState": "DRAFT" if draft else "PUBLISHED",
        "lastModifiedAt": modified(view, item),
        "visibility": "PUBLIC",
    }
    if not draft:
        answer["publishedAt"] = ms(item.at, item)
    answer |= {
        "author": item.author.id,
        "id": item.id,
        "distribution": {"feedDistribution": "MAIN_FEED", "thirdPartyDistributionChannels": []},
    }
    if item.media:
        answer["content"] = _content(item)
    edited = len(item.editions) > 1
    commentary = little(item.text, view.presence.account)
    return {**answer, "commentary": commentary, "lifecycleStateInfo": {"isEditedByAuthor": edited}}


def modified(view: View, item: Item) -> int:
    """When a post was changed last: what lists are sorted by."""
    if len(item.editions) > 1:
        return ms(item.editions[-1].at, item)
    if view.presence.stream_of(item, view.now) == "scheduled":
        return ms(item.at - timedelta(days=3), item)
    return ms(item.at, item)


def _content(item: Item) -> dict[str, Any]:
    named = [{"altText": one.alt_text, "id": one.native_id} for one in item.media]
    return {"multiImage": {"images": named}} if len(named) > 1 else {"media": named[0]}


def comment(view: View, item: Item) -> dict[str, Any]:
    """A comment. Hidden ones look like any other; the counts are left out where they are zero."""
    by = _stamp(view, item, item.at)
    answer: dict[str, Any] = {"actor": item.author.id}
    replies = [one for one in item.replies if view.presence.there(one)]
    if replies:
        answer["commentsSummary"] = {
            "selectedComments": [one.id for one in replies[:2]],
            "totalFirstLevelComments": len(replies),
            "aggregatedTotalComments": len(replies),
        }
    changed = _stamp(view, item, item.editions[-1].at) if len(item.editions) > 1 else by
    answer |= {
        "created": by,
        "lastModified": changed,
        "id": item.id.rpartition(",")[2].rstrip(")"),
        "$URN": item.id,
        "message": {"attributes": [], "text": item.text},
    }
    if item.likes:
        answer["likesSummary"] = {
            "selectedLikes": [],
            "aggregatedTotalLikes": item.likes,
            "likedByCurrentUser": False,
            "totalLikes": item.likes,
        }
    answer["object"] = thread(item.root.first_id)
    if item.parent is not None and item.parent.kind == "comment":
        answer["parentComment"] = item.parent.id
    if item.media:
        answer["content"] = [
            {"entity": {"image": one.native_id}, "type": "IMAGE", "url": address(view, one)}
            for one in item.media
        ]
    return answer


def _stamp(view: View, item: Item, at: datetime) -> dict[str, Any]:
    """Who wrote it, and for the page also which administrator did so in its name."""
    stamp: dict[str, Any] = {"actor": item.author.id, "time": ms(at, item)}
    if item.author is view.presence.account:
        stamp["impersonator"] = administrator(view.presence)
    return stamp


def administrator(presence: Presence) -> str:
    """The person whose token it is."""
    digest = hashlib.sha256(presence.account.id.encode()).hexdigest()
    return f"urn:li:person:{digest[:10]}"


def reactions(view: View, item: Item) -> list[dict[str, Any]]:
    """Who reacted to a post, newest first: as many residents as it has likes, and at most forty."""
    residents = [one for one in view.presence.people.values() if one is not view.presence.account]
    drawn = sorted(residents, key=lambda one: hashlib.sha256((item.first_id + one.id).encode()).digest())
    root = thread(item.first_id)
    return [
        {
            "id": f"urn:li:reaction:({one.id},{root})",
            "created": {"actor": one.id, "time": ms(item.at, item) + 60_000 * (40 - i)},
            "lastModified": {"actor": one.id, "time": ms(item.at, item) + 60_000 * (40 - i)},
            "root": root,
            "reactionType": REACTIONS[i % len(REACTIONS)],
        }
        for i, one in enumerate(drawn[: min(item.likes, 40)])
    ]


def page(presence: Presence) -> dict[str, Any]:
    """The organization, as its administrator sees it."""
    account = presence.account
    return {
        "vanityName": account.username,
        "localizedName": account.name,
        "website": {
            "localized": {"en_US": "https://www.cityofpalmaria.example"},
            "preferredLocale": {"country": "US", "language": "en"},
        },
        "localizedWebsite": "https://www.cityofpalmaria.example",
        "localizedDescription": account.bio,
        "description": {
            "localized": {"en_US": account.bio},
            "preferredLocale": {"country": "US", "language": "en"},
        },
        "industries": ["urn:li:industry:75"],
        "logoV2": {"original": "urn:li:digitalmediaAsset:C4E0BAQFlogo"},
        "primaryOrganizationType": "NONE",
        "organizationType": "GOVERNMENT_AGENCY",
        "locations": [],
        "id": int(account.id.rpartition(":")[2]),
        "$URN": account.id,
    }


def asset(view: View, medium: Medium) -> dict[str, Any]:
    """A picture or video with an address that lives for some days."""
    expires = (int(view.now.timestamp() * 1000) // DAY_MS + 2) * DAY_MS
    return {
        "owner": view.presence.account.id,
        "downloadUrl": address(view, medium),
        "downloadUrlExpiresAt": expires,
        "id": medium.native_id,
        "status": "AVAILABLE",
    }


def address(view: View, medium: Medium) -> str:
    root = view.ask.base.rpartition("/")[0]
    signed = bool(view.presence.settings["signed_media"])
    return media.address(root, "linkedin", medium.name, view.city, signed=signed)


def source(item: Item) -> dict[str, Any]:
    """The post on which something happened, as a notification names it."""
    root = item.root
    return {
        "sourcePost": activity(root.first_id),
        "decoratedSourcePost": {
            "entity": root.id,
            "owner": root.author.id,
            "text": root.text,
            "mediaCategory": "IMAGE" if root.media else "NONE",
        },
    }
