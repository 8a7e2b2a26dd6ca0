"""A night that brings implausibly little is said to be so; chance and small numbers never are."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from paloverde.capture.plausibility import FEWEST_ITEMS, FEWEST_NIGHTS, too_small
from paloverde.records import Kind
from plazacity import City

POSTS = ("posts", Kind.POST)
FIRST = date(2026, 11, 10)


def judged(got: int, before: list[int], known: int) -> list[str]:
    return [gap.cause for gap in too_small({POSTS: got}, [{POSTS: n} for n in before], {"posts": known})]


def test_an_empty_answer_is_implausible() -> None:
    (cause,) = judged(0, [220, 218, 219], 221)
    assert "0 were listed where 219 are usual and 221 are known" in cause


def test_a_busy_week_that_leaves_the_window_is_not() -> None:
    assert judged(20, [220] * 7, 20) == []


def test_followers_who_left_long_ago_do_not_count_as_usual() -> None:
    assert judged(500, [505, 503, 510], 4000) == []


@given(
    st.integers(0, 10**6), st.lists(st.integers(0, 10**6), max_size=FEWEST_NIGHTS - 1), st.integers(0, 10**6)
)
def test_before_anything_is_usual_nothing_is_implausible(got: int, before: list[int], known: int) -> None:
    assert judged(got, before, known) == []


@given(st.lists(st.integers(0, FEWEST_ITEMS - 1), min_size=3, max_size=9), st.integers(0, 10**6))
def test_small_numbers_are_never_implausible(before: list[int], known: int) -> None:
    assert judged(0, before, known) == []
    assert judged(0, [10**6] * 7, min(known, FEWEST_ITEMS - 1)) == []


@given(st.integers(0, 10**5), st.lists(st.integers(0, 10**5), min_size=3, max_size=9), st.integers(0, 10**5))
def test_half_of_what_is_known_or_usual_is_always_plausible(got: int, before: list[int], known: int) -> None:
    if judged(got, before, known):
        assert got * 2 < known
        assert got * 2 < max(before)


@given(st.data())
def test_a_window_that_moves_on_is_plausible_however_bursts_fell(data: st.DataObject) -> None:
    """Posts per day as they come; each night lists those of the last 45 days, and all that were are there."""
    posted = data.draw(st.lists(st.integers(0, 300), min_size=60, max_size=80))
    nights = [sum(posted[max(0, day - 45) : day + 1]) for day in range(len(posted))]
    known = nights[-1]
    assert judged(nights[-1], nights[-2::-1], known) == []


def test_an_empty_page_under_a_good_sign_is_degraded_and_says_so(city: City) -> None:
    for n in range(5, 30):
        city.site.post(f"p{n}", f"Post {n}")
    for n in range(3):
        assert city.night(FIRST + timedelta(days=n))[0].outcome == "sealed"
    city.site.broken["/posts"] = (200, b'{"items": [], "total": 0}')
    day = FIRST + timedelta(days=3)
    for _ in range(2):  # the second time an equal night is sealed already, and it is no better for that
        report, trouble = city.night(day)
        assert (report.outcome, trouble) == ("degraded", None)
        assert "LOOK AT THIS: posts: an implausibly small night: 0 were listed where 29" in report.sentence()
    (gap,) = city.gaps()
    assert (gap.stream, gap.filled_by) == ("posts", None)
    city.site.broken.clear()
    report, _ = city.night(day)
    assert (report.outcome, city.gaps()) == ("sealed", [])


def test_the_candidates_of_such_a_night_are_still_asked_about(city: City) -> None:
    """So that a page which really lost most of its posts does not stay degraded for ever."""
    for n in range(5, 30):
        city.site.post(f"p{n}", f"Post {n}")
    for n in range(3):
        city.night(FIRST + timedelta(days=n))
    for n in range(5, 30):
        del city.site.posts[f"p{n}"]
    day = FIRST + timedelta(days=3)
    report, _ = city.night(day)
    assert (report.outcome, report.candidates) == ("degraded", 25)
    assert len(city.check(day, allowed=25).removed) == 25
    assert city.night(day + timedelta(days=1))[0].outcome == "sealed"
