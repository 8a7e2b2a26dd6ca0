"""Instagram's part of the Graph API over the city: a pure function from a request to an answer."""

from __future__ import annotations

from typing import Any

from paloverde.simulator import limits
from paloverde.simulator.city import City, Conversation, Item
from paloverde.simulator.graph import errors
from paloverde.simulator.graph.errors import GraphError
from paloverde.simulator.graph.fields import BadFields, parse
from paloverde.simulator.graph.moderating import set_hidden
from paloverde.simulator.graph.view import View
from paloverde.simulator.graph.wire import finish, refuse_unknown, several, token_of, version_of
from paloverde.simulator.instagram import edges
from paloverde.simulator.instagram.ids import page_of
from paloverde.simulator.instagram.nodes import SHOWN
from paloverde.simulator.instagram.objects import is_there
from paloverde.simulator.wire import Ask, Reply

SITE = "instagram"
CALLS_PER_DAY = 4800  # the real one is this times the impressions of the last day
THROTTLED = (
    "(#80002) There have been too many calls to this Instagram account. Wait a bit and try again. For more "
    "info, please refer to https://developers.facebook.com/docs/graph-api/overview/rate-limiting."
)
SETTINGS: dict[str, Any] = {
    "limits": "ample",  # "real": the daily budget is kept
    "readable_messages": 20,  # the newest of each conversation whose details can be read
    "content_type": "application/json; charset=UTF-8",
    "signed_media": True,
    "always_pictured": True,  # no post without a picture
    "age_gated": [],  # ids of posts whose comments are not shown
    "claimed": [],  # ids of films that somebody claims as theirs: no address of the file
    "may_hide": True,  # whether the token was granted to hide comments
    "foreign_lookups": True,  # whether posts of others answer when asked for by their id
}


def answer(city: City, ask: Ask) -> Reply:
    """Answers as https://graph.facebook.com would for an Instagram account."""
    version, path = version_of(ask.path)
    try:
        reply = Reply(200, _answer(city, ask, version, path))
    except GraphError as error:
        reply = error.reply(ask)
        if error.code == 80002:
            seconds_left = 86_400 - int(city.clock.now().timestamp()) % 86_400
            return finish(city, ask, reply, site=SITE, throttled_minutes=seconds_left // 60 + 1)
    except BadFields as error:
        reply = GraphError(f"(#2500) {error}", 2500).reply(ask)
    return finish(city, ask, reply, site=SITE)


def _answer(city: City, ask: Ask, version: str, path: list[str]) -> Any:
    presence = city.presences[SITE]
    refuse_unknown(ask, version)
    page = page_of(presence.account.id)
    view = View(city, presence, ask, token_of(presence, ask), version, page, SHOWN, edges.edge)
    usage = limits.count(presence, "graph", CALLS_PER_DAY, 86_400, city.clock.now())
    if usage.over:
        raise GraphError(THROTTLED, 80002)
    if not view.owner:
        raise GraphError("(#10) Application does not have permission for this action", 10, status=403)
    if ask.method == "POST":
        return set_hidden(view, path, "hide", own_stay=True)
    if not path:
        return several(ask, lambda native_id: _node(view, _thing(view, native_id)))
    thing = _thing(view, path[0])
    if len(path) == 1:
        return _node(view, thing)
    return edges.edge(view, thing, path[1], ask.query)


def _thing(view: View, native_id: str) -> Any:
    """The account is None, the Page its id; else the item or conversation."""
    if native_id in {"me", view.page_id}:
        return view.page_id
    if native_id == view.account.id:
        return None
    if thread := view.presence.conversations.get(native_id):
        return thread
    item = view.presence.find(native_id)
    if item is None or not is_there(view, item):
        raise errors.no_such(native_id)
    if item.kind == "message":
        return edges.message_lookup(view, item)
    if item.stream == "scheduled" and item.at > view.city.clock.now():
        raise errors.no_such(native_id)
    foreign = item.kind == "post" and item.author is not view.account
    if foreign and not view.presence.settings["foreign_lookups"]:
        raise errors.no_such(native_id)
    return item


def _node(view: View, thing: Any) -> dict[str, Any]:
    fields = parse(view.ask.query.get("fields", ""))
    if thing is None:
        return view.render("user", None, fields)
    if isinstance(thing, str):
        return view.render("page", thing, fields)
    if isinstance(thing, Conversation):
        return view.render("thread", thing, fields)
    assert isinstance(thing, Item)
    return view.render("media" if thing.kind == "post" else thing.kind, thing, fields)
