"""The same text again and again is pointed out where it may be advertising, and not where many agree."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from moderated import comment, removed
from paloverde.records import Poster, Visibility
from paloverde.watch.check import Finding
from paloverde.watch.comments.repeats import EXACT_REPEATS, same_text
from paloverde.watch.seen import Seen
from watching import CITY_ON_X, DAN, NOON, RUTH, THE_CITY, Then, book

AD = "Best gutter cleaning in the valley, cheap and fast, write to ads@gutters.example today!"
PETITION = "Please keep the library open on Sundays, our children need it."


def found(items: Sequence[Seen], **known: Any) -> list[Finding]:
    assert EXACT_REPEATS.of_now is not None
    return list(EXACT_REPEATS.of_now(Then(items=items, **known), book()))


def under(text: str, posts: int = 3, **known: Any) -> list[Seen]:
    """The same text of one poster under several posts."""
    return [comment(text, str(at), thread_id=f"post-{at}", **known) for at in range(posts)]


def by_several(text: str, posters: int = 3) -> list[Seen]:
    return [
        comment(text, str(at), poster=Poster(name=f"Somebody {at}", id=f"80{at}")) for at in range(posters)
    ]


def test_one_poster_under_three_posts_is_found_once() -> None:
    (one,) = found(under(PETITION, 3))
    assert one.said.startswith(
        "One poster wrote the same text under 3 posts within 7 days: 3 comments in all."
    )
    assert one.about == one.account == "facebook-palmaria"
    assert one.links == tuple(f"facebook-palmaria/comment/{at}" for at in range(3))
    assert "A petition, thanks or a complaint that is repeated breaks no guideline" in one.next


def test_it_is_the_same_text_whatever_its_capitals_marks_and_names() -> None:
    items = [
        comment("Please keep the library open on Sundays our children need it", "1", thread_id="a"),
        comment("PLEASE keep the library open on Sundays!! Our children need it @mayor", "2", thread_id="b"),
        comment("Pleáse keep the library open on Sundays; our children need it.", "3", thread_id="c"),
    ]
    assert len({same_text(one.text) for one in items}) == 1
    assert len(found(items)) == 1


def test_two_posts_or_a_short_text_are_no_repeat() -> None:
    assert found(under(PETITION, 2)) == []
    assert found(under("Thank you so much!", 9)) == []
    assert found([comment(PETITION, str(at), thread_id="one-post") for at in range(9)]) == []


def test_a_petition_of_many_is_none_and_an_advertisement_of_many_is_one() -> None:
    assert found(by_several(PETITION, 30)) == []
    (one,) = found(by_several(AD, 3))
    assert "3 posters wrote the same text with a link or a number to call" in one.said
    assert found(by_several(AD, 2)) == []


@pytest.mark.parametrize(
    ("text", "is_found"),
    [
        ("The link to the sweeping schedule does not open: https://www.palmaria.example/sweeping", False),
        ("I wrote to clerk@palmaria.example last month and nobody answered me.", False),
        ("Come to gutters.example/palm-desert for the best gutters in town!", True),
        ("The best gutters in town, call 760-555-0100 for a price today!", True),
        ("The best gutters in town since 1998, 24 hours a day, 7 days a week!", False),
    ],
)
def test_the_city_s_own_website_is_no_advertising(text: str, *, is_found: bool) -> None:
    assert bool(found(by_several(text))) is is_found


def test_what_is_hidden_gone_or_edited_by_now_does_not_count() -> None:
    items = under(PETITION, 3)
    later = NOON + timedelta(hours=1)
    hidden = comment(PETITION, "2", thread_id="post-2", visibility=Visibility.HIDDEN, observed_at=later)
    assert found([*items, hidden]) == []
    assert found(items, removals=[removed(items[0], confirmed_by="a direct look-up")]) == []


def test_only_what_the_public_says_of_late_on_one_account_counts() -> None:
    assert found(under(PETITION, 5, poster=THE_CITY)) == []
    assert found(under(PETITION, 5, observed_at=NOON - timedelta(days=9))) == []
    elsewhere = comment(PETITION, "9", account=CITY_ON_X, thread_id="post-9")
    assert found([*under(PETITION, 2), elsewhere]) == []


def test_who_is_not_named_is_nobody_s_repeat() -> None:
    assert found(under(AD, 5, poster=Poster())) == []


def test_it_keeps_its_name_while_the_days_go_on() -> None:
    """An answer to it stays one: the name does not turn on which comments lie within the days."""
    first, later = under(PETITION, 3), under(PETITION, 4)
    assert {one.id for one in found(first)} == {one.id for one in found(later[1:])}
    theirs = [
        *under(PETITION, 3, poster=DAN),
        *(comment(PETITION, f"r{n}", thread_id=f"p{n}", poster=RUTH) for n in range(3)),
    ]
    assert len({one.id for one in found(theirs)}) == 2
