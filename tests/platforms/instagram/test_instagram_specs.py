"""What is asked exists in Meta's own field lists (Graph API v26.0)."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest

from paloverde.platforms.instagram import lookup, talk

SPECS = os.environ.get("PALOVERDE_API_SPECS")
pytestmark = pytest.mark.skipif(not SPECS, reason="PALOVERDE_API_SPECS is not set")


def known(node: str) -> set[str]:
    (path,) = (Path(SPECS or ".") / "meta").glob("v26.0_fields*.json")
    lists: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return {name for name in lists[node] if name != "__edges__"} | set(lists[node]["__edges__"])


def outermost(fields: str) -> set[str]:
    """The names at the top of a field expression."""
    while (shorter := re.sub(r"(\.\w+\(\w+\))?\{[^{}]*\}", "", fields)) != fields:
        fields = shorter
    return set(fields.split(","))


@pytest.mark.parametrize(
    ("node", "fields"),
    [
        ("iguser", talk.PROFILE),
        ("iguser", talk.COUNTS),
        ("igmedia", talk.MEDIA),
        ("igmedia", talk.LIVE),
        ("igmedia", talk.TAGGED),
        ("igcomment", talk.COMMENT),
        ("igcomment", talk.REPLY),
        ("unifiedthread", talk.CONVERSATION),
        ("page", "id,instagram_business_account{id,username}"),
    ],
)
def test_every_field_that_is_asked_exists(node: str, fields: str) -> None:
    assert outermost(fields) <= known(node)


def test_what_is_asked_inside_another_object_exists_too() -> None:
    inside = re.findall(r"children\{([^{}]*)\}", talk.MEDIA)
    assert inside
    assert all(outermost(fields) <= known("igmedia") for fields in inside)
    assert {"id", "username"} <= known("igcommentfromuser")


@pytest.mark.parametrize("edge", ["media", "stories", "live_media", "tags"])
def test_every_list_that_is_walked_exists(edge: str) -> None:
    assert edge in known("iguser")


def test_what_look_ups_ask_exists() -> None:
    for witness in lookup.HABITS.witnesses.values():
        assert witness.edge in known("iguser")
        assert outermost(witness.fields) <= known("igmedia")


@pytest.mark.parametrize(
    ("light", "full"),
    [
        (talk.MEDIA_LIGHT, talk.MEDIA),
        (talk.REPLY_LIGHT, talk.REPLY),
        (talk.COMMENT_LIGHT, talk.COMMENT),
        (talk.TAGGED_LIGHT, talk.TAGGED),
        (talk.CONVERSATION_LIGHT, talk.CONVERSATION),
        (talk.MESSAGE_LIGHT, talk.MESSAGE),
    ],
)
def test_the_light_fields_are_a_part_of_the_full_ones(light: str, full: str) -> None:
    assert outermost(light) < outermost(full)
