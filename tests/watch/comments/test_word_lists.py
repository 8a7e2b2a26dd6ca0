"""A list of words counts in the version that two people approved, counsel among them, and in no other."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from moderated import EARLIER, approved, filed, listing, words
from paloverde.errors import BadQuestion
from paloverde.retention.guidelines import GUIDELINES
from paloverde.watch.book import Book
from paloverde.watch.register import Entered
from paloverde.watch.registers.moderation import (
    APPROVALS,
    MAY_HIDE,
    WORD_LISTS,
    Letter,
    ListApproval,
    Office,
    WordList,
    lists_between,
    lists_in_force,
    periods,
    version_at,
)
from watching import NOON, book

DAY = date(2026, 11, 20)
HOUR = timedelta(hours=1)


def of(versions: list[Entered[WordList]], approvals: list[Entered[ListApproval]]) -> Book:
    return book(DAY, {"word-lists": versions, "word-list-approvals": approvals})


def rules(a_book: Book, day: date = DAY) -> list[str]:
    return [one.rule for one in lists_in_force(a_book, day)]


def entered(**given: str) -> WordList:
    return WORD_LISTS.entered({"id": "insults", "guideline": "c", "terms": "frack", **given})


def test_a_list_that_two_people_approved_counts() -> None:
    assert rules(listing(words("c"))) == ["word-lists/list-c#1"]


def test_nobody_s_list_counts_by_being_filed() -> None:
    version = filed(words("c"))
    assert rules(of([version], [])) == []


@pytest.mark.parametrize(
    ("people", "why"),
    [
        (("cora",), "one person is not two"),
        (("cora", "cora"), "nobody approves twice"),
        (("cora", "pat"), "Pat filed it"),
        (("cora", "command line (root)"), "nobody signed in"),
        (
            ("Cora Diaz, counsel, desk (cora)", "Cora  DIAZ, counsel, Airflow (cora2)"),
            "one name is one person",
        ),
        (("Cora Diaz, counsel, desk (cora)", "C. Diaz, counsel, desk (cora)"), "one username is one person"),
    ],
)
def test_too_few_approve(people: tuple[str, ...], why: str) -> None:
    version = filed(words("c"), by="pat")
    assert rules(of([version], approved(version, by=people))) == [], why


def test_two_people_at_the_desk_are_told_apart_by_name_and_username() -> None:
    version = filed(words("c"), by="Pat Lee, public_affairs, desk (pat)")
    people = ("Cora Diaz, counsel, desk (cora)", "Cleo Park, clerk, desk (cleo)")
    assert rules(of([version], approved(version, by=people))) == ["word-lists/list-c#1"]
    by_its_filer = (people[0], "Patricia Lee, clerk, desk (pat)")
    assert rules(of([version], approved(version, by=by_its_filer))) == []


def test_without_counsel_it_does_not_count() -> None:
    version = filed(words("c"))
    both = [
        Entered(str(number), ListApproval("list-c", 1, Office.CLERK), 1, EARLIER, who)
        for number, who in enumerate(("cleo", "max"))
    ]
    assert rules(of([version], both)) == []


def test_only_counsel_approves_for_counsel() -> None:
    given = {"list": "list-c", "version": "1", "office": "counsel"}
    APPROVALS.refuse_reserved(given, "counsel")
    APPROVALS.refuse_reserved(given | {"office": "the City Clerk"}, "clerk")
    for role in ("clerk", "public_affairs", ""):
        with pytest.raises(BadQuestion, match="only counsel may state “counsel” under “You approve for”"):
            APPROVALS.refuse_reserved(given, role)


def test_an_approval_from_before_the_version_is_none_of_it() -> None:
    version = filed(words("c"), EARLIER)
    assert rules(of([version], approved(version, EARLIER - HOUR))) == []


def test_a_change_counts_only_once_it_is_approved_and_the_one_before_counts_until_then() -> None:
    first, second = filed(words("c")), filed(words("c", "smeg"), NOON - 48 * HOUR, number=2)
    before, after = approved(first), approved(second, NOON - 24 * HOUR)
    assert rules(of([first, second], before)) == ["word-lists/list-c#1"]
    assert rules(of([first, second], before + after)) == ["word-lists/list-c#2"]
    found = periods(of([first, second], before + after))
    assert [(one.version, one.begins, one.ends) for one in found] == [
        (1, EARLIER, NOON - 24 * HOUR),
        (2, NOON - 24 * HOUR, None),
    ]


def test_which_version_counted_at_a_moment_has_one_answer() -> None:
    first, second = filed(words("c")), filed(words("c", "smeg"), NOON - 48 * HOUR, number=2)
    approvals = approved(first) + approved(second, NOON - 24 * HOUR)

    def number(moment: datetime) -> int:
        found = version_at([first, second], approvals, moment)
        return found.number if found else 0

    assert number(EARLIER - HOUR) == 0
    assert number(EARLIER) == number(NOON - 25 * HOUR) == 1
    assert number(NOON - 24 * HOUR) == number(NOON) == 2
    two = lists_between(of([first, second], approvals), NOON - 30 * HOUR, NOON)
    assert [one.version for one in two] == [1, 2]


def test_a_list_that_was_withdrawn_counts_no_more_and_stays_what_hid_then() -> None:
    first = filed(words("c"))
    gone = filed(words("c"), NOON - HOUR, number=2, withdrawn="It hit ordinary words.")
    a_book = of([first, gone], approved(first))
    assert rules(a_book) == []
    assert [one.version for one in lists_between(a_book, EARLIER, NOON)] == [1]
    again = filed(words("c"), NOON, number=3)
    assert rules(of([first, gone, again], approved(first))) == []


def test_an_approval_that_is_taken_back_ends_it() -> None:
    version = filed(words("c"))
    approvals = approved(version)
    back = approvals[0]._replace(number=2, at=NOON - HOUR, withdrawn="It hits the name of a street.")
    found = periods(of([version], [*approvals, back]))
    assert [(one.begins, one.ends) for one in found] == [(EARLIER, NOON - HOUR)]


def test_its_days_count_in_the_city_and_the_last_is_included() -> None:
    a_book = listing(words("c", since=date(2026, 11, 10), until=date(2026, 11, 12)))
    pacific = ZoneInfo("America/Los_Angeles")
    (found,) = periods(a_book)
    assert found.begins == datetime(2026, 11, 10, tzinfo=pacific)
    assert found.ends == datetime(2026, 11, 13, tzinfo=pacific)
    assert rules(a_book, date(2026, 11, 9)) == []
    assert rules(a_book, date(2026, 11, 10)) == rules(a_book, date(2026, 11, 12)) != []
    assert rules(a_book, date(2026, 11, 13)) == []


def test_a_version_for_later_leaves_the_one_before_in_force() -> None:
    first = filed(words("c"))
    second = filed(words("c", "smeg", since=date(2026, 12, 1)), number=2)
    a_book = of([first, second], approved(first) + approved(second))
    assert rules(a_book) == ["word-lists/list-c#1"]
    assert rules(a_book, date(2026, 12, 1)) == ["word-lists/list-c#2"]


def test_the_letters_are_the_policy_s() -> None:
    assert {letter.value for letter in Letter} == GUIDELINES.keys()
    assert {"c", "e", "h", "k"} == MAY_HIDE


@pytest.mark.parametrize("letter", ["d", "g", "i", "j", "f"])
def test_no_list_hides_where_a_person_must_decide(letter: str) -> None:
    assert entered(guideline=letter).hides_at == ()
    with pytest.raises(BadQuestion, match=rf"no list may hide by itself under V\.B\.4\({letter}\)"):
        entered(guideline=letter, hides_at="facebook-palmaria")


@pytest.mark.parametrize("letter", ["c", "e", "h", "k"])
def test_a_list_may_hide_where_the_ladder_allows(letter: str) -> None:
    assert entered(guideline=letter, hides_at="facebook-palmaria").hides_at == ("facebook-palmaria",)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"guideline": "a"}, "PETA v. Tabak"),
        ({"guideline": "b"}, "Elections"),
        ({"terms": ""}, "at least one word"),
        ({"terms": "x"}, "too short"),
        ({"domains": "https://casino.example/x"}, "without https"),
        ({"since": "2026-11-20", "until": "2026-11-19"}, "before the first"),
    ],
)
def test_a_list_that_cannot_be_is_refused(given: Mapping[str, str], told: str) -> None:
    with pytest.raises(BadQuestion, match=told):
        entered(**given)
