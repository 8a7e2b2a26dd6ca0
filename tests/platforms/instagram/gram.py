"""A small Instagram account on hand-made Graph answers, with switches for what may go wrong."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from paloverde.platforms.conversation import Answer, Request
from paloverde.records import Account

PAGE = "104000000000001"
GRAM = "17841400000000001"
ACCOUNT = Account("instagram-cityofsaltbrook", "instagram", GRAM, "cityofsaltbrook")
ME = {"id": PAGE, "instagram_business_account": {"id": GRAM, "username": "cityofsaltbrook"}}
TOKEN = "EAAB-not-a-real-token"


def good(value: Any) -> Answer:
    return Answer(200, {}, json.dumps(value, separators=(",", ":")).encode())


def error(code: int, message: str = "no", subcode: int | None = None, status: int = 400) -> Answer:
    said: dict[str, Any] = {"message": message, "type": "OAuthException", "code": code}
    if subcode is not None:
        said["error_subcode"] = subcode
    return Answer(status, {}, json.dumps({"error": said}).encode())


NOT_THERE = error(100, "Unsupported get request. Object does not exist, cannot be loaded", 33)
TOO_MUCH = error(1, "Please reduce the amount of data you're asking for, then retry your request", status=500)
FORBIDDEN = error(10, "(#10) Application does not have permission for this action", status=403)


def post(number: int, **members: Any) -> dict[str, Any]:
    return {
        "id": f"179{number:014d}",
        "timestamp": "2026-11-20T18:00:00+0000",
        "caption": f"Street sweeping, week {number}",
        "username": "cityofsaltbrook",
        "owner": {"id": GRAM, "username": "cityofsaltbrook"},
        "media_type": "IMAGE",
        "media_product_type": "FEED",
        "media_url": f"https://scontent.cdninstagram.com/{number}.jpg?oh=1",
        "comments_count": 0,
        **members,
    }


def comment(number: int, **members: Any) -> dict[str, Any]:
    return {
        "id": f"180{number:014d}",
        "timestamp": "2026-11-20T19:00:00+0000",
        "text": f"¿Cuándo vienen? {number}",
        "username": f"ines{number}",
        "from": {"id": f"77{number}", "username": f"ines{number}"},
        "hidden": False,
        **members,
    }


def message(number: int, **members: Any) -> dict[str, Any]:
    return {
        "id": f"aWdfZAG1faXRlbT{number}",
        "created_time": f"2026-11-20T{number % 24:02d}:00:00+0000",
        "from": {"id": "7701", "username": "ines1"},
        "to": {"data": [{"id": GRAM, "username": "cityofsaltbrook"}]},
        "message": f"Question {number}",
        **members,
    }


class Site:
    """Answers by path. Lists page by offset; `answers` replaces an answer of a path."""

    def __init__(self) -> None:
        self.nodes: dict[str, dict[str, Any]] = {
            "me": ME,
            GRAM: {
                "id": GRAM,
                "username": "cityofsaltbrook",
                "name": "City of Saltbrook",
                "biography": "A city by the lake",
                "followers_count": 812,
            },
        }
        self.lists: dict[str, list[dict[str, Any]]] = {}
        self.answers: dict[str, Callable[[Request], Answer]] = {}

    def posts(self, *posts: dict[str, Any]) -> None:
        self.lists[f"{GRAM}/media"] = list(posts)

    def __call__(self, request: Request) -> Answer:
        path = request.path.removeprefix("/")
        if path in self.answers:
            return self.answers[path](request)
        if path == "":
            return self._several(dict(request.params)["ids"].split(","))
        if "/" in path:
            return self.page(path, dict(request.params))
        if path not in self.nodes:
            return NOT_THERE
        asked = dict(request.params)["fields"].split("{")[0].split(",")
        return good(
            {name: value for name, value in self.nodes[path].items() if name in asked or name == "id"}
        )

    def _several(self, ids: list[str]) -> Answer:
        if any(native_id not in self.nodes for native_id in ids):
            return NOT_THERE
        return good({native_id: self.nodes[native_id] for native_id in ids})

    def page(self, path: str, params: dict[str, str]) -> Answer:
        return good(
            self.listed(self.lists.get(path, []), path, int(params.get("after", "0")), int(params["limit"]))
        )

    def listed(self, items: list[dict[str, Any]], path: str, start: int, limit: int) -> dict[str, Any]:
        answer: dict[str, Any] = {"data": items[start : start + limit]}
        end = start + limit
        if items:
            answer["paging"] = {"cursors": {"before": str(start), "after": str(end)}}
        if end < len(items):
            answer["paging"]["next"] = (
                f"https://graph.example/{path}?access_token={TOKEN}&limit={limit}&after={end}"
            )
        return answer
