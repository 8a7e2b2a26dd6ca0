"""The lists that hang on a node: posts, stories, tags, comments, replies, conversations, messages."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from paloverde.simulator.city import Conversation, Item
from paloverde.simulator.facebook import paging
from paloverde.simulator.facebook.errors import GraphError, no_such, permission
from paloverde.simulator.facebook.fields import Field, parse, written
from paloverde.simulator.instagram.nodes import render
from paloverde.simulator.instagram.objects import (
    Child,
    View,
    here,
    is_there,
    shown_comments,
    shown_replies,
)

POST_EDGES = {
    "media": ("own", "reel"),
    "stories": ("story",),
    "live_media": ("live",),
    "tags": ("tagged", "visitor"),
}
MOST_COMMENTS = 50


def nested(view: View, thing: Any, field: Field) -> dict[str, Any]:
    """An edge asked for inside `fields=`: its parameters are the field's arguments."""
    params = dict(field.arguments)
    if field.inner:
        params["fields"] = written(field.inner)
    return edge(view, thing, field.name, params)


def edge(view: View, thing: Any, name: str, params: dict[str, str]) -> dict[str, Any]:
    """The answer of GET /{thing}/{name}. `thing` is the account as None, the Page as its id."""
    answer = None
    if thing is None:
        answer = _posts(view, name, params) if name in POST_EDGES else None
    elif isinstance(thing, str):
        answer = _conversations(view, params) if name == "conversations" else None
    elif isinstance(thing, Conversation):
        answer = _messages(view, thing, params) if name == "messages" else None
    elif isinstance(thing, Item):
        answer = _below(view, thing, name, params)
    if answer is None:
        raise GraphError(f"(#100) Tried accessing nonexisting field ({name})", 100)
    return answer


def _posts(view: View, name: str, params: dict[str, str]) -> dict[str, Any]:
    since, until = _moment(params.get("since")), _moment(params.get("until"))
    now = view.city.clock.now()
    items = [
        item
        for item in view.presence.posts
        if view.presence.stream_of(item, now) in POST_EDGES[name]
        and is_there(view, item)
        and (since is None or item.at >= since)
        and (until is None or item.at <= until)
    ]
    return _listed(view, "media", items, f"{view.account.id}/{name}", params)


def _moment(text: str | None) -> datetime | None:
    """`since` and `until` take epoch seconds. Raises `GraphError` for anything else."""
    if not text:
        return None
    if not text.isdigit():
        raise GraphError("(#100) since and until must be a valid time", 100)
    return datetime.fromtimestamp(int(text), UTC)


def _below(view: View, item: Item, name: str, params: dict[str, str]) -> dict[str, Any] | None:
    """What hangs on a post or comment. The comments of others' posts are not the account's to read."""
    narrow = {**params, "limit": str(min(int(params.get("limit", "25")), MOST_COMMENTS))}
    if name == "comments" and item.kind == "post":
        if item.author is not view.account:
            raise permission(10)
        if item.id in view.presence.settings["age_gated"]:
            here = paging.cursor(item.key)  # not a word, and cursors as if there were something
            return {"data": [], "paging": {"cursors": {"before": here, "after": here}}}
        return _listed(view, "comment", shown_comments(view, item), f"{item.id}/comments", narrow)
    if name == "replies" and item.kind == "comment":
        return _listed(view, "comment", shown_replies(view, item), f"{item.id}/replies", narrow)
    if name == "children" and item.kind == "post":
        fields = parse(params.get("fields", ""))
        return {"data": [render(view, "child", Child(item, one), fields) for one in item.media]}
    return None


def _conversations(view: View, params: dict[str, str]) -> dict[str, Any]:
    threads = [thread for thread in view.presence.conversations.values() if thread.messages]
    if params.get("platform", "messenger") != "instagram":
        threads = []
    return _listed(view, "thread", threads, f"{view.page_id}/conversations", params)


def readable(view: View, thread: Conversation) -> list[Item]:
    """Only the newest messages can be looked into; the setting `readable_messages` says how many."""
    return here(view, thread)[-int(view.presence.settings["readable_messages"]) :]


def _messages(view: View, thread: Conversation, params: dict[str, str]) -> dict[str, Any]:
    """All ids and times; more than that only for the readable ones."""
    open_to_us = {item.id for item in readable(view, thread)}
    answer = _listed(view, "message", here(view, thread), f"{thread.id}/messages", params)
    for shown in answer["data"]:
        if shown["id"] not in open_to_us:
            for name in [name for name in shown if name not in {"id", "created_time"}]:
                del shown[name]
    return answer


def message_lookup(view: View, item: Item) -> Item:
    """A message by id: what is past the readable ones answers as if it had been deleted."""
    assert item.thread is not None
    if item not in readable(view, item.thread):
        raise no_such(item.id)
    return item


def _key(thing: Any) -> paging.Key:
    if isinstance(thing, Conversation):
        return max(item.key for item in thing.messages)
    key: paging.Key = thing.key
    return key


def _listed(view: View, kind: str, items: list[Any], path: str, params: dict[str, str]) -> dict[str, Any]:
    """One page, newest first, in the Graph API's envelope."""
    page, more, before = paging.page(items, _key, params, newest_first=True)
    fields = parse(params.get("fields", ""))
    answer: dict[str, Any] = {"data": [render(view, kind, item, fields) for item in page]}
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
