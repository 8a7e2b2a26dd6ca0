"""What changed in lists of words, filters and blocks: by day, by whom, and explained by what (P-50)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from moderated import approved, filed, words
from paloverde.records import Kind, Visibility
from paloverde.watch.book import Book
from paloverde.watch.check import Finding
from paloverde.watch.comments.list_changes import LIST_CHANGES, UNEXPLAINED_LIST_CHANGE
from paloverde.watch.register import Entered
from paloverde.watch.registers.block_cases import BlockCase
from paloverde.watch.registers.moderation import WordList
from paloverde.watch.registers.site_filters import SiteFilter
from watching import CITY, DAN, NOON, Then, book, seen

DAY = timedelta(days=1)
HIDING = words("c", hides_at=(CITY.slug,))
SINCE, UNTIL = date(2026, 10, 1), date(2026, 11, 30)
PAT = "Pat Lowe, public_affairs, desk (pat)"


def stated(*there: str, at: datetime = NOON, why: str = "", number: int = 1) -> Entered[SiteFilter]:
    return Entered(CITY.slug, SiteFilter(CITY.slug, at.date(), there, why=why), number, at, PAT)


def registers(
    *versions: Entered[WordList],
    filters: Sequence[Entered[SiteFilter]] = (),
    is_approved: bool = True,
    **more: Any,
) -> Book:
    approvals = [one for version in versions for one in approved(version)] if is_approved else []
    told = {"word-lists": versions, "word-list-approvals": approvals, "site-filters": filters}
    return book(entries=told | {name.replace("_", "-"): of for name, of in more.items()})


def blocked(native_id: str = "7002", at: datetime = NOON - 3 * DAY) -> Any:
    return seen(
        "", kind=Kind.BLOCKED, native_id=native_id, poster=DAN, visibility=Visibility.PRIVATE, observed_at=at
    )


def case(**known: Any) -> BlockCase:
    told: dict[str, Any] = {
        "account": CITY.slug, "user": "7002", "removals": (), "comments": 9, "days": 9, "staff_time": "x", "tried": "x",
        "viewpoint": "x", "review_on": date(2027, 1, 1), "appeal": "x", "blocked_on": date(2026, 11, 17),
    }  # fmt: skip
    return BlockCase(**(told | known))


def rows(a_book: Book, now: Then | None = None) -> list[tuple[str, ...]]:
    return list(LIST_CHANGES.make(now or Then(), a_book, SINCE, UNTIL).rows)


def found(a_book: Book, now: Then | None = None) -> list[Finding]:
    assert UNEXPLAINED_LIST_CHANGE.of_now is not None
    return list(UNEXPLAINED_LIST_CHANGE.of_now(now or Then(), a_book))


def test_the_report_says_of_each_day_who_added_and_took_away_what() -> None:
    first = filed(words("c", "frack", "smeg"), NOON - 20 * DAY, by=PAT)
    second = filed(words("c", "frack", "grok"), NOON - 10 * DAY, by="Ana Ruiz, counsel, desk (ana)", number=2)
    gone = filed(words("c", "frack", "grok"), NOON - DAY, by=PAT, number=3, withdrawn="No longer used.")
    told = rows(registers(first, second, gone))
    assert told == [
        ("Sat, Oct 31, 2026", "word-lists/list-c", "Pat Lowe, public_affairs, desk", "frack, smeg", "", "version 1 was approved"),
        ("Tue, Nov 10, 2026", "word-lists/list-c", "Ana Ruiz, counsel, desk", "grok", "smeg", "version 2 was approved"),
        ("Thu, Nov 19, 2026", "word-lists/list-c", "Pat Lowe, public_affairs, desk", "", "frack, grok", "withdrawn: No longer used."),
    ]  # fmt: skip
    assert rows(registers(first, is_approved=False))[0][-1] == "nothing on record"
    assert LIST_CHANGES.make(Then(), registers(first), date(2026, 11, 1), UNTIL).rows == ()


def test_a_filter_of_a_site_is_explained_by_the_approved_lists_or_in_words() -> None:
    version = filed(HIDING, NOON - 20 * DAY)
    as_listed = stated("Frack", "blast it", at=NOON - 5 * DAY)
    more = stated("frack", "blast it", "smeg", at=NOON - 2 * DAY, number=2)
    told = rows(registers(version, filters=[as_listed, more]))
    assert [(row[1], row[-1]) for row in told[1:]] == [
        (f"site-filters/{CITY.slug}", "what the approved lists say"),
        (f"site-filters/{CITY.slug}", "nothing on record"),
    ]
    assert told[2][3:5] == ("frack, smeg", "Frack")
    explained = stated(
        "frack", "blast it", "smeg", at=NOON - 2 * DAY, number=2, why="A raid of bots; until Monday."
    )
    assert rows(registers(version, filters=[explained]))[-1][-1] == "A raid of bots; until Monday."


def test_blocks_are_counted_by_day_and_nobody_is_named() -> None:
    now = Then(items=[blocked(), blocked("7003")], captured={CITY.slug: NOON})
    told = rows(registers(block_cases=[case()]), now)
    assert [row[1:] for row in told] == [
        (f"blocked at {CITY.slug}", "the site does not tell", "", "2 users", "nothing on record"),
        (f"blocked at {CITY.slug}", "the site does not tell", "2 users", "", "BLOCK-2026-0001"),
    ]
    assert "7002" not in str(told)
    assert "Whitlock" not in str(told)


def test_a_version_that_nobody_approved_is_found_after_a_week() -> None:
    version = filed(words("c"), NOON - 7 * DAY)
    assert found(registers(version, is_approved=False)) == []
    late = filed(words("c"), NOON - 7 * DAY - timedelta(seconds=1))
    (one,) = found(registers(late, is_approved=False))
    assert (one.about, one.which) == ("word-lists/list-c", "version 1")
    assert found(registers(late)) == []
    gone = filed(words("c"), NOON - 6 * DAY, number=2, withdrawn="A slip.")
    assert found(registers(late, gone, is_approved=False)) == []


def test_a_filter_with_a_word_that_nobody_approved_is_found_until_it_is_explained() -> None:
    version = filed(HIDING, NOON - 20 * DAY)
    assert found(registers(version, filters=[stated("FRACK", "blast it")])) == []
    (one,) = found(registers(version, filters=[stated("frack", "blast it", "smeg")]))
    assert (one.about, one.which) == (f"site-filters/{CITY.slug}", "differs")
    assert "differs from the approved lists in 1 word, and nobody says why" in one.said
    assert len(found(registers(version, filters=[stated("frack")]))) == 1  # a word that is missing, too
    assert found(registers(version, filters=[stated("smeg", why="Bots.")])) == []


def test_a_filter_is_looked_at_again_when_its_lists_change() -> None:
    version = filed(HIDING, NOON - 20 * DAY)
    (one,) = found(registers(version))
    assert (one.about, one.which) == (CITY.slug, "not looked at")
    before = stated("frack", "blast it", at=NOON - 25 * DAY)
    assert [each.which for each in found(registers(version, filters=[before]))] == ["not looked at"]
    assert found(registers(filed(words("c"), NOON - 20 * DAY))) == []  # a list that only points things out


def test_a_block_that_the_site_lists_no_more_asks_for_the_end_of_its_case() -> None:
    gone = Then(items=[blocked()], captured={CITY.slug: NOON})
    (one,) = found(registers(block_cases=[case()]), gone)
    assert (one.about, one.which, one.private) == (f"{CITY.slug}/blocked/7002", "listed no more", True)
    assert found(registers(block_cases=[case(ended_on=date(2026, 11, 19))]), gone) == []
    assert found(registers(), gone) == []  # no case: the check of blocks told it
    listed = Then(items=[blocked(at=NOON)], captured={CITY.slug: NOON})
    assert found(registers(block_cases=[case()]), listed) == []
    assert found(registers(block_cases=[case()]), Then(items=[blocked()])) == []  # never captured as a whole
