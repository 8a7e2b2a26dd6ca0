"""The lists that hang on a node: feeds, comments, conversations, messages, photos, videos."""

from __future__ import annotations

from typing import Any

from paloverde.simulator.city import Conversation, Item, State
from paloverde.simulator.facebook import besides
from paloverde.simulator.facebook.objects import Photo
from paloverde.simulator.graph.errors import GraphError, no_such, permission
from paloverde.simulator.graph.fields import Field
from paloverde.simulator.graph.lists import conversations, listed, messages, moment_of, readable, within
from paloverde.simulator.graph.view import View

POST_EDGES = {
    "feed": ("own", "visitor"),
    "posts": ("own",),
    "published_posts": ("own",),
    "visitor_posts": ("visitor",),
    "tagged": ("tagged",),
    "scheduled_posts": ("scheduled",),
}
EMPTY_EDGES = frozenset(
    (
        "albums", "events", "roles", "likes", "sharedposts", "insights", "reactions", "attachments",
    )
)  # fmt: skip
OWNER_EDGES = frozenset(("conversations", "scheduled_posts", "blocked", "messages"))


def edge(view: View, thing: Any, name: str, params: dict[str, str]) -> dict[str, Any]:
    """The answer of GET /{thing}/{name}. `thing` is the Page itself as None."""
    if name in OWNER_EDGES and not view.owner:
        raise permission(200)
    if thing is None:
        answer = _page_edge(view, name, params)
    elif isinstance(thing, Conversation):
        answer = messages(view, thing, params) if name == "messages" else None
    else:
        answer = _item_edge(view, thing, name, params) if isinstance(thing, Item) else None
    if answer is None and name in EMPTY_EDGES:
        answer = {"data": []}
    if answer is None:
        raise GraphError(f"(#100) Tried accessing nonexisting field ({name})", 100)
    return answer


def _page_edge(view: View, name: str, params: dict[str, str]) -> dict[str, Any] | None:
    if name in POST_EDGES:
        return _posts(view, name, params)
    if name == "conversations":
        return conversations(view, "messenger", params)
    if name in {"photos", "videos", "video_reels"}:
        return _media(view, name, params)
    if name in {"stories", "live_videos", "ratings"}:
        return _besides(view, name, params)
    if name == "blocked":
        banned = [someone for someone in view.presence.people.values() if someone.banned]
        return {"data": [view.render("person", someone, []) for someone in banned]}
    return None


def _item_edge(view: View, item: Item, name: str, params: dict[str, str]) -> dict[str, Any] | None:
    """`comments` page; the others are the field of the same name, standing alone."""
    if item.kind == "message":
        return None
    if name == "comments":
        return _comments(view, item, params)
    if name == "reactions":
        return besides.reactions(view, item, params)
    if name in {"attachments", "likes"} and name in view.nodes.tables[item.kind]:
        return dict(view.render(item.kind, item, [Field(name, params)]).get(name, {"data": []}))
    return None


def _posts(view: View, name: str, params: dict[str, str]) -> dict[str, Any]:
    streams = POST_EDGES[name]
    with_hidden = params.get("include_hidden", "false") in {"true", "1"}
    now = view.city.clock.now()
    items = [
        item
        for item in view.presence.posts
        if view.presence.stream_of(item, now) in streams
        and view.presence.there(item)
        and (item.state is not State.HIDDEN or (with_hidden and view.owner))
    ]
    return listed(view, "post", within(items, params), f"{view.page_id}/{name}", params)


def comments_of(view: View, thing: Item, *, deep: bool) -> list[Item]:
    """What hangs under a post or comment; the public does not see what is hidden."""
    found = []
    for item in thing.replies:
        if view.presence.there(item) and (view.owner or item.state is not State.HIDDEN):
            found.append(item)
            if deep:
                found += comments_of(view, item, deep=True)
    return found


def _comments(view: View, thing: Item, params: dict[str, str]) -> dict[str, Any]:
    deep = params.get("filter", "toplevel") == "stream"
    order = params.get("order", "chronological")
    items = comments_of(view, thing, deep=deep)
    if since := moment_of(params.get("since")):
        items = [item for item in items if item.at >= since]
    backwards = order == "reverse_chronological"
    answer = listed(view, "comment", items, f"{thing.id}/comments", params, newest_first=backwards)
    if "summary" in params:
        answer["summary"] = {"order": order, "total_count": len(items), "can_comment": True}
    return answer


def _besides(view: View, name: str, params: dict[str, str]) -> dict[str, Any]:
    kind = {"stories": "story", "live_videos": "live", "ratings": "rating"}[name]
    items = besides.broadcasts(view, params) if kind == "live" else besides.standing(view, kind)
    since = moment_of(params.get("since"))
    items = [item for item in items if since is None or item.at >= since]
    return listed(view, kind, items, f"{view.page_id}/{name}", params)


def _media(view: View, name: str, params: dict[str, str]) -> dict[str, Any]:
    """Reels are videos too; their posts stand in no feed."""
    kind = "photo" if name == "photos" else "video"
    streams = {"video_reels": {"reel"}, "videos": {"own", "reel"}}.get(name, {"own"})
    if name == "photos" and params.get("type", "profile") != "uploaded":
        return {"data": []}  # without type=uploaded: the profile pictures, of which there are none
    since = moment_of(params.get("since"))
    items = [
        photo
        for photo in all_media(view)
        if photo.medium.type == kind
        and photo.post.stream in streams
        and (since is None or photo.post.at >= since)
    ]
    return listed(view, kind, items, f"{view.page_id}/{name}", params)


def all_media(view: View) -> list[Photo]:
    posts = (post for post in view.presence.posts if view.presence.there(post) and post.stream != "scheduled")
    return [Photo(post, medium, i) for post in posts for i, medium in enumerate(post.media)]


def message_lookup(view: View, item: Item) -> Item:
    """A message by id: what is past the readable ones answers as if it had been deleted."""
    assert item.thread is not None
    if not view.owner:
        raise permission(200)
    if item not in readable(view, item.thread):
        message = "(#100) The requested message has been deleted or is no longer available"
        raise GraphError(message, 100, subcode=33, kind="GraphMethodException")
    return item


def missing(native_id: str) -> GraphError:
    """An id that the site does not know: numbers are answered as lost nodes, words as unknown aliases."""
    if native_id.replace("_", "").isdigit() or native_id[:2] in {"t_", "m_"}:
        return no_such(native_id)
    return GraphError(f"(#803) Some of the aliases you requested do not exist: {native_id}", 803, status=404)
