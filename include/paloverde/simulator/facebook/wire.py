"""The Graph API over the city: a pure function from a request to an answer."""

from __future__ import annotations

import json
import re
from typing import Any

from paloverde.simulator import limits
from paloverde.simulator.city import City, Conversation, Item, Presence
from paloverde.simulator.facebook import edges, errors, paging
from paloverde.simulator.facebook.errors import GraphError
from paloverde.simulator.facebook.fields import BadFields, parse
from paloverde.simulator.facebook.nodes import render
from paloverde.simulator.facebook.objects import Photo, View
from paloverde.simulator.wire import Ask, Reply

VERSION = re.compile(r"v(\d+)\.\d+$")
NEWEST = 26
CALLS_PER_HOUR = 4800
USAGES = {"facebook": "pages", "instagram": "instagram"}  # the kind of business use that is counted
SETTINGS: dict[str, Any] = {
    "limits": "ample",  # "real": the hourly budget is kept
    "readable_messages": 20,  # the newest of each conversation whose details can be read
    "content_type": "application/json; charset=UTF-8",  # older versions sent text/javascript
    "signed_media": True,
    "reactions": "named",  # "counted": their number and nobody's name
}


def answer(city: City, ask: Ask) -> Reply:
    """Answers as https://graph.facebook.com would."""
    presence = city.presences["facebook"]
    version, path = version_of(ask.path)
    try:
        reply = Reply(200, _answer(city, presence, ask, version, path))
    except GraphError as error:
        reply = error.reply(ask)
        if error.code in errors.CALLS:
            seconds_left = 3600 - int(city.clock.now().timestamp()) % 3600
            return finish(city, ask, reply, throttled_minutes=seconds_left // 60 + 1)
    except BadFields as error:
        reply = GraphError(f"(#2500) {error}", 2500).reply(ask)
    return finish(city, ask, reply)


def finish(
    city: City, ask: Ask, reply: Reply, *, throttled_minutes: int = 0, site: str = "facebook"
) -> Reply:
    """The headers that every Graph answer carries, usage among them."""
    presence = city.presences[site]
    used = presence.calls.get("graph", (0, 0))[1] * 100 // CALLS_PER_HOUR
    if throttled_minutes:
        used = 100
    share = {"call_count": used, "total_cputime": used // 4, "total_time": used // 3}
    business = {"type": USAGES[site], **share, "estimated_time_to_regain_access": throttled_minutes}
    reply.ascii = True
    reply.headers = {
        "Content-Type": presence.settings["content_type"],
        "Vary": "Origin, Accept-Encoding",
        "x-business-use-case-usage": json.dumps({presence.account.id: [business]}, separators=(",", ":")),
        "x-app-usage": json.dumps(share, separators=(",", ":")),
        "x-fb-rlafr": "0",
        "Access-Control-Allow-Origin": "*",
        "facebook-api-version": f"v{NEWEST}.0",
        "Strict-Transport-Security": "max-age=15552000; preload",
        "Pragma": "no-cache",
        "Cache-Control": "private, no-cache, no-store, must-revalidate",
        "Expires": "Sat, 01 Jan 2000 00:00:00 GMT",
        "x-fb-request-id": errors.trace(ask),
        "x-fb-trace-id": errors.trace(ask)[:11],
        **reply.headers,
    }
    return reply


def version_of(path: str) -> tuple[str, list[str]]:
    parts = [part for part in path.split("/") if part]
    if parts and VERSION.match(parts[0]):
        return parts[0], parts[1:]
    return f"v{NEWEST}.0", parts


def _answer(city: City, presence: Presence, ask: Ask, version: str, path: list[str]) -> Any:
    if int(version[1:].partition(".")[0]) > NEWEST:
        raise GraphError(f"Unknown path components: /{version}", 2500)
    if ask.method != "GET":
        raise GraphError(f"Unsupported {ask.method.lower()} request.", 100, kind="GraphMethodException")
    token = token_of(presence, ask)
    usage = limits.count(presence, "graph", CALLS_PER_HOUR, 3600, city.clock.now())
    if usage.over:
        raise errors.throttled(80001)
    view = View(city, presence, ask, token, version, edges.nested)
    if not path:
        return _several(view)
    thing = _thing(view, path[0])
    if len(path) == 1:
        return _node(view, thing)
    return edges.edge(view, None if thing is presence else thing, path[1], ask.query)


def token_of(presence: Presence, ask: Ask) -> str:
    """The token of the query or the Authorization header. Raises `GraphError` where none of ours."""
    token = ask.query.get("access_token") or ask.headers.get("authorization", "").partition(" ")[2]
    if not token:
        raise GraphError("An access token is required to request this resource.", 104)
    if token in presence.revoked:
        raise errors.token_dead(presence.revoked[token])
    if token not in presence.tokens:
        raise GraphError("Invalid OAuth access token - Cannot parse access token", 190)
    return token


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
    if item is not None and (view.owner or item.state.value != "hidden"):
        return item
    for photo in edges.all_media(view):
        if photo.medium.native_id == native_id:
            return photo
    raise edges.missing(native_id)


def _node(view: View, thing: Any) -> dict[str, Any]:
    fields = parse(view.ask.query.get("fields", ""))
    if thing is view.presence:
        return render(view, "page", None, fields)
    if isinstance(thing, Item):
        return render(view, thing.kind, thing, fields)
    if isinstance(thing, Photo):
        return render(view, thing.medium.type, thing, fields)
    if not view.owner:
        raise errors.permission(200)
    return render(view, "thread" if isinstance(thing, Conversation) else "person", thing, fields)


def _several(view: View) -> dict[str, Any]:
    """`/?ids=a,b,c`: one that is missing fails the whole question, as on the real site."""
    ids = [one for one in view.ask.query.get("ids", "").split(",") if one]
    if not ids:
        raise errors.unsupported()
    if len(ids) > 50:
        raise GraphError(f"(#100) Too many IDs. Maximum: 50. Provided: {len(ids)}.", 100)
    return {one: _node(view, _thing(view, one)) for one in ids}


def empty(payload: Any) -> Any:
    """A list answer with nothing in it and no way on."""
    return {"data": []} if isinstance(payload, dict) and "data" in payload else payload


def empty_page(_city: City, ask: Ask, _payload: Any) -> Any:
    """No items, and a cursor that leads on to the very items this page should have had."""
    params = {k: v for k, v in ask.query.items() if k not in {"access_token", "after", "before", "ids"}}
    at = paging.place(ask.query["after"]) if "after" in ask.query else (paging.FIRST, 0)
    here = paging.cursor(at, "again")
    version, path = version_of(ask.path)
    token = ask.query.get("access_token") or ask.headers.get("authorization", "").partition(" ")[2]
    following = paging.address(f"{ask.base}/{version}", "/".join(path), token, params, after=here)
    return {"data": [], "paging": {"cursors": {"before": here, "after": here}, "next": following}}
