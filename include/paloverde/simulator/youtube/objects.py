"""Channel, videos and subscribers as the site shows them, by Google's discovery document."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from paloverde.simulator import media
from paloverde.simulator.city import City, Item, Person, Presence, State
from paloverde.simulator.wire import Ask
from paloverde.simulator.youtube.paging import etag

_SIDES = {"default": (120, 90), "medium": (320, 180), "high": (480, 360)}
_UPLOADED_BEFORE = timedelta(days=2)  # a scheduled video is uploaded so long before it appears
_TITLE = 100

Object = dict[str, Any]


@dataclass(frozen=True, slots=True)
class View:
    """One question: who asks, for which parts."""

    city: City
    presence: Presence
    ask: Ask
    owner: bool

    @property
    def parts(self) -> list[str]:
        return [part for part in self.ask.query.get("part", "").split(",") if part]

    @property
    def now(self) -> datetime:
        return self.city.clock.now()


def stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def title(item: Item) -> str:
    """The first sentence of what is said; the whole of it is the description."""
    first = item.text.split("\n")[0]
    return first if len(first) <= _TITLE else f"{first[: _TITLE - 1].rsplit(' ', 1)[0]}…"


def wire_text(item: Item) -> str:
    """What a reader sees of an item: of a video its title and description."""
    return f"{title(item)}\n{item.text}" if item.kind == "post" else item.text


def resource(view: View, kind: str, native_id: str, parts: dict[str, Callable[[], Any]]) -> Object:
    """A resource with the parts that were asked for and that it has."""
    shown = {name: parts[name]() for name in view.parts if name in parts}
    shown = {name: value for name, value in shown.items() if value is not None}
    return {"kind": f"youtube#{kind}", "etag": etag([native_id, shown]), "id": native_id, **shown}


def thumbnails(view: View, name: str) -> Object:
    root = view.ask.base.rpartition("/")[0]
    url = media.address(root, "youtube", name, view.city, signed=False)
    return {size: {"url": url, "width": w, "height": h} for size, (w, h) in _SIDES.items()}


def still(item: Item) -> str:
    return item.media[0].name.replace(".mp4", ".png") if item.media else "profile-video.png"


def channel(view: View) -> Object:
    account = view.presence.account
    return resource(
        view,
        "channel",
        account.id,
        {
            "snippet": lambda: _channel_snippet(view, account),
            "contentDetails": lambda: {"relatedPlaylists": {"likes": "", "uploads": uploads_id(account)}},
            "statistics": lambda: _channel_statistics(view),
            "status": lambda: {
                "privacyStatus": "public",
                "isLinked": True,
                "longUploadsStatus": "allowed",
                "madeForKids": False,
            },
            "brandingSettings": lambda: {
                "channel": {
                    "title": account.name,
                    "description": account.bio,
                    "keywords": '"Palma Ria" city council desert',
                    "country": "US",
                },
                "image": {"bannerExternalUrl": thumbnails(view, "profile-banner.png")["high"]["url"]},
            },
            "topicDetails": lambda: {"topicIds": ["/m/098wr"], "topicCategories": ["https://en.wikipedia.org/wiki/Society"]},
        },
    )  # fmt: skip


def _channel_snippet(view: View, account: Person) -> Object:
    return {
        "title": account.name,
        "description": account.bio,
        "customUrl": f"@{account.username}",
        "publishedAt": stamp(account.joined),
        "thumbnails": thumbnails(view, "profile.png"),
        "localized": {"title": account.name, "description": account.bio},
        "country": "US",
    }


def _channel_statistics(view: View) -> Object:
    shown = [item for item in videos(view) if privacy(view, item) == "public"]
    return {
        "viewCount": str(sum(view_count(item) for item in shown)),
        "subscriberCount": str(rounded(len(view.presence.followers))),
        "hiddenSubscriberCount": False,
        "videoCount": str(len(shown)),
    }


def rounded(count: int) -> int:
    """To three significant figures, downwards, as the site shows it even to the owner."""
    unit: int = 10 ** max(0, len(str(count)) - 3)
    return count // unit * unit


def uploads_id(account: Person) -> str:
    return f"UU{account.id[2:]}"


def videos(view: View) -> list[Item]:
    """The channel's own videos that the asker may see, newest first."""
    kept = [
        item
        for item in view.presence.posts
        if item.author is view.presence.account
        and view.presence.there(item)
        and (view.owner or privacy(view, item) != "private")
    ]
    return sorted(kept, key=lambda item: item.key, reverse=True)


