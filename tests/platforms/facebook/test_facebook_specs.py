"""What is asked exists in Meta's own field lists (Graph API v26.0)."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest

from paloverde.platforms.facebook import asks

SPECS = os.environ.get("PALOVERDE_API_SPECS")
pytestmark = pytest.mark.skipif(not SPECS, reason="PALOVERDE_API_SPECS is not set")


def known(node: str) -> set[str]:
    (path,) = (Path(SPECS or ".") / "meta").glob("v26.0_fields*.json")
    lists: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return {name for name in lists[node] if name != "__edges__"} | set(lists[node]["__edges__"])


def outermost(fields: str) -> set[str]:
    return set(re.sub(r"\{[^}]*\}", "", fields).split(","))


@pytest.mark.parametrize(
    ("node", "fields"),
    [
        ("page", asks.PROFILE),
        ("page", asks.COUNTS),
        ("pagepost", asks.POST),
        ("comment", asks.COMMENT),
        ("unifiedthread", asks.CONVERSATION),
        ("advideo", asks.VIDEO),
        ("recommendation", asks.RATING),
        ("album", asks.ALBUM),
    ],
)
def test_every_field_that_is_asked_exists(node: str, fields: str) -> None:
    assert outermost(fields) <= known(node)


@pytest.mark.parametrize(
    "edge",
    [stream for stream, *_ in asks.POST_STREAMS]
    + [
        "conversations",
        "stories",
        "video_reels",
        "videos",
        "live_videos",
        "ratings",
        "blocked",
        "events",
        "albums",
    ],
)
def test_every_list_that_is_walked_exists(edge: str) -> None:
    assert edge in known("page")


@pytest.mark.parametrize(
    ("light", "full"),
    [
        (asks.POST_LIGHT, asks.POST),
        (asks.COMMENT_LIGHT, asks.COMMENT),
        (asks.CONVERSATION_LIGHT, asks.CONVERSATION),
        (asks.MESSAGE_LIGHT, asks.MESSAGE),
        (asks.VIDEO_LIGHT, asks.VIDEO),
        (asks.LIVE_LIGHT, asks.LIVE),
        (asks.EVENT_LIGHT, asks.EVENT),
    ],
)
def test_the_light_fields_are_a_part_of_the_full_ones(light: str, full: str) -> None:
    assert outermost(light) < outermost(full)
