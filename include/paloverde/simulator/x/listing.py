"""Lists of posts, users and events: their windows, their caps, their tokens."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

from paloverde.simulator.city import Item, Person
from paloverde.simulator.x import objects, problems
from paloverde.simulator.x.objects import View


def number(view: View, name: str, low: int, high: int, default: int) -> int:
    """A whole number within the site's bounds. Raises `Refused`."""
    text = view.ask.query.get(name)
    if text is None:
        return default
    if not text.isdigit() or not low <= int(text) <= high:
        message = f"The `{name}` query parameter value [{text}] is not between {low} and {high}"
        raise problems.Refused(problems.invalid(view.words, name, text, message))
    return int(text)


def token(view: View, place: str, salt: str = "") -> str:
    """A pagination token: a place in a list, and when it was given out."""
    text = f"{place}|{int(view.city.clock.now().timestamp())}|{salt}"
    return base64.b32encode(text.encode()).decode().lower().rstrip("=")


def place(view: View) -> str:
    """The place that the request's token names, "" for the first. Raises `Refused` where it is too old."""
    name = "pagination_token" if "pagination_token" in view.ask.query else "next_token"
    text = view.ask.query.get(name)
    if not text:
        return ""
    try:
        where, given, _ = base64.b32decode((text + "=" * (-len(text) % 8)).upper()).decode().split("|")
        age = view.city.clock.now().timestamp() - int(given)
    except (ValueError, binascii.Error):
        age, where = float("inf"), ""
    if age > 60 * float(view.presence.settings["token_minutes"]):
        message = f"The `{name}` query parameter value [{text}] is not valid"
        raise problems.Refused(problems.invalid(view.words, name, text, message))
    return where


def within(view: View, items: list[Item]) -> list[Item]:
    """Those that `start_time`, `end_time`, `since_id` and `until_id` leave."""
    query = view.ask.query
    start, end = _moment(view, "start_time"), _moment(view, "end_time")
    since, until = _identifier(view, "since_id"), _identifier(view, "until_id")
    if not query.keys() & {"start_time", "end_time", "since_id", "until_id"}:
        return items
    return [
        item
        for item in items
        if (start is None or item.at >= start)
        and (end is None or item.at < end)
        and (since is None or int(item.id) > since)
        and (until is None or int(item.id) < until)
    ]


def _moment(view: View, name: str) -> datetime | None:
    text = view.ask.query.get(name)
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is not None:
            return moment
    except ValueError:
        pass
    message = f"The `{name}` query parameter value [{text}] is not a valid RFC 3339 time"
    raise problems.Refused(problems.invalid(view.words, name, text, message))


def _identifier(view: View, name: str) -> int | None:
    text = view.ask.query.get(name)
    if text is None or text.isdigit():
        return int(text) if text else None
    message = f"The `{name}` query parameter value [{text}] is not a valid id"
    raise problems.Refused(problems.invalid(view.words, name, text, message))


def recent(view: View, items: list[Item], days: str) -> list[Item]:
    """Those within the window that the setting `days` gives; 0 there means no window."""
    window = float(view.presence.settings[days])
    oldest = view.city.clock.now() - timedelta(days=window)
    return [item for item in items if item.at >= oldest] if window else items


def posts(view: View, items: list[Item], limit: int) -> dict[str, Any]:
    """A page of posts, newest first, with what was asked to be included."""
    ordered = sorted(within(view, items), key=lambda item: int(item.id), reverse=True)
    page, following, previous = _cut(view, ordered, limit, lambda item: item.id)
    answer: dict[str, Any] = {}
    if page:
        answer["data"] = [objects.post(view, item) for item in page]
        include(view, answer, page)
    meta: dict[str, Any] = {"result_count": len(page)}
    if page:
        meta = {"newest_id": page[0].id, "oldest_id": page[-1].id, **meta}
    answer["meta"] = {**meta, **following, **previous}
    return answer


def events(view: View, items: list[Item], limit: int) -> dict[str, Any]:
    """A page of direct messages, newest first."""
    ordered = sorted(items, key=lambda item: int(item.id), reverse=True)
    page, following, previous = _cut(view, ordered, limit, lambda item: item.id)
    answer: dict[str, Any] = {}
    if page:
        answer["data"] = [objects.event(view, item) for item in page]
        include(view, answer, page)
    answer["meta"] = {"result_count": len(page), **following, **previous}
    return answer


def _cut(
    view: View, ordered: list[Any], limit: int, name: Callable[[Any], str]
) -> tuple[list[Any], dict[str, str], dict[str, str]]:
    """One page and its tokens. The token names the last id seen, so that a deletion moves nothing."""
    after = place(view)
    backwards = after.startswith("<")
    mark = int(after.lstrip("<") or "0")
    if backwards:
        start = max(0, sum(int(name(one)) > mark for one in ordered) - limit)
    else:
        start = (
            next((i for i, one in enumerate(ordered) if int(name(one)) < mark), len(ordered)) if mark else 0
        )
    page = ordered[start : start + limit]
    following = {"next_token": token(view, name(page[-1]))} if page and start + limit < len(ordered) else {}
    previous = {"previous_token": token(view, f"<{name(page[0])}")} if page and start else {}
    return page, following, previous


def users(view: View, people: list[Any], limit: int) -> dict[str, Any]:
    """A page of users in the site's own order. The token is a place in the list, as for followers."""
    start = int(place(view) or "0")
    page = people[start : start + limit]
    answer: dict[str, Any] = {"data": [objects.user(view, person) for person in page]} if page else {}
    meta: dict[str, Any] = {"result_count": len(page)}
    if start + limit < len(people):
        meta["next_token"] = token(view, str(start + limit))
    if start:
        meta["previous_token"] = token(view, str(max(0, start - limit)))
    answer["meta"] = meta
    return answer


def include(view: View, answer: dict[str, Any], items: list[Item]) -> None:
    """Adds `includes`, and `errors` for what they refer to and is gone."""
    people = {one.id: one for item in items for one in _people(view, item)}
    media = {one.native_id: one for item in items for one in item.media}
    if "attachments.media_keys" not in view.expansions:
        media = {}
    parents = {item.parent.first_id: item.parent for item in items if item.parent is not None}
    if not view.expansions & view.words.referenced_expansions:
        parents = {}
    included = {
        "users": [objects.user(view, one) for one in people.values()],
        "media": [objects.medium(view, one) for one in media.values()],
        "polls": [
            objects.poll(view, one) for one in items if one.poll and "attachments.poll_ids" in view.expansions
        ],
        view.words.includes: [
            objects.post(view, one) for one in parents.values() if view.presence.there(one)
        ],
    }
    if any(included.values()):
        answer["includes"] = {name: found for name, found in included.items() if found}
    lost = [native_id for native_id, one in parents.items() if not view.presence.there(one)]
    if lost:
        parameter = f"{view.words.referenced}.id"
        answer["errors"] = [
            problems.not_found(view.words, one, parameter, view.words.resource) for one in lost
        ]


def _people(view: View, item: Item) -> Iterator[Person]:
    """Those whom the expansions ask for."""
    if view.expansions & {"author_id", "sender_id"}:
        yield item.author
    if "in_reply_to_user_id" in view.expansions and item.parent is not None:
        yield item.parent.author
    if "participant_ids" in view.expansions and item.thread is not None:
        yield item.thread.person
    if "entities.mentions.username" in view.expansions and item.kind != "message":
        for name in objects.mentioned(item):
            if name in view.presence.usernames:
                yield view.presence.usernames[name]
