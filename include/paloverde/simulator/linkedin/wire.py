"""LinkedIn's Community Management API over the city: a pure function from a request to an answer."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from paloverde.simulator import limits
from paloverde.simulator.city import City, Item, Presence
from paloverde.simulator.linkedin import errors, notices, objects, restli
from paloverde.simulator.linkedin.errors import Refused
from paloverde.simulator.linkedin.ids import post_of, thread
from paloverde.simulator.linkedin.objects import View
from paloverde.simulator.wire import Ask, Reply

DAY = 86_400
LARGEST = 100
SETTINGS: dict[str, Any] = {
    "limits": "ample",  # "real": the app's calls for each UTC day are counted and kept
    "calls_per_day": 500,
    "role": "ADMINISTRATOR",  # of the token's owner; RECRUITING_POSTER gets empty lists, "" is nobody
    "sunset": "",  # versions that are no longer served, besides those older than a year
    "totals": False,  # whether lists of posts tell their `total`
    "signed_media": True,
}

Handler = Callable[..., dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Route:
    """`pattern` is matched against the decoded parts of a path; `admin`: 403 to every other role."""

    pattern: tuple[str, ...]
    handler: Handler
    admin: bool = False


def answer(city: City, ask: Ask) -> Reply:
    """Answers as https://api.linkedin.com/rest would."""
    presence = city.presences["linkedin"]
    try:
        reply = Reply(200, _routed(city, presence, ask))
    except Refused as refused:
        reply = refused.reply()
    return finish(ask, reply)


def finish(ask: Ask, reply: Reply) -> Reply:
    """The headers that every answer carries; none of them tells a limit."""
    trace = hashlib.sha256(ask.path.encode()).hexdigest().upper()
    reply.headers = {
        "Content-Type": "application/json",
        "Cache-Control": "no-cache, no-store",
        "Pragma": "no-cache",
        "X-RestLi-Protocol-Version": "2.0.0",
        "X-Li-Fabric": "prod-lor1",
        "X-Li-Pop": "azd-prod-lor1-p",
        "X-LI-UUID": trace[:22],
        "X-LI-Proto": "http/1.1",
        **reply.headers,
    }
    return reply


def _routed(city: City, presence: Presence, ask: Ask) -> dict[str, Any]:
    _check_version(presence, ask, city.clock.now())
    opens = _token(presence, ask)
    parts = restli.keys(ask.path)
    restli.check(ask)
    if ask.method != "GET":
        raise errors.method_not_allowed(ask.method)
    usage = limits.count(presence, "app", int(presence.settings["calls_per_day"]), DAY, city.clock.now())
    if usage.over:
        raise errors.throttled()
    view = View(city, presence, ask, opens == "owner")
    for route in ROUTES:
        if (found := _matched(route.pattern, parts)) is not None:
            if route.admin and view.role != "ADMINISTRATOR":
                raise errors.denied(f"{parts[0]}.{ask.headers['linkedin-version']}01")
            return route.handler(view, *found)
    raise errors.no_resource(ask.path)


def _matched(pattern: tuple[str, ...], parts: list[str]) -> list[str] | None:
    """What stands at the places of `*`, None where the path is another one."""
    if len(pattern) != len(parts):
        return None
    if any(word not in ("*", part) for word, part in zip(pattern, parts, strict=True)):
        return None
    return [part for word, part in zip(pattern, parts, strict=True) if word == "*"]


def _check_version(presence: Presence, ask: Ask, now: datetime) -> None:
    version = ask.headers.get("linkedin-version", "")
    if not version:
        raise errors.version_missing()
    found = re.fullmatch(r"(20\d\d)(0[1-9]|1[0-2])", version)
    if found is None or version in str(presence.settings["sunset"]).split(","):
        raise errors.version_dead(version)
    age = (now.year - int(found[1])) * 12 + now.month - int(found[2])
    if not 0 <= age <= 12 or (age == 12 and now.day >= 17):
        raise errors.version_dead(version)


def _token(presence: Presence, ask: Ask) -> str:
    token = ask.headers.get("authorization", "").partition(" ")[2]
    if not token:
        raise errors.token_missing()
    if token in presence.revoked:
        raise errors.token_revoked()
    if token not in presence.tokens:
        raise errors.token_invalid()
    return presence.tokens[token]


def _page(view: View, found: list[Any], show: Callable[[Any], Any], *, total: bool) -> dict[str, Any]:
    """One page by place and size: what was deleted meanwhile has moved all that follows up."""
    start = restli.number(view.ask, "start", 0, 10**9)
    count = restli.number(view.ask, "count", 10, LARGEST)
    if not view.sees:
        found = []
    links = []
    if start + count < len(found):
        href = _href(view.ask, start + count, count)
        links.append({"type": "application/json", "rel": "next", "href": href})
    paging: dict[str, Any] = {"start": start, "count": count, "links": links}
    if total:
        paging["total"] = len(found)
    return {"paging": paging, "elements": [show(one) for one in found[start : start + count]]}


def _href(ask: Ask, start: int, count: int) -> str:
    others = {name: value for name, value in ask.query.items() if name not in ("start", "count")}
    return f"/rest{ask.path}?{urlencode({**others, 'count': count, 'start': start}, safe='(),')}"


