"""The YouTube Data API v3 over the city: a pure function from a request to an answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from paloverde.simulator.city import City, Item, Presence
from paloverde.simulator.wire import Ask, Reply
from paloverde.simulator.youtube import chat, comments, errors, moderating, objects, paging
from paloverde.simulator.youtube import playlists as lists
from paloverde.simulator.youtube.errors import Refused
from paloverde.simulator.youtube.objects import Object, View

PACIFIC = ZoneInfo("America/Los_Angeles")
SETTINGS: dict[str, Any] = {
    "units_per_day": 10_000,  # of all who ask, from midnight Pacific to midnight Pacific
    "threads_by_time": 20,  # threads in a page ordered by time, whatever `maxResults` says
    "subscribers_cap": 1_000,  # the site lists no more of them
    "subscribers_repeat": False,  # every page of subscribers is the first, with marks that go on
    "comments_disabled": False,  # for the whole channel
    "comments_off": [],  # ids of videos on which comments are switched off
    "live": "",  # id of the video that is on air
    "signed_media": False,
    "may_hide": True,  # whether the token may set how a comment is moderated
}
_BY_OFFSET = frozenset({"/playlists", "/subscriptions", "/liveChat/messages"})
_COSTS = {"/captions": 50, "/search": 100, moderating.PATH: moderating.COST}

Handler = Callable[[View], Object]


@dataclass(frozen=True, slots=True)
class Route:
    """`parts` that the method knows; `filters` of which exactly one must be given."""

    handler: Handler
    parts: frozenset[str]
    filters: tuple[str, ...]


def answer(city: City, ask: Ask) -> Reply:
    """Answers as https://www.googleapis.com/youtube/v3 would."""
    presence = city.presences["youtube"]
    try:
        if (ask.method, ask.path) == ("POST", moderating.PATH):
            return finish(_moderated(city, presence, ask))
        payload = _answer(city, presence, ask)
    except Refused as refused:
        return finish(refused.reply)
    if ask.headers.get("if-none-match") == payload["etag"]:
        return finish(Reply(304, body=b"", headers={"ETag": payload["etag"]}))
    return finish(Reply(200, payload, headers={"ETag": payload["etag"]}))


def finish(reply: Reply) -> Reply:
    """The headers that every answer carries. None of them tells how much quota is left."""
    reply.headers = {
        "Content-Type": "application/json; charset=UTF-8",
        "Vary": "Origin, X-Origin, Referer",
        "Server": "scaffolding on HTTPServer2",
        "X-XSS-Protection": "0",
        "X-Frame-Options": "SAMEORIGIN",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private",
        **reply.headers,
    }
    return reply


def _moderated(city: City, presence: Presence, ask: Ask) -> Reply:
    opens = _token(presence, ask)
    _spend(city, presence, moderating.COST)
    return moderating.set_status(View(city, presence, ask, opens == "owner"))


def _answer(city: City, presence: Presence, ask: Ask) -> Object:
    opens = _token(presence, ask)
    _spend(city, presence, _COSTS.get(ask.path, 1))
    route = ROUTES.get(ask.path)
    if route is None or ask.method != "GET":
        raise Refused(errors.not_found("notFound", "resource", "global"))
    _check(ask, route)
    view = View(city, presence, ask, opens == "owner")
    return route.handler(view)


def _token(presence: Presence, ask: Ask) -> str:
    scheme, _, token = ask.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or token in presence.revoked or token not in presence.tokens:
        raise Refused(errors.unauthorized())
    return presence.tokens[token]


def _spend(city: City, presence: Presence, cost: int) -> None:
    """Takes units of the day's quota, which begins anew at midnight in California."""
    day = city.clock.now().astimezone(PACIFIC).toordinal()
    known, used = presence.calls.get("units", (day, 0))
    used = used if known == day else 0
    if used + cost > int(presence.settings["units_per_day"]):
        raise Refused(errors.quota())
    presence.calls["units"] = (day, used + cost)


def _check(ask: Ask, route: Route) -> None:
    parts = [part for part in ask.query.get("part", "").split(",") if part]
    if not parts:
        raise Refused(errors.invalid("missingRequiredParameter", "Missing required: part", "part"))
    if unknown := [part for part in parts if part not in route.parts]:
        raise Refused(errors.invalid("unknownPart", f"'{unknown[0]}'", "part"))
    given = [name for name in route.filters if name in ask.query]
    if len(given) != 1:
        reason = "incompatibleParameters" if given else "missingRequiredParameter"
        message = f"Expected one of: {', '.join(route.filters)}"
        raise Refused(errors.invalid(reason, message, "parameters"))