def privacy(view: View, item: Item) -> str:
    """A video that the city hides is private, and so is a scheduled one until its time."""
    if item.state is State.HIDDEN or _is_waiting(view, item):
        return "private"
    return "unlisted" if item.order % 17 == 5 else "public"


def _is_waiting(view: View, item: Item) -> bool:
    return view.presence.stream_of(item, view.now) == "scheduled"


def published(view: View, item: Item) -> datetime:
    return item.at - _UPLOADED_BEFORE if _is_waiting(view, item) else item.at


def view_count(item: Item) -> int:
    return 40 + item.likes * 17


def video(view: View, item: Item, comments: int | None) -> Object:
    """`comments` is how many the site counts, None where they are switched off: then it says no number."""
    return resource(
        view,
        "video",
        item.id,
        {
            "snippet": lambda: _video_snippet(view, item),
            "contentDetails": lambda: {
                "duration": f"PT{2 + item.order % 50}M{item.order % 60}S",
                "dimension": "2d",
                "definition": "hd",
                "caption": "false",
                "licensedContent": False,
                "contentRating": {},
                "projection": "rectangular",
            },
            "status": lambda: _video_status(view, item),
            "statistics": lambda: {
                "viewCount": str(view_count(item)),
                "likeCount": str(item.likes),
                "favoriteCount": "0",
                **({"commentCount": str(comments)} if comments is not None else {}),
            },
            "liveStreamingDetails": lambda: _live(view, item),
            "recordingDetails": dict,
        },
    )


def _video_snippet(view: View, item: Item) -> Object:
    live = view.presence.settings["live"] == item.id
    return {
        "publishedAt": stamp(published(view, item)),
        "channelId": view.presence.account.id,
        "title": title(item),
        "description": item.text,
        "thumbnails": thumbnails(view, still(item)),
        "channelTitle": view.presence.account.name,
        "tags": ["Palma Ria", "city"],
        "categoryId": "25",
        "liveBroadcastContent": "live" if live else "none",
        "localized": {"title": title(item), "description": item.text},
        "defaultAudioLanguage": "en",
    }


def _video_status(view: View, item: Item) -> Object:
    status: Object = {"uploadStatus": "processed", "privacyStatus": privacy(view, item)}
    if _is_waiting(view, item):
        status["publishAt"] = stamp(item.at)
    return status | {
        "license": "youtube",
        "embeddable": True,
        "publicStatsViewable": True,
        "madeForKids": False,
        "selfDeclaredMadeForKids": False,
    }


def chat_id(view: View, item: Item) -> str:
    return "Cg0KC" + hashlib.sha256(f"{view.city.seed}/{item.id}".encode()).hexdigest()[:40]


def _live(view: View, item: Item) -> Object | None:
    if view.presence.settings["live"] != item.id:
        return None
    started = stamp(item.at)
    return {
        "actualStartTime": started,
        "scheduledStartTime": started,
        "concurrentViewers": "12",
        "activeLiveChatId": chat_id(view, item),
    }


def subscription(view: View, person: Person) -> Object:
    """One who made the subscription public, as seen by the channel."""
    account = view.presence.account
    native_id = hashlib.sha256(f"{person.id}/{account.id}".encode()).hexdigest()[:43]
    return resource(
        view,
        "subscription",
        native_id,
        {
            "snippet": lambda: {
                "publishedAt": stamp(person.joined + timedelta(days=1)),
                "title": account.name,
                "description": account.bio,
                "resourceId": {"kind": "youtube#channel", "channelId": account.id},
                "channelId": person.id,
                "thumbnails": thumbnails(view, "profile.png"),
            },
            "subscriberSnippet": lambda: {
                "title": person.name,
                "description": person.bio,
                "channelId": person.id,
                "thumbnails": thumbnails(view, "profile-person.png"),
            },
        },
    )
