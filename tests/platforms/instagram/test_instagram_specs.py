"""What is asked exists in Meta's own field lists (Graph API v26.0)."""

from __future__ import annotations

import re

import pytest

from paloverde.platforms.instagram import lookup, talk
from platforms.graph_site import known, needs_specs, outermost

pytestmark = needs_specs


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
