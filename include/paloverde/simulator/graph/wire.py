"""The outside of every Graph answer: versions, tokens, several ids at once, headers with the usage."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from paloverde.simulator.city import City, Presence
from paloverde.simulator.graph import errors, paging
from paloverde.simulator.graph.errors import GraphError
from paloverde.simulator.wire import Ask, Reply

VERSION = re.compile(r"v(\d+)\.\d+$")
NEWEST = 26
CALLS_PER_HOUR = 4800
USAGES = {"facebook": "pages", "instagram": "instagram"}  # the kind of business use that is counted
MOST_IDS = 50


def version_of(path: str) -> tuple[str, list[str]]:
    parts = [part for part in path.split("/") if part]
    if parts and VERSION.match(parts[0]):
        return parts[0], parts[1:]
    return f"v{NEWEST}.0", parts


def refuse_unknown(ask: Ask, version: str) -> None:
    """Raises `GraphError` for a version that is not there yet, and for anything but reading and setting."""
    if int(version[1:].partition(".")[0]) > NEWEST:
        raise GraphError(f"Unknown path components: /{version}", 2500)
    if ask.method not in {"GET", "POST"}:
        raise GraphError(f"Unsupported {ask.method.lower()} request.", 100, kind="GraphMethodException")


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


def several(ask: Ask, node: Callable[[str], dict[str, Any]]) -> dict[str, Any]:
    """`/?ids=a,b,c`: one that is missing fails the whole question, as on the real site."""
    ids = [one for one in ask.query.get("ids", "").split(",") if one]
    if not ids:
        raise errors.unsupported()
    if len(ids) > MOST_IDS:
        raise GraphError(f"(#100) Too many IDs. Maximum: {MOST_IDS}. Provided: {len(ids)}.", 100)
    return {one: node(one) for one in ids}


def finish(city: City, ask: Ask, reply: Reply, *, site: str, throttled_minutes: int = 0) -> Reply:
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
