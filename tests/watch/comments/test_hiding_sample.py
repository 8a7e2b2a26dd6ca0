"""Hidden comments are drawn by lot for a person to judge, and words that hit what people may say are told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from moderated import cited, comment, listing, papers, removed, words
from paloverde.records import Visibility
from paloverde.watch.comments.samples import HIDING_SAMPLE, OVER_BLOCKING
from paloverde.watch.findings import Verdict
from paloverde.watch.now import Judged
from paloverde.watch.report import Table
from paloverde.watch.seen import Seen
from watching import CITY, CITY_ON_X, NOON, Then

BOOK = listing(words("c", hides_at=("facebook-palmaria",)))
FIRST, LAST = date(2026, 11, 1), date(2026, 11, 30)
RULE = "word-lists/list-c#1"


def hidden(number: int, text: str = "frack", at: datetime = NOON) -> Seen:
    return comment(text, f"{number:03}", visibility=Visibility.HIDDEN, observed_at=at)


def drawn(items: Sequence[Seen], since: date = FIRST, until: date = LAST) -> list[tuple[str, str]]:
    facts = [removed(one, one.observed_at) for one in items]
    now = Then(items=items, removals=facts, accounts=(CITY, CITY_ON_X))
    return [(row[0], row[1]) for row in HIDING_SAMPLE.make(now, BOOK, since, until).rows]


def test_twenty_of_a_month_are_drawn_and_always_the_same() -> None:
    items = [hidden(number) for number in range(200)]
    first = drawn(items)
    assert len({item for _, item in first}) == 20
    assert drawn([*reversed(items)]) == first
    assert drawn(items, date(2026, 11, 20), date(2026, 11, 20)) == first


def test_the_lot_favours_none() -> None:
    """Of 200 comments, one in ten: the first hundred and the last get about ten each."""
    of_the_first = sum(
        item < "facebook-palmaria/comment/100" for _, item in drawn([hidden(n) for n in range(200)])
    )
    assert 4 <= of_the_first <= 16


def test_each_month_has_its_own_and_few_are_all_drawn() -> None:
    october = datetime(2026, 10, 15, 20, tzinfo=UTC)
    items = [hidden(1), hidden(2), hidden(3, at=october)]
    assert {month for month, _ in drawn(items)} == {"2026-11"}
    both = drawn(items, date(2026, 10, 31))
    assert [month for month, _ in both] == ["2026-10", "2026-11", "2026-11"]


def test_it_says_what_explains_each() -> None:
    by_list, by_person, by_nothing = hidden(1), hidden(2, "Buy gutters"), hidden(3, "Nice park")
    facts = [removed(one) for one in (by_list, by_person, by_nothing)]
    now = Then(items=[by_list, by_person, by_nothing], removals=facts, papers=papers(facts[1:2], cited("f")))
    told = {row[1]: row[3:] for row in HIDING_SAMPLE.make(now, BOOK, FIRST, LAST).rows}
    assert told == {
        by_list.item: ("frack", RULE),
        by_person.item: ("Buy gutters", "V.B.4(f)"),
        by_nothing.item: ("Nice park", "nothing on record"),
    }


def over_blocking(items: Sequence[Seen], *judged: Judged) -> Table:
    return OVER_BLOCKING.make(Then(items=items, judged={"listed-words": judged}), BOOK, FIRST, LAST)


def judged(one: Seen, verdict: Verdict, at: datetime = NOON, rule: str = RULE) -> Judged:
    return Judged(one.item, one.version_sha256, rule, verdict.value, at)


def test_words_that_hit_what_people_may_say_come_first() -> None:
    items = [comment("frack", str(at)) for at in range(4)] + [
        comment("blast it", str(at)) for at in range(4, 8)
    ]
    verdicts = [Verdict.ACTED, Verdict.RIGHT, Verdict.RIGHT, Verdict.WRONG] + [Verdict.WRONG] * 4
    table = over_blocking(items, *map(judged, items, verdicts))
    assert [row[:5] for row in table.rows] == [
        (RULE, "blast it", "4", "4", "100.0%"),
        (RULE, "frack", "4", "1", "25.0%"),
    ]


def test_a_comment_with_two_words_counts_for_each_and_one_twice_counts_once() -> None:
    one = comment("frack, blast it, FRACK", "1")
    assert {row[1]: row[2] for row in over_blocking([one], judged(one, Verdict.WRONG)).rows} == {
        "frack": "1",
        "blast it": "1",
    }


def test_what_was_edited_since_counts_under_its_list_alone() -> None:
    one = comment("frack", "1")
    edited = comment("blast it", "1", observed_at=NOON + timedelta(hours=1))
    (row,) = over_blocking([one, edited], judged(one, Verdict.WRONG)).rows
    assert row[1] == "(edited or gone since)"
    (gone,) = over_blocking([], judged(one, Verdict.WRONG)).rows
    assert gone[1] == "(edited or gone since)"


def test_secrets_have_a_row_of_their_own_and_other_days_none() -> None:
    one = comment("123", "1")
    (row,) = over_blocking([one], judged(one, Verdict.WRONG, rule="detectors/secrets#1")).rows
    assert row[:2] == ("detectors/secrets#1", "(a number or password)")
    assert over_blocking([one], judged(one, Verdict.WRONG, NOON + timedelta(days=40))).rows == ()
