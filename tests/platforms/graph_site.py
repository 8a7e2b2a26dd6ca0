"""The Graph API by hand: its answers, its errors, its paging, and Meta's own lists of fields."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from paloverde.platforms.conversation import Answer, Request
from platforms.talk import good

TOKEN = "EAAB-not-a-real-token"
SPECS = os.environ.get("PALOVERDE_API_SPECS")
needs_specs = pytest.mark.skipif(not SPECS, reason="PALOVERDE_API_SPECS is not set")


def error(code: int, message: str = "no", subcode: int | None = None, status: int = 400) -> Answer:
    said: dict[str, Any] = {"message": message, "type": "OAuthException", "code": code}
    if subcode is not None:
        said["error_subcode"] = subcode
    return Answer(status, {}, json.dumps({"error": said}).encode())


NOT_THERE = error(100, "Unsupported get request. Object does not exist, cannot be loaded", 33)
TOO_MUCH = error(1, "Please reduce the amount of data you're asking for, then retry your request", status=500)


class GraphSite:
    """Answers by path. Lists page by offset; `answers` replaces an answer of a path."""

    unknown = NOT_THERE  # the answer where one of several ids is not there

    def __init__(self, **nodes: dict[str, Any]) -> None:
        self.nodes = nodes
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
        asked = outermost(dict(request.params)["fields"])
        return good(
            {name: value for name, value in self.nodes[path].items() if name in asked or name == "id"}
        )

    def _several(self, ids: list[str]) -> Answer:
        if any(native_id not in self.nodes for native_id in ids):
            return self.unknown
        return good({native_id: self.nodes[native_id] for native_id in ids})

    def page(self, path: str, params: dict[str, str]) -> Answer:
        items = self.lists.get(path, [])
        answer = self.listed(items, path, int(params.get("after", "0")), int(params["limit"]))
        if "summary" in params:
            answer["summary"] = {"total_count": self.counts.get(path, len(items))}
        return good(answer)

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


def known(node: str) -> set[str]:
    """Fields and edges of a node, as Meta lists them (Graph API v26.0)."""
    (path,) = (Path(SPECS or ".") / "meta").glob("v26.0_fields*.json")
    lists: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return {name for name in lists[node] if name != "__edges__"} | set(lists[node]["__edges__"])


def outermost(fields: str) -> set[str]:
    """The names at the top of a field expression."""
    while (shorter := re.sub(r"(\.\w+\(\w+\))?\{[^{}]*\}", "", fields)) != fields:
        fields = shorter
    return set(fields.split(","))
