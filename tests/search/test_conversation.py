"""Any hit shows what was said around it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert

from archives import ACCOUNT, NIGHT, Row, make_archive, record, removed
from paloverde.archive.reader import Archive
from paloverde.errors import BadQuestion
from paloverde.search.answer import search
from paloverde.search.conversation import TALK, Conversation, conversations
from paloverde.state.tables import ITEMS

MARCH = datetime(2026, 3, 1, tzinfo=UTC)
LATER = NIGHT + timedelta(days=3)


def said(native_id: str, text: str, hours: int, **more: object) -> Row:
    return record(native_id, text, posted_at=MARCH + timedelta(hours=hours), **more)


def comment(native_id: str, text: str, hours: int, **more: object) -> Row:
    return said(native_id, text, hours, **{"thread_id": "post", "parent_id": "post"} | more)


HIDDEN = comment("c3", "That is a lie", 4, visibility="hidden")
ROWS = [
    said("post", "The pool opens in May", 1, kind="post"),
    comment("c1", "Which pool?", 2),
    comment("c2", "The one at the park", 3, parent_id="c1"),
    comment("c2", "The one at the big park", 3, parent_id="c1", observed_at=LATER),
    HIDDEN,
    said("other", "The library opens in May", 2, kind="post"),
    said("o1", "Which library?", 3, thread_id="other", parent_id="other"),
    said("elsewhere", "Which pool indeed", 3, account="x-springfield", platform="x", thread_id="post"),
    said("like", "like", 3, kind="reaction", thread_id="post"),
    said("k", "", 0, kind="conversation", visibility="private"),
    said("m1", "My address is", 1, kind="message", visibility="private", thread_id="k", parent_id="k"),
    said("m2", "Thank you", 2, kind="message", visibility="private", thread_id="k", parent_id="k"),
    said("a", "first of a chain", 5),
    said("b", "second of a chain", 6, parent_id="a"),
    said("d", "third of a chain", 7, parent_id="b"),
]


@pytest.fixture
def city(tmp_path: Path) -> Archive:
    return make_archive(tmp_path, ROWS, removed=[removed(HIDDEN)])


def around(city: Archive, question: str, *, include_private: bool = False) -> list[Conversation]:
    hits = search(city, question, include_private=include_private).hits
    return conversations(city, hits, include_private=include_private)


def test_a_reply_stands_among_all_versions_of_its_thread_in_order_of_time(city: Archive) -> None:
    (conversation,) = around(city, "lie")
    assert [(one.native_id, one.text) for one in conversation.said] == [
        ("post", "The pool opens in May"),
        ("c1", "Which pool?"),
        ("c2", "The one at the park"),
        ("c2", "The one at the big park"),
        ("c3", "That is a lie"),
    ]
    assert [conversation.is_the_hit(one) for one in conversation.said] == [False, False, False, False, True]
    assert conversation.said[-1].removed is not None


def test_each_version_that_is_a_hit_is_marked_alone(city: Archive) -> None:
    conversation = around(city, '"big park"')[0]
    marked = [one.text for one in conversation.said if conversation.is_the_hit(one)]
    assert marked == ["The one at the big park"]


def test_the_post_itself_shows_its_replies(city: Archive) -> None:
    (conversation,) = around(city, "pool kind:post")
    assert [one.native_id for one in conversation.said] == ["post", "c1", "c2", "c2", "c3"]


def test_who_reacted_is_among_it_only_where_that_is_asked_for(city: Archive) -> None:
    hits = search(city, "lie").hits
    (talk,) = conversations(city, hits)
    (all_of_it,) = conversations(city, hits, kinds=(*TALK, "reaction"))
    assert {one.native_id for one in all_of_it.said} - {one.native_id for one in talk.said} == {"like"}


def test_several_hits_keep_their_order_and_their_threads_apart(city: Archive) -> None:
    found = around(city, "opens")
    assert [one.hit.native_id for one in found] == ["post", "other"]
    assert [len(one.said) for one in found] == [5, 2]


def test_replies_that_name_only_what_they_answer_are_followed_both_ways(city: Archive) -> None:
    (conversation,) = around(city, "second")
    assert [one.native_id for one in conversation.said] == ["a", "b", "d"]
    assert conversation.is_whole


def test_a_chain_that_is_too_long_says_so(tmp_path: Path) -> None:
    chain = [said(str(n), f"word{n}", n, parent_id=str(n - 1) if n else None) for n in range(40)]
    (conversation,) = around(make_archive(tmp_path, chain), "word0")
    assert not conversation.is_whole
    assert 20 < len(conversation.said) < 40


def test_private_conversations_are_shown_only_when_the_caller_says_so(city: Archive) -> None:
    (conversation,) = around(city, "thank", include_private=True)
    assert [one.native_id for one in conversation.said] == ["k", "m1", "m2"]
    hits = search(city, "thank", include_private=True).hits
    assert conversations(city, hits)[0].said == []


def test_an_account_shows_nothing_of_another(city: Archive) -> None:
    (conversation,) = around(city, "indeed")
    assert [one.native_id for one in conversation.said] == ["elsewhere"]


def test_the_nearest_to_the_hit_are_shown_and_the_others_counted(city: Archive) -> None:
    (conversation,) = around(city, '"at the park"')
    before, shown, after = conversation.around(2)
    assert (before, [one.native_id for one in shown], after) == (1, ["c1", "c2"], 2)
    assert conversation.around(20) == (0, conversation.said, 0)


def test_an_earlier_look_is_repeated_exactly(city: Archive) -> None:
    hits = search(city, "lie", through=1).hits
    assert [one.text for one in conversations(city, hits, through=1)[0].said] == [
        "The pool opens in May", "Which pool?", "The one at the park", "That is a lie",
    ]  # fmt: skip


def test_too_many_at_once_are_refused(city: Archive) -> None:
    (hit,) = search(city, "lie").hits
    with pytest.raises(BadQuestion, match="1,000 at a time"):
        conversations(city, [hit] * 1_001)


def test_objects_that_are_older_than_the_thread_are_not_read(tmp_path: Path) -> None:
    old = [
        record(
            f"o{n}",
            "pool",
            posted_at=MARCH - timedelta(days=30 * n),
            observed_at=NIGHT - timedelta(days=30 * n),
        )
        for n in range(1, 6)
    ]
    city = make_archive(tmp_path, [*ROWS, *old])
    assert around(city, "lie")[0].parts == 7  # when the thread began is not known: all
    register(city, "post", MARCH + timedelta(hours=1))
    conversation = around(city, "lie")[0]
    assert (conversation.parts, len(conversation.said)) == (2, 5)
    assert conversation.records == len([row for row in ROWS if row["account"] == ACCOUNT])


def register(city: Archive, native_id: str, posted_at: datetime) -> None:
    row = {
        "account": ACCOUNT, "kind": "post", "native_id": native_id, "stream": "posts", "within": "",
        "version_sha256": "a" * 64, "record_sequence": 1, "posted_at": posted_at, "state": "present",
        "first_seen": NIGHT, "last_seen": NIGHT, "looked_at": NIGHT,
    }  # fmt: skip
    with city.books.begin() as connection:
        connection.execute(insert(ITEMS).values(row))
