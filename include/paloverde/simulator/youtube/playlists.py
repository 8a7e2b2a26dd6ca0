"""The list of uploads and the playlists of the channel."""

from __future__ import annotations

import hashlib
from datetime import timedelta

from paloverde.simulator.city import Item
from paloverde.simulator.youtube.objects import (
    Object,
    View,
    privacy,
    published,
    resource,
    stamp,
    still,
    thumbnails,
    title,
    uploads_id,
)


def playlist_item(view: View, item: Item, position: int) -> Object:
    account = view.presence.account
    uploads = uploads_id(account)
    native_id = "VVU" + hashlib.sha256(f"{uploads}.{item.id}".encode()).hexdigest()[:45]
    return resource(
        view,
        "playlistItem",
        native_id,
        {
            "snippet": lambda: {
                "publishedAt": stamp(published(view, item)),
                "channelId": account.id,
                "title": title(item),
                "description": item.text,
                "thumbnails": thumbnails(view, still(item)),
                "channelTitle": account.name,
                "playlistId": uploads,
                "position": position,
                "resourceId": {"kind": "youtube#video", "videoId": item.id},
                "videoOwnerChannelTitle": account.name,
                "videoOwnerChannelId": account.id,
            },
            "contentDetails": lambda: {
                "videoId": item.id,
                "videoPublishedAt": stamp(published(view, item)),
            },
            "status": lambda: {"privacyStatus": privacy(view, item)},
        },
    )


PLAYLISTS = (
    ("City Council Meetings", "Every regular meeting, in full."),
    ("Parks and Recreation", "What is on in our parks."),
)


def playlists(view: View) -> list[Object]:
    return [_playlist(view, name, words) for name, words in PLAYLISTS]


def _playlist(view: View, name: str, words: str) -> Object:
    account = view.presence.account
    return resource(
        view,
        "playlist",
        "PL" + hashlib.sha256(f"{account.id}/{name}".encode()).hexdigest()[:32].upper(),
        {
            "snippet": lambda: {
                "publishedAt": stamp(account.joined + timedelta(days=30)),
                "channelId": account.id,
                "title": name,
                "description": words,
                "thumbnails": thumbnails(view, "profile-playlist.png"),
                "channelTitle": account.name,
                "localized": {"title": name, "description": words},
            },
            "status": lambda: {"privacyStatus": "public"},
            "contentDetails": lambda: {"itemCount": 3},
        },
    )
