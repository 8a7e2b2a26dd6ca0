"""Lists in the Graph API's envelope, and those that all its sites have: conversations and messages."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from paloverde.simulator.city import Conversation, Item
from paloverde.simulator.graph import paging
from paloverde.simulator.graph.errors import GraphError
from paloverde.simulator.graph.fields import parse
from paloverde.simulator.graph.view import Params, View


def listed(
    view: View, kind: str, items: list[Any], path: str, params: Params, *, newest_first: bool = True
) -> dict[str, Any]:
    """One page of a list, with the ways on and back that it has."""
    page, more, before = paging.page(items, _key, params, newest_first)
    fields = parse(params.get("fields", ""))
    answer: dict[str, Any] = {"data": [view.render(kind, item, fields) for item in page]}
    if not page:
        return answer
    first, last = paging.cursor(_key(page[0])), paging.cursor(_key(page[-1]))
    links: dict[str, Any] = {"cursors": {"before": first, "after": last}}
    base = f"{view.ask.base}/{view.version}"
    if more:
        links["next"] = paging.address(base, path, view.token, params, after=last)
    if before:
        links["previous"] = paging.address(base, path, view.token, params, before=first)
    answer["paging"] = links
    return answer


def _key(thing: Any) -> paging.Key:
    if isinstance(thing, Conversation):
        return max(item.key for item in thing.messages)
    key: paging.Key = thing.key
    return key


def moment_of(text: str | None) -> datetime | None:
    """`since` and `until` take epoch seconds or a date. Raises `GraphError` for anything else."""
    if not text:
        return None
    try:
        if text.isdigit():
            return datetime.fromtimestamp(int(text), UTC)
        moment = datetime.fromisoformat(text)
    except ValueError as reason:
        raise GraphError("(#100) since and until must be a valid time", 100) from reason
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def within(items: list[Any], params: Params) -> list[Any]:
    """Those items that lie between `since` and `until`."""
    since, until = moment_of(params.get("since")), moment_of(params.get("until"))
    return [
        item for item in items if (since is None or item.at >= since) and (until is None or item.at <= until)
    ]


def conversations(view: View, channel: str, params: Params) -> dict[str, Any]:
    """A Page's conversations in a channel; without `platform` those of Messenger are meant."""
    threads = [thread for thread in view.presence.conversations.values() if thread.messages]
    if params.get("platform", "messenger") != channel:
        threads = []
    if user := params.get("user_id"):
        threads = [thread for thread in threads if thread.person.id == user]
    return listed(view, "thread", threads, f"{view.page_id}/conversations", params)


def messages(view: View, thread: Conversation, params: Params) -> dict[str, Any]:
    """All ids and times; more than that only for the readable ones."""
    open_to_us = {item.id for item in readable(view, thread)}
    answer = listed(view, "message", here(view, thread), f"{thread.id}/messages", params)
    for shown in answer["data"]:
        if shown["id"] not in open_to_us:
            for name in [name for name in shown if name not in {"id", "created_time"}]:
                del shown[name]
    return answer


def readable(view: View, thread: Conversation) -> list[Item]:
    """Only the newest messages can be looked into; the setting `readable_messages` says how many."""
    return here(view, thread)[-int(view.presence.settings["readable_messages"]) :]


def here(view: View, thread: Conversation) -> list[Item]:
    """The messages that the site still has."""
    return [item for item in thread.messages if view.presence.there(item)]
