"""Invented answers of YouTube, and a small channel that gives them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from paloverde.platforms.conversation import Answer, Request
from paloverde.platforms.youtube import YouTube
from paloverde.records import Account
from platforms.talk import Heard, drive

OWN = "UCpalmariaPalmaRiaPalma1"
UPLOADS = f"UU{OWN[2:]}"
ACCOUNT = Account("youtube-palmaria", "youtube", OWN, "palmaria")
ROSA = "UCrosaquinteroRosaQuint2"
DAY = "2026-11-20T18:00:00Z"
SITE = YouTube()

Payload = dict[str, Any]
Given = Payload | Answer
Rule = Given | Callable[[dict[str, str]], Given]


def ok(payload: Payload) -> Answer:
    return Answer(200, {}, json.dumps(payload, indent=2, ensure_ascii=False).encode())


def error(
    code: int, reason: str, message: str = "told by the site", domain: str = "youtube.common"
) -> Answer:
    inner = {
        "code": code,
        "message": message,
        "errors": [{"domain": domain, "reason": reason, "message": message}],
    }
    return Answer(code, {}, json.dumps({"error": inner}).encode())


def page(kind: str, *items: Payload, token: str | None = None, **more: Any) -> Payload:
    following = {"nextPageToken": token} if token else {}
    info = {"totalResults": 1_000_000, "resultsPerPage": 5}
    return {
        "kind": f"youtube#{kind}ListResponse",
        "etag": "e",
        **following,
        "pageInfo": info,
        "items": list(items),
        **more,
    }


def channel(native_id: str = OWN, videos: int = 0, **more: Any) -> Payload:
    counts = {"subscriberCount": "1230", "videoCount": str(videos), "hiddenSubscriberCount": False}
    return {
        "kind": "youtube#channel",
        "etag": "e",
        "id": native_id,
        "snippet": {
            "title": "City of Palma Ria",
            "description": "Official.",
            "customUrl": "@palmaria",
            "publishedAt": DAY,
        },
        "contentDetails": {"relatedPlaylists": {"uploads": UPLOADS}},
        "statistics": {**counts, **more},
        "status": {"privacyStatus": "public"},
    }


def upload(video: str, at: str = DAY) -> Payload:
    return {
        "kind": "youtube#playlistItem",
        "id": f"item-{video}",
        "snippet": {"publishedAt": at},
        "contentDetails": {"videoId": video},
    }


def video(native_id: str, comments: int | None = 0, **more: Any) -> Payload:
    statistics = {"viewCount": "7"} | ({} if comments is None else {"commentCount": str(comments)})
    snippet = {
        "publishedAt": DAY,
        "channelId": OWN,
        "channelTitle": "City of Palma Ria",
        "title": f"Video {native_id}",
        "description": "Words.",
    }
    return {
        "kind": "youtube#video",
        "etag": "e",
        "id": native_id,
        "snippet": snippet,
        "status": {"privacyStatus": "public"},
        "statistics": statistics,
        **more,
    }


def comment(native_id: str, **snippet: Any) -> Payload:
    given = {
        "textDisplay": f"Text {native_id}",
        "authorDisplayName": "@rosa_q",
        "authorChannelId": {"value": ROSA},
        "publishedAt": DAY,
        "updatedAt": DAY,
        **snippet,
    }
    return {"kind": "youtube#comment", "etag": "e", "id": native_id, "snippet": given}


def thread(
    native_id: str, on: str = "v1", replies: int = 0, along: tuple[Payload, ...] = (), **snippet: Any
) -> Payload:
    first = comment(native_id, videoId=on, **snippet)
    made = {
        "kind": "youtube#commentThread",
        "etag": "e",
        "id": native_id,
        "snippet": {
            "channelId": OWN,
            "videoId": on,
            "topLevelComment": first,
            "totalReplyCount": replies,
            "isPublic": True,
        },
    }
    return made | ({"replies": {"comments": list(along)}} if along else {})


class Channel:
    """Answers by path; comment threads by the pass that is asked for. What is not set is an empty list."""

    def __init__(self, *videos: Payload, **passes: Rule) -> None:
        names = [one["id"] for one in videos]
        self.rules: dict[str, Rule] = {
            "/channels": page("channel", channel()),
            "/playlistItems": page("playlistItem", *(upload(name) for name in names)),
            "/videos": lambda asked: page(
                "video", *(one for one in videos if one["id"] in asked["id"].split(","))
            ),
            "/playlists": page("playlist"),
            "/comments": page("comment"),
            "/subscriptions": page("subscription"),
        }
        self.passes: dict[str, Rule] = passes

    def __call__(self, request: Request) -> Answer:
        asked = dict(request.params)
        if request.path == "/commentThreads":
            rule = self.passes.get(asked.get("moderationStatus", "published"), page("commentThread"))
        else:
            rule = self.rules[request.path]
        given = rule(asked) if callable(rule) else rule
        return given if isinstance(given, Answer) else ok(given)

    def night(self) -> Heard:
        return drive(SITE, SITE.night(ACCOUNT, None), self)


def by_token(*pages: Payload) -> Rule:
    """The pages of a list, each found by the token that the one before gave."""
    tokens = [None, *(one.get("nextPageToken") for one in pages)]

    def give(asked: dict[str, str]) -> Given:
        return pages[tokens.index(asked.get("pageToken"))]

    return give