def _ids(view: View) -> list[str]:
    ids = view.ask.query.get("id", "").split(",")
    if len(ids) > 50:
        raise Refused(errors.invalid("invalidFilters", "The request specifies too many ids.", "id"))
    return ids


def _only_owner(view: View) -> None:
    if not view.owner:
        raise Refused(errors.forbidden())


def channels(view: View) -> Object:
    size = paging.number(view.ask, 5, 0, 50)
    if "mine" in view.ask.query:
        _only_owner(view)
    own = "mine" in view.ask.query or view.presence.account.id in _ids(view)
    items = [objects.channel(view)] if own else []
    return paging.listed("channel", items, None, len(items), size)


def playlist_items(view: View) -> Object:
    size = paging.number(view.ask, 5, 0, 50)
    if view.ask.query["playlistId"] != objects.uploads_id(view.presence.account):
        raise Refused(errors.not_found("playlistNotFound", "playlist", "youtube.playlistItem"))
    whole = objects.videos(view)
    page, following = paging.by_key(view.ask, whole, size, lambda item: item.key)
    places = {item.id: place for place, item in enumerate(whole)}
    items = [lists.playlist_item(view, item, places[item.id]) for item in page]
    return paging.listed("playlistItem", items, following, len(whole), size)


def videos(view: View) -> Object:
    wanted = _ids(view)
    shown = {item.id: item for item in objects.videos(view)}
    items = [_video(view, shown[one]) for one in wanted if one in shown]
    return paging.listed("video", items, None, len(items), len(items))


def _video(view: View, item: Item) -> Object:
    off = view.presence.settings["comments_disabled"] or item.id in view.presence.settings["comments_off"]
    return objects.video(view, item, None if off else comments.shown_under(view.presence, item))


def playlists(view: View) -> Object:
    size = paging.number(view.ask, 5, 0, 50)
    every = lists.playlists(view)
    if "id" in view.ask.query:
        wanted = _ids(view)
        items = [one for one in every if one["id"] in wanted]
        return paging.listed("playlist", items, None, len(items), size)
    page, following = paging.by_offset(view.ask, every, size)
    return paging.listed("playlist", page, following, len(every), size)


def comment_threads(view: View) -> Object:
    size = paging.number(view.ask, 20, 1, 100)
    wanted = view.ask.query.get("moderationStatus", "published")
    if wanted not in {"published", "heldForReview", "likelySpam"}:
        raise Refused(errors.invalid("invalidValue", f"Invalid value '{wanted}'.", "moderationStatus"))
    if wanted != "published":
        _only_owner(view)
    whole = comments.threads(view.presence, _commented(view), wanted)
    if "id" in view.ask.query:
        ids = _ids(view)
        whole = [first for first in whole if first.id in ids]
    if view.ask.query.get("order", "time") == "time":
        size = min(size, int(view.presence.settings["threads_by_time"]))
    page, following = paging.by_key(view.ask, whole, size, lambda item: item.key)
    items = [comments.thread(view, first, wanted) for first in page]
    return paging.listed("commentThread", items, following, len(items), size)


def _commented(view: View) -> list[Item]:
    """The videos whose comments are asked for; those of which they are switched off show none."""
    settings = view.presence.settings
    one = view.ask.query.get("videoId")
    if settings["comments_disabled"] or (one is not None and one in settings["comments_off"]):
        raise Refused(errors.comments_disabled())
    shown = [item for item in objects.videos(view) if one in (None, item.id)]
    if one is not None and not shown:
        raise Refused(errors.not_found("videoNotFound", "video", "youtube.commentThread"))
    related = view.ask.query.get("allThreadsRelatedToChannelId", view.presence.account.id)
    if related != view.presence.account.id:
        raise Refused(errors.not_found("channelNotFound", "channel", "youtube.commentThread"))
    return [item for item in shown if item.id not in settings["comments_off"]]


