"""X API v2 over the city: a pure function from a request to an answer."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from paloverde.simulator import limits
from paloverde.simulator.city import City, Item, Person, Presence
from paloverde.simulator.wire import Ask, Reply
from paloverde.simulator.x import listing, lookup, moderating, objects, problems, search, vocabulary
from paloverde.simulator.x.objects import View
from paloverde.simulator.x.problems import Refused

JSON = "application/json; charset=utf-8"
QUARTER = 15 * 60
SETTINGS: dict[str, Any] = {
    "vocabulary": "tweet",  # "post": the names of OpenAPI 2.167, where a request does not say
    "limits": "ample",  # "real": calls per 15 minutes as the site allows
    "recent_days": 7,  # how far back recent search reaches; 0: to the beginning
    "dm_days": 30,
    "timeline_cap": 3200,
    "mentions_cap": 800,
    "token_minutes": 60,  # how long a pagination token lives
    "signed_media": False,
    "may_hide": True,  # whether the token was granted tweet.moderate.write
}

Handler = Callable[[View, str], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Route:
    """`limit` is calls per 15 minutes for a signed-in user; `owner` keeps application tokens out.

    `method` is the one that the address knows.
    """

    pattern: re.Pattern[str]
    handler: Handler
    limit: int
    owner: bool = False
    method: str = "GET"


def answer(city: City, ask: Ask) -> Reply:
    """Answers as https://api.x.com would."""
    presence = city.presences["x"]
    words = vocabulary.spoken(ask.query, presence.settings["vocabulary"])
    try:
        return _routed(city, presence, ask, words)
    except Refused as refused:
        return finish(city, ask, refused.reply)


def finish(city: City, ask: Ask, reply: Reply, usage: limits.Usage | None = None) -> Reply:
    """The headers that every X answer carries."""
    headers = {
        "Content-Type": JSON,
        "api-version": "2.167" if city.presences["x"].settings["vocabulary"] == "post" else "2.166",
        "x-access-level": "read",
        "x-response-time": "41",
        "x-transaction-id": hashlib.sha256(ask.path.encode()).hexdigest()[:16],
        "x-connection-hash": hashlib.sha256(ask.base.encode()).hexdigest(),
        "cache-control": "no-cache, no-store, max-age=0",
        "strict-transport-security": "max-age=631138519",
        "set-cookie": "guest_id=v1%3A176380000000000000; Max-Age=63072000; Path=/; Secure; HttpOnly",
    }
    if usage is not None:
        headers |= {
            "x-rate-limit-limit": str(usage.limit),
            "x-rate-limit-remaining": str(usage.remaining),
            "x-rate-limit-reset": str(usage.resets),
        }
    reply.headers = {**headers, **reply.headers}
    return reply


def _routed(city: City, presence: Presence, ask: Ask, words: vocabulary.Words) -> Reply:
    opens = _token(presence, ask)
    for route in ROUTES:
        if found := route.pattern.fullmatch(ask.path):
            break
    else:
        raise Refused(problems.plain(404))
    if ask.method != route.method:
        raise Refused(problems.forbidden(words))
    if route.owner and opens != "owner":
        raise Refused(problems.needs_user(words))
    usage = limits.count(presence, f"{opens} {route.pattern.pattern}", route.limit, QUARTER, city.clock.now())
    if usage.over:
        return finish(city, ask, problems.plain(429), usage)
    view = View(city, presence, ask, words, opens == "owner")
    try:
        _check_fields(view)
        payload = route.handler(view, *found.groups())
    except Refused as refused:
        return finish(city, ask, refused.reply, usage)
    return finish(city, ask, Reply(200, payload), usage)


def _token(presence: Presence, ask: Ask) -> str:
    scheme, _, token = ask.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or token in presence.revoked or token not in presence.tokens:
        raise Refused(problems.plain(401))
    return presence.tokens[token]


def _check_fields(view: View) -> None:
    known = {
        view.words.fields: vocabulary.post_fields(view.words), "user.fields": vocabulary.USER,
        "media.fields": vocabulary.MEDIA, "dm_event.fields": vocabulary.EVENT, "poll.fields": vocabulary.POLL,
    }  # fmt: skip
    for name, allowed in known.items():
        for wrong in sorted(view.asked(name) - allowed):
            message = (
                f"The `{name}` query parameter value [{wrong}] is not one of [{','.join(sorted(allowed))}]"
            )
            raise Refused(problems.invalid(view.words, name, wrong, message))


def _public(view: View, fits: Callable[[Item], bool] = lambda _: True) -> list[Item]:
    """The fitting posts and replies that the site shows. Hidden replies are among them, unmarked."""
    now = view.city.clock.now()
    both = (*view.presence.posts, *view.presence.comments)
    return [
        item
        for item in both
        if fits(item) and view.presence.stream_of(item, now) != "scheduled" and view.presence.there(item)
    ]


def _person(view: View, native_id: str) -> Person:
    person = view.presence.people.get(native_id)
    if person is None or person.suspended:
        payload = {"errors": [problems.not_found(view.words, native_id, "id", "user")]}
        raise Refused(Reply(200, payload))
    return person


def _user(view: View, person: Person) -> dict[str, Any]:
    answer: dict[str, Any] = {"data": objects.user(view, person)}
    pinned = view.presence.pinned
    if view.words.pinned in view.expansions and view.words.pinned in answer["data"] and pinned is not None:
        answer["includes"] = {view.words.includes: [objects.post(view, pinned)]}
    return answer


def user_by_id(view: View, native_id: str) -> dict[str, Any]:
    return _user(view, _person(view, native_id))


def user_by_name(view: View, username: str) -> dict[str, Any]:
    person = view.presence.usernames.get(username.lower())
    if person is not None and not person.suspended:
        return _user(view, person)
    return {"errors": [problems.not_found(view.words, username, "username", "user")]}


