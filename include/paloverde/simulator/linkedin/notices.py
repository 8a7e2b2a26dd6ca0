"""What happened on the page, as organizationalEntityNotifications tell it: kept for 60 days."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from paloverde.simulator.city import Item, State
from paloverde.simulator.linkedin import objects, restli
from paloverde.simulator.linkedin.ids import thread
from paloverde.simulator.linkedin.objects import View

_FIRST = 5_600_000_000
_KEPT_MS = 60 * objects.DAY_MS
_KINDS = ("COMMENT", "ADMIN_COMMENT", "COMMENT_EDIT", "COMMENT_DELETE", "SHARE_MENTION")


def listed(view: View) -> list[dict[str, Any]]:
    """The notifications that were asked for, newest first. Raises `Refused`."""
    wanted = set(restli.listed(view.ask.query.get("actions", ""))) or set(_KINDS)
    now = int(view.now.timestamp() * 1000) + 999
    span = restli.record(view.ask.query.get("timeRange", f"(start:0,end:{now})"))
    start, end = max(span["start"], now - _KEPT_MS), min(span.get("end", now), now)
    found = [
        told for told in _all(view) if told["action"] in wanted and start < told["lastModifiedAt"] <= end
    ]
    return sorted(found, key=lambda told: (told["lastModifiedAt"], told["notificationId"]), reverse=True)


def _all(view: View) -> Iterator[dict[str, Any]]:
    account = view.presence.account
    for item in view.presence.comments:
        if item.root.author is not account or item.author.suspended or not view.presence.there(item.root):
            continue
        action = "ADMIN_COMMENT" if item.author is account else "COMMENT"
        yield _told(view, item, action, item.at, item.editions[0].text)
        for edition in item.editions[1:]:
            yield _told(view, item, "COMMENT_EDIT", edition.at, edition.text)
        if item.state is State.DELETED and item.changed is not None:
            yield _told(view, item, "COMMENT_DELETE", item.changed.at, None)
    for item in view.presence.posts:
        if item.stream in {"tagged", "visitor"} and view.presence.there(item):
            yield _mention(view, item)


def _told(view: View, item: Item, action: str, at: datetime, text: str | None) -> dict[str, Any]:
    number = item.id.rpartition(",")[2].rstrip(")")
    on = thread(item.root.first_id)
    quoted: dict[str, Any] = {"entity": item.id, "owner": item.author.id, "object": on}
    if text is not None:
        quoted["text"] = text
    own = int(at.timestamp()) % 10_000 * 10 + _KINDS.index(action)
    return {
        "notificationId": _FIRST + item.order * 100_000 + own,
        "organizationalEntity": view.presence.account.id,
        "action": action,
        **objects.source(item),
        "lastModifiedAt": objects.ms(at, item),
        "generatedActivity": f"urn:li:comment:({on.removeprefix('urn:li:')},{number})",
        "decoratedGeneratedActivity": {"comment": quoted},
        "subscriber": objects.administrator(view.presence),
    }


def _mention(view: View, item: Item) -> dict[str, Any]:
    quoted = {"entity": item.id, "owner": item.author.id, "text": item.text, "mediaCategory": "NONE"}
    return {
        "notificationId": _FIRST + item.order * 100_000 + 9,
        "organizationalEntity": view.presence.account.id,
        "action": "SHARE_MENTION",
        "sourcePost": item.id,
        "lastModifiedAt": objects.ms(item.at, item),
        "generatedActivity": item.id,
        "decoratedGeneratedActivity": {"share": quoted},
        "subscriber": objects.administrator(view.presence),
    }