def comment_list(view: View) -> Object:
    size = paging.number(view.ask, 20, 1, 100)
    if "id" in view.ask.query:
        found = [view.presence.find(one) for one in _ids(view)]
        shown = [item for item in found if item is not None and _may_see(view, item)]
        items = [comments.comment(view, item, by_id=True) for item in shown]
        return paging.listed("comment", items, None, len(items), len(items))
    first = view.presence.find(view.ask.query["parentId"])
    if first is None or first.kind != "comment" or not _may_see(view, first):
        raise Refused(errors.not_found("commentNotFound", "comment", "youtube.comment"))
    whole = comments.replies(view.presence, first, "published")[::-1]
    page, following = paging.by_key(view.ask, whole, size, lambda item: item.key)
    items = [comments.comment(view, item) for item in page]
    return paging.listed("comment", items, following, len(items), size)


def _may_see(view: View, item: Item) -> bool:
    status = comments.status(view.presence, item) if item.kind == "comment" else None
    return status == "published" or (view.owner and status in {"heldForReview", "likelySpam"})


def subscriptions(view: View) -> Object:
    """Those who made their subscription public: never more than the cap, and as set the first again."""
    _only_owner(view)
    size = max(1, paging.number(view.ask, 5, 0, 50))
    settings = view.presence.settings
    open_ones = [person for person in view.presence.followers if not person.suspended]
    open_ones = [person for i, person in enumerate(open_ones) if i % 10 != 3]
    capped = open_ones[: int(settings["subscribers_cap"])]
    following: str | None
    if "myRecentSubscribers" in view.ask.query or settings["subscribers_repeat"]:
        turn = (paging.place(view.ask) or [0])[0] + 1
        page, following = capped[:size], paging.mark((turn,))
    else:
        page, following = paging.by_offset(view.ask, capped, size)
    items = [objects.subscription(view, person) for person in page]
    return paging.listed("subscription", items, following, len(view.presence.followers), size)


def live_chat(view: View) -> Object:
    """The chat so far; a further page has what came since, and there is always a further page."""
    paging.number(view.ask, 500, 200, 2000)
    live = view.presence.find(view.presence.settings["live"])
    if live is None or view.ask.query["liveChatId"] != objects.chat_id(view, live):
        raise Refused(
            errors.error(403, "liveChatEnded", "The live chat is no longer live.", "youtube.liveChat")
        )
    whole = chat.messages(view, live)
    after = paging.place(view.ask)
    page = whole[after[0] if after else 0 :]
    following = paging.mark((len(whole),), again=after[-1] + 1 if after else 1)
    answer = paging.listed("liveChatMessage", page, following, len(whole), len(page))
    answer["pollingIntervalMillis"] = 10
    return answer


def _route(handler: Handler, parts: str, *filters: str) -> Route:
    return Route(handler, frozenset(parts.split()), filters)


ROUTES: dict[str, Route] = {
    "/channels": _route(
        channels,
        "id snippet brandingSettings contentDetails statistics status topicDetails localizations",
        *("id", "mine"),
    ),
    "/playlistItems": _route(playlist_items, "id snippet contentDetails status", "playlistId"),
    "/videos": _route(
        videos,
        "id snippet contentDetails status statistics liveStreamingDetails recordingDetails localizations "
        "player topicDetails",
        "id",
    ),
    "/playlists": _route(playlists, "id snippet status contentDetails localizations player", "id", "mine"),
    "/commentThreads": _route(
        comment_threads, "id snippet replies", "allThreadsRelatedToChannelId", "videoId", "id"
    ),
    "/comments": _route(comment_list, "id snippet", "id", "parentId"),
    "/subscriptions": _route(
        subscriptions, "id snippet subscriberSnippet contentDetails", "mySubscribers", "myRecentSubscribers"
    ),
    "/liveChat/messages": _route(live_chat, "id snippet authorDetails", "liveChatId"),
}


def empty(payload: Any) -> Any:
    """A list answer with nothing in it and no way on."""
    if not isinstance(payload, dict) or "items" not in payload:
        return payload
    rest = {name: value for name, value in payload.items() if name != "nextPageToken"}
    return {**rest, "items": []}


def empty_page(city: City, ask: Ask, payload: Any) -> Any:
    """No items, and a mark that leads on to the very items this page should have had."""
    del city
    place = paging.place(ask)
    if "nextPageToken" not in payload and place is None:
        return payload  # a list that has no pages
    again = place[-1] + 1 if place else 1
    before = place[:-1] if place else [0] if ask.path in _BY_OFFSET else [2**40, 0]
    return {**payload, "items": [], "nextPageToken": paging.mark(before, again)}