def me(view: View) -> dict[str, Any]:
    return _user(view, view.presence.account)


def timeline(view: View, native_id: str) -> dict[str, Any]:
    person = _person(view, native_id)
    limit = listing.number(view, "max_results", 5, 100, 10)
    items = _public(view, lambda item: item.author is person)
    cap = int(view.presence.settings["timeline_cap"])
    if "replies" in view.asked("exclude"):
        items = [item for item in items if item.parent is None]
        cap = min(cap, 800)
    return listing.posts(view, _newest(items, cap), limit)


def mentions(view: View, native_id: str) -> dict[str, Any]:
    person = _person(view, native_id)
    limit = listing.number(view, "max_results", 5, 100, 10)
    name = f"@{person.username.lower()}"
    items = _public(view, lambda item: item.author is not person and name in item.text.lower())
    return listing.posts(view, _newest(items, int(view.presence.settings["mentions_cap"])), limit)


def _newest(items: list[Item], cap: int) -> list[Item]:
    return sorted(items, key=lambda item: item.key)[-cap:]


def followers(view: View, native_id: str) -> dict[str, Any]:
    limit = listing.number(view, "max_results", 1, 1000, 100)
    known = view.presence.followers if _person(view, native_id) is view.presence.account else []
    return listing.users(view, [person for person in known if not person.suspended], limit)


def blocking(view: View, _: str) -> dict[str, Any]:
    limit = listing.number(view, "max_results", 1, 1000, 100)
    return listing.users(view, [person for person in view.presence.people.values() if person.banned], limit)


def muting(view: View, _: str) -> dict[str, Any]:
    limit = listing.number(view, "max_results", 1, 1000, 100)
    return listing.users(view, [person for person in view.presence.people.values() if person.muted], limit)


def search_recent(view: View) -> dict[str, Any]:
    limit = listing.number(view, "max_results", 10, 100, 10)
    query = view.ask.query.get("query", "")
    try:
        fits = search.compiled(query)
    except search.BadQuery as reason:
        raise Refused(problems.invalid(view.words, "query", query, f"Invalid query: {reason}")) from reason
    items = listing.recent(view, _public(view, fits), "recent_days")
    return listing.posts(view, items, limit)


def _messages(view: View, threads: list[Any]) -> dict[str, Any]:
    limit = listing.number(view, "max_results", 1, 100, 100)
    items = [item for thread in threads for item in thread.messages if view.presence.there(item)]
    kinds = view.asked("event_types") or {"MessageCreate"}
    items = listing.recent(view, items, "dm_days") if "MessageCreate" in kinds else []
    return listing.events(view, items, limit)


def dm_events(view: View) -> dict[str, Any]:
    return _messages(view, list(view.presence.conversations.values()))


def dm_conversation(view: View, native_id: str) -> dict[str, Any]:
    thread = view.presence.conversations.get(native_id)
    return _messages(view, [thread] if thread else [])


def dm_with(view: View, person_id: str) -> dict[str, Any]:
    threads = view.presence.conversations.values()
    return _messages(view, [thread for thread in threads if thread.person.id == person_id])


def dm_event(view: View, native_id: str) -> dict[str, Any]:
    item = view.presence.find(native_id)
    if item is None or item.kind != "message" or not listing.recent(view, [item], "dm_days"):
        return {"errors": [problems.not_found(view.words, native_id, "event_id", "dm_event")]}
    answer: dict[str, Any] = {"data": objects.event(view, item)}
    listing.include(view, answer, [item])
    return answer


def _route(pattern: str, handler: Callable[..., dict[str, Any]], limit: int, *, owner: bool = False) -> Route:
    return Route(re.compile(pattern), handler, limit, owner)


ROUTES = (
    _route(r"/2/users/me", me, 75, owner=True),
    _route(r"/2/users/by/username/(\w+)", user_by_name, 900),
    _route(r"/2/users/(\d+)", user_by_id, 900),
    _route(r"/2/users/(\d+)/tweets", timeline, 900),
    _route(r"/2/users/(\d+)/mentions", mentions, 300),
    _route(r"/2/users/(\d+)/followers", followers, 300),
    _route(r"/2/users/(\d+)/blocking", blocking, 15, owner=True),
    _route(r"/2/users/(\d+)/muting", muting, 15, owner=True),
    _route(r"/2/users", lookup.several_users, 900),
    _route(r"/2/tweets", lookup.several, 5000),
    _route(r"/2/tweets/(\d+)", lookup.one, 900),
    Route(re.compile(r"/2/tweets/(\d+)/hidden"), moderating.set_hidden, 50, owner=True, method="PUT"),
    _route(r"/2/tweets/search/recent", search_recent, 300),
    _route(r"/2/dm_events", dm_events, 15, owner=True),
    _route(r"/2/dm_events/(\d+)", dm_event, 15, owner=True),
    _route(r"/2/dm_conversations/with/(\d+)/dm_events", dm_with, 15, owner=True),
    _route(r"/2/dm_conversations/([\d-]+)/dm_events", dm_conversation, 15, owner=True),
)


def empty(payload: Any) -> Any:
    """A list answer with nothing in it and no way on."""
    return {"meta": {"result_count": 0}} if isinstance(payload, dict) and "meta" in payload else payload


def empty_page(city: City, ask: Ask, _payload: Any) -> Any:
    """No items, and a token that leads on to the very items this page should have had."""
    presence = city.presences["x"]
    words = vocabulary.spoken(ask.query, presence.settings["vocabulary"])
    view = View(city, presence, ask, words, owner=True)
    return {"meta": {"result_count": 0, "next_token": listing.token(view, listing.place(view), "again")}}
