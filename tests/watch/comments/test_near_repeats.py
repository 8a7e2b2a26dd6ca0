"""Nearly the same text again and again is pointed out where it may be advertising (V.B.4(f), P-35)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from moderated import comment, removed
from paloverde.records import Poster, Visibility
from paloverde.watch.check import Finding
from paloverde.watch.comments.near_repeats import NEAR_REPEATS
from paloverde.watch.comments.repeats import EXACT_REPEATS
from paloverde.watch.seen import Seen
from watching import DAN, NOON, Then, book

AD = "Best gutter {} in the valley, cheap and fast and clean, write to ads@gutters.example for a price today!"
CHANGED = ("cleaning", "repair", "service", "work")
PETITION = "Please keep the {} library open on Sundays, our children need it and so do we."


def found(items: Sequence[Seen], check: Any = NEAR_REPEATS, **known: Any) -> list[Finding]:
    return list(check.of_now(Then(items=items, **known), book()))


def by_one(text: str = AD, posts: int = 3, **known: Any) -> list[Seen]:
    told = {"poster": DAN} | known
    return [comment(text.format(CHANGED[at]), str(at), thread_id=f"post-{at}", **told) for at in range(posts)]


def by_several(text: str = AD, posters: int = 3) -> list[Seen]:
    people = [Poster(name=f"Somebody {at}", id=f"80{at}") for at in range(posters)]
    return [comment(text.format(CHANGED[at]), str(at), poster=who) for at, who in enumerate(people)]


def test_a_text_that_is_changed_by_a_word_each_time_is_found_once() -> None:
    items = by_one()
    assert found(items, EXACT_REPEATS) == []
    (one,) = found(items)
    assert one.said.startswith(
        "One poster wrote nearly the same text under 3 posts within 7 days, with words changed:"
    )
    assert one.links == tuple(item.item for item in items)
    assert "no filter acts on what is not an exact repeat" in one.next


def test_several_posters_with_a_number_to_call_are_found_and_a_petition_is_not() -> None:
    (one,) = found(by_several())
    assert one.said.startswith("3 posters wrote nearly the same text with a link or a number to call")
    assert found(by_several(PETITION)) == []


def test_the_very_same_text_is_left_to_the_check_of_exact_repeats() -> None:
    same = [comment(AD.format("cleaning"), str(at), thread_id=f"post-{at}", poster=DAN) for at in range(3)]
    assert len(found(same, EXACT_REPEATS)) == 1
    assert found(same) == []


def test_two_posts_other_words_and_short_texts_are_none() -> None:
    assert found(by_one(posts=2)) == []
    others = [
        comment(
            "The pool was lovely today and the lifeguards were kind to all of us.",
            "1",
            thread_id="a",
            poster=DAN,
        ),
        comment(
            "When does the library open on Sundays, and is there parking nearby?",
            "2",
            thread_id="b",
            poster=DAN,
        ),
        comment(
            "I would like to see more shade trees planted along the new bike path.",
            "3",
            thread_id="c",
            poster=DAN,
        ),
    ]
    assert found(others) == []
    assert found(by_one("Thanks for the {}!")) == []


def test_what_is_hidden_gone_or_long_ago_does_not_count() -> None:
    items = by_one()
    assert found([*items[:2], *by_one(visibility=Visibility.HIDDEN)[2:]]) == []
    assert found(items, removals=[removed(items[0], NOON + timedelta(hours=1))]) == []
    assert found([*items[:2], *by_one(observed_at=NOON - timedelta(days=9))[2:]]) == []
