"""A post stands with its comments, and a message is a document of its own."""

from __future__ import annotations

import random
from datetime import timedelta

from documents import NOON, hit

from paloverde.productions.families import family_of, in_families
from paloverde.search.hits import Hit


def at(minutes: int, **changes: object) -> Hit:
    return hit(posted_at=NOON + timedelta(minutes=minutes), **changes)


POST = at(5, kind="post", native_id="1800", thread_id=None, parent_id=None)


def test_a_post_goes_before_its_comments_which_go_by_time() -> None:
    late, early = at(30, native_id="1"), at(10, native_id="2")
    reply = at(20, native_id="3", parent_id="2", thread_id="1800")
    (family,) = in_families([late, reply, POST, early])
    assert [member.hit.native_id for member in family] == ["1800", "2", "3", "1"]
    assert [member.is_root for member in family] == [True, False, False, False]


def test_comments_without_their_post_are_a_family_without_root() -> None:
    (family,) = in_families([at(1, native_id="2"), at(2, native_id="3")])
    assert not any(member.is_root for member in family)


def test_families_go_by_their_first_time() -> None:
    other = at(0, kind="post", native_id="77", thread_id=None, parent_id=None)
    later = at(9, native_id="78", thread_id="77", parent_id="77")
    found = [[one.hit.native_id for one in family] for family in in_families([POST, later, other])]
    assert found == [["77", "78"], ["1800"]]


def test_each_private_message_is_a_family_of_its_own() -> None:
    messages = [at(one, kind="message", native_id=str(one), thread_id="t") for one in range(3)]
    assert [len(family) for family in in_families(messages)] == [1, 1, 1]


def test_versions_of_an_item_stand_beside_each_other() -> None:
    before = at(10, native_id="2", version_sha256="a")
    after = at(10, native_id="2", version_sha256="b", observed_at=NOON + timedelta(days=2))
    (family,) = in_families([after, at(10, native_id="1"), before])
    assert [member.hit.version_sha256 for member in family][-2:] == ["a", "b"]


def test_the_order_is_always_the_same() -> None:
    hits = [POST, *(at(one % 3, native_id=str(one)) for one in range(20))]
    mixed = hits[:]
    random.Random(5).shuffle(mixed)
    assert list(in_families(hits)) == list(in_families(mixed))


def test_equal_ids_in_two_accounts_are_two_families() -> None:
    assert family_of(POST) != family_of(at(5, kind="post", native_id="1800", account="facebook-parks"))
