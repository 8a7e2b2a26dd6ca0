"""Between two nights with a Page, and look-ups in which one id is missing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from paloverde.platforms.conversation import Answer, Request
from paloverde.platforms.facebook import FACEBOOK
from paloverde.records import Kind
from platforms.facebook.graph import (
    ACCOUNT,
    FORBIDDEN,
    PAGE,
    Site,
    comment,
    message,
)
from platforms.graph_site import NOT_THERE
from platforms.talk import NOW, Heard, drive, good


@pytest.fixture
def site() -> Site:
    return Site()


def sweep(site: Callable[[Request], Answer], *watched: str) -> Heard:
    return drive(FACEBOOK, FACEBOOK.sweep(ACCOUNT, NOW - timedelta(minutes=15), watched), site)


def test_a_quiet_sweep_asks_a_handful_of_questions(site: Site) -> None:
    site.lists[f"{PAGE}/published_posts"] = []
    site.lists[f"{PAGE}/conversations"] = []
    heard = sweep(site)
    assert len(heard.requests) <= 6
    assert not heard.gaps
    assert not [one for one in heard.listings if one.complete]


def several(known: set[str]) -> Callable[[Request], Answer]:
    """Answers about posts together as the site does: one that is missing fails them all."""

    def answer(request: Request) -> Answer:
        ids = dict(request.params)["ids"].split(",")
        if not known.issuperset(ids):
            return NOT_THERE
        return good(
            {one: {"id": one, "comments": {"data": [comment(int(one) + 500, int(one))]}} for one in ids}
        )

    return answer


def test_one_missing_post_does_not_hide_the_comments_of_the_others(site: Site) -> None:
    watched = [str(number) for number in range(24)]
    site.answers[""] = several(set(watched) - {"7"})
    heard = sweep(site, *watched)
    assert len(heard.of(Kind.COMMENT)) == 23
    assert [(gap.stream, gap.of) for gap in heard.gaps] == [("comments", "7")]
    assert len([one for one in heard.requests if one.path == "/"]) <= 12
    assert {found.of for found in heard.found if found.stream == "comments"} == set(watched) - {"7"}


def test_a_lost_permission_is_not_asked_about_post_by_post(site: Site) -> None:
    site.answers[""] = lambda _: FORBIDDEN
    heard = sweep(site, *map(str, range(24)))
    assert len([one for one in heard.requests if one.path == "/"]) <= 8
    assert len(heard.gaps) == 24


def test_only_conversations_that_stirred_are_read(site: Site) -> None:
    def thread(name: str, at: str) -> dict[str, Any]:
        return {"id": name, "updated_time": at, "message_count": 1}

    new, old = thread("t_1", "2026-11-22T09:55:00+0000"), thread("t_2", "2026-11-20T10:00:00+0000")
    site.lists[f"{PAGE}/conversations"] = [new, old]
    site.lists["t_1/messages"] = [message(1, created_time="2026-11-22T09:55:00+0000")]
    heard = sweep(site)
    assert [one.path for one in heard.requests if one.path.endswith("/messages")] == ["/t_1/messages"]
    assert [one.native_id for one in heard.of(Kind.MESSAGE)] == ["m_1"]


def test_one_missing_id_costs_a_dozen_look_ups_and_not_fifty(site: Site) -> None:
    for number in range(50):
        site.nodes[f"1_{number}"] = {"id": f"1_{number}", "is_hidden": False}
    del site.nodes["1_31"]
    wanted = [(Kind.COMMENT, f"1_{number}") for number in range(50)]
    heard = drive(FACEBOOK, FACEBOOK.look_up(ACCOUNT, wanted), site)
    assert len(heard.requests) <= 16
    assert [one for one, look in heard.looks().items() if look.value == "gone"] == ["1_31"]


@pytest.mark.parametrize("named", ["rating:77", "dyi-0c45a29271b64f38", "records/9"])
def test_what_the_archive_named_itself_is_never_called_gone(site: Site, named: str) -> None:
    site.nodes["1_1"] = {"id": "1_1"}
    heard = drive(FACEBOOK, FACEBOOK.look_up(ACCOUNT, [(Kind.COMMENT, "1_1"), (Kind.COMMENT, named)]), site)
    assert {one: look.value for one, look in heard.looks().items()} == {"1_1": "present", named: "unknown"}


@pytest.mark.parametrize(("kind", "edge"), [(Kind.EVENT, "events"), (Kind.ALBUM, "albums")])
def test_a_lone_event_or_album_is_gone_where_others_are_listed(site: Site, kind: Kind, edge: str) -> None:
    assert drive(FACEBOOK, FACEBOOK.look_up(ACCOUNT, [(kind, "55")]), site).looks()["55"].value == "unknown"
    site.lists[f"{PAGE}/{edge}"] = [{"id": "56"}]
    assert drive(FACEBOOK, FACEBOOK.look_up(ACCOUNT, [(kind, "55")]), site).looks()["55"].value == "gone"
