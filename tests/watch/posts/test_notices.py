"""A post is never used in lieu of a notice that the City must give (policy V, P-09)."""

from __future__ import annotations

import pytest

from paloverde.records import Kind
from paloverde.watch.check import Finding, Weight
from paloverde.watch.posts.notices import NOTICE_WITHOUT_LINK
from paloverde.watch.seen import Seen
from watching import DAN, book, seen


def found(post: Seen, domains: tuple[str, ...] = ("palmaria.example",)) -> list[Finding]:
    assert NOTICE_WITHOUT_LINK.of_item is not None
    return list(NOTICE_WITHOUT_LINK.of_item(post, book(city_domains=domains)))


def test_a_notice_of_a_public_hearing_without_a_link_is_flagged() -> None:
    (one,) = found(seen("Notice of public hearing: the Planning Commission meets December 3 at 6 p.m."))
    assert one.weight is Weight.WARNING
    assert one.spans[0].words == "Notice of public hearing"
    assert one.rule == "posts/notices#1/public-hearing"
    assert "has no link back" in one.said
    assert "Gov. Code 65090" in one.said


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ("The City is inviting sealed bids for the Portola bridge.", "bids"),
        ("RFP 26-014: landscape maintenance. Proposals are due Friday.", "proposals"),
        ("Request for Qualifications for on-call engineers", "proposals"),
        ("Council held the first reading of an ordinance on short-term rentals.", "ordinance"),
        ("Ordinance No. 1402 takes effect next month", "ordinance"),
        ("The council agenda is posted.", "agenda"),
        ("Audiencia pública el 3 de diciembre", "public-hearing"),
        ("Notice is hereby given that the City intends to vacate an easement.", "notice-of"),
    ],
)
def test_each_kind_of_notice_is_known_by_its_words(text: str, row: str) -> None:
    assert row in [one.which for one in found(seen(text))]


@pytest.mark.parametrize(
    "text",
    [
        "Notice of public hearing: https://www.palmaria.example/hearings",
        "Have you noticed the new mural? Our agenda for the weekend: fun, sun and a hearing test at the fair.",
        "Bid farewell to summer at the pool party!",
        "Thank you for the great hearing at yesterday's concert.",
        "Palma Ria: an ordinary day.",
    ],
)
def test_a_link_to_the_citys_site_answers_it_and_other_words_are_let_be(text: str) -> None:
    assert found(seen(text)) == []


def test_a_link_elsewhere_is_no_official_one_and_a_short_link_may_be() -> None:
    assert found(seen("Public hearing tonight https://news.example/x"))[0].weight is Weight.WARNING
    (short,) = found(seen("Public hearing tonight bit.ly/3x"))
    assert short.weight is Weight.ADVICE
    assert "short link" in short.said


def test_where_nobody_said_which_site_is_the_citys_any_link_is_taken_for_it() -> None:
    assert found(seen("Public hearing tonight https://news.example/x"), ()) == []
    assert found(seen("Public hearing tonight"), ())


def test_others_may_speak_of_hearings_as_they_like() -> None:
    assert found(seen("Public hearing tonight", poster=DAN)) == []
    assert found(seen("Public hearing tonight", kind=Kind.COMMENT)) == []
