"""What is asked exists in Meta's own field lists (Graph API v26.0)."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest

from paloverde.platforms.facebook import talk

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
        ("page", talk.PROFILE),
        ("page", talk.COUNTS),
        ("pagepost", talk.POST),
        ("comment", talk.COMMENT),
        ("unifiedthread", talk.CONVERSATION),
    ],
)
def test_every_field_that_is_asked_exists(node: str, fields: str) -> None:
    assert outermost(fields) <= known(node)


@pytest.mark.parametrize(
    "edge", ["published_posts", "visitor_posts", "tagged", "scheduled_posts", "conversations"]
)
def test_every_list_that_is_walked_exists(edge: str) -> None:
    assert edge in known("page")


@pytest.mark.parametrize(
    ("light", "full"),
    [
        (talk.POST_LIGHT, talk.POST),
        (talk.COMMENT_LIGHT, talk.COMMENT),
        (talk.CONVERSATION_LIGHT, talk.CONVERSATION),
        (talk.MESSAGE_LIGHT, talk.MESSAGE),
    ],
)
def test_the_light_fields_are_a_part_of_the_full_ones(light: str, full: str) -> None:
    assert outermost(light) < outermost(full)
