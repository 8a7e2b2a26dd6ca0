"""Invented X answers, and a driver that plays them to a conversation without a network."""

from __future__ import annotations

import json
from collections.abc import Callable, Generator
from datetime import UTC, datetime
from typing import Any

from paloverde.platforms.conversation import Request, Response
from paloverde.records import Account
from platforms.talk import Heard, converse

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
OWN = "1729384756"
ACCOUNT = Account("x-palmaria", "x", OWN, "palmaria")
ROSA = {"id": "1847261537281937408", "name": "Rosa Quintero", "username": "rosa_q"}
CITY = {"id": OWN, "name": "City of Palma Ria", "username": "palmaria", "description": "Official."}

Answer = bytes | dict[str, Any] | Exception
Site = Callable[[Request], Answer]


def post(native_id: str, **more: Any) -> dict[str, Any]:
    made = {"id": native_id, "text": f"Text {native_id}", "author_id": OWN, "conversation_id": native_id}
    return {**made, "created_at": "2026-11-19T18:00:00.000Z", **more}


def reply(native_id: str, to: str, **more: Any) -> dict[str, Any]:
    refers = [{"type": "replied_to", "id": to}]
    made = post(native_id, author_id=ROSA["id"], conversation_id=to, referenced_posts=refers)
    return {**made, **more}


def page(*data: dict[str, Any], token: str | None = None, **more: Any) -> dict[str, Any]:
    meta = {"result_count": len(data), **({"next_token": token} if token else {})}
    return {**({"data": list(data)} if data else {}), "meta": meta, **more}


def body(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def play(conversation: Generator[Any, Response | None, Any], site: Site, steps: int = 1000) -> Heard:
    """Answers every request from `site`; an exception from it is thrown in."""

    def answered(request: Request) -> Response | Exception:
        answer = site(request)
        if isinstance(answer, Exception):
            return answer
        return Response(request, 200, {}, answer if isinstance(answer, bytes) else body(answer), NOW)

    return converse(conversation, answered, steps)


def city(**streams: Any) -> Site:
    """A site where every stream is empty but those given: an answer, or a list that is given out in turn."""
    paths = {
        "me": "/2/users/me",
        "profile": f"/2/users/{OWN}",
        "posts": f"/2/users/{OWN}/tweets",
        "mentions": f"/2/users/{OWN}/mentions",
        "followers": f"/2/users/{OWN}/followers",
        "replies": "/2/tweets/search/recent",
        "blocked": f"/2/users/{OWN}/blocking",
        "muted": f"/2/users/{OWN}/muting",
        "lookup": "/2/tweets",
        "messages": "/2/dm_events",
    }
    answers: dict[str, Any] = dict.fromkeys(paths.values(), page())
    answers |= {paths["me"]: {"data": CITY}, paths["profile"]: {"data": CITY}}
    answers |= {paths[name]: answer for name, answer in streams.items()}

    def site(request: Request) -> Answer:
        answer = answers[request.path]
        if isinstance(answer, list):
            return answer.pop(0) if answer else page()
        return answer(request) if callable(answer) else answer

    return site
