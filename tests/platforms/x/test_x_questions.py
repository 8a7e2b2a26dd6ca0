"""Every question keeps to X's own API definition, in both vocabularies."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from x_talk import ACCOUNT, city, page, play, post

from paloverde.errors import Unreachable
from paloverde.platforms.conversation import Request
from paloverde.platforms.x import X
from paloverde.records import Kind

SPECS = os.environ.get("PALOVERDE_API_SPECS")
FILES = {"tweet": "openapi-2.159-tweetfields.json", "post": "openapi-2.167-docs-20260822.json"}
pytestmark = pytest.mark.skipif(not SPECS, reason="PALOVERDE_API_SPECS is not set")


def definition(words: str) -> Any:
    return json.loads((Path(SPECS or "") / "x" / FILES[words]).read_text(encoding="utf-8"))


def parameters(spec: Any, path: str) -> dict[str, Any]:
    """The parameters of a path, by name, with their schemas."""
    known = {}
    for one in spec["paths"][path]["get"]["parameters"]:
        full = spec["components"]["parameters"][one["$ref"].rpartition("/")[2]] if "$ref" in one else one
        known[full["name"]] = full["schema"]
    return known


def template(path: str) -> str:
    parts = path.split("/")
    if parts[2] == "users" and len(parts) > 3 and parts[3] != "me":
        parts[3] = "{id}"
    if parts[2] == "dm_events" and len(parts) > 3:
        parts[3] = "{event_id}"
    return "/".join(parts)


def wrong(spec: Any, request: Request) -> list[str]:
    known = parameters(spec, template(request.path))
    found = []
    for name, value in request.params:
        schema = known.get(name)
        if schema is None:
            found.append(f"{request.path} has no parameter {name}")
            continue
        allowed = schema.get("items", {}).get("enum")
        found += [f"{name}={part}" for part in value.split(",") if allowed and part not in allowed]
        if "maximum" in schema and not schema["minimum"] <= int(value) <= schema["maximum"]:
            found.append(f"{name}={value} is out of bounds")
    return found


@pytest.mark.parametrize("words", ["post", "tweet"])
def test_every_question_of_a_night_is_allowed(words: Any) -> None:
    posts = [page(post("1"), token="a"), page()]
    heard = play(X(words=words).night(ACCOUNT, None), city(posts=posts))
    assert len(heard.requests) >= 8
    spec = definition(words)
    assert [fault for request in heard.requests for fault in wrong(spec, request)] == []


@pytest.mark.parametrize("words", ["post", "tweet"])
def test_every_question_of_a_look_up_is_allowed(words: Any) -> None:
    from_kinds = X(words=words).look_up(
        ACCOUNT, [(kind, "7") for kind in (Kind.POST, Kind.PROFILE, Kind.MESSAGE)]
    )
    spec = definition(words)
    asked = 0
    said: Any = next(from_kinds)
    while isinstance(said, Request):
        assert wrong(spec, said) == []
        asked += 1
        said = _until_request(from_kinds)
    assert asked == 3


def _until_request(conversation: Any) -> Any:
    try:
        said = conversation.throw(Unreachable("no answer"))
        while not isinstance(said, Request):
            said = next(conversation)
    except StopIteration:
        return None
    return said
