"""What a Page has besides posts: stories, reels, live broadcasts, ratings, reactions.

A story, reel, broadcast or rating is a post of the city whose `stream` says so; no feed lists it.
"""

from __future__ import annotations

import json
from typing import Any

from paloverde.simulator.city import Item, Person, State
from paloverde.simulator.facebook.objects import WWW, author, permalink, person
from paloverde.simulator.graph.fields import Field
from paloverde.simulator.graph.view import Show, View, stamp

DAY = 86_400
FEELINGS = ("LIKE", "LIKE", "LIKE", "LOVE", "HAHA", "WOW", "SAD", "ANGRY")
LIVE_STATUS = "LIVE"


def standing(view: View, stream: str) -> list[Item]:
    """The items of a stream that the site still has."""
    return [
        item
        for item in view.presence.posts
        if item.stream == stream and view.presence.there(item) and item.state is not State.HIDDEN
    ]


def status(view: View, item: Item, _: Field) -> str:
    age = (view.city.clock.now() - item.at).total_seconds()
    return "PUBLISHED" if age < DAY else "ARCHIVED"


def broadcasts(view: View, params: dict[str, str]) -> list[Item]:
    """Those of the asked `broadcast_status`, a JSON list."""
    wanted = json.loads(params.get("broadcast_status", "[]")) or [LIVE_STATUS]
    return standing(view, "live") if LIVE_STATUS in wanted else []


def reacted(view: View, item: Item) -> list[tuple[Person, str]]:
    """Who reacted, and how: always the same people for the same post."""
    people = [one for one in view.presence.people.values() if one is not view.presence.account]
    start = item.order % max(1, len(people))
    chosen = [*people[start:], *people[:start]][: item.likes]
    return [(one, FEELINGS[(item.order + i) % len(FEELINGS)]) for i, one in enumerate(chosen)]


def reactions(view: View, item: Item, params: dict[str, str]) -> dict[str, Any]:
    """One page; with the setting `reactions` at "counted" the site gives their number and no names."""
    named = view.presence.settings["reactions"] == "named" and view.owner
    everybody = reacted(view, item) if named else []
    start, limit = int(params.get("after") or "0"), min(int(params.get("limit", "25")), 100)
    shown = everybody[start : start + limit]
    answer: dict[str, Any] = {"data": [{**person(one), "type": feeling} for one, feeling in shown]}
    if shown:
        answer["paging"] = {"cursors": {"before": str(start), "after": str(start + limit)}}
        if start + limit < len(everybody):
            following = f"{view.ask.base}/{view.version}/{item.id}/reactions?access_token={view.token}"
            answer["paging"]["next"] = f"{following}&limit={limit}&after={start + limit}"
    if "summary" in params:
        total = len(everybody) if named else item.likes
        answer["summary"] = {"total_count": total, "viewer_reaction": "NONE"}
    return answer


STORY: dict[str, Show] = {
    "post_id": lambda _, item, __: item.id,
    "status": status,
    "creation_time": lambda _, item, __: str(int(item.at.timestamp())),
    "media_type": lambda _, item, __: item.media[0].type if item.media else None,
    "media_id": lambda _, item, __: item.media[0].native_id if item.media else None,
    "url": lambda view, item, _: f"{WWW}/stories/{view.page_id}/{item.id.rpartition('_')[2]}",
}
LIVE: dict[str, Show] = {
    "id": lambda _, item, __: item.id,
    "creation_time": lambda _, item, __: stamp(item.at),
    "title": lambda *_: None,
    "description": lambda _, item, __: item.text,
    "status": lambda *_: LIVE_STATUS,
    "permalink_url": lambda view, item, _: permalink(view, item),
    "from": author,
    "planned_start_time": lambda *_: None,
    "broadcast_start_time": lambda _, item, __: stamp(item.at),
}
RATING: dict[str, Show] = {
    "created_time": lambda _, item, __: stamp(item.at),
    "has_rating": lambda *_: False,
    "has_review": lambda _, item, __: bool(item.text),
    "rating": lambda *_: None,
    "recommendation_type": lambda _, item, __: "positive" if item.order % 2 else "negative",
    "review_text": lambda _, item, __: item.text or None,
    "reviewer": author,
    "open_graph_story": lambda _, item, __: {"id": item.id},
}
