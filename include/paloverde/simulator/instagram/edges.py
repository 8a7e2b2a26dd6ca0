"""The lists that hang on a node: posts, stories, tags, comments, replies, conversations, messages."""

from __future__ import annotations

from typing import Any

from paloverde.simulator.city import Conversation, Item
from paloverde.simulator.graph import paging
from paloverde.simulator.graph.errors import GraphError, no_such, permission
from paloverde.simulator.graph.fields import parse
from paloverde.simulator.graph.lists import conversations, listed, messages, readable, within
from paloverde.simulator.graph.view import View
from paloverde.simulator.instagram.objects import Child, is_there, shown_comments, shown_replies

POST_EDGES = {
    "media": ("own", "reel"),
    "stories": ("story",),
    "live_media": ("live",),
    "tags": ("tagged", "visitor"),
}
MOST_COMMENTS = 50


def edge(view: View, thing: Any, name: str, params: dict[str, str]) -> dict[str, Any]:
    """The answer of GET /{thing}/{name}. `thing` is the account as None, the Page as its id."""
    answer = None
    if thing is None:
        answer = _posts(view, name, params) if name in POST_EDGES else None
    elif isinstance(thing, str):
        answer = conversations(view, "instagram", params) if name == "conversations" else None
    elif isinstance(thing, Conversation):
        answer = messages(view, thing, params) if name == "messages" else None
    elif isinstance(thing, Item):
        answer = _below(view, thing, name, params)
    if answer is None:
        raise GraphError(f"(#100) Tried accessing nonexisting field ({name})", 100)
    return answer


def _posts(view: View, name: str, params: dict[str, str]) -> dict[str, Any]:
    now = view.city.clock.now()
    items = [
        item
        for item in view.presence.posts
        if view.presence.stream_of(item, now) in POST_EDGES[name] and is_there(view, item)
    ]
    return listed(view, "media", within(items, params), f"{view.account.id}/{name}", params)


def _below(view: View, item: Item, name: str, params: dict[str, str]) -> dict[str, Any] | None:
    """What hangs on a post or comment. The comments of others' posts are not the account's to read."""
    narrow = {**params, "limit": str(min(int(params.get("limit", "25")), MOST_COMMENTS))}
    if name == "comments" and item.kind == "post":
        if item.author is not view.account:
            raise permission(10)
        if item.id in view.presence.settings["age_gated"]:
            here = paging.cursor(item.key)  # not a word, and cursors as if there were something
            return {"data": [], "paging": {"cursors": {"before": here, "after": here}}}
        return listed(view, "comment", shown_comments(view, item), f"{item.id}/comments", narrow)
    if name == "replies" and item.kind == "comment":
        return listed(view, "comment", shown_replies(view, item), f"{item.id}/replies", narrow)
    if name == "children" and item.kind == "post":
        fields = parse(params.get("fields", ""))
        return {"data": [view.render("child", Child(item, one), fields) for one in item.media]}
    return None


def message_lookup(view: View, item: Item) -> Item:
    """A message by id: what is past the readable ones answers as if it had been deleted."""
    assert item.thread is not None
    if item not in readable(view, item.thread):
        raise no_such(item.id)
    return item
