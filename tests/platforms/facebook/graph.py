"""A small Page on hand-made Graph answers, with switches for what may go wrong."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from paloverde.platforms.conversation import Answer, Request
from paloverde.records import Account

PAGE = "104000000000001"
ACCOUNT = Account("facebook-cityofsaltbrook", "facebook", PAGE, "CityOfSaltbrook")
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
FORBIDDEN = error(200, "(#200) Requires pages_messaging permission", status=403)


def post(number: int, **members: Any) -> dict[str, Any]:
    return {
        "id": f"{PAGE}_{number}",
        "created_time": "2026-11-20T18:00:00+0000",
        "message": f"Street sweeping, week {number}",
        "from": {"id": PAGE, "name": "City of Saltbrook"},
        "is_hidden": False,
        "is_published": True,
        **members,
    }


def comment(number: int, on: int = 1, **members: Any) -> dict[str, Any]:
    return {
        "id": f"{on}_{number}",
        "created_time": "2026-11-20T19:00:00+0000",
        "message": f"¿Cuándo vienen? {number}",
        "from": {"id": f"77{number}", "name": "Inés Baroja"},
        "is_hidden": False,
        **members,
    }


def message(number: int, **members: Any) -> dict[str, Any]:
    return {
        "id": f"m_{number}",
        "created_time": f"2026-11-20T{number % 24:02d}:00:00+0000",
        "from": {"id": "7701", "name": "Inés Baroja"},
        "to": {"data": [{"id": PAGE, "name": "City of Saltbrook"}]},
        "message": f"Question {number}",
        **members,
    }


class Site:
    """Answers by path. Lists page by offset; `answers` replaces an answer of a path."""

    def __init__(self) -> None:
        self.nodes: dict[str, dict[str, Any]] = {
            "me": {"id": PAGE, "name": "City of Saltbrook"},
            PAGE: {
                "id": PAGE,
                "name": "City of Saltbrook",
                "about": "A city",
                "followers_count": 812,
                "fan_count": 790,
            },
        }
        self.lists: dict[str, list[dict[str, Any]]] = {}
        self.counts: dict[str, int] = {}
        self.answers: dict[str, Callable[[Request], Answer]] = {}

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
        asked = dict(request.params)["fields"].split(",")
        return good(
            {name: value for name, value in self.nodes[path].items() if name in asked or name == "id"}
        )

    def _several(self, ids: list[str]) -> Answer:
        if any(native_id not in self.nodes for native_id in ids):
            return error(803, "(#803) Some of the aliases you requested do not exist", status=404)
        return good({native_id: self.nodes[native_id] for native_id in ids})

    def page(self, path: str, params: dict[str, str]) -> Answer:
        items, start, limit = self.lists.get(path, []), int(params.get("after", "0")), int(params["limit"])
        answer: dict[str, Any] = {"data": items[start : start + limit]}
        end = start + limit
        if items:
            answer["paging"] = {"cursors": {"before": str(start), "after": str(end)}}
        if end < len(items):
            answer["paging"]["next"] = (
                f"https://graph.example/{path}?access_token={TOKEN}&limit={limit}&after={end}"
            )
        if "summary" in params:
            answer["summary"] = {"total_count": self.counts.get(path, len(items))}
        return good(answer)
