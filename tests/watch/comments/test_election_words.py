"""Words for and against are found alike, in the days of their election, and a person decides."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from moderated import MEASURE_B, comment, removed
from paloverde.errors import BadQuestion
from paloverde.records import Visibility
from paloverde.watch.book import Book
from paloverde.watch.check import Finding, Weight
from paloverde.watch.comments.acted import Share
from paloverde.watch.comments.electing import ELECTION_WORDS
from paloverde.watch.comments.fairness import ELECTION_SKEW, difference
from paloverde.watch.registers.moderation_cases import ELECTIONS, Election
from watching import NOON, THE_CITY, Then, book

BOOK = book(entries={"elections": [MEASURE_B]})


def found(text: str, a_book: Book = BOOK, **known: Any) -> list[Finding]:
    assert ELECTION_WORDS.of_item is not None
    return list(ELECTION_WORDS.of_item(comment(text, **known), a_book))


@pytest.mark.parametrize(
    ("text", "side"),
    [
        ("Vote YES on Measure B, for the parks!", "support"),
        ("Measure B is a tax. Vote no.", "oppose"),
        ("Vote yes or vote no on measure b, but vote.", "both sides"),
    ],
)
def test_both_sides_are_found_alike(text: str, side: str) -> None:
    (one,) = found(text)
    assert one.said.endswith(f"By its words alone it is of: {side}.")
    assert one.rule == "elections/measure-b#1"
    assert one.weight is Weight.ADVICE
    assert "A person decides, never a filter" in one.next
    assert all(text[span.start : span.end] == span.words for span in one.spans)


@pytest.mark.parametrize(
    "text",
    [
        "When is the hearing on Measure B?",
        "Vote yes!",
        "We vote no on leaf blowers.",
        "Measure Bravo, vote yes",
    ],
)
def test_a_name_or_a_side_alone_is_left_alone(text: str) -> None:
    assert found(text) == []


def test_an_election_without_words_of_sides_is_found_by_its_name() -> None:
    plain = replace(MEASURE_B, supporting=(), opposing=())
    (one,) = found("When is the hearing on Measure B?", book(entries={"elections": [plain]}))
    assert one.said.endswith("in the days of its election.")


def test_outside_its_days_in_the_city_nothing_is_found() -> None:
    text = "Vote yes on Measure B"
    last_evening = datetime(2026, 12, 1, 7, 30, tzinfo=UTC)  # 30 November, 23:30 in the City
    assert len(found(text, posted_at=last_evening)) == 1
    assert found(text, posted_at=last_evening + timedelta(hours=1)) == []
    assert found(text, posted_at=datetime(2026, 10, 31, 12, tzinfo=UTC)) == []


def test_the_city_s_own_words_and_what_is_hidden_are_not_looked_at() -> None:
    assert found("Vote yes on Measure B", poster=THE_CITY) == []
    assert found("Vote yes on Measure B", visibility=Visibility.HIDDEN) == []


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"supporting": "vote yes"}, "both sides or of neither"),
        ({"opposing": "vote no"}, "both sides or of neither"),
        ({"closes_on": "2026-10-01"}, "before the first"),
        ({"names": " "}, "Words that name it"),
    ],
)
def test_an_election_that_watches_one_side_is_refused(given: Mapping[str, str], told: str) -> None:
    asked = {
        "id": "b",
        "title": "B",
        "names": "Measure B",
        "opens_on": "2026-11-01",
        "closes_on": "2026-11-30",
    }
    entry = ELECTIONS.entered(asked)
    assert isinstance(entry, Election)
    with pytest.raises(BadQuestion, match=told):
        ELECTIONS.entered(asked | dict(given))


def test_the_report_counts_each_side_and_what_became_of_it() -> None:
    pro = [comment("Vote yes on Measure B", f"yes-{at}") for at in range(10)]
    con = [comment("Vote no on Measure B", f"no-{at}") for at in range(20)]
    now = Then(items=[*pro, *con], removals=[removed(one) for one in con[:15]])
    day = BOOK.day
    table = ELECTION_SKEW.make(now, BOOK, day, day)
    rows = {row[1]: row[2:5] for row in table.rows}
    assert rows["measure-b: support"] == ("10", "0", "0.0%")
    assert rows["measure-b: oppose"] == ("20", "15", "75.0%")
    assert rows["measure-b: both sides"] == ("0", "0", "")
    assert "comments in opposition were hidden or removed more often" in table.notes[0]


def test_an_election_whose_days_lie_elsewhere_is_not_in_the_report() -> None:
    day = BOOK.day + timedelta(days=30)
    assert ELECTION_SKEW.make(Then(NOON), BOOK, day, day).rows == ()


def test_chance_is_told_from_difference() -> None:
    """Newcombe's own example (1998, table II, method 10): 56 of 70 beside 48 of 80 is 0.0524 to 0.3339."""
    assert "between +5.2 and +33.4 points" in difference(Share(56, 70), Share(48, 80))
    assert difference(Share(1, 10), Share(2, 10)).startswith("chance alone can make this difference")
    assert "in opposition" in difference(Share(0, 100), Share(40, 100))
