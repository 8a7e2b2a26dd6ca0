"""Facebook's part of the Graph API over the city: a pure function from a request to an answer."""

from __future__ import annotations

from typing import Any

from paloverde.simulator import limits
from paloverde.simulator.city import City, Conversation, Item, Presence
from paloverde.simulator.facebook import edges
from paloverde.simulator.facebook.nodes import SHOWN
from paloverde.simulator.facebook.objects import Photo
from paloverde.simulator.graph import errors
from paloverde.simulator.graph.errors import GraphError
from paloverde.simulator.graph.fields import BadFields, parse
from paloverde.simulator.graph.moderating import set_hidden
from paloverde.simulator.graph.view import View
from paloverde.simulator.graph.wire import (
    CALLS_PER_HOUR,
    finish,
    refuse_unknown,
    several,
    token_of,
    version_of,
)
from paloverde.simulator.wire import Ask, Reply

SITE = "facebook"
SETTINGS: dict[str, Any] = {
    "limits": "ample",  # "real": the hourly budget is kept
    "readable_messages": 20,  # the newest of each conversation whose details can be read
    "content_type": "application/json; charset=UTF-8",  # older versions sent text/javascript
    "signed_media": True,
    "may_hide": True,  # whether the token was granted to hide comments
    "foreign_lookups": True,  # whether posts of others answer when asked for by their id
    "reactions": "named",  # "counted": their number and nobody's name
}


def answer(city: City, ask: Ask) -> Reply:
    """Answers as https://graph.facebook.com would."""
    presence = city.presences[SITE]
    version, path = version_of(ask.path)
    try:
        reply = Reply(200, _answer(city, presence, ask, version, path))
    except GraphError as error:
        reply = error.reply(ask)
        if error.code in errors.CALLS:
            seconds_left = 3600 - int(city.clock.now().timestamp()) % 3600
            return finish(city, ask, reply, site=SITE, throttled_minutes=seconds_left // 60 + 1)
    except BadFields as error:
        reply = GraphError(f"(#2500) {error}", 2500).reply(ask)
    return finish(city, ask, reply, site=SITE)


def _answer(city: City, presence: Presence, ask: Ask, version: str, path: list[str]) -> Any:
    refuse_unknown(ask, version)
    token = token_of(presence, ask)
    usage = limits.count(presence, "graph", CALLS_PER_HOUR, 3600, city.clock.now())
    if usage.over:
        raise errors.throttled(80001)
    view = View(city, presence, ask, token, version, presence.account.id, SHOWN, edges.edge)
    if ask.method == "POST":
        return set_hidden(view, path, "is_hidden", own_stay=False)
    if not path:
        return several(ask, lambda native_id: _node(view, _thing(view, native_id)))
    thing = _thing(view, path[0])
    if len(path) == 1:
        return _node(view, thing)
    return edges.edge(view, None if thing is presence else thing, path[1], ask.query)


def _thing(view: View, native_id: str) -> Any:
    presence = view.presence
    if native_id in {"me", presence.account.id, presence.account.username}:
        return presence
    if thread := presence.conversations.get(native_id):
        return thread
    if someone := presence.people.get(native_id):
        return someone
    item = presence.find(native_id)
    if item is not None and item.kind == "message":
        return edges.message_lookup(view, item)
    if item is not None and item.stream == "tagged" and not presence.settings["foreign_lookups"]:
        raise errors.no_such(native_id)
    if item is not None and (view.owner or item.state.value != "hidden"):
        return item
    for photo in edges.all_media(view):
        if photo.medium.native_id == native_id:
            return photo
    raise edges.missing(native_id)


def _node(view: View, thing: Any) -> dict[str, Any]:
    fields = parse(view.ask.query.get("fields", ""))
    if thing is view.presence:
        return view.render("page", None, fields)
    if isinstance(thing, Item):
        return view.render(thing.kind, thing, fields)
    if isinstance(thing, Photo):
        return view.render(thing.medium.type, thing, fields)
    if not view.owner:
        raise errors.permission(200)
    return view.render("thread" if isinstance(thing, Conversation) else "person", thing, fields)
