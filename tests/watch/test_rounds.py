"""Checks at work: each is asked in its way, and one that fails stops no other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from paloverde.errors import ArchiveDamaged, Unreachable
from paloverde.records import Kind
from paloverde.watch.book import Book
from paloverde.watch.check import Check, Finding
from paloverde.watch.now import Now
from paloverde.watch.rounds import Work
from paloverde.watch.seen import Seen
from watching import CITY, Then, book, seen

VERSIONS = [seen("One."), seen("Two.", kind=Kind.COMMENT, native_id="2"), seen("Three.", native_id="3")]
ALL = {"says", "breaks", "talks", "asks"}


def says(one: Seen, of: Book) -> Iterator[Finding]:
    yield SAYS.in_item(one, one.text, "Look.")


def breaks(one: Seen, of: Book) -> Iterator[Finding]:
    yield BREAKS.in_item(one, one.text, "Look.")
    if one.kind is Kind.COMMENT:
        raise ValueError(one.text)


def talks(one: Seen, said: Sequence[Seen], of: Book) -> Iterator[Finding]:
    yield TALKS.in_item(one, f"{len(said)} said something.", "Look.")


def asks(now: Now, of: Book) -> Iterator[Finding]:
    for account in now.accounts():
        yield ASKS.found(account.slug, "It is there.", "Look.")


SAYS = Check("says", "Says", 1, (), "", (), of_item=says)
BREAKS = Check("breaks", "Breaks", 1, (), "", (), of_item=breaks)
TALKS = Check(
    "talks", "Talks", 1, (), "", (), begins=lambda one, of: one.kind is Kind.COMMENT, of_thread=talks
)
ASKS = Check("asks", "Asks", 1, (), "", (), of_now=asks)


def work(*checks: Check) -> Work:
    return Work(checks, book())


def test_each_check_is_asked_in_its_way() -> None:
    at_work = work(SAYS, TALKS, ASKS)
    begun: list[tuple[Check, Seen]] = []
    found = list(at_work.look(VERSIONS, ALL, begun))
    assert [(one.check, one.said, of.native_id) for one, of in found] == [
        ("says", "One.", "1"), ("says", "Two.", "2"), ("says", "Three.", "3"),
    ]  # fmt: skip
    assert [(check.name, one.native_id) for check, one in begun] == [("talks", "2")]
    assert [one.said for one in at_work.follow(*begun[0], VERSIONS)] == ["3 said something."]
    assert [one.about for one in at_work.ask(ASKS, Then()) or ()] == [CITY.slug]
    assert at_work.ask(SAYS, Then()) is None
    assert at_work.troubles == {}


def test_only_those_whose_turn_it_is_are_shown_a_version() -> None:
    found = list(work(SAYS, BREAKS).look(VERSIONS, {"says"}, []))
    assert {one.check for one, _ in found} == {"says"}


def test_one_that_fails_is_asked_nothing_more_and_nothing_of_that_version_counts() -> None:
    at_work = work(BREAKS, SAYS)
    found = list(at_work.look(VERSIONS, ALL, []))
    assert [one.said for one, _ in found if one.check == "breaks"] == ["One."]
    assert [one.said for one, _ in found if one.check == "says"] == ["One.", "Two.", "Three."]
    [trouble] = at_work.troubles.values()
    assert trouble.about == VERSIONS[1].item
    assert trouble.error == "ValueError"
    assert "Two." not in trouble.sentence()
    assert at_work.able == [SAYS]


def test_one_that_fails_when_a_thread_begins_or_is_followed_is_named() -> None:
    def fails(*given: object) -> list[Finding]:
        raise KeyError

    begins = work(TALKS._replace(begins=fails))
    assert list(begins.look(VERSIONS, ALL, [])) == []
    assert begins.troubles["talks"].error == "KeyError"
    follows = work(TALKS._replace(of_thread=fails))
    assert follows.follow(TALKS._replace(of_thread=fails), VERSIONS[1], VERSIONS) == []
    assert follows.troubles["talks"].about == VERSIONS[1].item


@pytest.mark.parametrize("error", [Unreachable("The store is away."), ArchiveDamaged("A part is damaged.")])
def test_a_store_in_trouble_is_not_the_checks_fault(error: Exception) -> None:
    def fails(now: Now, of: Book) -> list[Finding]:
        raise error

    at_work = work(ASKS._replace(of_now=fails))
    with pytest.raises(type(error)):
        at_work.ask(ASKS._replace(of_now=fails), Then())
    assert at_work.troubles == {}
