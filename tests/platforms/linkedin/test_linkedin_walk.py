"""Lists that move while they are read: nothing is skipped, and nothing looks whole that is not."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from linkedin_page import FORBIDDEN, NOW_MS, Site, error, good, post, share

from paloverde.platforms.conversation import Request
from platforms.talk import Heard

ALL = {share(number) for number in range(250)}


def many(count: int = 250) -> list[dict[str, Any]]:
    """Newest change first, as the site sorts them."""
    return [post(number, ago=number + 1) for number in range(count)]


def seen(heard: Heard) -> set[str]:
    return {record.native_id for found in heard.found if found.stream == "posts" for record in found.records}


def starts(heard: Heard) -> list[int]:
    asked = [one.query for one in heard.requests if one.path == "/posts" and "AUTHOR" not in one.query]
    return [int(query.partition("start=")[2].partition("&")[0]) for query in asked]


def on_the(page: int, act: Any) -> Any:
    """Acts once, before the answer to a page of the posts (the first is 1)."""
    asked = 0

    def before(request: Request, query: dict[str, Any]) -> None:
        nonlocal asked
        if request.path == "/posts" and "viewContext" not in query:
            asked += 1
            if asked == page:
                act()

    return before


def test_each_page_begins_within_the_one_before_it_and_the_top_is_looked_at_again() -> None:
    heard = Site(*many()).night()
    assert starts(heard) == [0, 99, 198, 0]
    assert seen(heard) == ALL
    assert heard.listing("posts").complete
    assert heard.listing("posts").got == 250


@pytest.mark.parametrize("deleted", [1, 3, 50, 99])
def test_a_deletion_between_two_pages_skips_nothing(deleted: int) -> None:
    site = Site(*many())
    site.before = on_the(2, lambda: site.lists["/posts"].__delitem__(slice(0, deleted)))
    heard = site.night()
    assert ALL - seen(heard) <= {share(number) for number in range(deleted)}
    assert len(seen(heard)) == 250
    assert heard.listing("posts").complete


def test_a_deletion_that_empties_the_last_page_skips_nothing() -> None:
    site = Site(*many(101))
    site.before = on_the(2, lambda: site.lists["/posts"].__delitem__(slice(0, 60)))
    heard = site.night()
    assert share(100) in seen(heard)
    assert heard.listing("posts").complete


def test_an_edit_that_moves_an_unread_post_to_the_top_skips_nothing() -> None:
    site = Site(*many())

    def edit() -> None:
        moved = site.lists["/posts"].pop(150)
        site.lists["/posts"].insert(0, {**moved, "lastModifiedAt": NOW_MS})

    site.before = on_the(2, edit)
    heard = site.night()
    assert seen(heard) == ALL
    assert heard.listing("posts").complete


def test_posts_that_appear_while_the_list_is_read_are_taken_too() -> None:
    site = Site(*many())
    site.before = on_the(3, lambda: site.lists["/posts"].insert(0, post(900)))
    assert seen(site.night()) == {*ALL, share(900)}


def test_a_page_shorter_than_asked_for_is_not_the_last_while_a_next_one_is_named() -> None:
    site = Site(*many(), largest=40)
    heard = site.night()
    assert seen(heard) == ALL
    assert heard.listing("posts").complete


def test_a_full_page_without_a_next_one_is_not_taken_for_the_last() -> None:
    site = Site(*many(100))
    heard = site.night()
    assert starts(heard)[:2] == [0, 99]
    assert heard.listing("posts").complete


def test_the_same_page_for_ever_is_a_circle_and_no_whole_list() -> None:
    first = {
        "paging": {"start": 0, "count": 100, "links": [{"rel": "next", "href": "/rest/posts?start=100"}]},
        "elements": many(100),
    }
    site = Site()
    site.answers["/posts"] = good(first)
    heard = site.night()
    assert not heard.listing("posts").complete
    assert "circle" in heard.listing("posts").reason
    assert "circle" in heard.causes("posts")[0]


def test_a_null_among_the_elements_is_counted_and_no_list_with_it_is_whole() -> None:
    site = Site(post(1), post(2))
    site.lists["/posts"].insert(1, None)
    heard = site.night()
    assert seen(heard) == {share(1), share(2)}
    assert not heard.listing("posts").complete
    (piece,) = [piece for found in heard.found if found.stream == "posts" for piece in found.unread]
    assert "null" in piece.reason


def test_elements_that_are_null_altogether_are_no_empty_list() -> None:
    site = Site()
    site.answers["/posts"] = good({"paging": {"start": 0, "count": 100}, "elements": None})
    assert not site.night().listing("posts").complete


def test_fewer_than_the_site_counts_is_a_gap() -> None:
    site = Site()
    paging = {"start": 0, "count": 100, "links": [], "total": 7}
    site.answers["/posts"] = good({"paging": paging, "elements": [post(1)]})
    heard = site.night()
    assert not heard.listing("posts").complete
    assert heard.causes("posts") == ["the site counts 7 and gave 1"]


def test_paging_that_cannot_be_read_proves_nothing() -> None:
    site = Site()
    site.answers["/posts"] = good({"paging": {"links": "none"}, "elements": []})
    assert not site.night().listing("posts").complete


def test_too_much_at_once_is_asked_for_in_halves() -> None:
    site = Site(*many(30))

    def answer(request: Request) -> Any:
        small = "count=100" not in request.query and "count=50" not in request.query
        return site(request) if small or request.path != "/posts" else error(413, "TOO_LARGE")

    class Halving(Site):
        def __call__(self, request: Request) -> Any:
            return answer(request)

    heard = Halving().night()
    assert len(seen(heard)) == 30
    assert heard.listing("posts").complete


def test_a_refused_list_is_a_gap_and_the_night_goes_on() -> None:
    site = Site(post(1))
    site.answers["/organizationalEntityNotifications"] = FORBIDDEN
    heard = site.night()
    assert "ACCESS_DENIED" in heard.causes("notifications")[0]
    assert heard.listing("posts").complete


def test_a_last_page_that_is_as_old_as_the_first_is_not_taken_twice() -> None:
    heard = Site(*many(150)).night()
    listed = [
        record.native_id for found in heard.found if found.stream == "posts" for record in found.records
    ]
    assert len(listed) == len(set(listed)) == 150


@pytest.mark.parametrize("seed", range(12))
def test_whatever_moves_while_it_is_read_a_whole_list_skips_nothing(seed: int) -> None:
    """What was there before, during and after must be seen."""
    chance = Random(seed)
    site = Site(*many(330), largest=chance.choice([40, 100]))
    before = {one["id"] for one in site.lists["/posts"]}

    def stir(request: Request, query: dict[str, Any]) -> None:
        listed = site.lists["/posts"]
        if request.path != "/posts" or "viewContext" in query:
            return
        for _ in range(chance.randrange(3)):
            match chance.randrange(3):
                case 0:
                    start = chance.randrange(len(listed) - 20)
                    del listed[start : start + chance.randrange(1, 15)]
                case 1:
                    listed.insert(0, listed.pop(chance.randrange(len(listed))))
                case 2:
                    listed.insert(0, post(1000 + len(listed) + chance.randrange(10**6)))

    site.before = stir
    heard = site.night()
    stayed = before & {one["id"] for one in site.lists["/posts"]}
    assert stayed <= seen(heard)
    assert heard.listing("posts").complete