def roles(view: View) -> dict[str, Any]:
    """The roles of the token's owner; nobody's token has none."""
    if view.ask.query.get("q") != "roleAssignee":
        raise errors.bad_query()
    own = {
        "roleAssignee": objects.administrator(view.presence),
        "state": "APPROVED",
        "role": view.role,
        "organization": view.presence.account.id,
    }
    paging = {"start": 0, "count": 10, "links": []}
    return {"paging": paging, "elements": [own] if view.role else []}


def organization(view: View, number: str) -> dict[str, Any]:
    if number != view.presence.account.id.rpartition(":")[2]:
        raise errors.missing(number)
    return objects.page(view.presence)


def followers(view: View, urn: str) -> dict[str, Any]:
    if view.ask.query.get("edgeType") != "COMPANY_FOLLOWED_BY_MEMBER":
        raise errors.bad_query("edgeType")
    if urn != view.presence.account.id:
        raise errors.denied("networkSizes")
    return {"firstDegreeSize": len(view.presence.followers)}


def posts(view: View) -> dict[str, Any]:
    """The page's own posts, in the author's view with its drafts."""
    query = view.ask.query
    if query.get("q") != "author" or query.get("sortBy", "LAST_MODIFIED") not in ("LAST_MODIFIED", "CREATED"):
        raise errors.bad_query()
    if query.get("author") != view.presence.account.id:
        raise errors.denied("posts.FINDER-author")
    streams = {"own", "scheduled"} if query.get("viewContext") == "AUTHOR" else {"own"}
    own = [item for item in _own_posts(view) if view.presence.stream_of(item, view.now) in streams]
    by_change = query.get("sortBy", "LAST_MODIFIED") == "LAST_MODIFIED"
    ordered = sorted(
        own, key=lambda one: (objects.modified(view, one) if by_change else one.key[0] * 1000, one.order)
    )
    total = bool(view.presence.settings["totals"])
    return _page(view, ordered[::-1], lambda one: objects.post(view, one), total=total)


def _own_posts(view: View) -> list[Item]:
    account = view.presence.account
    return [post for post in view.presence.posts if post.author is account and view.presence.there(post)]


def post(view: View, urn: str) -> dict[str, Any]:
    item = view.presence.find(urn)
    if item is None or item.kind != "post":
        raise errors.missing(urn)
    if item.author is not view.presence.account or not view.sees:
        raise errors.denied("posts.GET")
    return objects.post(view, item)


def comments(view: View, urn: str) -> dict[str, Any]:
    """What was said right under a post or a comment, newest first."""
    item = _commented(view, urn)
    replies = [one for one in item.replies if view.presence.there(one)]
    replies.sort(key=lambda one: one.key, reverse=True)
    return _page(view, replies, lambda one: objects.comment(view, one), total=True)


def comment(view: View, urn: str, number: str) -> dict[str, Any]:
    root = _commented(view, urn)
    item = view.presence.find(f"urn:li:comment:({thread(root.first_id)},{number})")
    if item is None or not view.sees:
        raise errors.missing(number)
    return objects.comment(view, item)


def _commented(view: View, urn: str) -> Item:
    item = view.presence.find(post_of(urn))
    if item is None or item.kind == "message":
        raise errors.missing(urn)
    if item.root.author is not view.presence.account:
        raise errors.denied("partnerApiSocialActions.GET_ALL")
    return item


def reactions(view: View, urn: str) -> dict[str, Any]:
    if view.ask.query.get("q") != "entity":
        raise errors.bad_query()
    return _page(view, objects.reactions(view, _commented(view, urn)), lambda one: one, total=True)


def notifications(view: View) -> dict[str, Any]:
    query = view.ask.query
    if query.get("q") != "criteria" or query.get("organizationalEntity") != view.presence.account.id:
        raise errors.bad_query()
    return _page(view, notices.listed(view), lambda one: one, total=False)


def asset(view: View, urn: str) -> dict[str, Any]:
    for item in view.presence.everything():
        for medium in item.media:
            if medium.native_id == urn and view.presence.there(item):
                return objects.asset(view, medium)
    raise errors.missing(urn)


ROUTES = (
    Route(("organizationAcls",), roles),
    Route(("organizations", "*"), organization),
    Route(("networkSizes", "*"), followers, admin=True),
    Route(("posts",), posts),
    Route(("posts", "*"), post),
    Route(("socialActions", "*", "comments"), comments),
    Route(("socialActions", "*", "comments", "*"), comment),
    Route(("reactions", "*"), reactions),
    Route(("organizationalEntityNotifications",), notifications, admin=True),
    Route(("images", "*"), asset),
    Route(("videos", "*"), asset),
    Route(("documents", "*"), asset),
)


def empty(payload: Any) -> Any:
    """A list answer with nothing in it and no way on."""
    if not isinstance(payload, dict) or "elements" not in payload:
        return payload
    paging = {name: value for name, value in payload["paging"].items() if name != "total"}
    return {"paging": {**paging, "links": []}, "elements": []}


def empty_page(_: City, ask: Ask, payload: Any) -> Any:
    """No items, and a link that leads on to the very items this page should have had."""
    paging = payload["paging"]
    href = _href(ask, paging["start"], paging["count"])
    link = {"type": "application/json", "rel": "next", "href": href}
    return {"paging": {**paging, "links": [link]}, "elements": []}
