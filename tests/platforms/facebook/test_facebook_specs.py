"""What is asked exists in Meta's own field lists (Graph API v26.0)."""

from __future__ import annotations

import pytest

from paloverde.platforms.facebook import asks
from platforms.graph_site import known, needs_specs, outermost

pytestmark = needs_specs


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
