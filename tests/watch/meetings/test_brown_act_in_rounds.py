"""Rounds over a real archive: what counsel alone is told of a council, and the Clerk of a request."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from paloverde.archive.seal import Role
from paloverde.watch.inbox import request_in_disguise
from paloverde.watch.meetings import CHECKS
from watchedcity import SLUG, WatchedCity

MEMBERS = {"ana": ("Ana Duarte", "901"), "ben": ("Ben Ito", "902"), "carla": ("Carla Nunez", "903"),
           "dee": ("Dee Frost", "904")}  # fmt: skip
ASKED = {"native_id": "p1", "kind": "post", "text": "When does the zoning change?", "visibility": "public",
         "poster_name": "Ruth Okafor", "poster_id": "7001"}  # fmt: skip


def act(kind: str, who: str, text: str, **more: str) -> Mapping[str, Any]:
    """What a member did on that post."""
    name, id_ = MEMBERS[who]
    told = {"kind": kind, "native_id": f"{kind}-{who}", "text": text, "visibility": "public", "parent_id": "p1",
            "thread_id": "p1", "poster_name": name, "poster_id": id_}  # fmt: skip
    return told | more


@pytest.fixture
def city(tmp_path: Path) -> WatchedCity:
    """A city whose council of five is registered."""
    made = WatchedCity(tmp_path / "home")
    watch = made.watch()
    body = {"id": "council", "name": "City Council", "seats": "5", "terms": "zoning\nparking"}
    watch.put("bodies", body, "cleo")
    for id_, (name, known) in MEMBERS.items():
        person = {"id": id_, "name": name, "standing": "official", "known_as": f"other:{known}"}
        watch.put("people", person, "cleo")
        watch.put("members", {"body": "council", "person": id_, "since": "2024-12-12"}, "cleo")
    return made


def test_a_majority_is_put_together_of_comments_and_of_likes(city: WatchedCity) -> None:
    """The third member only reacted, and came last."""
    city.hear("first", ASKED, act("comment", "ana", "In May."), act("reaction", "ben", "LIKE"))
    watch = city.watch(*CHECKS)
    assert watch.round().found == 0
    city.hear("second", act("reaction", "carla", "LOVE"))
    done = watch.round()
    assert (done.found, done.troubles) == (1, ())
    [one] = watch.findings(privileged=True)
    assert one.finding.check == "majority-on-a-thread"
    assert one.finding.about == f"{SLUG}/post/p1"
    assert one.finding.said.startswith(
        "3 members of City Council, which has 5 seats, took part in one thread: "
    )
    assert set(one.finding.links) == {
        f"{SLUG}/comment/comment-ana", f"{SLUG}/reaction/reaction-ben", f"{SLUG}/reaction/reaction-carla",
    }  # fmt: skip
    city.hear("third", act("comment", "dee", "And parking, too."))
    assert watch.round().found == 1
    assert len(watch.findings(privileged=True)) == 2


def test_nobody_but_counsel_is_told(city: WatchedCity) -> None:
    city.hear("first", ASKED, act("comment", "ana", "In May."))
    city.hear("second", act("reaction", "ben", "LIKE", parent_id="comment-ana"))
    watch = city.watch(*CHECKS)
    watch.round()
    assert watch.findings(private=True) == []
    [one] = watch.findings(privileged=True)
    assert "Ben Ito reacted to what Ana Duarte said" in one.finding.said
    assert one.finding.links == (f"{SLUG}/comment/comment-ana", f"{SLUG}/post/p1")


def test_who_is_registered_later_is_seen_by_looking_again(city: WatchedCity) -> None:
    city.hear("first", {**ASKED, "poster_id": "901"})
    city.hear("second", act("reaction", "ben", "LIKE", poster_id="9020"))
    watch = city.watch(*CHECKS)
    assert watch.round().found == 0
    ben = {"id": "ben", "name": "Ben Ito", "standing": "official", "known_as": "other:902\nother:9020"}
    watch.put("people", ben, "cleo", id_="ben")
    assert watch.round().found == 0
    first = min(one.day for one in city.city.archive.parts(Role.RECORDS))
    assert watch.again(["member-answers-member"], first).found == 1


def test_a_request_in_a_message_is_quoted_only_to_who_may_see_it(city: WatchedCity) -> None:
    message = act("message", "ana", "Please send me copies of the crash report.", visibility="private")
    city.hear("first", {**message, "poster_id": "7001"})
    watch = city.watch(request_in_disguise.CHECK)
    assert watch.round().found == 1
    assert watch.findings() == []
    [closed] = watch.findings(private=True)
    assert closed.finding.said.startswith("This private message seems to ask for records: “…”.")
    opened = watch.opened(closed.id, "It may be a request.", "cleo")
    assert "“Please send me copies of the crash report”" in opened.finding.said
    assert "An answer that fits: “Thank you. Your message has gone to the City Clerk" in opened.finding.next
